"""Scales of rows and columns under which a matrix looks the same however it was scaled before.

The scales minimise the sum of squares of the logarithms of all scaled entries (Curtis and Reid 1972). What is left is
the part of the logarithms that no scaling of rows and columns reaches, hence the same for all scalings of a matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from solvers.equivalence.budget import Budget

PASSES = 3
STEPS = 2_000
EVERY = 16  # steps between two looks at the clock
PATIENCE = 64  # steps without progress
SMALL = 1e-14
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scaling:
    """Logarithms of the scales of rows and columns; `loose[k]` where block k may still be scaled as a whole.

    A block of rows and columns that may be scaled hangs together by entries; `row_block` and `column_block` say which
    block each belongs to, -1 for a column whose scale was given.
    """

    row: Floats
    column: Floats
    row_block: Ints
    column_block: Ints
    loose: NDArray[np.bool_]


def scaling(row: Ints, column: Ints, value: Floats, given: Floats, m: int, budget: Budget) -> Scaling:
    """Return scales for entries (row, column, value); `given` is the logarithm of a column's scale, or not a number."""
    n = len(given)
    fixed = np.isfinite(given)
    free = ~fixed[column]
    logs = np.log(np.abs(value)) + np.where(fixed, given, 0.0)[column]
    normal = _normal_matrix(row, column, free, m, n)
    scales = np.zeros(m + n)
    target = (SMALL * (1.0 + np.abs(logs).max(initial=0.0))) ** 2
    for _ in range(PASSES):
        left = -(logs + scales[row] + np.where(free, scales[m + column], 0.0))
        wanted = np.bincount(np.append(row, m + column[free]), np.append(left, left[free]), m + n)
        scales += _solved(normal, wanted.astype(np.float64, copy=False), target, budget)
    pattern = scipy.sparse.coo_array(
        (np.ones(int(free.sum()), dtype=np.int8), (row[free], m + column[free])), shape=(m + n, m + n)
    )
    count, block = connected_components(pattern, directed=False)
    loose = np.ones(count, dtype=bool)
    loose[block[row[~free]]] = False
    blocks = block.astype(np.int64)
    return Scaling(
        row=scales[:m],
        column=np.where(fixed, given, scales[m:]),
        row_block=blocks[:m],
        column_block=np.where(fixed, -1, blocks[m:]),
        loose=loose,
    )


def _normal_matrix(row: Ints, column: Ints, free: NDArray[np.bool_], m: int, n: int) -> Any:
    ones = np.ones(int(free.sum()))
    across = scipy.sparse.coo_array((ones, (row[free], m + column[free])), shape=(m + n, m + n))
    degree = np.bincount(row, minlength=m + n) + np.bincount(m + column[free], minlength=m + n)
    return (across + across.T + scipy.sparse.diags_array(degree.astype(np.float64))).tocsr()


def _solved(normal: Any, wanted: Floats, target: float, budget: Budget) -> Floats:
    """Conjugate gradients, each unknown in units of its degree; a singular system has a solution all the same.

    Ends at the residual `target`, or where rounding lets it come no nearer.
    """
    weight = 1.0 / np.maximum(normal.diagonal(), 1.0)
    found, left = np.zeros(len(wanted)), wanted.copy()
    direction = weight * left
    size = float(left @ direction)
    best, best_size, best_step = found, size, 0
    for step in range(STEPS):
        if best_size <= target or step - best_step > PATIENCE:
            break
        if step % EVERY == 0:
            budget.check()
        image = normal @ direction
        curvature = float(direction @ image)
        if curvature <= 0.0:
            break
        found = found + (size / curvature) * direction
        left -= (size / curvature) * image
        guided = weight * left
        size, before = float(left @ guided), size
        if size < best_size:
            best, best_size, best_step = found, size, step
        direction = guided + (size / before) * direction
    return best
