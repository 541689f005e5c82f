"""The catalogue of normative sentences, and the marks by which a case names them.

A case looks like this:

    @requirement("RFC3501-6.1.2-1")
    def test_answers_ok(connection):
        '''NOOP always succeeds.'''
"""

from typing import Literal

import pytest


def requirement(*ids: str, level: str | None = None) -> pytest.MarkDecorator:
    """Name the sentences that a case observes, by their ids in the catalogue.

    The level of the case is that of its strongest sentence; `level` ("MUST", "SHOULD", "MAY")
    overrides it where a sentence holds several key words and the case observes the weaker one.
    """
    return pytest.mark.requirement(*ids, level=level)


def needs(*capabilities: str, advertised: bool = False) -> pytest.MarkDecorator:
    """Skip the case, saying so, on a server that does not offer all these capabilities.

    IMAP4rev2 stands in for those that it includes (`revisions.INCLUDED`): a server that offers
    it must have the function. The sessions of such a case enable it where the server does not
    offer the capability itself. Where a case is about what IMAP4rev2 left out of an extension,
    `advertised` asks for the capability itself.
    """
    return pytest.mark.needs(*capabilities, advertised=advertised)


def revision(name: Literal["IMAP4rev1", "IMAP4rev2"]) -> pytest.MarkDecorator:
    """Say that the case is true of one revision only; without this mark it is true of both.

    Of "IMAP4rev2": the case is skipped where that is not offered, and every session that the
    fixtures log in enables it (a case that logs in by itself says `connection.enable`). Of
    "IMAP4rev1": skipped where the server offers only IMAP4rev2, and no session enables it.
    """
    return pytest.mark.revision(name)


def configuration(**directives: str | int | bool) -> pytest.MarkDecorator:
    """Run the case on a server configured so (Gromox's directives); True and False are yes and no.

    Several marks add up, and the one nearest to the case wins. A reference server is started with
    these directives. Any other target is reconfigured through its [control]; where it has none,
    and is not known to be configured so already, the case is skipped.
    """
    return pytest.mark.configuration(**directives)


def allow(group: str) -> pytest.MarkDecorator:
    """Run the case on a foreign target only with `--allow GROUP`.

    Groups: "lockout" (fails logins on purpose), "timeouts" (waits for minutes), "load" (many
    connections or large data), "inbox" (works in INBOX itself).
    """
    return pytest.mark.allow(group)
