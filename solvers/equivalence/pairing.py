"""Which row and column of one model is which of the other, when the models differ: by names, then by structure.

In this order: equal names; families whose index sets agree up to an order of their positions; colours, with everything
paired so far as anchors, unique on both sides, most refined first and then with ever less attention to numbers; one
pair of an ambiguous class, as a symmetric choice; and rows by the overlap of their columns.
"""

from __future__ import annotations

import enum
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.certificate import Mapping
from solvers.equivalence.families import by_families
from solvers.equivalence.graph import Graph, joint_graph, neighbour_sums
from solvers.equivalence.hashing import Words, mixed, paired
from solvers.equivalence.normal import Work
from solvers.instance import Instance

ROUNDS = 6
TIES = 200
ALIKE = 0.8  # share of coefficients that must lie in the same places for an agreement of index sets to count
SECONDS = 5.0
OVERLAP = 0.5  # Jaccard, of the paired columns of two rows
Ints = NDArray[np.int64]


class Basis(enum.IntEnum):
    """Why two rows or columns are taken for the same; from STRUCTURE on it is a guess, and said to be one."""

    NONE = 0
    NAME = 1
    INDEX = 2
    STRUCTURE = 3
    CHOICE = 4
    OVERLAP = 5


@dataclass(slots=True)
class Pairing:
    """Column j of the first model is `column[j]` of the second, row i is `row[i]`; -1: it has no partner."""

    column: Ints
    row: Ints
    column_basis: NDArray[np.int8]
    row_basis: NDArray[np.int8]


def pairing(
    first: Instance,
    second: Instance,
    works: tuple[Work, Work],
    *,
    known: Mapping | None = None,
    seconds: float = SECONDS,
) -> Pairing:
    """Pair the rows and columns that both normal forms kept.

    Where names leave something open, a `known` mapping of the models is taken; else structure is searched for so long.
    """
    found = Pairing(
        column=np.full(first.column_count, -1, dtype=np.int64),
        row=np.full(first.row_count, -1, dtype=np.int64),
        column_basis=np.zeros(first.column_count, dtype=np.int8),
        row_basis=np.zeros(first.row_count, dtype=np.int8),
    )
    kept = [(work.kept_columns(), work.kept_rows()) for work in works]
    _by_names(first, second, kept, found)
    if known is not None and not _complete(found, kept):
        _by_mapping(works, known, found)
    if not _complete(found, kept):
        by_families(first, second, works, found.column, found.column_basis, Basis.INDEX, kind="column")
        by_families(first, second, works, found.row, found.row_basis, Basis.INDEX, kind="row")
        _doubt_indices(works, found)
    if not _complete(found, kept):
        _by_structure(joint_graph(*works), found, time.monotonic() + seconds)
        _by_overlap(works, kept, found)
    return found


def _complete(found: Pairing, kept: list[tuple[Ints, Ints]]) -> bool:
    """Whether one of the models has nothing left to pair, in columns and in rows."""
    columns, rows = (found.column >= 0).sum(), (found.row >= 0).sum()
    return bool(columns == min(len(kept[0][0]), len(kept[1][0])) and rows == min(len(kept[0][1]), len(kept[1][1])))


def _by_names(first: Instance, second: Instance, kept: list[tuple[Ints, Ints]], found: Pairing) -> None:
    for k, (mine, other, partner, basis) in enumerate(
        (
            (first.column_names, second.column_names, found.column, found.column_basis),
            (first.row_names, second.row_names, found.row, found.row_basis),
        )
    ):
        place = {other[j]: j for j in kept[1][k].tolist()}
        for i in kept[0][k].tolist():
            j = place.get(mine[i])
            if j is not None:
                partner[i], basis[i] = j, Basis.NAME


