"""Limits that stand as rows of a table: "available, , 40, 80" below the options."""

from __future__ import annotations

import re
from collections.abc import Mapping

from copilot.drafting.base import Cell, Table
from copilot.drafting.builtin.tablewords import Wish
from copilot.drafting.builtin.words import load
from copilot.drafting.formulation import RELATION_WORDS, Relation, Span

_FEWEST = 2  # options that must remain above


def without_limits(table: Table, span: Span) -> tuple[Table, tuple[Wish, ...]]:
    """The table without the limit rows at its end, and the limit of each column's total that they say."""
    names = next(iter(table.columns.values()), [])
    keep, found = table.row_count, list[Wish]()
    while keep > _FEWEST and (relation := _relation(names[keep - 1])) is not None:
        keep -= 1
        found = [*_limits(table, keep, relation, span), *found]
    if not found:
        return table, ()
    columns: Mapping[str, list[Cell]] = {name: list(cells[:keep]) for name, cells in table.columns.items()}
    return Table(next(iter(columns), table.name), columns), tuple(found)


def _limits(table: Table, row: int, relation: Relation, span: Span) -> list[Wish]:
    label, *others = table.columns
    by = f'by the row "{table.columns[label][row]}" of the table.'
    return [
        Wish(
            "total",
            span.start,
            span.end,
            column=name,
            relation=relation,
            limit=float(cell),
            said=_said(name, relation, cell, by),
        )
        for name in others
        if isinstance(cell := table.columns[name][row], int | float)
    ]


def _said(name: str, relation: Relation, cell: float, by: str) -> str:
    return f"Total {name} {RELATION_WORDS[relation]} {cell:,g}, {by}"


def _relation(label: Cell) -> Relation | None:
    """Which way a row limits: a row that only names what is there, or what is needed."""
    words = re.findall(r"[^\W\d_]+", label.lower()) if isinstance(label, str) else []
    known = load("families")["table"]
    said = " ".join(words)
    if said in known["least"]:
        return ">="
    return "<=" if said in known["most"] else None
