"""Writes the formulations of stories of places and links."""

from __future__ import annotations

from collections.abc import Iterable

from copilot.drafting.builtin.families.plan import Key, Place, Plan, label_of, term
from copilot.drafting.builtin.families.rounds import one_round
from copilot.drafting.builtin.families.stories.amounts import Told
from copilot.drafting.builtin.families.stories.graph import Graph, Pair
from copilot.drafting.builtin.families.stories.shipping import Shipping, Sites
from copilot.drafting.builtin.families.stories.telling import Telling
from copilot.drafting.formulation import Formulation


def tour(telling: Telling, graph: Graph, lengths: dict[Pair, float], said: Place) -> Formulation:
    """A round trip."""
    plan, place = Plan(telling.text), _listed(telling)
    places = [label_of(node) for node in graph.nodes]
    here, there = plan.index("places", places, place), plan.index("next places", places, place)
    full: dict[Key, float] = {
        (label_of(a), label_of(b)): lengths.get((a, b), 0.0) for a in graph.nodes for b in graph.nodes
    }
    length = plan.table("length", (here, there), full, place, unit=_unit(graph), label="from one place to the next")
    go = plan.variable("go", (here, there), said, domain="binary", label="goes straight from one place to the other")
    plan.rule("leave each place once", [term(go)], "==", 1, said, kind="balance", indices=(here,))
    plan.rule("reach each place once", [term(go)], "==", 1, said, kind="balance", indices=(there,))
    plan.rule("no leg to itself", [term(f"go[{here},{here}]")], "==", 0, said, kind="logical", indices=(here,))
    one_round(plan, places, go, here=here, place=place, said=said)
    if len(graph.links) < len(places) * (len(places) - 1):
        plan.assume("A link is as long in the one direction as in the other.", length)
    title = "Round trip: visit every place once and come back"
    return plan.formulation(title, "total length of the trip", "minimize", [term(go, length)], said, unit=_unit(graph))


def flow(telling: Telling, graph: Graph, limits: dict[Pair, float], ends: Pair, said: Place) -> Formulation:
    """The largest flow from the source to the sink."""
    plan = Plan(telling.text)
    here, there = _nodes(plan, telling, graph)
    full = _full(graph, limits)
    most = plan.table("capacity", (here, there), full, _listed(telling), unit=_unit(graph), label="most on each link")
    carried = plan.variable("flow", (here, there), said, label="flow on each link")
    plan.rule("capacity of each link", [term(carried)], "<=", most, said, kind="resource", indices=(here, there))
    _balanced(plan, graph, {}, (here, there), said, ends)
    plan.rule("nothing back", [term(f"flow[{here},{label_of(ends[0])}]")], "==", 0, said, kind="balance")
    goal = [term(f"flow[{label_of(ends[0])},{there}]")]
    return plan.formulation("Largest flow through a network", "flow out of the source", "maximize", goal, said)


def path(telling: Telling, graph: Graph, costs: dict[Pair, float], ends: Pair, said: Place) -> Formulation:
    """The shortest way from the source to the sink."""
    plan = Plan(telling.text)
    here, there = _nodes(plan, telling, graph)
    cost = plan.table("length", (here, there), _full(graph, costs), _listed(telling), label="length of each link")
    _along(plan, telling, graph, (here, there), said)
    _balanced(plan, graph, {ends[0]: 1.0, ends[1]: -1.0}, (here, there), said, ())
    goal = [term(f"flow[{here},{there}]", cost)]
    return plan.formulation("Shortest way through a network", "total length", "minimize", goal, said)


def ship(telling: Telling, graph: Graph, plan_of: Shipping, said: Place) -> Formulation:
    """Shipping from the places that have to those that need, perhaps through others."""
    plan = Plan(telling.text)
    here, there = _nodes(plan, telling, graph)
    cost = plan.table("cost", (here, there), _full(graph, plan_of.costs), _listed(telling), label="cost of a unit")
    if plan_of.limits:
        full = _full(graph, plan_of.limits)
        most = plan.table("link limit", (here, there), full, _listed(telling), label="most on each link")
        flow_of = plan.variable("flow", (here, there), said, label="amount on each link")
        plan.rule("link at most", [term(flow_of)], "<=", most, said, kind="bound", indices=(here, there))
    else:
        _along(plan, telling, graph, (here, there), said)
    supplies, demands = _ends(plan, "origins", plan_of.supply), _ends(plan, "destinations", plan_of.demand)
    have = plan.table("supply", (supplies,), _keyed(plan_of.supply), _place(plan_of.supply), unit=plan_of.supply.unit)
    need = plan.table("demand", (demands,), _keyed(plan_of.demand), _place(plan_of.demand), unit=plan_of.demand.unit)
    out, into = [term(f"flow[{supplies},{there}]")], [term(f"flow[{here},{demands}]")]
    plan.rule("supply at most", out, "<=", have, _place(plan_of.supply), kind="resource", indices=(supplies,))
    plan.rule("demand met", into, ">=", need, _place(plan_of.demand), kind="requirement", indices=(demands,))
    _balanced(plan, graph, {}, (here, there), said, (*graph.sources, *graph.sinks))
    goal = [term(f"flow[{here},{there}]", cost)]
    return plan.formulation("Shipping at least cost", "total cost", "minimize", goal, said)