def _doubt_indices(works: tuple[Work, Work], found: Pairing) -> None:
    """Take pairs of renamed families back when their coefficients do not lie in the same places."""
    first, second = works
    row, column = found.row[first.row], found.column[first.column]
    both = (row >= 0) & (column >= 0)
    theirs = second.row * (second.column_count + 1) + second.column
    hits = np.isin(row[both] * (second.column_count + 1) + column[both], theirs)
    if not hits.size or hits.mean() < ALIKE:
        for partner, basis in ((found.row, found.row_basis), (found.column, found.column_basis)):
            doubtful = basis == Basis.INDEX
            partner[doubtful], basis[doubtful] = -1, Basis.NONE


def _by_mapping(works: tuple[Work, Work], known: Mapping, found: Pairing) -> None:
    """Take what is still open from a mapping that was found and checked."""
    for partner, basis, given, other in (
        (found.column, found.column_basis, known.column, works[1].kept_columns()),
        (found.row, found.row_basis, known.row, works[1].kept_rows()),
    ):
        free = np.zeros(max(int(given.max(initial=-1)), int(partner.max(initial=-1)), 0) + 1, dtype=bool)
        free[other[other < len(free)]] = True
        free[partner[partner >= 0]] = False
        new = np.flatnonzero((partner < 0) & (given >= 0))
        new = new[free[given[new]]]
        partner[new], basis[new] = given[new], Basis.STRUCTURE


