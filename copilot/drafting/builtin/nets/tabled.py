"""What a table holds: a matrix with supplies and needs at its edges, links, or columns of numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.plan import label_of
from copilot.drafting.builtin.nets.amounts import amount_of, is_empty, is_gap
from copilot.drafting.builtin.nets.data import (
    Bare,
    Column,
    Data,
    Ends,
    Links,
    Matrix,
    Place,
    legend_of,
    role_in,
    role_of,
)
from copilot.drafting.builtin.nets.edges import edge_of
from copilot.drafting.builtin.nets.sheets import Sheet
from copilot.drafting.builtin.words import load

WITH_AMOUNT = re.compile(
    r"^(?P<name>[^(]+?)\s*\((?P<before>[^()\d]*)(?P<value>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?P<after>[^()\d]*)\)$"
)
_DOUBLE = re.compile(r"^\(?\s*(?P<one>\d+(?:\.\d+)?)\s*[/;,|]\s*(?P<two>\d+(?:\.\d+)?)\s*\)?$")


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table with one column of labels: what is named like a role stands apart from the cells between."""

    corner: str
    rows: tuple[str, ...]
    heads: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    words: str
    place: Place


def take_sheet(sheet: Sheet, data: Data) -> bool:
    """Add what a table holds to the data; False where it holds something else."""
    place = (sheet.start, sheet.end)
    ends = _ends(sheet)
    if ends is not None:
        return _take_links(sheet, ends, data)
    if not any(sheet.heads[1:]):
        return _take_bare(sheet, data)
    if any(not row[0].strip() for row in sheet.rows) or not all(sheet.heads[1:]):
        return False
    rows = _told_apart([row[0] for row in sheet.rows], sheet, data)
    heads = _told_apart(sheet.heads[1:], sheet, data)
    if rows is None or heads is None:
        return False
    if len(set(rows)) < len(rows) or len(set(heads)) < len(heads):
        return False
    cells = tuple(row[1:] for row in sheet.rows)
    grid = _Grid(sheet.heads[0], rows, heads, cells, sheet.intro, place)
    if _take_doubles(grid, data):
        return True
    return _all_amounts(grid) and _take_grid(grid, data)


def _told_apart(labels: Sequence[str], sheet: Sheet, data: Data) -> tuple[str, ...] | None:
    """The names of labels; "Paris (40)" tells a number of Paris, where all of a side tell one; None where some do."""
    found = [WITH_AMOUNT.match(label.strip()) for label in labels]
    if not any(found):
        return tuple(label_of(label) for label in labels)
    if not all(found):
        return None
    names = tuple(label_of(match["name"]) for match in found if match)
    values = {name: float(match["value"].replace(",", "")) for name, match in zip(names, found, strict=True) if match}
    words = " ".join(dict.fromkeys(f"{match['before']} {match['after']}".strip() for match in found if match))
    data.columns.append(Column(words, values, (sheet.start, sheet.end), "", sheet.intro))
    return names


def _take_doubles(grid: _Grid, data: Data) -> bool:
    """Cells of two numbers, "2 / 40", where the text says which is the cost and which the limit."""
    legend = legend_of(data.text)
    cells = {
        (a, b): cell
        for a, row in zip(grid.rows, grid.cells, strict=True)
        for b, cell in zip(grid.heads, row, strict=True)
    }
    told = {ends: _DOUBLE.match(cell) for ends, cell in cells.items() if not is_empty(cell) and not is_gap(cell)}
    if legend is None or not told or not all(told.values()):
        return False
    values = {
        ends: {legend[0]: float(match["one"]), legend[1]: float(match["two"])} for ends, match in told.items() if match
    }
    data.links.append(Links(values, grid.words, grid.place, False))
    return True


def _take_bare(sheet: Sheet, data: Data) -> bool:
    """Rows of numbers without heads, perhaps without labels: what they are called is said elsewhere."""
    cells = [list(row[1:]) for row in sheet.rows]
    if not all(amount_of(cell) is not None or is_gap(cell) or is_empty(cell) for row in cells for cell in row):
        return False
    labels = tuple(label_of(row[0]) for row in sheet.rows) if all(row[0].strip() for row in sheet.rows) else ()
    if len(set(labels)) < len(labels):
        return False
    rows = tuple(tuple(amount.value if (amount := amount_of(cell)) else None for cell in row) for row in cells)
    data.bare.append(Bare(labels, rows, sheet.intro, (sheet.start, sheet.end)))
    return True


def _all_amounts(grid: _Grid) -> bool:
    cells = [cell for row in grid.cells for cell in row]
    return all(amount_of(cell) is not None or is_gap(cell) or is_empty(cell) for cell in cells)


def _take_grid(grid: _Grid, data: Data) -> bool:
    edge_rows = [at for at, row in enumerate(grid.rows) if role_of(row)]
    edge_heads = [at for at, head in enumerate(grid.heads) if role_of(head)]
    edge_rows, edge_heads = _blank_corner(grid, edge_rows, edge_heads)
    rows = [at for at in range(len(grid.rows)) if at not in edge_rows]
    heads = [at for at in range(len(grid.heads)) if at not in edge_heads]
    if not rows or not (heads or edge_heads):
        rows, edge_rows = (rows, edge_rows) if rows else ([], edge_rows)
    if len(heads) == 1 and not edge_rows:  # one column, whatever it is called
        edge_heads, heads = sorted([*edge_heads, *heads]), []
    if not heads and not edge_heads:
        return False
    for at in edge_heads:
        _take_column(grid, [(grid.rows[row], grid.cells[row][at]) for row in rows], grid.heads[at], data)
    for at in edge_rows:
        _take_column(grid, [(grid.heads[head], grid.cells[at][head]) for head in heads], grid.rows[at], data)
    if heads and rows:
        data.matrices.append(_matrix(grid, rows, heads))
    return True


