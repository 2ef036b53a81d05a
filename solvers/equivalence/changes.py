"""Every single difference between two instances whose rows and columns are matched by name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solvers.instance import Instance

Kind = Literal["variables", "constraints", "objective"]
Value = float | str | None
TERMS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `group` is the field with the family in place of the single column it concerns."""

    kind: Kind
    family: str
    subject: str
    field: str
    group: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class Matching:
    """Positions of the shared names in both lists (same order), and of the names that only one list has."""

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    removed: tuple[int, ...]
    added: tuple[int, ...]


def family_of(name: str) -> str:
    """The Pyomo component a row or column belongs to: its name before the bracket."""
    return name.split("[", 1)[0]


def match_names(before: Sequence[str], after: Sequence[str]) -> Matching:
    """Pair equal names; both lists must be free of repeats."""
    position = {name: index for index, name in enumerate(after)}
    pairs = [(index, position[name]) for index, name in enumerate(before) if name in position]
    known = set(before)
    shared = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Matching(
        before=shared[:, 0],
        after=shared[:, 1],
        removed=tuple(index for index, name in enumerate(before) if name not in position),
        added=tuple(index for index, name in enumerate(after) if name not in known),
    )


def find_changes(before: Instance, after: Instance, rows: Matching, columns: Matching) -> Iterator[Change]:
    """All differences of what both sides have, and one change per row or column that only one side has."""
    yield from _objective_changes(before, after, columns)
    yield from _column_changes(before, after, columns)
    yield from _row_changes(before, after, rows)
    yield from _coefficient_changes(before, after, rows, columns)
    for index in columns.removed:
        yield _one_sided("variables", before.column_names[index], old=column_text(before, index), new=None)
    for index in columns.added:
        yield _one_sided("variables", after.column_names[index], old=None, new=column_text(after, index))
    for index in rows.removed:
        yield _one_sided("constraints", before.row_names[index], old=row_text(before, index), new=None)
    for index in rows.added:
        yield _one_sided("constraints", after.row_names[index], old=None, new=row_text(after, index))


def row_text(instance: Instance, index: int) -> str:
    """A row as one line of algebra, its first terms only when there are many."""
    start, end = int(instance.indptr[index]), int(instance.indptr[index + 1])
    shown = range(start, min(end, start + TERMS_SHOWN))
    parts = [
        _term(float(instance.values[k]), instance.column_names[int(instance.indices[k])], first=k == start)
        for k in shown
    ]
    if end - start > TERMS_SHOWN:
        parts.append(f"+ … ({end - start} terms)")
    left = " ".join(parts) or "0"
    lower, upper = float(instance.row_lower[index]), float(instance.row_upper[index])
    sense = row_sense(lower, upper)
    if sense == "range":
        return f"{number_text(lower)} <= {left} <= {number_text(upper)}"
    return f"{left} (no limit)" if sense == "free" else f"{left} {sense} {number_text(_side(lower, upper))}"


def column_text(instance: Instance, index: int) -> str:
    """Domain, bounds and objective coefficient of a column, in one line."""
    lower, upper = float(instance.column_lower[index]), float(instance.column_upper[index])
    domain = _domain(instance, index)
    if domain == "integer" and (lower, upper) == (0.0, 1.0):
        parts = ["binary"]
    else:
        parts = [domain]
        parts += [f">= {number_text(lower)}"] if math.isfinite(lower) else []
        parts += [f"<= {number_text(upper)}"] if math.isfinite(upper) else []
    cost = float(instance.cost[index])
    return ", ".join([*parts, f"objective coefficient {number_text(cost)}"] if cost else parts)


def row_sense(lower: float, upper: float) -> str:
    """`<=`, `>=`, `==`, `range` or `free`, from the two limits of a row."""
    if lower == upper:
        return "=="
    if math.isinf(lower):
        return "free" if math.isinf(upper) else "<="
    return ">=" if math.isinf(upper) else "range"


def number_text(value: float) -> str:
    """A number as people write it: no trailing zeros, twelve digits at most."""
    return f"{value:.12g}"


def _objective_changes(before: Instance, after: Instance, columns: Matching) -> Iterator[Change]:
    name = after.objective_name or "objective"
    if before.sense != after.sense:
        yield Change("objective", name, name, "sense", "sense", str(before.sense), str(after.sense))
    if before.objective_offset != after.objective_offset:
        old, new = float(before.objective_offset), float(after.objective_offset)
        yield Change("objective", name, name, "constant", "constant", old, new)
    old_cost, new_cost = before.cost[columns.before], after.cost[columns.after]
    for k in np.flatnonzero(old_cost != new_cost):
        column = before.column_names[int(columns.before[k])]
        group = f"objective coefficient of {family_of(column)}"
        yield Change("objective", name, column, "objective coefficient", group, float(old_cost[k]), float(new_cost[k]))


