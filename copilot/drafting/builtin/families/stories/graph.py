"""The graph that the links of a story make, and the shapes that a kind of problem needs it to have."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

from copilot.drafting.builtin.families.blocks import Leg
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, stems
from copilot.drafting.builtin.families.stories.links import role_of
from copilot.drafting.builtin.families.stories.telling import Telling
from copilot.drafting.builtin.words import load

Pair = tuple[str, str]
_MOST = 60
MONEY = ("$", "€", "£", "¥")


@dataclass(frozen=True, slots=True)
class Graph:
    """Places in the order in which they are named, and the links by their two ends."""

    nodes: tuple[str, ...]
    links: dict[Pair, Leg]

    @property
    def sources(self) -> tuple[str, ...]:
        """Places that no link leads to."""
        heads = {head for _, head in self.links}
        return tuple(node for node in self.nodes if node not in heads)

    @property
    def sinks(self) -> tuple[str, ...]:
        """Places that no link leaves."""
        tails = {tail for tail, _ in self.links}
        return tuple(node for node in self.nodes if node not in tails)

    @property
    def inner(self) -> tuple[str, ...]:
        """Places that links lead to and leave."""
        return tuple(node for node in self.nodes if node not in {*self.sources, *self.sinks})

    def both_ways(self) -> Graph:
        """The graph with each link in the other direction too, where that is not told itself."""
        turned = {(head, tail): leg for (tail, head), leg in self.links.items()}
        return Graph(self.nodes, {**turned, **self.links})

    def single(self, what: str) -> dict[Pair, float]:
        """The one number of every link; one that is called a limit is no cost, nor the reverse."""
        wrong = stems(" ".join(load("stories")["graph"]["cost" if what == "limit" else "limit"]))
        if any(len(leg.cells) != 1 for leg in self.links.values()):
            raise NotThisFamily
        units = {leg.cells[0].unit for leg in self.links.values() if leg.cells[0].unit in MONEY}
        if any(stems(leg.cells[0].name) & wrong for leg in self.links.values()) or (units and what == "limit"):
            raise NotThisFamily
        return {ends: leg.cells[0].value for ends, leg in self.links.items()}

    def all_pairs(self) -> dict[Pair, float]:
        """A number for each pair of places, the same both ways where each pair is listed once."""
        values = self.single("cost")
        count = len(self.nodes)
        if not 4 <= count <= _MOST:
            raise NotThisFamily
        if len(values) == count * (count - 1) // 2:
            values |= {(head, tail): value for (tail, head), value in values.items()}
        if len(values) != count * (count - 1):
            raise NotThisFamily
        return values

    def named_first(self, prose: str) -> str:
        """The place that the prose names most: where a trip starts and ends."""
        counts = {node: len(re.findall(rf"(?<!\w){re.escape(node)}(?!\w)", prose, re.I)) for node in self.nodes}
        best = max(counts, key=lambda node: counts[node])
        return best if counts[best] > 1 and sum(counts[node] == counts[best] for node in counts) == 1 else ""


def graph_of(telling: Telling) -> Graph:
    """The graph. Raises InDoubt where a link is told twice."""
    links: dict[Pair, Leg] = {}
    for leg in telling.legs:
        ends = (leg.tail, leg.head)
        if ends in links:
            known = {(cell.name, cell.unit in MONEY) for cell in links[ends].cells}
            if leg.tail == leg.head or any((cell.name, cell.unit in MONEY) in known for cell in leg.cells):
                raise InDoubt(f"The link from {leg.tail} to {leg.head} is told twice; keep the one that counts.")
            leg = replace(leg, cells=(*links[ends].cells, *leg.cells))
        links[ends] = leg
    return Graph(tuple(dict.fromkeys(end for ends in links for end in ends)), links)


def ends_told(telling: Telling, graph: Graph) -> Pair:
    """Where a flow or a way starts and ends: the one place without a link into it, and the one without one out of it.

    Where the links leave that open, what the text says of "from" and "to" beside them; NotThisFamily where it does not.
    """
    if len(graph.sources) == 1 and len(graph.sinks) == 1:
        return graph.sources[0], graph.sinks[0]
    if len(graph.sources) > 1 or len(graph.sinks) > 1:
        raise NotThisFamily
    prose, found = telling.prose, set()
    for sentence in re.finditer(r"[^.!?]+", prose):
        spots = [spot for spot in telling.places.find(prose, *sentence.span()) if spot.name in graph.nodes]
        roles = [(spot.name, role_of(prose[sentence.start() : spot.start])) for spot in spots]
        for (tail, role), (head, other) in itertools.pairwise(roles):
            if (role, other) == ("from", "to") and tail != head:
                found.add((tail, head))
    if len(found) != 1:
        raise NotThisFamily
    ends = found.pop()
    if (graph.sources and graph.sources[0] != ends[0]) or (graph.sinks and graph.sinks[0] != ends[1]):
        raise InDoubt("The text names another start or end than the links show.")
    return ends
