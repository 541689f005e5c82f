"""What the cases of CONDSTORE and QRESYNC share."""

from collections.abc import Sequence

import pytest

from conformance.cases._mailbox import fill
from conformance.wire import Mailbox, ReceivedItems


def aware(connection, mailbox=None, command="SELECT"):
    """Select with CONDSTORE a mailbox, without a name the same one again: the answer."""
    connection.mailbox = mailbox or connection.mailbox
    answer = connection.ok(command, Mailbox(connection.mailbox), "(CONDSTORE)")
    if answer.code("NOMODSEQ"):
        pytest.skip("the server keeps no mod-sequences in this mailbox")
    return answer


def modseqs(connection):
    """The mod-sequence of each message by UID; none may be missing."""
    fetched = connection.ok("UID FETCH", "1:*", "(MODSEQ)").fetches()
    found = {one.uid: one.modseq for one in fetched if "UID" in one and "MODSEQ" in one}
    assert sorted(found) == connection.ok("UID SEARCH", "ALL").search(), "MODSEQ is missing"
    assert found, "no message is left"
    return ReceivedItems(sorted(found.items()), "UID")


def tagged_modseq(answer):
    """The value of HIGHESTMODSEQ in the tagged response, where it has to be."""
    code = answer.tagged.code
    assert code is not None, "the tagged response has no response code"
    assert code.name == "HIGHESTMODSEQ"
    return code.value


def status(connection, mailbox):
    """HIGHESTMODSEQ of a mailbox by STATUS."""
    items = connection.ok("STATUS", Mailbox(mailbox), "(HIGHESTMODSEQ)").status_data().items
    assert "HIGHESTMODSEQ" in items, "STATUS did not bring HIGHESTMODSEQ"
    return items["HIGHESTMODSEQ"]


def told(answer, number):
    """The FETCH response for a message that came unasked; it must have UID, FLAGS and MODSEQ."""
    found = answer.fetch(number)
    missing = [name for name in ("FLAGS", "MODSEQ") if name not in found]
    assert not missing, f"FETCH for message {number} came without {', '.join(missing)}"
    return found


def prepare(connection, count):
    """Messages in the mailbox of a session that is aware; their UIDs."""
    aware(connection)
    return fill(connection, count)


class Known:
    """What a client knew of the mailbox of a connection: .uid_validity, .modseq, .uids.

    And what happened since: the UIDs .gone, and .changed with its .new_modseq.
    """

    gone: Sequence[int] = ()
    changed = 0
    new_modseq = 0

    def __init__(self, connection, count):
        """Fill the mailbox with so many messages, and select it anew."""
        self.uids = fill(connection, count)
        answer = aware(connection)
        self.mailbox = connection.mailbox
        self.uid_validity = answer.number("UIDVALIDITY")
        self.modseq = answer.number("HIGHESTMODSEQ")

    def select(self, connection, *known, command="SELECT", uid_validity=None, modseq=None):
        """Select the mailbox with QRESYNC, ``known`` behind the mod-sequence; the answer."""
        values = (uid_validity or self.uid_validity, modseq or self.modseq, *known)
        connection.mailbox = self.mailbox
        return connection.ok(command, Mailbox(self.mailbox), ("QRESYNC", values))
