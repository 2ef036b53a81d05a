"""Open nodes that share most of their paired neighbours: the last resort, where coefficients came and went."""

from __future__ import annotations

import numpy as np

from solvers.equivalence.anchors import Anchors, Ints, Pairs

SHARE = 0.5  # Jaccard, of the neighbours of two nodes
CANDIDATES = 2_000_000  # pairs of nodes that are scored


def best_overlaps(anchors: Anchors) -> Pairs:
    """Return pairs of open nodes, each the best partner of the other, that share at least half of their neighbours."""
    graph = anchors.graph
    nodes = anchors.open_nodes()
    sides = [_sightings(anchors, nodes[graph.second[nodes] == which]) for which in (False, True)]
    if not len(sides[0][0]) or not len(sides[1][0]):
        return nodes[:0], nodes[:0]
    first, second, alike = _joined(anchors, sides)
    if not len(first):
        return nodes[:0], nodes[:0]
    size = len(anchors.partner)
    pair, place, shared = np.unique(first * size + second, return_inverse=True, return_counts=True)
    one, other = pair // size, pair % size
    same = np.bincount(place, weights=alike)
    everything = anchors.width[one] + anchors.width[other] - shared
    score = shared / np.maximum(everything, 1)
    score += 1e-3 * same / shared + 1e-4 * (anchors.levels[0][one] == anchors.levels[0][other])
    good = (score >= SHARE) & (anchors.group[one] == anchors.group[other])
    return _mutual(one[good], other[good], score[good], size)


def _sightings(anchors: Anchors, nodes: Ints) -> tuple[Ints, Ints, Ints]:
    """Return (node, paired neighbour, coefficient) for each paired neighbour of each open node."""
    start, size = anchors.graph.pointers[nodes], anchors.degree[nodes]
    ends = np.cumsum(size)
    edges = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(start - (ends - size), size)
    target = anchors.graph.target[edges].astype(np.int64)
    known = (anchors.main[target] == target) & (anchors.partner[target] >= 0)
    owner = np.repeat(nodes, size)[known]
    return owner, target[known], anchors.graph.edge[edges[known]].astype(np.int64)


def _joined(anchors: Anchors, sides: list[tuple[Ints, Ints, Ints]]) -> tuple[Ints, Ints, Ints]:
    """Return every open node of the first model with every one of the second that sees the same pair."""
    (owner, seen, edge), (owners, sights, edges) = sides
    seen = anchors.partner[seen]  # in the numbers of the second model
    count = len(anchors.partner)
    order = np.argsort(sights, kind="stable")
    owners, edges = owners[order], edges[order]
    theirs = np.bincount(sights, minlength=count)
    product = theirs * np.bincount(seen, minlength=count)
    cheap = np.sort(product[product > 0])
    allowed = int(np.searchsorted(np.cumsum(cheap), CANDIDATES, side="right"))
    limit = int(cheap[allowed - 1]) if allowed else 0
    kept = product[seen] <= limit
    owner, seen, edge = owner[kept], seen[kept], edge[kept]
    starts = np.cumsum(theirs) - theirs
    size = theirs[seen]
    ends = np.cumsum(size)
    at = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts[seen] - (ends - size), size)
    return np.repeat(owner, size), owners[at], (np.repeat(edge, size) == edges[at]).astype(np.int64)


def _mutual(one: Ints, other: Ints, score: np.ndarray, size: int) -> Pairs:
    """Return the pairs in which each is the best partner of the other; the first of equals is the best."""
    order = np.lexsort((other, one, -score))
    one, other = one[order], other[order]
    best = np.full(size, -1, dtype=np.int64)
    best[other[::-1]], best[one[::-1]] = one[::-1], other[::-1]
    mutual = (best[one] == other) & (best[other] == one)
    return one[mutual], other[mutual]
