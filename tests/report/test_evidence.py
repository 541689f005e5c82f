import pytest

from conformance.report.evidence import in_words, proof, proof_lines
from tests.report.sample import dialogue, entry


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        ("assert 'OK' == 'BAD'\n  \n  - BAD\n  + OK", ["expected: BAD", "seen:     OK"]),
        ("assert [1] == [1, 2]", ["expected: [1, 2]", "seen:     [1]"]),
        ("assert 'OK' in ('NO', 'BAD')\n + where", ["expected: one of NO, BAD", "seen:     OK"]),
        ("assert 1 != 1", ["expected: anything but 1", "seen:     1"]),
        ("assert 'x' in data(1)", ["expected: 'x' in data(1)"]),
        ("assert '~' not in 'a~'", ["expected: no '~' in 'a~'"]),
        ("assert 'size: 3, not 4' is None\n + where ...", ["size: 3, not 4"]),
        ("our words\nassert 1 == 2", ["our words", "expected: 2", "seen:     1"]),
        ("our words\nassert not ['x']", ["our words"]),
        ("one\nalso: two", ["one", "also: two"]),
        ("one\nalso: assert 1 == 2", ["one", "also: expected: 2", "seen:     1"]),
        # what is not understood stays as it is
        ("assert <x> == 1\n + where", ["assert <x> == 1", " + where"]),
        ("assert not f(1)\n + where", ["assert not f(1)", " + where"]),
        ("assert " + "(" * 5000, ["assert " + "(" * 5000]),
        ("assert", ["assert"]),
        ("", []),
    ],
)  # fmt: skip
def test_message_in_words(message, lines):
    assert in_words(message) == lines


@pytest.mark.filterwarnings("error")
def test_what_a_server_says_is_no_code():
    assert in_words(r"assert '\.' == 'x'") == ["expected: x", r"seen:     \."]


def test_last_command_of_the_connection_that_spoke_last():
    assert proof(dialogue(), "") == [1, 4]
    assert proof(dialogue(), "a rule is broken (connection B)") == [2, 3]


def test_command_that_the_message_quotes():
    transcript = [
        entry(0, "A", "C", "a1 CREATE  x"),
        entry(0, "A", "S", "a1 OK"),
        entry(0, "A", "C", "a2 NOOP"),
        entry(0, "A", "S", "a2 OK"),
    ]
    assert proof(transcript, "not answered BAD: ['CREATE  x']") == [0, 1]
    assert proof(transcript, "not answered BAD: ['DELETE  x']") == [2, 3]


def test_command_that_the_first_line_quotes_on_another_connection():
    transcript = [
        entry(0, "A", "S", "* OK"),
        entry(0, "B", "S", "* OK"),
        entry(0, "B", "C", "b1 NOOP"),
        entry(0, "A", "S", "[server closed the connection]"),
    ]
    message = (
        "the server stopped answering after 'b1 NOOP': refused\n"
        "also: a connection ends without BYE (connection A)"
    )
    assert proof(transcript, message) == [2]
    assert proof(transcript, "closed without BYE (connection A)\nalso: after 'b1 NOOP'") == [0, 3]


@pytest.mark.parametrize("last", ["body", "DONE"])
def test_continuation_belongs_to_its_command(last):
    transcript = [
        entry(0, "A", "C", "a1 NOOP"),
        entry(0, "A", "S", "a1 OK"),
        entry(0, "A", "C", "a2 APPEND x {4}"),
        entry(0, "A", "S", "+ go on"),
        *([entry(0, "A", "S", "* 1 EXISTS")] if last == "DONE" else []),
        entry(0, "A", "C", last),
        entry(0, "A", "S", "a2 NO"),
    ]
    assert proof(transcript, "")[0] == 2


def test_commands_without_an_answer_between_them_belong_together():
    transcript = [
        entry(0, "A", "C", "a1 NOOP"),
        entry(0, "A", "S", "a1 OK"),
        entry(0, "A", "C", "x NONSENSE {9+}\nz LOGOUT\n"),
        entry(0, "B", "S", "* OK"),
        entry(0, "A", "C", "a2 FETCH 1 FLAGS"),
        entry(0, "A", "S", "x BAD\n* BYE\nz OK"),
    ]
    assert proof(transcript, "closed after the command 'a2 FETCH 1 FLAGS'") == [2, 4, 5]


def test_without_a_command():
    assert proof([], "") == []
    assert proof([entry(0, "A", "S", "* BYE")], "") == [0]
    assert proof_lines([entry(0, "A", "S", "")], "") == ["A S: "]


def test_proof_is_short_and_visible():
    answer = "\n".join(f"* {n} EXISTS" for n in range(100)) + "\n\x1b[2Ja1 OK"
    transcript = [entry(0, "A", "C", "a1 X " + "y" * 5000), entry(0, "A", "S", answer)]
    lines = proof_lines(transcript, "")
    assert len(lines) == 5
    assert all(len(line) < 300 for line in lines)
    assert lines[-2:] == ["    (98 more lines)", "A S: \\x1b[2Ja1 OK"]
