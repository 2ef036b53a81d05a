"""Multipliers that almost prove a bound, changed a little until they do.

A price that points at an infinite side proves nothing, however small it is. It is moved onto a row whose other columns
can bear it: this is the safe bound with the bounds that a row implies for a column, written as multipliers.
"""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np

from solvers.instance import FloatArray
from solvers.proof.program import Priced, Program, priced
from solvers.proof.whole import Ints, simple_fractions

FINER = 10**12  # how much finer than their solver's the repaired multipliers are: what is added stays negligible
MAX_BITS = 4_000
MAX_CANDIDATES = 20
NOISE = 1e-11  # relative to the largest: a multiplier that means zero


def rounded(program: Program, duals: FloatArray) -> Priced:
    """Return what the duals (minimising) prove once noise and multipliers that point nowhere have become 0."""
    given = program.instance
    tiny = np.abs(duals) <= NOISE * np.abs(duals).max(initial=0.0)
    astray = ((duals > 0) & np.isneginf(given.row_lower)) | ((duals < 0) & np.isposinf(given.row_upper))
    return priced(program, *simple_fractions(np.where(tiny | astray, 0.0, duals)))


def repaired(program: Program, found: Priced, *, until: float) -> Priced:
    """Return multipliers near those of `found` of which none points at an infinite side, as far as there are any.

    Columns are mended one at a time, each through one row; a column that no row can mend stays as it is. The work ends
    when `time.monotonic()` passes `until`.
    """
    if found.bound is not None:
        return found
    weights, denominator = found.weights * FINER, found.denominator * FINER
    weights[found.stray_rows] = 0
    current = priced(program, weights, denominator)
    repairer = _Repairer(program, current)
    for column in current.stray_columns.tolist():
        if time.monotonic() > until or not repairer.mend(column):
            break
    return priced(program, repairer.weights, repairer.denominator)


class _Repairer:
    """The multipliers and reduced costs while they change; both stay exact."""

    def __init__(self, program: Program, current: Priced) -> None:
        self._program = program
        self.weights, self.denominator = current.weights.copy(), current.denominator
        self._reduced: Ints = current.reduced.copy()

    def mend(self, column: int) -> bool:
        """Whether the price of `column` now points at a finite side or is 0."""
        if self._is_sound(column, self._reduced[column]):
            return True
        entries = self._entries_of(column)
        for place in sorted(entries, key=lambda place: self._length(place))[:MAX_CANDIDATES]:
            if self._through(column, int(self._program.row_of_entry[place]), int(self._program.entries[place])):
                return True
        return False

    def _entries_of(self, column: int) -> list[int]:
        program = self._program
        first, last = program.column_starts[column], program.column_starts[column + 1]
        places: list[int] = program.by_column[first:last].tolist()
        return [place for place in places if program.entries[place]]

    def _length(self, place: int) -> int:
        row = self._program.row_of_entry[place]
        return int(self._program.instance.indptr[row + 1] - self._program.instance.indptr[row])

    def _through(self, column: int, row: int, entry: int) -> bool:
        given = self._program.instance
        change = Fraction(int(self._reduced[column]), entry)
        if change.denominator != 1:
            boundless = np.isneginf(given.column_lower[column]) and np.isposinf(given.column_upper[column])
            if boundless:
                if not self._refine(change.denominator):
                    return False
                change = Fraction(change.numerator)
            else:  # past zero, to the side that has a limit
                away = 1 if (self._reduced[column] > 0) == (entry > 0) else -1
                change = Fraction(change.__floor__() + (away > 0))
        step = int(change)
        weight = self.weights[row] + step
        if (weight > 0 and np.isneginf(given.row_lower[row])) or (weight < 0 and np.isposinf(given.row_upper[row])):
            return False
        first, last = given.indptr[row], given.indptr[row + 1]
        columns = given.indices[first:last]
        after = self._reduced[columns] - step * self._program.entries[first:last]
        if not all(self._may_become(j, new) for j, new in zip(columns.tolist(), after.tolist(), strict=True)):
            return False
        self.weights[row] = weight
        self._reduced[columns] = after
        return self._is_sound(column, self._reduced[column])

    def _refine(self, factor: int) -> bool:
        if (self.denominator * factor).bit_length() > MAX_BITS:
            return False
        self.weights, self._reduced = self.weights * factor, self._reduced * factor
        self.denominator *= factor
        return True

    def _may_become(self, column: int, price: int) -> bool:
        """A price that was sound must stay so; one that is astray waits for its turn."""
        return self._is_sound(column, price) or not self._is_sound(column, self._reduced[column])

    def _is_sound(self, column: int, price: int) -> bool:
        given = self._program.instance
        if price > 0:
            return bool(given.column_lower[column] > -np.inf)
        return price == 0 or bool(given.column_upper[column] < np.inf)
