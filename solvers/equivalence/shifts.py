"""The shifts of a change of variables, from bounds, or for free columns from the sides of their rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse
from numpy.typing import NDArray

from solvers.equivalence.canonical import BOXED, DENSE, FREE, least_squares
from solvers.equivalence.ratios import NEAR, Pair, short

ROUND = 4e-15
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def shifts(pair: Pair, scale: Floats, factor: Floats) -> Floats:
    """Return how far each column is shifted: its bounds say it, or for a free column the sides of its rows."""
    one, two = pair.forms
    low = pair.works[0].column_lower[one.columns]
    others = two.columns[pair.signs.column]
    end = np.where(scale > 0, pair.works[1].column_lower[others], pair.works[1].column_upper[others])
    boxed = one.kind == BOXED
    own = np.where(boxed, low, one.base)
    moved = scale * np.where(boxed, end, two.base[pair.signs.column])
    shift = own - moved
    shift[np.abs(shift) <= ROUND * np.maximum(np.abs(own), np.abs(moved))] = 0.0
    free = np.flatnonzero(one.kind == FREE)
    if free.size:
        shift[free] = 0.0
        shift[free] = _free_shifts(pair, shift, factor, free)
    return shift


def _free_shifts(pair: Pair, shift: Floats, factor: Floats, free: Ints) -> Floats:
    one = pair.forms[0]
    m, n = len(one.rows), len(one.columns)
    moved = pair.works[0].value * shift[one.column]
    wanted, size = _side_gaps(pair, factor)
    wanted -= np.bincount(one.row, moved, m)
    size += np.bincount(one.row, np.abs(moved), m)
    wanted[np.abs(wanted) <= NEAR * size] = 0.0
    weight = np.exp(one.scales.row[:m])
    units = np.exp(one.scales.column)
    values = pair.works[0].value * weight[one.row] * units[one.column]
    matrix = scipy.sparse.coo_array((values, (one.row, one.column)), shape=(m, n)).tocsr()[:, free]
    held = np.flatnonzero(np.isfinite(wanted))
    matrix, wanted = matrix[held], (wanted * weight)[held]
    whole = one.integer[free]
    found = np.zeros(len(free))
    if whole.any() and matrix.shape[0] * len(free) <= DENSE:
        found[whole] = np.round(_basic_solution(matrix, wanted)[whole])
    parts = matrix[:, np.flatnonzero(~whole)]
    for _ in range(2):  # the second time for what rounding left
        found[~whole] += least_squares(parts, wanted - matrix @ found)
    found[np.abs(found) <= NEAR * np.abs(wanted).max(initial=0.0)] = 0.0
    return short(found * units[free])


def _basic_solution(matrix: Any, wanted: Floats) -> Floats:
    """Return a solution with a zero for every column to spare: whole numbers more often than the shortest one."""
    orthogonal, triangle, pivots = scipy.linalg.qr(matrix.toarray(), mode="economic", pivoting=True)
    size = np.abs(np.diagonal(triangle))
    rank = int((size > NEAR * size.max(initial=0.0)).sum())
    found = np.zeros(matrix.shape[1])
    projected = (orthogonal.T @ wanted)[:rank]
    found[pivots[:rank]] = scipy.linalg.solve_triangular(triangle[:rank, :rank], projected)
    return found


def _side_gaps(pair: Pair, factor: Floats) -> tuple[Floats, Floats]:
    """Return, per row, its side minus the multiple of the side that it becomes, and how large the two are.

    Not a number where the row has no side.
    """
    one, two = pair.forms
    first, second = pair.works
    others = two.rows[pair.signs.row]
    low, high = first.row_lower[one.rows], first.row_upper[one.rows]
    other_low, other_high = second.row_lower[others], second.row_upper[others]
    other_low, other_high = np.where(factor > 0, other_low, other_high), np.where(factor > 0, other_high, other_low)
    side = np.where(np.isfinite(high), high, low)
    other = factor * np.where(np.isfinite(high), other_high, other_low)
    with np.errstate(invalid="ignore"):
        return side - other, np.abs(side) + np.abs(other)
