"""Servers that hang, die, send garbage or never end: a finding of the case, and the run goes on."""

import json
import re
import sys
import threading

import pytest

from conformance.cli import main
from conformance.targets import client, exchange, life, probing
from conformance.wire import allowance, connection
from tests.fake_server import FakeServer

CASES = """
from conformance.requirements import requirement
@requirement("RFC3501-6.1.2-OK")
def test_a_first(selected):
    '''Something before.'''
    selected.ok("NOOP")
@requirement("RFC3501-6.1.2-OK")
def test_b_troubled(selected):
    '''The server gets into trouble.'''
    selected.ok("CHECK")
@requirement("RFC3501-6.1.2-OK")
def test_c_later(selected):
    '''Something after.'''
    selected.ok("NOOP")
"""
BESIDE = """
import pathlib, time
from conformance.requirements import requirement
@requirement("RFC3501-6.1.2-OK")
def test_a_troubled(selected):
    '''The server gets into trouble.'''
    selected.ok("CHECK")
@requirement("RFC3501-6.1.2-OK")
def test_b_beside(connect):
    '''Another job connects when it has.'''
    end = time.monotonic() + 200
    while not pathlib.Path({died!r}).exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    connect()
@requirement("RFC3501-6.1.2-OK")
def test_c_later(connection):
    '''Something after.'''
    connection.ok("NOOP")
"""
FOREVER = 10**9


@pytest.fixture
def server():
    with FakeServer() as server:
        yield server


