"""The single demands of an instance: a side of a row, a bound of a column, or that a column be whole."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse

from solvers.instance import FloatArray, Instance, Sense

AT_LEAST, AT_MOST, WHOLE = "at least", "at most", "whole number"


class Kind(enum.StrEnum):
    """What an item demands something of."""

    ROW = "row"
    LOWER_BOUND = "lower bound"
    UPPER_BOUND = "upper bound"
    INTEGRALITY = "integrality"


@dataclass(frozen=True, slots=True)
class Item:
    """One demand: `index` counts rows for a row and columns otherwise; `limit` is 0 for integrality."""

    kind: Kind
    index: int
    name: str
    side: str
    limit: float = 0.0

    @property
    def is_row(self) -> bool:
        """Whether the demand is a side of a row."""
        return self.kind is Kind.ROW

    def sentence(self) -> str:
        """Return the demand in words, for a list of items."""
        if self.kind is Kind.INTEGRALITY:
            return f"{self.name} is a whole number"
        return f"{self.kind} {self.name}: {self.side} {self.limit:g}"


def row_items(instance: Instance) -> tuple[Item, ...]:
    """Return an item for every finite side of every row, the lower side first."""
    return _sided(instance.row_names, instance.row_lower, instance.row_upper, Kind.ROW, Kind.ROW)


def bound_items(instance: Instance) -> tuple[Item, ...]:
    """Return an item for every finite bound of every column, the lower bound first."""
    lower, upper = instance.column_lower, instance.column_upper
    return _sided(instance.column_names, lower, upper, Kind.LOWER_BOUND, Kind.UPPER_BOUND)


def whole_items(instance: Instance) -> tuple[Item, ...]:
    """Return an item for every column that must be whole."""
    whole = np.flatnonzero(instance.integrality).tolist()
    return tuple(Item(Kind.INTEGRALITY, j, instance.column_names[j], WHOLE) for j in whole)


def items_of(instance: Instance) -> tuple[Item, ...]:
    """Return every demand of the instance: rows, then bounds, then integrality."""
    return row_items(instance) + bound_items(instance) + whole_items(instance)


def _sided(names: Sequence[str], lower: FloatArray, upper: FloatArray, low: Kind, high: Kind) -> tuple[Item, ...]:
    found = []
    for i, (least, most) in enumerate(zip(lower.tolist(), upper.tolist(), strict=True)):
        if least > -np.inf:
            found.append(Item(low, i, names[i], AT_LEAST, least))
        if most < np.inf:
            found.append(Item(high, i, names[i], AT_MOST, most))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Restriction:
    """An instance that demands no more than some items; `rows` and `columns` count in the instance it came from."""

    instance: Instance
    rows: np.ndarray[Any, np.dtype[np.int64]]
    columns: np.ndarray[Any, np.dtype[np.int64]]

    def lifted(self, x: FloatArray, instance: Instance) -> FloatArray:
        """Return x as a point of the whole instance; columns that the items do not touch are put at a bound."""
        lower, upper = instance.column_lower, instance.column_upper
        point = np.where(np.isfinite(lower), lower, np.where(np.isfinite(upper), upper, 0.0))
        point[self.columns] = x
        return point


def restricted(instance: Instance, items: Iterable[Item]) -> Restriction:
    """Return the instance of these items alone, without an objective: only the rows and columns they concern."""
    row_lower, row_upper = np.full(instance.row_count, -np.inf), np.full(instance.row_count, np.inf)
    lower, upper = np.full(instance.column_count, -np.inf), np.full(instance.column_count, np.inf)
    whole = np.zeros(instance.column_count, dtype=np.uint8)
    rows = np.zeros(instance.row_count, dtype=bool)
    columns = np.zeros(instance.column_count, dtype=bool)
    for item in items:
        (rows if item.is_row else columns)[item.index] = True
        if item.kind is Kind.INTEGRALITY:
            whole[item.index] = 1
        elif item.is_row:
            (row_lower if item.side == AT_LEAST else row_upper)[item.index] = item.limit
        else:
            (lower if item.side == AT_LEAST else upper)[item.index] = item.limit
    entry_rows = instance.row_of_entry()
    kept = rows[entry_rows]
    columns[instance.indices[kept]] = True
    row_numbers, column_numbers = np.flatnonzero(rows), np.flatnonzero(columns)
    place = np.cumsum(columns) - 1
    lengths = np.diff(instance.indptr)[row_numbers]
    small = replace(
        instance,
        sense=Sense.MINIMIZE,
        objective_offset=0.0,
        cost=np.zeros(len(column_numbers)),
        indptr=np.concatenate([[0], np.cumsum(lengths)]),
        indices=place[instance.indices[kept]],
        values=instance.values[kept],
        row_lower=row_lower[row_numbers],
        row_upper=row_upper[row_numbers],
        column_lower=lower[column_numbers],
        column_upper=upper[column_numbers],
        integrality=whole[column_numbers],
        row_names=tuple(instance.row_names[i] for i in row_numbers.tolist()),
        column_names=tuple(instance.column_names[j] for j in column_numbers.tolist()),
        fixed=(),
    )
    return Restriction(small, row_numbers, column_numbers)


def violations(instance: Instance, items: Sequence[Item], x: FloatArray) -> FloatArray:
    """Return by how much x breaks each item, divided by 1 + |limit| (integrality: the distance to a whole number)."""
    activity = instance.row_activity(x)
    found = np.empty(len(items))
    for k, item in enumerate(items):
        value = float(activity[item.index] if item.is_row else x[item.index])
        if item.kind is Kind.INTEGRALITY:
            found[k] = abs(value - round(value))
        else:
            gap = item.limit - value if item.side == AT_LEAST else value - item.limit
            found[k] = max(gap, 0.0) / (1.0 + abs(item.limit))
    return found


def as_inequalities(instance: Instance, items: Sequence[Item]) -> tuple[scipy.sparse.csr_array[Any], FloatArray]:
    """Return G (items x columns) and h so that each item, which is a side or a bound, reads G x >= h."""
    matrix = instance.matrix
    signs = np.array([1.0 if item.side == AT_LEAST else -1.0 for item in items])
    rows = [k for k, item in enumerate(items) if item.is_row]
    bounds = [k for k, item in enumerate(items) if not item.is_row]
    shape = (len(items), instance.column_count)
    picked = scipy.sparse.csr_array(
        (np.ones(len(rows)), (rows, [items[k].index for k in rows])), shape=(len(items), instance.row_count)
    )
    units = scipy.sparse.csr_array((np.ones(len(bounds)), (bounds, [items[k].index for k in bounds])), shape=shape)
    signed = scipy.sparse.diags_array(signs) if len(items) else scipy.sparse.csr_array((0, 0))
    system = scipy.sparse.csr_array(signed @ (picked @ matrix + units))
    return system, signs * np.array([item.limit for item in items])
