"""Reads an uploaded file of any known format into typed tables."""

from __future__ import annotations

from pathlib import PurePath

from copilot.data.delimited import read_csv
from copilot.data.errors import DataError
from copilot.data.records import read_json, read_json_tables
from copilot.data.table import MAX_BYTES, MAX_CELLS, DataTable
from copilot.data.workbook import read_workbook

__all__ = [
    "MAX_BYTES",
    "MAX_CELLS",
    "SUFFIXES",
    "DataError",
    "DataTable",
    "read_csv",
    "read_json",
    "read_table",
    "read_tables",
    "read_workbook",
]

SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".xlsx", ".xlsm")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def read_tables(
    name: str, content: bytes, *, max_bytes: int = MAX_BYTES, max_cells: int = MAX_CELLS
) -> tuple[DataTable, ...]:
    """Every table of a file: a workbook by its first bytes, JSON where it starts with a bracket or brace, else CSV.

    Raises DataError as `read_csv`, `read_json_tables` and `read_workbook` do.
    """
    if content.startswith(_ZIP):
        return read_workbook(name, content, max_bytes=max_bytes, max_cells=max_cells)
    start = content.removeprefix(b"\xef\xbb\xbf")[:200].lstrip()[:1]
    if PurePath(name).suffix.lower() == ".json" or start in (b"[", b"{"):
        return read_json_tables(name, content, max_bytes=max_bytes, max_cells=max_cells)
    try:
        return (read_csv(name, content, max_bytes=max_bytes, max_cells=max_cells),)
    except DataError as error:
        if PurePath(name).suffix.lower() in (".xlsx", ".xlsm") and not content.startswith(b"\xd0\xcf\x11\xe0"):
            raise DataError(f"{name} is named as a workbook, but is none; as a text, {error}") from error
        raise


def read_table(name: str, content: bytes, *, max_bytes: int = MAX_BYTES, max_cells: int = MAX_CELLS) -> DataTable:
    """The only table of a file. Raises DataError as `read_tables` does, and for a file with several."""
    tables = read_tables(name, content, max_bytes=max_bytes, max_cells=max_cells)
    if len(tables) > 1:
        raise DataError(f"{name} holds {len(tables)} tables ({', '.join(t.name for t in tables[:6])}); one is wanted.")
    return tables[0]
