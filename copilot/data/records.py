"""Reads JSON records into a typed table: a list of flat objects, or an object whose one list holds them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from copilot.data.cells import Cell, Kind
from copilot.data.encoding import decode_text
from copilot.data.errors import DataError
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


class _Repeated(ValueError):
    pass


def read_json(name: str, content: bytes, *, max_bytes: int = MAX_BYTES, max_cells: int = MAX_CELLS) -> DataTable:
    """Read `[{"column": cell, ...}, ...]`; every record needs every column, null where a value is unknown.

    Raises DataError, with file, record, column and rule, for text that is not JSON, other shapes, nested values,
    repeated or missing columns, numbers that are not finite, and sizes over `max_bytes` or `max_cells`.
    """
    check_size(name, content, max_bytes=max_bytes)
    decoded = decode_text(name, content)
    records = _records(name, _parsed(name, decoded.text))
    columns = list(records[0])
    check_cells(name, len(records), len(columns), max_cells=max_cells)
    check_names(name, columns, where="record 1")
    known = set(columns)
    for number, record in enumerate(records, start=1):
        if record.keys() != known:
            _raise_unequal(name, number, record, columns)
    cells = {
        column: [_cell(name, i, column, record[column]) for i, record in enumerate(records, 1)] for column in columns
    }
    typed = {column: _typed(values) for column, values in cells.items()}
    return DataTable(
        name=table_name(name),
        columns={column: values for column, (_, values) in typed.items()},
        kinds={column: kind for column, (kind, _) in typed.items()},
        lines=range(1, len(records) + 1),
        content_hash=hash_of(content),
        encoding=decoded.encoding,
        warnings=(decoded.warning,) if decoded.warning else (),
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


def _records(name: str, parsed: object) -> list[dict[str, Any]]:
    if isinstance(parsed, dict):
        lists = [value for value in parsed.values() if isinstance(value, list)]
        parsed = lists[0] if len(lists) == 1 else parsed
    if not isinstance(parsed, list) or not parsed:
        raise DataError(f'{name} must be a list of records, such as [{{"product": "desk", "price": 70}}].')
    for number, record in enumerate(parsed, start=1):
        if not isinstance(record, dict) or not record:
            raise DataError(f"{name}, record {number}: every record must be an object with a value for each column.")
    return parsed


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
    if isinstance(value, float) and not math.isfinite(value):
        raise DataError(f"{name}, record {number}, column {column}: the number is too large.")
    assert value is None or isinstance(value, str | int | float)
    return value


def _typed(values: Sequence[Cell]) -> tuple[Kind, tuple[Cell, ...]]:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return "boolean", tuple(values)
    if kinds == {int}:
        return "integer", tuple(values)
    if kinds and kinds <= {int, float}:
        return "number", tuple(None if value is None else float(value) for value in values)
    return "text", tuple(None if value is None else _text(value) for value in values)


def _text(value: Cell) -> str:
    return value if isinstance(value, str) else json.dumps(value)
