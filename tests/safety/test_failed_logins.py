"""On a foreign target no account fails to log in twice in a row, unless that is allowed."""

import re
import subprocess
import sys
from collections import Counter

import pytest

from tests.control import ControlledServer

# All that fails logins lies in these; the last group binds a Gromox, as the target says it is.
CHOSEN = ("not_authenticated", "security", "responses", "extensions/sasl_ir", "gromox")
ACCOUNTS = {f"{name}@example.test" for name in ("alice", "bob", "carol", "dave")}
LOGIN = re.compile(r"user=(\S+) (?:mailbox=\S+ )?method=\S+ (login rejected|logged in)")


@pytest.fixture
def server(tmp_path, certificate):
    server = ControlledServer(tmp_path / "server", certificate)
    without = server.target.read_text().partition("apply = ")
    server.target.write_text(without[0] + without[2].partition("\n")[2])
    yield server
    server.end()


def test_no_account_fails_twice_in_a_row(server, tmp_path):
    command = [sys.executable, "-m", "conformance", "run", str(server.target), "--insecure"]
    command += ["--jobs", "1", "--report", str(tmp_path / "report")]
    command += [word for chosen in CHOSEN for word in ("--select", chosen)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "skipped" in run.stdout
    log = (tmp_path / "server" / "log").read_text()
    logins = [match.groups() for match in LOGIN.finditer(log)]
    assert {user for user, _ in logins} > ACCOUNTS
    failed, in_a_row, worst = 0, Counter(), Counter()
    for user, outcome in logins:
        in_a_row[user] = in_a_row[user] + 1 if outcome == "login rejected" else 0
        failed += outcome == "login rejected"
        worst[user] = max(worst[user], in_a_row[user])
    assert failed > 10, "the cases of unknown users are to be there"
    assert {user: times for user, times in worst.items() if user in ACCOUNTS and times > 1} == {}
