"""Finds tables in a text: between pipes, with commas, semicolons or tabs, or in columns aligned by spaces."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.nets.amounts import amount_of, is_empty, is_gap
from copilot.drafting.builtin.nets.cuts import CUTS, LONGEST, Piece, by_colon, by_ends, by_pipes

_RULE = re.compile(r"^[\s|:+=\-–]*[-=–]{2,}[\s|:+=\-–]*$|^\s*\|(?:\s*:?-+:?\s*\|)+\s*$")
_CROWDED = re.compile(r"\d\s+\d+(?:\s|$)")
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the heads of its columns, the rows below, the words above it, and its place."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    intro: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    start: int
    end: int


def sheets_of(text: str) -> list[Sheet]:
    """The tables of a text in order; a table has a line of heads and a row or more below."""
    lines = _lines(text)
    found: list[Sheet] = []
    at = 0
    while at < len(lines):
        sheet, used = _sheet_at(lines, at, text)
        if sheet is not None:
            found.append(sheet)
        at += max(used, 1)
    return found


def _lines(text: str) -> list[_Line]:
    found, start = [], 0
    for raw in text.split("\n"):
        found.append(_Line(raw, start, start + len(raw)))
        start += len(raw) + 1
    return found


def _sheet_at(lines: Sequence[_Line], at: int, text: str) -> tuple[Sheet | None, int]:
    """(the table that begins with a line, how many lines it takes)."""
    for cut in CUTS:
        piped = cut is by_pipes
        run = _run(lines, at, cut, piped=piped)
        used = len(run)
        rows = [(line, cut(line.text)) for line in run if not _RULE.match(line.text)]
        if len(rows) < _FEWEST or not rows[0][1]:
            continue
        if cut is by_colon and not _is_grid([len(cells) for _, cells in rows]):
            continue
        if cut is by_ends and not _joins([cells for _, cells in rows]):
            continue
        if (cut is not by_pipes and any(":" in cell.text for cell in rows[0][1][:2])) or _tells(rows[0][1]):
            continue
        if piped and all(_CROWDED.search(cells[0].text) for _, cells in rows[1:]):
            continue
        table = _table(rows, piped=piped)
        if table is not None:
            heads, body = table
            if not any(heads):
                heads = _heads_said(text[: run[0].start], len(heads)) or heads
            return Sheet(heads, body, intro_of(text, run[0].start), run[0].start, run[-1].end), used
    return None, 1


def _heads_said(before: str, width: int) -> tuple[str, ...]:
    """ "Pipelines (from, to, cost, capacity):" names the columns below."""
    for match in reversed(list(re.finditer(r"\(([^()]+)\)", before[-160:]))):
        names = tuple(name.strip() for name in match[1].split(","))
        if len(names) == width and all(names):
            return names
    return ()


def intro_of(text: str, start: int) -> str:
    """The sentence or the heading right above a place."""
    before = text[:start].rstrip()
    cut = max(before.rfind("\n"), before.rfind(". "), before.rfind("? "))
    return " ".join(before[cut + 1 :].strip(" .#*_:").split())


def _run(lines: Sequence[_Line], at: int, cut: Callable[[str], list[Piece]], *, piped: bool) -> list[_Line]:
    """The lines from `at` on that the mark cuts into cells: the first may be heads, the others hold amounts."""
    run: list[_Line] = []
    for line in lines[at:]:
        if _RULE.match(line.text) and run:
            run.append(line)
            continue
        pieces = cut(line.text)
        if (
            len(pieces) < 2
            or (not piped and run and not _is_row(pieces))
            or (not piped and not run and _is_said(line) and not (cut is by_colon and _ends_in_number(line)))
        ):
            break
        run.append(line)
    while run and _RULE.match(run[-1].text):
        run.pop()
    return run


def _is_said(line: _Line) -> bool:
    """Whether a line is a sentence and no line of heads."""
    bare = line.text.rstrip()
    return bare.endswith((".", "?", "!")) or (bare.endswith(":") and " " in bare.strip())


def _ends_in_number(line: _Line) -> bool:
    return re.search(r"\d\s*\.$", line.text.rstrip()) is not None


def _is_row(pieces: Sequence[Piece]) -> bool:
    """A label, then amounts, gaps and blanks; one or two cells of words may stand among them."""
    cells = [piece.text for piece in pieces]
    if any(len(cell) > LONGEST or cell.endswith((".", "?", ":")) for cell in cells):
        return False
    told = [amount_of(cell) is not None for cell in cells[1:]]
    worded = [cell for cell in cells[1:] if amount_of(cell) is None and not is_gap(cell) and not is_empty(cell)]
    return any(told) and len(worded) <= 2 - (len(cells) < 3)


def _table(
    rows: Sequence[tuple[_Line, list[Piece]]], *, piped: bool
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]] | None:
    heads, body = rows[0][1], [pieces for _, pieces in rows[1:]]
    if any(len(piece.text) > LONGEST and not piped for piece in heads) or not body:
        return None
    if not piped and sum(1 for row in body if _is_row(row)) < len(body):
        return None
    names = [piece.text.rpartition(": ")[2] for piece in heads]
    if not any([names[0], *(row[0].text for row in body)]) and len(names) == len(body[0]) - 1 and _count_up(names[1:]):
        return ("", *names[1:]), tuple(tuple(piece.text for piece in row[1:]) for row in body)
    if _looks_like_row(names, [[piece.text for piece in row] for row in body]):
        body = [heads, *body]
        heads = [Piece("", -1, -1)] * max(len(row) for row in body)
        names = [""] * len(heads)
    width = max(len(row) for row in body)
    if len(names) == width - 1:
        names = ["", *names]
        heads = [Piece("", 0, 0), *heads]
    if len(names) < width:
        return None
    if not any(names) and len({len(row) for row in body}) > 1:
        body = [[Piece(piece.text, -1, -1) for piece in row] for row in body]
    cells = [_placed(heads, row, len(names)) for row in body]
    if any(row is None for row in cells):
        return None
    return tuple(names), tuple(tuple(row) for row in cells if row is not None)


def _tells(heads: Sequence[Piece]) -> bool:
    """Whether heads tell amounts: "room3 25", "room4 30" beside rows of other words."""
    cells = [piece.text for piece in heads[1:]]
    return len(cells) > 1 and all(re.search(r"\d \d+$", cell) for cell in cells)


def _is_grid(widths: Sequence[int]) -> bool:
    """Whether rows have one width of two numbers or more, or grow or shrink by one from each to the next."""
    steps = {b - a for a, b in itertools.pairwise(widths)}
    return (max(widths) > 2 and steps <= {0}) or (len(widths) > 2 and steps in ({1}, {-1}))


def _count_up(names: Sequence[str]) -> bool:
    return [amount.value if (amount := amount_of(name)) else None for name in names] == list(range(1, len(names) + 1))


def _looks_like_row(names: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first line holds amounts where the others do, and is no line of numbered heads."""
    numbers = [amount_of(name) for name in names[1:]]
    values = [number.value for number in numbers if number is not None]
    if not values or (len(names) > 2 and len(values) == len(names) - 1 and values == sorted(set(values))):
        return False
    return all((amount_of(a) is None) == (amount_of(b) is None) for a, b in zip(names, body[0], strict=False))


