"""What the tests of the store share."""

from datetime import UTC, datetime

from reference_server.storage import Added, Expunged, FlagsChanged, Gone, NewMessage

SENT = datetime(1996, 7, 17, 2, 44, 25, tzinfo=UTC)


def message(text="text", flags=(), internal_date=SENT, size=None):
    """A message with this subject; padded to ``size`` octets if given."""
    octets = f"Subject: {text}\r\n\r\n".encode()
    if size is not None:
        octets += b"0123456789abcdef" * (size // 16 + 1)
        octets = octets[:size]
    return NewMessage(octets, frozenset(flags), internal_date)


class Watcher:
    """An observer that keeps its own copy of the mailbox from the changes alone."""

    def __init__(self, mailbox, claim_recent=True):
        self.changes = []
        self.flags = {}
        self.gone = False
        self.snapshot = mailbox.open(self, claim_recent)
        self.flags.update(self.snapshot.messages)
        self.recent = set(self.snapshot.recent)

    def mailbox_changed(self, change):
        self.changes.append(change)
        match change:
            case Added(messages):
                for uid, flags in messages:
                    assert uid > max(self.flags, default=0)
                    self.flags[uid] = flags
                if change.recent_for(self):
                    self.recent.update(uid for uid, _ in messages)
            case FlagsChanged(flags):
                assert flags.keys() <= self.flags.keys()
                self.flags.update(flags)
            case Expunged(uids):
                for uid in uids:
                    del self.flags[uid]
                    self.recent.discard(uid)
            case Gone():
                self.gone = True


def contents(mailbox):
    """(uid, flags, subject) of every message, by a session that comes new."""
    watcher = Watcher(mailbox, claim_recent=False)
    mailbox.leave(watcher)
    subjects = dict(mailbox.rows(list(watcher.flags), ["subject"]))
    return [(uid, flags, subjects[uid]) for uid, flags in watcher.flags.items()]
