"""A sheet of options: options as rows, and the rows and columns at its edges that say limits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from copilot.drafting.builtin.sheets.problem import phrases
from copilot.drafting.builtin.sheets.sheet import Column, Sheet, stems_of
from copilot.drafting.builtin.words import load, stem
from copilot.drafting.formulation import Relation


@dataclass(frozen=True, slots=True)
class EdgeLimit:
    """A limit on the total of a column, said by a row of the sheet."""

    column: str
    relation: Relation
    value: float
    row: str


_ROOM = re.compile(r"\b(?:floor|yard|stock|market) (?:space|area|room|size)\b")  # what an option takes up


@dataclass(slots=True)
class Frame:
    """Options with their columns of numbers; bounds of single options by column name; other columns are words."""

    sheet: Sheet
    limits: list[EdgeLimit] = field(default_factory=list)
    most: list[Column] = field(default_factory=list)
    least: list[Column] = field(default_factory=list)
    amounts: list[Column] = field(default_factory=list)
    told: list[Column] = field(default_factory=list)

    @property
    def labels(self) -> tuple[str, ...]:
        """The options."""
        return self.sheet.labels


def framed(sheet: Sheet) -> Frame:
    """The sheet with options as rows, its edges read."""
    standing = _turned(sheet)
    rows = {at: relation for at in range(len(standing.labels)) if (relation := _edge_row(standing, at))}
    if len(rows) == len(standing.labels):
        rows = {}
    frame = Frame(standing.without_rows(rows))
    for column in standing.columns:
        for at, relation in rows.items():
            cell = column.cells[at]
            if cell.value is not None:
                frame.limits.append(EdgeLimit(column.name, cell.relation or relation, cell.value, standing.labels[at]))
    for column in frame.sheet.columns:
        relation = _bound(column)
        if re.search(r"\bif\b", column.name):
            frame.told.append(column)
            continue
        numbers = [cell for cell in column.cells if cell.value is not None]
        if not numbers:
            frame.told.append(column)
        elif relation:
            (frame.most if relation == "<=" else frame.least).append(column)
        elif all(cell.value is not None or cell.blank for cell in column.cells):
            frame.amounts.append(column)
        else:
            frame.told.append(column)
    return frame


def _edge_row(sheet: Sheet, at: int) -> Relation | None:
    """Which way a row limits; one named by a unit alone ("Minutes per night") limits all but what is wanted."""
    relation = edge_of(sheet.labels[at])
    words = re.findall(r"[^\W\d_]+", sheet.labels[at].lower())
    if relation or not words or not all(word in load("sheets")["edges"]["beside"] for word in words):
        return relation
    goal = load("sheets")["goal"]
    blank = [column for column in sheet.columns if column.cells[at].blank]
    if len(blank) != 1 or len(sheet.columns) < 2:
        return None
    if blank[0].stems & stems_of(" ".join(goal["worth"])):
        return "<="
    return ">=" if blank[0].stems & stems_of(" ".join(goal["cost"])) else None


def _turned(sheet: Sheet) -> Sheet:
    """Turned where its rows are what its columns should be: profit, cost, hours, and limits at its right edge."""
    heads = [column.name for column in sheet.columns]
    rows, columns = _roles(sheet.labels), _roles(heads)
    turned = sheet.turned()
    edged = any(edge_of(head) or _edge_row(turned, at) for at, head in enumerate(heads)) and not any(
        edge_of(label) for label in sheet.labels
    )
    if edged and (rows or not (columns or sheet.listed)):
        return turned
    return turned if rows > columns else sheet


def _roles(names: Iterable[str]) -> int:
    goal = load("sheets")["goal"]
    known = {stem(word) for word in (*goal["worth"], *goal["cost"])} - {stem("made"), stem("value")}
    known |= {stem("weight"), stem("volume"), stem("demand")}
    return sum(bool(stems_of(name) & known or re.match(r"\s*[$€£¥]", name)) for name in names)


def edge_of(label: str) -> Relation | None:
    """Which way a row limits whose name only says that something is there, or needed."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"[(\[].*?[)\]]", "", label).lower())
    known = load("sheets")["edges"]
    left = [word for word in words if word not in known["beside"]]
    if not left:
        return None
    if all(word in known["most"] for word in left):
        return "<="
    return ">=" if all(word in (*known["least"], *known["also_least"]) for word in left) else None


def leaning(words: str) -> Relation | None:
    """Which way a sentence before a list limits: it speaks of what is there, or of what is needed, and not of both."""
    has, wants = (any(phrase.search(words) for phrase in phrases("edges", key)) for key in ("has", "wants"))
    return None if has == wants else "<=" if has else ">="


def _bound(column: Column) -> Relation | None:
    """Which way a column bounds each option."""
    words = re.findall(r"[^\W\d_]+", _ROOM.sub(" ", column.name))
    known = load("sheets")["bounds"]
    if "if" in words:
        return None
    if any(word in known["least"] for word in words) and "per" not in words:
        return ">="
    return "<=" if any(word in known["most"] for word in words) else None
