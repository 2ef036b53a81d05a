"""Reads JSON into typed tables: records, columns, numbers by label, and objects that hold several of them."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from typing import Any

from copilot.data.cells import Cell, Kind
from copilot.data.dates import read_dates
from copilot.data.encoding import DecodedText, decode_text
from copilot.data.errors import DataError
from copilot.data.nested import SHAPES, Record, tables_in
from copilot.data.table import (
    MAX_BYTES,
    MAX_CELLS,
    DataTable,
    check_cells,
    check_names,
    check_size,
    hash_of,
    table_name,
)
from copilot.data.units import units_of

MAX_TABLES = 100
_LARGEST = int(sys.float_info.max)
_EXACT = 2**53  # from here on a whole number is kept as the nearest one that arithmetic knows, as in the other formats


class _Repeated(ValueError):
    pass


def read_json(name: str, content: bytes, *, max_bytes: int = MAX_BYTES, max_cells: int = MAX_CELLS) -> DataTable:
    """The only table of a JSON file; raises DataError as `read_json_tables` does, and for a file with several."""
    tables = read_json_tables(name, content, max_bytes=max_bytes, max_cells=max_cells)
    if len(tables) > 1:
        raise DataError(f"{name} holds {len(tables)} tables ({', '.join(t.name for t in tables[:6])}); one is wanted.")
    return tables[0]


def read_json_tables(
    name: str, content: bytes, *, max_bytes: int = MAX_BYTES, max_cells: int = MAX_CELLS
) -> tuple[DataTable, ...]:
    """Read records, columns, numbers by label, or an object that holds several such tables by name.

    Every record needs every column, null where a value is unknown. Numbers that stand alone in an object become one
    table of one row; `{"cost": {"desk": 70}}` has the columns label and value. Raises DataError, with file, record,
    column and rule, for text that is not JSON, other shapes, repeated or missing columns, numbers that are not finite,
    and sizes over `max_bytes` or `max_cells`.
    """
    check_size(name, content, max_bytes=max_bytes)
    decoded = decode_text(name, content)
    try:
        parts = list(tables_in(name, _parsed(name, decoded.text)))
    except RecursionError as error:
        raise DataError(f"{name} is nested too deeply. Send {SHAPES}.") from error
    if len(parts) > MAX_TABLES:
        raise DataError(f"{name} holds {len(parts)} tables; at most {MAX_TABLES} are read.")
    check_cells(name, sum(len(records) * len(records[0]) for _, records in parts), 1, max_cells=max_cells)
    hashed = hash_of(content)
    found = []
    for table, records in parts:
        place = name if len(parts) == 1 else f"{name}, {table[:40]}"
        found.append(_table(place, table, records, hashed, decoded))
    return tuple(found)


def _table(place: str, name: str, records: Sequence[Record], hashed: str, decoded: DecodedText) -> DataTable:
    columns = list(records[0])
    check_cells(place, len(records), len(columns), max_cells=MAX_CELLS)
    check_names(place, columns, where="record 1")
    known = set(columns)
    for number, record in enumerate(records, start=1):
        if record.keys() != known:
            _raise_unequal(place, number, record, columns)
    cells = {
        column: [_cell(place, i, column, record[column]) for i, record in enumerate(records, 1)] for column in columns
    }
    typed = {column: _typed(values) for column, values in cells.items()}
    return DataTable(
        name=table_name(name),
        columns={column: values for column, (_, values) in typed.items()},
        kinds={column: kind for column, (kind, _) in typed.items()},
        lines=range(1, len(records) + 1),
        content_hash=hashed,
        encoding=decoded.encoding,
        warnings=(decoded.warning,) if decoded.warning else (),
        units=units_of(columns),
    )


def _parsed(name: str, text: str) -> object:
    try:
        parsed: object = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{name}, line {error.lineno}, column {error.colno}: this is not JSON ({error.msg})."
        ) from error
    except _Repeated as error:
        raise DataError(f"{name}: {error}") from error
    except (RecursionError, ValueError) as error:
        raise DataError(f"{name} is nested too deeply or holds a number that is too long.") from error
    return parsed


def _refuse_constant(constant: str) -> float:
    raise _Repeated(f"{constant} is not a finite number. Give a number, or null.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Repeated(f"one record has two values for {key[:40]}. Keep one of them.")
        found[key] = value
    return found


def _raise_unequal(name: str, number: int, record: dict[str, Any], columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in record]
    if missing:
        raise DataError(f"{name}, record {number}: there is no {missing[0][:40]}. Write null where it is unknown.")
    extra = next(column for column in record if column not in columns)
    raise DataError(f"{name}, record {number}: {extra[:40]} is not in record 1; all need the same columns.")


def _cell(name: str, number: int, column: str, value: object) -> Cell:
    if isinstance(value, dict | list):
        raise DataError(
            f"{name}, record {number}, column {column}: a cell must be a number, text, true, false or null."
        )
    if (isinstance(value, float) and not math.isfinite(value)) or (isinstance(value, int) and abs(value) > _LARGEST):
        raise DataError(f"{name}, record {number}, column {column}: the number is too large.")
    assert value is None or isinstance(value, str | int | float)
    return value


def _typed(values: Sequence[Cell]) -> tuple[Kind, tuple[Cell, ...]]:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return "boolean", tuple(values)
    if kinds == {int} and all(value is None or abs(int(value)) < _EXACT for value in values):
        return "integer", tuple(values)
    if kinds and kinds <= {int, float}:
        return "number", tuple(None if value is None else float(value) for value in values)
    texts = [None if value is None else _text(value) for value in values]
    if (dates := read_dates([text or "" for text in texts])) is not None:
        return "date", dates
    return "text", tuple(texts)


def _text(value: Cell) -> str:
    return value if isinstance(value, str) else json.dumps(value)
