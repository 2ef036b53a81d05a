"""Reads the sheets of an .xlsx workbook into typed tables: all rows, values only, nothing in it is run."""

from __future__ import annotations

import io
import re
import warnings as python_warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from copilot.data.archive import Part, check_archive, scan_sheet
from copilot.data.cells import Cell, Kind
from copilot.data.errors import DataError
from copilot.data.grid import Fault, Formula, Found, Row, Value, find_tables, spread_merged
from copilot.data.sheet_columns import SheetColumn, typed
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

MAX_SHEETS = 100
_GENERIC = re.compile(r"(?:sheet|table|tabelle|feuil|hoja|foglio|blad|ark|лист|シート|工作表)\s*\d*", re.IGNORECASE)
_CURRENCY = re.compile(r"\[\$([^\]\-]{1,5})[^\]]*\]|(?<!\[)([€£¥$])")
_FORMATS_SEEN = 50


@dataclass(slots=True)
class _Sheet:
    """The cells of one sheet that are not blank, and what their formats say of each column position."""

    name: str
    part: Part
    rows: list[Row] = field(default_factory=list)
    percent: dict[int, int] = field(default_factory=dict)
    currency: dict[int, str] = field(default_factory=dict)


def read_workbook(
    name: str, content: bytes, *, max_bytes: int = MAX_BYTES, max_cells: int = MAX_CELLS
) -> tuple[DataTable, ...]:
    """Every table of every sheet, hidden ones too, which is said.

    Titles above a header, blank rows and a last row of totals are left out with a warning. Raises DataError, with file,
    sheet, cell and rule, for what is not a workbook, one that is too large (before it is unpacked), formulas without a
    stored value, cells that show an error, and columns without a name.
    """
    check_size(name, content, max_bytes=max_bytes)
    notes = list(check_archive(name, content))
    tables: list[DataTable] = []
    for sheet, state in _sheets(name, content, max_cells):
        if state != "visible":
            notes.append(f"{name}, sheet {sheet.name} is hidden; it is read like the others.")
        if sheet.part.has_hidden:
            notes.append(f"{name}, sheet {sheet.name} has hidden rows or columns; they are read like the others.")
        found = find_tables(sheet.rows, _spans(sheet.part))
        if sheet.rows and not found:
            notes.append(
                f"{name}, sheet {sheet.name}: no row names the columns, so the sheet is left out. Its first row should "
                "name them, and each further row is one record."
            )
        for place, one in enumerate(found):
            spread_merged(one, _tall(sheet.part))
            tables.append(_table(name, sheet, one, place))
    if not tables:
        raise DataError(" ".join([f"{name} has no table that can be read.", *notes]))
    return tuple(_named(name, tables, notes, hash_of(content)))


def _sheets(name: str, content: bytes, max_cells: int) -> Iterator[tuple[_Sheet, str]]:
    from openpyxl import load_workbook  # heavy; only a workbook needs it

    def opened(*, values: bool) -> Any:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")  # of features that tables have no use for
            return load_workbook(io.BytesIO(content), read_only=True, data_only=values, keep_links=False)

    try:
        values, formulas, left = opened(values=True), None, max_cells
        if len(values.worksheets) > MAX_SHEETS:
            raise DataError(f"{name} has {len(values.worksheets)} sheets; at most {MAX_SHEETS} are read.")
        for place, worksheet in enumerate(values.worksheets):
            part = scan_sheet(name, content, worksheet._worksheet_path)
            if part.has_formulas and formulas is None:
                formulas = opened(values=False)
            beside = formulas.worksheets[place] if formulas is not None and part.has_formulas else None
            sheet = _Sheet(worksheet.title, part)
            left -= _fill(name, sheet, worksheet, beside, left)
            yield sheet, worksheet.sheet_state
    except DataError:
        raise
    except Exception as error:  # whatever a damaged workbook makes of its reader
        raise DataError(
            f"{name} cannot be read as a workbook ({type(error).__name__}). Open it in a spreadsheet program and save "
            "it again, or export its sheets as CSV."
        ) from error


def _fill(name: str, sheet: _Sheet, worksheet: Any, beside: Any, left: int) -> int:
    """Read the rows that are not blank; returns how many cells they have. Raises DataError when there are too many."""
    worksheet.reset_dimensions()  # what a file says of its own size is often wrong, and read-only mode believes it
    others = iter(())
    if beside is not None:
        beside.reset_dimensions()
        others = beside.iter_rows()
    count = walked = 0
    for number, cells in enumerate(worksheet.iter_rows(), start=1):
        twins = next(others, ())
        walked += len(cells)
        row = [_value(cell, twins[at] if at < len(twins) else None) for at, cell in enumerate(cells)]
        while row and row[-1] is None:
            row.pop()
        if row:
            count += sum(value is not None for value in row)
            sheet.rows.append((number, row))
            if len(sheet.rows) <= _FORMATS_SEEN:
                _note_formats(sheet, cells)
        if count > left or walked > 20 * left:
            raise DataError(
                f"{name}, sheet {sheet.name}: there are more cells than the {left:,} that are read. "
                "Leave out rows or columns, or upload the sheet as a file of its own."
            )
    return count


