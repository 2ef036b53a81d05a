"""Uploaded tables as blocks: a row is a record, a column of numbers an attribute, columns named after places a matrix.

A block of a table has no place in the text: its start is negative and leads to the table that its numbers come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from copilot.drafting.base import Cell as Value
from copilot.drafting.base import Table
from copilot.drafting.builtin.families.blocks import Block, Record
from copilot.drafting.builtin.families.cells import Cell
from copilot.drafting.builtin.families.records import Layout
from copilot.drafting.builtin.words import load, stem

_NUMBERED = re.compile(r"(?P<what>[^\W\d]+)[ _]?(?P<number>\d+)")
_UNIT = re.compile(r"\s*[\[(](?P<unit>[^\])]+)[\])]\s*$")
MOST_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which columns name a row, which are attributes, and which are places or periods of a matrix."""

    names: tuple[str, ...]
    attributes: tuple[str, ...]
    matrix: tuple[str, ...]
    words: tuple[str, ...]


def with_tables(layout: Layout, tables: Sequence[Table]) -> Layout:
    """The layout with the blocks of the tables behind those of the text; none of a table too large or without names."""
    usable = [table for table in tables if 0 < table.row_count <= MOST_ROWS]
    shapes = [(table, _shape(table, usable)) for table in usable]
    blocks: list[Block] = []
    sources: dict[int, tuple[str, Mapping[str, tuple[float, ...]]]] = {}
    for order, (table, shape) in enumerate(shapes, start=1):
        if shape is None:
            continue
        sources[-order] = (table.name, {name: _values(table, name) for name in shape.attributes})
        for columns in (shape.attributes, shape.matrix):
            if columns:
                blocks.append(_block(table, shape, columns, -order))
    return replace(layout, blocks=(*layout.blocks, *blocks), sources=sources)


def _block(table: Table, shape: _Shape, columns: Sequence[str], place: int) -> Block:
    records = []
    for row in range(table.row_count):
        label = " → ".join(_label(table.columns[name][row]) for name in shape.names)
        cells = tuple(_cells(table, columns, row))
        text = next((str(table.columns[name][row]) for name in shape.words if table.columns[name][row]), "")
        records.append(Record(label, place, place, cells, loose=text if columns is shape.attributes else ""))
    intro = re.sub(r"[_\W]+", " ", table.name.rpartition(".")[0] or table.name)
    return Block(tuple(records), intro, place, place)


def _cells(table: Table, columns: Sequence[str], row: int) -> Iterable[Cell]:
    for name in columns:
        value = table.columns[name][row]
        if isinstance(value, int | float) and not isinstance(value, bool):
            unit = _UNIT.search(name)
            plain = _UNIT.sub("", name).replace("_", " ").strip().lower()
            yield Cell(plain, float(value), unit["unit"] if unit else "", -1, -1)


def _shape(table: Table, tables: Sequence[Table]) -> _Shape | None:
    """How the columns are used; None where nothing names the rows."""
    columns = list(table.columns)
    numbers = [name for name in columns if _is_numeric(table, name)]
    texts = [name for name in columns if name not in numbers and any(cell is not None for cell in table.columns[name])]
    ends = _ends(columns)
    if ends:
        names: tuple[str, ...] = ends
    elif texts and len(set(table.columns[texts[0]])) == table.row_count:
        names = (texts[0],)
    elif numbers and stem(numbers[0]) in _periods() and len(set(table.columns[numbers[0]])) == table.row_count:
        names = (numbers[0],)
    else:
        return None
    places = {_label(cell).lower() for other in tables for name in other.columns for cell in other.columns[name]}
    rest = [name for name in numbers if name not in names]
    matrix = [name for name in rest if name.lower() in places]
    numbered = [name for name in rest if _NUMBERED.fullmatch(name)]
    if len(matrix) < 2:
        matrix = numbered if len({_NUMBERED.fullmatch(n)["what"] for n in numbered}) == 1 and len(numbered) > 1 else []  # type: ignore[index]
    if len(matrix) < 2 and _starts(names[0]) and len(rest) > 1:
        matrix = rest
    attributes = tuple(name for name in rest if name not in matrix)
    return _Shape(names, attributes, tuple(matrix), tuple(name for name in texts if name not in names))


def _ends(columns: Sequence[str]) -> tuple[str, str] | None:
    """The two columns that say where an arc leads from and to."""
    words = load("families")["table"]
    low = {re.sub(r"[_\W]+", " ", name).strip().lower(): name for name in columns}
    tail = next((low[word] for word in words["from"] if word in low), None)
    head = next((low[word] for word in words["to"] if word in low), None)
    return (tail, head) if tail and head else None


def _starts(name: str) -> bool:
    return name.strip().lower() in load("families")["table"]["from"]


def _periods() -> set[str]:
    return {stem(word) for word in load("families")["table"]["periods"]}


def _is_numeric(table: Table, column: str) -> bool:
    cells = [cell for cell in table.columns[column] if cell is not None]
    return bool(cells) and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells)


def _values(table: Table, column: str) -> tuple[float, ...]:
    return tuple(float(cell) for cell in table.columns[column] if isinstance(cell, int | float))


def _label(cell: Value) -> str:
    return cell.strip() if isinstance(cell, str) else f"{cell:.15g}" if isinstance(cell, int | float) else ""
