"""A linear instance in whole numbers, minimising, and what multipliers of its rows prove about it.

For any multipliers y of the rows, each point x of `l <= x <= u`, `L <= A x <= U` has
`c x = y A x + (c - y A) x >= sum_i y_i * (L_i or U_i) + sum_j r_j * (l_j or u_j)` with `r = c - y A`, each product
taken at the side that makes it least (Neumaier and Shcherbina 2004). Where that side is infinite nothing is proven.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from solvers.instance import Instance, Sense
from solvers.proof.whole import Ints, scaled, sums


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Costs and entries count in units of 10^-digits, sides in units of 10^-side_digits; an infinite side is 0.

    `entries` are in the order of the instance; `by_column` sorts them by column, `column_starts` says where each
    column begins in that order. `cost` is turned so that less is better; it is 0 for a question of mere existence.
    """

    instance: Instance
    cost: Ints
    entries: Ints
    digits: int
    row_of_entry: NDArray[np.int64]
    by_column: NDArray[np.int64]
    column_starts: NDArray[np.int64]
    row_lower: Ints
    row_upper: Ints
    column_lower: Ints
    column_upper: Ints
    side_digits: int

    @property
    def sign(self) -> int:
        """-1 for an instance that maximises, else 1."""
        return -1 if self.instance.sense is Sense.MAXIMIZE else 1

    def transposed_product(self, weights: Ints) -> Ints:
        """Return A^T weights, one number per column, in units of 10^-digits."""
        products = self.entries * weights[self.row_of_entry]
        return sums(products[self.by_column], self.column_starts)

    def row_activity(self, point: Ints) -> Ints:
        """Return A point, one number per row, in units of 10^-digits."""
        return sums(self.entries * point[self.instance.indices], self.instance.indptr)


def program_of(instance: Instance, *, with_cost: bool = True) -> Program:
    """Return the instance in whole numbers; without its cost, multipliers with a positive bound prove it empty."""
    m, n, nonzeros = instance.row_count, instance.column_count, instance.nonzero_count
    cost = instance.cost if with_cost else np.zeros(n)
    numbers, digits = scaled(np.concatenate([instance.values, cost]))
    sides, side_digits = scaled(
        np.concatenate([instance.row_lower, instance.row_upper, instance.column_lower, instance.column_upper])
    )
    return Program(
        instance=instance,
        cost=-numbers[nonzeros:] if instance.sense is Sense.MAXIMIZE else numbers[nonzeros:],
        entries=numbers[:nonzeros],
        digits=digits,
        row_of_entry=instance.row_of_entry(),
        by_column=np.argsort(instance.indices, kind="stable"),
        column_starts=np.concatenate([[0], np.cumsum(np.bincount(instance.indices, minlength=n))]),
        row_lower=sides[:m],
        row_upper=sides[m : 2 * m],
        column_lower=sides[2 * m : 2 * m + n],
        column_upper=sides[2 * m + n :],
        side_digits=side_digits,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """What multipliers y = weights / denominator prove; `reduced` is r in units of 10^-digits / denominator.

    `stray_rows` and `stray_columns` have a price that points at an infinite side; while there are any, `bound` is None.
    """

    weights: Ints
    denominator: int
    reduced: Ints
    stray_rows: NDArray[np.int64]
    stray_columns: NDArray[np.int64]
    bound: Fraction | None


def priced(program: Program, weights: Ints, denominator: int) -> Priced:
    """Return the exact lower bound, of the minimising instance and without its offset, that the multipliers prove."""
    given = program.instance
    reduced = program.cost * denominator - program.transposed_product(weights)
    up, down = weights > 0, weights < 0
    stray_rows = (up & np.isneginf(given.row_lower)) | (down & np.isposinf(given.row_upper))
    over, under = reduced > 0, reduced < 0
    stray_columns = (over & np.isneginf(given.column_lower)) | (under & np.isposinf(given.column_upper))
    bound = None
    if not stray_rows.any() and not stray_columns.any():
        total = 10**program.digits * _total(weights, up, down, program.row_lower, program.row_upper)
        total += _total(reduced, over, under, program.column_lower, program.column_upper)
        bound = Fraction(total, denominator * 10 ** (program.digits + program.side_digits))
    return Priced(weights, denominator, reduced, np.flatnonzero(stray_rows), np.flatnonzero(stray_columns), bound)


def _total(price: Ints, up: NDArray[np.bool_], down: NDArray[np.bool_], lower: Ints, upper: Ints) -> int:
    return int((price[up] * lower[up]).sum() + (price[down] * upper[down]).sum())


def violation(program: Program, point: Ints, denominator: int) -> Fraction:
    """Return by how much the point x = point / denominator breaks its worst row or bound, exactly; 0 when it holds."""
    given = program.instance
    rows = program.row_activity(point)
    worst = Fraction(0)
    for values, digits, lower, upper, low, high in (
        (rows, program.digits, program.row_lower, program.row_upper, given.row_lower, given.row_upper),
        (point, 0, program.column_lower, program.column_upper, given.column_lower, given.column_upper),
    ):
        unit, side_unit = 10**program.side_digits, denominator * 10**digits
        below = (lower * side_unit - values * unit)[np.isfinite(low)]
        above = (values * unit - upper * side_unit)[np.isfinite(high)]
        largest = max((int(gap.max()) for gap in (below, above) if gap.size), default=0)
        worst = max(worst, Fraction(largest, unit * side_unit))
    return worst


def value_at(program: Program, point: Ints, denominator: int) -> Fraction:
    """Return the exact objective at point / denominator, minimising and without the offset."""
    total = int((program.cost * point).sum()) if len(point) else 0
    return Fraction(total, denominator * 10**program.digits)
