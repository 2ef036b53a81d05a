"""Reads the columns that a reply names from the request's tables, all rows of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from copilot.drafting.base import Cell, DraftingError, Table
from copilot.drafting.reply import ReplyError

MAX_LABELS = 10_000
MAX_NUMBERS = 200_000

Keyed = tuple[tuple[tuple[str, ...], float], ...]


def labels_of(tables: Sequence[Table], table: str, column: str) -> tuple[str, ...]:
    """Distinct labels of a column in row order; 10,000 at most. Raises ReplyError."""
    found = find_table(tables, table)
    name, cells = _column(found, column)
    labels = dict.fromkeys(_label(found, name, row, cell) for row, cell in enumerate(cells))
    if len(labels) > MAX_LABELS:
        many = f"{table}.{column} has {len(labels)} labels and a set may have {MAX_LABELS}."
        raise ReplyError(f"{many} Use another column, or read the rows of the table.", told=many)
    return tuple(labels)


def indexed_numbers(tables: Sequence[Table], table: str, column: str, keys: Sequence[str]) -> Keyed:
    """(labels, number) of every row.

    Raises ReplyError when the keys do not tell the rows apart, and DraftingError for more than 200,000 rows.
    """
    found = find_table(tables, table)
    name, numbers = _column(found, column)
    if len(numbers) > MAX_NUMBERS:
        raise DraftingError(
            f"The table {table} has {len(numbers):,} rows; at most {MAX_NUMBERS:,} can be read into a parameter. "
            "Leave out rows that do not matter, or add them up."
        )
    columns = [_column(found, key) for key in keys]
    values: dict[tuple[str, ...], float] = {}
    for row, cell in enumerate(numbers):
        key = tuple(_label(found, key_name, row, cells[row]) for key_name, cells in columns)
        if key in values:
            twice = f"{table}: {', '.join(key)} occurs in two rows, so {' and '.join(keys)} do not tell its rows apart."
            raise ReplyError(f"{twice} Add the key column that does.", told=twice)
        values[key] = _number(found, name, row, cell)
    return tuple(values.items())


def single_number(tables: Sequence[Table], table: str, column: str) -> float:
    """The number in the only row of a table. Raises ReplyError."""
    found = find_table(tables, table)
    name, cells = _column(found, column)
    if len(cells) != 1:
        told = f"{table} has {len(cells)} rows, and its column {column} was read as a single number."
        raise ReplyError(f"{table} has {len(cells)} rows: give key_columns for {column}.", told=told)
    return _number(found, name, 0, cells[0])


def rows_of(tables: Sequence[Table], table: str) -> list[Mapping[str, Cell]]:
    """Every row as {column: cell}. Raises ReplyError for a table that is not there."""
    found = find_table(tables, table)
    names = list(found.columns)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*found.columns.values(), strict=True)]


def find_table(tables: Sequence[Table], name: str) -> Table:
    """The table of that name, exactly or but for case and signs. Raises ReplyError with those there are."""
    known = {table.name: table for table in tables}
    return known[_closest(name, known, what="a table of the request")]


def _column(table: Table, column: str) -> tuple[str, Sequence[Cell]]:
    name = _closest(column, table.columns, what=f"a column of {table.name}")
    return name, table.columns[name]


def _closest(name: str, known: Iterable[str], *, what: str) -> str:
    names = list(known)
    if name in names:
        return name
    plain = {_plain(known_name): known_name for known_name in reversed(names)}
    if _plain(name) in plain:
        return plain[_plain(name)]
    close = difflib.get_close_matches(_plain(name), list(plain), n=1)
    hint = f" Did you mean {plain[close[0]]}?" if close else ""
    told = f"{name or '(empty)'} is not {what}. There are: {', '.join(names[:40]) or 'none'}."
    raise ReplyError(told + hint, told=told)


def _number(table: Table, column: str, row: int, cell: Cell) -> float:
    if isinstance(cell, int | float):
        return float(cell)
    shown = "is empty" if cell is None else f"holds {cell[:40]!r}"
    raise ReplyError(f"{table.name}, row {row + 1}: column {column} {shown}, so it cannot be a parameter of numbers.")


def _label(table: Table, column: str, row: int, cell: Cell) -> str:
    if cell is None:
        raise ReplyError(f"{table.name}, row {row + 1}: column {column} is empty, so it cannot give labels.")
    return cell if isinstance(cell, str) else f"{cell:.15g}"


def _plain(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())
