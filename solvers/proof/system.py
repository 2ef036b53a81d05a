"""Square systems of whole numbers solved exactly: one factorisation in floating point, refined, then read as fractions.

The residual of an approximate solution is computed in whole numbers and solved for again, which adds some forty bits a
time (Gleixner, Steffy and Wolter 2016). Continued fractions with one common denominator then name the rational
solution, and only a candidate that satisfies the system exactly is returned.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.proof.whole import Ints, as_ints, sums

STEP_BITS = 40
MAX_BITS = 20_000  # of an approximation; its fractions have at most half as many
FIRST_BITS = 96
SPARE_BITS = 16
MANTISSA = 62


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """A square matrix of whole numbers times 10^-digits, in coordinates, with its factorisation."""

    entries: Ints
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    size: int
    factors: Any
    digits: int
    orders: tuple[NDArray[np.int64], NDArray[np.int64]]
    starts: tuple[NDArray[np.int64], NDArray[np.int64]]

    def product(self, z: Ints, *, transposed: bool) -> Ints:
        """Return the matrix (of whole numbers) or its transpose times z."""
        source = self.rows if transposed else self.columns
        return sums((self.entries * z[source])[self.orders[transposed]], self.starts[transposed])


def factored(
    entries: Ints, values: NDArray[np.float64], rows: NDArray[Any], columns: NDArray[Any], *, size: int, digits: int
) -> System | None:
    """Return the system with these entries, or None when it is singular to working precision."""
    import scipy.sparse.linalg  # a tenth of a second that most answers do not need

    matrix = scipy.sparse.csc_array((values, (rows, columns)), shape=(size, size))
    try:
        factors = scipy.sparse.linalg.splu(matrix)
    except (RuntimeError, ValueError):
        return None
    orders = np.argsort(rows, kind="stable"), np.argsort(columns, kind="stable")
    starts = _starts(rows, size), _starts(columns, size)
    return System(entries, rows, columns, size, factors, digits, orders, starts)


def _starts(places: NDArray[Any], size: int) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.bincount(places, minlength=size))])


def solved(system: System, right: Ints, *, transposed: bool, until: float) -> tuple[Ints, int] | None:
    """Return whole numbers z and d with matrix z = d right exactly (d > 0), or None when they are out of reach.

    Out of reach: the factorisation is too inaccurate, the fractions are too long, or `time.monotonic()` passes `until`.
    """
    if not system.size or not np.any(right):
        return np.zeros(system.size, dtype=object), 1
    found, bits, residual = np.zeros(system.size, dtype=object), 0, right
    wanted = FIRST_BITS
    while bits < MAX_BITS and time.monotonic() < until:
        step = _correction(system, residual, transposed=transposed)
        if step is None:
            return None
        change, gained = step
        found = found * 2**gained + change
        residual = residual * 2**gained - system.product(change, transposed=transposed)
        bits += gained
        if bits >= wanted or not np.any(residual):
            answer = _fractions(found, bits)
            if answer is not None and _holds(system, answer, right, transposed=transposed):
                return answer
            wanted = 2 * bits
    return None


def _correction(system: System, residual: Ints, *, transposed: bool) -> tuple[Ints, int] | None:
    """Return a rounded solution for the residual and by how many bits it is finer than what was there before."""
    largest = max(int(residual.max()), -int(residual.min()))
    if not largest:
        return np.zeros(system.size, dtype=object), STEP_BITS
    shift = largest.bit_length() - MANTISSA
    mantissas = residual // 2**shift if shift > 0 else residual * 2**-shift
    step = system.factors.solve(mantissas.astype(np.float64), trans="T" if transposed else "N")
    size = float(np.abs(step).max(initial=0.0))
    if not np.isfinite(size) or not size:
        return None
    # step * 2^shift / 10^digits solves for the residual; it is scaled to STEP_BITS bits before it is rounded.
    exponent = shift + int(np.floor(np.log2(size) - system.digits * np.log2(10.0))) + 1
    gained = STEP_BITS - exponent
    if gained <= 0:
        return None  # the residual has not shrunk: the factorisation is too inaccurate for this system
    scale = Fraction(2) ** (shift + gained) / 10**system.digits
    fine = np.rint(step / size * 2.0**52).astype(np.int64).astype(object)
    factor = scale * Fraction(size) / 2**52
    top, bottom = factor.numerator, factor.denominator
    return (2 * fine * top + bottom) // (2 * bottom), gained


def _fractions(found: Ints, bits: int) -> tuple[Ints, int] | None:
    """Read found / 2^bits as fractions with one common denominator, or return None when none is short enough."""
    common, half = 1, 1 << max((bits - SPARE_BITS) // 2, 1)
    for number in found.tolist():
        left = number * common % (1 << bits)
        if min(left, (1 << bits) - left) <= common << SPARE_BITS:
            continue  # whole within what the refinement has left of an error
        common *= Fraction(left, 1 << bits).limit_denominator(max(half // common, 1)).denominator
        if common > half:
            return None
    whole = (2 * found * common + (1 << bits)) // (1 << (bits + 1))
    return as_ints(whole.tolist()), common


def _holds(system: System, answer: tuple[Ints, int], right: Ints, *, transposed: bool) -> bool:
    z, common = answer
    return not np.any(system.product(z, transposed=transposed) - right * common)
