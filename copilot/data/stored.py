"""A typed table as bytes of our own, exact both ways: how one sheet of a workbook is kept."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any, get_args

from copilot.data.cells import Cell, Kind
from copilot.data.errors import DataError
from copilot.data.table import DataTable, hash_of

_MARK = b'{"wellposed_table":1,'
_KINDS = get_args(Kind)


def to_bytes(table: DataTable) -> bytes:
    """The table without its warnings; the same table gives the same bytes."""
    columns = [
        {
            "name": name,
            "kind": table.kinds[name],
            "unit": table.units.get(name, ""),
            "letter": table.letters.get(name, ""),
            "values": list(values),
        }
        for name, values in table.columns.items()
    ]
    lines = list(table.lines)
    plain = {"wellposed_table": 1, "sheet": table.sheet, "lines": lines, "columns": columns}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def is_stored(content: bytes) -> bool:
    """Whether bytes are a table in this form."""
    return content.startswith(_MARK)


def from_bytes(content: bytes, *, name: str, file: str = "") -> DataTable:
    """The table again, under a name and with the file it came from.

    Raises DataError for bytes that are not a whole table: what is stored may be old, or somebody else's.
    """
    try:
        table = _table(json.loads(content), name, file)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"The stored table {name} cannot be read any more. Upload its file again.") from error
    return replace(table, content_hash=hash_of(content))


def _table(raw: dict[str, Any], name: str, file: str) -> DataTable:
    lines = [int(line) for line in raw["lines"]]
    columns: dict[str, tuple[Cell, ...]] = {}
    kinds: dict[str, Kind] = {}
    for column in raw["columns"]:
        values = tuple(column["values"])
        if column["kind"] not in _KINDS or len(values) != len(lines) or not all(map(_is_cell, values)):
            raise ValueError(column["name"])
        columns[str(column["name"])], kinds[str(column["name"])] = values, column["kind"]
    if not columns:
        raise ValueError(name)
    return DataTable(
        name=name,
        columns=columns,
        kinds=kinds,
        lines=lines,
        content_hash="",
        units={str(c["name"]): str(c["unit"]) for c in raw["columns"] if c["unit"]},
        file=file,
        sheet=str(raw["sheet"]),
        letters={str(c["name"]): str(c["letter"]) for c in raw["columns"] if c["letter"]},
    )


def _is_cell(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int)
