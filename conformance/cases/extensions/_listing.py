"""A tree of mailboxes of the case's own, and LIST of names in it."""

from typing import Any

from conformance.wire import Mailbox, Quoted, ReceivedItems

SPECIAL_USES = {"\\All", "\\Archive", "\\Drafts", "\\Flagged", "\\Junk", "\\Sent", "\\Trash"}


class Tree:
    """Names below one of the case's own, as paths: "foo/bar", whatever the delimiter is."""

    def __init__(self, connection, scratch):
        self.connection = connection
        self.delimiter = scratch.delimiter
        self.top = scratch.name()
        scratch.below(self.top, "")  # skips the case where there is no hierarchy

    def name(self, path):
        """The name of the mailbox with that path, or a pattern."""
        return self.delimiter.join((self.top, *path.split("/")))

    def create(self, *paths):
        for path in paths:
            self.connection.create(self.name(path))

    def subscribe(self, *paths):
        for path in paths:
            self.connection.ok("SUBSCRIBE", Mailbox(self.name(path)))

    def delete(self, *paths):
        for path in paths:
            name = Mailbox(self.name(path))
            self.connection.require("a mailbox could not be deleted", "DELETE", name)

    def vanish(self, path):
        """Leave a subscription to a mailbox that does not exist."""
        self.create(path)
        self.subscribe(path)
        self.delete(path)

    def answer(self, *patterns, select=None, returning=None, connection=None):
        """The answer to LIST of these patterns; one alone goes without parentheses."""
        quoted = [Quoted(self.name(pattern)) for pattern in patterns]
        selection = () if select is None else (f"({select})",)
        options = () if returning is None else (f"RETURN ({returning})",)
        arguments = (*selection, '""', quoted if len(quoted) > 1 else quoted[0], *options)
        return (connection or self.connection).ok("LIST", *arguments)

    def list(self, *patterns, select=None, returning=None, connection=None):
        """The LIST responses by path."""
        answer = self.answer(*patterns, select=select, returning=returning, connection=connection)
        return self.entries(answer)

    def entries(self, answer):
        """The LIST responses of an answer by path; two for a name fail the case."""
        entries: ReceivedItems[str, Any] = ReceivedItems(what="mailbox")
        for entry in answer.list():
            path = self.path(entry.mailbox)
            assert path not in entries, f"LIST returned {entry.mailbox} twice"
            entries[path] = entry
        return entries

    def path(self, name):
        """The path of a name in a response; the case fails where it is none of the tree's."""
        start = self.top + self.delimiter
        assert name.startswith(start), f"the server told of {name}, which no pattern matches"
        return name[len(start) :].replace(self.delimiter, "/")


def listed(connection, *arguments):
    """What LIST with these arguments returns, by name; two responses for one fail the case."""
    entries = connection.ok("LIST", *arguments).list()
    assert len({entry.mailbox for entry in entries}) == len(entries), "LIST returned a name twice"
    return ReceivedItems(((entry.mailbox, entry) for entry in entries), "mailbox")


def uses(entry):
    """The special uses among the attributes."""
    return SPECIAL_USES & set(entry.attributes)


def lasting(entries):
    """Those entries, by name, that are no mailboxes of cases: these come and go meanwhile."""
    return {name: entry for name, entry in entries.items() if "gximap-" not in name}
