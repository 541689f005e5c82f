"""The catalogue of normative sentences, and the marks by which a case names them.

A case looks like this:

    @requirement("RFC3501-6.1.2-1")
    def test_answers_ok(connection):
        '''NOOP always succeeds.'''
"""

import pytest


def requirement(*ids: str, level: str | None = None) -> pytest.MarkDecorator:
    """Name the sentences that a case observes, by their ids in the catalogue.

    The level of the case is that of its strongest sentence; `level` ("MUST", "SHOULD", "MAY")
    overrides it where a sentence holds several key words and the case observes the weaker one.
    """
    return pytest.mark.requirement(*ids, level=level)


def needs(*capabilities: str) -> pytest.MarkDecorator:
    """Skip the case, saying so, on a server that does not offer all these capabilities."""
    return pytest.mark.needs(*capabilities)


def allow(group: str) -> pytest.MarkDecorator:
    """Run the case on a foreign target only with `--allow GROUP`.

    Groups: "lockout" (fails logins on purpose), "timeouts" (waits for minutes), "load" (many
    connections or large data), "inbox" (works in INBOX itself).
    """
    return pytest.mark.allow(group)
