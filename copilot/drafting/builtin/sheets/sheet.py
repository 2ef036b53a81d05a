"""A sheet: rows and columns with names, and the places of the text that they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from copilot.drafting.builtin.sheets.cells import Cell
from copilot.drafting.builtin.words import load, stem

_BARE = r"[$€£%]|kg|g|mg|t|tons|h|hrs|hours|min|minutes|m|cm|mm|km|m2|m3|l|ml|kcal|MB|GB|TB|kW|MWh|litres|liters|kilos"
_UNIT = re.compile(rf"\s*(?:[\[(](?P<unit>[^\])]*)[\])]|,\s*(?P<bare>{_BARE})|(?<!per)(?<!/)\s+(?P<sign>{_BARE}))\s*$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in small letters without its unit, and a cell for each row."""

    name: str
    unit: str
    cells: tuple[Cell, ...]
    head: str = ""

    @property
    def numeric(self) -> bool:
        """Whether every row has a number."""
        return bool(self.cells) and all(cell.value is not None for cell in self.cells)

    @property
    def values(self) -> tuple[float, ...]:
        """The numbers; only of a numeric column."""
        return tuple(cell.value for cell in self.cells if cell.value is not None)

    @property
    def stems(self) -> frozenset[str]:
        """Stems of the words of its name, without what it is per."""
        return stems_of(re.split(r"\s(?:per|/|a)\s", self.name)[0])


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows named by `labels`; `corner` is the head above them, `intro` the sentence before the sheet."""

    corner: str
    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    start: int
    end: int
    intro: str = ""
    listed: bool = False

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in the text."""
        return self.start, self.end

    def turned(self) -> Sheet:
        """Rows as columns and columns as rows."""
        heads = tuple(column.head or column.name for column in self.columns)
        columns = []
        for at, label in enumerate(self.labels):
            cells = tuple(column.cells[at] for column in self.columns)
            columns.append(column_of(label, cells))
        return replace(self, corner="", labels=heads, columns=tuple(columns))

    def without_rows(self, rows: Iterable[int]) -> Sheet:
        """The sheet without some rows."""
        gone = set(rows)
        kept = [at for at in range(len(self.labels)) if at not in gone]
        columns = tuple(
            column_of(column.head or column.name, [column.cells[at] for at in kept]) for column in self.columns
        )
        return replace(self, labels=tuple(self.labels[at] for at in kept), columns=columns)

    def without_columns(self, names: Iterable[str]) -> Sheet:
        """The sheet without some columns."""
        gone = set(names)
        return replace(self, columns=tuple(column for column in self.columns if column.name not in gone))

    def column(self, name: str) -> Column:
        """The column of a name."""
        return next(column for column in self.columns if column.name == name)


def column_of(head: str, cells: Sequence[Cell]) -> Column:
    """A column from its head, which may end with its unit, and its cells, which may all have one."""
    name, unit = named(head)
    units = {cell.unit for cell in cells if cell.value is not None}
    if unit.startswith("%") and "%" not in units:
        cells = [replace(c, value=c.value / 100, unit="%") if c.value is not None else c for c in cells]
    if not unit and len(units) == 1:
        unit = units.pop()
    return Column(name, unit, tuple(cells), head)


def named(head: str) -> tuple[str, str]:
    """(name in small letters, unit) of a head: "Weight (kg)"."""
    bare = head.strip(" *_`:")
    match = _UNIT.search(bare)
    unit = ""
    if match and match.start() > 0:
        unit = (match["unit"] or match["bare"] or match["sign"] or "").strip()
        bare = bare[: match.start()]
    money = re.match(r"[$€£¥]", bare)
    if money:
        unit, bare = unit or money.group(), f"price {bare[1:].replace('/', 'per ', 1)}"
    bare = re.sub(r"\s*/\s*(?=[a-z]+$)", " per ", bare, flags=re.IGNORECASE)
    return re.sub(r"[\s_]+", " ", bare).strip().lower(), unit


def stems_of(words: str) -> frozenset[str]:
    """Stems of the words of a phrase, and its numbers."""
    return frozenset(stem(word) for word in re.findall(r"[^\W\d_]+|\d+(?:\.\d+)?", words))


def units_of(words: str) -> frozenset[str]:
    """Stems of the units in a phrase, in their full names."""
    full = load("sheets")["units"]
    found = re.findall(r"[^\W\d_]+(?:[²³]|[23]\b)?|[$€£¥%]", words.split("/")[0].split(" per ")[0])
    return frozenset(stem(full.get(word.lower(), word)) for word in found)
