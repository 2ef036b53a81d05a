"""The point and the multipliers that a basis stands for, without rounding (Applegate, Cook, Dash, Espinoza 2007)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.proof.program import Program
from solvers.proof.system import System, factored, solved
from solvers.proof.whole import Ints
from solvers.result import Basis, BasisStatus

Fractions = tuple[Ints, int]


class BasicSolution:
    """What one basis determines; `matrix` is None when the basis is not square or singular.

    Rows at a limit and basic columns make a square system; the rows that are basic have the multiplier 0, the columns
    that are not basic lie at the bound their status names.
    """

    def __init__(self, program: Program, basis: Basis) -> None:
        self._program, self._basis = program, basis
        self._rows = np.flatnonzero(basis.row_status != BasisStatus.BASIC)
        self._columns = np.flatnonzero(basis.column_status == BasisStatus.BASIC)
        self._matrix = self._system() if len(self._rows) == len(self._columns) else None

    def multipliers(self, *, until: float) -> Fractions | None:
        """Return y = Y / d with no reduced cost on a basic column, or None when it is out of reach."""
        if self._matrix is None:
            return None
        found = solved(self._matrix, self._program.cost[self._columns], transposed=True, until=until)
        if found is None:
            return None
        weights = np.zeros(self._program.instance.row_count, dtype=object)
        weights[self._rows] = found[0]
        return weights, found[1]

    def point(self, *, until: float) -> Fractions | None:
        """Return x = X / d at which every row and column that is not basic lies at its limit, or None."""
        if self._matrix is None:
            return None
        program = self._program
        resting = self._resting(program.column_lower, program.column_upper, self._basis.column_status)
        resting[self._columns] = 0
        limits = self._resting(program.row_lower, program.row_upper, self._basis.row_status)
        right = limits * 10**program.digits - program.row_activity(resting)
        found = solved(self._matrix, right[self._rows], transposed=False, until=until)
        if found is None:
            return None
        point = resting * found[1]
        point[self._columns] = found[0]
        return point, found[1] * 10**program.side_digits

    def _resting(self, lower: Ints, upper: Ints, status: NDArray[np.int8]) -> Ints:
        at = np.where(status == BasisStatus.UPPER, upper, lower)  # an infinite side is held as 0
        at[status == BasisStatus.ZERO] = 0
        return at

    def _system(self) -> System | None:
        program, size = self._program, len(self._rows)
        given = program.instance
        row_place = np.full(given.row_count, -1)
        row_place[self._rows] = np.arange(size)
        column_place = np.full(given.column_count, -1)
        column_place[self._columns] = np.arange(size)
        rows, columns = row_place[program.row_of_entry], column_place[given.indices]
        kept = (rows >= 0) & (columns >= 0)
        entries, values = program.entries[kept], given.values[kept]
        return factored(entries, values, rows[kept], columns[kept], size=size, digits=program.digits)
