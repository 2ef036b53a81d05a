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

SINGLE = (1, 4, 1_000_000_000)  # rounds of ties of one node before whole colours are tied, in each attempt
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
    refinement = Refinement(graph, budget)
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
    for single in SINGLE:
        found = _tied(refinement.copy(), blocks, pairs, budget, single)
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


def _tied(refinement: Refinement, blocks: Blocks, pairs: tuple[Ints, Ints], budget: Budget, single: int) -> Ints | None:
    """Tie nodes of equal colour in paired components until nothing is open; None when the choices led nowhere.

    After so many rounds of `single` nodes, all nodes of a colour at once, in any order: right where they can be
    exchanged freely, as equal machines can.
    """
    resplit = 1
    while True:
        budget.check()
        rough = ~blocks.plain[pairs[0]]
        if not rough.any():
            return _by_blocks(refinement, blocks, pairs)
        left, right = pairs[0][rough], pairs[1][rough]
        whole, single = single <= 0, single - 1
        if len(left) > MANY:
            if not _tie_all(refinement, blocks, left, right, whole=whole):
                return None
        else:
            for a, b in zip(left.tolist(), right.tolist(), strict=True):
                if not _tie_some(refinement, blocks.nodes(a), blocks.nodes(b), resplit, whole=whole):
                    return None
            resplit = min(2 * resplit, 1024)
        blocks = open_blocks(refinement)
        again = blocks.paired()
        if again is None:
            return None
        pairs = again


def _tie_all(refinement: Refinement, blocks: Blocks, left: Ints, right: Ints, *, whole: bool) -> bool:
    """Tie nodes of each pair of components at the same time; whether the colours stay balanced."""
    colour, sizes = refinement.colour, refinement.sizes()[0]
    chosen = [blocks.rarest(colour, sizes, side, whole=whole) for side in (left, right)]
    if not np.array_equal(colour[chosen[0]], colour[chosen[1]]):
        return False
    return refinement.tie(chosen[0], chosen[1]) is None


def _tie_some(refinement: Refinement, first: Ints, second: Ints, most: int, *, whole: bool) -> bool:
    """Tie nodes of a pair of components, up to `most` times one after the other; whether the colours stay balanced."""
    pair: tuple[Ints, Ints] | None = None
    for _ in range(most):
        pair = (pair and _rarest(refinement, *pair)) or _rarest(refinement, first, second)
        if pair is None:
            return True
        count = max(len(pair[0]) - 1, 1) if whole else 1
        if len(pair[0]) != len(pair[1]) or refinement.tie(pair[0][:count], pair[1][:count]) is not None:
            return False
    return True


def _rarest(refinement: Refinement, first: Ints, second: Ints) -> tuple[Ints, Ints] | None:
    """Return the nodes with the rarest colour that is not alone, among those given of each model."""
    colour = refinement.colour
    size = refinement.sizes()[0][colour[first]]
    several = np.flatnonzero(size > 1)
    if not several.size:
        return None
    rarest = colour[first[several[np.argmin(size[several])]]]
    return first[colour[first] == rarest], second[colour[second] == rarest]


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