class _Nodes:
    """The pairing as nodes of the joint graph; twins of a row stand for it turned."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.owner = np.concatenate([self._owners(k) for k in (0, 1)])

    def _owners(self, which: int) -> Ints:
        """Return a key per node: columns by their number, rows (and their twins) by -1 minus their number."""
        side = self.graph.sides[which]
        return np.concatenate((side.columns, -1 - side.rows, -1 - side.rows[side.twins]))

    def anchored(self, found: Pairing) -> tuple[NDArray[np.bool_], Words]:
        """Return which nodes are paired, and one word for both nodes of a pair."""
        first_count = self.graph.sides[1].first_node
        words = np.zeros(self.graph.node_count, dtype=np.uint64)
        mine = self.owner[:first_count]
        is_column = mine >= 0
        partner = np.where(is_column, found.column[np.maximum(mine, 0)], found.row[np.maximum(-1 - mine, 0)])
        taken = np.zeros(self.graph.node_count, dtype=bool)
        taken[:first_count] = partner >= 0
        words[:first_count] = paired(mixed(is_column + 1), partner.astype(np.uint64))
        other = self.owner[first_count:]
        reached_columns, reached_rows = set(found.column.tolist()), set(found.row.tolist())
        known = np.array([(j in reached_columns) if j >= 0 else (-1 - j in reached_rows) for j in other.tolist()], bool)
        taken[first_count:] = known
        number = np.where(other >= 0, other, -1 - other)
        words[first_count:] = paired(mixed((other >= 0) + 1), number.astype(np.uint64))
        return taken, words


def _by_structure(graph: Graph, found: Pairing, deadline: float) -> None:
    nodes = _Nodes(graph)
    edges = [mixed(graph.edge), mixed(graph.edge), mixed(np.where(graph.edge >= 4, graph.edge & 1, 2))]
    starts = [graph.start, _kinds(nodes), _kinds(nodes)]
    ties = 0
    while time.monotonic() < deadline:
        if any(_accepted(nodes, found, start, edge) for start, edge in zip(starts, edges, strict=True)):
            continue
        if ties >= TIES or not _tied(nodes, found, graph.start, edges[0]):
            return
        ties += 1


def _kinds(nodes: _Nodes) -> Words:
    return mixed((nodes.owner >= 0) + 21)


def _refined(nodes: _Nodes, found: Pairing, start: Words, edge: Words) -> tuple[NDArray[np.bool_], list[Ints]]:
    taken, words = nodes.anchored(found)
    colour = np.unique(np.where(taken, words, start), return_inverse=True)[1]
    colours = [colour]
    for _ in range(ROUNDS):
        sums = neighbour_sums(mixed(mixed(colour)[nodes.graph.target] + edge), nodes.graph)
        colour = np.unique(paired(colour, sums), return_inverse=True)[1]
        colours.append(colour)
    return taken, colours[::-1]


def _accepted(nodes: _Nodes, found: Pairing, start: Words, edge: Words) -> bool:
    """Pair open nodes whose colour is theirs alone in both models, the most refined colours first."""
    taken, colours = _refined(nodes, found, start, edge)
    for colour in colours:
        first, second = _unique_pairs(nodes.graph, colour, ~taken)
        if len(first) and _pair(nodes, found, first, second, Basis.STRUCTURE):
            return True
    return False


def _unique_pairs(graph: Graph, colour: Ints, is_open: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    count = int(colour.max()) + 1
    sides = [np.flatnonzero(is_open & (graph.second == which)) for which in (False, True)]
    counted = [np.bincount(colour[side], minlength=count) for side in sides]
    alone = (counted[0] == 1) & (counted[1] == 1)
    partner = np.full(count, -1, dtype=np.int64)
    partner[colour[sides[1]]] = sides[1]
    mine = sides[0][alone[colour[sides[0]]]]
    return mine, partner[colour[mine]]


def _tied(nodes: _Nodes, found: Pairing, start: Words, edge: Words) -> bool:
    """Pair the first nodes of the smallest class that both models have equally often, the most refined such class."""
    taken, colours = _refined(nodes, found, start, edge)
    sides = [np.flatnonzero(~taken & (nodes.graph.second == which)) for which in (False, True)]
    for colour in colours:
        count = int(colour.max()) + 1
        counted = [np.bincount(colour[side], minlength=count) for side in sides]
        balanced = np.flatnonzero((counted[0] == counted[1]) & (counted[0] > 1))
        if balanced.size:
            least = balanced[np.argmin(counted[0][balanced])]
            chosen = [side[colour[side] == least][:1] for side in sides]
            if _pair(nodes, found, chosen[0], chosen[1], Basis.CHOICE):
                return True
    return False


def _pair(nodes: _Nodes, found: Pairing, first: Ints, second: Ints, basis: Basis) -> bool:
    """Write pairs of nodes down as rows and columns, each once; whether there was a new one."""
    reached = {0: set(found.column.tolist()), 1: set(found.row.tolist())}
    new = False
    for mine, other in zip(nodes.owner[first].tolist(), nodes.owner[second].tolist(), strict=True):
        if (mine >= 0) != (other >= 0):
            continue
        is_row = int(mine < 0)
        i, j = (-1 - mine, -1 - other) if is_row else (mine, other)
        partner, bases = (found.row, found.row_basis) if is_row else (found.column, found.column_basis)
        if partner[i] < 0 and j not in reached[is_row]:
            partner[i], bases[i] = j, basis
            reached[is_row].add(j)
            new = True
    return new


def _by_overlap(works: tuple[Work, Work], kept: list[tuple[Ints, Ints]], found: Pairing) -> None:
    """Pair what is left of the rows with the row that shares most of their columns."""
    reached = set(found.row.tolist())
    open_rows = [i for i in kept[0][1].tolist() if found.row[i] < 0]
    others = [j for j in kept[1][1].tolist() if j not in reached]
    if not open_rows or not others or len(open_rows) * len(others) > 250_000:
        return
    mine = {i: set(found.column[works[0].column[works[0].row == i]].tolist()) - {-1} for i in open_rows}
    theirs = {j: set(works[1].column[works[1].row == j].tolist()) for j in others}
    scored = sorted(
        ((-len(mine[i] & theirs[j]) / max(len(mine[i] | theirs[j]), 1), i, j) for i in open_rows for j in others),
    )
    for score, i, j in scored:
        if -score < OVERLAP:
            return
        if found.row[i] < 0 and j not in reached:
            found.row[i], found.row_basis[i] = j, Basis.OVERLAP
            reached.add(j)
