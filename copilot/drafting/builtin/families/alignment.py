"""Lets the records of a block call their numbers alike: of the words beside a number, its name is what others use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.families.blocks import Record
from copilot.drafting.builtin.families.cells import Cell
from copilot.drafting.builtin.words import load, stem


def aligned(records: Sequence[Record]) -> list[Record]:
    """The records, where their names differ and others make them agree; else as they are."""
    if any(record.legs or record.stops or not record.cells for record in records):
        return list(records)
    records = _spelled_alike(_undashed(records))
    if _agree(records):
        return list(records)
    same = load("families")["any"]["same"]
    used = Counter(name for record in records for name in {one for cell in record.cells for one in _names(cell, same)})
    for record in records:
        told = Counter(name for cell in record.cells for name in _names(cell, same))
        for name in [name for name, count in told.items() if count > 1]:
            used[name] = 0  # a word beside two numbers of one record tells neither from the other
    found = [replace(record, cells=tuple(_called(cell, used, same) for cell in record.cells)) for record in records]
    return found if _agree(found) else list(records)


def _undashed(records: Sequence[Record]) -> Sequence[Record]:
    """ "Rye - protein: 9 g, fat: 2 g" in every record: behind the dash stands the name of the first number."""
    parted = [record.label.rpartition(" - ") for record in records]
    name = parted[0][2].lower()
    same = all(label and said.lower() == name and name.replace(" ", "").isalpha() for label, _, said in parted)
    if not same or any(name in (cell.name for cell in record.cells[1:]) for record in records):
        return records
    return [
        replace(record, label=label.strip(), cells=(replace(record.cells[0], name=name), *record.cells[1:]))
        for record, (label, _, _) in zip(records, parted, strict=True)
    ]


def _spelled_alike(records: Sequence[Record]) -> Sequence[Record]:
    """The records with names that differ in their ending alone spelled as most are: "gram of fibre", "fibres"."""
    used = Counter(cell.name for record in records for cell in record.cells)
    best: dict[tuple[str, ...], str] = {}
    for name, _ in used.most_common():
        best.setdefault(_stems(name), name)
    if len(best) == len(used):
        return records
    found = [
        replace(record, cells=tuple(replace(cell, name=best[_stems(cell.name)]) for cell in record.cells))
        for record in records
    ]
    told = [len({cell.name for cell in record.cells}) for record in records]
    return found if told == [len({cell.name for cell in record.cells}) for record in found] else records


def _stems(name: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in name.split())


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