def _placed(heads: Sequence[Piece], row: Sequence[Piece], width: int) -> list[str] | None:
    """The cells of a row below their heads; a row of fewer cells is placed by where they stand in the line."""
    cells = [piece.text for piece in row]
    if len(cells) == width:
        return cells
    if all(piece.start < 0 for piece in row):  # cut by a mark: the missing cells are at the end
        return cells + [""] * (width - len(cells))
    out = [""] * width
    out[0] = cells[0]
    last = 0
    for piece in row[1:]:
        spots = [(_apart(piece, head), at) for at, head in enumerate(heads) if at > last or (at == 1 and last == 0)]
        if not spots:
            return None
        gap, at = min(spots)
        if gap > 4:
            return None
        out[at], last = piece.text, at
    return out


def _apart(piece: Piece, head: Piece) -> int:
    return min(abs(piece.end - head.end), abs(piece.start - head.start))


def _joins(rows: Sequence[list[Piece]]) -> bool:
    """Whether rows are links: some place is the end of one and the start of another."""
    body = [row for row in rows if amount_of(row[2].text) is not None]
    worded = all(amount_of(cell.text) is None or cell.text.isdigit() for row in body for cell in row[:2])
    return worded and len(body) >= len(rows) - 1 and bool({row[0].text for row in body} & {row[1].text for row in body})