def _column_changes(before: Instance, after: Instance, columns: Matching) -> Iterator[Change]:
    old_integer, new_integer = before.integrality[columns.before], after.integrality[columns.after]
    for k in np.flatnonzero(old_integer != new_integer):
        i, j = int(columns.before[k]), int(columns.after[k])
        yield _column_change(before.column_names[i], "integrality", _domain(before, i), _domain(after, j))
    for field, old, new in (
        ("lower bound", before.column_lower[columns.before], after.column_lower[columns.after]),
        ("upper bound", before.column_upper[columns.before], after.column_upper[columns.after]),
    ):
        for k in np.flatnonzero(old != new):
            name = before.column_names[int(columns.before[k])]
            yield _column_change(name, field, _finite(float(old[k])), _finite(float(new[k])))
    old_fixed, new_fixed = dict(before.fixed), dict(after.fixed)
    for name in sorted(old_fixed.keys() | new_fixed.keys()):
        if old_fixed.get(name) != new_fixed.get(name):
            yield _column_change(name, "fixed value", old_fixed.get(name), new_fixed.get(name))


def _row_changes(before: Instance, after: Instance, rows: Matching) -> Iterator[Change]:
    old_lower, old_upper = before.row_lower[rows.before], before.row_upper[rows.before]
    new_lower, new_upper = after.row_lower[rows.after], after.row_upper[rows.after]
    for k in np.flatnonzero((old_lower != new_lower) | (old_upper != new_upper)):
        name = before.row_names[int(rows.before[k])]
        old, new = (float(old_lower[k]), float(old_upper[k])), (float(new_lower[k]), float(new_upper[k]))
        yield from _limit_changes(name, old, new)


def _limit_changes(name: str, old: tuple[float, float], new: tuple[float, float]) -> Iterator[Change]:
    old_sense, new_sense = row_sense(*old), row_sense(*new)
    if old_sense != new_sense:
        yield _row_change(name, "sense", old_sense, new_sense)
    if "range" in (old_sense, new_sense):
        for field, a, b in (("lower limit", old[0], new[0]), ("upper limit", old[1], new[1])):
            if a != b:
                yield _row_change(name, field, _finite(a), _finite(b))
    elif _side(*old) != _side(*new):
        yield _row_change(name, "right-hand side", _finite(_side(*old)), _finite(_side(*new)))


def _coefficient_changes(before: Instance, after: Instance, rows: Matching, columns: Matching) -> Iterator[Change]:
    names = [before.column_names[int(i)] for i in columns.before]
    names += [before.column_names[i] for i in columns.removed] + [after.column_names[j] for j in columns.added]
    shared, removed = len(columns.before), len(columns.removed)
    left = np.empty(len(before.column_names), dtype=np.int64)
    left[columns.before], left[list(columns.removed)] = np.arange(shared), shared + np.arange(removed)
    right = np.empty(len(after.column_names), dtype=np.int64)
    right[columns.after] = np.arange(shared)
    right[list(columns.added)] = shared + removed + np.arange(len(columns.added))
    old_keys, old_values = _entries(before, rows.before, left, len(names))
    new_keys, new_values = _entries(after, rows.after, right, len(names))
    keys, places = np.unique(np.concatenate([old_keys, new_keys]), return_inverse=True)
    old, new = np.zeros(len(keys)), np.zeros(len(keys))
    np.add.at(old, places[: len(old_keys)], old_values)
    np.add.at(new, places[len(old_keys) :], new_values)
    for k in np.flatnonzero(old != new):
        row, column = divmod(int(keys[k]), len(names))
        name, subject = names[column], before.row_names[int(rows.before[row])]
        group = f"coefficient of {family_of(name)}"
        field = f"coefficient of {name}"
        yield Change("constraints", family_of(subject), subject, field, group, float(old[k]), float(new[k]))


def _entries(
    instance: Instance, rows: NDArray[np.int64], columns: NDArray[np.int64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Nonzeros of the chosen rows as (row position * width + new column number, value)."""
    place = np.full(len(instance.row_names), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    row_of = np.repeat(place, np.diff(instance.indptr))
    kept = row_of >= 0
    keys = row_of[kept] * width + columns[instance.indices[kept]]
    return keys, np.asarray(instance.values[kept], dtype=np.float64)


def _row_change(name: str, field: str, old: Value, new: Value) -> Change:
    return Change("constraints", family_of(name), name, field, field, old, new)


def _column_change(name: str, field: str, old: Value, new: Value) -> Change:
    return Change("variables", family_of(name), name, field, field, old, new)


def _one_sided(kind: Kind, name: str, *, old: str | None, new: str | None) -> Change:
    return Change(kind, family_of(name), name, "added" if old is None else "removed", "presence", old, new)


def _domain(instance: Instance, index: int) -> str:
    return "integer" if instance.integrality[index] else "continuous"


def _side(lower: float, upper: float) -> float:
    return upper if math.isinf(lower) else lower


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _term(coefficient: float, name: str, *, first: bool) -> str:
    size = "" if abs(coefficient) == 1.0 else f"{number_text(abs(coefficient))} "
    sign = "-" if coefficient < 0 else ("" if first else "+")
    return f"{sign}{'' if first or not sign else ' '}{size}{name}"
