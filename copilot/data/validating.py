"""Checks that the columns mapped to a program's parameters fit: each fault is a sentence with sheet, cell and rule."""

from __future__ import annotations

import difflib
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from copilot.data.binding import Bound, ColumnBinding, as_label, bind, find_column, row_of, value_columns
from copilot.data.cells import Cell, is_number
from copilot.data.errors import DataError
from copilot.data.mapping import Wanted
from copilot.data.table import DataTable

MOST_FAULTS = 20
MOST_NUMBERS = 200_000
MOST_LABELS = 10_000
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Validated:
    """What the mapped columns give, by name; empty where there are faults. `doubts` are sentences that stop nothing."""

    values: Mapping[str, Bound]
    faults: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """One number of a parameter: its labels, where it stands, and the cell."""

    key: tuple[str, ...]
    row: int
    column: str
    cell: Cell


def validate(
    wanted: Sequence[Wanted], chosen: Mapping[str, ColumnBinding], tables: Mapping[str, DataTable]
) -> Validated:
    """Read what is mapped, or say everything that does not fit, 20 sentences at most.

    `tables` leads from the name of what is wanted to its table. Checked are, in every row: labels that are missing,
    unknown or repeated; numbers that are missing, no numbers, or negative where that makes no sense; combinations
    without a number where all had one.
    """
    faults: list[str] = []
    labels: dict[str, tuple[str, ...]] = {}
    for one in wanted:
        if one.kind == "labels":
            known = one.labels.get(one.name, ())
            labels[one.name] = _labels(one, chosen[one.name], tables[one.name], faults) if one.name in chosen else known
    doubts: list[str] = []
    for one in wanted:
        if one.name in chosen and one.kind in ("number", "numbers"):
            found = _faults(one, chosen[one.name], tables[one.name], labels)
            faults += itertools.islice(found, MOST_FAULTS + 1 - min(len(faults), MOST_FAULTS))
            doubts += _doubts(one, chosen[one.name], tables[one.name])
        elif one.kind == "numbers" and one.name not in chosen:
            faults += _stale(one, labels)
    doubts += _kept(wanted, chosen)
    if len(faults) > MOST_FAULTS:
        faults[MOST_FAULTS:] = ["There are more faults of this kind. Correct these first."]
    if faults:
        return Validated({}, tuple(faults), tuple(doubts))
    try:
        values = {
            one.name: bind(tables[one.name], [chosen[one.name]])[one.name] for one in wanted if one.name in chosen
        }
    except DataError as error:
        return Validated({}, (str(error),), tuple(doubts))
    return Validated({**values, **{name: list(found) for name, found in labels.items()}}, (), tuple(doubts))


def _kept(wanted: Sequence[Wanted], chosen: Mapping[str, ColumnBinding]) -> Iterator[str]:
    """What is not read from any column, said where something else is: it may have been overlooked."""
    kept = [one.label or one.name for one in wanted if one.kind != "labels" and one.name not in chosen]
    if kept and chosen:
        more = f" and {len(kept) - _SHOWN} more" if kept[_SHOWN:] else ""
        yield f"No column was chosen for {', '.join(kept[:_SHOWN])}{more}: the present values are kept."


def _labels(one: Wanted, binding: ColumnBinding, table: DataTable, faults: list[str]) -> tuple[str, ...]:
    try:
        if binding.role == "names":
            return value_columns(table, binding.keys)
        column = find_column(table, binding.column)
    except DataError as error:
        faults.append(str(error))
        return one.labels.get(one.name, ())
    empty = next((row for row, cell in enumerate(table.columns[column]) if cell is None), None)
    if empty is not None:
        faults.append(f"{table.place(empty, column)}: the cell is empty, but it names one of {one.name}. Fill it in.")
    found = tuple(dict.fromkeys(as_label(cell) for cell in table.columns[column] if cell is not None))
    if len(found) > MOST_LABELS:
        faults.append(f"{table.name}: {column} has {len(found):,} labels; a set may have {MOST_LABELS:,}.")
        return found[:MOST_LABELS]
    return found


