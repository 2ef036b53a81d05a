"""Finds a matching of the nodes of two models, or shows that there is none, or runs out of time.

Colours first; where they stall, components are matched one by one: by ties of one node in each model at a time, which
proves nothing when it fails, and then by exact search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.blocks import Blocks, open_blocks
from solvers.equivalence.budget import Budget
from solvers.equivalence.graph import Graph
from solvers.equivalence.refinement import Imbalance, Refinement
from solvers.equivalence.search import by_colour, respects, search

MANY = 16  # components; beyond, one node of each is tied at the same time
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Matched:
    """`partner[u]` is the node of the second model for each node u of the first; `path` says how it was found."""

    partner: Ints
    path: str


@dataclass(frozen=True, slots=True)
class Apart:
    """The models differ: by a colour, by their components, or because every candidate was refuted."""

    imbalance: Imbalance | None = None
    blocks: Blocks | None = None
    refuted: int = -1
    colour: Ints | None = None


def matching(graph: Graph, budget: Budget) -> Matched | Apart:
    """Return a matching that respects every number, or why there is none; raises BudgetSpent.

    The matching is not yet checked: that is the business of `solvers.equivalence.certificate`.
    """
    refinement = Refinement(graph)
    budget.check()
    imbalance = refinement.whole()
    if imbalance is not None:
        return Apart(imbalance=imbalance)
    if _is_discrete(refinement):
        return Matched(by_colour(refinement), "colours")
    blocks = open_blocks(refinement)
    pairs = blocks.paired()
    if pairs is None:
        return Apart(blocks=blocks, colour=refinement.colour)
    if blocks.plain.all():
        return Matched(_by_blocks(refinement, blocks, pairs), "components")
    found = _tied(refinement.copy(), blocks, pairs, budget)
    if found is not None and respects(graph, found):
        return Matched(found, "ties")
    return _searched(refinement, blocks, budget)


def _is_discrete(refinement: Refinement) -> bool:
    return bool((refinement.sizes()[0] <= 1).all())


def _by_blocks(refinement: Refinement, blocks: Blocks, pairs: tuple[Ints, Ints]) -> Ints:
    partner = by_colour(refinement)
    nodes = [
        np.concatenate([blocks.nodes(k) for k in side.tolist()] or [np.zeros(0, dtype=np.int64)]) for side in pairs
    ]
    partner[nodes[0]] = nodes[1]
    return partner


def _tied(refinement: Refinement, blocks: Blocks, pairs: tuple[Ints, Ints], budget: Budget) -> Ints | None:
    """Tie nodes of equal colour in paired components until nothing is open; None when the choices led nowhere."""
    resplit = 1
    while True:
        rough = ~blocks.plain[pairs[0]]
        if not rough.any():
            return _by_blocks(refinement, blocks, pairs)
        left, right = pairs[0][rough], pairs[1][rough]
        if len(left) > MANY:
            if not _tie_all(refinement, blocks, left, right):
                return None
        else:
            for a, b in zip(left.tolist(), right.tolist(), strict=True):
                if not _tie_some(refinement, blocks, a, b, resplit, budget):
                    return None
            resplit = min(2 * resplit, 1024)
        budget.check()
        blocks = open_blocks(refinement)
        again = blocks.paired()
        if again is None:
            return None
        pairs = again


def _tie_all(refinement: Refinement, blocks: Blocks, left: Ints, right: Ints) -> bool:
    """Tie one node of each pair of components at the same time; whether the colours stay balanced."""
    chosen = [_candidates(refinement, blocks, a, b) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
    nodes = np.array([pair for pair in chosen if pair is not None], dtype=np.int64).reshape(-1, 2)
    return not np.any(nodes < 0) and refinement.tie(nodes[:, 0], nodes[:, 1]) is None


def _tie_some(refinement: Refinement, blocks: Blocks, first: int, second: int, most: int, budget: Budget) -> bool:
    """Tie up to `most` nodes of a pair of components, one after the other; whether the colours stay balanced."""
    for _ in range(most):
        budget.check()
        pair = _candidates(refinement, blocks, first, second)
        if pair is None:
            return True
        if pair[1] < 0 or refinement.tie(np.array([pair[0]]), np.array([pair[1]])) is not None:
            return False
    return True


def _candidates(refinement: Refinement, blocks: Blocks, first: int, second: int) -> tuple[int, int] | None:
    """Return a node of each component with the rarest colour that is not alone; -1 where the second has none."""
    nodes = blocks.nodes(first)
    size = refinement.sizes()[0][refinement.colour[nodes]]
    several = np.flatnonzero(size > 1)
    if not several.size:
        return None
    node = int(nodes[several[np.argmin(size[several])]])
    others = blocks.nodes(second)
    same = others[refinement.colour[others] == refinement.colour[node]]
    return node, int(same[0]) if same.size else -1


def _searched(refinement: Refinement, blocks: Blocks, budget: Budget) -> Matched | Apart:
    partner = by_colour(refinement)
    left = [k for k in range(len(blocks.plain)) if not blocks.second[k]]
    right = [k for k in range(len(blocks.plain)) if blocks.second[k]]
    # Being isomorphic is an equivalence: whichever component of the second model fits may be taken.
    for a in left:
        for b in [k for k in right if blocks.signature[k] == blocks.signature[a]]:
            found = search(refinement, blocks.nodes(a), blocks.nodes(b), budget)
            if found is not None:
                partner[found[0]] = found[1]
                right.remove(b)
                break
        else:
            return Apart(refuted=int(blocks.nodes(a)[0]), blocks=blocks, colour=refinement.colour)
    return Matched(partner, "search")
