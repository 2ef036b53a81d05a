"""Facility location: which places to open at a fixed cost, and what each of them sends where, at least total cost."""

from __future__ import annotations

from dataclasses import dataclass

from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.links import known_labels, links_of, single
from copilot.drafting.builtin.families.phrases import patterns, words
from copilot.drafting.builtin.families.plan import Place, Plan, label_of, term
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
from copilot.drafting.formulation import Formulation

FAMILY = "facility"


@dataclass(frozen=True, slots=True)
class Column:
    """One number for each of some places; `words` are its name, or what stands above it where it has none."""

    words: str
    values: dict[str, float]
    unit: str
    place: Place


@dataclass(frozen=True, slots=True)
class _Sites:
    fixed: Column
    capacity: Column | None
    demand: Column
    costs: dict[tuple[str, str], float]
    place: Place


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account, blocks = reading.account, reading.layout.blocks
    goal, opened = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "open"))
    known = known_labels(blocks)
    linked = [block for block in blocks if links_of(block, known)]
    if goal is None or opened is None or len(linked) != 1 or len(blocks) < 3 or _one_source(reading):
        raise NotThisFamily
    costs = single(links_of(linked[0], known))
    sites = _sites([one for block in blocks if block is not linked[0] for one in columns_of(block)], costs, linked[0])
    constant = constant_of(reading)
    reading.settle(FAMILY, len(sites.fixed.values), len(sites.demand.values))
    return _written(reading, sites, account.sentence_at(goal.start()), constant)


def _one_source(reading: Reading) -> bool:
    """Whether the text may say that each client has one site alone: another reader knows that rule."""
    said, other = (
        [match.span() for phrase in patterns(FAMILY, key) for match in reading.account.matches(phrase)]
        for key in ("one_source", "another")
    )
    return any(not any(a < end and start < b for a, b in other) for start, end in said)


def columns_of(block: Block) -> list[Column]:
    """The columns of a block; one without a name is called by what stands above it."""
    return [
        Column(
            name if stems(name) & _spoken() else f"{name} {block.intro}",
            {label_of(label): value for label, value in values.items()},
            unit_of(block, name),
            place_of(block),
        )
        for name, values in columns(block).items()
    ]


def _spoken() -> set[str]:
    return {one for key in ("fixed", "capacity", "demand") for one in stems(" ".join(words(FAMILY)[key]))}


def _sites(found: list[Column], costs: dict[tuple[str, str], float], linked: Block) -> _Sites:
    """Which column is what, by its words; the links may lead either way."""
    roles: dict[str, Column] = {}
    for column in found:
        said = stems(column.words)
        role = [key for key in ("fixed", "demand", "capacity") if said & stems(" ".join(words(FAMILY)[key]))]
        if not role or role[0] in roles:
            said_words = " ".join(column.words.split())
            raise InDoubt(f"It is not clear whether “{said_words}” is a fixed cost, a demand or a capacity.")
        roles[role[0]] = column
    if "fixed" not in roles or "demand" not in roles:
        raise NotThisFamily
    fixed, demand, capacity = roles["fixed"], roles["demand"], roles.get("capacity")
    if {tail for tail, _ in costs} == set(demand.values):
        costs = {(head, tail): value for (tail, head), value in costs.items()}
    if set(costs) != {(site, client) for site in fixed.values for client in demand.values}:
        raise InDoubt("There must be one cost for each place that may open and each place that needs something.")
    if capacity is not None and set(capacity.values) != set(fixed.values):
        raise InDoubt("Each place that may open must have a capacity, or none of them.")
    return _Sites(fixed, capacity, demand, costs, place_of(linked))


def _written(reading: Reading, sites: _Sites, said: Place, constant: float) -> Formulation:
    plan = Plan(reading.layout.text, reading.layout.sources)
    fixed, demand, capacity = sites.fixed, sites.demand, sites.capacity
    here, there = plan.index("sites", fixed.values, fixed.place), plan.index("clients", demand.values, demand.place)
    opening = plan.table("fixed_cost", (here,), dict(fixed.values), fixed.place, unit=fixed.unit)
    need = plan.table("demand", (there,), dict(demand.values), demand.place, unit=demand.unit)
    cost = plan.table("cost", (here, there), dict(sites.costs), sites.place, label="cost of a unit on each link")
    is_open = plan.variable("open", (here,), said, domain="binary", label="the site is opened")
    send = plan.variable("send", (here, there), said, label="amount sent on each link", unit=demand.unit)
    plan.rule("demand met", [term(send)], ">=", need, demand.place, kind="requirement", indices=(there,))
    only = [term(send), term(is_open, need, minus=True)]
    plan.rule("only from open sites", only, "<=", 0, demand.place, kind="logical", indices=(here, there))
    if capacity is not None:
        room = plan.table("capacity", (here,), dict(capacity.values), capacity.place, unit=capacity.unit)
        within = [term(send), term(is_open, room, minus=True)]
        plan.rule("capacity of open sites", within, "<=", 0, capacity.place, kind="resource", indices=(here,))
    if reading.account.says(patterns(FAMILY, "split")) is None:
        plan.assume("One place may be served from several sites.", send)
    total = [term(is_open, opening), term(send, cost)]
    title = "Facility location: which sites to open, and what each sends"
    return plan.formulation(title, "total cost", "minimize", total, said, constant=constant, unit=fixed.unit)
