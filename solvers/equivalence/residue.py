"""What two models do not share once their rows and columns are paired: rows, and bounds that only one of them has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.certificate import CLOSE
from solvers.equivalence.normal import Work
from solvers.equivalence.pairing import Pairing

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Residue:
    """`rows[k]` are the rows of model k that the other lacks; `factor` is that of each shared row of the first.

    `columns_agree` says whether all columns are paired with one of the same domain and cost. `bounds[k]` are columns
    whose bounds, in model k, are tighter than those of their partner.
    """

    rows: tuple[Ints, Ints]
    bounds: tuple[Ints, Ints]
    factor: Floats
    columns_agree: bool

    @property
    def size(self) -> int:
        """How many rows and bounds differ."""
        return sum(len(part) for part in (*self.rows, *self.bounds))


def residue(works: tuple[Work, Work], pairing: Pairing) -> Residue:
    """Return what the normal forms do not share under a pairing."""
    first, second = works
    shared, factor = _shared_rows(first, second, pairing)
    mine = np.flatnonzero(pairing.column >= 0)
    to = pairing.column[mine]
    reached = np.zeros(second.row_count, dtype=bool)
    reached[pairing.row[shared]] = True
    rows = np.setdiff1d(first.kept_rows(), np.flatnonzero(shared)), second.kept_rows()
    others = rows[1][~reached[rows[1]]]
    lower, upper = first.column_lower[mine], first.column_upper[mine]
    other_lower, other_upper = second.column_lower[to], second.column_upper[to]
    near = _near(lower, other_lower), _near(upper, other_upper)
    tighter = (~near[0] & (lower > other_lower)) | (~near[1] & (upper < other_upper))
    looser = (~near[0] & (lower < other_lower)) | (~near[1] & (upper > other_upper))
    agree = len(mine) == len(first.kept_columns()) == len(second.kept_columns())
    agree = agree and bool(np.all(first.integer[mine] == second.integer[to]))
    agree = agree and bool(np.all(_near(first.cost[mine], second.cost[to])))
    return Residue((rows[0], others), (mine[tighter], to[looser]), factor, agree)


def _shared_rows(first: Work, second: Work, pairing: Pairing) -> tuple[Bools, Floats]:
    """Return which rows of the first model are a multiple of their partner, and which multiple."""
    width = second.column_count + 1
    known = (pairing.row[first.row] >= 0) & (pairing.column[first.column] >= 0)
    keys = pairing.row[first.row] * width + pairing.column[first.column]
    places = np.flatnonzero(known)
    _, mine, theirs = np.intersect1d(
        keys[places], second.row * width + second.column, assume_unique=True, return_indices=True
    )
    mine = places[mine]
    row, values, others = first.row[mine], first.value[mine], second.value[theirs]
    factor = np.ones(first.row_count)
    lead_rows, lead = np.unique(row, return_index=True)
    factor[lead_rows] = values[lead] / others[lead]
    apart = np.bincount(row, ~_near(values, factor[row] * others), first.row_count) > 0
    paired = pairing.row >= 0
    to = pairing.row[paired]
    count = np.bincount(row, minlength=first.row_count)
    whole = count == np.bincount(first.row, minlength=first.row_count)
    shared = paired & whole & ~apart
    shared[paired] &= count[paired] == np.bincount(second.row, minlength=second.row_count)[to]
    shared[paired] &= _sides_near(first, second, np.flatnonzero(paired), to, factor[paired])
    return shared, factor


def _sides_near(first: Work, second: Work, rows: Ints, to: Ints, factor: Floats) -> Bools:
    low, high = second.row_lower[to] * factor, second.row_upper[to] * factor
    low, high = np.where(factor > 0, low, high), np.where(factor > 0, high, low)
    slack = 2 * (first.error[rows] + np.abs(factor) * second.error[to])
    return _near(first.row_lower[rows], low, slack) & _near(first.row_upper[rows], high, slack)


def _near(mine: Floats, other: Floats, slack: Floats | float = 0.0) -> Bools:
    scale = np.maximum(np.abs(mine), np.abs(other))
    with np.errstate(invalid="ignore"):
        apart = np.abs(mine - other) > CLOSE * np.where(np.isfinite(scale), scale, 0.0) + slack
    near: Bools = (mine == other) | ~(apart | ~np.isfinite(scale))
    return near
