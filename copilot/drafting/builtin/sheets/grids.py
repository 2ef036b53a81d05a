"""Tables in a text: between pipes, or lines of values apart by tabs, semicolons, commas or wide gaps."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from copilot.drafting.builtin.sheets.cells import cell_of
from copilot.drafting.builtin.sheets.sheet import Sheet, column_of
from copilot.drafting.builtin.words import load

_RULE = re.compile(r"^[\s|:+=\-–—]*[-–—=]{2,}[\s|:+=\-–—]*$")
_BULLET = re.compile(r"\s*(?:[-*•‣▪–—]\s|\d{1,2}[.)]\s)")
_GAP = re.compile(r"\s{2,}|\t+")
_LABELLED = re.compile(r"([^:]{1,30}):\s*(\S.*)")
_LONGEST_CELL = 60
_FEWEST_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    start: int
    end: int


@lru_cache(maxsize=8)  # every kind of problem looks at the same text
def grids_of(text: str) -> tuple[Sheet, ...]:
    """All tables of a text, in order."""
    lines, at = [], 0
    for raw in text.split("\n"):
        lines.append(_Line(raw.rstrip("\r"), at, at + len(raw)))
        at += len(raw) + 1
    found: list[Sheet] = []
    spot = 0
    while spot < len(lines):
        taken = next(
            (grid for mark in ("|", " / ", "\t", ";", ",", "  ", " ") if (grid := _run(lines, spot, mark))), None
        )
        if taken is None:
            spot += 1
            continue
        rows, spot = taken
        sheet = _sheet([cells for _, cells in rows], rows[0][0].start, rows[-1][0].end)
        if sheet is not None:
            found.append(sheet)
    return tuple(found)


def _run(lines: Sequence[_Line], spot: int, mark: str) -> tuple[list[tuple[_Line, list[str]]], int] | None:
    """The rows with one mark from a line on, and the line behind them; None where they are no table."""
    rows: list[tuple[_Line, list[str]]] = []
    at = spot
    while at < len(lines):
        line = lines[at]
        ruled = _RULE.match(line.text) is not None and bool(line.text.strip())
        if ruled and (rows or mark == "|"):
            at += 1
            continue
        cells = _cut(line.text, mark)
        if cells is None or (
            rows and mark != "|" and len(cells) != len(rows[-1][1]) and not _lacks_corner(rows, cells)
        ):
            break
        rows.append((line, cells))
        at += 1
    if len(rows) < 2 or not _is_table([cells for _, cells in rows], mark):
        return None
    return rows, at


def _lacks_corner(rows: Sequence[tuple[_Line, list[str]]], cells: Sequence[str]) -> bool:
    """Whether the second line has one more cell than the first, which names the columns alone."""
    return len(rows) == 1 and len(cells) == len(rows[0][1]) + 1 and cell_of(cells[0]).value is None


def _cut(line: str, mark: str) -> list[str] | None:
    """The cells of a line; None where it is no row."""
    bare = line.strip()
    if not bare:
        return None
    if mark == "|":
        if "|" not in bare:
            return None
        first, *others = [cell.strip() for cell in bare.removeprefix("|").removesuffix("|").split("|")]
        label = _LABELLED.fullmatch(first)
        return [label[1], label[2], *others] if label and not bare.startswith("|") else [first, *others]
    if _BULLET.match(line) or "|" in bare:
        return None
    if mark in ("\t", ";", " / "):
        cells = bare.split(mark)
        label = _LABELLED.fullmatch(cells[0]) if mark == " / " and len(cells) > 1 else None
        cells = [label[1], label[2], *cells[1:]] if label else cells
    elif mark == ",":
        cells = next(csv.reader([bare], skipinitialspace=True))
    elif mark == "  ":
        cells = _GAP.split(bare)
    else:
        return _spaced(bare)
    cells = [cell.strip() for cell in cells]
    if len(cells) < _FEWEST_COLUMNS or any(len(c) > _LONGEST_CELL or c.endswith((".", "?", "!")) for c in cells):
        return None
    return cells


def _spaced(bare: str) -> list[str] | None:
    """ "Tent 60 12": words, then numbers, all one space apart."""
    label, colon, rest = bare.partition(":")
    parts = [label, *rest.split()] if colon and rest.strip() and not re.search(r"[^\W\d]{3}", rest) else bare.split()
    if bare.endswith((".", "?", "!", ":", ",")) or len(parts) < _FEWEST_COLUMNS + 1 or len(parts) > 16:
        return None
    return parts


def _is_table(rows: Sequence[Sequence[str]], mark: str) -> bool:
    """Whether the lines below the first hold numbers or crosses, and the first names them."""
    if mark != "|" and not _is_head(rows[0]):
        return False
    body = [cell for row in rows[1:] for cell in row[1:]]
    crosses = load("sheets")["cells"]
    numbers = sum(cell_of(c).value is not None or c in crosses["yes"] or c in crosses["no"] for c in body)
    if mark == "|":
        return len(rows[0]) >= _FEWEST_COLUMNS and not _is_row(rows[0], rows[1])
    if mark == " " and (any(cell_of(cell).value is not None for cell in rows[0][1:]) or numbers < len(body)):
        return False
    if any(cell_of(row[0]).value is None and re.search(r"\s(?:is|are|has|can|must|and)\s", row[0]) for row in rows[1:]):
        return False
    return bool(body) and numbers >= 0.5 * len(body) and (len(rows) > 2 or len(rows[0]) > 3)


def _is_head(row: Sequence[str]) -> bool:
    """Whether a line names columns: no facts such as "30 g protein", but numbers of periods may stand there."""
    cells = [cell_of(name) for name in row[1:]]
    counted = [cell.value for cell in cells if cell.value is not None]
    ascending = all(one < other for one, other in itertools.pairwise(counted))
    return ":" not in row[0][:-1] and ascending and not any(cell.value is not None and cell.unit for cell in cells)


def _is_row(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether the first line is one like the second, with an amount and its unit: a table without a head."""
    pairs = [(cell_of(one), cell_of(other)) for one, other in zip(first[1:], second[1:], strict=False)]
    return any(a.value is not None and b.value is not None and a.unit and a.unit == b.unit for a, b in pairs)


