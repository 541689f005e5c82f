"""What is kept: accounts, mailboxes, messages, flags, UIDs, and news of their changes.

One SQLite database a store. Knows no IMAP syntax.
"""

from reference_server.storage.account import AccountStore
from reference_server.storage.content import BlobReader
from reference_server.storage.errors import (
    InboxRefused,
    InvalidName,
    KeywordLimit,
    MailboxError,
    MailboxExists,
    MailboxHasInferiors,
    MailboxMissing,
    MessageMissing,
    NameTooLong,
    SchemaTooNew,
    StorageError,
    StorageFailure,
    StoreDamaged,
    StoreInUse,
)
from reference_server.storage.flags import DELETED, MAX_KEYWORDS
from reference_server.storage.mailbox import Mailbox
from reference_server.storage.names import is_possible
from reference_server.storage.store import Store
from reference_server.storage.values import (
    Added,
    Appended,
    Change,
    Condition,
    Copied,
    Expunged,
    Flags,
    FlagsChanged,
    Gone,
    MailboxInfo,
    MailboxStatus,
    NewFolder,
    NewMessage,
    Observer,
    Snapshot,
    StoreResult,
)

__all__ = [
    "DELETED",
    "MAX_KEYWORDS",
    "AccountStore",
    "Added",
    "Appended",
    "BlobReader",
    "Change",
    "Condition",
    "Copied",
    "Expunged",
    "Flags",
    "FlagsChanged",
    "Gone",
    "InboxRefused",
    "InvalidName",
    "KeywordLimit",
    "Mailbox",
    "MailboxError",
    "MailboxExists",
    "MailboxHasInferiors",
    "MailboxInfo",
    "MailboxMissing",
    "MailboxStatus",
    "MessageMissing",
    "NameTooLong",
    "NewFolder",
    "NewMessage",
    "Observer",
    "SchemaTooNew",
    "Snapshot",
    "StorageError",
    "StorageFailure",
    "Store",
    "StoreDamaged",
    "StoreInUse",
    "StoreResult",
    "is_possible",
]
