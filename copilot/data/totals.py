"""A last row of totals: as a row of the table it would count everything twice."""

from __future__ import annotations

from collections.abc import Sequence

_TOTALS = ("total", "totals", "sum", "grand total", "summe", "gesamt", "subtotal")
_NEAR = 1e-6


def total_of(columns: Sequence[Sequence[object]]) -> str:
    """The label of a last row that only adds up the others; empty where there is none."""
    label = next((column[-1] for column in columns if column and column[-1] is not None), None)
    if not isinstance(label, str) or label.strip().rstrip(":").casefold() not in _TOTALS:
        return ""
    return label.strip() if any(_adds_up(column[-1], column[:-1]) for column in columns) else ""


def _adds_up(total: object, parts: Sequence[object]) -> bool:
    amounts = [float(part) for part in parts if isinstance(part, int | float) and not isinstance(part, bool)]
    if not isinstance(total, int | float) or isinstance(total, bool) or not amounts:
        return False
    return abs(total - sum(amounts)) <= _NEAR * max(1.0, abs(total))
