"""Random data for a program: the same names, labels, zeros and signs as the user's data, and other numbers.

Two programs that compute the numbers of a model from their data as different polynomials of degree d agree on one such
draw with a chance of at most d over the number of values to draw from (Schwartz 1980, Zippel 1979): here 500,000.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from copilot.drafting.base import Data, Datum
from copilot.drafting.source import Roles

# wide: whole numbers a million times as large, others near theirs; scaled: all numbers so; small: all near theirs;
# fractions: whole numbers stay. Each is gentler on a program's own assumptions than the one before.
Way = Literal["wide", "scaled", "small", "fractions"]
WAYS: tuple[Way, ...] = ("wide", "scaled", "small", "fractions")
STEPS = 500_000
SCALE = 1_000_000
LARGEST = 1e15
MAX_NUMBERS = 20_000  # beyond, sets are not varied

Place = tuple[Any, ...]


def seed_of(*parts: object) -> int:
    """A seed that depends on nothing but the parts: 0 to 2^31 - 1."""
    text = "\0".join(map(str, parts)).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") % (1 << 31)


def draw(
    data: Data, *, seed: int, way: Way = "wide", roles: Roles | None = None, renamed: Mapping[str, str] | None = None
) -> tuple[Data, int]:
    """(other data of the same form, how many numbers are new). The same place gets the same number whatever its name.

    Numbers that size something stay, as do ones in data that decide what is written. `renamed` maps a name to the one
    whose numbers it takes.
    """
    renamed = renamed or {}
    drawer = _Drawer(data, seed, way, _shared(roles or Roles(), renamed), renamed)
    return {name: drawer.datum(name, value) for name, value in data.items()}, drawer.drawn


def grown(data: Data) -> tuple[Data, tuple[str, ...]]:
    """(data in which each set has one label more, with the numbers of its last label; the names of these sets)."""
    sets = sets_of(data)
    taken = {label for labels in sets.values() for label in labels}
    fresh = {labels[-1]: _next(labels, taken) for labels in sets.values()}
    if not fresh or sum(map(_size, data.values())) > MAX_NUMBERS:
        return data, ()
    return {name: _with(value, fresh) for name, value in data.items()}, tuple(sets)


def shrunk(data: Data) -> tuple[Data, tuple[str, ...]]:
    """(data in which each set of two and more has lost its last label; the names of these sets)."""
    sets = {name: labels for name, labels in sets_of(data).items() if len(labels) > 1}
    gone = {labels[-1] for labels in sets.values()}
    return {name: _without(value, gone) for name, value in data.items()}, tuple(sets)


def count_of(data: Data) -> int:
    """How many numbers the data hold."""
    return sum(len(_numbers(value)) for value in data.values())


def sets_of(data: Data) -> dict[str, tuple[str, ...]]:
    """The sets of the data by name: lists of labels, none of them twice."""
    return {
        name: tuple(str(label) for label in value)
        for name, value in data.items()
        if isinstance(value, list | tuple) and value and all(isinstance(label, str) for label in value)
    }


@dataclass(slots=True)
class _Drawer:
    data: Data
    seed: int
    way: Way
    roles: Roles
    renamed: Mapping[str, str]
    drawn: int = 0
    scale: int = field(init=False)
    labels: set[str] = field(init=False)

    def __post_init__(self) -> None:
        sizes = [abs(n) for value in self.data.values() for n in _numbers(value) if math.isfinite(n)]
        self.scale = max(1, min(SCALE, int(LARGEST // max([1.0, *sizes]))))
        self.labels = {label for labels in sets_of(self.data).values() for label in labels}
        for value in self.data.values():
            if isinstance(value, Mapping):
                self.labels.update(part for key in value for part in _parts(key))

    def datum(self, name: str, value: Datum) -> Datum:
        place = self.renamed.get(name, name)
        value = self.data.get(place, value)
        if isinstance(value, str) or name in self.roles.sizes:
            return value
        if isinstance(value, int | float):
            return self.number(value, (place,), is_switch=name in self.roles.switches)
        if isinstance(value, Mapping):
            switch = name in self.roles.switches
            return {key: self.number(number, (place, key), is_switch=switch) for key, number in value.items()}
        rows: Sequence[Any] = value
        if not all(isinstance(row, Mapping) for row in rows):
            return value
        kept = {column for column in (rows[0] if rows else ()) if self._is_label(rows, column)}
        return [{column: self._cell(row, column, kept, (place, i)) for column in row} for i, row in enumerate(rows)]

    def number(self, value: float, place: Place, *, is_switch: bool = False) -> float:
        """Another number of the same type and sign; zero, and what is no finite number, stay."""
        if isinstance(value, bool) or value == 0 or not math.isfinite(value) or (is_switch and abs(value) == 1):
            return value
        step = seed_of(self.seed, *place) % STEPS
        near = 0.75 + 0.5 * step / STEPS
        if isinstance(value, int):
            new: float = self._whole(abs(value), near, is_switch=is_switch)
        else:
            new = abs(value) * near * (self.scale if self.way == "scaled" and not is_switch else 1)
        self.drawn += new != abs(value)
        return -new if value < 0 else new

    def _whole(self, size: int, near: float, *, is_switch: bool) -> int:
        if self.way == "fractions":
            return size
        if self.way == "small" or is_switch:
            return max(1, round(size * (2 * near - 0.95)))
        return max(1, round(size * self.scale * near))

    def _is_label(self, rows: Sequence[Mapping[str, Any]], column: str) -> bool:
        """A column of numbers that are labels elsewhere, or that count the rows."""
        cells = [row.get(column) for row in rows]
        if any(isinstance(cell, bool) or not isinstance(cell, int | float) for cell in cells):
            return True
        counts = [cell for cell in cells if isinstance(cell, int)]
        if len(counts) == len(cells) and sorted(counts) == list(range(min(counts), min(counts) + len(counts))):
            return True
        return bool(self.labels) and {f"{cell:.15g}" for cell in cells} <= self.labels

    def _cell(self, row: Mapping[str, Any], column: str, kept: set[str], place: Place) -> Any:
        cell = row[column]
        return cell if column in kept or not isinstance(cell, int | float) else self.number(cell, (*place, column))


def _shared(roles: Roles, renamed: Mapping[str, str]) -> Roles:
    """The roles of a renamed name are those of either name."""
    pairs = [{new, old} for new, old in renamed.items()]
    groups = (roles.sizes, roles.switches)
    sizes, switches = (group.union(*(pair for pair in pairs if pair & group)) for group in groups)
    return Roles(sizes, switches)


def _numbers(value: Datum) -> list[float]:
    if isinstance(value, int | float):
        return [value]
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, str):
        return []
    rows = [row for row in value if isinstance(row, Mapping)]
    return [cell for row in rows for cell in row.values() if isinstance(cell, int | float)]


def _size(value: Datum) -> int:
    return len(value) if isinstance(value, Mapping | list | tuple) else 1


def _parts(key: str | tuple[str, ...]) -> tuple[str, ...]:
    return key if isinstance(key, tuple) else (key,)


def _next(labels: Sequence[str], taken: set[str]) -> str:
    """A label after the last one: 13 after 12, else the last one with a number behind it."""
    last = labels[-1]
    if last.isdecimal() and str(int(last) + 1) not in taken:
        return str(int(last) + 1)
    return next(name for count in itertools.count(2) if (name := f"{last} {count}") not in taken)


def _with(value: Datum, fresh: Mapping[str, str]) -> Datum:
    if isinstance(value, int | float | str):
        return value
    if isinstance(value, Mapping):
        grown_keys: dict[Any, float] = dict(value)
        for key, number in value.items():
            for parts in _clones(_parts(key), fresh):
                grown_keys.setdefault(parts if isinstance(key, tuple) else parts[0], number)
        return grown_keys
    entries: list[Any] = list(value)
    if all(isinstance(entry, str) for entry in entries):
        return [*entries, *(fresh[label] for label in entries if label in fresh)]
    return [*entries, *(clone for row in entries for clone in _row_clones(row, fresh))]


def _clones(parts: Sequence[str], fresh: Mapping[str, str]) -> list[tuple[str, ...]]:
    choices = [(part, fresh[part]) if part in fresh else (part,) for part in parts]
    return list(itertools.product(*choices))[1:]


def _row_clones(row: Mapping[str, Any], fresh: Mapping[str, str]) -> list[dict[str, Any]]:
    texts = {column: _text(cell) for column, cell in row.items()}
    columns = [column for column, text in texts.items() if text in fresh]
    clones = []
    for parts in _clones([texts[column] for column in columns], fresh):
        changed = {c: part if isinstance(row[c], str) else int(part) for c, part in zip(columns, parts, strict=True)}
        clones.append({**row, **changed})
    return clones


def _text(cell: object) -> str:
    """A cell as a label; only text and whole numbers are labels."""
    return cell if isinstance(cell, str) else (str(cell) if type(cell) is int else "")


def _without(value: Datum, gone: set[str]) -> Datum:
    if isinstance(value, int | float | str):
        return value
    if isinstance(value, Mapping):
        return {key: number for key, number in value.items() if gone.isdisjoint(_parts(key))}
    entries: list[Any] = list(value)
    if all(isinstance(entry, str) for entry in entries):
        return [label for label in entries if label not in gone]
    return [row for row in entries if gone.isdisjoint(_text(cell) for cell in row.values())]
