"""Rows or columns of two models as one list: those of the first, with partners, then those only the second has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Items:
    """Item k is number k of the first model with partner `partner[k]` (-1: none), or, from `count` on, an added one.

    `back[j]` is the item of number j of the second model.
    """

    count: int
    partner: Ints
    back: Ints

    @classmethod
    def of(cls, partner: Ints, second_count: int) -> Items:
        """Return the items of a first model whose partners are known."""
        back = np.full(second_count, -1, dtype=np.int64)
        back[partner[partner >= 0]] = np.flatnonzero(partner >= 0)
        added = np.flatnonzero(back < 0)
        back[added] = len(partner) + np.arange(len(added))
        return cls(len(partner), partner, back)

    @property
    def before(self) -> Ints:
        """The numbers in the first model of what both have."""
        return np.flatnonzero(self.partner >= 0)

    @property
    def after(self) -> Ints:
        """The numbers in the second model of what both have, in the order of the first."""
        return self.partner[self.partner >= 0]

    @property
    def removed(self) -> Ints:
        """The numbers in the first model of what only the first has."""
        return np.flatnonzero(self.partner < 0)

    @property
    def added(self) -> Ints:
        """The numbers in the second model of what only the second has."""
        return np.flatnonzero(self.back >= self.count)

    def names(self, first: Sequence[str], second: Sequence[str]) -> list[str]:
        """Return a name per item: of the first model where it has the item."""
        return [*first, *(second[j] for j in self.added.tolist())]


@dataclass(slots=True)
class JointEntries:
    """Coefficients of rows that both models have: row and column are items, a value is 0 where a model has none."""

    row: Ints
    column: Ints
    old: Floats
    new: Floats


def joint_entries(
    first: scipy.sparse.csr_array, second: scipy.sparse.csr_array, rows: Items, columns: Items
) -> JointEntries:
    """Return the coefficients of both models side by side, sorted by row and column of the first."""
    width = columns.count + len(columns.added)
    mine_row = np.repeat(np.arange(first.shape[0]), np.diff(first.indptr))
    kept = rows.partner[mine_row] >= 0
    mine = mine_row[kept] * width + first.indices[kept]
    their_row = rows.back[np.repeat(np.arange(second.shape[0]), np.diff(second.indptr))]
    shared = their_row < rows.count
    theirs = their_row[shared] * width + columns.back[second.indices[shared]]
    keys = np.union1d(mine, theirs)
    old, new = np.zeros(len(keys)), np.zeros(len(keys))
    old[np.searchsorted(keys, mine)] = first.data[kept]
    new[np.searchsorted(keys, theirs)] = second.data[shared]
    return JointEntries(keys // max(width, 1), keys % max(width, 1), old, new)
