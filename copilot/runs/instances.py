"""Instances of versions, decoded once and kept in this process with what tables of their rows and columns need."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from copilot.runs import levers
from copilot.runs.models import ModelVersion, Run
from solvers.instance import Instance

KEPT = 4  # instances in memory, and
KEPT_BYTES = 64 << 20  # of stored size in all, whichever is less; the newest always stays
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Family:
    """A Pyomo component: its name, what the request calls it, its unit, and the names of its index sets."""

    name: str
    label: str
    unit: str
    indices: tuple[str, ...]
    count: int


class Names:
    """The names of the rows or of the columns, ready to be filtered and sorted; immutable."""

    def __init__(self, names: Sequence[str], declared: Mapping[str, Mapping[str, Any]]) -> None:
        self.names = tuple(names)
        found: dict[str, int] = {}
        stems = (name.partition("[")[0] for name in self.names)
        self.family_of: NDArray[np.int32] = np.fromiter(
            (found.setdefault(stem, len(found)) for stem in stems), np.int32, len(self.names)
        )
        counts = np.bincount(self.family_of, minlength=len(found)).tolist()
        self.families = tuple(
            _family(name, declared.get(name, {}), count) for name, count in zip(found, counts, strict=True)
        )

    @cached_property
    def position(self) -> dict[str, int]:
        """Name -> position."""
        return {name: position for position, name in enumerate(self.names)}

    @cached_property
    def rank(self) -> NDArray[np.int64]:
        """The place of each name in alphabetical order, numbers inside names by their size."""
        keys = [
            [int(part) if part.isdecimal() else part for part in _DIGITS.split(name.lower())] for name in self.names
        ]
        ranks = np.empty(len(keys), np.int64)
        ranks[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
        return ranks

    def matching(self, text: str) -> NDArray[np.bool_]:
        """Which names, or labels of their families, contain the text, whatever its case."""
        needle = text.casefold()
        named = np.fromiter((needle in name for name in self._folded), np.bool_, len(self.names))
        labelled = np.array([needle in family.label.casefold() for family in self.families], np.bool_)
        return named | labelled[self.family_of] if len(self.names) else named

    def within(self, family: str) -> NDArray[np.bool_] | None:
        """Which names belong to the family; None when there is no such family."""
        at = next((i for i, one in enumerate(self.families) if one.name == family), None)
        return None if at is None else self.family_of == at

    @cached_property
    def _folded(self) -> list[str]:
        return [name.casefold() for name in self.names]


@dataclass(frozen=True, slots=True)
class Known:
    """An instance with its names; those of the variables that the source fixed come after the columns."""

    instance: Instance
    variables: Names
    rows: Names


def known(version_id: UUID) -> Known:
    """The decoded instance of a version; at most one query, none when it was asked for a moment ago."""
    with _lock:
        if version_id in _kept:
            _kept.move_to_end(version_id)
            return _kept[version_id][0]
    stored, formulation = ModelVersion.objects.values_list("instance", "formulation").get(id=version_id)
    found = _decoded(bytes(stored), formulation or {})
    with _lock:
        _kept[version_id] = found, len(stored)
        while len(_kept) > 1 and (len(_kept) > KEPT or sum(size for _, size in _kept.values()) > KEPT_BYTES):
            _kept.popitem(last=False)
    return found


def known_of(run: Run) -> Known | None:
    """The instance that a run solved, a scenario's changes applied; None when there is no version, or it is gone.

    Raises InstanceError when the changes no longer fit.
    """
    version_id = run.version_id or (run.base_id if run.is_aside else None)
    if version_id is None:
        return None
    found = known(version_id)
    return replace(found, instance=levers.applied(found.instance, levers.changes_of(run.changes)))


def forget() -> None:
    """Drop every instance in memory."""
    with _lock:
        _kept.clear()


_lock = threading.Lock()
_kept: OrderedDict[UUID, tuple[Known, int]] = OrderedDict()


def _decoded(stored: bytes, formulation: Mapping[str, Any]) -> Known:
    instance = Instance.from_bytes(stored)
    variables = {item["name"]: item for item in formulation.get("variables", ())}
    constraints = {item["name"]: item for item in formulation.get("constraints", ())}
    names = (*instance.column_names, *(name for name, _ in instance.fixed))
    return Known(instance, Names(names, variables), Names(instance.row_names, constraints))


def _family(name: str, declared: Mapping[str, Any], count: int) -> Family:
    label = str(declared.get("label") or name)
    if label.startswith(f"{name}:"):  # a whole line of algebra
        label = name
    return Family(name, label, declared.get("unit", ""), tuple(declared.get("indices", ())), count)
