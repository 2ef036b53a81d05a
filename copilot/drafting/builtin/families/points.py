"""Places given by two coordinates, beside listed distances or in their stead."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.plan import Place, label_of
from copilot.drafting.builtin.families.reading import place_of

_NUMBER = r"-?\d+(?:\.\d+)?"
_PAIR = re.compile(rf"\(\s*(?P<x>{_NUMBER})\s*[,;]\s*(?P<y>{_NUMBER})\s*\)")
_LABEL = re.compile(r"^\s*(?:[*•‣▪–-]|\d{1,3}[.)])?\s*\**(?P<label>[^:(|]+?)\**\s*(?:[:(|]|\bat\b|\bis\b|[–—-] )")


@dataclass(frozen=True, slots=True)
class Points:
    """Coordinates by label, and where they stand."""

    at: Mapping[str, tuple[float, float]]
    place: Place

    def length(self, one: str, other: str) -> float:
        """The straight line between two places."""
        return math.dist(self.at[one], self.at[other])


def points_of(block: Block, text: str) -> Points | None:
    """The points that a block lists, one pair of numbers to a record; None where it lists something else."""
    found: dict[str, tuple[float, float]] = {}
    for record in block.records:
        line = text[record.start : record.end]
        pairs, label = list(_PAIR.finditer(line)), _LABEL.match(line)
        if len(pairs) != 1 or label is None or re.search(r"\d", line[pairs[0].end() :]):
            return None
        found[label_of(label["label"])] = (float(pairs[0]["x"]), float(pairs[0]["y"]))
    return Points(found, place_of(block)) if len(found) == len(block.records) else None


def called(points: Points, places: Sequence[str]) -> Points | None:
    """The points under the names that the links use: "Hub Alpha" is "Alpha"; None where a place has no point."""
    ends = {label.rpartition(" ")[2]: at for label, at in points.at.items()}
    names = {place: points.at.get(place) or ends.get(place.rpartition(" ")[2]) for place in places}
    named = {place: at for place, at in names.items() if at is not None}
    return Points(named, points.place) if len(named) == len(places) == len(points.at) else None


def same_lengths(points: Points, lengths: Mapping[tuple[str, str], float], step: float) -> bool:
    """Whether every listed length is the straight line between its places, rounded to `step`."""
    return all(abs(points.length(*ends) - value) <= 0.51 * step for ends, value in lengths.items())


def step_of(values: Sequence[float]) -> float:
    """The last decimal place that the numbers are written to: 1 for whole numbers, 0.1 for tenths."""
    for decimals in range(6):
        if all(abs(value * 10**decimals - round(value * 10**decimals)) < 1e-6 for value in values):
            return float(10**-decimals)
    return 1e-6
