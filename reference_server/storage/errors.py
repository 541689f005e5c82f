"""What can go wrong in the store, one exception a cause."""

# ruff: noqa: N818 - the names say what is the case, as in "raise MailboxMissing"

from __future__ import annotations

from collections.abc import Sequence


class StorageError(Exception):
    """Every error of this package."""


class MailboxError(StorageError):
    """A mailbox operation that is refused; nothing was changed. ``name`` is the mailbox name."""

    explanation = "refused"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: {self.explanation}")
        self.name = name


class MailboxMissing(MailboxError):
    """There is no such mailbox, or the name is not selectable."""

    explanation = "no such mailbox"


class MailboxExists(MailboxError):
    """The name is taken."""

    explanation = "mailbox already exists"


class MailboxHasInferiors(MailboxError):
    """A name that is not selectable and has inferiors cannot be deleted (RFC 3501, 6.3.4)."""

    explanation = "name has inferior hierarchical names"


class InboxRefused(MailboxError):
    """INBOX cannot be deleted (RFC 3501, 6.3.4)."""

    explanation = "INBOX cannot be deleted"


class InvalidName(MailboxError):
    """Not a possible mailbox name: empty, too long, an empty level, control characters.

    Also a name that is not in Unicode Normalization Form C, and a RENAME to a name below the
    mailbox itself.
    """

    explanation = "not a valid mailbox name"


class NameTooLong(InvalidName):
    """A name longer than the store takes."""

    explanation = "mailbox name too long"


class MessageMissing(StorageError):
    """Messages that are no longer in the mailbox; nothing was changed."""

    def __init__(self, uids: Sequence[int]) -> None:
        super().__init__(f"{len(uids)} of the messages are no longer there")
        self.uids = tuple(uids)


class KeywordLimit(StorageError):
    """A keyword that is too long, or one more than the mailbox takes; nothing was changed."""


class StoreInUse(StorageError):
    """Another process, or another Store of this one, has the folder open."""


class SchemaTooNew(StorageError):
    """The store was written by a later version of this program."""


class StorageFailure(StorageError):
    """The database failed (disk full, I/O error, closed). The transaction was rolled back.

    ``kind`` is the same word for failures of the same cause.
    """

    def __init__(self, text: str, kind: str = "failure") -> None:
        super().__init__(text)
        self.kind = kind


class StoreDamaged(StorageFailure):
    """The database has what it cannot have: not what this program wrote to it."""

    def __init__(self, text: str, kind: str = "damage") -> None:
        super().__init__(
            f"the store is damaged: {text}; stop the server, and restore the file from a backup or"
            " with the .recover command of sqlite3",
            kind,
        )
