"""Stories of places and links: the largest flow, the shortest way, a round trip, shipping, and sites to open.

What is asked and the shape of the links must fit: one place without a link into it and one without a link out of it for
a flow or a way; a link for each pair of places for a round trip; an amount for each end for shipping.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from copilot.drafting.builtin.families.phrases import compiled
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily
from copilot.drafting.builtin.families.stories import shipping, writing
from copilot.drafting.builtin.families.stories.gate import Cast, doubts_of
from copilot.drafting.builtin.families.stories.graph import Graph, ends_told, graph_of
from copilot.drafting.builtin.families.stories.telling import Telling, telling_of
from copilot.drafting.builtin.words import load
from copilot.drafting.formulation import Formulation

_LEAST = 4
_KINDS = {
    "tour": "a round trip",
    "flow": "the largest flow",
    "path": "the shortest way",
    "ship": "shipping",
    "facility": "sites to open",
}
_NEXT = "Leave that sentence out or say it in other words, or give the model as algebra lines."


def formulate(text: str) -> Formulation | tuple[str, ...] | None:
    """The formulation; or reasons, where a kind is recognised and something is not understood; or None."""
    telling = telling_of(text)
    if len(telling.legs) < _LEAST:
        return None
    reasons: tuple[str, ...] = ()
    found: list[Formulation] = []
    for kind, read in _READERS.items():
        try:
            found.append(read(telling, graph_of(telling)))
        except NotThisFamily:
            continue
        except InDoubt as doubt:
            reasons = reasons or (f"This reads like a story of {_KINDS[kind]}.", *map(str, doubt.args), _NEXT)
    return found[0] if len(found) == 1 else reasons or None


@dataclass(frozen=True, slots=True)
class Goal:
    """Where the text says what it wants."""

    start: int
    end: int


def goal_of(telling: Telling, kind: str) -> Goal:
    """The last sentence that asks for what the kind gives; NotThisFamily where there is none."""
    spots = [
        match.span()
        for phrase in compiled(tuple(load("stories")["goal"][kind]))
        for match in phrase.finditer(telling.text)
    ]
    if not spots:
        raise NotThisFamily
    return Goal(*max(spots))


def _settle(telling: Telling, graph: Graph, kind: str, counts: list[int], ends: tuple[str, ...] = ()) -> None:
    prose = telling.prose
    for key in ("least", "most"):
        for phrase in compiled(tuple(load("stories")["goal"][key])):
            prose = phrase.sub(lambda match: " " * len(match.group()), prose)
    groups = [frozenset(one.values) for one in telling.amounts]
    groups += [frozenset(graph.sources), frozenset(graph.sinks), frozenset(graph.nodes)]
    groups += [frozenset(set(graph.nodes) - {end}) for end in ends]
    doubts = doubts_of(prose, kind, Cast(telling.places, tuple(groups), frozenset(ends), tuple(counts)))
    if doubts:
        raise InDoubt(*doubts)


def _tour(telling: Telling, graph: Graph) -> Formulation:
    goal = goal_of(telling, "least")
    if telling.amounts or telling.owned or not goal_of(telling, "back"):
        raise NotThisFamily
    lengths = graph.all_pairs()
    start = graph.named_first(telling.prose)
    _settle(telling, graph, "tour", [len(graph.nodes), len(graph.nodes) - 1], (start,) if start else ())
    return writing.tour(telling, graph, lengths, (goal.start, goal.end))


def _flow(telling: Telling, graph: Graph) -> Formulation:
    goal = goal_of(telling, "most")
    if telling.amounts or telling.owned:
        raise NotThisFamily
    source, sink = ends_told(telling, graph)
    values = graph.single("limit")
    count = len(graph.nodes)
    _settle(telling, graph, "flow", [count, count - 1, count - 2, len(values)], (source, sink))
    return writing.flow(telling, graph, values, (source, sink), (goal.start, goal.end))


def _path(telling: Telling, graph: Graph) -> Formulation:
    goal = goal_of(telling, "least")
    if telling.amounts or telling.owned:
        raise NotThisFamily
    if any(phrase.search(telling.text) for phrase in compiled(tuple(load("stories")["graph"]["both"]))):
        graph = graph.both_ways()
    source, sink = ends_told(telling, graph)
    values = graph.single("cost")
    _settle(telling, graph, "path", [len(graph.nodes), len(graph.nodes) - 2], (source, sink))
    return writing.path(telling, graph, values, (source, sink), (goal.start, goal.end))


def _ship(telling: Telling, graph: Graph) -> Formulation:
    goal = goal_of(telling, "least")
    plan = shipping.shipped(telling, graph)
    sizes = [len(plan.supply.values), len(plan.demand.values), len(graph.nodes), len(graph.inner)]
    _settle(telling, graph, "ship", sizes)
    return writing.ship(telling, graph, plan, (goal.start, goal.end))


def _facility(telling: Telling, graph: Graph) -> Formulation:
    goal = goal_of(telling, "least")
    sites = shipping.sited(telling, graph)
    single = any(phrase.search(telling.prose) for phrase in compiled(tuple(load("stories")["gate"]["single"]["whole"])))
    _settle(telling, graph, "single" if single else "facility", [len(sites.fixed.values), len(sites.demand.values)])
    if single:
        return writing.single_source(telling, sites, (goal.start, goal.end))
    return writing.facility(telling, sites, (goal.start, goal.end))


_READERS: dict[str, Callable[[Telling, Graph], Formulation]] = {
    "tour": _tour,
    "flow": _flow,
    "path": _path,
    "ship": _ship,
    "facility": _facility,
}
