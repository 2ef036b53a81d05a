"""Transportation: ship from places with a supply to places with a need, over links with a cost and perhaps a limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.links import Link, known_labels, links_of, unique
from copilot.drafting.builtin.families.phrases import patterns, words
from copilot.drafting.builtin.families.plan import Key, Plan, label_of, term
from copilot.drafting.builtin.families.reading import (
    InDoubt,
    NotThisFamily,
    Reading,
    columns,
    constant_of,
    place_of,
    stems,
    unit_of,
)
from copilot.drafting.builtin.words import stem
from copilot.drafting.formulation import RELATION_WORDS, Formulation, Relation

FAMILY = "network"


@dataclass(frozen=True, slots=True)
class _Shipping:
    supply: Block
    demand: Block
    links: Block
    supplies: dict[str, float]
    demands: dict[str, float]
    costs: dict[tuple[str, str], float]
    limits: dict[tuple[str, str], float]


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account, blocks = reading.account, reading.layout.blocks
    known = known_labels(blocks)
    linked = [block for block in blocks if links_of(block, known)]
    if len(blocks) != 3 or len(linked) != 1 or account.says(patterns(FAMILY, "goal")) is None:
        raise NotThisFamily
    shipping = _shipping([block for block in blocks if block is not linked[0]], linked[0], known)
    if account.says(patterns(FAMILY, "meet")) is None:
        raise InDoubt("The text does not say that every need is met.")
    if account.says(patterns(FAMILY, "one_source")):
        raise InDoubt("The text may want each place to be served from one place alone, and I cannot write that.")
    constant = constant_of(reading)
    exact = account.says(patterns(FAMILY, "exact")) is not None
    emptied = account.says(patterns(FAMILY, "emptied")) is not None
    for key in ("exact", "emptied"):
        account.absorb(patterns(FAMILY, key))
    reading.settle(
        FAMILY, len(shipping.supplies), len(shipping.demands), len(shipping.supplies) + len(shipping.demands)
    )
    return _written(reading, shipping, constant, exact=exact, emptied=emptied)


def _shipping(ends: Sequence[Block], linked: Block, known: Mapping[str, str]) -> _Shipping:
    """Which block is the supply and which the need, by the links and by the names of the columns."""
    links = links_of(linked, known)
    tails, heads = {link.tail for link in links}, {link.head for link in links}
    amounts = [_amounts(block) for block in ends]
    order = (0, 1) if set(amounts[0]) >= tails and set(amounts[1]) >= heads else (1, 0)
    supply, demand = ends[order[0]], ends[order[1]]
    supplies, demands = amounts[order[0]], amounts[order[1]]
    if set(supplies) != tails or set(demands) != heads:
        raise InDoubt("The links do not join the places that supply with those that need; use the same names in both.")
    if _says(demand, "supply") and not _says(demand, "need"):
        raise InDoubt("It is not clear which places supply and which need.")
    if not _is(demand, "need") or not _is(supply, "supply") or _says(supply, "need"):
        raise InDoubt("Say which places have a supply and which a demand.")
    costs, limits = _numbers(links)
    return _Shipping(supply, demand, linked, supplies, demands, costs, limits)


def _amounts(block: Block) -> dict[str, float]:
    table = columns(block)
    if len(table) != 1:
        raise NotThisFamily
    return {label_of(label): value for label, value in next(iter(table.values())).items()}


def _says(block: Block, key: str) -> bool:
    """Whether the column, or where it has no name the sentence above it, uses a word of supply or need."""
    name = next(iter(columns(block)))
    return bool(stems(name or block.intro) & {stem(word) for word in words(FAMILY)[key]})


def _is(block: Block, key: str) -> bool:
    """Whether the column or the sentence above it uses a word of supply or need: what stands at a link's end is one."""
    return _says(block, key) or bool(stems(block.intro) & {stem(word) for word in words(FAMILY)[key]})


def _numbers(links: Sequence[Link]) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    costs, limits = {}, {}
    cost_words = {stem(word) for word in words(FAMILY)["cost"]}
    limit_words = {stem(word) for word in words(FAMILY)["limit"]}
    for link in links:
        ends = (link.tail, link.head)
        if len(link.cells) == 1 and not (stems(link.cells[0].name) & limit_words):
            costs[ends] = link.cells[0].value
            continue
        cost = [cell for cell in link.cells if stems(cell.name) & cost_words]
        limit = [cell for cell in link.cells if stems(cell.name) & limit_words and cell not in cost]
        if len(cost) != 1 or len(limit) != 1 or len(link.cells) != 2:
            raise InDoubt(f"I did not understand the numbers of the link from {link.tail} to {link.head}.")
        costs[ends], limits[ends] = cost[0].value, limit[0].value
    if limits and len(limits) < len(costs):
        raise InDoubt("Some links have a limit and some have none; give each one.")
    return unique(links, costs), limits


def _written(reading: Reading, shipping: _Shipping, constant: float, *, exact: bool, emptied: bool) -> Formulation:
    account = reading.account
    goal, meet = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "meet"))
    assert goal
    assert meet
    said, met, place = account.sentence_at(goal.start()), account.sentence_at(meet.start()), place_of(shipping.links)
    plan = Plan(reading.layout.text, reading.layout.sources)
    here = plan.index("origins", shipping.supplies, place_of(shipping.supply))
    there = plan.index("destinations", shipping.demands, place_of(shipping.demand))
    unit = unit_of(shipping.demand, next(iter(columns(shipping.demand))))
    supply = plan.table("supply", (here,), dict(shipping.supplies), place_of(shipping.supply), unit=unit)
    demand = plan.table("demand", (there,), dict(shipping.demands), place_of(shipping.demand), unit=unit)
    pairs = [(a, b) for a in shipping.supplies for b in shipping.demands]
    costs: dict[Key, float] = {pair: shipping.costs.get(pair, 0.0) for pair in pairs}
    cost = plan.table("cost", (here, there), costs, place, label="cost of a unit on each link")
    ship = plan.variable("ship", (here, there), said, label="amount shipped on each link", unit=unit)
    sent: Relation = "==" if emptied else "<="
    named, held = f"supply {RELATION_WORDS[sent]}", place_of(shipping.supply)
    plan.rule(named, [term(ship)], sent, supply, held, kind="resource", indices=(here,))
    relation: Relation = "==" if exact else ">="
    named = f"demand {RELATION_WORDS[relation]}"
    plan.rule(named, [term(ship)], relation, demand, met, kind="requirement", indices=(there,))
    if shipping.limits or len(shipping.costs) < len(pairs):
        total = sum(shipping.supplies.values())
        limits: dict[Key, float] = {p: shipping.limits.get(p, total if p in shipping.costs else 0.0) for p in pairs}
        limit = plan.table("link_limit", (here, there), limits, place, unit=unit, label="most on each link")
        plan.rule("link at most", [term(ship)], "<=", limit, place, kind="bound", indices=(here, there))
    return plan.formulation(
        "Transportation at least cost", "total cost", "minimize", [term(ship, cost)], said, constant=constant
    )