@pytest.fixture
def run(tmp_path, server, capfd, monkeypatch):
    """run() runs the three cases: exit code, their outcomes, the second of them, the output."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(life, "RETURN_SECONDS", 0.5)

    def run(target=server.url):
        path = tmp_path / "cases" / "any_state" / "test_it.py"
        path.parent.mkdir(parents=True)
        path.write_text(CASES)
        words = ["run", target, "--jobs", "1", "--report", str(tmp_path / "report")]
        code = main(words, cases=tmp_path / "cases")
        cases = json.loads((tmp_path / "report" / "results.json").read_text())["cases"]
        return code, [case["outcome"] for case in cases], cases[1], capfd.readouterr().out

    return run


@pytest.fixture
def impatient(monkeypatch):
    """For a server that does not answer: it is not awaited for long."""
    monkeypatch.setattr(probing, "PATIENCE", 1)
    monkeypatch.setattr(client, "SECONDS", 1)


def ends_in(server, *, refusing):
    """What a server does that crashes: the connection ends, and so do later ones for a while."""

    def fate(_stream):
        server.refusing = refusing

    return fate


def test_server_that_dies(run, server):
    server.fate["CHECK"] = ends_in(server, refusing=FOREVER)
    code, outcomes, troubled, output = run()
    assert (code, outcomes) == (1, ["pass", "crash", "skip"])
    assert "the server stopped answering after 'a4 CHECK'" in troubled["message"]
    assert "it did not come back" in troubled["message"]
    assert troubled["transcript"][-2]["text"] == "a4 CHECK"
    assert output.index("crash  any_state/it/b_troubled") > 0
    assert "skipped 1: the server has not answered since 'a4 CHECK'" in output


def test_server_that_comes_back(run, server, monkeypatch):
    monkeypatch.setattr(life, "RETURN_SECONDS", 60)
    server.fate["CHECK"] = ends_in(server, refusing=2)
    code, outcomes, troubled, _ = run()
    assert (code, outcomes) == (1, ["pass", "crash", "pass"])
    assert "it answered again" in troubled["message"]


@pytest.mark.slow
def test_server_that_dies_beside_other_cases(tmp_path, server, capfd):
    """Two jobs: one case did it, the other only found the server gone."""
    path = tmp_path / "cases" / "any_state" / "test_it.py"
    path.parent.mkdir(parents=True)
    died = tmp_path / "died"
    path.write_text(BESIDE.format(died=str(died)))

    def die(_stream):
        server.refusing = FOREVER
        died.touch()

    server.fate["CHECK"] = die
    words = ["run", server.url, "--jobs", "2", "--report", str(tmp_path / "report")]
    assert main(words, cases=tmp_path / "cases") == 1
    cases = json.loads((tmp_path / "report" / "results.json").read_text())["cases"]
    found = {case["id"].rpartition("/")[2]: case for case in cases}
    outcomes = {name: case["outcome"] for name, case in found.items()}
    assert outcomes == {"a_troubled": "crash", "b_beside": "skip", "c_later": "skip"}
    assert "the server stopped answering after 'a4 CHECK'" in found["a_troubled"]["message"]
    assert "before the case had sent anything" in found["b_beside"]["message"]
    assert "''" not in capfd.readouterr().out


def test_server_that_dies_between_two_cases(run, server):
    """Which case did it cannot be said, but that it crashed."""
    ended = threading.Event()

    def die(stream):
        server.refusing = FOREVER
        stream.write(b"a4 OK done\r\n")
        ended.wait(200)

    server.fate["NOOP"] = die
    code, outcomes, troubled, output = run()
    ended.set()
    assert (code, outcomes) == (1, ["pass", "crash", "skip"])
    assert "before the case had sent anything (the cases before it" in troubled["message"]
    assert "'a4 NOOP'" in troubled["message"]
    assert "skipped 1: the server does not answer any more" in output


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_server_that_answers_nobody(run, server):
    ended = threading.Event()

    def hang(_stream):
        server.fate |= dict.fromkeys(("CAPABILITY", "LOGIN", "NOOP", "LOGOUT"), hang)
        ended.wait(timeout=200)

    server.fate["CHECK"] = hang
    code, outcomes, troubled, _ = run()
    ended.set()
    assert (code, outcomes) == (1, ["pass", "crash", "skip"])
    # On a slow machine the suite waits longer than its option says.
    assert re.search(r"a new connection gets no answer within 1(\.\d+)? s", troubled["message"])


def test_only_the_connection_ends(run, server):
    server.fate["CHECK"] = lambda stream: stream.write(b"* OK [X")
    code, outcomes, troubled, _ = run()
    assert (code, outcomes) == (1, ["pass", "fail", "pass"])
    assert "the server closed the connection without BYE" in troubled["message"]
    assert "CHECK" in troubled["message"]


@pytest.mark.usefixtures("impatient")
def test_command_that_is_not_answered(run, server):
    ended = threading.Event()
    server.fate["CHECK"] = lambda _stream: ended.wait(timeout=200)
    code, outcomes, troubled, _ = run()
    ended.set()
    assert (code, outcomes) == (1, ["pass", "fail", "pass"])
    assert "for the tagged response to a4 'CHECK'" in troubled["message"]


def without_end(octets):
    """Send the same octets until the client hangs up."""

    def fate(stream):
        for _ in range(1_000_000):
            stream.write(octets)

    return fate


def test_garbage(run, server):
    server.fate["CHECK"] = lambda stream: stream.write(bytes(range(256)) * 10 + b"\r\n")
    code, outcomes, _, _ = run()
    assert (code, outcomes) == (1, ["pass", "fail", "pass"])


@pytest.mark.parametrize("start", [b"", b"* 1 FETCH (BODY[] {99999999999}\r\n"])
def test_response_without_end(run, server, monkeypatch, start):
    monkeypatch.setattr(allowance, "MOST_OCTETS", 2 << 20)
    monkeypatch.setattr(allowance, "MOST_TEXT", 1 << 20)
    pieces = without_end(b"x" * 65536)

    def fate(stream):
        stream.write(start)
        pieces(stream)

    server.fate["CHECK"] = fate
    code, outcomes, troubled, _ = run()
    assert (code, outcomes) == (1, ["pass", "fail", "pass"])
    assert "the server sent" in troubled["message"]
    assert "MiB" in troubled["message"]
    assert "awaited: the tagged response to a4 'CHECK'" in troubled["message"]


def test_responses_without_end(run, server, monkeypatch):
    monkeypatch.setattr(connection, "_MOST_RESPONSES", 1000)
    server.fate["CHECK"] = without_end(b"* OK still here\r\n" * 100)
    code, outcomes, troubled, _ = run()
    assert (code, outcomes) == (1, ["pass", "fail", "pass"])
    assert "1000 responses came, but not the tagged response to a4" in troubled["message"]


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_responses_without_end_now_and_then(run, server):
    """Each restarts the wait for the next, but the answer is not awaited for ever."""
    ended = threading.Event()

    def fate(stream):
        while not ended.wait(0.1):
            stream.write(b"* OK still here\r\n")

    server.fate["CHECK"] = fate
    code, outcomes, troubled, _ = run()
    ended.set()
    assert (code, outcomes) == (1, ["pass", "fail", "pass"])
    assert "for the tagged response to a4 'CHECK'" in troubled["message"]


def test_clearing_up_that_is_answered_without_end(run, server, monkeypatch):
    monkeypatch.setattr(exchange, "MOST", 1 << 16)
    server.fate["LSUB"] = without_end(b"* OK still here\r\n" * 100)
    _, _, _, output = run()
    assert "could not be removed: alice: gximap-" in output
    assert "an answer of more than 65536 octets" in output
    assert "gximap-conformance clean TARGET" in output


def test_control_starts_a_dead_server_again(run, server, tmp_path):
    revive = tmp_path / "revive"
    host, port = "127.0.0.1", server.port
    # Returns when the server listens again.
    apply = (
        f"import socket; open({str(revive)!r}, 'w')\n"
        f"for _ in range(10000):\n"
        f"    if socket.create_connection(({host!r}, {port})).recv(1):\n"
        f"        break\n"
    )
    target = tmp_path / "target.toml"
    target.write_text(
        f'[endpoint.imap]\nhost = "{host}"\nport = {port}\n[[account]]\nrole = "primary"\n'
        f'user = "{server.user}"\npassword = "{server.password}"\n'
        f"[control]\napply = {json.dumps([sys.executable, '-c', apply])}\n"
    )

    def die(_stream):
        server.refusing = FOREVER
        threading.Thread(target=come_back_when_asked, daemon=True).start()

    def come_back_when_asked():
        for _ in range(3000):
            if revive.exists():
                server.refusing = 0
                return
            server.revival.wait(0.01)

    server.revival = threading.Event()
    server.fate["CHECK"] = die
    code, outcomes, troubled, _ = run(str(target))
    assert (code, outcomes) == (1, ["pass", "crash", "pass"])
    assert "it was started again" in troubled["message"]
