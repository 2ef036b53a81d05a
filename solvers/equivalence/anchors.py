"""The state of a search for counterparts: which nodes of the joint graph are paired, and what the others see of them.

An open node sees its paired neighbours: the sum of one word per pair and coefficient (`exact`), and of one word per
pair alone (`loose`). Two open nodes, one of each model, that see the same are candidates. Rows that may be turned have
two nodes; both stand for the row, and are taken together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.graph import Graph, neighbour_sums
from solvers.equivalence.hashing import Words, mixed, paired

ROUNDS = 6
MANY = 30  # numbers are sorted, not marked, while they are fewer than one in so many
_ODD = np.uint64(0xD6E8FEB86659FD93)
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Pairs = tuple[Ints, Ints]


class Anchors:
    """Nodes of both models, their partners (-1: none), and the words by which open nodes are compared.

    `group` keeps nodes apart that may not be paired: only nodes of the same group are ever alike.
    """

    def __init__(self, graph: Graph, group: Ints, pairs: Pairs) -> None:
        self.graph = graph
        self.group = group
        self._group_words = mixed(group)
        self.twin, self.main = _twins(graph)
        self._has_twins = bool((self.twin >= 0).any())
        self.partner = np.full(graph.node_count, -1, dtype=np.int64)
        self.degree = np.diff(graph.pointers)
        self.width = _width(graph, self.main)
        self._edge_words = mixed(graph.edge)
        self._words: Words = np.zeros(graph.node_count, dtype=np.uint64)
        self.exact: Words = np.zeros(graph.node_count, dtype=np.uint64)
        self.loose: Words = np.zeros(graph.node_count, dtype=np.uint64)
        self.seen = np.zeros(graph.node_count, dtype=np.int64)
        self.kinds = mixed(self.is_row().astype(np.int64) + 21)
        self._start = graph.start
        self.commit(*pairs)
        self.levels = self._levels()

    def is_row(self) -> Bools:
        """Return which nodes are rows."""
        found = np.ones(self.graph.node_count, dtype=bool)
        for side in self.graph.sides:
            found[side.first_node : side.first_node + len(side.columns)] = False
        return found

    def open_nodes(self) -> Ints:
        """Return the nodes without a partner, one for each row and column."""
        own = self.main == np.arange(len(self.main))
        return np.flatnonzero(own & (self.partner < 0))

    def commit(self, first: Ints, second: Ints) -> Ints:
        """Pair first[k] with second[k]; return the open nodes that see a new pair."""
        self.partner[first], self.partner[second] = second, first
        words = paired(np.full(len(first), 5), first)
        touched = []
        for nodes in (first, second):
            both = self.twin[nodes] >= 0
            self._words[nodes] = words
            self._words[self.twin[nodes[both]]] = words[both]
            touched.append(self._show(np.concatenate((nodes, self.twin[nodes[both]]))))
        found = distinct(self.main[np.concatenate(touched)], len(self.main))
        return found[self.partner[found] < 0]

    def key(self, nodes: Ints, colour: Words, sums: Words) -> Words:
        """Return one word per node of its group, a colour and what it sees; the same for a row and the row turned."""
        words: Words = colour[nodes] * _ODD + sums[nodes]
        if sums is self.exact and self._has_twins:
            twins = self.twin[nodes]
            some = np.flatnonzero(twins >= 0)
            words[some] = mixed(words[some]) + mixed(colour[twins[some]] * _ODD + sums[twins[some]])
        words += self._group_words[nodes]
        return words

    def refresh(self) -> None:
        """Refine the colours again, with everything paired so far."""
        self.levels = self._levels()

    def overlook(self, *, rows: bool = False, columns: bool = False) -> None:
        """Refine again, blind for the own numbers of rows, of columns, or of neither."""
        blind = np.where(self.is_row(), rows, columns)
        self._start = np.where(blind, self.kinds, self.graph.start)
        self.refresh()

    def shared(self, level: int) -> float:
        """Return the share of open nodes that could have a partner of their own colour."""
        nodes = self.open_nodes()
        keys, second = self.key(nodes, self.levels[level], self.exact), self.graph.second[nodes]
        mine, theirs = (np.unique(keys[second == which], return_counts=True) for which in (False, True))
        fewer = min(np.count_nonzero(~second), np.count_nonzero(second))
        return common(mine, theirs) / fewer if fewer else 1.0

    def _show(self, nodes: Ints) -> Ints:
        """Let the neighbours of paired nodes see them; return these neighbours."""
        start, size = self.graph.pointers[nodes], self.degree[nodes]
        ends = np.cumsum(size)
        edges = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(start - (ends - size), size)
        target = self.graph.target[edges]
        words = np.repeat(self._words[nodes], size)
        np.add.at(self.exact, target, mixed(words + self._edge_words[edges]))
        once = np.repeat(self.main[nodes] == nodes, size)
        np.add.at(self.loose, target[once], mixed(words[once]))
        np.add.at(self.seen, target[once], 1)
        seen: Ints = target.astype(np.int64)
        return seen

    def _levels(self) -> list[Words]:
        """Return the colours after 0, 1, … rounds of refinement; paired nodes start as one colour."""
        taken = self.partner[self.main] >= 0
        colour = np.where(taken, self._words[self.main], self._start)
        levels = [colour]
        for _ in range(ROUNDS):
            sums = neighbour_sums(mixed(mixed(colour)[self.graph.target] + self._edge_words), self.graph)
            colour = np.where(taken, colour, paired(colour, sums))
            levels.append(colour)
        return levels


def _twins(graph: Graph) -> tuple[Ints, Ints]:
    """Return for each node the second node of its row, or -1, and for each node the node that stands for it."""
    twin = np.full(graph.node_count, -1, dtype=np.int64)
    main = np.arange(graph.node_count)
    for side in graph.sides:
        rows = side.first_node + len(side.columns) + side.twins
        second = side.first_node + len(side.columns) + len(side.rows) + np.arange(len(side.twins))
        twin[rows], main[second] = second, rows
    return twin, main


def _width(graph: Graph, main: Ints) -> Ints:
    """Return the number of neighbours of each node, two nodes of one row counted once."""
    running = np.zeros(len(graph.target) + 1, dtype=np.int64)
    np.cumsum(main[graph.target] == graph.target, out=running[1:])
    found: Ints = running[graph.pointers[1:]] - running[graph.pointers[:-1]]
    return found


def common(first: tuple[NDArray[Any], Ints], second: tuple[NDArray[Any], Ints]) -> int:
    """Return how many members two multisets share, each given as its values, ascending, and their counts."""
    _, mine, theirs = np.intersect1d(first[0], second[0], assume_unique=True, return_indices=True)
    return int(np.minimum(first[1][mine], second[1][theirs]).sum())


def distinct(numbers: Ints, size: int) -> Ints:
    """Return each of some numbers below `size` once, ascending."""
    if len(numbers) * MANY > size:
        found = np.zeros(size, dtype=bool)
        found[numbers] = True
        return np.flatnonzero(found)
    ordered: Ints = np.sort(numbers)
    first: Bools = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    once: Ints = ordered[first]
    return once


def unique_pairs(nodes: Ints, keys: Words, second: Bools) -> Pairs:
    """Return the nodes of the first model whose key only they have, with the one of the second model that has it."""
    order = np.argsort(keys, kind="stable")
    ordered, side = keys[order], second[nodes[order]]
    if len(ordered) < 2:
        return nodes[:0], nodes[:0]
    same = ordered[1:] == ordered[:-1]
    before, after = np.append(False, same[:-1]), np.append(same[1:], False)
    at = np.flatnonzero(same & ~before & ~after & (side[1:] != side[:-1]))
    one, other = nodes[order[at]], nodes[order[at + 1]]
    turned = second[one]
    return np.where(turned, other, one), np.where(turned, one, other)


def classes(nodes: Ints, keys: Words, second: Bools) -> list[Pairs]:
    """Return the nodes of each model per key that both models have, the smallest classes first."""
    order = np.lexsort((nodes, second[nodes], keys))
    ordered = nodes[order]
    starts = np.flatnonzero(np.append(True, keys[order][1:] != keys[order][:-1])) if len(nodes) else order
    ends = np.append(starts[1:], len(nodes))
    theirs = np.add.reduceat(second[ordered].astype(np.int64), starts) if len(nodes) else order
    mine = ends - starts - theirs
    chosen = np.flatnonzero((mine > 0) & (theirs > 0))
    chosen = chosen[np.argsort((mine + theirs)[chosen], kind="stable")]
    parts = ((int(starts[c]), int(starts[c] + mine[c]), int(ends[c])) for c in chosen.tolist())
    return [(ordered[a:b], ordered[b:c]) for a, b, c in parts]
