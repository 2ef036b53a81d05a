"""A workbook to fill in: a sheet for each set of labels that numbers go by, with units, labels and validation."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from copilot.data.binding import Bound
from copilot.data.errors import DataError
from copilot.data.mapping import Wanted
from copilot.data.table import MAX_CELLS

NUMBERS = "Numbers"
_NAME = re.compile(r"[\[\]:*?/\\']")
_LONGEST = 31
_SPARE_ROWS = 200  # validated beyond the rows there are, for labels still to come


def template(wanted: Sequence[Wanted], data: Mapping[str, Bound]) -> bytes:
    """An .xlsx workbook with everything that is wanted and its present values, to be overwritten.

    Numbers that stand alone are rows of the sheet Numbers; numbers by labels have a sheet for each combination of index
    sets, with a row for each combination of labels that has a number now; tables keep their columns. Uploaded again, it
    maps itself. Raises DataError where there is nothing to fill in, or too much for a workbook.
    """
    from openpyxl import Workbook  # heavy; only a workbook needs it

    book = Workbook(write_only=False)
    book.remove(book.active)
    alone = [one for one in wanted if one.kind == "number"]
    if alone:
        _numbers(book, alone, data)
    groups: dict[tuple[str, ...], list[Wanted]] = {}
    for one in wanted:
        if one.kind == "numbers":
            groups.setdefault(one.indices, []).append(one)
    for indices in sorted(groups, key=len):
        _indexed(book, indices, groups[indices], data)
    for one in wanted:
        if one.kind == "rows":
            _rows(book, one, data)
    if not book.worksheets:
        raise DataError("This model reads no numbers from data, so there is no template to fill in.")
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _numbers(book: Any, alone: Sequence[Wanted], data: Mapping[str, Bound]) -> None:
    sheet = _sheet(book, NUMBERS)
    _header(sheet, ["name", "value", "unit", "meaning"])
    for at, one in enumerate(alone, start=2):
        for column, value in enumerate((one.name, data.get(one.name), one.unit, one.label), start=1):
            _put(sheet, at, column, value)
        _as_number(sheet, "B", at, at, one)


def _indexed(book: Any, indices: tuple[str, ...], group: Sequence[Wanted], data: Mapping[str, Bound]) -> None:
    from openpyxl.utils import get_column_letter

    values = [_by_labels(data.get(one.name)) for one in group]
    keys = list(dict.fromkeys(key for each in values for key in each))
    if len(keys) * (len(indices) + len(group)) > MAX_CELLS:
        raise DataError(f"There are {len(keys):,} rows by {' and '.join(indices)}: too many for a template.")
    sheet = _sheet(book, "_".join(indices))
    _header(sheet, [*indices, *(f"{one.name} [{one.unit}]" if one.unit else one.name for one in group)])
    for at, key in enumerate(keys, start=2):
        for column, label in enumerate(key, start=1):
            _put(sheet, at, column, label)
        for column, each in enumerate(values, start=len(indices) + 1):
            _put(sheet, at, column, each.get(key))
    last = len(keys) + 1 + _SPARE_ROWS
    for column, one in enumerate(group, start=len(indices) + 1):
        _as_number(sheet, get_column_letter(column), 2, last, one)
        _explain(sheet, 1, column, one)
    if len(indices) > 1:
        for column, index in enumerate(indices, start=1):
            _as_label(book, sheet, get_column_letter(column), last, index)


def _rows(book: Any, one: Wanted, data: Mapping[str, Bound]) -> None:
    value = data.get(one.name)
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, Sequence) else []
    if len(rows) * len(one.columns) > MAX_CELLS:
        raise DataError(f"{one.name} has {len(rows):,} rows: too many for a template.")
    sheet = _sheet(book, one.name)
    _header(sheet, one.columns)
    for at, row in enumerate(rows, start=2):
        for column, name in enumerate(one.columns, start=1):
            _put(sheet, at, column, row.get(name))


def _by_labels(value: Bound | None) -> dict[tuple[str, ...], float | int]:
    if not isinstance(value, Mapping):
        return {}
    return {(key if isinstance(key, tuple) else (key,)): number for key, number in value.items()}


def _sheet(book: Any, name: str) -> Any:
    plain = _NAME.sub(" ", name).strip()[:_LONGEST] or "Table"
    known = {sheet.title.lower() for sheet in book.worksheets}
    at = 2
    unique = plain
    while unique.lower() in known:
        unique = f"{plain[: _LONGEST - 4]} {at}"
        at += 1
    return book.create_sheet(unique)


def _header(sheet: Any, names: Iterable[str]) -> None:
    from openpyxl.styles import Font

    for column, name in enumerate(names, start=1):
        _put(sheet, 1, column, name)
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = min(40, max(12, len(name) + 2))
    sheet.freeze_panes = "A2"


def _put(sheet: Any, row: int, column: int, value: object) -> None:
    """A value as it is: a text that begins with = is a label here, never a formula."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
    cell = sheet.cell(row, column, value if isinstance(value, str | int | float) else None)
    if isinstance(value, str):
        cell.data_type = "s"


def _as_number(sheet: Any, letter: str, first: int, last: int, one: Wanted) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = {"operator": "greaterThanOrEqual", "formula1": "0"} if one.is_amount else {}
    free = {"operator": "between", "formula1": "-1E+300", "formula2": "1E+300"}
    check = DataValidation(type="decimal", allow_blank=False, showErrorMessage=True, **(rule or free))
    check.errorTitle = "Not a number that fits"
    check.error = f"{one.label or one.name} must be a number{' of at least 0' if one.is_amount else ''}."[:250]
    sheet.add_data_validation(check)
    check.add(f"{letter}{first}:{letter}{last}")


def _as_label(book: Any, sheet: Any, letter: str, last: int, index: str) -> None:
    """Labels come from the sheet of their own set, where it has one."""
    from openpyxl.worksheet.datavalidation import DataValidation

    own = next((each for each in book.worksheets if each.title == _NAME.sub(" ", index).strip()[:_LONGEST]), None)
    if own is None:
        return
    check = DataValidation(
        type="list", formula1=f"='{own.title}'!$A$2:$A${own.max_row + _SPARE_ROWS}", allow_blank=True
    )
    check.showErrorMessage, check.errorTitle = True, "Not a label that is known"
    check.error = f"Choose one of the sheet {own.title}, or add it there first."[:250]
    sheet.add_data_validation(check)
    check.add(f"{letter}2:{letter}{last}")


def _explain(sheet: Any, row: int, column: int, one: Wanted) -> None:
    from openpyxl.comments import Comment

    said = one.label if one.label and one.label != one.name else ""
    if said or one.unit:
        sheet.cell(row, column).comment = Comment(f"{said}{f' in {one.unit}' if one.unit else ''}".strip(), "Wellposed")
