"""Proposes which column gives which parameter: by where it came from, names, units, labels, and how many there are."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from copilot.data.binding import ColumnBinding, as_label, value_columns
from copilot.data.cells import is_number
from copilot.data.table import DataTable
from copilot.data.units import split_unit

_LEAST = 0.34
_SECOND = 0.5
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_]+")
_IDLE = frozenset({"the", "of", "per", "a", "an", "in", "for", "each", "and", "by", "to", "number", "value"})
_NAMES_OF_ROWS = ("name", "parameter", "item", "key", "label")
_NAMES_OF_NUMBERS = ("value", "number", "amount")
_MEANT = 0.8  # so close is the name of a column that it is meant for a parameter, whatever its cells hold


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that a program reads: a `number`, `numbers` by the labels of its index sets, `labels`, or `rows`.

    `source` is the column it was read from ("table:NAME.COLUMN"), `newer` are tables that came since and have all the
    columns of that one, the newest first. `labels` are the present ones of each index set (of a set itself, under its
    own name); `is_dense` tells that every combination of them has a number now; `is_amount` that a negative number
    makes no sense; `columns` are those of rows.
    """

    name: str
    kind: Literal["number", "numbers", "labels", "rows"]
    label: str = ""
    indices: tuple[str, ...] = ()
    unit: str = ""
    source: str = ""
    newer: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_dense: bool = False
    is_amount: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One way to fill something that is wanted: a table's name and a binding in it, with how well it fits and why."""

    table: str
    binding: ColumnBinding
    score: float
    reason: str = ""

    @property
    def key(self) -> str:
        """What tells it from the other options of the same thing."""
        return "|".join((self.table, self.binding.role, self.binding.column, *self.binding.keys))


def options_for(wanted: Wanted, tables: Sequence[DataTable]) -> list[Option]:
    """Every way that the tables offer, the best first."""
    found = [option for table in tables for option in _ways(wanted, table)]
    return sorted(found, key=lambda option: -option.score)


def propose(wanted: Sequence[Wanted], tables: Sequence[DataTable]) -> dict[str, Option]:
    """The best way for each that fits well enough; no column is proposed for two parameters.

    A set follows the key column of the parameters that are indexed by it.
    """
    ranked = sorted(
        ((option, one) for one in wanted if one.kind != "labels" for option in options_for(one, tables)[:8]),
        key=lambda pair: -pair[0].score,
    )
    chosen: dict[str, Option] = {}
    used: set[tuple[str, str, str, str]] = set()
    for option, one in ranked:
        place = (option.table, option.binding.role, option.binding.column, option.binding.at)
        if option.score >= _LEAST and one.name not in chosen and place not in used:
            chosen[one.name] = option
            used.add(place)
    for one in wanted:
        if one.kind == "labels" and (follows := set_option(one.name, wanted, chosen)):
            chosen[one.name] = follows
    return chosen


def set_option(name: str, wanted: Sequence[Wanted], chosen: Mapping[str, Option]) -> Option | None:
    """The labels of a set as the mapped parameters have them: of those, the one whose source knows them best."""
    for one in wanted:
        if one.kind != "numbers" or one.name not in chosen or name not in one.indices:
            continue
        option, at = chosen[one.name], one.indices.index(name)
        reason = f"as {one.label or one.name} is"
        if option.binding.role == "matrix" and at == 1:
            return Option(option.table, ColumnBinding(name, keys=option.binding.keys, role="names"), 1.0, reason)
        column = option.binding.keys[at]
        return Option(option.table, ColumnBinding(name, column, role="labels"), 1.0, reason)
    return None


def keys_in(table: DataTable, wanted: Wanted, *, without: str = "") -> tuple[str, ...] | None:
    """A column for each index set, by its labels first and its name second; None where there are too few columns."""
    free = [column for column in table.columns if column != without]
    keys: list[str] = []
    for index in wanted.indices:
        rated = [(_as_key(table, column, index, wanted.labels.get(index, ())), column) for column in free]
        best = max(rated, key=lambda pair: pair[0], default=(0.0, ""))
        if best[0] <= 0:
            return None
        keys.append(best[1])
        free.remove(best[1])
    return tuple(keys)


