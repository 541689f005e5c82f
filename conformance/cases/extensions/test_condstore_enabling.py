"""CONDSTORE enabling commands, HIGHESTMODSEQ and CLOSED (RFC 7162, sections 3.1, 3.2.11)."""

import pytest

from conformance.cases._mailbox import fill, message
from conformance.cases.extensions._condstore import aware, modseqs, status, told
from conformance.requirements import needs, requirement
from conformance.wire import Literal, Mailbox

ENABLING = {
    "fetch-modseq": ("FETCH", "1", "(MODSEQ)"),
    "changedsince": ("FETCH", "1", "(FLAGS)", "(CHANGEDSINCE 1)"),
    "search": ("SEARCH", "MODSEQ 1"),
    "unchangedsince": ("STORE", "1", "(UNCHANGEDSINCE 9223372036854775807)", "+FLAGS (\\Seen)"),
    "uid-fetch": ("UID FETCH", "1:*", "(UID MODSEQ)"),
}


@requirement("RFC7162-3.1-FIRST", "RFC7162-3.1-AWARE")
@needs("CONDSTORE")
@pytest.mark.parametrize("command", ENABLING.values(), ids=ENABLING)
def test_enabling_command(selected, second, command):
    """The first CONDSTORE enabling command brings HIGHESTMODSEQ, and MODSEQ with all news later."""
    selected.append(message(1))
    second.ok("NOOP")
    assert selected.ok(*command).number("HIGHESTMODSEQ") > 0
    second.ok("STORE", "1", "+FLAGS.SILENT (\\Flagged)")
    found = told(selected.ok("NOOP"), 1)
    assert "\\Flagged" in found.flags
    assert list(modseqs(selected).values()) == [found.modseq]


@requirement("RFC7162-3.2.4-CONDSTORE")
@needs("QRESYNC")
def test_uid_is_told_too(selected, second):
    """A server with QRESYNC tells UIDs with all news after any CONDSTORE enabling command."""
    aware(selected)
    uid = selected.append(message(1))
    second.ok("NOOP")
    second.ok("STORE", "1", "+FLAGS.SILENT (\\Flagged)")
    found = told(selected.ok("NOOP"), 1)
    assert "UID" in found, "FETCH came without UID"
    assert found.uid == uid


@requirement("RFC7162-3.1-FIRST", "RFC7162-3.1-AWARE")
@needs("CONDSTORE")
def test_status_enables(selected, second):
    """STATUS HIGHESTMODSEQ is a CONDSTORE enabling command, whatever mailbox it names."""
    selected.append(message(1))
    second.ok("NOOP")
    answer = selected.ok("STATUS", "INBOX", "(HIGHESTMODSEQ)")
    assert answer.number("HIGHESTMODSEQ") > 0
    second.ok("STORE", "1", "+FLAGS.SILENT (\\Flagged)")
    assert "\\Flagged" in told(selected.ok("NOOP"), 1).flags


@requirement("RFC7162-3.1.8-PARAMETER", "RFC7162-3.1.2-CODE")
@needs("CONDSTORE")
@pytest.mark.parametrize("command", ["SELECT", "EXAMINE"])
def test_parameter(authenticated, mailbox, login, command):
    """SELECT and EXAMINE with CONDSTORE bring HIGHESTMODSEQ, and MODSEQ with all news later."""
    other = login()
    other.select(mailbox)
    other.append(message(1))
    answer = aware(authenticated, mailbox, command)
    assert list(modseqs(authenticated).values()) == [answer.number("HIGHESTMODSEQ")]
    other.ok("STORE", "1", "+FLAGS.SILENT (\\Flagged)")
    assert "\\Flagged" in told(authenticated.ok("NOOP"), 1).flags


@requirement("RFC7162-3.1.2-CODE")
@needs("CONDSTORE")
def test_every_select_afterwards(authenticated, mailbox, elsewhere):
    """After a CONDSTORE enabling command every SELECT and EXAMINE brings HIGHESTMODSEQ."""
    aware(authenticated, mailbox)
    for command, name in (("SELECT", elsewhere), ("EXAMINE", mailbox), ("SELECT", mailbox)):
        answer = authenticated.ok(command, Mailbox(name))
        codes = [one.code.name for one in answer.conditions("OK") if one.code]
        assert codes.count("HIGHESTMODSEQ") + codes.count("NOMODSEQ") == 1, f"{command}: {codes}"


@requirement("RFC7162-3.1.7-STATUS", "RFC7162-3.1.2.1-HIGHEST")
@needs("CONDSTORE")
def test_status_is_that_of_select(authenticated, mailbox, login):
    """STATUS HIGHESTMODSEQ and the code of SELECT are the same: the highest of all messages."""
    other = login()
    other.select(mailbox)
    fill(other, 3)
    other.ok("STORE", "2", "+FLAGS.SILENT (\\Seen)")
    told_by_status = status(authenticated, mailbox)
    assert aware(authenticated, mailbox).number("HIGHESTMODSEQ") == told_by_status
    assert max(modseqs(authenticated).values()) == told_by_status


@requirement("RFC7162-3.1.7-STATUS")
@needs("CONDSTORE")
@pytest.mark.parametrize("change", ["APPEND", "STORE", "COPY"])
def test_status_rises(selected, second, change):
    """HIGHESTMODSEQ rises with every new message and every change of flags."""
    selected.append(message(1))
    second.ok("NOOP")
    before = status(selected, selected.mailbox)
    match change:
        case "APPEND":
            second.ok("APPEND", Mailbox(selected.mailbox), Literal(message(2)))
        case "STORE":
            second.ok("STORE", "1", "+FLAGS (\\Draft)")
        case "COPY":
            second.ok("COPY", "1", Mailbox(selected.mailbox))
    selected.ok("NOOP")
    assert status(selected, selected.mailbox) > before


@requirement("RFC7162-3.2.11-CLOSED")
@needs("CONDSTORE")
@pytest.mark.parametrize("command", ["SELECT", "EXAMINE"])
def test_closed(selected, elsewhere, command):
    """SELECT of another mailbox tells with CLOSED where the old one ends, enabled or not."""
    answer = selected.ok(command, Mailbox(elsewhere))
    names = [one.code.name for one in answer.conditions("OK") if one.code]
    assert "CLOSED" in names
    about_the_new = {"UIDVALIDITY", "UIDNEXT", "PERMANENTFLAGS", "HIGHESTMODSEQ", "UNSEEN"}
    assert not about_the_new & set(names[: names.index("CLOSED")])


@requirement("RFC7162-3.2.11-CLOSED")
@needs("CONDSTORE")
def test_closed_only_where_something_is(authenticated, mailbox):
    """SELECT where no mailbox is selected brings no CLOSED."""
    assert authenticated.ok("SELECT", Mailbox(mailbox)).code("CLOSED") is None
    authenticated.ok("CLOSE")
    assert authenticated.ok("SELECT", Mailbox(mailbox)).code("CLOSED") is None


@requirement("RFC3501-2.2.2-3")
@needs("CONDSTORE")
@pytest.mark.parametrize(
    "parameters", ["()", "CONDSTORE", "(CONDSTORE", "(CONDSTORE 1)", "(CONDSTORE) (CONDSTORE)"]
)
def test_malformed_parameter(authenticated, mailbox, parameters):
    """SELECT with parameters that break the syntax is answered BAD, and selects nothing."""
    authenticated.ok("LIST", '""', Mailbox(mailbox))
    assert authenticated.command("SELECT", Mailbox(mailbox), parameters).status == "BAD"
    assert authenticated.command("FETCH", "1", "UID").status in {"BAD", "NO"}
