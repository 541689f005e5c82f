"""Commands that IMAP4rev2 includes work without a capability of their own: RFC 9051 appendix E."""

import pytest

from conformance.cases._mailbox import fill, message, uids
from conformance.requirements import requirement, revision
from conformance.wire import Literal, Mailbox
from conformance.wire.grammar import ESearchData, NamespaceData, StatusData

pytestmark = [revision("IMAP4rev2"), requirement("RFC9051-E-FOLDED")]


@requirement("RFC9051-6.3.10-1")
def test_namespace(selected):
    """NAMESPACE is answered, with a personal namespace."""
    assert selected.ok("NAMESPACE").only(NamespaceData).personal


def test_unselect(selected):
    """UNSELECT leaves the mailbox, and removes nothing."""
    present = fill(selected, 1, flags=("\\Deleted",))
    selected.ok("UNSELECT")
    selected.command("FETCH", 1, "UID").expect("BAD", "NO")
    selected.select(selected.mailbox)
    assert uids(selected) == present


def test_idle(selected):
    """IDLE is answered by a continuation request, and ends with DONE."""
    with selected.idle():
        pass


def test_uid_expunge(selected):
    """UID EXPUNGE removes the messages of its set alone."""
    present = fill(selected, 2, flags=("\\Deleted",))
    selected.ok("UID EXPUNGE", present[0])
    assert uids(selected) == present[1:]


@pytest.mark.parametrize("command", ["COPY", "MOVE"])
def test_copy_uid(selected, elsewhere, command):
    """COPY and MOVE are answered with COPYUID."""
    present = fill(selected, 1)
    copied = selected.ok(command, 1, Mailbox(elsewhere)).copy_uid
    assert copied is not None, f"{command} was answered without COPYUID"
    assert list(copied.sources) == present


def test_append_uid(selected):
    """APPEND is answered with APPENDUID, which is the UID of the new message."""
    answer = selected.ok("APPEND", Mailbox(selected.mailbox), Literal(message(1)))
    assert answer.append_uid is not None, "APPEND was answered without APPENDUID"
    assert [answer.append_uid.uid] == uids(selected)


def test_search_result_options(selected):
    """SEARCH takes result options."""
    fill(selected, 3)
    found = selected.ok("SEARCH", "RETURN (MIN MAX COUNT)", "ALL").only(ESearchData)
    assert (found.min, found.max, found.count) == (1, 3, 3)


def test_search_result_variable(selected):
    """SEARCH RETURN (SAVE) keeps the result for $."""
    fill(selected, 3)
    selected.ok("SEARCH", "RETURN (SAVE)", "2:3")
    assert [one.number for one in selected.ok("FETCH", "$", "UID").fetches()] == [2, 3]


@requirement("RFC9051-6.3.11-1")
def test_status_of_sizes(selected):
    """STATUS tells SIZE and DELETED."""
    fill(selected, 1, flags=("\\Deleted",))
    items = selected.ok("STATUS", Mailbox(selected.mailbox), "(SIZE DELETED)").only(StatusData)
    assert items.items.get("DELETED") == 1
    assert items.items.get("SIZE", 0) > 0


def test_list_with_status(selected):
    """LIST takes selection and return options, STATUS among them."""
    fill(selected, 2)
    selected.ok("SUBSCRIBE", Mailbox(selected.mailbox))
    options = "(SUBSCRIBED)", '""', Mailbox(selected.mailbox), "RETURN (CHILDREN STATUS (MESSAGES))"
    answer = selected.ok("LIST", *options)
    assert [one.mailbox for one in answer.list()] == [selected.mailbox]
    assert answer.only(StatusData).items == {"MESSAGES": 2}


ENCODED = b"""\
MIME-Version: 1.0\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: base64\r
\r
Y2Fmw6kNCg==\r
"""


@pytest.mark.parametrize("item", ["BINARY[1]", "BINARY.PEEK[1]"])
def test_binary(selected, item):
    """FETCH takes BINARY and BINARY.SIZE, and decodes the part."""
    selected.append(ENCODED)
    fetched = selected.ok("FETCH", 1, f"({item} BINARY.SIZE[1])").fetch(1)
    assert fetched.octets("BINARY[1]") == "café\r\n".encode()
    assert fetched["BINARY.SIZE[1]"] == 7
