"""Random histories, compared with a model made of dictionaries.

The model follows RFC 3501, 6.3.3 to 6.3.5, 6.3.11 and 6.4.3 to 6.4.7, and knows nothing of tables.
"""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reference_server.storage import MailboxError, MessageMissing, Store
from tests.storage.support import Watcher, contents, message

ADDRESS = "alice@example.test"
NAMES = st.sampled_from(["INBOX", "inbox/x", "a", "b", "a/b", "a/b/c", "b/d", "A"])
FLAGS = st.frozensets(st.sampled_from(["\\Seen", "\\Deleted", "$One", "$Two"]))
UIDS = st.sets(st.integers(1, 9))
OPERATIONS = st.sampled_from(["set", "add", "remove"])


class Box:
    """A selectable mailbox: (flags, subject) by UID."""

    def __init__(self):
        self.messages = {}
        self.uid_next = 1

    def add(self, flags, subject):
        self.messages[self.uid_next] = (flags, subject)
        self.uid_next += 1


def stored(name):
    return "INBOX" + name[5:] if name.split("/")[0].lower() == "inbox" else name


def superiors(name):
    levels = name.split("/")
    return ["/".join(levels[:depth]) for depth in range(1, len(levels))]


class Model(RuleBasedStateMachine):
    """``boxes`` has a Box for each selectable name, None for the others that exist."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.boxes = {"INBOX": Box()}
        self.validities = {}
        self.subject = 0
        self.open_store()

    def open_store(self):
        self.store = Store(Path(self.folder.name))
        self.account = self.store.account(ADDRESS)
        self.watched = {}

    def teardown(self):
        self.store.close()
        self.folder.cleanup()

    def attempt(self, allowed, action, *arguments):
        """Whether it was done; the store must agree with the model about that."""
        try:
            result = action(*arguments)
        except (MailboxError, MessageMissing):
            assert not allowed
            return None
        assert allowed
        return result or True

    def inferiors(self, name):
        return [other for other in self.boxes if other.startswith(name + "/")]

    def make(self, name):
        for level in superiors(name):
            self.boxes.setdefault(level, Box())
        self.boxes[name] = Box()

    @rule(name=NAMES)
    def create(self, name):
        key = stored(name)
        if self.attempt(self.boxes.get(key) is None, self.account.create, name):
            self.make(key)

    @rule(name=NAMES)
    def delete(self, name):
        key = stored(name)
        hollow_with_inferiors = self.boxes.get(key) is None and self.inferiors(key)
        allowed = key in self.boxes and key != "INBOX" and not hollow_with_inferiors
        if self.attempt(allowed, self.account.delete, name):
            watched = self.watched.pop(key, None)
            assert watched is None or watched[1].gone
            if self.inferiors(key):
                self.boxes[key] = None
            else:
                del self.boxes[key]

    @rule(old=NAMES, new=NAMES)
    def rename(self, old, new):
        source, target = stored(old), stored(new)
        if source == "INBOX":
            if self.attempt(self.boxes.get(target) is None, self.account.rename, old, new):
                self.make(target)
                for flags, subject in self.boxes["INBOX"].messages.values():
                    self.boxes[target].add(flags, subject)
                self.boxes["INBOX"].messages = {}
            return
        below_itself = target.startswith(source + "/")
        allowed = source in self.boxes and target not in self.boxes and not below_itself
        if self.attempt(allowed, self.account.rename, old, new):
            for level in superiors(target):
                self.boxes.setdefault(level, Box())
            for name in [source, *self.inferiors(source)]:
                moved = target + name[len(source) :]
                self.boxes[moved] = self.boxes.pop(name)
                if name in self.watched:
                    self.watched[moved] = self.watched.pop(name)

    @rule(name=NAMES, several=st.lists(FLAGS, min_size=1, max_size=3))
    def append(self, name, several):
        new = []
        for flags in several:
            self.subject += 1
            new.append(message(str(self.subject), flags))
        box = self.boxes.get(stored(name))
        appended = self.attempt(box is not None, self.account.append, name, new)
        if appended:
            first = box.uid_next
            for number, flags in enumerate(several, self.subject - len(several) + 1):
                box.add(flags, str(number))
            assert appended.uids == tuple(range(first, box.uid_next))

    def chosen(self, name):
        box = self.boxes.get(stored(name))
        return (box, self.account.mailbox(name)) if box else (None, None)

    @rule(name=NAMES, uids=UIDS, operation=OPERATIONS, flags=FLAGS)
    def store_flags(self, name, uids, operation, flags):
        box, mailbox = self.chosen(name)
        if box is None:
            return
        result = mailbox.store_flags(sorted(uids), operation, flags)
        assert set(result.missing) == uids - box.messages.keys()
        for uid in uids & box.messages.keys():
            before, subject = box.messages[uid]
            after = {"set": flags, "add": before | flags, "remove": before - flags}[operation]
            box.messages[uid] = (after, subject)
            assert result.flags[uid] == after
            assert (uid in result.changed) == (before != after)

    @rule(name=NAMES, uids=st.none() | UIDS)
    def expunge(self, name, uids):
        box, mailbox = self.chosen(name)
        if box is None:
            return
        asked = box.messages.keys() if uids is None else uids & box.messages.keys()
        doomed = sorted(uid for uid in asked if "\\Deleted" in box.messages[uid][0])
        assert mailbox.expunge(None if uids is None else sorted(uids)) == doomed
        for uid in doomed:
            del box.messages[uid]

    @rule(name=NAMES, uids=UIDS, destination=NAMES)
    def copy(self, name, uids, destination):
        box, mailbox = self.chosen(name)
        if box is None:
            return
        target = self.boxes.get(stored(destination))
        allowed = target is not None and uids <= box.messages.keys()
        copied = self.attempt(allowed, mailbox.copy, sorted(uids), destination)
        if copied:
            first = target.uid_next
            for uid in sorted(uids):
                target.add(*box.messages[uid])
            assert copied.sources == tuple(sorted(uids))
            assert copied.targets == tuple(range(first, target.uid_next))

    @rule(name=NAMES, uids=UIDS, destination=NAMES)
    def move(self, name, uids, destination):
        box, mailbox = self.chosen(name)
        if box is None:
            return
        target = self.boxes.get(stored(destination))
        allowed = target is not None and uids <= box.messages.keys()
        moved = self.attempt(allowed, mailbox.move, sorted(uids), destination)
        if moved:
            first = target.uid_next
            for uid in sorted(uids):
                target.add(*box.messages.pop(uid))
            assert moved.sources == tuple(sorted(uids))
            assert moved.targets == tuple(range(first, target.uid_next))

    @rule(name=NAMES)
    def watch(self, name):
        box, mailbox = self.chosen(name)
        if box is not None and stored(name) not in self.watched:
            self.watched[stored(name)] = (mailbox, Watcher(mailbox))

    @precondition(lambda self: self.watched)
    @rule()
    def leave(self):
        _, (mailbox, watcher) = self.watched.popitem()
        mailbox.leave(watcher)

    @rule()
    def restart(self):
        self.store.close()
        self.open_store()

    @invariant()
    def names_agree(self):
        infos = {info.name: info for info in self.account.mailboxes()}
        assert infos.keys() == self.boxes.keys()
        for name, box in self.boxes.items():
            assert infos[name].selectable == (box is not None)
            assert infos[name].has_children == bool(self.inferiors(name))

    @invariant()
    def messages_agree(self):
        for name, box in self.boxes.items():
            if box is None:
                continue
            expected = [(uid, flags, subject) for uid, (flags, subject) in box.messages.items()]
            assert contents(self.account.mailbox(name)) == expected
            status = self.account.status(name)
            assert (status.messages, status.uid_next) == (len(expected), box.uid_next)

    @invariant()
    def watchers_agree(self):
        for name, (_, watcher) in self.watched.items():
            expected = {uid: flags for uid, (flags, _) in self.boxes[name].messages.items()}
            assert watcher.flags == expected

    @invariant()
    def a_name_and_its_validity_mean_one_mailbox(self):
        for name, box in self.boxes.items():
            if box is not None:
                key = name, self.account.status(name).uid_validity
                assert self.validities.setdefault(key, box) is box
                assert key[1] == max(
                    validity for other, validity in self.validities if other == name
                )

    @invariant()
    def every_message_has_a_placement(self):
        with self.store._database.read() as connection:
            loose = connection.execute(
                "SELECT count(*) FROM message WHERE id NOT IN (SELECT message FROM placement)"
            ).fetchone()
        assert loose == (0,)


TestModel = pytest.mark.slow(Model.TestCase)
TestModel.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
