"""Finds the tables on a sheet: titles above, blank rows between, headers of one or two rows, totals below."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from copilot.data.cells import is_number
from copilot.data.delimited import counts_up
from copilot.data.totals import total_of

_NOTES = ("note", "Note", "NOTE", "source", "Source", "*", "(")
_NOTE_WORDS = 4
_QUOTED = 60
_MOST = 0.6


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of which the file keeps no value."""

    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that shows an error, such as #DIV/0!."""

    text: str


Value = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | Formula | Fault | None
Row = tuple[int, Sequence[Value]]  # row number in the sheet, from 1; the cells from column A on


@dataclass(slots=True)
class Found:
    """One table of a sheet: positions of its columns (from 0), their names, the row of the names, and the rows."""

    header_row: int
    columns: list[int]
    names: list[str]
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_tables(rows: Sequence[Row], merged: Mapping[tuple[int, int], tuple[int, int, int, int]]) -> list[Found]:
    """The tables among rows that are not blank, in order; what belongs to none is noted with the table before it.

    `merged` leads from (row, column position) of each cell in a merged range to (top, left, bottom, right).
    """
    found: list[Found] = []
    loose: list[str] = []
    for block in _blocks(rows):
        table = _table(block, merged, loose)
        if table is not None:
            found.append(table)
        elif found and _continues(block, found[-1]):
            found[-1].rows += block
            found[-1].notes.append(f"the rows after the blank one, from row {block[0][0]} on, are read as its rows too")
        else:
            loose += [f"row {number} (“{_shown(cells)}”)" for number, cells in block]
    for table in found:
        _drop_notes(table)
        _drop_total(table)
    if found and loose:
        more = f" and {len(loose) - 3} more" if loose[3:] else ""
        found[0].notes.insert(0, f"{', '.join(loose[:3])}{more} left out: not part of a table")
    return found


def spread_merged(table: Found, ranges: Iterable[tuple[int, int, int]]) -> None:
    """Give every row the text of a cell that was merged over several; numbers are not spread, for they may be sums.

    A range is (column position, first row, last row).
    """
    places = {number: list(cells) for number, cells in table.rows}
    told: list[str] = []
    for position, top, bottom in ranges:
        text = _cell(places.get(top, ()), position)
        below = [places[row] for row in range(top + 1, bottom + 1) if row in places]
        if position not in table.columns or not isinstance(text, str) or not below:
            continue
        for cells in below:
            cells.extend([None] * (position + 1 - len(cells)))
            cells[position] = text
        name = table.names[table.columns.index(position)]
        told += [name] if name not in told else []
    if told:
        table.rows = list(places.items())
        table.notes.append(f"cells of {', '.join(told)} that are merged over several rows give each of them their text")


