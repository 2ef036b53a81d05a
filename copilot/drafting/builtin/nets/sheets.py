"""Finds tables in a text: between pipes, with commas, semicolons or tabs, or in columns aligned by spaces."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.nets.amounts import amount_of, is_empty, is_gap

_RULE = re.compile(r"^[\s|:+=\-–]*[-=–]{2,}[\s|:+=\-–]*$|^\s*\|(?:\s*:?-+:?\s*\|)+\s*$")
_WIDE = re.compile(r"\S+(?: \S+)*")
_TOKEN = re.compile(r"\S+")
_NUMBERED = re.compile(r"[^\W\d]+ (?:\d+|[A-Z])(?!\w)")
_BARE = re.compile(r"^\s*(?P<label>[^\W\d]\D*?|\w+)(?:\s+(?:[$€£]?\d[\d,]*(?:\.\d+)?|-|–|—|x|inf|n/a))+\s*$")
_BULLET = re.compile(r"^\s*(?:[*•‣▪◦–—-]|\d{1,2}[.)])\s+")
_CROWDED = re.compile(r"\d\s+\d+(?:\s|$)")
_LONGEST = 40
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """One cell: its words and where they begin and end in the line."""

    text: str
    start: int
    end: int


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
    for cut in _CUTS:
        piped = cut is _by_pipes
        run = _run(lines, at, cut, piped=piped)
        used = len(run)
        rows = [(line, cut(line.text)) for line in run if not _RULE.match(line.text)]
        if len(rows) < _FEWEST or not rows[0][1]:
            continue
        if cut is _by_colon and not _is_grid([len(cells) for _, cells in rows]):
            continue
        if cut is _by_ends and not _joins([cells for _, cells in rows]):
            continue
        if cut is not _by_pipes and any(":" in cell.text for cell in rows[0][1][:2]) or _tells(rows[0][1]):
            continue
        if piped and all(_CROWDED.search(cells[0].text) for _, cells in rows[1:]):
            continue
        table = _table(rows, piped=piped)
        if table is not None:
            heads, body = table
            return Sheet(heads, body, intro_of(text, run[0].start), run[0].start, run[-1].end), used
    return None, 1


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
        if len(pieces) < 2 or (not piped and run and not _is_row(pieces)) or (not piped and not run and _is_said(line)):
            break
        run.append(line)
    while run and _RULE.match(run[-1].text):
        run.pop()
    return run


def _is_said(line: _Line) -> bool:
    """Whether a line is a sentence and no line of heads."""
    bare = line.text.rstrip()
    return bare.endswith((".", "?", "!")) or (bare.endswith(":") and " " in bare.strip())


def _is_row(pieces: Sequence[Piece]) -> bool:
    """A label, then amounts, gaps and blanks; one or two cells of words may stand among them."""
    cells = [piece.text for piece in pieces]
    if any(len(cell) > _LONGEST or cell.endswith((".", "?", ":")) for cell in cells):
        return False
    told = [amount_of(cell) is not None for cell in cells[1:]]
    worded = [cell for cell in cells[1:] if amount_of(cell) is None and not is_gap(cell) and not is_empty(cell)]
    return any(told) and len(worded) <= 2 - (len(cells) < 3)


def _table(
    rows: Sequence[tuple[_Line, list[Piece]]], *, piped: bool
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]] | None:
    heads, body = rows[0][1], [pieces for _, pieces in rows[1:]]
    if any(len(piece.text) > _LONGEST and not piped for piece in heads) or not body:
        return None
    if not piped and sum(1 for row in body if _is_row(row)) < len(body):
        return None
    names = [piece.text.rpartition(": ")[2] for piece in heads]
    if not any([names[0], *(row[0].text for row in body)]) and len(names) == len(body[0]) - 1 and _count_up(names[1:]):
        return tuple(["", *names[1:]]), tuple(tuple(piece.text for piece in row[1:]) for row in body)
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
    steps = {b - a for a, b in zip(widths, widths[1:], strict=False)}
    return max(widths) > 2 and steps <= {0} or (len(widths) > 2 and steps in ({1}, {-1}))


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


def _by_pipes(line: str) -> list[Piece]:
    if "|" not in line:
        return []
    inside = line.strip().removeprefix("|").removesuffix("|")
    return [Piece(cell.strip().strip("*`").strip(), -1, -1) for cell in inside.split("|")]


def _by(mark: str) -> Callable[[str], list[Piece]]:
    def cut(line: str) -> list[Piece]:
        if mark not in line:
            return []
        return [Piece(cell.strip().strip('"'), -1, -1) for cell in _BULLET.sub("", line.strip(" ")).split(mark)]

    return cut


def _by_space(line: str) -> list[Piece]:
    """Cells that two spaces part, or single ones where a line is a label and bare numbers, or heads of one word."""
    line = line.replace("|", " ")
    pieces = [one for match in _WIDE.finditer(line) for one in _numbers_apart(match)]
    if len(pieces) > 2 or (len(pieces) == 2 and amount_of(pieces[1].text)):
        return pieces
    bare = _BARE.match(line)
    if bare:
        label = Piece(bare["label"], *bare.span("label"))
        rest = [match for match in _TOKEN.finditer(line, bare.end("label"))]
        return [label, *(Piece(match.group(), *match.span()) for match in rest)]
    numbered = _NUMBERED.finditer(line) if _NUMBERED.match(line) else _TOKEN.finditer(line)
    heads = [Piece(match.group(), *match.span()) for match in numbered]
    short = len(heads) > 1 and all(len(head.text) < 16 and not head.text.endswith((",", ";")) for head in heads)
    return heads if short else pieces


def _numbers_apart(match: re.Match[str]) -> list[Piece]:
    """ "2.0 3.1 4.2" are three cells."""
    tokens = [Piece(one.group(), match.start() + one.start(), match.start() + one.end()) for one in _TOKEN.finditer(match.group())]
    bare = len(tokens) > 1 and all(amount_of(token.text) is not None for token in tokens)
    return tokens if bare else [Piece(match.group(), *match.span())]


def _by_ends(line: str) -> list[Piece]:
    """ "dock hall 5": two places and a number or two."""
    tokens = line.split()
    if not 3 <= len(tokens) <= 4 or any(len(token) > 16 or token[-1] in ",;:." for token in tokens):
        return []
    return [Piece(token, -1, -1) for token in tokens]


def _joins(rows: Sequence[list[Piece]]) -> bool:
    """Whether rows are links: some place is the end of one and the start of another."""
    body = [row for row in rows if amount_of(row[2].text) is not None]
    worded = all(amount_of(cell.text) is None or cell.text.isdigit() for row in body for cell in row[:2])
    return worded and len(body) >= len(rows) - 1 and bool({row[0].text for row in body} & {row[1].text for row in body})


def _by_colon(line: str) -> list[Piece]:
    """ "Ana: 6 / 9 / 4": a label and what follows it, in one kind of mark."""
    label, colon, rest = line.partition(":")
    if not colon or len(label) > _LONGEST or not rest.strip():
        return []
    mark = next((mark for mark in ("/", ";", ",", "|") if mark in rest), None)
    cells = rest.rstrip(" .").split(mark) if mark else rest.rstrip(" .").split()
    return [Piece(cell.strip(), -1, -1) for cell in (_BULLET.sub("", label), *cells)]


def _by_brackets(line: str) -> list[Piece]:
    """ "[ 12 20 15 ]": bare numbers, with or without brackets, and no label."""
    bare = line.strip().strip("[](),;{}").strip()
    cells = [cell for cell in re.split(r"[\s,;]+", bare) if cell]
    numbers = all(amount_of(cell) is not None or is_gap(cell) for cell in cells)
    return [Piece(cell, -1, -1) for cell in ("", *cells)] if cells and numbers else []


_CUTS: tuple[Callable[[str], list[Piece]], ...] = (
    _by_pipes, _by("\t"), _by_brackets, _by_colon, _by(";"), _by(","), _by_ends, _by_space,
)
