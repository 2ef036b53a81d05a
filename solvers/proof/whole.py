"""Numbers of an instance as whole numbers over a power of ten, so that sums of products of them have no error.

A number counts as its shortest decimal says it: a user's 0.1 is one tenth, not the binary fraction nearest to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]  # of Python's whole numbers, which have no largest
EXACT_IN_DOUBLE = 2.0**53
LARGEST_DENOMINATOR = 10_000
CLOSE = 1e-9  # relative to 1 + |number|: what a solver's tolerance leaves of a simple fraction
COMMON_BITS = 256
GRID = 10**20
MAX_DISTINCT = 20_000


def scaled(values: NDArray[np.float64]) -> tuple[Ints, int]:
    """Return whole numbers N and digits k with value = N / 10^k each; an infinite value becomes 0."""
    finite = np.where(np.isfinite(values), values, 0.0)
    if not finite.size or (np.abs(finite).max() < EXACT_IN_DOUBLE and not np.any(finite % 1.0)):
        return finite.astype(np.int64).astype(object), 0
    distinct, place = np.unique(finite, return_inverse=True)
    written = [Decimal(repr(value)).as_tuple() for value in distinct.tolist()]
    digits = max(0, *(-int(number.exponent) for number in written))
    whole = np.empty(len(written), dtype=object)
    for k, number in enumerate(written):
        magnitude = int("".join(map(str, number.digits))) * 10 ** (digits + int(number.exponent))
        whole[k] = -magnitude if number.sign else magnitude
    return whole[place], digits


def simple_fractions(values: NDArray[np.float64]) -> tuple[Ints, int]:
    """Return whole numbers Y and a common denominator d with Y / d near each value.

    A value within a solver's tolerance of a fraction with a small denominator becomes that fraction, as long as the
    common denominator stays short; the others keep twenty decimals.
    """
    distinct, place = np.unique(values, return_inverse=True)
    if len(distinct) > MAX_DISTINCT:
        return as_ints(round(Fraction(value) * GRID) for value in distinct.tolist())[place], GRID
    parts = [_simple(value) for value in distinct.tolist()]
    common = 1
    for part in parts:
        grown = common if part is None else int(np.lcm(common, part.denominator))
        common = grown if grown.bit_length() <= COMMON_BITS else common
    if any(part is None or common % part.denominator for part in parts):
        common *= GRID
    exact = (Fraction(value) if part is None else part for value, part in zip(distinct.tolist(), parts, strict=True))
    return as_ints(round(value * common) for value in exact)[place], common


def _simple(value: float) -> Fraction | None:
    near = Fraction(value).limit_denominator(LARGEST_DENOMINATOR)
    return near if abs(float(near) - value) <= CLOSE * (1.0 + abs(value)) else None


def as_ints(numbers: Any) -> Ints:
    """Return an array of Python's whole numbers."""
    listed: Sequence[int] = list(numbers)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def sums(products: Ints, starts: NDArray[Any]) -> Ints:
    """Return the sum of each stretch products[starts[i]:starts[i + 1]]; an empty stretch has the sum 0."""
    total = np.zeros(len(starts) - 1, dtype=object)
    held = np.flatnonzero(np.diff(starts))
    if held.size:
        total[held] = np.add.reduceat(products, np.asarray(starts)[held])
    return total