def _ways(wanted: Wanted, table: DataTable) -> Iterator[Option]:
    if wanted.kind == "rows":
        yield from _as_rows(wanted, table)
        return
    if wanted.kind == "labels":
        yield from _as_labels(wanted, table)
        return
    for column in table.columns:
        if not _may_hold(wanted, table, column):
            continue
        if wanted.kind == "number":
            yield from _as_number(wanted, table, column)
        elif keys := keys_in(table, wanted, without=column):
            score, reason = _score(wanted, table, column, keys)
            yield Option(table.name, ColumnBinding(wanted.name, column, keys), score, reason)
            for others in _other_keys(table, keys, column):
                yield Option(table.name, ColumnBinding(wanted.name, column, others), _SECOND * score)
    if wanted.kind == "numbers" and len(wanted.indices) == 2 and (option := _as_matrix(wanted, table)):
        yield option


def _may_hold(wanted: Wanted, table: DataTable, column: str) -> bool:
    """Whether a column is meant to give numbers: it does, or it would but for a cell that validation then names.

    Were such a column not offered, what it was filled in for would keep its present value, and nobody would notice.
    """
    if table.kinds[column] in ("number", "integer"):
        return True
    filled = [cell for cell in table.columns[column] if cell is not None]
    numeric = sum(not isinstance(cell, str) or is_number(cell) for cell in filled)
    if table.kinds[column] == "text" and filled and 2 * numeric >= len(filled):
        return True
    plain = split_unit(column)[0]
    known = {label for labels in wanted.labels.values() for label in labels}
    is_meant = _named(wanted, plain) >= _MEANT or (wanted.kind == "number" and _plain(plain) in _NAMES_OF_NUMBERS)
    return is_meant and known.isdisjoint(as_label(cell) for cell in filled)


def _as_labels(wanted: Wanted, table: DataTable) -> Iterator[Option]:
    for column in table.columns:
        score = _as_key(table, column, wanted.name, wanted.labels.get(wanted.name, ()))
        if score > 0:
            yield Option(table.name, ColumnBinding(wanted.name, column, role="labels"), min(1.0, score))


def _other_keys(table: DataTable, keys: tuple[str, ...], column: str) -> Iterator[tuple[str, ...]]:
    """What a person may want instead of the key columns that were found: another one, or the other order."""
    if len(keys) == 1:
        named = [one for one in table.columns if table.kinds[one] != "number" and one not in (column, keys[0])]
        yield from ((one,) for one in named)
    elif len(keys) == 2:
        yield keys[::-1]


def _as_rows(wanted: Wanted, table: DataTable) -> Iterator[Option]:
    if {_plain(column) for column in wanted.columns} <= {_plain(column) for column in table.columns}:
        score = 0.6 + 0.4 * _similar(wanted.name, table.name)
        yield Option(table.name, ColumnBinding(wanted.name, role="rows"), score, "has all its columns")


def _as_number(wanted: Wanted, table: DataTable, column: str) -> Iterator[Option]:
    """A number that stands alone: the only row of a column, or the row that has its name."""
    if table.row_count == 1:
        yield Option(table.name, ColumnBinding(wanted.name, column), *_score(wanted, table, column, ()))
    for key in table.columns:
        if table.kinds[key] != "text" or not any(_similar(key, known) > 0.8 for known in _NAMES_OF_ROWS):
            continue
        rows = [as_label(cell) for cell in table.columns[key] if cell is not None]
        close = {row: max(_similar(row, wanted.name), _similar(row, wanted.label)) for row in rows}
        row = max(close, key=lambda one: close[one], default="")
        if row and close[row] >= 0.6:
            value = 0.15 if _plain(column) in _NAMES_OF_NUMBERS else 0.0
            binding = ColumnBinding(wanted.name, column, (key,), role="cell", at=row)
            yield Option(table.name, binding, min(1.0, 0.85 * close[row] + value), f"the row {row} has its name")


