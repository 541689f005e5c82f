"""The revisions of IMAP, what the second one includes, and which of them a case uses."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

IMAP4REV1 = "IMAP4rev1"
IMAP4REV2 = "IMAP4rev2"
REVISIONS = (IMAP4REV1, IMAP4REV2)

# Capabilities of extensions that RFC 9051 includes, and the section that does. Of LIST-EXTENDED
# several patterns in one command are left out (appendix C), of BINARY everything but the items of
# FETCH (appendix B): a case about those asks for the capability itself (`advertised`).
INCLUDED = {
    "AUTH=PLAIN": "6.1.1",
    "BINARY": "6.4.5",
    "ENABLE": "6.3.1",
    "ESEARCH": "6.4.4",
    "IDLE": "6.3.13",
    "LIST-EXTENDED": "6.3.9",
    "LIST-STATUS": "6.3.9.2",
    "LITERAL-": "4.3",
    "MOVE": "6.4.8",
    "NAMESPACE": "6.3.10",
    "SASL-IR": "6.2.2",
    "SEARCHRES": "6.4.4.1",
    "STATUS=SIZE": "6.3.11",
    "UIDPLUS": "6.4.9",
    "UNSELECT": "6.4.2",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """How a case runs on a server.

    `lacking`: what the case needs and the server does not offer, "" if nothing. `revision2`:
    whether the sessions of the case enable IMAP4rev2.
    """

    lacking: str
    revision2: bool = False


def choose(
    revision: str, needed: Iterable[tuple[str, bool]], offers: Callable[[str], bool]
) -> Choice:
    """How a case runs that is true of `revision` ("": of both) and needs these capabilities.

    `needed` are pairs of a capability and whether it must be advertised itself. Otherwise
    IMAP4rev2 stands in for what it includes, in a session that enables it.
    """
    if revision and not offers(revision):
        return Choice(revision)
    revision2 = revision == IMAP4REV2
    for name, advertised in needed:
        if offers(name):
            continue
        included = not advertised and name.upper() in INCLUDED
        if not included or revision == IMAP4REV1 or not offers(IMAP4REV2):
            return Choice(name)
        revision2 = True
    return Choice("", revision2)
