"""Reads one cell of a table or one piece of a list: an amount with its unit, a mark for "none", or words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.drafting.builtin.words import load

_AMOUNT = re.compile(
    r"^(?:approx\.?\s|about\s|~)?(?P<money>[$€£¥]\s?)?(?P<value>-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)\s?"
    r"(?P<scale>[kKM](?![\w]))?(?P<unit>(?:%|[^\W\d_][\w²³°/]*\.?)(?:[ /](?:per )?[^\W\d_][\w²³]*){0,3}|[$€£¥])?$"
)
_MONTHS = frozenset({"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"})
_SCALES = {"k": 1e3, "K": 1e3, "M": 1e6}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and the unit written beside it."""

    value: float
    unit: str = ""


def amount_of(cell: str) -> Amount | None:
    """The amount that a cell says; None where it says anything else."""
    match = _AMOUNT.match(cell.strip().strip("*`_").strip())
    if match is None:
        return None
    value = float(match["value"].replace(",", "")) * _SCALES.get(match["scale"] or "", 1.0)
    unit = (match["money"] or match["unit"] or "").strip()
    if unit[:3].lower() in _MONTHS and unit[:1].isupper():  # "6 June" is a day
        return None
    return Amount(value / 100 if unit == "%" else value, unit)


def is_gap(cell: str) -> bool:
    """Whether a cell says that there is nothing: "-", "n/a", "not possible"."""
    plain = " ".join(cell.lower().strip().strip("*`_()[]").split())
    return plain in load("nets")["data"]["gaps"]


def is_empty(cell: str) -> bool:
    """Whether a cell is blank."""
    return not cell.strip()
