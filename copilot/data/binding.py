"""Binds the columns of a table to the parameters and sets that a program reads."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from copilot.data.cells import Cell
from copilot.data.errors import DataError
from copilot.data.table import DataTable
from copilot.data.units import split_unit

# What `build_model(data)` may receive from a table.
Bound = float | int | Mapping[str | tuple[str, ...], float | int] | Sequence[str] | Sequence[Mapping[str, Cell]]


@dataclass(frozen=True, slots=True)
class ColumnBinding:
    """Where in a table `name` of the program's data comes from.

    `numbers` of `column` by the labels in `keys` (a single row needs no keys); one `cell`: the number of `column` in
    the row whose key is `at`; a `matrix`: numbers by the label in the key column and the name of their own column; the
    distinct `labels` of `column` in file order, or of the `names` of the matrix's columns; all `rows` of the table.
    """

    name: str
    column: str = ""
    keys: tuple[str, ...] = ()
    role: Literal["numbers", "cell", "matrix", "labels", "names", "rows"] = "numbers"
    at: str = ""


def bind(table: DataTable, bindings: Sequence[ColumnBinding]) -> dict[str, Bound]:
    """Program data from a table, one entry per binding.

    Raises DataError for an unknown column (with those there are and the closest one), a name bound twice, a key that
    occurs twice, and an empty or non-numeric cell where a number is needed.
    """
    data: dict[str, Bound] = {}
    for binding in bindings:
        if binding.name in data:
            raise DataError(f"{binding.name} is bound to two columns of {table.name}. Keep one of them.")
        data[binding.name] = _bound(table, binding)
    return data


def find_column(table: DataTable, column: str) -> str:
    """The column of that name, exactly or but for case, spaces, underscores and unit; DataError if there is none."""
    if column in table.columns:
        return column
    plain = {_plain(split_unit(name)[0]): name for name in reversed(tuple(table.columns))}
    plain |= {_plain(name): name for name in reversed(tuple(table.columns))}
    if _plain(column) in plain:
        return plain[_plain(column)]
    close = difflib.get_close_matches(_plain(column), list(plain), n=1)
    hint = f" Did you mean {plain[close[0]]}?" if close else ""
    there = ", ".join(list(table.columns)[:20]) + (", …" if len(table.columns) > 20 else "")
    raise DataError(f"{table.name} has no column {column}. Its columns are {there}.{hint}")


def _bound(table: DataTable, binding: ColumnBinding) -> Bound:
    if binding.role == "rows":
        return list(table.rows())
    if binding.role == "matrix":
        return _matrix(table, binding.keys[0])
    if binding.role == "names":
        return list(value_columns(table, binding.keys))
    column = find_column(table, binding.column)
    if binding.role == "labels":
        return list(dict.fromkeys(_label(table, column, row) for row in range(table.row_count)))
    if binding.role == "cell":
        return _number(table, column, row_of(table, find_column(table, binding.keys[0]), binding.at))
    if binding.keys:
        return _indexed(table, column, [find_column(table, key) for key in binding.keys])
    if table.row_count != 1:
        raise DataError(
            f"{table.name} has {table.row_count} rows, so {binding.name} needs to know which column names the rows of "
            f"{column}."
        )
    return _number(table, column, 0)


def value_columns(table: DataTable, keys: Sequence[str]) -> tuple[str, ...]:
    """The columns of a matrix that hold its numbers: all but the key."""
    known = {find_column(table, key) for key in keys}
    return tuple(column for column in table.columns if column not in known)


def row_of(table: DataTable, key: str, label: str) -> int:
    """The only row with that label. Raises DataError when there is none, or a second one."""
    rows = [row for row, cell in enumerate(table.columns[key]) if cell is not None and as_label(cell) == label]
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise DataError(f"{table.place(rows[1], key)}: {label} occurs a second time. Keep one of the rows.")
    there = ", ".join(dict.fromkeys(as_label(cell) for cell in table.columns[key][:8] if cell is not None))
    raise DataError(f"{table.name} has no row whose {key} is {label}. There are {there}.")


def _matrix(table: DataTable, key: str) -> dict[str | tuple[str, ...], float | int]:
    key = find_column(table, key)
    found: dict[str | tuple[str, ...], float | int] = {}
    for row in range(table.row_count):
        label = _label(table, key, row)
        for column in value_columns(table, (key,)):
            if (label, column) in found:
                raise DataError(f"{table.place(row, key)}: {label} occurs a second time. Keep one of the rows.")
            if table.columns[column][row] is not None:
                found[label, column] = _number(table, column, row)
    return found


def _indexed(table: DataTable, column: str, keys: Sequence[str]) -> dict[str | tuple[str, ...], float | int]:
    found: dict[str | tuple[str, ...], float | int] = {}
    for row in range(table.row_count):
        labels = tuple(_label(table, key, row) for key in keys)
        key = labels[0] if len(labels) == 1 else labels
        if key in found:
            raise DataError(
                f"{table.place(row)}: {' and '.join(keys)} {', '.join(labels)} occurs a second time, so {column} has "
                "two values for it. Keep one row, or add the column that tells them apart."
            )
        found[key] = _number(table, column, row)
    return found


def _number(table: DataTable, column: str, row: int) -> float | int:
    value = table.columns[column][row]
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    shown = "is empty" if value is None else f"holds {value[:40]!r}, which is not a number"
    raise DataError(f"{table.place(row, column)}: the cell {shown}. Give a number.")


def _label(table: DataTable, column: str, row: int) -> str:
    value = table.columns[column][row]
    if value is None:
        raise DataError(f"{table.place(row, column)}: the cell is empty, but it names the row. Fill it in.")
    return as_label(value)


def as_label(value: str | float | int | bool) -> str:
    """A cell as the label that the program sees: 3 and 3.0 are "3"."""
    return value if isinstance(value, str) else f"{value:.15g}" if isinstance(value, float) else str(value)


def _plain(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())
