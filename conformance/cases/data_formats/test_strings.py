"""Atom, number, string, parenthesized list and NIL (RFC 3501, sections 4.1 to 4.5)."""

import pytest

from conformance.cases._mailbox import message
from conformance.requirements import requirement
from conformance.wire import Joined, Literal, Mailbox, Quoted

TEXT = 'a "quoted" word and a \\ backslash'
WITH_SPECIALS = f"Subject: {TEXT}\r\n\r\nbody\r\n".encode()


@requirement("RFC3501-4.3-QUOTED")
def test_quoted_string_escapes_quotes_and_backslashes(selected):
    """In a quoted string \\" is a double quote and \\\\ a backslash."""
    selected.append(WITH_SPECIALS)
    for text in (TEXT, '"', "\\", '"quoted"', "a \\ b"[1:4]):
        found = selected.ok("SEARCH", "SUBJECT", Quoted(text)).search()
        assert found == [1], f"nothing found for the quoted string of {text!r}"
    assert selected.ok("SEARCH", "SUBJECT", Quoted("\\ \\")).search() == []


@requirement("RFC3501-4.3-QUOTED")
@pytest.mark.parametrize(
    "text",
    ["(in parentheses)", "50% of *", "{5}", "[x]", "NIL", "a  b", "a\tb"],
    ids=["parentheses", "wildcards", "braces", "brackets", "nil", "spaces", "tab"],
)
def test_quoted_string_holds_specials(selected, text):
    """What an atom may not hold stands in a quoted string for itself."""
    selected.append(f"Subject: one\r\n\r\nfirst {text} last\r\n".encode())
    selected.append(b"Subject: two\r\n\r\nfirst last\r\n")
    assert selected.ok("SEARCH", "BODY", Quoted(text)).search() == [1]


@requirement("RFC3501-4.3-FORMS")
def test_atom_quoted_string_and_literal_are_the_same(selected, authenticated):
    """An astring means the same as an atom, as a quoted string and as a literal."""
    selected.append(message(1))
    name = authenticated.mailbox.encode()
    for form in (Mailbox(authenticated.mailbox), Quoted(name), Literal(name)):
        status = selected.ok("STATUS", form, "(MESSAGES)").status_data()
        assert status.items["MESSAGES"] == 1
    for word in ("message", Quoted("message"), Literal(b"message")):
        assert selected.ok("SEARCH", "SUBJECT", word).search() == [1]


@requirement("RFC3501-4.3-EMPTY")
@pytest.mark.parametrize("empty", [Quoted(""), Literal(b"")], ids=["quoted", "literal"])
def test_empty_string(selected, empty):
    """The empty string may be written "" or {0}."""
    selected.append(message(1))
    selected.append(b"From: a@example.test\r\n\r\nno subject\r\n")
    assert selected.ok("SEARCH", "HEADER", "Subject", empty).search() == [1]
    assert len(selected.ok("LIST", empty, empty).list()) == 1


@requirement("RFC3501-4.3-2", "RFC3501-4.3-EMPTY")
def test_empty_literal_is_waited_for(selected):
    """A literal of no octets gets its continuation request, too."""
    selected.append(message(1))
    selected.send_line("e1 SEARCH HEADER Subject {0}")
    selected.expect_continuation()
    selected.send_line(" ALL")
    assert selected.finish("e1").expect("OK").search() == [1]


@requirement("RFC3501-4.5-NIL")
def test_nil_is_an_atom_where_an_astring_stands(selected):
    """In an astring NIL is a text like any other."""
    selected.append(b"Subject: the letters NIL\r\n\r\nbody\r\n")
    selected.append(message(2))
    selected.append(b"From: a@example.test\r\n\r\nno subject\r\n")
    assert selected.ok("SEARCH", "SUBJECT", "NIL").search() == [1]


@requirement("RFC3501-4.5-NIL")
@pytest.mark.parametrize("command", ["STATUS NIL (MESSAGES)", 'LIST "" NIL', "LIST NIL NIL"])
def test_nil_may_name_a_mailbox(authenticated, command):
    """A mailbox name of NIL is the name of a mailbox, no syntax error."""
    assert authenticated.command(command).status in ("OK", "NO")


@requirement("RFC3501-4.4-LIST")
def test_lists_may_be_nested(selected):
    """A parenthesized list can contain others, many levels deep."""
    selected.append(message(1))
    selected.append(message(2))
    keys = '((SUBJECT "message 1") (OR (DELETED) (NOT (SUBJECT "message 2"))))'
    assert selected.ok("SEARCH", keys).search() == [1]
    assert selected.ok("SEARCH", "(" * 10 + "SUBJECT 2" + ")" * 10).search() == [2]


