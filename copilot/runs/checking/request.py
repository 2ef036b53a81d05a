"""What the words of a request say by themselves: its numbers, the limits among them, and the way of its goal."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from copilot.drafting.builtin.cues import Cue, cue_after, cue_before
from copilot.drafting.builtin.mentions import Part
from copilot.drafting.builtin.tokens import Sentence, Token, sentences_of
from copilot.drafting.builtin.words import stem
from copilot.drafting.formulation import Relation, Span
from copilot.drafting.literals import said_numbers

MOST = 20_000  # letters: a longer text is tables, of which phrases say nothing
_FACTORS = (1.0, 100.0, 1_000.0, 1e6, 60.0, 3_600.0, 24.0, 7.0, 12.0, 52.0, 365.0, 16.0, 30.0, 2_000.0)
_TAIL = re.compile(r"\d*(?:[.,]\d+)*\s?%?")
_MOST_PAIRED = 12
_THERE = frozenset(stem(word) for word in ("available", "disposal", "allotted"))
_STORED = frozenset(stem(word) for word in ("budget", "stock", "capacity"))
_ENDS = frozenset((",", ";", "and", "but"))


@dataclass(frozen=True, slots=True)
class Stated:
    """A number of the request with the direction that its phrase gives it, if any, and where it stands."""

    token: Token
    sentence: int
    sign: Relation | None
    supposed: Relation | None = None

    @property
    def way(self) -> Relation | None:
        """The direction that the phrase says, or else the one that its sentence lets suppose."""
        return self.sign or self.supposed

    @property
    def values(self) -> tuple[float, ...]:
        """The number as a formulation may write it."""
        value = self.token.value
        return (value, value * 100) if self.token.shape in ("percent", "fraction") else (value,)


@lru_cache(maxsize=8)
def sentences(text: str) -> tuple[Sentence, ...]:
    """Its sentences; none of a text that is too long to be one."""
    return tuple(sentences_of(text)) if len(text) <= MOST else ()


@lru_cache(maxsize=8)
def stated_numbers(text: str) -> tuple[Stated, ...]:
    """Every number, in order."""
    return tuple(
        Stated(token, number, sign_of(sentence, place), supposed_of(sentence, place))
        for number, sentence in enumerate(sentences(text))
        for place, token in enumerate(sentence)
        if token.kind == "number"
    )


def sign_of(sentence: Sentence, place: int) -> Relation | None:
    """<= after "at most" and >= after "at least", or before such words; None where no phrase says it."""
    clause = tuple(Part(one.kind, one.low, one.stem, one.text, one.start, one.end) for one in sentence)
    found: Cue | None = cue_before(clause, place) or cue_after(clause, place)
    return None if found is None or found.strict else found.sign


def supposed_of(sentence: Sentence, place: int) -> Relation | None:
    """<= for what there is: "88 hours available", "a budget of $500", "Stock: 170 grams"."""
    ahead = sentence[place + 1 : place + 6]
    nearest = next((at for at, token in enumerate(ahead) if token.kind == "number" or token.low in _ENDS), len(ahead))
    after = any(token.stem in _THERE for token in ahead[:nearest])
    before = any(token.stem in _STORED for token in sentence[max(0, place - 3) : place])
    return "<=" if after or before else None


def follows(value: float, known: Iterable[float]) -> bool:
    """Whether a number is one of `known`, a conversion of one, or made of at most two of them."""
    numbers = [number for number in dict.fromkeys(known) if number]
    size = abs(value)
    if any(_is_close(size, number * f) or _is_close(size * f, number) for number in numbers for f in _FACTORS):
        return True
    if any(_is_close(size, abs(1 - number)) or _is_close(size, 1 + number) for number in numbers):
        return True
    few = numbers[:_MOST_PAIRED]
    if _is_close(size, sum(few)):
        return True
    return any(
        _is_close(size, abs(made) * f) or _is_close(size * f, abs(made))
        for first in few
        for second in few
        for made in (first * second, first / second, first + second, first - second)
        for f in (1.0, 100.0, 60.0)
    )


def inside(text: str, spans: Sequence[Span]) -> list[float]:
    """The numbers that the phrases of an item say."""
    return [number for span in spans for number in said_numbers(text[span.start : _end(text, span.end)])]


def _end(text: str, end: int) -> int:
    """Where the number ends that a phrase may cut: "7" of "7.5"."""
    match = _TAIL.match(text, end) if end and text[end - 1 : end].isdigit() else None
    return match.end() if match else end


def _is_close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-12)
