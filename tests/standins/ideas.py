"""The ideas of nonsense: each takes a whole response and returns what is sent in its place."""

import random
import re
from dataclasses import dataclass

SHARE = 0.25  # of the responses that are changed at random
RESETS = 0.02  # of the responses that `reset_at_random` cuts
TAGGED = re.compile(rb"([^ *+]+) (OK|NO|BAD)\b( \[[^\]]*\])?")
NUMBER = re.compile(rb"(?<![\w\\{])\d+(?![\w}])")
FLAG = re.compile(rb"\\(Seen|Answered|Flagged|Deleted|Draft|Noselect|Marked|HasNoChildren)")
LIST = re.compile(rb"\([^()\"{]+\)")
QUOTED = re.compile(rb'"(?:[^"\\\r\n]|\\.)*"')
CODE = re.compile(rb" \[[^\]\r\n]*\]")
ITEM = re.compile(rb"\b(UID|FLAGS|MODSEQ|RFC822\.SIZE|INTERNALDATE|MESSAGES|UIDNEXT) [^ )]+ ?")
LITERAL = re.compile(rb"\{(\d+)\}\r\n")


@dataclass
class Wire:
    """The server's side of a connection. `held`: a response that goes out after the next."""

    random: random.Random
    held: bytes = b""
    responses: int = 0
    first: int = 0
    last: int = 0


class Ends(Exception):  # noqa: N818
    """The connection ends here, after these octets, perhaps by a reset."""

    def __init__(self, octets: bytes, reset: bool) -> None:
        super().__init__()
        self.octets = octets
        self.reset = reset


def ok_to_everything(wire: Wire, response: bytes) -> bytes:
    """Answer every command OK and send no data."""
    wire.responses += 1
    if wire.responses == 1:
        return b"* OK\x20\r\n" if wire.random.random() < 0.5 else b"* OK ready\r\n"
    if response.startswith(b"+"):
        return response
    return _tagged(response, b"OK")


def no_to_everything(wire: Wire, response: bytes) -> bytes:
    """Answer NO to whatever is asked after the login."""
    return _refused(wire, response, b"NO")


def bad_to_everything(wire: Wire, response: bytes) -> bytes:
    """Answer BAD to whatever is asked after the login."""
    return _refused(wire, response, b"BAD")


def closed_after_greeting(_wire: Wire, response: bytes) -> bytes:
    """Greet, and close."""
    raise Ends(response, reset=False)


def reset_at_random(wire: Wire, response: bytes) -> bytes:
    """Reset the connection behind any octet."""
    if wire.random.random() < RESETS:
        raise Ends(response[: wire.random.randrange(len(response) + 1)], reset=True)
    return response


def reset_at_once(wire: Wire, response: bytes) -> bytes:
    """Reset the connection within its first responses, behind any octet."""
    if wire.random.random() < 0.5:
        raise Ends(response[: wire.random.randrange(len(response) + 1)], reset=True)
    return response


def nil_for_strings(wire: Wire, response: bytes) -> bytes:
    """Send NIL or an empty string for half of the strings."""
    if TAGGED.match(response) or not response.startswith(b"*"):
        return response
    return QUOTED.sub(
        lambda found: wire.random.choice((b"NIL", b'""', found[0], found[0])),
        _literal(response, lambda octets: wire.random.choice((b"", octets))),
    )


def no_data(wire: Wire, response: bytes) -> bytes:
    """Drop half of the untagged responses."""
    data = response.startswith(b"* ") and wire.responses > 0
    wire.responses += 1
    return b"" if data and wire.random.random() < 0.5 else response


def changed_at_random(wire: Wire, response: bytes) -> bytes:
    """Change the meaning of a quarter of the responses, not their form."""
    wire.responses += 1
    return _changed(wire, response, wire.responses > 1 and wire.random.random() < SHARE)


def changed_once(wire: Wire, response: bytes) -> bytes:
    """Change the meaning of one response, or of a few in a row, of each connection."""
    if not wire.responses:
        wire.first = wire.random.choice((*range(8, 20), *range(20, 60, 4)))
        wire.last = wire.first + wire.random.choice((0, 0, 2, 5))
    wire.responses += 1
    return _changed(wire, response, wire.first <= wire.responses <= wire.last)


def _changed(wire: Wire, response: bytes, wanted: bool) -> bytes:
    held, wire.held = wire.held, b""
    if not wanted:
        return response + held
    tagged = TAGGED.match(response)
    if tagged:
        status = wire.random.choice((b"OK", b"NO", b"BAD"))
        code = wire.random.choice((b"", tagged[3] or b""))
        return held + b"%s %s%s so be it\r\n" % (tagged[1], status, code)
    if not response.startswith(b"* "):
        return held + response
    change = wire.random.choice(
        (
            lambda: b"",
            lambda: response * 2,
            lambda: _hold(wire, response),
            lambda: NUMBER.sub(lambda found: _number(wire, int(found[0])), response),
            lambda: NUMBER.sub(lambda found: _number(wire, int(found[0])), response, count=1),
            lambda: FLAG.sub(lambda _: wire.random.choice((b"\\Seen", b"\\Deleted")), response),
            lambda: LIST.sub(b"()", response),
            lambda: QUOTED.sub(lambda _: wire.random.choice((b"NIL", b'""', b'"x"')), response),
            lambda: CODE.sub(b"", response),
            lambda: ITEM.sub(b"", response, count=1),
            lambda: _literal(response, lambda octets: octets[: len(octets) // 2]),
            lambda: _literal(response, lambda _: b""),
            lambda: _literal(response, lambda octets: octets + octets),
        )
    )
    return change() + held


def _hold(wire: Wire, response: bytes) -> bytes:
    wire.held = response
    return b""


def _number(wire: Wire, number: int) -> bytes:
    return b"%d" % max(0, wire.random.choice((0, 1, 7, number - 1, number + 1, number * 2)))


def _tagged(response: bytes, status: bytes) -> bytes:
    tagged = TAGGED.match(response)
    return b"%s %s\x20\r\n" % (tagged[1], status) if tagged else b""


def _refused(wire: Wire, response: bytes, status: bytes) -> bytes:
    wire.responses += response[:2] != b"* "
    if wire.responses <= 1:  # the greeting, and the answer to LOGIN
        return response
    return _tagged(response, status) if not response.startswith(b"+") else response


def _literal(response: bytes, change) -> bytes:
    """The response with the octets of its first literal changed, and its length with them."""
    found = LITERAL.search(response)
    if not found:
        return response
    end = found.end() + int(found[1])
    octets = change(response[found.end() : end])
    return b"%s{%d}\r\n%s%s" % (response[: found.start()], len(octets), octets, response[end:])
