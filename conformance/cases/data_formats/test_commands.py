"""Commands as lines: tags, letters of either case, pieces and packets (RFC 3501, 2.2.1 and 9)."""

import pytest

from conformance.cases._mailbox import message
from conformance.cases._words import quotable
from conformance.requirements import needs, requirement
from conformance.wire import Literal, NonSync, Quoted
from conformance.wire.grammar import FetchData, ListData, SearchData, StatusData

TAGS = {
    "letter": "a",
    "digits": "0001",
    "letters-and-digits": "A142",
    "punctuation": "a.b-c_d/e:f",
    "specials": "!#$&',-./:;<=>?@[^_`|}~",
    "closing-bracket": "[a]",
    "command": "NOOP",
    "status": "OK",
    "nil": "NIL",
    "long": "tag" * 20,
}


@requirement("RFC3501-2.2.1-TAG")
@pytest.mark.parametrize("tag", TAGS.values(), ids=TAGS)
def test_completion_bears_any_tag(authenticated, tag):
    """A tag of any ASTRING-CHARs except "+" comes back as it was sent."""
    authenticated.send_line(f"{tag} NOOP")
    assert authenticated.finish(tag).status == "OK"


@requirement("RFC3501-2.2.1-TAG")
def test_tags_are_case_sensitive_text(authenticated):
    """Tags that differ in case only each get a completion of their own."""
    authenticated.send(b"abc NOOP\r\nABC CHECK\r\naBc NOOP\r\n")
    authenticated.finish("abc").expect("OK")
    authenticated.finish("ABC").expect("NO", "BAD")
    authenticated.finish("aBc").expect("OK")


@requirement("RFC3501-7.5-3")
@pytest.mark.parametrize(
    "command",
    [
        "noop",
        "nOoP",
        "status iNbOx (messages UidNext)",
        "fetch 1 fast",
        "Uid Fetch 1:* (Flags body.peek[header.fields (SUBJECT)])",
        "store 1 +flags.silent (\\sEEn \\FLAGGED)",
        "search not deleted subject message unanswered",
        'list "" %',
    ],
    ids=["lower", "mixed", "status", "macro", "uid-fetch", "store", "search", "list"],
)
def test_letters_may_be_of_either_case(selected, command):
    """Commands, data items, search keys and system flags are taken without regard to case."""
    selected.append(message(1))
    assert selected.command(command).status == "OK"


@requirement("RFC3501-7.5-3")
def test_system_flags_of_either_case_are_the_same(selected):
    """A system flag stored in other letters is the system flag."""
    selected.append(message(1))
    selected.ok("STORE", 1, "FLAGS", "(\\SEEN \\flagged)")
    flags = selected.ok("FETCH", 1, "FLAGS").fetch().flags - {"\\Recent"}
    assert {flag.lower() for flag in flags} == {"\\seen", "\\flagged"}
    assert selected.ok("SEARCH", "SEEN FLAGGED").search() == [1]


SPLIT = [
    "NOOP",
    'SEARCH (SUBJECT "message 1") NOT DELETED',
    'UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (Subject)]<0.9>)',
    'LIST "" "quoted \\"name\\" \\\\"',
]  # fmt: skip


def asked_for(answer):
    """What the commands of SPLIT ask for, without the news that may come with any command."""
    return [*answer.all(SearchData), *answer.all(FetchData), *answer.all(ListData)]


@requirement("RFC3501-2.2.1-COMMAND")
@pytest.mark.parametrize("command", SPLIT, ids=lambda command: command.split()[0].lower())
def test_may_be_split_at_any_octet(selected, second, command):
    """A command means the same wherever its octets are parted on their way."""
    selected.append(message(1))
    expected = asked_for(selected.ok(command))
    for at in range(1, len(f"s000 {command}\r\n")):
        tag = f"s{at:03}"
        line = f"{tag} {command}\r\n".encode()
        selected.send(line[:at])
        for _ in range(2):  # meanwhile the server takes up the first part
            second.ok("NOOP")
        selected.send(line[at:])
        answer = selected.finish(tag)
        assert answer.status == "OK", f"split after {line[:at]!r}"
        assert asked_for(answer) == expected, f"split after {line[:at]!r}"


