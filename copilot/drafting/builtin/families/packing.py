"""Bin packing: every item into exactly one of many equal bins, as few bins as possible.

A bin is named after the largest item in it, so equal bins need not be told apart: an item joins a bin whose leader is
at least as large and leaves room for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.phrases import patterns
from copilot.drafting.builtin.families.plan import Key, Place, Plan, label_of, term
from copilot.drafting.builtin.families.reading import (
    InDoubt,
    NotThisFamily,
    Reading,
    columns,
    place_of,
    same_unit,
    unit_of,
)
from copilot.drafting.formulation import Assumption, Formulation

FAMILY = "packing"
_MOST = 150


@dataclass(frozen=True, slots=True)
class _Packing:
    name: str
    sizes: dict[str, float]
    unit: str
    capacity: Said


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account = reading.account
    if len(reading.layout.blocks) != 1:
        raise NotThisFamily
    block = reading.layout.blocks[0]
    goal = account.says(patterns(FAMILY, "goal"))
    if goal is None:
        raise NotThisFamily
    table = columns(block)
    if len(table) != 1 or len(block.records) > _MOST:
        raise NotThisFamily
    sentence = account.sentence_at(goal.start())
    name, sizes = next(iter(table.items()))
    unit = unit_of(block, name)
    limits = account.fill(FAMILY).get("capacity", [])
    if len(limits) != 1:
        raise InDoubt(f"There must be one capacity for all bins; I found {len(limits)}.")
    if not same_unit(unit, limits[0].unit):
        raise InDoubt(f"The capacity is given in {limits[0].unit}, the items in {unit}.")
    once = account.says(patterns(FAMILY, "once"))
    reading.settle(FAMILY, len(block.records))
    too_large = [label for label, size in sizes.items() if size > limits[0].value]
    if too_large:
        raise InDoubt(f"{too_large[0]} is larger than a bin, so no packing exists.")
    said = account.sentence_at(once.start()) if once else sentence
    packing = _Packing(name or "size", {label_of(label): size for label, size in sizes.items()}, unit, limits[0])
    formulation = _written(Plan(reading.layout.text, reading.layout.sources), packing, place_of(block), sentence, said)
    if once is None:
        every = Assumption(text="Every item must be packed, each into one bin.")
        return formulation.model_copy(update={"assumptions": (every,)})
    return formulation


def _written(plan: Plan, packing: _Packing, place: Place, sentence: Place, said: Place) -> Formulation:
    sizes, limit = packing.sizes, packing.capacity
    items, bins = plan.index("items", sizes, place), plan.index("bins", sizes, place)
    inside, own_bin = "item lies in the bin named after the other", "bin is used, and named after its largest item"
    put = plan.variable("put", (items, bins), sentence, domain="binary", label=inside)
    used = plan.variable("used", (bins,), sentence, domain="binary", label=own_bin)
    size = plan.table(packing.name, (items,), sizes, place, unit=packing.unit)
    capacity = plan.said("capacity of a bin", limit)
    fits = joins_of(sizes, limit.value)
    may = plan.table("may_join", (items, bins), fits, place, label="1 where both fit into one bin")
    plan.rule("each in one bin", [term(put)], "==", 1, said, kind="balance", indices=(items,))
    room = [term(put, size), term(used, capacity, minus=True)]
    plan.rule("room in each bin", room, "<=", 0, limit.sentence, kind="resource", indices=(bins,))
    joins = [term(put), term(used, may, minus=True)]
    plan.rule("only bins in use", joins, "<=", 0, limit.sentence, kind="logical", indices=(items, bins))
    own = [term(f"put[{bins},{bins}]"), term(used, minus=True)]
    plan.rule("each bin holds the item it is named after", own, "==", 0, said, kind="logical", indices=(bins,))
    title = "Bin packing: as few bins as possible"
    return plan.formulation(title, "number of bins", "minimize", [term(used)], sentence)


def joins_of(sizes: dict[str, float], capacity: float) -> dict[Key, float]:
    """1 where an item may lie in the bin named after the other: its own, or that of a larger one that leaves room."""
    order = sorted(sizes, key=lambda label: -sizes[label])
    rank = {label: position for position, label in enumerate(order)}
    return {
        (item, other): float(item == other or (rank[other] < rank[item] and sizes[item] + sizes[other] <= capacity))
        for item in sizes
        for other in sizes
    }