def _sheet(rows: Sequence[Sequence[str]], start: int, end: int) -> Sheet | None:
    """The sheet of a head and its rows; None where a row is longer than the head or a name is missing or twice."""
    width = max(len(row) for row in rows)
    head, *body = [[*row, *[""] * (width - len(row))] for row in rows]
    if len(rows[0]) == width - 1 and rows[0][0]:  # the corner is left out
        head = ["", *rows[0]]
    names = [name.strip(" *`_") for name in head]
    if any(not name for name in names[1:]) or len({name.lower() for name in names[1:]}) < width - 1:
        return None
    labels = [row[0].strip(" *`_") for row in body]
    if len(set(labels)) < len(labels) or not all(labels) or not body:
        return None
    columns = [column_of(name, [cell_of(row[at]) for row in body]) for at, name in enumerate(names) if at]
    return Sheet(names[0], tuple(labels), tuple(columns), start, end)


def blanked(text: str, sheets: Sequence[Sheet]) -> str:
    """The text with blanks where its sheets stand; each of their lines ends a sentence."""
    rest = list(text)
    for sheet in sheets:
        rest[sheet.start : sheet.end] = ["." if sign == "\n" else " " for sign in text[sheet.start : sheet.end]]
        if sheet.end < len(rest) and rest[sheet.end] == "\n":
            rest[sheet.end - 1] = "."
    return "".join(rest)


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """(start, line) of each line."""
    at = 0
    for raw in text.split("\n"):
        yield at, raw
        at += len(raw) + 1
