"""Takes parsed JSON apart into tables of records: lists of records, columns, numbers by label, and objects of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from copilot.data.errors import DataError
from copilot.data.table import table_name

SHAPES = (
    'a list of records, such as [{"product": "desk", "price": 70}]; columns, such as {"product": ["desk"], "price": '
    "[70]}; or an object of such tables by name"
)
Record = dict[str, Any]
_DEEPEST = 4


def tables_in(name: str, parsed: object) -> Iterator[tuple[str, list[Record]]]:
    """(name of the table, its records) of each; the file's own name where there is only one.

    Raises DataError for a shape that is no table, with the shapes that are.
    """
    own = table_name(name)
    if isinstance(parsed, list):
        yield own, _of_list(name, parsed)
        return
    if not isinstance(parsed, dict) or not parsed:
        raise DataError(f"{name} must be {SHAPES}.")
    if _are_columns(parsed):
        yield own, _of_columns(parsed)
        return
    found = list(_of_object(name, parsed, own))
    seen: Counter[str] = Counter()
    for table, records in found:
        seen[table] += 1
        named = table if seen[table] == 1 else f"{table} {seen[table]}"
        yield (own if len(found) == 1 else named), records


def _of_object(name: str, parsed: Mapping[str, Any], own: str, level: int = 1) -> Iterator[tuple[str, list[Record]]]:
    """Numbers and texts that stand alone are one record; every other entry is a table, or an object of tables."""
    if level > _DEEPEST:
        raise DataError(f"{name[:80]}: this is nested too deeply. Send {SHAPES}.")
    alone = {key: value for key, value in parsed.items() if _is_plain(value)}
    if alone:
        yield ("parameters" if len(alone) < len(parsed) else own), [alone]
    for key, value in parsed.items():
        if _is_plain(value):
            continue
        place = f"{name}, {key[:40]}"
        if isinstance(value, list):
            yield key, _of_list(place, value, column=key)
        elif not value:
            raise DataError(f"{place} is empty. Leave it out, or give it rows.")
        elif _are_columns(value):
            yield key, _of_columns(value)
        elif all(_is_plain(one) for one in value.values()) and _is_record(value):
            yield key, [dict(value)]
        elif (labelled := list(_by_label(value, (), 0))) and all(labelled):
            yield key, [record for record in labelled if record]
        else:
            yield from _of_object(place, value, key, level + 1)


def _of_list(place: str, items: Sequence[Any], *, column: str = "value") -> list[Record]:
    if items and all(isinstance(item, dict) and item for item in items):
        return list(items)
    if items and all(_is_plain(item) for item in items) and column != "value":
        return [{"position": at, column: item} for at, item in enumerate(items, start=1)]
    if len(items) > 1 and all(isinstance(item, list) for item in items) and all(isinstance(n, str) for n in items[0]):
        return _of_rows(place, items)
    wrong = next((at for at, item in enumerate(items, start=1) if not isinstance(item, dict) or not item), 1)
    if not items:
        raise DataError(f"{place} must be {SHAPES}.")
    raise DataError(f"{place}, record {wrong}: every record must be an object with a value for each column.")


def _of_rows(place: str, items: Sequence[list[Any]]) -> list[Record]:
    """Lists of cells under a first list of names."""
    header = [str(one) for one in items[0]]
    for at, row in enumerate(items[1:], start=2):
        if len(row) != len(header):
            raise DataError(f"{place}, row {at}: there are {len(row)} values for {len(header)} columns.")
    return [dict(zip(header, row, strict=True)) for row in items[1:]]


def _of_columns(parsed: Mapping[str, Sequence[Any]]) -> list[Record]:
    return [dict(zip(parsed, row, strict=True)) for row in zip(*parsed.values(), strict=True)]


def _are_columns(parsed: object) -> bool:
    """Whether an object holds at least two lists of plain values, all of one length and nothing else."""
    if not isinstance(parsed, dict) or len(parsed) < 2 or not all(isinstance(v, list) and v for v in parsed.values()):
        return False
    lengths = {len(value) for value in parsed.values()}
    return len(lengths) == 1 and all(_is_plain(one) for value in parsed.values() for one in value)


def _is_record(value: Mapping[str, Any]) -> bool:
    """Whether an object of plain values is one record of several things, rather than one thing by its labels."""
    return len({type(one) if not isinstance(one, int | float) else float for one in value.values()}) > 1


def _by_label(value: Any, labels: tuple[str, ...], depth: int) -> Iterator[Record | None]:
    """Numbers by one or more labels as records; None where the object is something else."""
    if not isinstance(value, dict):
        if not _is_plain(value) or not labels:
            yield None
            return
        names = ["label"] if len(labels) == 1 else [f"label_{at}" for at in range(1, len(labels) + 1)]
        yield {**dict(zip(names, labels, strict=True)), "value": value}
        return
    if depth > _DEEPEST or not value:
        yield None
        return
    for label, inside in value.items():
        yield from _by_label(inside, (*labels, label), depth + 1)


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
