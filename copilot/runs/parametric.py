"""What is compared when the structure of two versions is, and what is found: plain data, for storing and showing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from copilot.drafting.base import Data
from copilot.drafting.builtin.tokens import sentences_of
from copilot.drafting.source import held_numbers

SAME = ("identical", "equivalent")
Verdict = Literal["same structure", "different structure", "unknown"]


@dataclass(frozen=True, slots=True)
class Programmed:
    """One side: a program, the data that it reads, and the numbers that its request holds."""

    program: str
    data: Data
    fingerprint: str
    quantities: frozenset[float] = frozenset()


def programmed(program: str, data: Data, fingerprint: str, text: str) -> Programmed:
    """A side with the numbers that stand in its request, in digits or in words."""
    tokens = (token for sentence in sentences_of(text) for token in sentence if token.kind == "number")
    return Programmed(program, data, fingerprint, frozenset(abs(token.value) for token in tokens))


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the two instances that were built from the real data."""

    verdict: str
    shift: float = 0.0
    nonzeros: int = 0

    @property
    def is_same(self) -> bool:
        """Whether they are the same model."""
        return self.verdict in SAME


@dataclass(frozen=True, slots=True)
class Draw:
    """Both programs on one data set: `resized` says with other set sizes, `real_data` that no random data could be
    used, so that `verdict` (same, different, undecided) is only that of the instances."""

    seed: int
    verdict: str
    how: str = ""
    resized: bool = False
    real_data: bool = False


@dataclass(frozen=True, slots=True)
class Parametric:
    """The verdict over all draws; `accidental` is a different structure whose instances are the same on the real data.

    `sets_resized` counts the index sets that did not have the same size on every data set. `how` is program where the
    two programs are the same text, else draws.
    """

    verdict: Verdict
    sentence: str
    draws: tuple[Draw, ...] = ()
    accidental: bool = False
    sets_resized: int = 0
    how: str = "draws"

    def to_json(self) -> dict[str, Any]:
        """The same as nested dictionaries and tuples."""
        return asdict(self)


def held_in(*sides: Programmed) -> tuple[float, ...]:
    """Numbers of the data or of the request that stand in a program, where no other data reach them."""
    own = frozenset().union(*(side.quantities | _values(side.data) for side in sides))
    return tuple(sorted({n for side in sides for n in held_numbers(side.program) if n in own}))


def _values(data: Data) -> frozenset[float]:
    numbers: set[float] = set()
    for value in data.values():
        if isinstance(value, int | float):
            numbers.add(abs(float(value)))
        elif isinstance(value, Mapping):
            numbers.update(abs(float(number)) for number in value.values())
    return frozenset(numbers)
