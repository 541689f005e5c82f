"""The formal syntax as the abnf package understands it, and sentences made from it at random.

The package takes seconds to read a grammar, so each is read by the first test that asks for it,
not by every process that collects the tests.
"""

import random
import re
from functools import cache
from pathlib import Path

from abnf import ParseError, Rule
from abnf.grammars.misc import load_grammar_rulelist, load_grammar_rules
from abnf.parser import Alternation, Concatenation, Literal, Option, Repetition

# ABNF cannot count, so the octets of a literal stand here as one octet %x01.
_LITERALS = (
    'literal = "{" number64 ["+"] "}" CRLF %x01',
    'literal8 = "~{" number64 "}" CRLF %x01',
)


@cache
def revision1() -> type[Rule]:
    """RFC 3501, section 9, and extensions: see rfc3501.abnf."""
    text = Path(__file__).with_name("rfc3501.abnf").read_text()

    class Revision1(Rule):
        grammar = re.sub(r"(?m)^;.*\n", "", text)

    return load_grammar_rulelist()(Revision1)


@cache
def revision2() -> type[Rule]:
    """RFC 9051, section 9, as the abnf package has it, but for literals."""
    from abnf.grammars import rfc3629, rfc9051  # read when imported

    class Revision2(Rule):
        grammar = [  # noqa: RUF012 - read by the decorator
            *(line for line in rfc9051.Rule.grammar if not line.startswith("literal")),
            *_LITERALS,
        ]

    imported = [(name, rfc3629.Rule(name)) for name in ("UTF8-char", "UTF8-2", "UTF8-3", "UTF8-4")]
    return load_grammar_rules(imported)(Revision2)


_WHOLE = ("response-data", "response-tagged", "continue-req")
_OFTEN = {"message-data": 8, "mailbox-data": 4, "response-data": 4, "response-tagged": 1,
          "continue-req": 1}  # fmt: skip

_LITERAL = re.compile(rb"(~?)\{([0-9]{1,9})\+?\}\r\n")


def accepts(octets: bytes, reference: type[Rule]) -> bool:
    """Whether the octets are one response, says the abnf package."""
    source = _without_literals(octets).decode("latin-1")
    for rule in _WHOLE:
        try:
            reference(rule).parse_all(source)
        except ParseError:
            continue
        return True
    return False


def _without_literals(octets: bytes) -> bytes:
    """Put %x01 in the place of what a literal holds, if it is all there.

    One that holds a NUL stays as it is, and no ABNF accepts it; a literal8 may hold one.
    """
    kept = bytearray()
    position = 0
    for header in _LITERAL.finditer(octets):
        stop = header.end() + int(header[2])
        if header.start() < position or stop > len(octets):
            continue
        if b"\0" in octets[header.end() : stop] and not header[1]:
            continue
        # The last line end is that of the response: text may end like a literal.
        if header.end() == len(octets):
            continue
        kept += octets[position : header.end()] + b"\x01"
        position = stop
    return bytes(kept + octets[position:])


LONGEST = 1000  # octets of what is generated: for more the abnf package takes seconds

_INSERTED = (
    b" ", b"(", b")", b"0", b"1", b'"', b"\\", b"NIL", b"\r", b"\n", b"\r\n", b"\0", b"\x80", b"]",
    b"{", b"}", b"*", b"+", b"[", b"a", b"<", b",", b"{1}\r\nx", b'""', b"()", b":", b"\xff", b"%",
)  # fmt: skip


class Sentences:
    """Makes octets that a rule derives, choosing at random; deep down it prefers short ways."""

    def __init__(self, seed: int, reference: type[Rule]) -> None:
        self._reference = reference
        self._random = random.Random(seed)
        self._depth = 0

    def response(self) -> bytes:
        """One response; those with much inside come more often."""
        (rule,) = self._random.choices(tuple(_OFTEN), tuple(_OFTEN.values()))
        while len(made := self._make(self._reference(rule))) > LONGEST:
            pass
        return made if rule in _WHOLE else b"* " + made + b"\r\n"

    def _make(self, parser) -> bytes:
        match parser:
            case Rule():
                return self._rule(parser)
            case Alternation():
                choices = parser.parsers
                if self._depth > 45:  # the first alternative of a recursive rule is the flat one
                    choices = choices[:1]
                return self._make(self._random.choice(choices))
            case Concatenation():
                return b"".join(map(self._make, parser.parsers))
            case Option():
                wanted = self._depth <= 45 and self._random.random() < 0.6
                return self._make(parser.alternation) if wanted else b""
            case Repetition():
                least, most = parser.repeat.min, parser.repeat.max
                count = least + (self._random.choice((0, 0, 1, 2)) if self._depth <= 45 else 0)
                count = min(count, most) if most is not None else count
                return b"".join(self._make(parser.element) for _ in range(count))
            case Literal(value=(first, last)):
                return bytes([self._random.randint(ord(first), ord(last))])
            case Literal(value=str() as value) if not value.isascii():
                return value.encode("latin-1")
            case Literal(value=str() as value):
                return self._random.choice((value, value.lower(), value.upper())).encode("latin-1")
        raise TypeError(parser)

    def _rule(self, rule: Rule) -> bytes:
        if rule.name in ("literal", "literal8"):
            size = self._random.choice((0, 1, 5))
            tilde, least = (b"~", 0) if rule.name == "literal8" else (b"", 1)
            octets = bytes(self._random.choices(range(least, 256), k=size))
            return tilde + b"{%d}\r\n" % size + octets
        self._depth += 1
        made = self._make(rule.definition)
        self._depth -= 1
        return made

    def mutation(self, octets: bytes) -> bytes:
        """The octets with one small change."""
        rng = self._random
        at = rng.randrange(len(octets))
        to = min(len(octets), at + rng.choice((1, 1, 1, 2, 5)))
        other = rng.choice(_INSERTED)
        return rng.choice(
            (
                octets[:at] + octets[to:],
                octets[:at] + other + octets[at:],
                octets[:at] + other + octets[to:],
                octets[:at] + octets[at:to] + octets[at:],
                octets[:at] + octets[at:to].swapcase() + octets[to:],
                octets.replace(b" ", b"  ", 1),
                octets[:at] + octets[at + 1 : at + 2] + octets[at : at + 1] + octets[at + 2 :],
            )
        )
