"""What both comparisons of the hand-written grammar with an ABNF share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from abnf import Rule

from conformance.wire.grammar import Grammar, GrammarError, parse_response
from tests.grammar.abnf_reference import Sentences, accepts


@dataclass(frozen=True)
class Difference:
    """Octets that the ABNF derives and the hand-written grammar rejects, and why it does."""

    reason: str
    example: bytes
    applies: Callable[[bytes, GrammarError], bool]


def stops(rule: str, expected: str) -> Callable[[bytes, GrammarError], bool]:
    return lambda _octets, error: error.rule == rule and error.expected.startswith(expected)


@dataclass(frozen=True)
class Comparison:
    """The hand-written grammar of a revision, its ABNF (read when asked for), and how they differ.

    ``forgotten`` says of octets that only the ABNF rejects whether the RFC's prose allows them.
    """

    grammar: Grammar
    reference: Callable[[], type[Rule]]
    differences: Sequence[Difference]
    forgotten: Callable[[bytes], object] = lambda _octets: False

    def rejected(self, octets: bytes) -> GrammarError | None:
        """What the hand-written grammar has against the octets."""
        try:
            parse_response(octets, self.grammar)
        except GrammarError as error:
            return error
        return None

    def generated(self, seed: int, count: int) -> None:
        """Compare on so many generated responses, each with two mutations."""
        sentences = Sentences(seed, self.reference())
        for _ in range(count):
            made = sentences.response()
            accepted = accepts(made, self.reference())
            assert accepted, f"the generator made something that the ABNF rejects: {made!r}"
            for octets in (made, sentences.mutation(made), sentences.mutation(made)):
                self.compare(octets)

    def compare(self, octets: bytes) -> None:
        error = self.rejected(octets)
        if accepts(octets, self.reference()) == (error is None):
            return
        if error is None:
            assert self.forgotten(octets), f"only the ABNF rejects {octets!r}"
            return
        known = any(difference.applies(octets, error) for difference in self.differences)
        assert known, f"only the hand-written grammar rejects {octets!r}: {error}"

    def example(self, difference: Difference) -> None:
        """The example of a difference is one, and of no other."""
        error = self.rejected(difference.example)
        assert accepts(difference.example, self.reference())
        assert error is not None
        found = [one for one in self.differences if one.applies(difference.example, error)]
        assert found == [difference]