@requirement("RFC3501-2.2.1-COMMAND")
def test_may_come_octet_by_octet(selected):
    """A command whose octets are all sent one by one is one command."""
    selected.append(message(1))
    selected.send(b'o1 SEARCH SUBJECT "message 1"\r\n', piece_size=1)
    assert selected.finish("o1").expect("OK").search() == [1]


@requirement("RFC3501-2.2.1-COMMAND", "RFC3501-4.3-LITERAL")
def test_literal_may_be_split_at_any_octet(selected):
    """The octets of a literal are taken wherever they are split, together with what follows."""
    selected.append(message(1))
    text = b"message 1"
    for at in range(len(text) + 1):
        tag = f"l{at}"
        selected.send(b"%s SEARCH SUBJECT {%d}\r\n" % (tag.encode(), len(text)))
        selected.expect_continuation()
        selected.send_pieces(text[:at], text[at:] + b" ALL\r\nx%d NO" % at, b"OP\r\n")
        assert selected.finish(tag).expect("OK").search() == [1]
        selected.finish(f"x{at}").expect("OK")


@requirement("RFC3501-5.5-ANSWERS")
def test_many_may_come_in_one_packet(authenticated):
    """Two hundred commands in one packet are all answered, each under its tag."""
    tags = [f"m{number}" for number in range(200)]
    authenticated.send(b"".join(f"{tag} NOOP\r\n".encode() for tag in tags))
    assert {authenticated.finish(tag).status for tag in tags} == {"OK"}


@requirement("RFC3501-5.5-ANSWERS")
def test_different_ones_in_one_packet(selected):
    """Each of several commands in one packet gets its own answer, refused ones among them."""
    lines = {
        "p1": ("CAPABILITY", ["OK"]),
        "p2": ("NOSUCHCOMMAND", ["NO", "BAD"]),
        "p3": ('LIST "" ""', ["OK"]),
        "p4": ("STATUS", ["NO", "BAD"]),
        "p5": ("SEARCH ALL", ["OK"]),
        "p6": ("NOOP", ["OK"]),
    }
    selected.send("".join(f"{tag} {line}\r\n" for tag, (line, _) in lines.items()).encode())
    for tag, (_, statuses) in lines.items():
        selected.finish(tag).expect(*statuses)


@requirement("RFC7888-3-2", "RFC7888-3-3")
@needs("LITERAL+")
def test_literals_that_do_not_wait_in_one_packet(selected):
    """Commands with non-synchronizing literals may follow each other in one packet."""
    selected.append(message(1))
    mailbox = selected.mailbox.encode()
    selected.send(
        b"n1 SEARCH SUBJECT {9+}\r\nmessage 1 TEXT {6+}\r\ntext 1\r\nn2 NOOP\r\n"
        b"n3 STATUS {%d+}\r\n%s (MESSAGES)\r\nn4 NOOP\r\n" % (len(mailbox), mailbox)
    )
    answers = [selected.finish(tag).expect("OK") for tag in ("n1", "n2", "n3", "n4")]
    assert [found.numbers for answer in answers for found in answer.all(SearchData)] == [(1,)]
    status = [told.items for answer in answers for told in answer.all(StatusData)]
    assert status == [{"MESSAGES": 1}]


@requirement("RFC3501-4.3-LITERAL")
@pytest.mark.parametrize(
    "form",
    [Quoted, Literal, pytest.param(NonSync, marks=needs("LITERAL+"))],
    ids=["quoted", "literal", "non-synchronizing"],
)
def test_login_takes_strings(connect, server, account, form):
    """User name and password may be strings of any form."""
    connection = connect()
    if "LOGINDISABLED" in server.initial_capabilities:
        connection.start_tls()
    words = [account.user, account.password]
    if form is Quoted:
        words = [quotable(text) for text in words]
    assert connection.command("LOGIN", *(form(text.encode()) for text in words)).status == "OK"
