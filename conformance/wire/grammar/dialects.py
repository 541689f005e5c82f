"""The grammars of whole sessions: RFC 3501, RFC 9051, and the extensions by their capabilities."""

from __future__ import annotations

from functools import cache

from conformance.wire.grammar.binary import BINARY
from conformance.wire.grammar.conditions import CODES
from conformance.wire.grammar.extensions import ENABLE, ID, NAMESPACE, RESPONSE_CODES, UIDPLUS
from conformance.wire.grammar.listing import (
    APPENDLIMIT,
    LIST_EXTENDED,
    STATUS_DELETED,
    STATUS_SIZE,
    XLIST,
)
from conformance.wire.grammar.mailbox_data import MAILBOX_DATA, REVISION2_STATUS
from conformance.wire.grammar.message_data import MESSAGE_DATA
from conformance.wire.grammar.modseq import CONDSTORE, QRESYNC
from conformance.wire.grammar.searching import ESEARCH
from conformance.wire.grammar.tables import Grammar

RFC3501 = CODES | MAILBOX_DATA | MESSAGE_DATA
"""RFC 3501 alone."""

_INCLUDED = (
    UIDPLUS | NAMESPACE | ENABLE | ESEARCH | LIST_EXTENDED | STATUS_SIZE | STATUS_DELETED | BINARY
)

_REVISION2 = _INCLUDED | RESPONSE_CODES | REVISION2_STATUS | Grammar(revision2=True)

_LEFT_OUT = {
    "data": ("LSUB",),
    "codes": ("UNSEEN",),
    "items": ("RFC822", "RFC822.HEADER", "RFC822.TEXT"),
    "status": ("RECENT",),
}

RFC9051 = (RFC3501 | _REVISION2).without(**_LEFT_OUT)
"""RFC 9051 alone, with the obsolete SEARCH and RECENT of its section 9."""

EXTENSIONS: tuple[tuple[frozenset[str], Grammar], ...] = tuple(
    (frozenset(capabilities.split()), grammar)
    for capabilities, grammar in (
        ("IMAP4REV2", _INCLUDED),
        ("UIDPLUS MOVE", UIDPLUS),
        ("NAMESPACE", NAMESPACE),
        ("ID", ID),
        ("ENABLE CONDSTORE QRESYNC", ENABLE),
        ("ESEARCH SEARCHRES", ESEARCH),
        ("LIST-EXTENDED", LIST_EXTENDED),
        ("XLIST", XLIST),
        ("STATUS=SIZE", STATUS_SIZE),
        ("BINARY", BINARY),
        ("CONDSTORE QRESYNC", CONDSTORE),
        ("QRESYNC", QRESYNC),
        ("APPENDLIMIT", APPENDLIMIT),
    )
)
"""Capabilities, and what the extension behind any one of them adds to the responses."""


@cache
def grammar_of(offered: frozenset[str] | None = None, *, revision2: bool = False) -> Grammar:
    """The grammar of a server that offers these capabilities (``None``: whichever there are).

    With ``revision2`` of a session that uses IMAP4rev2. There a server that offers IMAP4rev1, too,
    may still send what RFC 9051 left out, to a client that asks for it (appendix A).
    """
    names = None if offered is None else offered | {name.partition("=")[0] for name in offered}
    grammar = RFC3501 | RESPONSE_CODES
    for capabilities, extension in EXTENSIONS:
        if names is None or not names.isdisjoint(capabilities):
            grammar |= extension
    if not revision2:
        return grammar
    grammar |= _REVISION2
    if names is None or "IMAP4REV1" in names:
        return grammar
    return grammar.without(**_LEFT_OUT, numbered=("RECENT",)).without(data=("SEARCH",))


STANDARD = grammar_of()
"""RFC 3501 with every extension that the suite knows."""