def facility(telling: Telling, sites: Sites, said: Place) -> Formulation:
    """Which sites to open, and what each of them sends where."""
    plan, place = Plan(telling.text), _listed(telling)
    here, there = _ends(plan, "sites", sites.fixed), _ends(plan, "clients", sites.demand)
    opening = plan.table("fixed cost", (here,), _keyed(sites.fixed), _place(sites.fixed), unit=sites.fixed.unit)
    need = plan.table("demand", (there,), _keyed(sites.demand), _place(sites.demand), unit=sites.demand.unit)
    costs: dict[Key, float] = {(label_of(a), label_of(b)): value for (a, b), value in sites.costs.items()}
    cost = plan.table("cost", (here, there), costs, place, label="cost of a unit on each link")
    is_open = plan.variable("open", (here,), said, domain="binary", label="the site is opened")
    send = plan.variable("send", (here, there), said, label="amount sent on each link", unit=sites.demand.unit)
    plan.rule("demand met", [term(send)], ">=", need, place, kind="requirement", indices=(there,))
    only = [term(send), term(is_open, need, minus=True)]
    plan.rule("only from open sites", only, "<=", 0, place, kind="logical", indices=(here, there))
    if sites.capacity is not None:
        unit = sites.capacity.unit
        room = plan.table("capacity", (here,), _keyed(sites.capacity), _place(sites.capacity), unit=unit)
        within = [term(send), term(is_open, room, minus=True)]
        plan.rule("capacity of open sites", within, "<=", 0, place, kind="resource", indices=(here,))
    plan.assume("One place may be served from several sites.", send)
    total = [term(is_open, opening), term(send, cost)]
    title = "Facility location: which sites to open, and what each sends"
    return plan.formulation(title, "total cost", "minimize", total, said)


def single_source(telling: Telling, sites: Sites, said: Place) -> Formulation:
    """Which sites to open where each client is served by one of them alone."""
    plan, place = Plan(telling.text), _listed(telling)
    here, there = _ends(plan, "sites", sites.fixed), _ends(plan, "clients", sites.demand)
    opening = plan.table("fixed cost", (here,), _keyed(sites.fixed), _place(sites.fixed), unit=sites.fixed.unit)
    need = plan.table("demand", (there,), _keyed(sites.demand), _place(sites.demand), unit=sites.demand.unit)
    costs: dict[Key, float] = {
        (label_of(a), label_of(b)): value * sites.demand.values[b] for (a, b), value in sites.costs.items()
    }
    cost = plan.table("cost of all", (here, there), costs, place, label="cost of all that the client needs")
    is_open = plan.variable("open", (here,), said, domain="binary", label="the site is opened")
    serve = plan.variable("serve", (here, there), said, domain="binary", label="the site serves the client")
    plan.rule("each client once", [term(serve)], "==", 1, place, kind="requirement", indices=(there,))
    only = [term(serve), term(is_open, minus=True)]
    plan.rule("only open sites", only, "<=", 0, place, kind="logical", indices=(here, there))
    if sites.capacity is not None:
        unit = sites.capacity.unit
        room = plan.table("capacity", (here,), _keyed(sites.capacity), _place(sites.capacity), unit=unit)
        within = [term(serve, need), term(is_open, room, minus=True)]
        plan.rule("capacity of open sites", within, "<=", 0, place, kind="resource", indices=(here,))
    title = "Facility location: which sites to open, and which one serves each client"
    return plan.formulation(title, "total cost", "minimize", [term(is_open, opening), term(serve, cost)], said)


def _nodes(plan: Plan, telling: Telling, graph: Graph) -> tuple[str, str]:
    nodes = [label_of(node) for node in graph.nodes]
    return plan.index("nodes", nodes, _listed(telling)), plan.index("next nodes", nodes, _listed(telling))


def _full(graph: Graph, values: dict[Pair, float]) -> dict[Key, float]:
    return {(label_of(a), label_of(b)): values.get((a, b), 0.0) for a in graph.nodes for b in graph.nodes}


def _along(plan: Plan, telling: Telling, graph: Graph, sets: tuple[str, str], said: Place) -> None:
    """The flow, on the links alone."""
    gaps: dict[Key, float] = {
        (label_of(a), label_of(b)): float((a, b) not in graph.links) for a in graph.nodes for b in graph.nodes
    }
    gap = plan.table("no link", sets, gaps, _listed(telling), label="1 where no link leads")
    carried = plan.variable("flow", sets, said, label="amount on each link")
    plan.rule("only along links", [term(carried, gap)], "==", 0, said, kind="logical")


def _balanced(
    plan: Plan, graph: Graph, net: dict[str, float], sets: tuple[str, str], said: Place, fixed: Iterable[str]
) -> None:
    """What leaves a place is what enters it, and `net` more; not so at the `fixed` places."""
    for node in dict.fromkeys((*(node for node in graph.nodes if node not in fixed), *net)):
        label = label_of(node)
        rows = [term(f"flow[{label},{sets[1]}]"), term(f"flow[{sets[0]},{label}]", minus=True)]
        plan.rule(f"balance at {label}", rows, "==", net.get(node, 0.0), said, kind="balance")


def _ends(plan: Plan, words: str, told: Told) -> str:
    return plan.index(words, [label_of(name) for name in told.values], _place(told))


def _keyed(told: Told) -> dict[str, float]:
    return {label_of(name): value for name, value in told.values.items()}


def _place(told: Told) -> Place:
    return told.start, max(told.end, told.start + 1)


def _listed(telling: Telling) -> Place:
    return min(start for start, _ in telling.spans), max(end for _, end in telling.spans)


def _unit(graph: Graph) -> str:
    units = {cell.unit for leg in graph.links.values() for cell in leg.cells if cell.unit}
    return next(iter(units)) if len(units) == 1 else ""
