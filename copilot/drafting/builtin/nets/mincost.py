"""Cheapest flow: carry amounts from where they are to where they are needed, over links with a cost and a limit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.plan import Place, Plan, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily
from copilot.drafting.builtin.nets.bounds import Bound, bounds_of, check_sources
from copilot.drafting.builtin.nets.data import Column, Ends
from copilot.drafting.builtin.nets.ends import ends_of
from copilot.drafting.builtin.nets.maxflow import bounded, capped
from copilot.drafting.builtin.nets.network import Network, balance, measure, network_of, per_arc, write_network
from copilot.drafting.builtin.nets.pairs import closed_links
from copilot.drafting.builtin.nets.phrases import phrases
from copilot.drafting.builtin.nets.reading import Reading
from copilot.drafting.formulation import Formulation, Relation

FAMILY = "mincost"


@dataclass(frozen=True, slots=True)
class _Carrying:
    network: Network
    cost: Mapping[Ends, float]
    capacity: Mapping[Ends, float]
    net: Mapping[str, float]
    relation: Relation
    bounds: Sequence[Bound]


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    network = network_of(reading, two_way=False)
    goal = reading.heard(FAMILY, "cheapest") or reading.heard(FAMILY, "least_bare")
    cost = measure(network, "measure", alone=True)
    if goal is None or cost is None or (len(network.measures) == 1 and reading.says("maxflow", "largest")):
        raise NotThisFamily
    limit = measure(network, "limit", alone=False)
    others = [name for name in network.measures if name not in (cost, limit)]
    if others:
        raise InDoubt(f"It is not clear what “{others[0]}” of the links is for.")
    closed = closed_links(reading, two_way=network.two_way)
    net = _net(reading, network)
    _funnels(reading, network, net)
    bounds = bounds_of(reading)
    check_sources(reading)
    reading.settle(
        FAMILY,
        len(network.nodes),
        len(network.arcs),
        len(network.nodes) - len(net),
        len(network.nodes) - 2,
        len([v for v in net.values() if v > 0]),
        len([v for v in net.values() if v < 0]),
    )
    have, want = sum(v for v in net.values() if v > 0), -sum(v for v in net.values() if v < 0)
    if not have or not want:
        raise NotThisFamily
    if have < want - 1e-9:
        raise InDoubt(f"The places need {want:g} in total and only {have:g} are there.")
    relation: Relation = "==" if abs(have - want) < 1e-9 else "<="
    costs = {ends: value for ends, value in network.numbers(cost).items() if ends not in closed}
    capacity = network.numbers(limit) if limit is not None else {}
    if capacity and set(capacity) != set(network.numbers(cost)):
        capacity = {ends: capacity.get(ends, have) for ends in costs}
    carrying = _Carrying(network, costs, capacity, net, relation, bounds)
    return _written(reading, carrying, reading.sentence(goal.start()))


def _net(reading: Reading, network: Network) -> dict[str, float]:
    """What each place has to give away (positive) or needs (negative)."""
    net: dict[str, float] = {}
    if surplus := _surplus(reading, network):
        return surplus
    caps = _caps(reading, network)
    for column in reading.data.columns:
        if not set(column.values) <= set(network.nodes):
            raise NotThisFamily
        if column in caps:
            continue
        sign = (
            _signed(column) or {"supply": 1, "limit": 1, "demand": -1}.get(column.role, 0) or _by_place(network, column)
        )
        if not sign or set(net) & {node for node, value in column.values.items() if value}:
            raise InDoubt(f"It is not clear whether “{column.words}” is a supply or a demand.")
        net |= {node: sign * value for node, value in column.values.items() if value}
    if len({value > 0 for value in net.values()}) > 1:
        return net
    ends = ends_of(reading, network.nodes)
    amount = _amount(reading)
    if net and (amount is None or ends is None or net not in ({ends[0]: amount}, {ends[1]: -amount})):
        return net
    if ends is None or amount is None:
        raise NotThisFamily
    return {ends[0]: amount, ends[1]: -amount}


def _surplus(reading: Reading, network: Network) -> dict[str, float]:
    """What each place has beyond its need, where the same places have and need; empty where not."""
    sides = {column.role: column.values for column in reading.data.columns}
    have, need = sides.get("supply", {}), sides.get("demand", {})
    if len(reading.data.columns) != 2 or len(have) < 2 or set(have) != set(need) or not set(have) <= set(network.nodes):
        return {}
    return {node: value - need[node] for node, value in have.items() if value != need[node]}


def _funnels(reading: Reading, network: Network, net: Mapping[str, float]) -> None:
    """ "Everything goes through W or V": explained where no link leads past them."""
    for match in reading.places(FAMILY, "funnel"):
        inside = {label for mark in reading.marks.within(*match.span()) for label in mark}
        reached = {node for node, value in net.items() if value > 0} - inside
        while (
            more := {b for a, b in network.numbers(network.measures[0]) if a in reached and b not in inside} - reached
        ):
            reached |= more
        if inside and not any(net.get(node, 0) < 0 for node in reached):
            reading.account.explain(*match.span())


def _caps(reading: Reading, network: Network) -> list[Column]:
    """Limits of places that things pass: they have links in and links out."""
    inner = {a for a, _ in network.arcs} & {b for _, b in network.arcs}
    supplied = any(column.role == "supply" for column in reading.data.columns)
    return [one for one in reading.data.columns if one.role == "limit" and (supplied or set(one.values) <= inner)]


def _signed(column: Column) -> int:
    """A column of both signs ("net supply", "balance"): plus is a supply."""
    values = column.values.values()
    mixed = any(value < 0 for value in values) and any(value > 0 for value in values)
    return 1 if mixed and re.search(r"\b(?:net|balances?|b|supply|supply/demand)\b", column.words.lower()) else 0


def _by_place(network: Network, column: Column) -> int:
    """Where no word says it: a supply of places that links only leave, a demand of those that they only enter."""
    tails, heads = ({ends[at] for ends in network.arcs} for at in (0, 1))
    named = set(column.values)
    return 1 if named <= tails - heads else -1 if named <= heads - tails else 0


def _ends_in(before: str, key: str) -> bool:
    return any(match.end() >= len(before) - 1 for one in phrases(FAMILY, key) for match in one.finditer(before))


def _amount(reading: Reading) -> float | None:
    """ "Send 50 tons": the one amount that is carried."""
    found = []
    for said in reading.account.numbers:
        text = reading.marks.text
        before = text[max(0, said.start - 60) : said.start]
        sent = _ends_in(before, "send") and not _ends_in(before, "made_of")
        if sent or any(one.match(text, said.end) for one in phrases(FAMILY, "send_behind")):
            found.append(said)
    if len({said.value for said in found}) != 1:
        return None
    for said in [said for said in reading.account.numbers if said.value == found[0].value and said is not found[0]]:
        if said in found or said.unit.split()[:1] == found[0].unit.split()[:1]:  # "all 13 loads must arrive"
            reading.account.counts.append(reading.account.take(said))
    for one in phrases(FAMILY, "send_behind"):
        if match := one.match(reading.marks.text, found[0].end):
            reading.account.explain(*match.span())
    start = max(0, found[0].start - 60)
    for one in phrases(FAMILY, "send"):
        for match in one.finditer(reading.marks.text, start, found[0].start):
            reading.account.explain(*match.span())
    return reading.take(found[0])


def _written(reading: Reading, carrying: _Carrying, said: Place) -> Formulation:
    plan, network = Plan(reading.data.text, reading.data.sources), carrying.network
    written = write_network(plan, network, list(carrying.cost), said)
    price = per_arc(plan, written, "cost", carrying.cost, network.place)
    if carrying.capacity:
        limit = per_arc(plan, written, "capacity", carrying.capacity, network.place)
        plan.rule(
            "capacity", [term(written.flow)], "<=", limit, network.place, kind="resource", indices=(written.arcs,)
        )
    balance(plan, written, carrying.net, carrying.relation, network.place)
    for column in _caps(reading, network):
        capped(plan, written, carrying.cost, column)
    for bound in carrying.bounds:
        bounded(plan, written, carrying.cost, bound)
    if not network.told:
        plan.assume("Each link leads from the first place named to the second.", written.flow)
    return plan.formulation(
        "Flow through a network at least cost", "total cost", "minimize", [term(written.flow, price)], said
    )
