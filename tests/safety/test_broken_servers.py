"""Mail that was there before a run is safe also on a server that mixes up mailboxes."""

import json
import sys

import pytest

from conformance import cli
from tests.conftest import ReferenceProcess
from tests.safety import account
from tests.safety.account import Target, fill, picture

HEALTHY = (sys.executable, "-m", "reference_server")
# Commands that store, expunge, move, close, rename and delete.
CHOSEN = (
    "authenticated/delete",
    "authenticated/rename",
    "extensions/move",
    "selected/close",
    "selected/expunge",
    "selected/store",
)
STOPPED = "the run was stopped, so that no mail is lost: "

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


class Server(ReferenceProcess):
    """A server full of mail; broken while the suite runs, healthy while it is looked at."""

    def be(self, program):
        self.end()
        self.program = program
        self.start()
        accounts = {"primary": (self.user, self.password)}
        self.target = Target(self.folder, self.imap[1], accounts)

    def picture(self):
        self.be(HEALTHY)
        return picture(self.target)

    def break_down(self, how):
        self.be((sys.executable, "-m", "tests.safety.broken_server", how))


@pytest.fixture
def server(tmp_path, certificate, monkeypatch):
    monkeypatch.setattr(account, "APPENDED", 6)
    server = Server(tmp_path / "server", certificate)
    server.be(HEALTHY)
    fill(server.target, "primary")
    with server.target.session("primary") as client:
        for number in range(1, 10):
            client.create(f"Victim{number}")
        client.select("INBOX")  # whoever opens it next takes \\Recent from no message
    yield server
    server.end()


@pytest.fixture
def run(server, tmp_path, capfd):
    """run(how, jobs, selectors) runs cases on the broken server: exit code, results, output."""

    def run(how, jobs=1, selectors=CHOSEN):
        server.break_down(how)
        report = tmp_path / "report"
        words = ["run", url(server), "--insecure", "--jobs", str(jobs), "--report", str(report)]
        words += [word for selector in selectors for word in ("--select", selector)]
        code = cli.main(words)
        assert not list(report.glob("unfinished*"))
        return code, json.loads((report / "results.json").read_text()), capfd.readouterr().out

    return run


def url(server):
    return f"imap://{server.user}:{server.password}@127.0.0.1:{server.imap[1]}"


def without_ours(picture):
    """The picture of what was there before, whatever the suite has left behind."""
    primary = picture["primary"]
    return {
        "list": [entry for entry in primary["list"] if b"gximap-" not in entry[0]],
        "subscriptions": primary["subscriptions"],
        "mailboxes": {
            name: mailbox
            for name, mailbox in primary["mailboxes"].items()
            if b"gximap-" not in name
        },
    }


@pytest.mark.parametrize(
    ("how", "jobs"),
    [("select_opens_inbox", 1), ("select_opens_inbox", 2), ("everything_is_inbox", 1)],
)
def test_a_mailbox_just_created_that_shows_messages_stops_the_run(server, run, how, jobs):
    before = server.picture()
    code, results, output = run(how, jobs)
    assert without_ours(server.picture()) == without_ours(before)
    assert code == 1
    assert STOPPED in output
    assert "shows 6 messages, though the run has just created it" in " ".join(output.split())
    outcomes = {case["outcome"] for case in results["cases"]}
    # Cases that select nothing may pass beside the one that stops the run.
    assert outcomes - {"pass"} == {"fail", "skip"}
    failed = [case for case in results["cases"] if case["outcome"] == "fail"]
    assert len(failed) <= jobs
    assert all(STOPPED in case["message"] for case in failed)


def test_imapclient_changes_nothing_either(server, run):
    before = server.picture()
    cases = ("selected/search_response/as_imapclient_asks",)
    code, _, output = run("select_opens_inbox", selectors=cases)
    assert without_ours(server.picture()) == without_ours(before)
    assert code == 1
    assert STOPPED in output


def test_a_mailbox_that_shows_nothing_is_not_changed(server, run):
    before = server.picture()
    code, results, _ = run("select_opens_inbox_unseen")
    assert code == 1
    assert without_ours(server.picture()) == without_ours(before)
    assert any("was selected without an EXISTS" in case["message"] for case in results["cases"])


def test_a_mailbox_that_shows_more_than_was_put_there_is_not_changed(server, run):
    before = server.picture()
    code, results, _ = run("append_selects_inbox", selectors=("selected/store", "selected/close"))
    assert code == 1
    assert without_ours(server.picture()) == without_ours(before)
    assert any("were put there" in case["message"] for case in results["cases"])


def message_ids(picture):
    """The Message-ID of every message, as often as it is there."""
    return sorted(
        line
        for _, fetched in picture["primary"]["mailboxes"].values()
        for part in fetched
        if isinstance(part, tuple)
        for line in part[1].splitlines()
        if line.startswith(b"Message-ID: <") and b"@example.test>" in line
    )


def test_messages_that_rename_has_taken_are_not_removed(server, run):
    before = server.picture()
    code, _, output = run("rename_takes_inbox", selectors=("authenticated/rename",))
    after = server.picture()
    assert code == 1
    assert STOPPED in output
    assert set(message_ids(before)) <= set(message_ids(after))
    assert len(message_ids(after)) >= len(message_ids(before))
    assert "INBOX has fewer messages than before the run" in output


def test_a_mailbox_that_is_lost_stops_the_run(server, run):
    before = server.picture()
    code, results, output = run("delete_takes_another")
    after = server.picture()
    assert code == 1
    lost = {name for name, _ in before["primary"]["list"]} - {
        name for name, _ in after["primary"]["list"]
    }
    assert lost == {b'"Victim1"'}
    assert f"{STOPPED}'Victim1' of alice@example.test was there before the run" in output
    assert {case["outcome"] for case in results["cases"]} == {"fail", "skip"}


def test_a_mailbox_that_lands_elsewhere_is_named_and_clean_asks(server, run, capfd, monkeypatch):
    before = server.picture()
    _, _, output = run("rename_goes_elsewhere", selectors=("authenticated/rename",))
    assert "alice@example.test: Archive/gximap-" in output
    assert "was not there before the run" in output
    server.be(HEALTHY)
    assert cli.main(["clean", url(server), "--insecure", "--yes"]) == 1
    assert "where no run creates any" in capfd.readouterr().out
    monkeypatch.setattr("builtins.input", lambda _question: "y")
    assert cli.main(["clean", url(server), "--insecure"]) == 0
    assert server.picture() == before


def test_one_uidvalidity_for_all_is_no_reason_to_stop(server, run):
    before = server.picture()
    _, results, output = run("uidvalidity_is_always_1", selectors=("selected/store",))
    assert STOPPED not in output
    assert {case["outcome"] for case in results["cases"]} <= {"pass", "skip"}
    assert server.picture() == before
