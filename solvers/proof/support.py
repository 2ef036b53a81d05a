"""A contradiction read off its own rows: the one combination of them that leaves nothing where nothing may be left."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from solvers.instance import FloatArray
from solvers.proof.exact import left_null_vector
from solvers.proof.program import Priced, Program, priced
from solvers.proof.whole import as_ints

SMALL = 1e-9  # relative to the largest: a multiplier, or what is left in a column, that means zero
MAX_ROWS = 200  # elimination in fractions grows with the cube of their number, and so do the fractions


def contradiction(program: Program, ray: FloatArray) -> Priced | None:
    """Return what the exact multipliers near `ray` prove, or None when its rows have no or no unique combination.

    Exactly zero must be what the rows leave in the columns where `ray` leaves next to nothing.
    """
    given = program.instance
    rows = np.flatnonzero(np.abs(ray) > SMALL * np.abs(ray).max(initial=0.0))
    if not rows.size or rows.size > MAX_ROWS:
        return None
    left = given.transposed_product(ray)
    sizes = np.bincount(given.indices, weights=np.abs(given.values * ray[given.row_of_entry()]), minlength=len(left))
    vanishing = np.abs(left) <= SMALL * np.maximum(sizes, 1e-300)
    parts = []
    for row in rows.tolist():
        places = range(given.indptr[row], given.indptr[row + 1])
        columns = given.indices[given.indptr[row] : given.indptr[row + 1]].tolist()
        entries = zip(columns, places, strict=True)
        parts.append({j: Fraction(program.entries[k]) for j, k in entries if vanishing[j] and program.entries[k]})
    vector = left_null_vector(parts)
    if vector is None:
        return None
    sign = 1 if (vector[0] > 0) == (ray[rows[0]] > 0) else -1
    common = math.lcm(*(y.denominator for y in vector))
    weights = np.zeros(given.row_count, dtype=object)
    weights[rows] = as_ints(int(sign * y * common) for y in vector)
    return priced(program, weights, common)
