"""What names and indices are worth: pairs are taken back where the coefficients tell another story."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.anchors import common
from solvers.equivalence.graph import joint_graph, neighbour_sums
from solvers.equivalence.hashing import Words, mixed
from solvers.equivalence.nodes import Nodes
from solvers.equivalence.normal import Work
from solvers.equivalence.pairs import Basis, Ints, Pairing, Side

ALIKE = 0.8  # share of coefficients that must lie in the same places for an agreement of index sets to count
ACCIDENT = 0.2  # share of coefficients that lie in the same places under names that mean nothing


def set_misleading_aside(works: tuple[Work, Work], found: Pairing) -> bool:
    """Set equal names aside that stand for other rows and columns, as numbers given by a program do; whether it was so.

    They are where hardly a coefficient lies in the same place, and many more rows and columns would look the same if
    they were paired in another way.
    """
    hits = _entry_hits(works, found)[2]
    if hits.size and hits.mean() > ACCIDENT:
        return False
    named = [np.flatnonzero(side.basis == Basis.NAME) for side in (found.columns, found.rows)]
    if not sum(map(len, named)):
        return False
    graph = joint_graph(*facing(works))
    nodes = Nodes(graph, found)
    sides = zip((found.columns, found.rows), (nodes.columns, nodes.rows), named, strict=True)
    pairs = [(places[0][mine], places[1][side.partner[mine]]) for side, places, mine in sides]
    first, second = (np.concatenate(part) for part in zip(*pairs, strict=True))
    sums = neighbour_sums(mixed(mixed(graph.start)[graph.target] + mixed(graph.edge)), graph)
    views = [(colour[first], colour[second]) for colour in (graph.start, sums)]
    if not any(_contradict(*view) for view in views):
        return False
    for side, mine in zip((found.columns, found.rows), named, strict=True):
        side.partner[mine], side.basis[mine] = -1, Basis.NONE
    return True


def _contradict(first: Words, second: Words) -> bool:
    """Whether most words have an equal on the other side, and few have it as their partner."""
    possible = common(np.unique(first, return_counts=True), np.unique(second, return_counts=True))
    return bool(2 * possible > len(first) and 2 * np.count_nonzero(first == second) < possible)


def facing(works: tuple[Work, Work]) -> tuple[Work, Work]:
    """Return the forms with the second objective negated where more of its costs are then those of the first."""
    first, second = (np.unique(work.cost[work.kept_columns()], return_counts=True) for work in works)
    agree = [common(first, (sign * second[0][::sign], second[1][::sign])) for sign in (1, -1)]
    return works if agree[0] >= agree[1] else (works[0], replace(works[1], cost=-works[1].cost))


def doubt_indices(works: tuple[Work, Work], found: Pairing) -> bool:
    """Take back renamed families, the worst first, whose coefficients do not lie in the same places."""
    doubted = False
    while True:
        worst: tuple[float, Side, Ints] | None = None
        row, column, hits = _entry_hits(works, found)
        for side, owner in ((found.columns, column), (found.rows, row)):
            renamed = (side.basis == Basis.INDEX)[owner]
            family = side.catalogues[0].family[owner[renamed]]
            counted = np.bincount(family)
            share = np.bincount(family, weights=hits[renamed]) / np.maximum(counted, 1)
            share[counted == 0] = 1.0
            if len(share) and share.min() < min(ALIKE, worst[0] if worst else 1.0):
                members = (side.catalogues[0].family == int(share.argmin())) & (side.basis == Basis.INDEX)
                worst = float(share.min()), side, np.flatnonzero(members)
        if worst is None:
            return doubted
        _, side, members = worst
        side.partner[members], side.basis[members] = -1, Basis.NONE
        doubted = True


def _entry_hits(works: tuple[Work, Work], found: Pairing) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Return the paired entries of the first model, and whether the second has one in the same place."""
    first, second = works
    row, column = found.rows.partner[first.row], found.columns.partner[first.column]
    both = (row >= 0) & (column >= 0)
    width = second.column_count + 1
    hits = np.isin(row[both] * width + column[both], second.row * width + second.column)
    return first.row[both], first.column[both], hits
