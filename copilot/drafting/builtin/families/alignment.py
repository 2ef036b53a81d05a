"""Lets the records of a block call their numbers alike: of the words beside a number, its name is what others use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.families.blocks import Record
from copilot.drafting.builtin.families.cells import Cell
from copilot.drafting.builtin.words import load


def aligned(records: Sequence[Record]) -> list[Record]:
    """The records, where their names differ and others make them agree; else as they are."""
    if any(record.legs or record.stops or not record.cells for record in records) or _agree(records):
        return list(records)
    same = load("families")["any"]["same"]
    used = Counter(name for record in records for name in {one for cell in record.cells for one in _names(cell, same)})
    for record in records:
        told = Counter(name for cell in record.cells for name in _names(cell, same))
        for name in [name for name, count in told.items() if count > 1]:
            used[name] = 0  # a word beside two numbers of one record tells neither from the other
    found = [replace(record, cells=tuple(_called(cell, used, same) for cell in record.cells)) for record in records]
    return found if _agree(found) else list(records)


def _agree(records: Sequence[Record]) -> bool:
    """Whether every record has the same names, each once."""
    names = [sorted(cell.name for cell in record.cells) for record in records]
    return all(one == names[0] for one in names) and len(set(names[0])) == len(names[0])


def _names(cell: Cell, same: dict[str, str]) -> list[str]:
    unit = "" if len(cell.unit) == 1 else cell.unit.lower()
    return list(dict.fromkeys(same.get(name, name) for name in (cell.name, *cell.also, unit) if name))


def _called(cell: Cell, used: Counter[str], same: dict[str, str]) -> Cell:
    names = _names(cell, same)
    return replace(cell, name=max(names, key=lambda name: used[name])) if names else cell
