"""The typed table that every reader of a file makes, with the limits and rules they share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from copilot.data.cells import Cell, Kind
from copilot.data.errors import DataError

MAX_BYTES = 10 << 20
MAX_CELLS = 1_000_000
MAX_COLUMNS = 2_000
MAX_NAME = 200
_SUFFIXES = {".csv", ".tsv", ".txt", ".json", ".xlsx", ".xlsm"}


@dataclass(frozen=True, slots=True)
class DataTable:
    """Equal-length typed columns by name.

    `lines` gives each row's line (CSV), record number (JSON) or row (sheet) in the file; `units` the units of the
    columns that have one; for a sheet, `letters` the letter of each column, and `file` the workbook.
    """

    name: str
    columns: Mapping[str, tuple[Cell, ...]]
    kinds: Mapping[str, Kind]
    lines: Sequence[int]
    content_hash: str
    encoding: str = "utf-8"
    delimiter: str = ""
    warnings: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    sheet: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)

    @property
    def row_count(self) -> int:
        """Number of rows."""
        return len(self.lines)

    def rows(self) -> Iterator[dict[str, Cell]]:
        """Each row as {column: cell}."""
        names = tuple(self.columns)
        for cells in zip(*self.columns.values(), strict=True):
            yield dict(zip(names, cells, strict=True))

    def place(self, row: int, column: str = "") -> str:
        """Where a row, or one of its cells, stands: "items, line 3, column cost", "plan.xlsx, sheet Costs, cell B3"."""
        if self.sheet:
            at = f"cell {self.letters[column]}{self.lines[row]}" if column in self.letters else f"row {self.lines[row]}"
            return f"{self.file}, sheet {self.sheet}, {at}" + (f" ({column})" if column else "")
        line = f"{self.name}, {'line' if self.delimiter else 'record'} {self.lines[row]}"
        return f"{line}, column {column}" if column else line


def table_name(name: str) -> str:
    """The file's name without its folder and a known suffix, 200 characters at most."""
    path = PurePath(name.replace("\\", "/"))
    return ((path.stem if path.suffix.lower() in _SUFFIXES else path.name) or "table")[:MAX_NAME]


def storable(text: str) -> str:
    """The text with what no database takes, NUL and halves of characters, replaced by a sign."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def hash_of(content: bytes) -> str:
    """BLAKE2b of the bytes as they came, 64 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=32).hexdigest()


def check_size(name: str, content: bytes, *, max_bytes: int) -> None:
    """Raise DataError for a file that is empty or over the limit."""
    if len(content) > max_bytes:
        size, limit = len(content) / (1 << 20), max_bytes / (1 << 20)
        raise DataError(f"{name} has {size:.1f} MB; at most {limit:g} MB are read. Leave out what is not needed.")
    if not content.strip():
        raise DataError(f"{name} is empty. Its first line must name the columns, and each further line is a row.")


def check_cells(name: str, rows: int, columns: int, *, max_cells: int) -> None:
    """Raise DataError for more columns or cells than are read."""
    if columns > MAX_COLUMNS:
        raise DataError(f"{name} has {columns:,} columns; at most {MAX_COLUMNS:,} are read.")
    if rows * columns > max_cells:
        raise DataError(
            f"{name} has {rows * columns:,} cells or more ({columns:,} columns); at most {max_cells:,} are read. "
            "Leave out rows or columns."
        )


def check_names(name: str, columns: Sequence[str], *, where: str) -> None:
    """Raise DataError for a column name that is repeated or too long."""
    seen: set[str] = set()
    for column in columns:
        if len(column) > MAX_NAME:
            raise DataError(f"{name}, {where}: the column name {column[:40]!r}… is longer than {MAX_NAME} characters.")
        if column in seen:
            raise DataError(f"{name}, {where}: two columns are named {column}. Rename one of them.")
        seen.add(column)
