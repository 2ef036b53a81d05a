"""Reads all data of a text: its tables, its lists, and the numbers that its sentences give to names."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.base import Table
from copilot.drafting.builtin.nets.bare import name_bare
from copilot.drafting.builtin.nets.data import Data, Links, blanked
from copilot.drafting.builtin.nets.entries import blocks, entries_of
from copilot.drafting.builtin.nets.listed import take_block
from copilot.drafting.builtin.nets.sheets import Sheet, sheets_of
from copilot.drafting.builtin.nets.tabled import take_sheet

_MOST_ROWS = 400


def data_of(text: str, tables: Sequence[Table] = ()) -> Data:
    """The data of a text and of the tables beside it; what holds none stays in the prose."""
    data = Data(text, text)
    for sheet in sheets_of(text):
        if take_sheet(sheet, data):
            data.prose = blanked(data.prose, [(sheet.start, sheet.end)])
    for block in blocks(entries_of(data.prose), data.prose):
        if take_block(block, data):
            data.prose = blanked(data.prose, [(entry.start, entry.end) for entry in block])
    name_bare(data)
    data.links = _joined(data.links)
    return data


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


def _names(one: Links) -> set[str]:
    return {name for numbers in one.values.values() for name in numbers}
