"""The command diff with whole servers: what it finds, what it leaves behind, how it ends."""

import os
import signal
import subprocess
import sys

import pytest
from imapclient import IMAPClient

from conformance.cli import main
from conformance.diff import command
from conformance.diff.script import read_dialogues
from conformance.targets import life
from conformance.wire import allowance
from tests.conftest import ReferenceProcess
from tests.fake_server import FakeServer


def url(process, user="alice@example.test", password="alicepw"):
    host, port = process.imap
    return f"imap://{user.replace('@', '%40')}:{password}@{host}:{port}"


@pytest.fixture
def start_planted(tmp_path, certificate, planted):
    """Starts the reference server with a planted defect."""
    processes = []

    def start(defect):
        processes.append(ReferenceProcess(tmp_path / "planted", certificate, planted(defect)))
        return processes[-1]

    yield start
    for process in processes:
        process.end()


@pytest.fixture
def dialogue(monkeypatch):
    """Has these commands as the only dialogue."""

    def replace(*steps, head=""):
        dialogues = read_dialogues("\n".join(["[it]", *([head] if head else []), *steps]))
        monkeypatch.setattr(command, "read_dialogues", lambda: dialogues)

    return replace


def steps_that_differ(printed):
    return [
        line.strip() for line in printed.splitlines() if line.startswith("  ") and line[2] > " "
    ]


def test_a_server_does_not_differ_from_itself(start_reference, capfd):
    one = start_reference()
    assert main(["diff", url(one), "reference"]) == 0
    assert "steps, no difference" in capfd.readouterr().out
    # Two accounts of one server, whose other mailboxes are not the same, do not either.
    with IMAPClient(*one.imap, ssl=False) as client:
        client.login("alice@example.test", "alicepw")
        client.create_folder("Private")
    other = url(one, "bob@example.test", "bobpw")
    assert main(["diff", url(one), other]) == 0


@pytest.mark.parametrize(
    ("defect", "differing", "facts"),
    [
        (
            "changing/trycreate_is_missing",
            {"APPEND {box} {message plain}", "COPY 1 {absent}", "UID COPY 1 {absent}"},
            {"code TRYCREATE"},
        ),
        (
            "fetch_headers/header_fields_leave_out_the_blank_line",
            {
                "FETCH 1 (BODY.PEEK[HEADER.FIELDS (Subject To X-None)])",
                "FETCH 1 (BODY.PEEK[HEADER.FIELDS.NOT (Subject To)])",
            },
            {
                "message 1 BODY[HEADER.FIELDS (SUBJECT TO X-NONE)]",
                "message 1 BODY[HEADER.FIELDS.NOT (SUBJECT TO)]",
            },
        ),
        ("search/nothing_found_is_not_said", {"SEARCH"}, {"SEARCH"}),
    ],
)
def test_one_defect_is_all_that_differs(start_planted, capfd, defect, differing, facts):
    assert main(["diff", url(start_planted(defect)), "reference"]) == 1
    printed = capfd.readouterr().out
    found = steps_that_differ(printed)
    assert found
    assert all(any(step.startswith(each) for each in differing) for step in found)
    told = {line.strip() for line in printed.splitlines() if line[:4] == "    " and line[4] > " "}
    assert told == facts


def test_what_is_told_once_is_counted_only(dialogue, capfd):
    dialogue("NOOP", "NOOP", "NOOP")
    with FakeServer({"NOOP": ["* NO [X-FULL] much", "OK done"]}) as one, FakeServer() as other:
        assert main(["diff", one.url, other.url]) == 1
    printed = capfd.readouterr().out
    assert steps_that_differ(printed) == ["NOOP"]
    assert "3 of 3 steps differ, 2 of them only as told above" in printed


def test_malformed_response(dialogue, capfd):
    dialogue("NOOP", "CHECK")
    with FakeServer({"NOOP": ["* 0x EXISTS", "* 5 EXISTS", "OK done"]}) as one, FakeServer() as two:
        assert main(["diff", one.url, two.url]) == 1
    printed = capfd.readouterr().out
    assert "GrammarError" in printed
    assert steps_that_differ(printed) == ["NOOP"]
    assert "1 of 2 steps differ" in printed


def test_server_that_hangs_up(dialogue, capfd):
    dialogue("NOOP", "CHECK", "CHECK")
    with FakeServer({"NOOP": []}) as one, FakeServer() as two:
        assert main(["diff", one.url, two.url]) == 1
    printed = capfd.readouterr().out
    assert "ServerClosed" in printed
    assert "A: has ended the dialogue before\n        B: goes on" in printed
    assert "2 of 2 steps differ" in printed


