"""What a message names, which kinds of change it speaks of, and which numbers follow from it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from copilot.drafting.builtin.known import words_of
from copilot.drafting.builtin.tokens import Token, sentences_of
from copilot.drafting.builtin.words import stem

_STEMS: Mapping[str, frozenset[str]] = {
    kind: frozenset(stem(word) for word in words.split())
    for kind, words in {
        "removed": "remove drop delete ignore forget lift discard omit cancel relax without unlimited longer "
        "unconstrained stop eliminate abolish waive replace instead",
        "integrality": "integer integers whole fraction fractions fractional fractionally continuous partial decimal "
        "decimals split indivisible divisible binary yes relax",
        "maximize": "maximize maximise maximal largest highest biggest",
        "minimize": "minimize minimise minimal smallest lowest cheapest",
        "sense": "least most exactly maximum minimum more less fewer exceed than equal between below above up under "
        "over cap limit require must",
    }.items()
}


@dataclass(slots=True)
class Said:
    """A message as one reads it who asks whether a change of a model was asked for."""

    text: str
    stems: frozenset[str] = field(init=False)
    numbers: tuple[Token, ...] = field(init=False)

    def __post_init__(self) -> None:
        tokens = [token for sentence in sentences_of(self.text) for token in sentence]
        self.stems = frozenset(token.stem for token in tokens if token.kind == "word")
        self.numbers = tuple(token for token in tokens if token.kind == "number")

    def names(self, words: Iterable[str]) -> bool:
        """Whether it uses one of the telling words."""
        return any(not self.stems.isdisjoint(words_of(text)) for text in words)

    def says(self, kind: str) -> bool:
        """Whether it uses a word of that kind of change."""
        return not self.stems.isdisjoint(_STEMS[kind])

    def implies(self, old: float | None, new: float | None) -> bool:
        """Whether the new number is one of the message's, or the old one changed by one of them."""
        return any(_follows(token, old or 0.0, new) for token in self.numbers) if new is not None else False


def _follows(token: Token, old: float, new: float) -> bool:
    value = token.value
    ways = [value, old + value, old - value, old * value]
    if token.shape in ("percent", "fraction"):
        ways += [old * (1 + value), old * (1 - value), 1 - value]
    if token.shape == "multiple" and value:
        ways.append(old / value)
    return any(math.isclose(abs(way), abs(new), rel_tol=1e-9, abs_tol=1e-12) for way in ways)
