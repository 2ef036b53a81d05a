"""Largest flow: as much as the capacities of the links let through from one place to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.plan import Key, Place, Plan, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily
from copilot.drafting.builtin.nets.bounds import Bound, bounds_of
from copilot.drafting.builtin.nets.data import Column, Ends
from copilot.drafting.builtin.nets.ends import ends_of
from copilot.drafting.builtin.nets.network import Network, Written, measure, network_of, per_arc, write_network
from copilot.drafting.builtin.nets.pairs import closed_links
from copilot.drafting.builtin.nets.reading import Reading, said_number
from copilot.drafting.formulation import Formulation

FAMILY = "maxflow"


@dataclass(frozen=True, slots=True)
class _Flow:
    network: Network
    capacity: Mapping[Ends, float]
    sources: tuple[str, ...]
    sinks: tuple[str, ...]
    bounds: Sequence[Bound]


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    network = network_of(reading, two_way=False)
    goal = reading.heard(FAMILY, "largest")
    if goal is None:
        raise NotThisFamily
    limit = measure(network, "limit", alone=True)
    if limit is None:
        raise NotThisFamily
    if len(network.measures) > 1 and reading.says("mincost", "cheapest"):
        raise NotThisFamily
    if len(network.measures) > 1:
        raise InDoubt("The links have other numbers beside their capacity; say what they are for, or leave them out.")
    closed = closed_links(reading, two_way=network.two_way)
    sources, sinks = _ends(reading, network)
    bounds = bounds_of(reading)
    reading.settle(FAMILY, len(network.nodes), len(network.nodes) - 2, len(network.arcs), len(sources), len(sinks))
    if any(column.role != "limit" or not set(column.values) <= set(network.nodes) for column in reading.data.columns):
        raise InDoubt(f"It is not clear what “{reading.data.columns[0].words}” is for.")
    capacity = {ends: value for ends, value in network.numbers(limit).items() if ends not in closed}
    flow = _Flow(network, capacity, sources, sinks, bounds)
    return _written(reading, flow, reading.sentence(goal.start()))


def _ends(reading: Reading, network: Network) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where the flow starts and where it ends: as told, or where links only lead away and only lead to."""
    told = ends_of(reading, network.nodes)
    if told is not None:
        return (told[0],), (told[1],)
    tails, heads = ([node for node in network.nodes if any(ends[at] == node for ends in network.arcs)] for at in (0, 1))
    sources = tuple(node for node in tails if node not in heads)
    sinks = tuple(node for node in heads if node not in tails)
    named = {one.label for one in reading.marks.mentions}
    if network.two_way or not sources or not sinks or not named & set(sinks) or not set(sources) | set(sinks) >= named:
        raise InDoubt("The text does not name the place where the flow starts and the one where it ends.")
    for one in reading.marks.mentions:
        reading.account.explain(one.start, one.end)
    return sources, sinks


def _written(reading: Reading, flow: _Flow, said: Place) -> Formulation:
    plan, network = Plan(reading.data.text, reading.data.sources), flow.network
    written = write_network(plan, network, list(flow.capacity), said)
    inner = [node for node in network.nodes if node not in (*flow.sources, *flow.sinks)]
    plan.rule(
        "capacity",
        [term(written.flow)],
        "<=",
        per_arc(plan, written, "capacity", flow.capacity, network.place),
        network.place,
        kind="resource",
        indices=(written.arcs,),
    )
    for node in inner:
        plan.rule(
            f"balance at {node}", [term(written.flow, _row(written, node))], "==", 0, network.place, kind="balance"
        )
    for column in reading.data.columns:
        capped(plan, written, flow.capacity, column)
    for bound in flow.bounds:
        bounded(plan, written, flow.capacity, bound, (*flow.sources, *flow.sinks))
    if not network.told:
        plan.assume("Each link leads from the first place named to the second.", written.flow)
    goal = [term(written.flow, _row(written, source)) for source in flow.sources]
    return plan.formulation("Largest flow through a network", "flow out of the source", "maximize", goal, said)


def _row(written: Written, node: str) -> str:
    """What leaves a node less what enters it, as the factor of the flow."""
    return f"{written.incidence.partition('[')[0]}[{node},{written.arcs}]"


def bounded(
    plan: Plan, written: Written, arcs: Mapping[Ends, float], bound: Bound, ends_of_flow: Sequence[str] = ()
) -> None:
    """A bound on one link, on what enters a place, or on every link."""
    limit = said_number(plan, "bound", bound.said)
    name = written.flow.partition("[")[0]
    if bound.every:
        plan.rule(
            "bound",
            [term(written.flow)],
            bound.relation,
            limit,
            bound.said.sentence,
            kind="bound",
            indices=(written.arcs,),
        )
        return
    labels = [label for mark in bound.marks for label in mark]
    if len(labels) == 2:
        inside = [ends for ends in arcs if ends in ((labels[0], labels[1]), (labels[1], labels[0]))]
    elif len(labels) == 1 and bound.through:
        into, out = ([ends for ends in arcs if ends[at] == labels[0]] for at in (1, 0))
        if into and out and labels[0] in ends_of_flow:
            raise InDoubt(f"It is not clear what passes through {labels[0]}, where the flow starts or ends.")
        inside = into or out
    else:
        inside = []
    if not inside:
        raise InDoubt("It is not clear which links a bound of the text is for.")
    terms = [term(f"{name}[{written.labels[ends]}]") for ends in inside]
    plan.rule("bound", terms, bound.relation, limit, bound.said.sentence, kind="bound")


def capped(plan: Plan, written: Written, arcs: Mapping[Ends, float], column: Column) -> None:
    """The most that may pass each of some places."""
    limit = plan.table(f"most through {column.words}", (written.nodes,), _filled(plan, written, column), column.place)
    name = written.flow.partition("[")[0]
    for node in column.values:
        inside = [ends for ends in arcs if ends[1] == node] or [ends for ends in arcs if ends[0] == node]
        terms = [term(f"{name}[{written.labels[ends]}]") for ends in inside]
        plan.rule(
            f"most through {node}", terms, "<=", f"{limit.partition('[')[0]}[{node}]", column.place, kind="resource"
        )


def _filled(plan: Plan, written: Written, column: Column) -> dict[Key, float]:
    nodes = next(item.elements for item in plan.sets if item.name == written.nodes)
    return {node: column.values.get(node, 0.0) for node in nodes}