def _value(cell: Any, twin: Any) -> Value:
    value: Value = cell.value
    if cell.data_type == "e":
        return Fault(str(value))
    if value is None and twin is not None and twin.data_type == "f":
        return Formula(str(getattr(twin.value, "text", twin.value) or "="))
    return value if value != "" else None


def _note_formats(sheet: _Sheet, cells: Sequence[Any]) -> None:
    for at, cell in enumerate(cells):
        if cell.data_type == "n" and cell.value is not None:
            written = cell.number_format or ""
            if "%" in written:
                sheet.percent[at] = sheet.percent.get(at, 0) + 1
            elif found := _CURRENCY.search(written):
                sheet.currency[at] = found[1] or found[2]


def _spans(part: Part) -> dict[tuple[int, int], tuple[int, int, int, int]]:
    """Each cell of the merged ranges of a header, by (row, column position); long ranges are clipped."""
    from openpyxl.utils import column_index_from_string

    found: dict[tuple[int, int], tuple[int, int, int, int]] = {}
    for first, top, last, bottom in part.merged:
        left, right = column_index_from_string(first) - 1, column_index_from_string(last) - 1
        for row in range(top, min(bottom, top + 3) + 1):
            for column in range(left, min(right, left + 300) + 1):
                found[row, column] = (top, left, bottom, right)
    return found


def _tall(part: Part) -> Iterator[tuple[int, int, int]]:
    """The merged ranges that are one column wide and several rows high: position, first row, last row."""
    from openpyxl.utils import column_index_from_string

    for first, top, last, bottom in part.merged:
        if first == last and bottom > top:
            yield column_index_from_string(first) - 1, top, bottom


def _table(name: str, sheet: _Sheet, found: Found, place: int) -> DataTable:
    from openpyxl.utils import get_column_letter

    where = f"{name}, sheet {sheet.name}"
    letters = [get_column_letter(at + 1) for at in found.columns]
    _check_header(where, found, letters)
    rows = [number for number, _ in found.rows]
    check_cells(where, len(rows), len(letters), max_cells=MAX_CELLS)
    notes = [f"{where}: {note}." for note in found.notes]
    columns: dict[str, tuple[Cell, ...]] = {}
    kinds: dict[str, Kind] = {}
    units = units_of(found.names)
    for at, column, letter in zip(found.columns, found.names, letters, strict=True):
        values = [cells[at] if at < len(cells) else None for _, cells in found.rows]
        one = typed(SheetColumn(column, values, rows, letter, where), notes)
        columns[column], kinds[column] = one.values, one.kind
        if one.kind in ("number", "integer"):
            sign = one.sign or sheet.currency.get(at, "")
            units |= {column: sign} if sign not in ("", "%") and column not in units else {}
            if 2 * sheet.percent.get(at, 0) > min(len(rows), _FORMATS_SEEN):
                notes.append(f"{where}: {column} is shown in per cent; 25% is read as 0.25.")
    return DataTable(
        name=sheet.name if place == 0 else f"{sheet.name} {place + 1}",
        columns=columns,
        kinds=kinds,
        lines=rows,
        content_hash="",
        warnings=tuple(notes),
        units=units,
        file=name,
        sheet=sheet.name,
        letters=dict(zip(found.names, letters, strict=True)),
    )


def _check_header(where: str, found: Found, letters: Sequence[str]) -> None:
    for at, column, letter in zip(found.columns, found.names, letters, strict=True):
        if not column:
            number = next(row for row, cells in found.rows if at < len(cells) and cells[at] is not None)
            raise DataError(
                f"{where}, cell {letter}{found.header_row}: the column has no name, but cell {letter}{number} has a "
                "value. Name the column, or leave a blank column between notes and the table."
            )
    check_names(where, found.names, where=f"row {found.header_row}")


def _named(name: str, tables: list[DataTable], notes: list[str], content_hash: str) -> Iterator[DataTable]:
    """Tables named by their sheets; the only table of a workbook whose sheet has no name of its own, by the file."""
    generic = len(tables) == 1 and _GENERIC.fullmatch(tables[0].sheet)
    for place, table in enumerate(tables):
        said = (*notes, *table.warnings) if place == 0 else table.warnings
        named = table_name(name) if generic else table.name
        yield replace(table, name=named, warnings=said, content_hash=content_hash)
