"""SEARCH by strings in header and body: RFC 3501 section 6.4.4."""

import pytest

from conformance.cases.selected._search import check_keys, fill, found
from conformance.requirements import needs, requirement
from conformance.wire import Literal, NonSync, Quoted

# Every word stands in one place only.
MESSAGE = (
    b"From: Anna Alder <anna@ash.example>\r\n"
    b"To: Bert Birch <bert@beech.example>\r\n"
    b"Cc: Cora Cedar <cora@cypress.example>\r\n"
    b"Bcc: Dora Dogwood <dora@date.example>\r\n"
    b"Subject: Elm and Elder\r\n"
    b"X-Tree: Fir\r\n"
    b"\r\n"
    b"Ginkgo\r\n"
    b'and (Hazel) "Ilex" \\ %*\r\n'
)
ENCAPSULATING = (
    b"Subject: outside\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n"
    b"From: mary@example.test\r\nSubject: inside\r\n\r\nwithin\r\n"
)
OTHER = b"From: j@j.example\r\nSubject: juniper\r\n\r\nJuniper\r\n"


@pytest.mark.parametrize(
    ("key", "strings"),
    [
        pytest.param(key, strings, marks=requirement(f"RFC3501-6.4.4-{key}"), id=key)
        for key, strings in {
            "FROM": ["Anna Alder", "anna", "ash.example"],
            "TO": ["Bert Birch", "bert", "beech.example"],
            "CC": ["Cora Cedar", "cora", "cypress.example"],
            "BCC": ["Dora Dogwood", "dora", "date.example"],
            "SUBJECT": ["Elm and Elder", "Elm"],
        }.items()
    ],
)
def test_field_of_the_envelope(selected, key, strings):
    """The key finds what stands in its field of the envelope, and in no other."""
    fill(selected, OTHER, MESSAGE)
    for string in strings:
        assert found(selected, key, Quoted(string)) == [2], string
        for other in {"FROM", "TO", "CC", "BCC", "SUBJECT"} - {key}:
            assert found(selected, other, Quoted(string)) == [], f"{other} {string}"


@requirement("RFC3501-6.4.4-FROM", "RFC3501-6.4.4-TO", "RFC3501-6.4.4-CC", "RFC3501-6.4.4-BCC")
@pytest.mark.parametrize(
    "names", [["addresses"], ["rfc3501-8", "plain"], ["missing-from"]], ids=",".join
)
def test_addresses(selected, messages, names):
    """Addresses of every form are found by name, mailbox and host: groups, comments, lists."""
    check_keys(selected, [messages[name] for name in names])


@requirement("RFC3501-6.4.4-SUBJECT", "RFC3501-6.4.4-HEADER", "RFC3501-6.4.4-TO")
def test_folded_fields(selected, messages):
    """A folded field is searched as one line."""
    check_keys(
        selected, [messages[name] for name in ("folded", "folded-at-colon", "folded-spaces")]
    )


@requirement("RFC3501-6.4.4-SUBSTRING", "RFC3501-6.4.4-CASE")
def test_substring_in_any_case(selected):
    """A string matches wherever it stands in the field, in whatever case."""
    fill(selected, OTHER, MESSAGE)
    for string in ("Elm", "and", "Elder", "lm and eld", "ELM AND ELDER", "eLDER"):
        assert found(selected, "SUBJECT", Quoted(string)) == [2], string
    assert found(selected, "BODY", "GINK") == [2]
    assert found(selected, "TEXT", "fIR") == [2]
    assert found(selected, "FROM", "ANNA@ASH") == [2]
    assert found(selected, "HEADER x-tree IR") == [2]


@requirement("RFC3501-6.4.4-SUBSTRING")
def test_empty_string(selected):
    """The empty string is a substring of every field."""
    fill(selected, MESSAGE, OTHER)
    assert found(selected, 'SUBJECT ""') == [1, 2]
    assert found(selected, 'TEXT ""') == [1, 2]


@requirement("RFC3501-6.4.4-SUBSTRING")
def test_a_string_is_one_string(selected):
    """The words of a string are found together and in order, or not at all."""
    fill(selected, MESSAGE)
    assert found(selected, "SUBJECT", Quoted("Elder and Elm")) == []
    assert found(selected, "SUBJECT", Quoted("Elm Elder")) == []
    assert found(selected, "SUBJECT", Quoted("Elm  and")) == []
    assert found(selected, "SUBJECT", Quoted("Elm*")) == []


@requirement("RFC3501-6.4.4-BODY", "RFC3501-6.4.4-TEXT")
def test_body_and_text(selected):
    """BODY looks into the body, TEXT into header and body; names of fields belong to the header."""
    fill(selected, OTHER, MESSAGE)
    assert found(selected, "BODY", "ginkgo") == [2]
    assert found(selected, "TEXT", "ginkgo") == [2]
    for string in ("Elder", "X-Tree: Fir", "cypress"):
        assert found(selected, "BODY", Quoted(string)) == [], string
        assert found(selected, "TEXT", Quoted(string)) == [2], string


@requirement("RFC3501-6.4.4-BODY", "RFC3501-6.4.4-TEXT")
@pytest.mark.parametrize(
    "names",
    [
        ["nested", "rfc3501-6.4.5"],
        ["rfc822-alone", "digest"],
        ["attachments", "binary-base64"],
        ["preamble-epilogue", "boundary-quoted", "empty-parts"],
        ["empty-body", "header-only", "blank-lines"],
        ["long-line", "no-final-crlf", "protocol-lookalikes"],
        ["huge-header"],
    ],
    ids=",".join,
)
def test_messages_of_many_shapes(selected, messages, names):
    """The text is found in nested parts, in encapsulated messages, in long lines, at the end."""
    check_keys(selected, [messages[name] for name in names])


