"""Servers that send or claim far more than was asked for: findings, in bounded memory and time."""

import itertools
import json
import re
import subprocess
import sys

import pytest

from tests.fake_server import FakeServer

MOST_MIB = 400
OFFERED = "* CAPABILITY IMAP4rev1 UIDPLUS ESEARCH CONDSTORE QRESYNC LIST-EXTENDED"
LONGEST = 2**32 - 1
CASES = """
import pytest
from conformance.requirements import requirement
@requirement("RFC3501-6.1.2-OK")
@pytest.mark.parametrize("kind", {kinds})
def test_hostile(selected, kind):
    '''The server floods.'''
    answer = selected.ok("X" + kind)
    assert "SEARCH" not in kind or answer.search() == [1]
    if "VANISHED" in kind:
        assert answer.vanished == [1]
    if "COPYUID" in kind:
        assert list(answer.copy_uid.targets) == [1]
    selected.ok("NOOP")
@requirement("RFC3501-6.1.2-OK")
def test_later(selected):
    '''The next case.'''
    selected.ok("NOOP")
"""
PROGRAM = """
import sys
from pathlib import Path
from conformance.cli import main
code = main(sys.argv[2:], cases=Path(sys.argv[1]))
print(code, Path("/proc/self/status").read_text())
"""


def answered(*lines):
    """These lines, then OK."""

    def fate(stream, tag):
        for line in lines:
            stream.write(line + b"\r\n")
        stream.write(tag + b" OK done\r\n")

    return fate


def endless(start, octets):
    """These octets again and again."""

    def fate(stream, _tag):
        stream.write(start)
        for piece in itertools.repeat(octets):
            stream.write(piece)

    return fate


def search(stream, tag):
    stream.write(b'* ESEARCH (TAG "%s") ALL 1:%d\r\n%s OK done\r\n' % (tag, LONGEST, tag))


def flags(stream, tag):
    names = b" ".join(b"f%d" % number for number in range(700_000))
    answered(b"* FLAGS (" + names + b")")(stream, tag)


def copied(stream, tag):
    stream.write(b"%s OK [COPYUID 1 1:%d 1:%d] done\r\n" % (tag, LONGEST, LONGEST))


EXISTS = b"* %d EXISTS" % LONGEST
KINDS = {
    "EXISTS": answered(EXISTS, b"* %d FETCH (UID 5)" % LONGEST),
    "EXPUNGE": answered(EXISTS, b"* %d EXPUNGE" % LONGEST, *[b"* 1 EXPUNGE"] * 10_000),
    "VANISHED": answered(EXISTS, b"* VANISHED 1:%d" % LONGEST),
    "VANISHED-MANY": answered(b"* 100000 EXISTS", b"* VANISHED 1:100000"),
    "VANISHED-ONES": endless(b"* VANISHED 1", b",1" * 30_000),
    "SEARCH": search,
    "SEARCH-NUMBERS": endless(b"* SEARCH", b" 12" * 20_000),
    "COPYUID": copied,
    "FLAGS": flags,
    "FLAGS-ENDLESS": endless(b"* FLAGS (a", b" b" * 30_000),
    "QUOTED": answered(b'* LIST () NIL "' + b"a" * (5 << 20) + b'"'),
    "LINE": endless(b"* OK ", b"x" * 65_536),
    "LITERAL": endless(b"* 1 FETCH (BODY[] {4294967295}\r\n", b"x" * 65_536),
    "LITERALS": endless(b"", b"* 1 FETCH (BODY[] {1000000}\r\n" + b"x" * 1_000_000 + b")\r\n"),
    "LITERALS-IN-ONE": endless(b"* 1 FETCH (", b"BODY[] {9}\r\n123456789 " * 3_000),
    "UNTAGGED": endless(b"", b"* OK still here\r\n" * 3_000),
    "EXPUNGES": endless(b"", b"* 1 EXPUNGE\r\n" * 3_000),
    "LISTS": endless(b"", b"* LIST () NIL a\r\n" * 3_000),
    "NESTED": answered(b"* 1 FETCH (BODYSTRUCTURE " + b"(" * 1_000_000),
    "NESTED-EXTENSION": answered(b'* LIST () NIL a (("x" ' + b"(" * 1_000_000),
    "DIGITS": answered(b"* " + b"9" * 1_000_000 + b" EXISTS"),
    "CODE": answered(b"* OK [X " + b"y" * 1_000_000 + b"] text"),
}


def fate(server, kind):
    return lambda stream: KINDS[kind](stream, server.commands[-1].split()[0].encode())


@pytest.fixture
def run(tmp_path):
    """run(server, kinds) runs a case for each: results, size of the report, MiB at the most."""

    def run(server, kinds, patience=10):
        path = tmp_path / "cases" / "any_state" / "test_it.py"
        path.parent.mkdir(parents=True)
        path.write_text(CASES.format(kinds=list(kinds)))
        report = tmp_path / "report"
        words = ["run", server.url, "--jobs", "1", "--report", str(report)]
        program = f"from conformance.targets import probing; probing.PATIENCE = {patience}\n"
        command = [sys.executable, "-B", "-c", program + PROGRAM, str(tmp_path / "cases"), *words]
        output = subprocess.run(command, capture_output=True, text=True, timeout=600).stdout
        results = json.loads((report / "results.json").read_text())
        size = sum(file.stat().st_size for file in report.iterdir())
        print(output[-1500:])
        return results, size, int(re.search(r"VmHWM:\s+(\d+) kB", output)[1]) // 1024

    return run


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_floods(run):
    with FakeServer({"CAPABILITY": [OFFERED, "OK done"]}) as server:
        server.fate = {f"X{kind}": fate(server, kind) for kind in KINDS}
        results, size, memory = run(server, KINDS)
    outcomes = {case["id"].rpartition("/")[2]: case["outcome"] for case in results["cases"]}
    assert outcomes.pop("later") == "pass"
    others = {name: outcome for name, outcome in outcomes.items() if outcome != "fail"}
    assert not others
    assert memory < MOST_MIB
    assert size < 8 << 20
    (found,) = (case for case in results["cases"] if case["id"].endswith("[LITERALS]"))
    assert "sent or announced more than 20 MiB in one case; awaited: the tagged" in found["message"]
    assert any("octets ...]" in entry["text"] for entry in found["transcript"])


@pytest.mark.slow
def test_a_trickle(run):
    """One octet now and then ends a case after so many deadlines, whatever it asks."""

    def trickle(stream):
        import time

        for octet in itertools.cycle(b"* OK still here\r\n"):
            stream.write(bytes([octet]))
            time.sleep(0.05)

    with FakeServer() as server:
        server.fate["XTRICKLE"] = trickle
        results, _, memory = run(server, ["TRICKLE"], patience=0.3)
    case = next(case for case in results["cases"] if case["id"].endswith("[TRICKLE]"))
    assert case["outcome"] == "fail"
    assert "for the tagged response to" in case["message"]
    assert memory < MOST_MIB