def _blocks(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows that follow one another, cut at blank columns into the blocks side by side."""
    numbered = [(number - place, (number, cells)) for place, (number, cells) in enumerate(rows)]
    for _, group in groupby(numbered, key=lambda pair: pair[0]):
        block = [row for _, row in group]
        used = sorted({at for _, cells in block for at, cell in enumerate(cells) if cell is not None})
        for _, run in groupby(enumerate(used), key=lambda pair: pair[1] - pair[0]):
            band = {at for _, at in run}
            part = [
                (number, [cell if at in band else None for at, cell in enumerate(cells)]) for number, cells in block
            ]
            yield [row for row in part if _filled(row)]


def _table(
    block: list[Row], merged: Mapping[tuple[int, int], tuple[int, int, int, int]], loose: list[str]
) -> Found | None:
    at = _header(block)
    if at is None:
        return None
    number = block[at][0]
    group_at = _group_row(block, at, merged)
    if group_at is None and at + 2 < len(block) and _is_group(block[at], merged) and _is_header(block[at + 1][1]):
        group_at, at = at, at + 1  # the first row of names groups those of the second
        number = block[at][0]
    first = at if group_at is None else group_at
    loose += [f"row {row} (“{_shown(cells)}”)" for row, cells in block[:first]]
    columns = sorted(
        {position for _, cells in block[first:] for position, cell in enumerate(cells) if cell is not None}
    )
    names = [_name(block, at, group_at, position, merged) for position in columns]
    return Found(number, columns, names, block[at + 1 :])


def _header(block: list[Row]) -> int | None:
    """The first row of names: what stands above it, alone in its row, is a title."""
    widest = max(len(_filled(row)) for row in block)
    for at, row in enumerate(block[:-1]):
        filled = len(_filled(row))
        if filled == 1 and widest > 1:
            continue
        if filled < _MOST * widest and at + 2 < len(block) and _is_wider_header(block[at + 1], filled):
            continue
        return at if _is_header(row[1]) else None
    return None


def _is_wider_header(row: Row, filled: int) -> bool:
    return len(_filled(row)) > filled and _is_header(row[1])


def _is_header(cells: Sequence[Value]) -> bool:
    """Whether cells can name columns: all text, or texts with years or periods that count up."""
    filled = [cell for cell in cells if cell is not None]
    texts = [cell for cell in filled if isinstance(cell, str) and not is_number(cell)]
    others = [cell for cell in filled if not (isinstance(cell, str) and not is_number(cell))]
    if not texts:
        return False
    if all(isinstance(cell, dt.date) for cell in others):
        return True
    numbers = [cell for cell in others if isinstance(cell, int | float | str) and not isinstance(cell, bool)]
    as_text = [f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in numbers]
    return not others or (len(numbers) == len(others) and counts_up(as_text))


def _group_row(block: list[Row], at: int, merged: Mapping[tuple[int, int], tuple[int, int, int, int]]) -> int | None:
    """The row above the header whose merged cells group some of its names; one merged cell over all is a title."""
    if at == 0 or not _is_group(block[at - 1], merged):
        return None
    span = [position for position, cell in enumerate(block[at][1]) if cell is not None]
    number, cells = block[at - 1]
    wide = [merged[number, p] for p, cell in enumerate(cells) if cell is not None and (number, p) in merged]
    return None if any(left <= span[0] and right >= span[-1] for _, left, _, right in wide) else at - 1


def _is_group(row: Row, merged: Mapping[tuple[int, int], tuple[int, int, int, int]]) -> bool:
    number, cells = row
    ranges = [merged[number, p] for p, cell in enumerate(cells) if cell is not None and (number, p) in merged]
    return any(right > left for _, left, _, right in ranges)


def _name(
    block: list[Row],
    at: int,
    group_at: int | None,
    position: int,
    merged: Mapping[tuple[int, int], tuple[int, int, int, int]],
) -> str:
    own = _text(_cell(block[at][1], position))
    if group_at is None:
        return own
    number, cells = block[group_at]
    _, left, _, _ = merged.get((number, position), (number, position, number, position))
    group = _text(_cell(cells, left))
    return f"{group} {own}".strip()


def _continues(block: list[Row], table: Found) -> bool:
    """Whether rows below a blank row go on with the table: at least two cells, all under its columns."""
    inside = set(table.columns)
    for _, cells in block:
        used = {position for position, cell in enumerate(cells) if cell is not None}
        if not used <= inside or (len(used) == 1 and len(inside) > 1):
            return False
    return True


def _drop_notes(table: Found) -> None:
    """Leave out sentences below a table; a label without its numbers stays, for whoever needs them to miss them."""
    while len(table.rows) > 1 and len(table.columns) > 1:
        number, cells = table.rows[-1]
        filled = _filled((number, list(cells)))
        text = _text(filled[0]) if len(filled) == 1 and isinstance(filled[0], str) else ""
        if not (":" in text or text.startswith(_NOTES) or len(text.split()) > _NOTE_WORDS):
            return
        table.rows.pop()
        table.notes.append(f"row {number} (“{_shown(cells)}”) is left out: a note below the table")


def _drop_total(table: Found) -> None:
    """Leave out a last row that only adds up the others: as a row it would count everything twice."""
    if len(table.rows) < 2:
        return
    number, _ = table.rows[-1]
    label = total_of([[_cell(row, p) for _, row in table.rows] for p in table.columns])
    if label:
        table.rows.pop()
        table.notes.append(f"row {number} (“{label}”) is left out: it adds up the rows above")


def _filled(row: Row) -> list[Value]:
    return [cell for cell in row[1] if cell is not None]


def _cell(cells: Sequence[Value], position: int) -> Value:
    return cells[position] if position < len(cells) else None


def _text(cell: Value) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return " ".join(str(cell).split())


def _shown(cells: Sequence[Value]) -> str:
    text = " · ".join(_text(cell) for cell in cells if cell is not None and not isinstance(cell, Formula | Fault))
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"
