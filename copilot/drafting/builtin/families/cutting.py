"""Cutting stock: as few pieces of stock as possible, each cut in one of the ways that fit.

The ways to cut are listed in full (Gilmore and Gomory 1961, "A linear programming approach to the cutting-stock
problem"), so a problem with too many of them is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from copilot.drafting.builtin.families.phrases import patterns, words
from copilot.drafting.builtin.families.plan import Key, Plan, label_of, term
from copilot.drafting.builtin.families.reading import (
    InDoubt,
    NotThisFamily,
    Reading,
    columns,
    place_of,
    same_unit,
    stems,
    unit_of,
)
from copilot.drafting.formulation import Formulation

FAMILY = "cutting"
_MOST = 1_500


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account, blocks = reading.account, reading.layout.blocks
    goal = account.says(patterns(FAMILY, "goal"))
    if len(blocks) != 1 or goal is None or account.says(patterns(FAMILY, "cut")) is None:
        raise NotThisFamily
    block, table = blocks[0], columns(blocks[0])
    needs = [name for name in table if stems(f"{name} {unit_of(block, name)}") & stems(" ".join(words(FAMILY)["need"]))]
    sizes = [name for name in table if name not in needs]
    if len(needs) != 1 or len(sizes) != 1:
        raise NotThisFamily
    stock = account.fill(FAMILY).get("stock", [])
    if len({said.value for said in stock}) != 1:
        raise InDoubt(f"There must be one size of the stock; I found {len(stock)}.")
    unit = unit_of(block, sizes[0])
    if not same_unit(unit, stock[0].unit):
        raise InDoubt(f"The stock is given in {stock[0].unit}, the pieces in {unit}.")
    reading.settle(FAMILY, len(block.records))
    length = {label_of(label): value for label, value in table[sizes[0]].items()}
    need = {label_of(label): value for label, value in table[needs[0]].items()}
    too_long = [label for label, value in length.items() if value > stock[0].value]
    if too_long:
        raise InDoubt(f"{too_long[0]} is larger than the stock, so it cannot be cut.")
    said, place = account.sentence_at(goal.start()), place_of(block)
    plan = Plan(reading.layout.text, reading.layout.sources)
    pieces = plan.index("pieces", length, place)
    found = ways_of(length, need, stock[0].value)
    ways = plan.index("ways", found, stock[0].sentence)
    wanted = plan.table("needed", (pieces,), dict(need), place)
    inside: dict[Key, float] = {(a, way): float(counts[a]) for a in length for way, counts in found.items()}
    share = plan.table("in_a_way", (pieces, ways), inside, place, label="how many of a piece a way to cut gives")
    cut = plan.variable("cut", (ways,), said, domain="integer", label="pieces of stock cut in each way")
    plan.rule("enough of each", [term(cut, share)], ">=", wanted, place, kind="requirement", indices=(pieces,))
    plan.assume(
        f"The ways to cut are all those that fit into {stock[0].value:g} and leave no room for a further piece."
    )
    return plan.formulation("Cutting stock: as few as possible", "pieces of stock", "minimize", [term(cut)], said)


def ways_of(length: Mapping[str, float], need: Mapping[str, float], stock: float) -> dict[str, dict[str, int]]:
    """Every way to cut that no further piece fits into; InDoubt where there are too many."""
    order = sorted(length, key=lambda label: -length[label])
    found: dict[str, dict[str, int]] = {}

    def grow(at: int, left: float, counts: dict[str, int]) -> None:
        if len(found) > _MOST:
            raise InDoubt(f"There are more than {_MOST:,} ways to cut, which is too many to list.")
        if at == len(order):
            if all(left < length[label] - 1e-9 or counts[label] >= need[label] for label in order):
                found[f"way {len(found) + 1}"] = dict(counts)
            return
        label = order[at]
        for count in range(int(min((left + 1e-9) // length[label], need[label])), -1, -1):
            grow(at + 1, left - count * length[label], {**counts, label: count})

    grow(0, stock, {})
    return found
