"""Rows that make an instance hard to solve or to trust: big M, near-parallel, duplicate, and unevenly sized rows."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.instance import Instance

BIG = 1e4  # a coefficient on a switch beside others so many times smaller is called a big M
UNEVEN = 1e6  # spread of the coefficients inside one row
PARALLEL = 1e-6  # 1 - |cosine| of two rows that say nearly the same
SECONDS = 2.0
MAX_NONZEROS = 20_000_000
LOOSE = 1.0 + 1e-6


@dataclass(frozen=True, slots=True)
class BigM:
    """A large coefficient that lets an integer column switch a row on and off.

    `tightest` is the smallest |coefficient| that still allows everything the bounds of the other columns allow; None
    when they allow anything, or the row is no switch. `moves_limit`: the limit of the row holds the same number, and
    has to change by the same amount.
    """

    row: str
    column: str
    coefficient: float
    others: float
    tightest: float | None
    moves_limit: bool = False

    def sentence(self) -> str:
        """Say what is wrong and what would be right."""
        start = (
            f"Constraint {self.row} multiplies {self.column} by {self.coefficient:g} and the others by at most "
            f"{self.others:g} (a big M): "
        )
        if self.tightest is None:
            return f"{start}give the other variables limits, so that it can be smaller."
        if self.tightest * LOOSE >= abs(self.coefficient):
            return f"{start}it is as small as the limits of the others allow; tighter limits would let it shrink."
        too = ", with the limit of the constraint changed by the same amount" if self.moves_limit else ""
        return f"{start}{self.tightest:g} is enough by the limits of the others{too}."


@dataclass(frozen=True, slots=True)
class Twins:
    """Two rows with the same direction up to `difference` = 1 - |cosine|; 0 for exact multiples of each other."""

    first: str
    second: str
    difference: float

    def sentence(self) -> str:
        """Say how alike they are."""
        if self.difference == 0.0:
            return f"Constraints {self.first} and {self.second} have proportional coefficients: they can be one."
        return (
            f"Constraints {self.first} and {self.second} are nearly parallel (1 - cosine {self.difference:.1e}): "
            "a small change of the data moves the plan far."
        )


@dataclass(frozen=True, slots=True)
class Uneven:
    """A row whose own coefficients differ widely in size."""

    row: str
    smallest: float
    largest: float

    def sentence(self) -> str:
        """Say how widely."""
        return (
            f"The coefficients of constraint {self.row} range from {self.smallest:.1e} to {self.largest:.1e}: "
            "choose units that bring them closer together."
        )


def big_ms(instance: Instance) -> list[BigM]:
    """Return the big M coefficients, the largest first; their columns are integer, the others of their rows are not."""
    rows = instance.row_of_entry()
    sizes = np.abs(instance.values)
    whole = instance.integrality[instance.indices] > 0
    others = np.zeros(instance.row_count)  # the largest coefficient that is not on an integer column
    np.maximum.at(others, rows[~whole], sizes[~whole])
    found = np.flatnonzero(whole & (others[rows] > 0) & (sizes >= BIG * others[rows]))
    order = found[np.argsort(-sizes[found], kind="stable")].tolist()
    return [_big_m(instance, int(rows[entry]), entry, float(others[rows[entry]])) for entry in order]


def _big_m(instance: Instance, row: int, entry: int, others: float) -> BigM:
    first, last = instance.indptr[row], instance.indptr[row + 1]
    column, coefficient = int(instance.indices[entry]), float(instance.values[entry])
    rest = (np.arange(first, last) != entry) & (instance.values[first:last] != 0)
    values, columns = instance.values[first:last][rest], instance.indices[first:last][rest]
    lower, upper = instance.column_lower[columns], instance.column_upper[columns]
    top = float(np.sum(values * np.where(values > 0, upper, lower)))
    bottom = float(np.sum(values * np.where(values > 0, lower, upper)))
    low, high = float(instance.row_lower[row]), float(instance.row_upper[row])
    binary = (instance.column_lower[column], instance.column_upper[column]) == (0.0, 1.0)
    tightest, moves = None, False
    if binary and np.isfinite(low) != np.isfinite(high):  # with one limit only, the row is a switch
        above = bool(np.isfinite(high))
        moves = (coefficient > 0) is above  # then it is off at 0, because its limit has M added to it
        needed = (top - high if above else low - bottom) + (abs(coefficient) if moves else 0.0)
        tightest = max(needed, 0.0) if np.isfinite(needed) else None
    return BigM(instance.row_names[row], instance.column_names[column], coefficient, others, tightest, moves)


def twins(instance: Instance, *, seconds: float = SECONDS) -> list[Twins]:
    """Return pairs of rows over the same columns that are parallel or nearly so; each row appears with one other.

    Rows are sorted by their columns and, within the same columns, by their scaled coefficients, so that candidates are
    neighbours; a nearly parallel pair that sorting keeps apart can be missed. Ends after `seconds`.
    """
    until = time.monotonic() + seconds
    found: list[Twins] = []
    if instance.nonzero_count > MAX_NONZEROS:
        return found
    for group in _same_columns(instance):
        if time.monotonic() > until:
            break
        found += _near_pairs(instance, group)
    return sorted(found, key=lambda pair: pair.difference)


def _same_columns(instance: Instance) -> list[NDArray[np.int64]]:
    """Groups of rows with the same columns; a random weight per column tells them apart, all but certainly."""
    weights = np.random.default_rng(0).integers(1, 1 << 62, size=instance.column_count, dtype=np.uint64)
    lengths = np.diff(instance.indptr)
    keys = np.zeros(instance.row_count, dtype=np.uint64)
    np.add.at(keys, instance.row_of_entry(), weights[instance.indices])
    candidates = np.flatnonzero(lengths >= 2)
    order = candidates[np.lexsort((lengths[candidates], keys[candidates]))]
    apart = np.flatnonzero((np.diff(keys[order]) != 0) | (np.diff(lengths[order]) != 0)) + 1
    return [group for group in np.split(order, apart) if group.size > 1]


def _near_pairs(instance: Instance, group: NDArray[np.int64]) -> list[Twins]:
    length = int(instance.indptr[group[0] + 1] - instance.indptr[group[0]])
    places = instance.indptr[group][:, None] + np.arange(length)
    columns = instance.indices[places]
    inside = np.argsort(columns, axis=1)
    columns, values = (
        np.take_along_axis(columns, inside, axis=1),
        np.take_along_axis(instance.values[places], inside, 1),
    )
    norms = np.linalg.norm(values, axis=1, keepdims=True)
    scaled = values / np.where(norms > 0, norms, 1.0)
    scaled *= np.where(scaled[:, :1] < 0, -1.0, 1.0)
    order = np.lexsort(np.round(scaled.T[::-1], 5))
    group, scaled, columns = group[order], scaled[order], columns[order]
    # 1 - cosine of unit vectors is half the square of their distance, which keeps digits that 1 - a·b would lose.
    difference = 0.5 * np.sum((scaled[1:] - scaled[:-1]) ** 2, axis=1)
    difference = np.where(difference <= 1e-30, 0.0, difference)
    alike = np.all(columns[1:] == columns[:-1], axis=1) & (difference <= PARALLEL)
    names = instance.row_names
    return [
        Twins(names[int(group[k])], names[int(group[k + 1])], float(difference[k]))
        for k in np.flatnonzero(alike).tolist()
    ]


def uneven(instance: Instance) -> list[Uneven]:
    """Return the rows whose coefficients differ by more than a factor of UNEVEN, the widest first."""
    sizes, rows = np.abs(instance.values), instance.row_of_entry()
    largest, smallest = np.zeros(instance.row_count), np.full(instance.row_count, np.inf)
    held = sizes > 0
    np.maximum.at(largest, rows[held], sizes[held])
    np.minimum.at(smallest, rows[held], sizes[held])
    spread = np.divide(largest, smallest, out=np.zeros_like(largest), where=largest > 0)
    found = np.flatnonzero(spread > UNEVEN)
    order = found[np.argsort(-spread[found], kind="stable")].tolist()
    return [Uneven(instance.row_names[i], float(smallest[i]), float(largest[i])) for i in order]
