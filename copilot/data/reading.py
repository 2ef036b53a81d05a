"""Reads an uploaded file of any known format into a typed table."""

from __future__ import annotations

from pathlib import PurePath

from copilot.data.delimited import read_csv
from copilot.data.errors import DataError
from copilot.data.records import read_json
from copilot.data.table import MAX_BYTES, MAX_CELLS, DataTable

__all__ = ["MAX_BYTES", "MAX_CELLS", "DataError", "DataTable", "read_csv", "read_json", "read_table"]


def read_table(name: str, content: bytes, *, max_bytes: int = MAX_BYTES, max_cells: int = MAX_CELLS) -> DataTable:
    """Read a file of either format: JSON when the text starts with a bracket or brace, else CSV.

    Raises DataError as `read_csv` and `read_json` do.
    """
    from copilot.data.records import read_json

    start = content.removeprefix(b"\xef\xbb\xbf")[:200].lstrip()[:1]
    if PurePath(name).suffix.lower() == ".json" or start in (b"[", b"{"):
        return read_json(name, content, max_bytes=max_bytes, max_cells=max_cells)
    return read_csv(name, content, max_bytes=max_bytes, max_cells=max_cells)