def test_response_without_end(dialogue, capfd, monkeypatch):
    monkeypatch.setattr(allowance, "MOST_TEXT", 1 << 20)

    def without_end(stream):
        while True:
            stream.write(b"x" * 65536)

    dialogue("CHECK", "NOOP")
    with FakeServer() as one, FakeServer() as two:
        one.fate["CHECK"] = without_end
        assert main(["diff", one.url, two.url]) == 1
    printed = capfd.readouterr().out
    assert "the server sent more than 1 MiB outside literals" in printed
    assert "B: goes on" in printed
    assert not [name for name in one.mailboxes if name.startswith("gximap-")]


@pytest.mark.parametrize("comes_back", [True, False])
def test_server_that_dies(monkeypatch, capfd, comes_back):
    """It is awaited, so that the dialogues go on and nothing is left behind."""
    steps = "[one]\nCREATE {box}\nCHECK\n[two]\nNOOP\n"
    monkeypatch.setattr(command, "read_dialogues", lambda: read_dialogues(steps))
    monkeypatch.setattr(life, "RETURN_SECONDS", 5 if comes_back else 0.1)
    with FakeServer() as one, FakeServer() as two:

        def die(_stream):
            one.refusing = 4 if comes_back else 10**9
            one.script["CHECK"], one.fate = ["OK done"], {}

        one.fate["CHECK"] = die
        assert main(["diff", one.url, two.url]) == (1 if comes_back else 3)
        assert any(name.startswith("gximap-") for name in one.mailboxes) != comes_back
        assert not any(name.startswith("gximap-") for name in two.mailboxes)
    captured = capfd.readouterr()
    if comes_back:
        assert "1 of 3 steps differ" in captured.out
    else:
        assert "does not let in any more" in captured.err
        assert "could not be removed" in captured.out


def test_dialogue_that_needs_what_one_lacks(dialogue, capfd):
    dialogue("NOOP", head="needs: X-FROB")
    with FakeServer() as one, FakeServer() as two:
        assert main(["diff", one.url, two.url]) == 0
    assert "not played: it: X-FROB is not offered by 127.0.0.1:" in capfd.readouterr().out


def test_only_the_scratch_name_is_worked_on(start_reference, capfd):
    server = start_reference()
    with IMAPClient(*server.imap, ssl=False) as client:
        client.login("alice@example.test", "alicepw")
        client.append("INBOX", b"Subject: mine\r\n\r\nkeep\r\n")
        client.subscribe_folder("Elsewhere")

        def state():
            status = client.folder_status("INBOX", ["MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY"])
            return client.list_folders(), client.list_sub_folders(), status

        before = state()
        assert main(["diff", url(server), "reference", "-v"]) == 0
        assert state() == before
    printed = capfd.readouterr().out
    assert "A C: " in printed
    assert "alicepw" not in printed


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_clears_up(start_reference, tmp_path, ending):
    server = start_reference()
    with FakeServer({"CHECK": ["OK waits"]}) as other:
        asked = other.expect("CHECK")
        script = tmp_path / "run.py"
        script.write_text(
            "import sys\n"
            "from conformance.diff import command\n"
            "from conformance.diff.script import read_dialogues\n"
            "steps = '[one]\\nCREATE {box}\\nSUBSCRIBE {box}\\n[two]\\n' + 'CHECK\\n' * 100000\n"
            "dialogues = read_dialogues(steps)\n"
            "command.read_dialogues = lambda: dialogues\n"
            "from conformance.cli import main\n"
            "sys.exit(main(sys.argv[1:]))\n"
        )
        # When A is asked in the second dialogue, the mailboxes of the first are there on both.
        child = subprocess.Popen([sys.executable, script, "diff", other.url, url(server)])
        try:
            assert asked.wait(60)
            os.kill(child.pid, ending)
            assert child.wait(60) == 130
        finally:
            child.kill()
            child.wait()
    with IMAPClient(*server.imap, ssl=False) as client:
        client.login("alice@example.test", "alicepw")
        names = [name for *_, name in client.list_folders() + client.list_sub_folders()]
    assert not [name for name in names if name.startswith("gximap-")]
    assert not [name for name in other.mailboxes if name.startswith("gximap-")]


@pytest.mark.parametrize(
    ("targets", "code", "said"),
    [
        (["reference", "nowhere"], 2, "nowhere is neither imap://"),
        (["reference", "imap://a:b@127.0.0.1:1"], 3, "cannot be reached"),
    ],
)
def test_target_that_cannot_be_used(capfd, targets, code, said):
    assert main(["diff", *targets]) == code
    error = capfd.readouterr().err
    assert said in error
    assert "Traceback" not in error
