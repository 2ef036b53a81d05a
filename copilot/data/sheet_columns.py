"""Gives the columns of a sheet their types from the types of their cells; every fault names its cell."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.data.cells import Cell, Kind, TypedColumn, decimal_mark, type_column
from copilot.data.dates import as_text
from copilot.data.errors import DataError
from copilot.data.grid import Fault, Formula, Value

_QUOTED = 40


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column with the place of its cells: `where` is "plan.xlsx, sheet Costs", `letter` its letter."""

    name: str
    values: Sequence[Value]
    rows: Sequence[int]
    letter: str
    where: str

    def cell(self, at: int) -> str:
        """Where the cell at a position stands."""
        return f"{self.where}, cell {self.letter}{self.rows[at]}"


def typed(column: SheetColumn, warnings: list[str]) -> TypedColumn:
    """The column in its type; doubts are added to the warnings.

    Raises DataError for a formula without a stored value, a cell that shows an error, and a number that is not finite.
    """
    for at, value in enumerate(column.values):
        _check(column, at, value)
    present = [value for value in column.values if value is not None and value != ""]
    if present and all(isinstance(value, dt.datetime | dt.date) for value in present):
        return TypedColumn("date", tuple(_dates(column.values)))
    plain = [_plain(value) for value in column.values]
    if any(isinstance(value, str) for value in plain):
        return _text(column, plain, warnings)
    kind, values = _numbers(plain)
    return TypedColumn(kind, values)


def _check(column: SheetColumn, at: int, value: Value) -> None:
    if isinstance(value, Formula):
        raise DataError(
            f"{column.cell(at)} ({column.name}): the formula {value.text[:_QUOTED]} has no stored value. Open the "
            "workbook in a spreadsheet program, let it calculate, and save it again; or paste the values."
        )
    if isinstance(value, Fault):
        raise DataError(
            f"{column.cell(at)} ({column.name}): the cell shows {value.text}, which is not a value. Correct its "
            "formula, or clear the cell."
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise DataError(f"{column.cell(at)} ({column.name}): the number is too large. Give a finite one.")


def _text(column: SheetColumn, plain: Sequence[Cell], warnings: list[str]) -> TypedColumn:
    """A column with text in it: numbers written as text are numbers, a stray word makes all of it text."""
    texts = ["" if value is None else value if isinstance(value, str) else _written(value) for value in plain]
    found = type_column(texts, mark=decimal_mark([texts], delimiter=","))
    if found.not_finite is not None:
        raise DataError(f"{column.cell(found.not_finite)} ({column.name}): {texts[found.not_finite]!r} is no number.")
    written = [at for at, value in enumerate(plain) if isinstance(value, str)]
    if found.kind in ("number", "integer"):
        where = column.cell(written[0]) + (f" and {len(written) - 1} more" if written[1:] else "")
        warnings.append(f"{where}: numbers written as text in {column.name} are read as numbers.")
        if found.sign == "%":
            first = texts[written[0]]
            warnings.append(f"{column.where}: {column.name} is in per cent; {first} is read as a fraction.")
    elif found.kind == "text" and len(written) < len([value for value in plain if value is not None]) / 2:
        warnings.append(
            f"{column.cell(written[0])}: {column.name} is text because {texts[written[0]][:_QUOTED]!r} is no number; "
            "the rest of it looks like numbers."
        )
    return found


def _numbers(plain: Sequence[Cell]) -> tuple[Kind, tuple[Cell, ...]]:
    kinds = {type(value) for value in plain if value is not None}
    if not kinds:
        return "text", tuple(plain)
    if kinds == {bool}:
        return "boolean", tuple(plain)
    numbers = tuple(None if value is None else float(value) for value in plain)
    if all(value is None or (value == int(value) and abs(value) < 2**53) for value in numbers):
        return "integer", tuple(None if value is None else int(value) for value in numbers)
    return "number", numbers


def _dates(values: Sequence[Value]) -> Iterator[str | None]:
    moments = [
        value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
        for value in values
        if isinstance(value, dt.date)
    ]
    written = iter(as_text(moments))
    for value in values:
        yield next(written) if isinstance(value, dt.date) else None


def _plain(value: Value) -> Cell:
    if isinstance(value, str):
        return " ".join(value.split()) or None
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, dt.datetime):
        return as_text([value])[0]
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    return str(value)


def _written(value: Cell) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
