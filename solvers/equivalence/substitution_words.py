"""Says a change of variables in words: which variables became what, family by family."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from solvers.equivalence.certificate import Mapping
from solvers.equivalence.changes import family_of, number_text
from solvers.equivalence.normal import Work
from solvers.instance import Instance

FAMILIES = 20


def how_changed(works: tuple[Work, Work], mapping: Mapping) -> str:
    """Return which kind of equivalence a checked change of variables is."""
    assert mapping.scale is not None
    assert mapping.shift is not None
    columns = works[0].kept_columns()
    same = np.all(mapping.scale[columns] == 1) and np.all(mapping.shift[columns] == 0)
    return "objective scaled" if same and mapping.objective != 1 else "under a change of variables"


def change_notes(first: Instance, second: Instance, works: tuple[Work, Work], mapping: Mapping) -> tuple[str, ...]:
    """Return one sentence per pair of families whose variables changed, and one on the objective."""
    notes = list(_family_notes(first, second, works, mapping))
    if len(notes) > FAMILIES:
        notes = [*notes[:FAMILIES], f"{len(notes) - FAMILIES} more families of variables changed."]
    if mapping.objective != 1:
        notes.append(f"The first objective is {number_text(mapping.objective)} × the second.")
    return tuple(notes)


def _family_notes(first: Instance, second: Instance, works: tuple[Work, Work], mapping: Mapping) -> Iterator[str]:
    assert mapping.scale is not None
    assert mapping.shift is not None
    members: dict[tuple[str, str], int] = defaultdict(int)
    changed: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for j in works[0].kept_columns().tolist():
        pair = family_of(first.column_names[j]), family_of(second.column_names[int(mapping.column[j])])
        members[pair] += 1
        scale, shift = float(mapping.scale[j]), float(mapping.shift[j])
        if scale != 1 or shift:
            changed[pair].append((scale, shift))
    for pair, found in changed.items():
        yield f"{_formula(pair, found)} in {len(found)} of {members[pair]}."


def _formula(pair: tuple[str, str], found: list[tuple[float, float]]) -> str:
    mine, other = pair
    other = f"{other} of the second model" if mine == other else other
    scales, shifts = {number_text(scale) for scale, _ in found}, {number_text(shift) for _, shift in found}
    multiple = _multiple(scales, other)
    if len(shifts) == 1:
        shift = found[0][1]
        if not shift:
            return f"{mine} is {multiple}"
        sign = "+" if shift > 0 else "−"
        return f"{mine} is {multiple} {sign} {number_text(abs(shift))}"
    low, high = min(shift for _, shift in found), max(shift for _, shift in found)
    return f"{mine} is {multiple} plus a constant from {number_text(low)} to {number_text(high)}"


def _multiple(scales: set[str], other: str) -> str:
    if len(scales) > 1:
        return f"a multiple of {other}, with {len(scales)} different factors,"
    (scale,) = scales
    return {"1": other, "-1": f"−{other}"}.get(scale, f"{scale} × {other}")
