"""Rows, columns and numbers as one line of algebra, in the units in which they were written."""

from __future__ import annotations

import math
from typing import Literal

from solvers.equivalence.catalogue import family_of
from solvers.instance import Instance

__all__ = ["Kind", "Value", "column_text", "family_of", "number_text", "row_sense", "row_text"]
Kind = Literal["variables", "constraints", "objective"]
Value = float | str | None
TERMS_SHOWN = 8


def row_text(instance: Instance, index: int) -> str:
    """A row as one line of algebra, its first terms only when there are many."""
    start, end = int(instance.indptr[index]), int(instance.indptr[index + 1])
    shown = range(start, min(end, start + TERMS_SHOWN))
    parts = [
        _term(float(instance.values[k]), instance.column_names[int(instance.indices[k])], first=k == start)
        for k in shown
    ]
    if end - start > TERMS_SHOWN:
        parts.append(f"+ … ({end - start} terms)")
    left = " ".join(parts) or "0"
    lower, upper = float(instance.row_lower[index]), float(instance.row_upper[index])
    sense = row_sense(lower, upper)
    if sense == "range":
        return f"{number_text(lower)} <= {left} <= {number_text(upper)}"
    return f"{left} (no limit)" if sense == "free" else f"{left} {sense} {number_text(_side(lower, upper))}"


def column_text(instance: Instance, index: int) -> str:
    """Domain, bounds and objective coefficient of a column, in one line."""
    lower, upper = float(instance.column_lower[index]), float(instance.column_upper[index])
    domain = _domain(instance, index)
    if domain == "integer" and (lower, upper) == (0.0, 1.0):
        parts = ["binary"]
    else:
        parts = [domain]
        parts += [f">= {number_text(lower)}"] if math.isfinite(lower) else []
        parts += [f"<= {number_text(upper)}"] if math.isfinite(upper) else []
    cost = float(instance.cost[index])
    return ", ".join([*parts, f"objective coefficient {number_text(cost)}"] if cost else parts)


def row_sense(lower: float, upper: float) -> str:
    """`<=`, `>=`, `==`, `range` or `free`, from the two limits of a row."""
    if lower == upper:
        return "=="
    if math.isinf(lower):
        return "free" if math.isinf(upper) else "<="
    return ">=" if math.isinf(upper) else "range"


def number_text(value: float) -> str:
    """A number as people write it: no trailing zeros, twelve digits at most."""
    return f"{value:.12g}"


def _domain(instance: Instance, index: int) -> str:
    return "integer" if instance.integrality[index] else "continuous"


def _side(lower: float, upper: float) -> float:
    return upper if math.isinf(lower) else lower


def _term(coefficient: float, name: str, *, first: bool) -> str:
    size = "" if abs(coefficient) == 1.0 else f"{number_text(abs(coefficient))} "
    sign = "-" if coefficient < 0 else ("" if first else "+")
    return f"{sign}{'' if first or not sign else ' '}{size}{name}"
