"""Gives a column of text cells its type: text, date, number, integer or boolean, with decimal point or comma."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from copilot.data.dates import read_dates
from copilot.data.units import shared_sign

Cell = str | float | int | bool | None
Kind = Literal["text", "date", "number", "integer", "boolean"]
Mark = Literal["point", "comma"]

_SPACES = "\u00a0\u202f\u2009 "
_SPACED = rf"\d{{1,3}}(?:[{_SPACES}]\d{{3}})+"
_POWER = r"(?:[eE][+-]?\d{1,4})?"
_POINT = re.compile(rf"(?=[+-]?\.?\d)[+-]?(?:\d+|\d{{1,3}}(?:,\d{{3}})+|{_SPACED})?(?:\.\d*)?{_POWER}", re.ASCII)
_COMMA = re.compile(rf"(?=[+-]?,?\d)[+-]?(?:\d+|\d{{1,3}}(?:\.\d{{3}})+|{_SPACED})?(?:,\d*)?{_POWER}", re.ASCII)
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_CODE = re.compile(r"0\d+", re.ASCII)  # 007 and 01069 are labels: a number would lose the zeros
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)|#(?:N/A|DIV/0!|REF!|VALUE!|NAME\?|NUM!|NULL!)", re.IGNORECASE)
_BOOLEANS = {"true": True, "false": False, "yes": True, "no": False}
_EXACT_INTEGERS = 2**53


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """The values of a column in its type, dates as YYYY-MM-DD, shares in per cent as fractions.

    `sign` is "%" or the currency that was taken off every cell; `odd` is the row position of the first cell that spoilt
    a numeric column.
    """

    kind: Kind
    values: tuple[Cell, ...]
    mark: Mark = "point"
    odd: int | None = None
    not_finite: int | None = None
    sign: str = ""


def is_number(text: str) -> bool:
    """Whether a cell could be a number with either decimal mark."""
    return bool(_POINT.fullmatch(text) or _COMMA.fullmatch(text))


def decimal_mark(columns: Sequence[Sequence[str]], *, delimiter: str) -> Mark:
    """The decimal mark of a file: what only one reading allows decides; 1,500 and 1.500 alone allow both.

    Without evidence, a file cut at semicolons or tabs that has commas in its numbers is taken to use decimal commas,
    as spreadsheets of those countries write it.
    """
    point = comma = both = 0
    for column in columns:
        for cell in column:
            as_point, as_comma = bool(_POINT.fullmatch(cell)), bool(_COMMA.fullmatch(cell))
            point += as_point and not as_comma
            comma += as_comma and not as_point
            both += as_point and as_comma and "," in cell
    if point != comma:
        return "comma" if comma > point else "point"
    return "comma" if both and delimiter in ";\t" else "point"


def is_ambiguous(text: str) -> bool:
    """Whether a cell with a comma reads as two different numbers: 1,500 by thousands or by decimals."""
    return bool(_AMBIGUOUS.fullmatch(text))


def bare_numbers(cells: Sequence[str]) -> list[str]:
    """The cells of a column without the sign that all of them have, for finding out the decimal mark."""
    return shared_sign(cells)[1]


def type_column(cells: Sequence[str], *, mark: Mark) -> TypedColumn:
    """Type one column of stripped cells; an empty cell is None, whatever the type."""
    if (dates := read_dates(cells)) is not None:
        return TypedColumn("date", dates)
    sign, bare = shared_sign(cells)
    typed = _typed(bare, mark=mark)
    if not sign or typed.kind not in ("number", "integer"):
        return _typed(cells, mark=mark) if sign else typed
    if sign == "%":
        shares = tuple(None if value is None else float(f"{float(value) / 100:.15g}") for value in typed.values)
        return replace(typed, kind="number", values=shares, sign=sign)
    return replace(typed, sign=sign)


def _typed(cells: Sequence[str], *, mark: Mark) -> TypedColumn:
    filled = [cell for cell in cells if cell]
    words = [cell.lower() for cell in filled]
    if filled and all(word in _BOOLEANS for word in words):
        return TypedColumn("boolean", tuple(_BOOLEANS[cell.lower()] if cell else None for cell in cells))
    pattern, other = (_POINT, _COMMA) if mark == "point" else (_COMMA, _POINT)
    numeric = [cell for cell in filled if pattern.fullmatch(cell)]
    if filled and not numeric and all(other.fullmatch(cell) for cell in filled):
        return _typed(cells, mark="comma" if mark == "point" else "point")
    as_text = tuple(cell or None for cell in cells)
    if filled and all(_NOT_FINITE.fullmatch(cell) for cell in filled):
        return TypedColumn("text", as_text, not_finite=next(i for i, cell in enumerate(cells) if cell))
    if not numeric or any(_CODE.fullmatch(cell) for cell in filled):
        return TypedColumn("text", as_text)
    if len(numeric) < len(filled):
        strange = [i for i, cell in enumerate(cells) if cell and not pattern.fullmatch(cell)]
        if all(_NOT_FINITE.fullmatch(cells[i]) for i in strange):
            return TypedColumn("text", as_text, not_finite=strange[0])
        return TypedColumn("text", as_text, odd=strange[0] if len(numeric) > len(filled) / 2 else None)
    return _numbers(cells, mark)


def _numbers(cells: Sequence[str], mark: Mark) -> TypedColumn:
    values = [_number(cell, mark) if cell else None for cell in cells]
    for position, value in enumerate(values):
        if value is not None and not math.isfinite(value):
            return TypedColumn("text", tuple(cell or None for cell in cells), not_finite=position)
    decimals = re.compile(r"[.eE]" if mark == "point" else r"[,eE]")
    whole = not any(decimals.search(cell) for cell in cells)
    known = [value for value in values if value is not None]
    if whole and all(value == int(value) and abs(value) < _EXACT_INTEGERS for value in known):
        return TypedColumn("integer", tuple(None if value is None else int(value) for value in values), mark)
    return TypedColumn("number", tuple(values), mark)


def _number(cell: str, mark: Mark) -> float:
    plain = re.sub(rf"[{_SPACES}]", "", cell)
    plain = plain.replace(",", "") if mark == "point" else plain.replace(".", "").replace(",", ".")
    return float(plain)