@requirement("RFC3501-4.4-LIST")
def test_list_of_one_element(selected):
    """A list of one element is a list."""
    uid = selected.append(message(1))
    assert selected.ok("FETCH", 1, "(UID)").fetch().uid == uid


@requirement("RFC3501-4.4-EMPTY")
def test_empty_list(selected):
    """() is a list without members: STORE FLAGS () leaves no flags."""
    selected.append(message(1), flags=("\\Seen", "\\Draft"))
    selected.ok("STORE", 1, "FLAGS", "()")
    assert selected.ok("FETCH", 1, "FLAGS").fetch().flags <= {"\\Recent"}


@requirement("RFC3501-4.2-NUMBER")
@pytest.mark.parametrize("number", ["0", "00", "007", "4294967295"])
def test_number_is_a_sequence_of_digits(selected, number):
    """A number is one or more digits, leading zeros among them, up to 4294967295."""
    selected.append(message(1))
    expected = [] if number == "4294967295" else [1]
    assert selected.ok("SEARCH", "LARGER", number).search() == expected


@requirement("RFC3501-2.2.2-3")
@pytest.mark.parametrize(
    "command",
    [
        "SEARCH LARGER -1",
        "SEARCH LARGER 1.5",
        "SEARCH LARGER 0x10",
        'SEARCH LARGER "5"',
        "SEARCH LARGER five",
        "FETCH 4294967296 UID",
        "FETCH -1 UID",
    ],
    ids=["sign", "fraction", "hexadecimal", "quoted", "letters", "too-large", "negative"],
)
def test_what_is_no_number(selected, command):
    """What is not a sequence of digits below 2^32 is no number and is answered BAD."""
    selected.append(message(1))
    assert selected.command(command).status == "BAD"
    assert selected.command("NOOP").status == "OK"


@requirement("RFC3501-4.1-ATOM")
def test_atom_may_hold_odd_characters(selected):
    """An atom may hold any character that is not special."""
    text = "!#$&'+,-./:;<=>?@^_`|}~[]"
    selected.append(f"Subject: one\r\n\r\nfirst {text} last\r\n".encode())
    assert selected.ok("SEARCH", "BODY", text).search() == [1]


LITERALS = {
    "select": lambda name: ("SELECT", Literal(name)),
    "examine": lambda name: ("EXAMINE", Literal(name)),
    "status": lambda name: ("STATUS", Literal(name), "(MESSAGES)"),
    "subscribe": lambda name: ("SUBSCRIBE", Literal(name)),
    "unsubscribe": lambda name: ("UNSUBSCRIBE", Literal(name)),
    "list": lambda name: ("LIST", Literal(b""), Literal(name)),
    "lsub": lambda name: ("LSUB", Literal(b""), Literal(name)),
    "append": lambda name: ("APPEND", Literal(name), "(\\Seen)", Literal(b"Subject: x\r\n\r\n")),
    "copy": lambda name: ("COPY", 1, Literal(name)),
    "search-keys": lambda _: ("SEARCH", "SUBJECT", Literal(b"a"), "NOT", "BODY", Literal(b"b")),
    "search-header": lambda _: ("SEARCH", "HEADER", Literal(b"Subject"), Literal(b"message")),
    "search-charset": lambda _: ("SEARCH", "CHARSET", Literal(b"US-ASCII"), "TEXT", Literal(b"a")),
    "header-fields": lambda _: (
        "FETCH", 1,
        Joined("BODY.PEEK[HEADER.FIELDS (", Literal(b"Subject"), " ", Literal(b"Date"), ")]"),
    ),
}  # fmt: skip


@requirement("RFC3501-4.3-LITERAL", "RFC3501-7.5-CONTINUATION")
@pytest.mark.parametrize("arguments", LITERALS.values(), ids=LITERALS)
def test_literal_where_a_string_may_stand(selected, arguments):
    """A string may be a literal wherever it stands in a command."""
    selected.append(message(1))
    assert selected.command(*arguments(selected.mailbox.encode())).status == "OK"


@requirement("RFC3501-4.3-LITERAL")
def test_literal_names_of_mailboxes(authenticated, scratch):
    """CREATE, RENAME and DELETE take their mailbox names as literals."""
    old, new = scratch.name().encode(), scratch.name().encode()
    authenticated.ok("CREATE", Literal(old))
    authenticated.ok("RENAME", Literal(old), Literal(new))
    assert authenticated.command("STATUS", Literal(old), "(UIDNEXT)").status == "NO"
    authenticated.ok("DELETE", Literal(new))
