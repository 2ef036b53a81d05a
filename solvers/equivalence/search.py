"""Exact search for a matching of two components, with automorphisms to skip candidates already refuted.

Fix a node u of the first component and try each node v of its colour in the second. When v was refuted and an
automorphism of the second component takes v to w, then w is refuted too (McKay 1981).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from solvers.equivalence.blocks import open_blocks
from solvers.equivalence.budget import Budget
from solvers.equivalence.graph import Graph, edges_of
from solvers.equivalence.hashing import mixed
from solvers.equivalence.refinement import Refinement

LOOKS = 24  # tried nodes of one look for an automorphism
Ints = NDArray[np.int64]


class _Exhausted(Exception):
    """A bounded look for an automorphism found none in time, which means nothing."""


def search(refinement: Refinement, first: Ints, second: Ints, budget: Budget) -> tuple[Ints, Ints] | None:
    """Return nodes of the first component and their partners in the second, or None when there is no matching.

    Raises BudgetSpent. `refinement` gives the colours, which any matching keeps.
    """
    if len(first) != len(second):
        return None
    graph = part_of(refinement.graph, refinement.colour, first, second)
    found = _matched(Refinement(graph), budget, None)
    if found is None:
        return None
    return first, second[found - len(first)]


def part_of(graph: Graph, colour: Ints, first: Ints, second: Ints) -> Graph:
    """Return the graph of two sets of nodes, the first set before the second; colours become the nodes' own words."""
    nodes = np.concatenate((first, second))
    place = np.full(graph.node_count, -1, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    return _induced(graph, nodes, place, mixed(colour[nodes]), len(first))


def _doubled(graph: Graph, colour: Ints, nodes: Ints) -> Graph:
    """Return two copies of one set of nodes as the two sides of a graph."""
    place = np.full(graph.node_count, -1, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    once = _induced(graph, nodes, place, mixed(colour[nodes]), 0)
    count, entries = len(nodes), int(once.pointers[-1])
    second = np.arange(2 * count) >= count
    return Graph(
        sides=graph.sides,
        pointers=np.concatenate((once.pointers, once.pointers[1:] + entries)),
        target=np.concatenate((once.target, once.target + np.int32(count))),
        edge=np.concatenate((once.edge, once.edge)),
        start=np.concatenate((once.start, once.start)),
        second=second,
    )


def _induced(graph: Graph, nodes: Ints, place: Ints, words: NDArray[np.uint64], first_count: int) -> Graph:
    edges, degree = edges_of(graph, nodes)
    source = np.repeat(np.arange(len(nodes)), degree)
    target = place[graph.target[edges]]
    inside = target >= 0
    pointers = np.zeros(len(nodes) + 1, dtype=np.int64)
    np.cumsum(np.bincount(source[inside], minlength=len(nodes)), out=pointers[1:])
    return Graph(
        sides=graph.sides,
        pointers=pointers,
        target=target[inside].astype(np.int32),
        edge=graph.edge[edges[inside]],
        start=words,
        second=np.arange(len(nodes)) >= first_count,
    )


def _matched(refinement: Refinement, budget: Budget, looks: list[int] | None) -> Ints | None:
    """Return the partner of each node of the first side, or None; `looks` counts down what may still be tried."""
    budget.check()
    if refinement.whole() is not None:
        return None
    return _settled(refinement, budget, looks)


def _settled(refinement: Refinement, budget: Budget, looks: list[int] | None) -> Ints | None:
    """Match the nodes of balanced, stable colours."""
    graph, colour = refinement.graph, refinement.colour
    count = int(np.count_nonzero(~graph.second))
    partner = by_colour(refinement)
    blocks = open_blocks(refinement)
    pairs = blocks.paired()
    if pairs is None:
        return None
    left, right = pairs[0].tolist(), pairs[1].tolist()
    for a in left:
        nodes = blocks.nodes(a)
        for b in [k for k in right if blocks.signature[k] == blocks.signature[a]]:
            others = blocks.nodes(b)
            if blocks.plain[a]:
                found: Ints | None = others
            elif len(left) == 1 and len(nodes) == count:
                whole = _branched(refinement, budget, looks)
                found = None if whole is None else whole[nodes]
            else:
                part = part_of(graph, colour, nodes, others)
                inner = Refinement(part)
                settled = _branched(inner, budget, looks) if inner.whole() is None else None
                found = None if settled is None else others[settled - len(nodes)]
            if found is not None:
                partner[nodes] = found
                right.remove(b)
                break
        else:
            return None
    return partner if respects(graph, partner) else None


def _branched(refinement: Refinement, budget: Budget, looks: list[int] | None) -> Ints | None:
    """Try every partner of one node."""
    graph, colour = refinement.graph, refinement.colour
    count = int(np.count_nonzero(~graph.second))
    size = refinement.sizes()[0][colour[:count]]
    open_nodes = np.flatnonzero(size > 1)
    if not open_nodes.size:
        return _settled(refinement, budget, looks)
    node = int(open_nodes[np.argmin(size[open_nodes])])
    candidates = (np.flatnonzero(colour[count:] == colour[node]) + count).tolist()
    refuted: list[int] = []
    for candidate in candidates:
        budget.check()
        if looks is not None:
            looks[0] -= 1
            if looks[0] < 0:
                raise _Exhausted
        if any(_takes(refinement, other, candidate, budget) for other in refuted):
            continue
        trial = refinement.copy()
        if trial.tie(np.array([node]), np.array([candidate])) is None:
            found = _settled(trial, budget, looks)
            if found is not None:
                return found
        refuted.append(candidate)
    return None


def _takes(refinement: Refinement, refuted: int, candidate: int, budget: Budget) -> bool:
    """Whether an automorphism of the second side that takes `refuted` to `candidate` is found soon."""
    graph = refinement.graph
    others = np.flatnonzero(graph.second)
    twice = Refinement(_doubled(graph, refinement.colour, others))
    if twice.whole() is not None:
        return False
    first_node, count = int(others[0]), len(others)
    pair = np.array([refuted - first_node]), np.array([candidate - first_node + count])
    if twice.tie(*pair) is not None:
        return False
    try:
        return _settled(twice, budget, [LOOKS]) is not None
    except _Exhausted:
        return False


def by_colour(refinement: Refinement) -> Ints:
    """Return the partner of each node of the first side whose colour is its own; -1 for the others."""
    count = int(np.count_nonzero(~refinement.graph.second))
    single = refinement.sizes()[0][refinement.colour] == 1
    other = np.full(refinement.colour_count, -1, dtype=np.int64)
    mine = np.flatnonzero(refinement.graph.second & single)
    other[refinement.colour[mine]] = mine
    return np.where(single[:count], other[refinement.colour[:count]], -1)


def respects(graph: Graph, partner: Ints) -> bool:
    """Whether a matching of all nodes, one to one, keeps every edge with its coefficient."""
    count = len(partner)
    reached = np.zeros(graph.node_count, dtype=bool)
    reached[partner[partner >= count]] = True
    if 2 * count != graph.node_count or not reached[count:].all():
        return False
    degree = np.diff(graph.pointers)
    own = int(graph.pointers[count])
    source = np.repeat(np.arange(count), degree[:count])
    ends = partner[source] - count, partner[graph.target[:own]] - count
    image: Any = scipy.sparse.coo_array((graph.edge[:own], ends), shape=(count, count))
    image.has_canonical_format = True  # one to one, so no two edges meet
    pointers, targets = graph.pointers[count:] - own, graph.target[own:] - np.int32(count)
    other: Any = scipy.sparse.csr_array((graph.edge[own:], targets, pointers), shape=(count, count))
    mine, theirs = image.tocsc(), other.tocsc().tocsr().tocsc()
    mine = mine.tocsr().tocsc()
    return all(np.array_equal(getattr(mine, part), getattr(theirs, part)) for part in ("indptr", "indices", "data"))
