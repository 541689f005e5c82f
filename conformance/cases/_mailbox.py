"""What cases do again and again with the messages of a mailbox."""

from conformance.wire import Mailbox, Received, ReceivedItems


def message(number):
    """A small message that tells which one it is."""
    return b"Subject: message %d\r\n\r\ntext %d\r\n" % (number, number)


def fill(connection, count, flags=()):
    """Append messages 1 to `count` to the selected mailbox; their UIDs."""
    return connection.append_all([message(number) for number in range(1, count + 1)], flags)


def uids(connection):
    """The UIDs in the selected mailbox, in the order of the sequence numbers."""
    fetched = connection.ok("UID FETCH", "1:*", "UID").fetches()
    in_order = sorted(fetched, key=lambda one: one.number)
    return Received((one.uid for one in in_order if "UID" in one), "UID")


def flags(connection, number=1):
    r"""The flags of a message, without \Recent."""
    return connection.ok("FETCH", number, "FLAGS").fetch(number).flags - {"\\Recent"}


def contents(connection, mailbox):
    """Select the mailbox and read it: the text of each message by UID, ascending."""
    connection.ok("SELECT", Mailbox(mailbox))
    answer = connection.ok("UID FETCH", "1:*", "(UID BODY.PEEK[])")
    read = {one.uid: one.text() for one in answer.fetches() if "BODY[]" in one}
    return ReceivedItems(sorted(read.items()), "UID")


def after_expunges(messages, expunged):
    """What is left of `messages` when the EXPUNGE responses are applied one after the other."""
    left = list(messages)
    for number in expunged:
        assert 1 <= number <= len(left), f"EXPUNGE {number}, but {len(left)} messages are left"
        del left[number - 1]
    return left
