"""What a class of problems gives: the data, how they are told, and the program that solves them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Data = Mapping[str, Any]  # what `build_model(data)` of a class reads


@dataclass(frozen=True, slots=True)
class Told:
    """A problem in words; `tables` are CSV texts by name where the words leave the numbers to them."""

    text: str
    tables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProblemClass:
    """`draw` makes data of a size, `tell` says them, `program` is `build_model(data)` in Pyomo.

    The meaning of `size` (items, cities, periods) stands in `sized_by`. `smallest` is the least size that makes sense.
    """

    name: str
    sized_by: str
    draw: Callable[[int, random.Random], Data]
    tell: Callable[[Data, random.Random], Told]
    program: str
    smallest: int = 2


def bullets(lines: Sequence[str]) -> str:
    """One record a line."""
    return "\n".join(f"- {line}" for line in lines)


def csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A small table as CSV; no cell holds a comma."""
    return "\n".join([",".join(head), *(",".join(str(cell) for cell in row) for row in rows)]) + "\n"


def listed(words: Sequence[str]) -> str:
    """A, B and C."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def labels(stem: str, count: int) -> list[str]:
    """`stem` with numbers from 1."""
    return [f"{stem} {number}" for number in range(1, count + 1)]


def short(number: float) -> str:
    """As people write it: no trailing zeros."""
    return f"{number:g}"
