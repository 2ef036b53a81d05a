"""Options that share a word of a column or of their lines: a sector, a risk class, a region."""

from __future__ import annotations

import re
from collections.abc import Mapping

from copilot.drafting.builtin.sheets.frame import Frame
from copilot.drafting.builtin.sheets.sheet import Column, stems_of

_SHORTEST = 3


def groups_of(frame: Frame) -> dict[str, tuple[str, ...]]:
    """What a group may be called, and its options."""
    found: dict[str, tuple[str, ...]] = {}
    for column in frame.told:
        for value, members in grouped(frame, column).items():
            if len(value) >= _SHORTEST:
                found[value] = members
            head = column.name
            if head and head != "kind":
                found[f"{head} {value}"] = members
                found[f"{value} {head}"] = members
    return found


def grouped(frame: Frame, column: Column) -> Mapping[str, tuple[str, ...]]:
    """Options by their word in a column."""
    found: dict[str, list[str]] = {}
    for label, cell in zip(frame.labels, column.cells, strict=True):
        if not cell.blank:
            found.setdefault(cell.text.strip(), []).append(label)
    return {value: tuple(labels) for value, labels in found.items()}


def is_idle(frame: Frame, column: Column, prose: str) -> bool:
    """Whether the prose speaks neither of a column of words nor of one of its words."""
    words = stems_of(prose)
    if column.name != "kind" and column.stems & words:
        return False
    return not any(
        re.search(rf"(?<!\w){re.escape(value)}(?:e?s)?(?!\w)", prose, re.IGNORECASE)
        for value in grouped(frame, column)
    )
