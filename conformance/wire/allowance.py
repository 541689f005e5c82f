"""The memory and time of the suite that a server may take in one case.

What is parsed takes up to thirty times the octets that came (a set `1,1,1,...`), literals take
three times theirs. No case asks for a tenth of what is allowed here.
"""

from __future__ import annotations

from conformance.wire.errors import Flooded

MIB = 1 << 20
MOST_OCTETS = 20 * MIB
MOST_TEXT = 6 * MIB  # of them outside literals
MOST_WAITS = 25  # deadlines


class Allowance:
    """The octets and seconds that a server has left in a case. Shared by its connections.

    Once it is used up nothing is read any more: every method raises Flooded.
    """

    def __init__(self) -> None:
        self._octets = MOST_OCTETS
        self._text = MOST_TEXT
        self._seconds = 0.0
        self._reason: str | None = None

    def check(self, pending: int, text: int) -> None:
        """See that a response may come that has so many octets, `text` of them in no literal."""
        if self._reason is not None:
            raise Flooded(self._reason)
        if pending > self._octets:
            self._use_up(f"sent or announced more than {MOST_OCTETS // MIB} MiB in one case")
        if text > self._text:
            self._use_up(f"sent more than {MOST_TEXT // MIB} MiB outside literals in one case")

    def take(self, octets: int, text: int) -> None:
        """A response of so many octets has been read."""
        self._octets -= octets
        self._text -= text

    def spend(self, seconds: float, deadline: float) -> None:
        """So long the case has waited for the server, or read what came."""
        self._seconds += seconds
        if self._seconds > MOST_WAITS * deadline and self._reason is None:
            self._use_up(f"kept the case waiting for {self._seconds:.0f} s in all")

    def _use_up(self, reason: str) -> None:
        self._reason = f"the server {reason}"
        raise Flooded(self._reason)
