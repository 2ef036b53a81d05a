"""A proof as plain data that another program can check: multipliers of rows, the bound they give, and a point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from solvers.instance import Instance
from solvers.proof.whole import Ints

FORMAT = "linear proof 1"
READING = "each number of the instance as its shortest decimal"
SHORT = 24
LEADING_DIGITS = 24

Fractions = tuple[Ints, int]


def certificate(
    instance: Instance, *, claim: str, multipliers: Fractions, bound: Fraction, point: Fractions | None = None
) -> dict[str, Any]:
    """Return the data; `claim` is bound, optimal or infeasible, numbers are (numerators, denominator).

    Multipliers are in the instance's own sense (shadow prices). Rows and columns that are not named have the number 0.
    The `bound` of an infeasible instance is what the multipliers promise of 0, which is more than 0.
    """
    data: dict[str, Any] = {
        "format": FORMAT,
        "reading": READING,
        "instance": instance.name,
        "digest": instance.digest(),
        "claim": claim,
        "sense": instance.sense,
        "bound": str(bound),
        "multipliers": _sparse(instance.row_names, multipliers),
    }
    if point is not None:
        data["point"] = _sparse(instance.column_names, point)
    return data


def _sparse(names: Sequence[str], numbers: Fractions) -> dict[str, Any]:
    numerators, denominator = numbers
    common = math.gcd(denominator, *numerators.tolist())
    return {
        "denominator": str(denominator // common),
        "numerators": {names[k]: str(numerators[k] // common) for k in np.flatnonzero(numerators).tolist()},
    }


def exact_text(value: Fraction) -> str:
    """Return the value as a decimal or as "p/q" when that is short, else its first digits and "…".

    The certificate has it in full.
    """
    digits = Context(prec=LEADING_DIGITS).divide(Decimal(value.numerator), Decimal(value.denominator))
    decimal = f"{digits.normalize():f}"
    if len(decimal) <= SHORT and Fraction(decimal) == value:
        return decimal
    return str(value) if len(str(value)) <= SHORT else f"{digits}…"


def rounded_down(value: Fraction) -> float:
    """Return the largest float that is not more than the value; rounding up is `-rounded_down(-value)`."""
    near = float(value)
    return near if Fraction(near) <= value else float(np.nextafter(near, -np.inf))
