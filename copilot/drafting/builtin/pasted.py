"""Tables pasted into a message, between pipes or as lines of values, taken out as tables of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.drafting.base import Cell, Table
from copilot.drafting.builtin.edges import without_limits
from copilot.drafting.builtin.tablewords import Wish
from copilot.drafting.builtin.words import load
from copilot.drafting.formulation import Formulation, Span

_RULE = re.compile(r"^[\s|:+=-]*-[\s|:+=-]*$")
_NUMBER = re.compile(r"^[$€£¥]?\s?-?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?\s?%?$")
_LONGEST_CELL = 40
_FEWEST_LINES = 3
_MARKS = ("|", "\t", ";", ",")
_NAME = "pasted table"


@dataclass(frozen=True, slots=True)
class Pasted:
    """The text with blanks where its tables stood, the tables, and where they stood."""

    text: str
    tables: tuple[Table, ...]
    spans: tuple[Span, ...]
    limits: tuple[Wish, ...] = ()

    def told(self, formulation: Formulation) -> Formulation:
        """The formulation with its numbers traced to the text that the tables stood in."""
        return formulation.model_copy(
            update={
                "parameters": tuple(
                    item.model_copy(update={"source": "text", "spans": item.spans or self.spans})
                    if item.source.startswith("table:")
                    else item
                    for item in formulation.parameters
                )
            }
        )


def taken_out(text: str) -> Pasted | None:
    """The tables of a text apart from its sentences; None where it has none, or one that is not even."""
    spans: list[Span] = []
    tables: list[Table] = []
    rest = text
    for start, end, rows in _blocks(text):
        parts = [_table(part, f"{title} {len(tables) + 1}") for title, part in _parts(rows)]
        if None in parts:
            return None
        tables += [part for part in parts if part is not None]
        spans.append(Span(start=start, end=end))
        rest = rest[:start] + re.sub(r"[^\n]", " ", rest[start:end]) + rest[end:]
    if len(tables) != 1:
        return Pasted(rest, tuple(tables), tuple(spans)) if tables else None
    table, limits = without_limits(tables[0], spans[0])
    return Pasted(rest, (table,), tuple(spans), limits)


def _blocks(text: str) -> Iterator[tuple[int, int, list[list[str]]]]:
    """(start, end, cells of each line) of runs of lines with the same mark and the same number of cells."""
    mark, rows, start, place = "", list[list[str]](), 0, 0
    for line in (*text.splitlines(keepends=True), ""):
        cells, own = _cells(line)
        if mark and (own != mark or (cells and len(cells) != len(rows[0]))):
            if len(rows) >= _FEWEST_LINES:
                yield start, place, rows
            mark, rows = "", []
        if own and not mark:
            mark, start = own, place
        if cells:
            rows.append(cells)
        place += len(line)


def _cells(line: str) -> tuple[list[str], str]:
    """The cells of a line and the mark between them; a ruling line has a mark and no cells."""
    bare = line.strip()
    mark = next((mark for mark in _MARKS if mark in bare), "")
    if mark == "|":
        if _RULE.match(bare):
            return [], mark
        inside = bare.removeprefix("|").removesuffix("|")
        return [cell.strip(" *`") for cell in inside.split("|")], mark
    cells = [cell.strip() for cell in bare.split(mark)] if mark else []
    if len(cells) < 2 or any(len(cell) > _LONGEST_CELL or cell.endswith((".", "?", ":")) for cell in cells):
        return [], ""
    return cells, mark


def _parts(rows: list[list[str]]) -> Iterator[tuple[str, list[list[str]]]]:
    """A matrix of costs with what each row has at its end and what each column needs below is three tables."""
    words = load("families")["table"]
    has, needs = rows[0][-1], rows[-1][0]
    edged = _says(has, words["supply"]) and _says(needs, words["demand"]) and len(rows[0]) > 2
    if not edged or _number(rows[-1][-1]) is not None:
        yield _NAME, rows
        return
    yield _NAME, [["from", *rows[0][1:-1]], *(row[:-1] for row in rows[1:-1])]
    yield has, [["name", has], *([row[0], row[-1]] for row in rows[1:-1])]
    yield needs, [["name", needs], *([head, need] for head, need in zip(rows[0][1:-1], rows[-1][1:-1], strict=True))]


def _says(label: str, words: Sequence[str]) -> bool:
    return any(word in words for word in re.findall(r"[^\W\d_]+", label.lower()))


def _table(rows: Sequence[Sequence[str]], name: str) -> Table | None:
    """The table of a header and its lines; None where the header has numbers or holes, or a line has no number."""
    header, lines = rows[0], rows[1:]
    heads = [head or ("name" if at == 0 else "") for at, head in enumerate(header)]
    if not all(heads) or len(set(heads)) < len(heads) or any(_number(head) is not None for head in heads[1:]):
        return None
    if any(all(_number(cell) is None for cell in line) for line in lines):
        return None
    return Table(name, {head: [_value(line[at]) for line in lines] for at, head in enumerate(heads)})


def _value(cell: str) -> Cell:
    number = _number(cell)
    if number is None:
        return cell or None
    return int(number) if number == int(number) and "." not in cell and "%" not in cell else number


def _number(cell: str) -> float | None:
    digits = cell.strip("$€£¥% ").replace(",", "")
    if not digits or not _NUMBER.match(cell) or not digits.strip("-."):
        return None
    return float(digits) / (100 if cell.endswith("%") else 1)
