"""What RFC 9051 has no more (appendix E, 12 and 17 to 19).

Its responses are outside the grammar of RFC 9051, so a client that enabled IMAP4rev2 and still
asks for it gets BAD, as for anything unknown.
"""

from __future__ import annotations

from reference_server.protocol.commands import (
    Check,
    Command,
    Fetch,
    Lsub,
    Search,
    SearchAnd,
    SearchFlag,
    SearchKey,
    SearchNot,
    SearchOr,
)
from reference_server.session.outcome import Bad

_TEXTS = {
    "RFC822": "BODY[]",
    "RFC822.HEADER": "BODY.PEEK[HEADER]",
    "RFC822.TEXT": "BODY[TEXT]",
}


def refuse_what_was_removed(command: Command) -> None:
    """Raise Bad where the command is, or asks for, something that IMAP4rev2 does not have."""
    match command:
        case Check():
            _refuse("CHECK", "NOOP")
        case Lsub():
            _refuse("LSUB", "LIST (SUBSCRIBED)")
        case Search() if _asks_for_recent(command.key):
            _refuse("NEW, OLD and RECENT")
        case Fetch():
            for item in command.items:
                if item.name in _TEXTS:
                    _refuse(item.name, _TEXTS[item.name])


def _asks_for_recent(key: SearchKey) -> bool:
    match key:
        case SearchFlag():
            return key.flag == "\\Recent"
        case SearchAnd():
            return any(map(_asks_for_recent, key.keys))
        case SearchOr():
            return _asks_for_recent(key.left) or _asks_for_recent(key.right)
        case SearchNot():
            return _asks_for_recent(key.key)
    return False


def _refuse(what: str, instead: str = "") -> None:
    raise Bad(f"not in IMAP4rev2: {what}" + (f"; use {instead}" if instead else ""))
