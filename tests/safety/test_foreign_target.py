"""On a foreign target nothing that was there changes, and nothing is left behind.

Two accounts full of mail, on a Dovecot, before and after: octet for octet.
"""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.safety.account import Target, fill, picture

HERE = Path(__file__).parents[2]
SCRIPT = HERE / "ci/servers/dovecot"
# Every group that makes a mailbox here: whole, or what of it creates, renames, deletes, subscribes,
# appends, copies, moves, stores, expunges, or looks at INBOX. Not what waits for this server.
CHOSEN = (
    "any_state",
    "authenticated/append",
    "authenticated/append_data/makes_the_message_recent",
    "authenticated/append_data/sets_keywords",
    "authenticated/append_data/sets_the_flags",
    "authenticated/append_data/that_is_refused_adds_nothing",
    "authenticated/create",
    "authenticated/delete",
    "authenticated/names",
    "authenticated/rename",
    "authenticated/subscribe",
    "authenticated/uids",
    "data_formats/commands/different_ones_in_one_packet",
    "data_formats/limits",
    "data_formats/malformed",
    "data_formats/strings",
    "extensions/binary_append",
    "extensions/condstore_store",
    "extensions/idle/tells_of_an_expunge",
    "extensions/list_subscribed",
    "extensions/literal_plus",
    "extensions/move",
    "extensions/move_failures",
    "extensions/move_sessions",
    "extensions/qresync_vanished",
    "extensions/searchres_changes",
    "extensions/special_use",
    "extensions/uidplus",
    "extensions/unselect",
    "multi_session",
    "responses",
    "selected/check",
    "selected/close",
    "selected/copy",
    "selected/expunge",
    "selected/fetch_seen",
    "selected/store",
    "selected/uid_store",
)
SHORT = ("authenticated/create", "authenticated/subscribe", "selected/expunge")
LEFT_BEHIND = "left behind, or of a run that goes on now"
PROGRESS = re.compile(r"\d+/\d+ ")


@pytest.fixture(scope="module")
def dovecot(required_tool):
    required_tool("dovecot", "dovecot-imapd")
    with subprocess.Popen([SCRIPT], stdout=subprocess.PIPE, text=True) as process:
        file = process.stdout.readline().strip()
        assert file, "Dovecot did not start"
        target = Target.load(Path(file))
        try:
            for role in ("primary", "second"):
                fill(target, role)
            yield target
        finally:
            process.terminate()


@pytest.fixture
def suite(dovecot, tmp_path):
    """suite(number, selectors) starts a run, in a group of processes of its own."""
    started = []

    def suite(selectors, jobs=2):
        report = tmp_path / f"report-{len(started)}"
        command = [sys.executable, "-m", "conformance", "run", str(dovecot.file)]
        command += ["--jobs", str(jobs), "--report", str(report)]
        command += [word for selector in selectors for word in ("--select", selector)]
        started.append(
            subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=HERE,
                start_new_session=True,
            )
        )
        return started[-1]

    yield suite
    for process in started:
        process.kill()
        process.wait()


def finished(process):
    """The output of a run that judged every case, whatever it judged."""
    output, errors = process.communicate(timeout=100)
    assert process.returncode in (0, 1), output + errors
    assert "could not be removed" not in output
    return output


def test_a_run_changes_nothing(dovecot, suite):
    before = picture(dovecot)
    assert before["primary"]["list"] != before["stranger"]["list"]
    finished(suite(CHOSEN))
    assert picture(dovecot) == before


def clean(dovecot, answer):
    """The exit code and the output of the command, with this answer to each of its questions."""
    command = [sys.executable, "-m", "conformance", "clean", str(dovecot.file)]
    done = subprocess.run(command, input=answer * 9, capture_output=True, text=True, cwd=HERE)
    return done.returncode, done.stdout + done.stderr


def test_what_a_killed_run_leaves_is_found_and_removed_after_a_question(dovecot, suite):
    """The mailbox whose name begins as those of a run is not among it."""
    before = picture(dovecot)
    process = suite(SHORT, jobs=1)
    while not PROGRESS.match(line := process.stdout.readline()):
        assert line, process.stderr.read()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    left = picture(dovecot)
    names = {name for name, _ in left["primary"]["list"]}
    names -= {name for name, _ in before["primary"]["list"]}
    (scratch,) = {name.split(b"/")[0].decode() for name in names}
    assert f"{LEFT_BEHIND}: alice@example.test: {scratch}" in finished(suite(SHORT[:1]))
    code, output = clean(dovecot, "n\n")
    assert code == 1
    assert scratch in output
    assert "gximap-notes" not in output
    assert picture(dovecot) == left
    code, output = clean(dovecot, "y\n")
    assert (code, "removed" in output) == (0, True), output
    assert picture(dovecot) == before


def to_all(process, ending):
    """As a terminal does it, and `timeout`: every process of the group is told."""
    os.killpg(process.pid, ending)


def to_one(process, ending):
    """As `kill` does it."""
    process.send_signal(ending)


@pytest.mark.parametrize(
    ("ending", "tell"),
    [
        (signal.SIGINT, to_all),
        (signal.SIGTERM, to_one),
        (signal.SIGTERM, to_all),
        (signal.SIGHUP, to_all),
    ],
)
def test_a_run_that_is_ended_changes_nothing(dovecot, suite, ending, tell):
    before = picture(dovecot)
    process = suite(CHOSEN)
    while not PROGRESS.match(line := process.stdout.readline()):
        assert line, process.stderr.read()
    tell(process, ending)
    output, errors = process.communicate(timeout=100)
    assert process.returncode == 130, output + errors
    assert "interrupted" in output
    assert "could not be removed" not in output
    assert picture(dovecot) == before


def test_two_runs_do_not_disturb_each_other(dovecot, suite):
    before = picture(dovecot)
    alone = finished(suite(SHORT))
    runs = [suite(SHORT, jobs=1), suite(SHORT, jobs=1)]
    together = [finished(run) for run in runs]
    assert {counts(output) for output in together} == {counts(alone)}
    assert picture(dovecot) == before


def counts(output):
    """The last line of a run without its seconds: how many cases have which outcome."""
    return output.splitlines()[-2].partition(" in ")[0]
