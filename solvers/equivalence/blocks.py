"""What is left to match when colours no longer tell nodes apart: components, after joins that every matching respects.

A node whose colour is its own is matched. Two colours that are joined completely by one coefficient say nothing about
who goes with whom. Without both, the graph falls into components that can be matched one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from solvers.equivalence.graph import Graph, edges_of
from solvers.equivalence.hashing import Words, grouped_sums, mixed
from solvers.equivalence.parts import first_of_each, spans
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

    def rarest(self, colour: Ints, sizes: Ints, components: Ints, *, whole: bool) -> Ints:
        """Return, component by component, nodes of its rarest colour: one, or with `whole` all but one (if not alone).

        `colour` and `sizes` must be those by which the components were made.
        """
        counts = np.diff(self.starts)[components]
        nodes, owner = self.order[spans(self.starts[components], counts)], np.repeat(np.arange(len(components)), counts)
        mine = colour[nodes]
        starts = first_of_each(mine, owner)
        length = np.diff(np.append(starts, len(nodes)))
        ranked = np.lexsort((mine[starts], sizes[mine[starts]], owner[starts]))
        best = ranked[first_of_each(owner[starts][ranked])]
        taken = np.maximum(length[best] - 1, 1) if whole else np.ones(len(best), dtype=np.int64)
        return nodes[spans(starts[best], taken)]

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
    nodes = np.flatnonzero(sizes[colour] > 1)
    count, label = connected_components(_links(graph, colour, sizes, nodes), directed=False)
    label = label.astype(np.int64)
    order = np.argsort(label * refinement.colour_count + colour[nodes], kind="stable")
    ordered, ranked = nodes[order], label[order]
    starts = np.searchsorted(ranked, np.arange(count + 1))
    repeated = (ranked[1:] == ranked[:-1]) & (colour[ordered[1:]] == colour[ordered[:-1]])
    plain = np.ones(count, dtype=bool)
    plain[ranked[1:][repeated]] = False
    signature = grouped_sums(mixed(colour[nodes]), label, count)
    return Blocks(ordered, starts, graph.second[ordered[starts[:-1]]], signature, plain)


def _links(graph: Graph, colour: Ints, sizes: Ints, nodes: Ints) -> Any:
    """Return the edges between open nodes that belong to no complete join, as a matrix over `nodes`."""
    place = np.full(graph.node_count, -1, dtype=np.int32)
    place[nodes] = np.arange(len(nodes))
    edges, degree = edges_of(graph, nodes)
    source, target = np.repeat(nodes, degree), graph.target[edges]
    telling = (place[target] >= 0) & (source < target)
    joins = _joins(graph, colour, sizes)
    if len(joins):
        edges, source, target = edges[telling], source[telling], target[telling]
        telling = _telling(colour[source], colour[target], graph.edge[edges], joins, sizes)
    ends = place[source[telling]], place[target[telling]]
    links = scipy.sparse.coo_array((np.ones(len(ends[0])), ends), shape=(len(nodes), len(nodes)))
    links.has_canonical_format = True
    return links.tocsr()


def _joins(graph: Graph, colour: Ints, sizes: Ints) -> Ints:
    """Return (colour, colour, coefficient) of joins that may be complete: by the look of one node of each colour."""
    first = np.flatnonzero(~graph.second)
    shown = np.zeros(len(sizes), dtype=np.int64)
    shown[colour[first]] = first
    several = np.flatnonzero(sizes > 1)
    edges, degree = edges_of(graph, shown[several])
    mine, other, coefficient = np.repeat(several, degree), colour[graph.target[edges]], graph.edge[edges]
    order = np.lexsort((coefficient, mine * len(sizes) + other))
    mine, other, coefficient = mine[order], other[order], coefficient[order]
    starts = first_of_each(mine, other, coefficient)
    counted = np.diff(np.append(starts, len(order)))
    mine, other = mine[starts], other[starts]
    complete = (counted == sizes[other]) & (sizes[other] > 1) & (mine < other)
    joins: Ints = np.stack((mine, other, coefficient[starts]), axis=1)[complete]
    return joins


def _telling(mine: Ints, other: Ints, coefficient: NDArray[Any], joins: Ints, sizes: Ints) -> NDArray[np.bool_]:
    """Return which edges belong to none of the joins that are complete, all edges counted."""
    key = np.minimum(mine, other) * len(sizes) + np.maximum(mine, other)
    known = joins[:, 0] * len(sizes) + joins[:, 1]  # in order
    join = np.minimum(np.searchsorted(known, key), len(known) - 1)
    hit = (known[join] == key) & (joins[join, 2] == coefficient)
    counted = np.bincount(join[hit], minlength=len(joins))  # both models together: twice the edges of one
    complete = counted == 2 * sizes[joins[:, 0]] * sizes[joins[:, 1]]
    telling: NDArray[np.bool_] = ~(hit & complete[join])
    return telling
