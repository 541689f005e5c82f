"""What shows that a case failed: what was expected and seen, and the lines of the wire for it."""

import ast
import re
import warnings
from collections.abc import Sequence
from typing import Any

from conformance.report.page import visible

Transcript = Sequence[dict[str, Any]]

QUOTED = re.compile(r"'([^']+ [^']+)'")
ON_CONNECTION = re.compile(r"\(connection ([A-Z])\)")
# Of the answer of a server the first lines and the last, which has the status.
ANSWER_LINES = 3
LINE = 240


def in_words(message: str) -> list[str]:
    """The lines of a message; where it is a comparison of pytest's: what was expected and seen."""
    lines: list[str] = []
    for part in message.split("\nalso: "):
        part_lines = _part(part.splitlines())
        if lines and part_lines:
            part_lines[0] = f"also: {part_lines[0]}"
        lines += part_lines
    return lines


def _part(lines: list[str]) -> list[str]:
    """What the case says itself comes before the assertion that pytest adds."""
    begin = next((n for n, line in enumerate(lines) if line.startswith("assert ")), None)
    if begin is None:
        return lines
    said = [line for line in lines[:begin] if line.strip()]
    compared = _comparison(lines[begin])
    if compared is None and not said:
        return lines
    return said + (compared or [])


def _comparison(line: str) -> list[str] | None:
    """`assert SEEN == EXPECTED` and the like in words; None for any other assertion."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of code, which this is not
            statement = ast.parse(line).body[0]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    test = statement.test if isinstance(statement, ast.Assert) else None
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    seen = ast.get_source_segment(line, test.left) or ""
    expected = ast.get_source_segment(line, test.comparators[0]) or ""
    match test.ops[0]:
        case ast.Eq():
            return [f"expected: {_bare(expected)}", f"seen:     {_bare(seen)}"]
        case ast.NotEq():
            return [f"expected: anything but {_bare(expected)}", f"seen:     {_bare(seen)}"]
        case ast.In() if isinstance(test.comparators[0], ast.Tuple):
            choice = ", ".join(
                _bare(ast.get_source_segment(line, each) or "") for each in test.comparators[0].elts
            )
            return [f"expected: one of {choice}", f"seen:     {_bare(seen)}"]
        case ast.In():
            return [f"expected: {seen} in {expected}"]
        case ast.NotIn():
            return [f"expected: no {seen} in {expected}"]
        case ast.Is() if expected == "None" and isinstance(test.left, ast.Constant):
            return [_bare(seen)]  # the difference that a comparing function told
        case _:
            return None


def _bare(source: str) -> str:
    """The words IMAP has for a status without Python's quotes."""
    value = source[1:-1]
    return value if source[:1] == source[-1:] == "'" and "'" not in value and value else source


def proof(transcript: Transcript, message: str) -> list[int]:
    """The numbers of the entries that show the deviation: a command and what came after it.

    The command is the last that the message quotes, otherwise the last that was sent: a case ends
    where it fails. Without a command: all that the server said there.
    """
    if not transcript:
        return []
    name = _connection(transcript, message)
    own = [n for n, entry in enumerate(transcript) if entry["connection"] == name]
    sent = [at for at, n in enumerate(own) if transcript[n]["from"] == "C"]
    if not sent:
        return own
    begin = sent.pop()
    quoted = QUOTED.findall(message)
    for at in (begin, *reversed(sent)):
        if any(words in transcript[own[at]]["text"] for words in quoted):
            begin = at
            sent = [earlier for earlier in sent if earlier < at]
            break
    # What follows a continuation request, and the end of IDLE, belong to the command before them;
    # commands that were sent without waiting for an answer belong together.
    while sent and (
        transcript[own[begin - 1]]["from"] == "C"
        or transcript[own[begin - 1]]["text"].startswith("+")
        or transcript[own[begin]]["text"].upper() == "DONE"
    ):
        begin = sent.pop()
    return own[begin : _next_command(transcript, own, begin)]


def _connection(transcript: Transcript, message: str) -> str:
    """The connection that the message is about, its first line above all; or that spoke last.

    It is named there, or else is that of the last command that is quoted there.
    """
    for part in (message.partition("\n")[0], message):
        named = ON_CONNECTION.search(part)
        if named:
            return named[1]
        quoted = QUOTED.findall(part)
        for entry in reversed(transcript):
            if entry["from"] == "C" and any(words in entry["text"] for words in quoted):
                return str(entry["connection"])
    return str(transcript[-1]["connection"])


def _next_command(transcript: Transcript, own: list[int], begin: int) -> int:
    """Where the answer to the command at `begin` ends: a command follows its tagged response."""
    tag = transcript[own[begin]]["text"].partition(" ")[0] + " "
    for at in range(begin + 1, len(own) - 1):
        entry = transcript[own[at]]
        answered = entry["from"] == "S" and entry["text"].startswith(tag)
        if answered and transcript[own[at + 1]]["from"] == "C":
            return at + 1
    return len(own)


def proof_lines(transcript: Transcript, message: str) -> list[str]:
    """The proof as lines `CONNECTION C|S: text`: what was sent, and two or three of the answer."""
    sent: list[str] = []
    answer: list[str] = []
    for number in proof(transcript, message):
        entry = transcript[number]
        head = f"{entry['connection']} {entry['from']}: "
        lines = [head + _short(line) for line in entry["text"].splitlines() or [""]]
        (sent if entry["from"] == "C" else answer).extend(lines)
    if len(sent) > 2:
        sent[1:] = [f"    ({len(sent) - 1} more lines sent)"]
    if len(answer) > ANSWER_LINES:
        left_out = len(answer) - ANSWER_LINES
        answer[2:-1] = [f"    ({left_out} more lines)"]
    return sent + answer


def _short(line: str) -> str:
    line = visible(line)
    return line if len(line) <= LINE else f"{line[:LINE]} [... {len(line) - LINE} more]"
