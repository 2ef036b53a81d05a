"""Colour refinement of the joint graph: nodes keep one colour only while nothing tells them apart.

A node takes in the multiset of (coefficient, colour) of its neighbours, as a sum of 64-bit words. Equal structure gives
equal sums whatever words collide, so a colour that the two models have in different numbers proves them different; a
collision can only leave two nodes together that could be told apart. First whole passes; once few nodes change, only
the neighbours of those (after Cardon and Crochemore 1982; Paige and Tarjan 1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.graph import Graph, neighbour_sums
from solvers.equivalence.hashing import Words, mixed, paired

FEW = 8  # whole passes while more than one node in so many changes its colour
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A colour that one model has more often: its nodes in each model, and after how many rounds it was seen."""

    first: Ints
    second: Ints
    round: int


class Refinement:
    """The colours of a graph's nodes, 0 to `colour_count - 1`, refined as far as they go."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.rounds = 0
        self._edge_words = mixed(graph.edge)
        _, self.colour = np.unique(graph.start, return_inverse=True)
        self.colour_count = int(self.colour.max()) + 1 if len(self.colour) else 0
        room = max(2 * graph.node_count, 16)
        self._sums: Words = np.zeros(graph.node_count, dtype=np.uint64)
        self._class_sums: Words = np.zeros(room, dtype=np.uint64)
        self._sizes = np.zeros((2, room), dtype=np.int64)
        self._count()

    def copy(self) -> Refinement:
        """Return colours that can be refined apart from these."""
        twin = object.__new__(Refinement)
        twin.graph, twin.rounds, twin.colour_count = self.graph, self.rounds, self.colour_count
        twin._edge_words = self._edge_words
        twin.colour, twin._sums = self.colour.copy(), self._sums.copy()
        twin._class_sums, twin._sizes = self._class_sums.copy(), self._sizes.copy()
        return twin

    def sizes(self) -> NDArray[np.int64]:
        """Return how many nodes of each model have each colour: 2 x `colour_count`."""
        return self._sizes[:, : self.colour_count]

    def whole(self) -> Imbalance | None:
        """Refine from scratch; return what proves the models different, or None when the colours are balanced."""
        found = self._unbalanced(np.arange(self.colour_count))
        while found is None:
            self._sums = self._neighbours()
            key = paired(self.colour, self._sums)
            _, place, colour = np.unique(key, return_index=True, return_inverse=True)
            count = len(place)
            self.rounds += 1
            if count == self.colour_count:
                break
            changed = self._keeping_names(colour, count)
            found = self._unbalanced(np.arange(count))
            if found is None and len(changed) * FEW < self.graph.node_count:
                self._sums = self._neighbours()
                self._class_sums[self.colour] = self._sums
                return self._split(np.arange(self.graph.node_count))
        if found is None:
            self._class_sums[self.colour] = self._sums
        return found

    def tie(self, first: NDArray[Any], second: NDArray[Any]) -> Imbalance | None:
        """Give node first[k] and node second[k] a colour of their own, for every k, and refine."""
        fresh = self.colour_count + np.arange(len(first))
        nodes, names = np.concatenate((first, second)), np.concatenate((fresh, fresh))
        keep = self._recolour(nodes, names)
        return self._spread(nodes, keep)

    def _count(self) -> None:
        self._sizes[:] = 0
        for k, mine in enumerate((~self.graph.second, self.graph.second)):
            counted = np.bincount(self.colour[mine], minlength=self.colour_count)
            self._sizes[k, : self.colour_count] = counted

    def _neighbours(self) -> Words:
        return neighbour_sums(mixed(mixed(self.colour)[self.graph.target] + self._edge_words), self.graph)

    def _keeping_names(self, colour: Ints, count: int) -> Ints:
        """Take over new colours; the largest part of a former colour keeps its name. Return the nodes renamed."""
        size = np.bincount(colour, minlength=count)
        former = np.zeros(count, dtype=np.int64)
        former[colour] = self.colour
        order = np.lexsort((-size, former))
        leads = np.ones(count, dtype=bool)
        leads[1:] = former[order][1:] != former[order][:-1]
        name = np.zeros(count, dtype=np.int64)
        name[order[leads]] = former[order[leads]]
        name[order[~leads]] = self.colour_count + np.arange(int((~leads).sum()))
        renamed = name[colour]
        changed = np.flatnonzero(renamed != self.colour)
        self.colour, self.colour_count = renamed, count
        self._count()
        return changed

    def _unbalanced(self, colours: Ints) -> Imbalance | None:
        sizes = self._sizes[:, colours]
        wrong = np.flatnonzero(sizes[0] != sizes[1])
        if not wrong.size:
            return None
        least = wrong[np.argmin(sizes[:, wrong].sum(axis=0))]
        nodes = np.flatnonzero(self.colour == colours[least])
        mine = self.graph.second[nodes]
        return Imbalance(nodes[~mine], nodes[mine], self.rounds)

    def _recolour(self, nodes: NDArray[Any], names: Ints) -> Ints:
        """Give nodes new colours; return their former ones."""
        former: Ints = self.colour[nodes]
        side = self.graph.second[nodes].astype(np.int64)
        np.subtract.at(self._sizes, (side, former), 1)
        np.add.at(self._sizes, (side, names), 1)
        self.colour[nodes] = names
        self._class_sums[names] = self._sums[nodes]
        self.colour_count = max(self.colour_count, int(names.max()) + 1)
        return former

    def _spread(self, nodes: NDArray[Any], former: Ints) -> Imbalance | None:
        """Tell the neighbours of recoloured nodes, and go on with those that are now told apart."""
        while len(nodes):
            self.rounds += 1
            found = self._unbalanced(np.unique(np.concatenate((former, self.colour[nodes]))))
            if found is not None:
                return found
            touched = self._tell(nodes, former)
            nodes, former = self._divide(touched)
        return None

    def _split(self, touched: Ints) -> Imbalance | None:
        nodes, former = self._divide(touched)
        return self._spread(nodes, former)

    def _tell(self, nodes: NDArray[Any], former: Ints) -> Ints:
        pointers = self.graph.pointers
        degree = pointers[nodes + 1] - pointers[nodes]
        edges = np.repeat(pointers[nodes] - np.concatenate(([0], np.cumsum(degree)[:-1])), degree)
        edges += np.arange(len(edges))
        words, target = self._edge_words[edges], self.graph.target[edges]
        new = mixed(np.repeat(mixed(self.colour[nodes]), degree) + words)
        old = mixed(np.repeat(mixed(former), degree) + words)
        np.add.at(self._sums, target, new - old)
        return np.unique(target).astype(np.int64)

    def _divide(self, touched: Ints) -> tuple[Ints, Ints]:
        """Split the colours of touched nodes by their sums; return the nodes that got a new colour, and the former."""
        colour, sums = self.colour[touched], self._sums[touched]
        moved = sums != self._class_sums[colour]
        touched, colour, sums = touched[moved], colour[moved], sums[moved]
        if not len(touched):
            return touched, colour
        order = np.lexsort((sums, colour))
        touched, colour, sums = touched[order], colour[order], sums[order]
        edge = np.ones(len(touched), dtype=bool)
        edge[1:] = (colour[1:] != colour[:-1]) | (sums[1:] != sums[:-1])
        part = np.cumsum(edge) - 1
        starts = np.flatnonzero(edge)
        size = np.bincount(part)
        owner = colour[starts]
        left = self._sizes[:, owner].sum(axis=0)
        gone = np.zeros(self.colour_count, dtype=np.int64)
        np.add.at(gone, owner, size)
        emptied = gone[owner] == left  # no member stays behind: the largest part keeps the name
        keeps = np.zeros(len(starts), dtype=bool)
        ranked = np.lexsort((-size, owner))
        lead = np.ones(len(ranked), dtype=bool)
        lead[1:] = owner[ranked][1:] != owner[ranked][:-1]
        keeps[ranked[lead]] = emptied[ranked[lead]]
        self._class_sums[owner[keeps]] = sums[starts[keeps]]
        names = np.zeros(len(starts), dtype=np.int64)
        names[~keeps] = self.colour_count + np.arange(int((~keeps).sum()))
        fresh = ~keeps[part]
        nodes, former = touched[fresh], colour[fresh]
        if len(nodes):
            self._recolour(nodes, names[part[fresh]])
        return nodes, former
