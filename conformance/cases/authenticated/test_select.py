"""SELECT: RFC 3501 section 6.3.1. What its responses mean is in cases/responses."""

from conformance.requirements import requirement
from conformance.wire import Mailbox
from conformance.wire.grammar import Exists, FlagsData, Recent

MESSAGE = b"Subject: one\r\n\r\nbody\r\n"


@requirement("RFC3501-6.3.1-1", "RFC3501-6.3.1-2")
def test_sends_the_required_data_once(authenticated, mailbox):
    """SELECT brings one FLAGS, EXISTS and RECENT, and PERMANENTFLAGS, UIDNEXT and UIDVALIDITY."""
    answer = authenticated.ok("SELECT", Mailbox(mailbox))
    answer.only(FlagsData)
    answer.only(Exists)
    answer.only(Recent)
    codes = [one.code.name for one in answer.conditions("OK") if one.code]
    for name in ("PERMANENTFLAGS", "UIDNEXT", "UIDVALIDITY"):
        assert codes.count(name) == 1, f"SELECT should bring an untagged OK [{name}]"


@requirement("RFC3501-6.3.1-SELECTED")
def test_messages_can_be_accessed(selected):
    """After SELECT a message of the mailbox can be fetched."""
    selected.append(MESSAGE)
    assert selected.ok("FETCH", 1, "BODY.PEEK[]").fetch(1).section() == MESSAGE


@requirement("RFC3501-6.3.1-4", "RFC9051-6.3.2-7")
def test_of_an_own_mailbox_is_read_write(authenticated, mailbox):
    """SELECT of a mailbox that the client may modify is answered with the code READ-WRITE."""
    code = authenticated.ok("SELECT", Mailbox(mailbox)).tagged.code
    assert code is not None, "the tagged OK bears no response code"
    assert code.name == "READ-WRITE"


@requirement("RFC3501-6.3.1-MISSING")
def test_of_a_missing_mailbox_is_refused(authenticated, scratch):
    """SELECT of a mailbox that does not exist is answered NO, and none is selected."""
    assert authenticated.command("SELECT", Mailbox(scratch.name())).status == "NO"
    assert authenticated.command("FETCH", 1, "FLAGS").status != "OK"


@requirement("RFC3501-6.3.1-DESELECTS")
def test_that_fails_deselects(selected, scratch):
    """After a SELECT that fails no mailbox is selected, though one was before."""
    selected.append(MESSAGE)
    assert selected.command("SELECT", Mailbox(scratch.name())).status == "NO"
    assert selected.command("FETCH", 1, "FLAGS").status != "OK"


@requirement("RFC3501-6.3.1-DESELECTS")
def test_switches_to_another_mailbox(selected, elsewhere):
    """SELECT of another mailbox takes the place of the one that was selected."""
    selected.append(MESSAGE)
    answer = selected.ok("SELECT", Mailbox(elsewhere))
    assert answer.exists == 0
    assert selected.command("FETCH", 1, "FLAGS").fetches() == []


@requirement("RFC3501-6.3.1-DESELECTS")
def test_of_another_mailbox_does_not_expunge(selected, elsewhere):
    """SELECT deselects without removing messages with \\Deleted, which only CLOSE does."""
    mailbox = selected.mailbox
    selected.append(MESSAGE, flags=("\\Deleted",))
    selected.ok("SELECT", Mailbox(elsewhere))
    assert selected.ok("SELECT", Mailbox(mailbox)).exists == 1


@requirement("RFC3501-6.3.1-2")
def test_again_tells_of_new_messages(selected):
    """SELECT of the mailbox that is selected already tells its size anew."""
    selected.append(MESSAGE)
    assert selected.ok("SELECT", Mailbox(selected.mailbox)).exists == 1


@requirement("RFC3501-6.3.1-SELECTED", "RFC3501-6.3.1-2")
def test_is_understood_by_a_client(imap_client, mailbox):
    """A client library finds in the answer to SELECT what the RFC promises."""
    answer = imap_client.select_folder(mailbox)
    for key in (b"EXISTS", b"RECENT", b"FLAGS", b"PERMANENTFLAGS", b"UIDNEXT", b"UIDVALIDITY"):
        assert key in answer, f"the client found no {key.decode()}"
    assert answer[b"EXISTS"] == 0
