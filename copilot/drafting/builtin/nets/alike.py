"""Calls a place by one name in all data of a text: "Site Leeds" of one list is "Leeds" of another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from copilot.drafting.builtin.nets.data import Column, Data


def call_alike(data: Data) -> None:
    """Rename the labels of columns to those of the one side of a matrix, or of the links, that they mean."""
    sides: list[Sequence[str]] = [axis for one in data.matrices for axis in (one.rows, one.heads)]
    sides = list(dict.fromkeys(tuple(side) for side in sides))
    nodes = [one.nodes for one in data.links]
    data.columns = [_called(one, sides, nodes) for one in data.columns]
    data.waiting = [_called(one, sides, nodes) for one in data.waiting]


def _called(column: Column, sides: Sequence[Sequence[str]], nodes: Sequence[Sequence[str]]) -> Column:
    own = list(column.values)
    if any(set(own) <= set(side) for side in (*sides, *nodes)):
        return column
    found = [names for side in sides if len(side) == len(own) and (names := _names(own, side))]
    found = found or [names for side in nodes if len(own) > 1 and (names := _names(own, side))]
    if not found or any(names != found[0] for names in found):
        return column
    return replace(column, values={found[0][label]: value for label, value in column.values.items()})


def _names(labels: Sequence[str], side: Collection[str]) -> Mapping[str, str] | None:
    """For each label the one name of the side that has its words, or whose words it has."""
    names: dict[str, str] = {}
    for label in labels:
        words = label.lower().split()
        meant = [one for one in side if one.lower() == label.lower()]
        meant = meant or [one for one in side if _within(words, one) or _within(one.lower().split(), label)]
        if len(meant) != 1:
            return None
        names[label] = meant[0]
    return names if len(set(names.values())) == len(names) else None


def _within(words: Sequence[str], label: str) -> bool:
    """Whether a label holds words in a row, at its beginning or its end, and one or two words more."""
    whole = label.lower().split()
    size = len(words)
    return 0 < len(whole) - size <= 2 and (whole[:size] == list(words) or whole[-size:] == list(words))
