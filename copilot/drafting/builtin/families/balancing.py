"""Rebalancing: move goods among places that each have some and need some, at the least cost of moving."""

from __future__ import annotations

from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.links import known_labels, links_of, single
from copilot.drafting.builtin.families.phrases import patterns, words
from copilot.drafting.builtin.families.plan import Key, Plan, label_of, term
from copilot.drafting.builtin.families.reading import (
    InDoubt,
    NotThisFamily,
    Reading,
    columns,
    place_of,
    stems,
    unit_of,
)
from copilot.drafting.formulation import Formulation

FAMILY = "network"
Ends = tuple[str, str]


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account, blocks = reading.account, reading.layout.blocks
    known = known_labels(blocks)
    linked = [block for block in blocks if links_of(block, known)]
    goal, meet = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "meet"))
    if len(blocks) != 2 or len(linked) != 1 or goal is None or meet is None:
        raise NotThisFamily
    stocked = next(block for block in blocks if block is not linked[0])
    stock, need = _columns(stocked)
    costs = single(links_of(linked[0], known))
    labels = [label_of(label) for label in stocked.labels]
    if {end for ends in costs for end in ends} - set(labels):
        raise InDoubt("The links join places of which it is not said what they have and need.")
    reading.settle(FAMILY, len(labels), len(labels) - 1)
    return _written(reading, (stocked, linked[0]), (stock, need), costs)


def _columns(block: Block) -> Ends:
    """Names of the columns of what the places have and of what they need."""
    names = list(columns(block))
    need = [name for name in names if stems(name) & stems(" ".join(words(FAMILY)["need"]))]
    stock = [name for name in names if stems(name) & stems(" ".join(words(FAMILY)["supply"])) and name not in need]
    if len(names) != 2 or len(need) != 1 or len(stock) != 1:
        raise NotThisFamily
    return stock[0], need[0]


def _written(reading: Reading, blocks: tuple[Block, Block], names: Ends, costs: dict[Ends, float]) -> Formulation:
    account, (stocked, linked) = reading.account, blocks
    goal, meet = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "meet"))
    assert goal
    assert meet
    said, met = account.sentence_at(goal.start()), account.sentence_at(meet.start())
    plan, place = Plan(reading.layout.text, reading.layout.sources), place_of(linked)
    table = {name: {label_of(k): v for k, v in values.items()} for name, values in columns(stocked).items()}
    labels = list(table[names[0]])
    here, there = plan.index("places", labels, place_of(stocked)), plan.index("next places", labels, place_of(stocked))
    unit = unit_of(stocked, names[1])
    stock = plan.table("stock", (here,), dict(table[names[0]]), place_of(stocked), unit=unit)
    need = plan.table("need", (here,), dict(table[names[1]]), place_of(stocked), unit=unit)
    full: dict[Key, float] = {(a, b): costs.get((a, b), 0.0) for a in labels for b in labels}
    cost = plan.table("cost", (here, there), full, place, label="cost of moving a unit on each link")
    move = plan.variable("move", (here, there), said, label="amount moved on each link", unit=unit)
    name = move.partition("[")[0]
    if len(costs) < len(labels) * (len(labels) - 1):
        none: dict[Key, float] = {(a, b): float(a != b and (a, b) not in costs) for a in labels for b in labels}
        gap = plan.table("no_link", (here, there), none, place, label="1 where nothing can be moved")
        plan.rule("only along links", [term(move, gap)], "==", 0, place, kind="logical")
    for label in labels:
        rows = [term(f"{name}[{here},{label}]"), term(f"{name}[{label},{there}]", minus=True)]
        limit = f"{need.partition('[')[0]}[{label}] - {stock.partition('[')[0]}[{label}]"
        plan.rule(f"need of {label}", rows, ">=", limit, met, kind="requirement")
    title = "Move goods among places so that each has what it needs, at least cost"
    return plan.formulation(title, "total cost", "minimize", [term(move, cost)], said)
