"""The numbers of an instance that a person may turn, named and changed in the words of the request."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from copilot.drafting.formulation import Formulation
from copilot.runs.words import number, objective_label, short_label, unit_of
from solvers.explain.items import AT_LEAST, Item, Kind
from solvers.explain.whatif import Lever, Turn, turned
from solvers.instance import Instance, InstanceError

FIXED = "fixed value"
OF_ROWS: tuple[str, ...] = (Lever.AT_MOST, Lever.AT_LEAST, Lever.RIGHT_HAND_SIDE)
OF_COLUMNS: tuple[str, ...] = (FIXED, Lever.COST, Lever.LOWER_BOUND, Lever.UPPER_BOUND)


@dataclass(frozen=True, slots=True)
class Change:
    """One number set to `value`: which `lever` of the row or column called `name`; `old` is infinite where none was."""

    lever: str
    name: str
    old: float
    value: float

    def data(self, formulation: Formulation) -> dict[str, Any]:
        """The change as JSON, with its words; an infinite old value becomes None."""
        old = self.old if math.isfinite(self.old) else None
        return {
            "lever": str(self.lever),
            "name": self.name,
            "old": old,
            "value": self.value,
            "label": subject(self.lever, self.name, formulation),
            "old_text": ("free" if self.lever == FIXED else "none")
            if old is None
            else _text(self.lever, self.name, old, formulation),
            "value_text": _text(self.lever, self.name, self.value, formulation),
            "words": words(self, formulation),
        }


def changes_of(data: Iterable[dict[str, Any]]) -> tuple[Change, ...]:
    """Stored changes, as `Change.data` wrote them."""
    return tuple(
        Change(one["lever"], one["name"], math.inf if one["old"] is None else one["old"], one["value"]) for one in data
    )


def lever_of(item: Item) -> str:
    """The lever that moves the limit of an item: a side of a row, or a bound."""
    if item.kind is Kind.ROW:
        return Lever.AT_LEAST if item.side == AT_LEAST else Lever.AT_MOST
    return Lever.LOWER_BOUND if item.kind is Kind.LOWER_BOUND else Lever.UPPER_BOUND


def current(instance: Instance, lever: str, name: str) -> float:
    """The number as it is; raises InstanceError for an unknown name. A fixed value has none: infinite."""
    names = instance.row_names if lever in OF_ROWS else instance.column_names
    if name not in names:
        raise InstanceError(f"There is no {'row' if lever in OF_ROWS else 'column'} called {name}.")
    place = names.index(name)
    arrays = {
        Lever.AT_LEAST: instance.row_lower,
        Lever.AT_MOST: instance.row_upper,
        Lever.RIGHT_HAND_SIDE: instance.row_upper,
        Lever.COST: instance.cost,
        Lever.LOWER_BOUND: instance.column_lower,
        Lever.UPPER_BOUND: instance.column_upper,
    }
    return math.inf if lever == FIXED else float(arrays[Lever(lever)][place])


def applied(instance: Instance, changes: Sequence[Change]) -> Instance:
    """A new instance with the numbers replaced; nothing is built again, and the given one stays as it is.

    A fixed value outside the bounds makes them cross, so that the conflict names the bound that forbids it.
    """
    for change in changes:
        if change.lever != FIXED:
            instance = turned(instance, Turn(Lever(change.lever), change.name), change.value)
            continue
        current(instance, FIXED, change.name)
        place = instance.column_names.index(change.name)
        lower, upper = instance.column_lower.copy(), instance.column_upper.copy()
        lower[place], upper[place] = max(lower[place], change.value), min(upper[place], change.value)
        instance = replace(instance, column_lower=lower, column_upper=upper)
    return instance


def subject(lever: str, name: str, formulation: Formulation) -> str:
    """Which number it is, for a list: "carpentry hours", "largest allowed desks", "desks in Profit"."""
    label = short_label(name, formulation)
    if lever == Lever.COST:
        return f"{label} in {objective_label(formulation)}"
    if lever in (Lever.LOWER_BOUND, Lever.UPPER_BOUND):
        return f"{'smallest' if lever == Lever.LOWER_BOUND else 'largest'} allowed {label}"
    return label


def words(change: Change, formulation: Formulation) -> str:
    """The change in a few words: raise “carpentry hours” from 240 to 260."""
    label = short_label(change.name, formulation)
    new = _text(change.lever, change.name, change.value, formulation)
    if change.lever == FIXED:
        return f"fix “{label}” at {new}"
    which = {
        Lever.COST: f"what “{label}” counts in {objective_label(formulation)}",
        Lever.LOWER_BOUND: f"the smallest allowed “{label}”",
        Lever.UPPER_BOUND: f"the largest allowed “{label}”",
    }.get(Lever(change.lever), f"“{label}”")
    if not math.isfinite(change.old):
        return f"set {which} to {new}"
    if change.old == 0 and change.lever in OF_ROWS:
        # Such a rule compares quantities, and may be built the other way round: its side would mislead.
        verb = "loosen" if (change.value > 0) == (change.lever == Lever.AT_MOST) else "tighten"
        amount = _text(change.lever, change.name, abs(change.value), formulation)
        return f"{verb} {which} by {amount}" if change.lever != Lever.RIGHT_HAND_SIDE else f"set {which} to {new}"
    verb = "raise" if change.value > change.old else "lower"
    return f"{verb} {which} from {_text(change.lever, change.name, change.old, formulation)} to {new}"


def _text(lever: str, name: str, value: float, formulation: Formulation) -> str:
    unit = formulation.objective.unit if lever == Lever.COST else unit_of(name, formulation)
    return number(value, unit)
