"""What client and server have agreed on: the extensions offered and enabled, hence the grammar."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.wire.grammar import EnabledData, Grammar, Response, grammar_of
from conformance.wire.mailbox_names import decode_leniently


class Dialect:
    """The dialect of one connection.

    ``offered`` are the capabilities that the server is known to offer, before or after login;
    ``None`` where nothing is known, and then every extension may be in use. ``enabled`` is what
    ENABLED told, in upper case.
    """

    def __init__(self, offered: Iterable[str] | None = None) -> None:
        self.offered = None if offered is None else frozenset(map(str.upper, offered))
        self.enabled: frozenset[str] = frozenset()

    def notice(self, response: Response) -> None:
        """A response has come; ENABLED changes the dialect from the next response on."""
        if isinstance(response, EnabledData):
            self.enabled |= frozenset(response.capabilities)

    @property
    def revision2(self) -> bool:
        """Whether IMAP4rev2 is in use: enabled, or offered without IMAP4rev1."""
        if "IMAP4REV2" in self.enabled:
            return True
        offered = self.offered or frozenset()
        return "IMAP4REV2" in offered and "IMAP4REV1" not in offered

    def mailbox_name(self, octets: bytes) -> str:
        """The name of the mailbox that a command names with these octets."""
        if octets.upper() == b"INBOX":
            return "INBOX"
        if self.revision2:
            return octets.decode("utf-8", "backslashreplace")
        return decode_leniently(octets)

    @property
    def grammar(self) -> Grammar:
        """What a response must look like from now on."""
        return grammar_of(self.offered, revision2=self.revision2)