@requirement("RFC3501-6.4.4-BODY", "RFC3501-6.4.4-TEXT", "RFC3501-6.4.4-SUBJECT")
def test_encapsulated_message(selected):
    """The text of an encapsulated message is body; its header does not show in the envelope."""
    fill(selected, ENCAPSULATING)
    assert found(selected, "BODY within") == [1]
    for string in ("inside", "mary@example", "within"):
        assert found(selected, "TEXT", Quoted(string)) == [1], string
    assert found(selected, "SUBJECT inside") == []
    assert found(selected, "FROM mary") == []
    assert found(selected, 'HEADER From ""') == []


# What follows the blank line is the body (RFC 2822 section 2.1), yet RFC 3501 does not say
# whether BODY means it as it stands or its parts.
@requirement("RFC3501-6.4.4-BODY", level="SHOULD")
def test_header_of_an_encapsulated_message(selected):
    """The header of an encapsulated message is in the body of the message around it."""
    fill(selected, ENCAPSULATING)
    assert found(selected, "BODY inside") == [1]
    assert found(selected, "BODY mary@example") == [1]


@requirement("RFC3501-6.4.4-HEADER")
def test_header(selected):
    """HEADER finds the string behind the colon of the field that it names, and in no other."""
    fill(selected, OTHER, MESSAGE)
    assert found(selected, "HEADER X-Tree Fir") == [2]
    assert found(selected, 'HEADER "X-TREE" "fir"') == [2]
    assert found(selected, "HEADER", Literal(b"x-tree"), "fir") == [2]
    assert found(selected, "HEADER Subject Fir") == []
    assert found(selected, "HEADER X-Tree Tree") == []
    assert found(selected, "HEADER X-Tre Fir") == []
    assert found(selected, "HEADER Tree Fir") == []


@requirement("RFC3501-6.4.4-HEADER")
def test_header_field_that_occurs_twice(selected):
    """HEADER looks into every field of the name, each for itself."""
    fill(selected, b"X-Tree: oak\r\nX-Tree: yew\r\n\r\n.\r\n")
    assert found(selected, "HEADER X-Tree oak") == [1]
    assert found(selected, "HEADER X-Tree yew") == [1]
    assert found(selected, "HEADER X-Tree oak HEADER X-Tree yew") == [1]


@requirement("RFC3501-6.4.4-HEADEREMPTY", "RFC3501-6.4.4-HEADER")
def test_header_with_the_empty_string(selected):
    """HEADER with a zero-length string finds the messages that have the field, empty or not."""
    fill(selected, b"Subject: s\r\nX-Tree: oak\r\n\r\n.\r\n", OTHER, b"X-Tree:\r\n\r\n.\r\n")
    assert found(selected, 'HEADER X-Tree ""') == [1, 3]
    assert found(selected, "HEADER X-Tree", Literal(b"")) == [1, 3]
    assert found(selected, 'NOT HEADER X-Tree ""') == [2]
    assert found(selected, 'HEADER X-No-Such-Field ""') == []


@requirement("RFC3501-6.4.4-HEADER", "RFC3501-6.4.4-BODY")
def test_header_ends_at_the_blank_line(selected):
    """What looks like a field in the body is no field."""
    fill(selected, b"Subject: trap\r\n\r\nX-Tree: oak\r\n")
    assert found(selected, "HEADER X-Tree oak") == []
    assert found(selected, 'HEADER X-Tree ""') == []
    assert found(selected, 'BODY "X-Tree: oak"') == [1]


@requirement("RFC3501-6.4.4-SUBJECT", "RFC3501-6.4.4-TO", "RFC3501-6.4.4-HEADER")
def test_absent_and_empty_fields(selected, messages):
    """A string that is not in the header is not found in fields that are absent or empty."""
    fill(selected, messages["no-subject"].octets, messages["empty-fields"].octets)
    assert found(selected, "SUBJECT nobody") == []
    assert found(selected, "TO nobody") == []
    assert found(selected, "TO someone") == []
    assert found(selected, 'HEADER Subject ""') == [2]


@requirement("RFC3501-6.4.4-SUBSTRING")
@pytest.mark.parametrize(
    "argument",
    [
        pytest.param("Ginkgo", id="atom"),
        pytest.param(Quoted("and (Hazel)"), id="quoted"),
        pytest.param(Quoted('"Ilex" \\ %*'), id="escapes"),
        pytest.param(Literal(b'and (Hazel) "Ilex"'), id="literal"),
    ],
)
def test_forms_of_a_string(selected, argument):
    """The string of a key is an atom, a quoted string or a literal."""
    fill(selected, OTHER, MESSAGE)
    assert found(selected, "BODY", argument) == [2]


@requirement("RFC3501-6.4.4-OR", "RFC3501-6.4.4-HEADER")
def test_several_literals(selected):
    """Each of several literals in one SEARCH is asked for and taken."""
    fill(selected, OTHER, MESSAGE)
    arguments = ["OR HEADER", Literal(b"X-Tree"), Literal(b"Fir"), "BODY", Literal(b"Juniper")]
    assert found(selected, *arguments) == [1, 2]
    assert found(selected, "SUBJECT", Literal(b"Elm"), "BODY", Literal(b"Juniper")) == []


@requirement("RFC3501-6.4.4-SUBSTRING")
@needs("LITERAL+")
def test_non_synchronizing_literal(selected):
    """With LITERAL+ a search string may be a non-synchronizing literal."""
    fill(selected, OTHER, MESSAGE)
    assert found(selected, "SUBJECT", NonSync(b"Elm and"), "BODY", NonSync(b"Hazel")) == [2]
