"""Names of rows or columns taken apart: the family before the bracket, and the words of the index inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def family_of(name: str) -> str:
    """Return the Pyomo component a row or column belongs to: its name before the bracket."""
    return name.partition("[")[0]


def index_of(name: str) -> tuple[str, ...]:
    """Return the words of the index of a name such as x[a,b]; none for a name without brackets."""
    inside = name.partition("[")[2].removesuffix("]")
    return tuple(inside.split(",")) if inside else ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Name k belongs to `families[family[k]]`; families stand in the order of their first members."""

    names: Sequence[str]
    families: tuple[str, ...]
    family: Ints

    @classmethod
    def of(cls, names: Sequence[str]) -> Catalogue:
        """Return the families of these names."""
        names = tuple(names)
        known: dict[str, int] = {}
        numbers = (known.setdefault(name.partition("[")[0], len(known)) for name in names)
        family = np.fromiter(numbers, dtype=np.int64, count=len(names))
        return cls(names, tuple(known), family)

    def members(self, kept: Ints, *, least: int = 1) -> dict[str, Ints]:
        """Return the kept members of each family that has at least so many."""
        count = np.bincount(self.family[kept], minlength=len(self.families))
        kept = kept[count[self.family[kept]] >= least]
        order = np.argsort(self.family[kept], kind="stable")
        sorted_family = self.family[kept][order]
        starts = np.flatnonzero(np.diff(sorted_family, prepend=-1))
        parts = np.split(kept[order], starts[1:])
        return {self.families[int(sorted_family[s])]: part for s, part in zip(starts.tolist(), parts, strict=False)}


def index_words(names: Sequence[str], members: Ints, known: dict[str, int]) -> Ints:
    """Return the index words of these names as integers, one row a name; no columns where the lengths differ.

    `known` holds the integers given so far, so that equal words of two models get equal integers.
    """
    keys = [index_of(names[i]) for i in members.tolist()]
    width = len(keys[0]) if keys else 0
    if any(len(key) != width for key in keys):
        return np.zeros((len(keys), 0), dtype=np.int64)
    numbers = (known.setdefault(word, len(known)) for key in keys for word in key)
    return np.fromiter(numbers, dtype=np.int64, count=width * len(keys)).reshape(len(keys), width)