def _faults(
    one: Wanted, binding: ColumnBinding, table: DataTable, labels: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    try:
        places = list(itertools.islice(_places(one, binding, table), MOST_NUMBERS + 1))
    except DataError as error:
        yield str(error)
        return
    if len(places) > MOST_NUMBERS:
        yield f"{table.name} gives more than {MOST_NUMBERS:,} numbers for {one.name}. Leave out rows, or add them up."
        return
    known = [labels.get(index, one.labels.get(index, ())) for index in one.indices]
    sets = [set(each) for each in known]
    seen: set[tuple[str, ...]] = set()
    for place in places:
        yield from _at(one, table, binding, place, known, sets, seen)
    if one.is_dense and binding.role in ("numbers", "matrix"):
        missing = list(itertools.islice((key for key in itertools.product(*known) if key not in seen), _SHOWN + 1))
        if missing:
            more = ", …" if missing[_SHOWN:] else ""
            told = ", ".join(" and ".join(key) for key in missing[:_SHOWN])
            where = f"{table.file}, sheet {table.sheet}" if table.sheet else table.name
            yield (
                f"{where}: {binding.column or one.name} has no number for {told}{more}. {one.label or one.name} needs "
                f"one for every {' and '.join(one.indices)}: add the rows."
            )


def _places(one: Wanted, binding: ColumnBinding, table: DataTable) -> Iterator[_Place]:
    keys = [find_column(table, key) for key in binding.keys]
    if binding.role == "matrix":
        for row, column in itertools.product(range(table.row_count), value_columns(table, keys)):
            cell = table.columns[keys[0]][row]
            yield _Place((as_label(cell) if cell is not None else "", column), row, column, table.columns[column][row])
        return
    column = find_column(table, binding.column)
    if binding.role == "cell":
        row = row_of(table, keys[0], binding.at)
        yield _Place((), row, column, table.columns[column][row])
        return
    if not keys and table.row_count != 1:
        raise DataError(
            f"{table.name} has {table.row_count} rows, so {one.label or one.name}, a single number, cannot be read "
            f"from {column}. Choose a table with one row, or with a column of names."
        )
    for row, cell in enumerate(table.columns[column]):
        labels = (table.columns[key][row] for key in keys)
        yield _Place(tuple("" if each is None else as_label(each) for each in labels), row, column, cell)


def _at(
    one: Wanted,
    table: DataTable,
    binding: ColumnBinding,
    place: _Place,
    known: Sequence[Sequence[str]],
    sets: Sequence[set[str]],
    seen: set[tuple[str, ...]],
) -> Iterator[str]:
    where = table.place(place.row, place.column)
    for at, label in enumerate(place.key):
        if not label and binding.role != "matrix":
            yield f"{table.place(place.row, binding.keys[at])}: the cell is empty, but it names the row. Fill it in."
            return
        if label not in sets[at]:
            key = place.column if binding.role == "matrix" and at else binding.keys[at]
            yield f"{table.place(place.row, key)}: {_unknown(label, one.indices[at], known[at])}"
            return
    if place.key and place.key in seen:
        yield (
            f"{table.place(place.row, binding.keys[0])}: {' and '.join(place.key)} occurs a second time, so "
            f"{binding.column or one.name} has two values for it. Keep one row."
        )
        return
    if place.cell is None and binding.role == "matrix" and not one.is_dense:
        return
    seen.add(place.key)
    yield from _as_amount(one, where, place.cell)


def _as_amount(one: Wanted, where: str, cell: Cell) -> Iterator[str]:
    if cell is None:
        yield f"{where}: the cell is empty, but {one.label or one.name} needs a number there. Give one, or 0."
    elif isinstance(cell, str) and is_number(cell):
        return  # another cell made text of the column, and is told
    elif isinstance(cell, str):
        yield f"{where}: “{cell[:40]}” is not a number. Give one."
    elif one.is_amount and cell < 0:
        yield f"{where}: {cell:g} is negative, but {one.label or one.name} cannot be less than 0. Correct the sign."
    elif not math.isfinite(float(cell)):
        yield f"{where}: the number is not finite. Give one that is."


def _unknown(label: str, index: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(label, known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    there = ", ".join(known[:_SHOWN]) + (", …" if known[_SHOWN:] else "")
    return f"“{label[:40]}” is not one of {index} ({there}).{hint} Correct it, or add it where {index} are listed."


def _doubts(one: Wanted, binding: ColumnBinding, table: DataTable) -> Iterator[str]:
    unit = table.units.get(binding.column, "")
    if unit and one.unit and _plain(unit) != _plain(one.unit):
        yield (
            f"{table.name}: {binding.column} is in {unit}, while {one.label or one.name} was in {one.unit}. "
            "The numbers are taken as they are: convert them if they mean something else."
        )


def _stale(one: Wanted, labels: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """A parameter that keeps its numbers must still know every label, where it did so before."""
    for index in one.indices:
        old = set(one.labels.get(index, ()))
        new = [label for label in labels.get(index, one.labels.get(index, ())) if label not in old]
        if new and one.is_dense:
            yield (
                f"{one.label or one.name} keeps its present numbers and has none for {', '.join(new[:_SHOWN])} of "
                f"{index}. Choose a column for it that has."
            )


def _plain(unit: str) -> str:
    return "".join(unit.lower().split())
