"""What one of an option stands for where its numbers are told per so much: "per thousand litres", "per 100 g"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.sheets.frame import Frame
from copilot.drafting.builtin.sheets.limits import Limit
from copilot.drafting.builtin.sheets.problem import Problem, Unclear
from copilot.drafting.builtin.words import lexicon, stem

_SIZES = {"thousand": 1e3, "hundred": 100.0, "million": 1e6, "dozen": 12.0}
_BASIS = re.compile(
    r"\b(?:per|for every|for each|every|each)\s+(?P<size>thousand|hundred|million|\d{2,3}(?:,?000)?)"
    r"\s+(?P<unit>[a-z]+)",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"[$€£]\s?k|k\s?[$€£]|k\s?(?:usd|eur|euros?|dollars?|pounds?)|(?:usd|eur) k", re.IGNORECASE)
_SCALES = (("million", 1e6), ("thousand", 1e3))


def in_basis(problem: Problem, frame: Frame, limits: Sequence[Limit]) -> list[Limit]:
    """The limits with amounts in what the numbers of the options are told per. Unclear where one is in other units."""
    told = " ".join([problem.prose, frame.sheet.intro, *(column.head for column in frame.sheet.columns)])
    found = {(_size(match["size"]), stem(match["unit"].lower())) for match in _BASIS.finditer(told)}
    found = {(size, unit) for size, unit in found if unit in lexicon().measure_stems}
    if len(found) != 1:
        return [*limits]
    size, unit = found.pop()
    return [_in_basis(limit, size, unit) if limit.kind in ("amount", "each") else limit for limit in limits]


def _in_basis(limit: Limit, size: float, unit: str) -> Limit:
    if unit not in {stem(word.lower()) for word in limit.unit.split()}:
        raise Unclear(f"The numbers are told per {size:g} of a unit, and I cannot tell what {limit.value:g} counts.")
    return replace(limit, value=limit.value / size)


def _size(said: str) -> float:
    return _SIZES.get(said.lower()) or float(said.replace(",", ""))


def in_scale(value: float, unit: str) -> float:
    """A number in the scale of a column: 26,000,000 as 26 where the column is in millions."""
    size = next((size for word, size in _SCALES if word in unit.lower()), 1e3 if _THOUSANDS.fullmatch(unit) else 1.0)
    return value / size if value >= size else value
