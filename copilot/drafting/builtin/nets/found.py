"""Reads all data of a text: its tables, its lists, and the numbers that its sentences give to names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.base import Cell, Table
from copilot.drafting.builtin.families.plan import label_of
from copilot.drafting.builtin.nets.alike import call_alike
from copilot.drafting.builtin.nets.bare import name_bare
from copilot.drafting.builtin.nets.couples import plainer
from copilot.drafting.builtin.nets.data import Data, Links, blanked, role_of
from copilot.drafting.builtin.nets.edges import edge_of
from copilot.drafting.builtin.nets.entries import Entry, entries_of
from copilot.drafting.builtin.nets.fans import take_fans
from copilot.drafting.builtin.nets.listed import take_block
from copilot.drafting.builtin.nets.runs import blocks
from copilot.drafting.builtin.nets.sheets import Sheet, sheets_of
from copilot.drafting.builtin.nets.tabled import WITH_AMOUNT, take_sheet

_MOST_ROWS = 400
_COUNTS = re.compile(r"(?:the )?(?:total )?(?:number|count|no\.?) of\b", re.IGNORECASE)  # how many there are


def data_of(text: str, tables: Sequence[Table] = ()) -> Data:
    """The data of a text and of the tables beside it; what holds none stays in the prose."""
    text = text.replace("’", "'").replace("‘", "'")
    data = Data(text, plainer(text))
    take_fans(data)
    for sheet in sheets_of(data.prose):
        if take_sheet(sheet, data):
            data.prose = blanked(data.prose, [(sheet.start, sheet.end)])
    for order, table in enumerate(tables, start=1):
        if 0 < table.row_count <= _MOST_ROWS and take_sheet(sheet_of(table, -order), data):
            columns = {
                name: tuple(float(cell) for cell in cells if isinstance(cell, int | float))
                for name, cells in table.columns.items()
            }
            data.sources[-order] = (table.name, columns)
    told = [entry for entry in entries_of(data.prose) if not _COUNTS.match(entry.label)]
    for block in blocks(told, data.prose):
        for part in [block] if take_block(block, data) else [[one] for one in block if take_block([one], data)]:
            named = set(data.labels)
            data.prose = blanked(data.prose, [(_begin(entry, named), entry.end) for entry in part])
    name_bare(data)
    data.links = [_without_lead(one) for one in _joined(data.links)]
    call_alike(data)
    _take_waiting(data)
    return data


def _begin(entry: Entry, named: set[str]) -> int:
    """Where the data of an entry begin: a label that names nothing is prose, and may say a rule."""
    amount = WITH_AMOUNT.match(entry.label)
    label = amount["name"] if amount else entry.label
    names = label_of(label) in named or edge_of(entry.label) is not None
    heading = role_of(entry.label) != "" and len(entry.label.split()) < 5
    return entry.start if names or heading else entry.told


def _take_waiting(data: Data) -> None:
    """Numbers of names that turned out to be a side of a matrix, or places of links."""
    axes = [set(axis) for matrix in data.matrices for axis in (matrix.rows, matrix.heads)]
    nodes = {node for links in data.links for node in links.nodes}
    for column in data.waiting:
        named = set(column.values)
        if (named in axes or (len(named) > 1 and named <= nodes)) and data.prose[slice(*column.place)].strip(" ."):
            data.columns.append(column)
            data.prose = blanked(data.prose, [column.place])


def sheet_of(table: Table, place: int) -> Sheet:
    """An uploaded table as a table of the text, at a place before it."""
    names = list(table.columns)
    rows = tuple(tuple(_cell(table.columns[name][row]) for name in names) for row in range(table.row_count))
    return Sheet(tuple(names), rows, re.sub(r"[_\W]+", " ", table.name.rpartition(".")[0] or table.name), place, place)


def _cell(value: Cell) -> str:
    return value.strip() if isinstance(value, str) else f"{value:.15g}" if isinstance(value, int | float) else ""


def _joined(links: Sequence[Links]) -> list[Links]:
    """Lists of links whose numbers have the same names are one list."""
    found: list[Links] = []
    for one in links:
        last = found[-1] if found else None
        if last is None or _names(last) != _names(one):
            found.append(one)
            continue
        twice = (*last.twice, *one.twice, *(ends for ends in one.values if ends in last.values))
        ways = {last.two_way, one.two_way}
        two_way = ways.pop() if len(ways) == 1 else False if False in ways else None
        place = (last.place[0], one.place[1])
        found[-1] = Links({**last.values, **one.values}, last.words, place, two_way, twice, last.headed)
    return found


def _without_lead(links: Links) -> Links:
    """ "Trains run Lund-Malmo, Lund-Ystad": words that lead up to a place of other links are no part of its name."""
    called: dict[str, str] = {}
    for node in links.nodes:
        words = node.split()
        for at in range(1, len(words)):
            if words[at - 1].islower() and words[at - 1] != "of" and " ".join(words[at:]) in links.nodes:
                called[node] = " ".join(words[at:])
    values = {(called.get(tail, tail), called.get(head, head)): told for (tail, head), told in links.values.items()}
    return replace(links, values=values) if called and len(values) == len(links.values) else links


def _names(one: Links) -> set[str]:
    return {name for numbers in one.values.values() for name in numbers}
