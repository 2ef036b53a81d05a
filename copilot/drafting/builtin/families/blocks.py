"""Records and blocks of them: what the layout of a text, a sentence of records and an uploaded table all become."""

from __future__ import annotations

from dataclasses import dataclass

from copilot.drafting.builtin.families.cells import Cell, Stop


@dataclass(frozen=True, slots=True)
class Leg:
    """From one place to another, with its numbers."""

    tail: str
    head: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A label with its cells or its stops; `parent` is the label of the header above a nested record, `said` is all
    that stands behind the label, and `legs` are the links that it lists, where it lists nothing else."""

    label: str
    start: int
    end: int
    cells: tuple[Cell, ...] = ()
    stops: tuple[Stop, ...] = ()
    parent: str = ""
    loose: str = ""
    said: str = ""
    legs: tuple[Leg, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Records that stand together; `intro` is the sentence before them. `scattered`: other sentences stand between."""

    records: tuple[Record, ...]
    intro: str
    start: int
    end: int
    scattered: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in order."""
        return tuple(record.label for record in self.records)
