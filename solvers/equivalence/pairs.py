"""Rows and columns of two models as pairs, each with the reason why they are taken for the same."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.catalogue import Catalogue

Ints = NDArray[np.int64]
Kept = tuple[Ints, Ints]


class Basis(enum.IntEnum):
    """Why two rows or columns are taken for the same; from STRUCTURE on it is a guess, and said to be one."""

    NONE = 0
    CORRECTED = 1
    NAME = 2
    INDEX = 3
    STRUCTURE = 4
    CHOICE = 5
    OVERLAP = 6


@dataclass(slots=True)
class Side:
    """Rows or columns: number i of the first model is `partner[i]` of the second, -1 for none, for the reason `basis`.

    `kept` are the numbers that take part, `group` keeps apart what a correction forbids to pair, both per model.
    """

    catalogues: tuple[Catalogue, Catalogue]
    partner: Ints
    basis: NDArray[np.int8]
    kept: Kept
    group: Kept

    def taken(self) -> NDArray[np.bool_]:
        """Return which of the second model have a partner."""
        found = np.zeros(len(self.catalogues[1].names), dtype=bool)
        found[self.partner[self.partner >= 0]] = True
        return found

    def left(self) -> Kept:
        """Return the numbers of each model that are still open."""
        mine = self.kept[0][self.partner[self.kept[0]] < 0]
        return mine, self.kept[1][~self.taken()[self.kept[1]]]

    def pair(self, first: Ints, second: Ints, basis: Basis | NDArray[np.int8]) -> None:
        """Write pairs down."""
        self.partner[first], self.basis[first] = second, basis


@dataclass(slots=True)
class Pairing:
    """The rows and the columns of two models, as far as they are paired."""

    columns: Side
    rows: Side

    def complete(self) -> bool:
        """Whether one of the models has nothing left to pair, in columns and in rows."""
        return all(not all(map(len, side.left())) for side in (self.columns, self.rows))

    @property
    def column(self) -> Ints:
        """The column of the second model that each column of the first is, -1 for none."""
        return self.columns.partner

    @property
    def row(self) -> Ints:
        """The row of the second model that each row of the first is, -1 for none."""
        return self.rows.partner

    @property
    def column_basis(self) -> NDArray[np.int8]:
        """Why the columns are paired, as `Basis`."""
        return self.columns.basis
