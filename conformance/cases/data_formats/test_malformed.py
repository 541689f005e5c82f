"""Commands that break the syntax: BAD, and the session goes on (RFC 3501, 2.2.1, 2.2.2, 9)."""

import pytest

from conformance.cases._mailbox import message
from conformance.requirements import needs, requirement
from conformance.wire import Literal, Mailbox, NonSync
from conformance.wire.grammar import Condition, Continuation

MALFORMED = {
    "tag-alone": b"t1",
    "tag-and-space": b"t1 ",
    "unknown": b"t1 NOSUCHCOMMAND",
    "unknown-with-arguments": b't1 NOSUCHCOMMAND (a "b c") [x] {y',
    "beginning-of-a-name": b"t1 NOO",
    "more-than-a-name": b"t1 NOOPS",
    "two-spaces": b"t1  NOOP",
    "trailing-space": b"t1 NOOP ",
    "argument-too-many": b"t1 NOOP now",
    "argument-missing": b"t1 COPY 1",
    "space-before-argument": b"t1 SEARCH  ALL",
    "space-before-uid-command": b"t1 UID  FETCH 1 UID",
    "uid-of-nothing": b"t1 UID",
    "uid-of-another-command": b"t1 UID NOOP",
    "quote-not-closed": b't1 SEARCH SUBJECT "message',
    "escape-of-a-letter": b't1 SEARCH SUBJECT "a\\b"',
    "quote-closed-by-an-escape": b't1 SEARCH SUBJECT "a\\"',
    "text-behind-a-quote": b't1 SEARCH SUBJECT "a"b',
    "parenthesis-not-closed": b"t1 FETCH 1 (UID FLAGS",
    "parenthesis-not-opened": b"t1 FETCH 1 UID)",
    "wrong-order": b"t1 FETCH 1 )UID(",
    "space-in-parentheses": b"t1 FETCH 1 ( UID )",
    "empty-parentheses": b"t1 FETCH 1 ()",
    "carriage-return": b"t1 NO\rOP",
    "nul": b"t1 NO\0OP",
    "nul-in-quotes": b't1 SEARCH SUBJECT "a\0b"',
    "8-bit-in-an-atom": b"t1 SEARCH SUBJECT gr\xc3\xbcn",
}


@requirement("RFC3501-2.2.2-3", "RFC3501-2.2.2-2", "RFC9051-2.2.2-2")
@pytest.mark.parametrize("line", MALFORMED.values(), ids=MALFORMED)
def test_bad_and_the_next_command_is_understood(selected, line):
    """A malformed command is answered BAD; what follows in the same packet is executed."""
    selected.append(message(1))
    tag = line[:2].decode()
    selected.send(line + b"\r\nt2 NOOP\r\n")
    assert selected.finish(tag).status == "BAD"
    assert selected.finish("t2").status == "OK"


TAGLESS = {
    "empty": b"",
    "space": b" ",
    "space-before-the-tag": b" t1 NOOP",
    "tab-for-space": b"t1\tNOOP",
    "plus": b"+ NOOP",
    "plus-in-the-tag": b"t+1 NOOP",
    "asterisk": b"* NOOP",
    "parenthesis": b"(t1) NOOP",
    "quoted": b'"t1" NOOP',
    "percent": b"t%1 NOOP",
    "nul": b"\0",
}


@requirement("RFC3501-7.1.3-UNTAGGED", level="SHOULD")
@pytest.mark.parametrize("line", TAGLESS.values(), ids=TAGLESS)
def test_untagged_bad_without_a_tag(selected, line):
    """A line that has no valid tag is answered with an untagged BAD, and the session goes on."""
    selected.append(message(1))
    selected.send(line + b"\r\nt2 NOOP\r\n")
    assert selected.expect_untagged(Condition).kind == "BAD"
    assert selected.finish("t2").status == "OK"


@requirement("RFC3501-2.2.2-3")
def test_before_login(connection):
    """Malformed commands before login get BAD, and the connection still takes commands."""
    connection.send(b"t1 NOSUCHCOMMAND\r\nt2 LOGIN\r\nt3 CAPABILITY\r\n")
    assert connection.finish("t1").status == "BAD"
    assert connection.finish("t2").status == "BAD"
    assert connection.finish("t3").status == "OK"


@requirement("RFC3501-2.2.1-COMMAND")
def test_bare_line_feed(selected):
    """A line that ends with LF alone is a line or is none; the next line is not lost for long."""
    selected.send(b"f1 NOOP\nf2 NOOP\r\nf3 NOOP\r\n")
    assert selected.finish("f3").status == "OK"


SMUGGLED = b"x\r\nz1 STORE 1 +FLAGS (\\Deleted)\r\nz2 LOGOUT\r\n"


