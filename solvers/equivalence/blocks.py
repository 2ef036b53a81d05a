"""What is left to match when colours no longer tell nodes apart: components, after joins that every matching respects.

A node whose colour is its own is matched. Two colours that are joined completely by one coefficient say nothing about
who goes with whom. Without both, the graph falls into components that can be matched one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from solvers.equivalence.graph import Graph
from solvers.equivalence.hashing import Words, grouped_sums, mixed
from solvers.equivalence.refinement import Refinement

Ints = NDArray[np.int64]


@dataclass(slots=True)
class Blocks:
    """Open nodes of both models in components; `order` lists them by component and, inside, by colour.

    Component k has the nodes `order[starts[k]:starts[k + 1]]`, belongs to the second model where `second[k]`, has the
    multiset of colours `signature[k]`, and is `plain[k]` when each of its colours occurs once.
    """

    order: Ints
    starts: Ints
    second: NDArray[np.bool_]
    signature: Words
    plain: NDArray[np.bool_]

    def nodes(self, component: int) -> Ints:
        """Return the nodes of a component, by colour."""
        return self.order[self.starts[component] : self.starts[component + 1]]

    def paired(self) -> tuple[Ints, Ints] | None:
        """Return components of the first and the second model with equal signatures, or None where they differ."""
        sides = [np.flatnonzero(self.second == which) for which in (False, True)]
        ranked = [side[np.argsort(self.signature[side], kind="stable")] for side in sides]
        if len(ranked[0]) != len(ranked[1]) or np.any(self.signature[ranked[0]] != self.signature[ranked[1]]):
            return None
        return ranked[0], ranked[1]


def open_blocks(refinement: Refinement) -> Blocks:
    """Return the components of the nodes that are not matched by their colour alone."""
    graph, colour = refinement.graph, refinement.colour
    sizes = refinement.sizes()[0]
    is_open = sizes[colour] > 1
    nodes = np.flatnonzero(is_open)
    place = np.full(graph.node_count, -1, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    source, target = _telling_edges(graph, colour, sizes, is_open)
    links = scipy.sparse.coo_array(
        (np.ones(len(source), dtype=np.int8), (place[source], place[target])), shape=(len(nodes), len(nodes))
    )
    count, label = connected_components(links, directed=False)
    order = np.lexsort((colour[nodes], label))
    starts = np.searchsorted(label[order], np.arange(count + 1))
    ordered = nodes[order]
    repeated = np.zeros(len(ordered), dtype=bool)
    repeated[1:] = (label[order][1:] == label[order][:-1]) & (colour[ordered][1:] == colour[ordered][:-1])
    plain = np.ones(count, dtype=bool)
    plain[label[order][repeated]] = False
    signature = grouped_sums(mixed(colour[nodes]), label, count)
    return Blocks(ordered, starts, graph.second[ordered[starts[:-1]]], signature, plain)


def _telling_edges(graph: Graph, colour: Ints, sizes: Ints, is_open: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return the edges between open nodes that belong to no complete join of two colours by one coefficient."""
    degree = np.diff(graph.pointers)
    source = np.repeat(np.flatnonzero(is_open), degree[is_open])
    edges = np.repeat(is_open, degree)
    target, coefficient = graph.target[edges].astype(np.int64), graph.edge[edges].astype(np.int64)
    both = is_open[target] & (source < target)
    source, target, coefficient = source[both], target[both], coefficient[both]
    low = np.minimum(colour[source], colour[target])
    high = np.maximum(colour[source], colour[target])
    key = np.stack((low, high, coefficient))
    order = np.lexsort(key)
    ranked = key[:, order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (ranked[:, 1:] != ranked[:, :-1]).any(axis=0)
    group = np.cumsum(first) - 1
    counted = np.bincount(group)  # both models together: twice the edges of one
    complete = counted == 2 * sizes[ranked[0][first]] * sizes[ranked[1][first]]
    same = ranked[0][first] == ranked[1][first]
    telling = np.empty(len(order), dtype=bool)
    telling[order] = ~(complete & ~same)[group]
    return source[telling], target[telling]
