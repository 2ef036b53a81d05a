"""Binds the columns of a table to the parameters and sets that a program reads."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from copilot.data.cells import Cell
from copilot.data.errors import DataError
from copilot.data.table import DataTable

# What `build_model(data)` may receive from a table.
Bound = float | int | Mapping[str | tuple[str, ...], float | int] | Sequence[str] | Sequence[Mapping[str, Cell]]


@dataclass(frozen=True, slots=True)
class ColumnBinding:
    """`name` in the program's data is: `numbers` of `column` by the labels in `keys` (a single row needs no keys),
    the distinct `labels` of `column` in file order, or all `rows` of the table."""

    name: str
    column: str = ""
    keys: tuple[str, ...] = ()
    role: Literal["numbers", "labels", "rows"] = "numbers"


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
    """The column of that name, exactly or but for case, spaces and underscores. Raises DataError when there is none."""
    if column in table.columns:
        return column
    plain = {_plain(name): name for name in reversed(tuple(table.columns))}
    if _plain(column) in plain:
        return plain[_plain(column)]
    close = difflib.get_close_matches(_plain(column), list(plain), n=1)
    hint = f" Did you mean {plain[close[0]]}?" if close else ""
    there = ", ".join(list(table.columns)[:20]) + (", …" if len(table.columns) > 20 else "")
    raise DataError(f"{table.name} has no column {column}. Its columns are {there}.{hint}")


def _bound(table: DataTable, binding: ColumnBinding) -> Bound:
    if binding.role == "rows":
        return list(table.rows())
    column = find_column(table, binding.column)
    if binding.role == "labels":
        return list(dict.fromkeys(_label(table, column, row) for row in range(table.row_count)))
    if binding.keys:
        return _indexed(table, column, [find_column(table, key) for key in binding.keys])
    if table.row_count != 1:
        raise DataError(
            f"{table.name} has {table.row_count} rows, so {binding.name} needs to know which column names the rows of "
            f"{column}."
        )
    return _number(table, column, 0)


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
    return value if isinstance(value, str) else f"{value:.15g}" if isinstance(value, float) else str(value)


def _plain(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())