def _blank_corner(grid: _Grid, rows: list[int], heads: list[int]) -> tuple[list[int], list[int]]:
    """A row of needs that is blank in the last column stands beside a column of supplies, and the other way round."""
    last_row, last = len(grid.rows) - 1, len(grid.heads) - 1
    if last_row < 1 or last < 1 or not is_empty(grid.cells[last_row][last]):
        return rows, heads
    if rows == [last_row] and not heads and not any(is_empty(cell) for cell in grid.cells[last_row][:last]):
        return rows, [last]
    if heads == [last] and not rows and not any(is_empty(row[last]) for row in grid.cells[:last_row]):
        return [last_row], heads
    return rows, heads


def _take_column(grid: _Grid, cells: Sequence[tuple[str, str]], words: str, data: Data) -> None:
    amounts = {label: amount for label, cell in cells if (amount := amount_of(cell)) is not None}
    if not amounts:
        return
    units = {amount.unit for amount in amounts.values() if amount.unit}
    values = {label: amount.value for label, amount in amounts.items()}
    if len(values) < len(cells):
        data.strange.append(f"“{words}” is missing for {next(label for label, _ in cells if label not in values)}.")
    near = f"{grid.corner} {grid.words}" if not role_of(words) else ""
    data.columns.append(Column(words, values, grid.place, next(iter(units), ""), near))


def _matrix(grid: _Grid, rows: Sequence[int], heads: Sequence[int]) -> Matrix:
    values: dict[Ends, float] = {}
    units = []
    for row in rows:
        for head in heads:
            amount = amount_of(grid.cells[row][head])
            if amount is not None:
                values[grid.rows[row], grid.heads[head]] = amount.value
                units.append(amount.unit)
    unit = units[0] if units and len(set(units)) == 1 else ""
    labels = tuple(grid.rows[row] for row in rows), tuple(grid.heads[head] for head in heads)
    return Matrix(*labels, values, f"{grid.corner} {grid.words}", grid.place, unit)


def _ends(sheet: Sheet) -> tuple[int, ...] | None:
    """The one or two columns that name a link."""
    words, width = load("nets")["data"], len(sheet.heads)
    low = [" ".join(re.sub(r"[_\W]+", " ", head.lower()).split()) for head in sheet.heads]
    if width < 2:
        return None
    tails = [at for at in range(width) if low[at] in words["tails"]]
    after = [at for at in range(width) if low[at] in words["heads"] and at not in tails]
    lettered = tails and after and min(len(low[tails[0]]), len(low[after[0]])) == 1
    if width > 2 and tails and after and after[0] == tails[0] + 1 and tails[0] < 2 and not (lettered and width != 3):
        return (tails[0], after[0])
    worded = [at for at in range(width) if all(amount_of(row[at]) is None and row[at].strip() for row in sheet.rows)]
    if width > 2 and worded == [0, 1] and not any(is_gap(row[1]) for row in sheet.rows):
        return (0, 1)
    names = [row[0] for row in sheet.rows]
    return (0,) if all(edge_of(name, _halves(names)) for name in names) else None


def _halves(names: Sequence[str]) -> set[str]:
    """Places of the labels that have one dash only."""
    found = [edge_of(name) for name in names]
    return {end for edge in found if edge for end in (edge.tail, edge.head)}


def _take_links(sheet: Sheet, ends: tuple[int, ...], data: Data) -> bool:
    known = _halves([row[0] for row in sheet.rows])
    values: dict[Ends, dict[str, float]] = {}
    twice, ways = [], []
    for row in sheet.rows:
        edge = edge_of(row[0], known) if len(ends) == 1 else None
        pair = (edge.tail, edge.head) if edge else (label_of(row[ends[0]]), label_of(row[ends[1]]))
        ways.append(edge.two_way if edge else None)
        numbers: dict[str, float] = {}
        for head, cell in list(zip(sheet.heads, row, strict=True))[ends[-1] + 1 :]:
            amount = amount_of(cell)
            if amount is None:
                if not is_gap(cell) and not is_empty(cell):
                    return False
                continue
            numbers[head] = amount.value
        twice += [pair] if pair in values else []
        values[pair] = numbers
    if _unnamed_columns(sheet, ends):
        return False
    two_way = True if all(way is True for way in ways) else False if any(way is False for way in ways) else None
    data.links.append(
        Links(
            values,
            sheet.intro,
            (sheet.start, sheet.end),
            two_way,
            tuple(twice),
            len(ends) == 2 and bool(sheet.heads[0]),
        )
    )
    return True


def _unnamed_columns(sheet: Sheet, ends: tuple[int, ...]) -> bool:
    """Whether several columns of numbers have no name that tells them apart."""
    rest = sheet.heads[ends[-1] + 1 :]
    return len(rest) > 1 and (len(set(rest)) < len(rest) or sum(not role_in(head) for head in rest) > 1)
