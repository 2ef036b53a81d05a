"""Flow over arcs: the cheapest way to carry amounts from place to place, the shortest path, or the largest flow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.ends import ends_called
from copilot.drafting.builtin.families.links import Link, known_labels, links_of
from copilot.drafting.builtin.families.phrases import patterns, words
from copilot.drafting.builtin.families.plan import Key, Place, Plan, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, Reading, place_of, stems
from copilot.drafting.formulation import Formulation, Term

FAMILY = "flow"


@dataclass(frozen=True, slots=True)
class _Trip:
    """An amount of a good ("" where there is one) that goes from one place to another; None: as much as possible."""

    good: str
    amount: Said | None
    tail: str
    head: str
    place: Place


@dataclass(slots=True)
class _Arcs:
    block: Block
    both_ways: bool
    nodes: list[str]
    capacity: dict[tuple[str, str], float]
    costs: dict[str, dict[tuple[str, str], float]]


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account, blocks = reading.account, reading.layout.blocks
    known = known_labels(blocks)
    linked = [block for block in blocks if links_of(block, known)]
    if len(blocks) != 1 or len(linked) != 1:
        raise NotThisFamily
    most, path, cheap = (account.says(patterns(FAMILY, key)) for key in ("largest", "shortest", "cheapest"))
    goal = most or path or cheap
    if goal is None:
        raise NotThisFamily
    arcs = _arcs(reading, linked[0], largest=most is not None)
    trips = _trips(reading, arcs)
    if not trips or (most is not None) == (trips[0].amount is not None):
        trips = [trip for trip in trips if path and not most]
    if not trips:
        raise NotThisFamily
    if len(trips) > 1 and all(trip.amount is None for trip in trips):
        raise InDoubt("The text names several ways from one place to another.")
    reading.settle(FAMILY, len(arcs.nodes), len(linked[0].records))
    said = account.sentence_at(goal.start())
    if most:
        return _largest(reading, arcs, trips[0], said)
    return _cheapest(reading, arcs, trips, said)


def _arcs(reading: Reading, block: Block, *, largest: bool) -> _Arcs:
    links = links_of(block)
    nodes = list(dict.fromkeys(end for link in links for end in (link.tail, link.head)))
    both = reading.account.says(patterns(FAMILY, "both")) is not None
    arcs = _Arcs(block, both, nodes, {}, {})
    limits = stems(" ".join(words(FAMILY)["limit"]))
    plain = largest and all(len(link.cells) == 1 and not link.cells[0].name for link in links)
    plain = plain and bool(stems(reading.layout.text) & limits)
    for link in links:
        for cell in link.cells:
            said = cell.name or (block.intro if largest else "")
            table = arcs.capacity if plain or stems(said) & limits else arcs.costs.setdefault(cell.name, {})
            for ends in ((link.tail, link.head), (link.head, link.tail))[: 1 + both]:
                if ends in table:
                    raise InDoubt(f"The link from {ends[0]} to {ends[1]} is listed twice; keep the one that counts.")
                table[ends] = cell.value
    count = len(_pairs(links, both=both))
    if any(len(table) != count for table in (*arcs.costs.values(), *([arcs.capacity] if arcs.capacity else []))):
        raise InDoubt("Some links have a number that others lack; give each one.")
    return arcs


def _pairs(links: tuple[Link, ...], *, both: bool) -> set[tuple[str, str]]:
    return {pair for link in links for pair in ((link.tail, link.head), (link.head, link.tail))[: 1 + both]}


def _trips(reading: Reading, arcs: _Arcs) -> list[_Trip]:
    """ "17 tons of steel from N1 to N3"; "from A to F"."""
    account, prose = reading.account, reading.layout.prose
    names = "|".join(re.escape(node) for node in sorted(arcs.nodes, key=len, reverse=True))
    pattern = re.compile(
        rf"(?:of (?P<good>\w+) )?\b[Ff]rom (?:(?!to\b)[\w-]+,? ){{0,5}}?\(?(?P<tail>{names})(?!\w)"
        rf"[^\d.;:]{{0,60}}?\bto (?:(?!to\b)[\w-]+,? ){{0,5}}?\(?(?P<head>{names})(?!\w)"
    )
    found: list[_Trip] = []
    for match in pattern.finditer(prose):
        ahead = [n for n in account.numbers if n.end <= match.start() and match.start() - n.end < 25]
        amount = ahead[-1] if ahead and not re.search(r"[,;.]", prose[ahead[-1].end : match.start()]) else None
        trip = _Trip(match["good"] or "", amount, match["tail"], match["head"], account.sentence_at(match.start()))
        if any((one.good, one.tail, one.head) == (trip.good, trip.tail, trip.head) for one in found):
            account.explain(*match.span())
            continue
        account.explain(*match.span())
        if amount:
            account.taken.append(account.take(amount))
        found.append(trip)
    goal = account.says(patterns(FAMILY, "largest"))
    ends = ends_called(reading.layout.text, arcs.nodes) if goal and not found else None
    return [_Trip("", None, *ends, account.sentence_at(goal.start()))] if goal and ends else found


def _largest(reading: Reading, arcs: _Arcs, trip: _Trip, said: Place) -> Formulation:
    if not arcs.capacity:
        raise InDoubt("I found no capacity of the links.")
    plan = Plan(reading.layout.text, reading.layout.sources)
    here, there = _ends(plan, arcs)
    flow = plan.variable("flow", (here, there), said, label="flow on each link")
    _limited(plan, arcs, [flow], here, there)
    for node in arcs.nodes:
        if node not in (trip.tail, trip.head):
            _balance(plan, arcs, node, "flow", (here, there), 0)
    if any(head == trip.tail for _, head in arcs.capacity):
        plan.rule("nothing back", [term(f"flow[{here},{trip.tail}]")], "==", 0, said, kind="balance")
    goal = [term(f"flow[{trip.tail},{there}]")]
    return plan.formulation("Largest flow through a network", "flow out of the source", "maximize", goal, said)


def _cheapest(reading: Reading, arcs: _Arcs, trips: list[_Trip], said: Place) -> Formulation:
    plan = Plan(reading.layout.text, reading.layout.sources)
    here, there = _ends(plan, arcs)
    goods = list(dict.fromkeys(trip.good for trip in trips))
    total: list[Term] = []
    flows = {}
    for good in goods:
        cost = _cost(arcs, good, single=len(goods) == 1)
        full: dict[Key, float] = {(a, b): cost.get((a, b), 0.0) for a in arcs.nodes for b in arcs.nodes}
        words_of = f"cost of {good}" if good else "cost"
        label = f"{words_of} on each link"
        price = plan.table(words_of, (here, there), full, place_of(arcs.block), label=label)
        flow = plan.variable(f"flow {good}".strip(), (here, there), said, label=f"{good} carried on each link".strip())
        flows[good] = flow
        total.append(term(flow, price))
    _limited(plan, arcs, list(flows.values()), here, there)
    for good in goods:
        own = [trip for trip in trips if trip.good == good]
        for node in arcs.nodes:
            net = [trip for trip in own if node in (trip.tail, trip.head)]
            _balance(plan, arcs, node, flows[good].partition("[")[0], (here, there), _net(plan, net, node))
    return plan.formulation("Flow through a network at least cost", "total cost", "minimize", total, said)


def _net(plan: Plan, trips: list[_Trip], node: str) -> float | str:
    """What leaves a node more than enters it."""
    if not trips:
        return 0
    if len(trips) > 1:
        raise InDoubt(f"Several amounts start or end at {node}; give each good its own name.")
    trip = trips[0]
    if trip.amount is None:
        return 1 if node == trip.tail else -1
    name = f"{trip.good} from {trip.tail} to {trip.head}".strip()
    known = next((p.name for p in plan.parameters if p.label == name), "")
    known = known or plan.number(name, trip.amount.value, trip.place, unit=trip.amount.unit)
    return known if node == trip.tail else f"0 - {known}"


def _cost(arcs: _Arcs, good: str, *, single: bool) -> dict[tuple[str, str], float]:
    named = [name for name in arcs.costs if good and stems(name) & stems(good)]
    if len(named) == 1:
        return arcs.costs[named[0]]
    if single and len(arcs.costs) == 1:
        return next(iter(arcs.costs.values()))
    raise InDoubt(f"It is not clear which numbers are the cost of {good or 'a link'}.")


def _ends(plan: Plan, arcs: _Arcs) -> tuple[str, str]:
    place = place_of(arcs.block)
    return plan.index("nodes", arcs.nodes, place), plan.index("next nodes", arcs.nodes, place)


def _limited(plan: Plan, arcs: _Arcs, flows: Sequence[str], here: str, there: str) -> None:
    """Flow stays on the links, and within their capacity where they have one."""
    place = place_of(arcs.block)
    pairs: set[tuple[str, str]] = set(arcs.capacity) or {pair for table in arcs.costs.values() for pair in table}
    if not arcs.capacity and len(pairs) < len(arcs.nodes) ** 2:
        none: dict[Key, float] = {(a, b): float((a, b) not in pairs) for a in arcs.nodes for b in arcs.nodes}
        gap = plan.table("no_link", (here, there), none, place, label="1 where no link leads")
        plan.rule("only along links", [term(flow, gap) for flow in flows], "==", 0, place, kind="logical")
    if arcs.capacity:
        full: dict[Key, float] = {(a, b): arcs.capacity.get((a, b), 0.0) for a in arcs.nodes for b in arcs.nodes}
        limit = plan.table("capacity", (here, there), full, place, label="most on each link, zero where there is none")
        rows = [term(flow) for flow in flows]
        plan.rule("capacity of each link", rows, "<=", limit, place, kind="resource", indices=(here, there))


def _balance(plan: Plan, arcs: _Arcs, node: str, flow: str, sets: tuple[str, str], net: float | str) -> None:
    out, into = term(f"{flow}[{node},{sets[1]}]"), term(f"{flow}[{sets[0]},{node}]", minus=True)
    plan.rule(f"balance of {flow} at {node}", [out, into], "==", net, place_of(arcs.block), kind="balance")