@requirement("RFC3501-4.3-LITERAL")
@pytest.mark.parametrize("command", ["SEARCH SUBJECT", "NOSUCHCOMMAND", "STATUS x"])
def test_literal_is_not_executed(selected, command):
    """What a literal holds is never taken for a command, even if its own command is refused."""
    selected.append(message(1))
    selected.command(command, Literal(SMUGGLED))
    assert "\\Deleted" not in selected.ok("FETCH", 1, "FLAGS").fetch().flags
    assert selected.bye is None


@requirement("RFC7888-3-3")
@needs("LITERAL+")
@pytest.mark.parametrize("command", ["SEARCH SUBJECT", "NOSUCHCOMMAND", "STATUS x"])
def test_literal_that_does_not_wait_is_not_executed(selected, command):
    """What a non-synchronizing literal holds is never taken for a command, either."""
    selected.append(message(1))
    selected.command(command, NonSync(SMUGGLED))
    assert "\\Deleted" not in selected.ok("FETCH", 1, "FLAGS").fetch().flags
    assert selected.bye is None


@requirement("RFC3501-2.2.1-REFUSED")
@pytest.mark.parametrize("command", ["NOSUCHCOMMAND", "FETCH 1", "STATUS x"])
def test_literal_of_a_malformed_command(selected, command):
    """A malformed command with a literal is refused before or after the literal, and once."""
    selected.command(command, Literal(b"hello")).expect("NO", "BAD")
    answer = selected.command("NOOP")
    assert answer.status == "OK"
    assert not answer.conditions("BAD")


COUNTS = {
    "nothing": "{}",
    "letters": "{abc}",
    "negative": "{-1}",
    "sign": "{+5}",
    "fraction": "{1.5}",
    "hexadecimal": "{0x10}",
    "space": "{5 }",
    "two-pluses": "{5++}",
    "not-closed": "{5",
    "not-opened": "5}{",
}


@requirement("RFC3501-2.2.2-3", "RFC3501-2.2.1-REFUSED", level="SHOULD")
@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)
def test_malformed_octet_count(selected, count):
    """A literal whose octet count is no number is answered BAD, and the session goes on."""
    selected.send_line(f"c1 STATUS {count}")
    assert selected.finish("c1").status == "BAD"
    assert selected.command("NOOP").status == "OK"


def assert_refused_or_continued(connection, tag):
    """The server refuses the announced literal, asks for it, or ends the session with BYE."""
    while True:
        response = connection.read_response(awaited="an answer to a literal that is too large")
        if isinstance(response, Continuation):
            return
        if isinstance(response, Condition) and response.kind == "BYE":
            return
        if isinstance(response, Condition) and response.tag is not None:
            break
    assert (response.tag, response.kind) in ((tag, "NO"), (tag, "BAD"))
    assert connection.command("NOOP").status == "OK"


@requirement("RFC3501-2.2.1-REFUSED")
@pytest.mark.parametrize("size", [10_000_000, 2**31 - 1, 2**32 - 1, 10**20 - 1])
def test_huge_literal_before_login(connection, size):
    """A literal that is too large before login is refused, continued or answered with BYE."""
    connection.send_line(f"h1 LOGIN {{{size}}}")
    assert_refused_or_continued(connection, "h1")


@requirement("RFC3501-2.2.1-REFUSED")
@pytest.mark.parametrize("size", [2**31 - 1, 2**32 - 1, 10**20 - 1])
def test_huge_mailbox_name(authenticated, size):
    """A literal too large for a mailbox name is refused, continued or answered with BYE."""
    authenticated.send_line(f"h1 STATUS {{{size}}}")
    assert_refused_or_continued(authenticated, "h1")


@requirement("RFC3501-2.2.1-REFUSED")
def test_huge_message(authenticated, mailbox):
    """A message of 4 GiB is refused, continued or answered with BYE, as it is announced."""
    authenticated.send_line(f"h1 APPEND {mailbox} {{{2**32 - 1}}}")
    assert_refused_or_continued(authenticated, "h1")


@requirement("RFC3501-7.5-4", "RFC3501-4.3.1-2")
def test_nul_in_a_message(selected):
    """A message with NUL is refused, or its NUL never comes back."""
    nul = b"Subject: x\r\n\r\none\0two\r\n"
    answer = selected.command("APPEND", Mailbox(selected.mailbox), Literal(nul))
    if answer.status == "OK":
        selected.ok("NOOP")
        assert b"\0" not in (selected.ok("FETCH", "*", "BODY.PEEK[]").fetch().section("") or b"")
    assert selected.command("NOOP").status == "OK"