def _as_matrix(wanted: Wanted, table: DataTable) -> Option | None:
    """Rows named by one set and columns by the other."""
    first, second = (set(wanted.labels.get(index, ())) for index in wanted.indices)
    for key in table.columns:
        columns = value_columns(table, (key,))
        if len(columns) < 2 or not all(_may_hold(wanted, table, column) for column in columns):
            continue
        across = len(second & set(columns)) / max(1, len(second))
        down = _overlap(table, key, first)
        if across >= 0.5:
            score = min(1.0, 0.5 + 0.2 * across + 0.15 * down + 0.3 * _named(wanted, table.name))
            return Option(
                table.name, ColumnBinding(wanted.name, keys=(key,), role="matrix"), score, "a column for each label"
            )
    return None


def _score(wanted: Wanted, table: DataTable, column: str, keys: Sequence[str]) -> tuple[float, str]:
    plain, unit = split_unit(column)
    if (known := _known(wanted, table, column)) is not None:
        return known
    reasons = []
    name = max(_named(wanted, plain), 0.75 * _named(wanted, f"{table.name} {plain}"), 0.6 * _named(wanted, table.name))
    if name > 0.5:
        reasons.append("its name")
    unit = unit or table.units.get(column, "")
    same_unit = bool(unit) and _plain(unit) == _plain(wanted.unit)
    if same_unit:
        reasons.append("its unit")
    overlaps = [
        _overlap(table, key, set(wanted.labels.get(index, ()))) for key, index in zip(keys, wanted.indices, strict=True)
    ]
    if overlaps and min(overlaps) > 0.5:
        reasons.append("its labels")
    labels = sum(overlaps) / len(overlaps) if overlaps else 0.0
    score = 0.6 * name + 0.2 * labels + (0.2 if same_unit else -0.2 if unit and wanted.unit else 0.0)
    return max(0.0, min(1.0, score)), ", ".join(reasons)


def _known(wanted: Wanted, table: DataTable, column: str) -> tuple[float, str] | None:
    """The score and reason of the column that it was read from, or of the same column of a newer table."""
    names = (column, split_unit(column)[0])
    if wanted.source in {f"table:{table.name}.{name}" for name in names}:
        return 2.0, "the column it was read from"
    if table.name in wanted.newer and any(wanted.source.endswith(f".{name}") for name in names):
        return 3.0 - wanted.newer.index(table.name) / len(wanted.newer), "the same column, in a newer table"
    return None


def succeeded(wanted: Sequence[Wanted], tables: Sequence[DataTable], newest: Sequence[str]) -> tuple[Wanted, ...]:
    """Each want with the tables of `newest` (names, the newest first) that can take its source's place."""
    return tuple(replace(one, newer=_newer(one.source, tables, newest)) for one in wanted)


def _newer(source: str, tables: Sequence[DataTable], newest: Sequence[str]) -> tuple[str, ...]:
    old = next((table for table in tables if source.startswith(f"table:{table.name}.")), None)
    if old is None or old.name in newest:
        return ()
    columns = {table.name: set(table.columns) for table in tables}
    return tuple(name for name in newest if set(old.columns) <= columns[name])


def _as_key(table: DataTable, column: str, index: str, labels: Sequence[str]) -> float:
    """How well a column gives the labels of a set; whole numbers can, other numbers cannot."""
    if table.kinds[column] == "number":
        return 0.0
    score = 0.7 * _overlap(table, column, set(labels)) + 0.3 * _similar(index, column)
    return score + (0.05 if table.kinds[column] in ("text", "date") else 0.0)


def _overlap(table: DataTable, column: str, labels: set[str]) -> float:
    """Which share of the present labels the column holds."""
    if not labels:
        return 0.0
    return len(labels & {as_label(cell) for cell in table.columns[column] if cell is not None}) / len(labels)


def _named(wanted: Wanted, text: str) -> float:
    return max(_similar(wanted.name, text), _similar(wanted.label, text))


def _similar(one: str, other: str) -> float:
    """Between 0 and 1: shared words, or nearly the same letters."""
    first, second = _words(one), _words(other)
    if not first or not second:
        return 0.0
    shared = len(first & second) / len(first | second)
    within = 0.8 * len(first & second) / min(len(first), len(second))
    letters = difflib.SequenceMatcher(None, _plain(one), _plain(other)).ratio()
    return max(shared, within, letters if letters > 0.75 else 0.0)


def _words(text: str) -> set[str]:
    found = {word.lower() for word in _WORDS.findall(text)} - _IDLE
    return {word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in found}


def _plain(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())
