"""Replaces variables that are fixed, or that one equation defines in terms of others, by what they stand for.

In fractions of the numbers as they are written, so 0.3 - 3 × 0.1 is nothing. The bounds of a variable that goes become
a row. A whole variable goes only where its formula is whole for all whole values.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.budget import Budget
from solvers.equivalence.changes import number_text
from solvers.instance import Instance

MAX_NONZEROS = 100_000  # fractions take microseconds each
TERMS_SHOWN = 8
ZERO = Fraction(0)
Ints = NDArray[np.int64]
Row = dict[int, Fraction]


@dataclass(frozen=True, slots=True)
class Eliminated:
    """The instance without its defined variables, the numbers that its rows and columns had, and the formulas.

    The number of a new row is -1.
    """

    instance: Instance
    rows: Ints
    columns: Ints
    formulas: tuple[str, ...] = ()

    def then(self, later: Eliminated) -> Eliminated:
        """Return what was eliminated from this instance as eliminated from the one before."""
        rows = np.where(later.rows >= 0, self.rows[later.rows], -1)
        return Eliminated(later.instance, rows, self.columns[later.columns], self.formulas + later.formulas)


@dataclass(slots=True)
class _Draft:
    """An instance whose numbers are fractions; a row or column that is gone is in `gone_*`."""

    instance: Instance
    rows: list[Row]
    sides: list[tuple[Fraction | None, Fraction | None]]
    cost: Row
    offset: Fraction
    names: list[str]
    gone_rows: set[int] = field(default_factory=set)
    gone_columns: set[int] = field(default_factory=set)
    formulas: list[str] = field(default_factory=list)


def eliminated(instance: Instance, columns: Collection[int], rows: Collection[int], budget: Budget) -> Eliminated:
    """Return the instance without fixed columns, and without those of `columns` that an equation defines.

    Equations in `rows` are taken first. Nothing goes where the instance is too large; raises BudgetSpent.
    """
    untouched = Eliminated(instance, np.arange(instance.row_count), np.arange(instance.column_count))
    if instance.nonzero_count > MAX_NONZEROS:
        return untouched
    draft = _drafted(instance)
    fixed = np.flatnonzero(instance.column_lower == instance.column_upper).tolist()
    for j in fixed:
        _replace(draft, j, {}, _fraction(instance.column_lower[j]))
    for j in sorted(set(columns) - set(fixed)):
        budget.check()
        _eliminate(draft, j, rows)
    return _written(draft) if draft.gone_columns else untouched


def _drafted(instance: Instance) -> _Draft:
    starts, columns, values = instance.indptr.tolist(), instance.indices.tolist(), instance.values.tolist()
    rows = [
        {columns[k]: _fraction(values[k]) for k in range(starts[i], starts[i + 1]) if values[k]}
        for i in range(instance.row_count)
    ]
    sides = [(_side(low), _side(high)) for low, high in zip(instance.row_lower, instance.row_upper, strict=True)]
    cost = {j: _fraction(instance.cost[j]) for j in np.flatnonzero(instance.cost).tolist()}
    return _Draft(instance, rows, sides, cost, _fraction(instance.objective_offset), list(instance.row_names))


def _fraction(value: float) -> Fraction:
    return Fraction(repr(float(value)))


def _side(value: float) -> Fraction | None:
    return _fraction(value) if np.isfinite(value) else None


def _eliminate(draft: _Draft, column: int, preferred: Collection[int]) -> None:
    """Replace a column by what the best of the equations that hold it says, where there is one."""
    holders = [i for i, row in enumerate(draft.rows) if column in row and i not in draft.gone_rows]
    for i in sorted(holders, key=lambda i: (i not in preferred, len(draft.rows[i]), i)):
        low, high = draft.sides[i]
        if low is None or low != high:
            continue
        value = draft.rows[i][column]
        formula = {j: -entry / value for j, entry in draft.rows[i].items() if j != column}
        constant = low / value
        if draft.instance.integrality[column] and not _is_whole(draft, formula, constant):
            continue
        draft.gone_rows.add(i)
        _replace(draft, column, formula, constant)
        return


def _is_whole(draft: _Draft, formula: Row, constant: Fraction) -> bool:
    whole = all(draft.instance.integrality[j] and entry.denominator == 1 for j, entry in formula.items())
    return whole and constant.denominator == 1


def _replace(draft: _Draft, column: int, formula: Row, constant: Fraction) -> None:
    instance = draft.instance
    name = instance.column_names[column]
    draft.formulas.append(f"{name} = {_text(instance, formula, constant)}")
    for i, row in enumerate(draft.rows):
        if column in row and i not in draft.gone_rows:
            moved = constant * row[column]
            low, high = draft.sides[i]
            _put(row, column, formula)
            draft.sides[i] = (None if low is None else low - moved, None if high is None else high - moved)
    draft.offset += constant * draft.cost.get(column, ZERO)
    _put(draft.cost, column, formula)
    draft.gone_columns.add(column)
    low, high = _side(instance.column_lower[column]), _side(instance.column_upper[column])
    least, most = _range(instance, formula)
    low = None if low is None or (least is not None and least >= low - constant) else low - constant
    high = None if high is None or (most is not None and most <= high - constant) else high - constant
    if formula and (low, high) != (None, None):
        draft.rows.append(dict(formula))
        draft.sides.append((low, high))
        draft.names.append(f"bounds of {name}")


def _range(instance: Instance, formula: Row) -> tuple[Fraction | None, Fraction | None]:
    """Return how small and how large the bounds of its columns let a formula become; None: without end."""
    ends: list[Fraction | None] = [ZERO, ZERO]
    for j, entry in formula.items():
        bounds = _side(instance.column_lower[j]), _side(instance.column_upper[j])
        for k, side in enumerate(bounds if entry > 0 else bounds[::-1]):
            total = ends[k]
            ends[k] = None if total is None or side is None else total + entry * side
    return ends[0], ends[1]


def _put(row: Row, column: int, formula: Row) -> None:
    value = row.pop(column, ZERO)
    if not value:
        return
    for j, entry in formula.items():
        total = row.get(j, ZERO) + value * entry
        if total:
            row[j] = total
        else:
            row.pop(j, None)


def _text(instance: Instance, formula: Row, constant: Fraction) -> str:
    terms = [(float(entry), f" {instance.column_names[j]}") for j, entry in list(formula.items())[:TERMS_SHOWN]]
    if constant or not formula:
        terms.append((float(constant), ""))
    words = []
    for value, name in terms:
        size = "" if abs(value) == 1 and name else number_text(abs(value))
        words += ["-" if value < 0 else "+", f"{size}{name}".strip()]
    first = f"-{words[1]}" if words[0] == "-" else words[1]
    more = f" + … ({len(formula)} terms)" if len(formula) > TERMS_SHOWN else ""
    return " ".join([first, *words[2:]]) + more


def _written(draft: _Draft) -> Eliminated:
    given = draft.instance
    rows = [i for i in range(len(draft.rows)) if i not in draft.gone_rows]
    columns = [j for j in range(given.column_count) if j not in draft.gone_columns]
    place = {j: k for k, j in enumerate(columns)}
    entries = [sorted((place[j], float(value)) for j, value in draft.rows[i].items()) for i in rows]
    cost = np.zeros(len(columns))
    for j, value in draft.cost.items():
        cost[place[j]] = float(value)
    infinite = np.inf
    instance = Instance(
        name=given.name, sense=given.sense, objective_name=given.objective_name, objective_offset=float(draft.offset),
        cost=cost,
        indptr=np.concatenate(([0], np.cumsum([len(row) for row in entries]))).astype(np.int64),
        indices=np.array([j for row in entries for j, _ in row], dtype=np.int64),
        values=np.array([value for row in entries for _, value in row], dtype=np.float64),
        row_lower=np.array([-infinite if low is None else float(low) for low, _ in (draft.sides[i] for i in rows)]),
        row_upper=np.array([infinite if high is None else float(high) for _, high in (draft.sides[i] for i in rows)]),
        column_lower=given.column_lower[columns], column_upper=given.column_upper[columns],
        integrality=given.integrality[columns], row_names=tuple(draft.names[i] for i in rows),
        column_names=tuple(given.column_names[j] for j in columns), fixed=given.fixed,
    )  # fmt: skip
    numbers = np.array([i if i < given.row_count else -1 for i in rows], dtype=np.int64)
    return Eliminated(instance, numbers, np.array(columns, dtype=np.int64), tuple(draft.formulas))
