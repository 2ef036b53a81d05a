"""Shortest path: from one place to another over links with a length, perhaps by way of a place or without some."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from copilot.drafting.builtin.families.plan import Place, Plan, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily
from copilot.drafting.builtin.nets.data import Ends
from copilot.drafting.builtin.nets.ends import ends_of
from copilot.drafting.builtin.nets.network import Network, balance, measure, network_of, per_arc, write_network
from copilot.drafting.builtin.nets.pairs import closed_links
from copilot.drafting.builtin.nets.reading import Reading
from copilot.drafting.formulation import Formulation, Term

FAMILY = "path"


@dataclass(frozen=True, slots=True)
class _Way:
    """The stops in order, and what is closed."""

    stops: tuple[str, ...]
    without: frozenset[str]
    closed: frozenset[Ends]


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    network = network_of(reading, two_way=True)
    goal = reading.heard(FAMILY, "shortest") or reading.heard(FAMILY, "least_bare")
    if goal is None or reading.says("maxflow", "largest") or reading.data.columns:
        raise NotThisFamily
    length = measure(network, "measure", alone=True)
    if length is None:
        raise NotThisFamily
    way = _way(reading, network)
    reading.settle(FAMILY, len(network.nodes), len(network.nodes) - 2, len(network.arcs))
    lengths = {ends: value for ends, value in network.numbers(length).items() if _is_free(ends, way)}
    _same_both_ways(network, way, length)
    return _written(reading, network, way, lengths, reading.sentence(goal.start()))


def _is_free(ends: Ends, way: _Way) -> bool:
    return ends not in way.closed and not way.without & set(ends)


def _way(reading: Reading, network: Network) -> _Way:
    closed = closed_links(reading, two_way=network.two_way)
    ends = ends_of(reading, network.nodes)
    if ends is None:
        raise InDoubt("The text does not name one place where the way starts and one where it ends.")
    without, via = set[str](), list[str]()
    for key, labels in (("without", without), ("via", via)):
        for match in reading.places(FAMILY, key):
            if all(reading.account.explained[match.start() : match.end()]):
                continue
            marks = [label for mark in reading.marks.within(*match.span()) for label in mark]
            labels.update(marks) if isinstance(labels, set) else labels.extend(marks)
            reading.understood(*match.span())
    if len(via) > 1:
        raise InDoubt("The way must pass several places; say in which order, or split it.")
    return _Way((ends[0], *via, ends[1]), frozenset(without), frozenset(closed))


def _same_both_ways(network: Network, way: _Way, length: str) -> None:
    """Raise where nobody says whether links lead both ways, and it matters."""
    if network.told:
        return
    listed = {ends: numbers[length] for ends, numbers in network.arcs.items() if length in numbers}
    back = {(b, a): value for (a, b), value in listed.items()}
    totals = {_total(arcs, way) for arcs in (listed, {**back, **listed})}
    if len(totals) > 1 and network.headed:
        raise InDoubt("Say whether the links lead both ways or one way only: it makes a difference here.")


def _total(lengths: Mapping[Ends, float], way: _Way) -> float:
    free = {ends: value for ends, value in lengths.items() if _is_free(ends, way)}
    return sum(shortest(free, a, b) for a, b in zip(way.stops, way.stops[1:], strict=False))


def shortest(lengths: Mapping[Ends, float], start: str, end: str) -> float:
    """The length of the shortest path; infinite where there is none."""
    best, queue = {start: 0.0}, [(0.0, start)]
    while queue:
        far, node = heapq.heappop(queue)
        if node == end:
            return far
        for (tail, head), length in lengths.items():
            if tail == node and far + length < best.get(head, float("inf")):
                best[head] = far + length
                heapq.heappush(queue, (best[head], head))
    return float("inf")


def _written(reading: Reading, network: Network, way: _Way, lengths: Mapping[Ends, float], said: Place) -> Formulation:
    plan = Plan(reading.data.text, reading.data.sources)
    total: list[Term] = []
    legs = list(zip(way.stops, way.stops[1:], strict=False))
    for at, (start, end) in enumerate(legs):
        total += _leg(plan, network, lengths, (start, end), said, "" if len(legs) == 1 else f"leg {at + 1}")
    if not network.told:
        plan.assume("Each link can be used in both directions with the same length.")
    return plan.formulation("Shortest path through a network", "total length", "minimize", total, said)


def _leg(
    plan: Plan, network: Network, lengths: Mapping[Ends, float], ends: Ends, said: Place, name: str
) -> Iterable[Term]:
    words = f"use {name}".strip()
    written = write_network(plan, network, list(lengths), said, binary=True, name=words)
    balance(plan, written, {ends[0]: 1.0, ends[1]: -1.0}, "==", said, words=f"net {name}".strip())
    return [term(written.flow, per_arc(plan, written, f"length {name}".strip(), lengths, network.place))]
