"""Colour refinement of the joint graph: nodes keep one colour only while nothing tells them apart.

A node takes in the multiset of (coefficient, colour) of its neighbours, as a sum of 64-bit words. Equal structure gives
equal sums whatever words collide, so a colour that the two models have in different numbers proves them different; a
collision can only leave two nodes together that could be told apart. The sums of all nodes are one product of a sparse
matrix and a vector, exact modulo 2^64; once few nodes change, only the neighbours of those are told (after Cardon and
Crochemore 1982; Paige and Tarjan 1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from solvers.equivalence.budget import Budget
from solvers.equivalence.graph import Graph, edges_of
from solvers.equivalence.hashing import Words, factors, mixed
from solvers.equivalence.parts import Parts, first_of_each, parts_of

FEW = 8  # all sums anew while more than one edge in so many has a changed end
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A colour that one model has more often: its nodes in each model, and after how many rounds it was seen."""

    first: Ints
    second: Ints
    round: int


class Refinement:
    """The colours of a graph's nodes, 0 to `colour_count - 1`, refined as far as they go.

    Raises BudgetSpent between two rounds. `_sums` are the sums of the nodes as last told, `_class_sums` those of the
    members of each colour that have not been told apart since.
    """

    def __init__(self, graph: Graph, budget: Budget | None = None) -> None:
        self.graph = graph
        self.rounds = 0
        self._budget = budget or Budget()
        shape = (graph.node_count, graph.node_count)
        words = factors(graph.edge)
        self._matrix: Any = scipy.sparse.csr_array((words, graph.target, graph.pointers), shape=shape)
        _, self.colour = np.unique(graph.start, return_inverse=True)
        self.colour_count = int(self.colour.max()) + 1 if len(self.colour) else 0
        room = graph.node_count + 16
        self._sums: Words = np.zeros(graph.node_count, dtype=np.uint64)
        self._class_sums: Words = np.zeros(room, dtype=np.uint64)
        self._sizes = np.zeros((2, room), dtype=np.int64)
        for k, mine in enumerate((~graph.second, graph.second)):
            self._sizes[k, : self.colour_count] = np.bincount(self.colour[mine], minlength=self.colour_count)

    def copy(self) -> Refinement:
        """Return colours that can be refined apart from these."""
        twin = object.__new__(Refinement)
        twin.graph, twin.rounds, twin.colour_count = self.graph, self.rounds, self.colour_count
        twin._matrix, twin._budget = self._matrix, self._budget
        twin.colour, twin._sums = self.colour.copy(), self._sums.copy()
        twin._class_sums, twin._sizes = self._class_sums.copy(), self._sizes.copy()
        return twin

    def sizes(self) -> NDArray[np.int64]:
        """Return how many nodes of each model have each colour: 2 x `colour_count`."""
        return self._sizes[:, : self.colour_count]

    def whole(self) -> Imbalance | None:
        """Refine from scratch; return what proves the models different, or None when the colours are balanced."""
        found = self._unbalanced(np.arange(self.colour_count))
        if found is not None:
            return found
        return self._spread(*self._divide_all())

    def tie(self, first: NDArray[Any], second: NDArray[Any]) -> Imbalance | None:
        """Give node first[k] and node second[k] a colour of their own, for every k, and refine."""
        fresh = self.colour_count + np.arange(len(first))
        nodes, names = np.concatenate((first, second)), np.concatenate((fresh, fresh))
        former = self._recolour(nodes, names)
        return self._spread(nodes, former)

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
        count = max(self.colour_count, int(names.max()) + 1)
        if count > self._sizes.shape[1]:
            room = count + self._sizes.shape[1]
            self._sizes = np.pad(self._sizes, ((0, 0), (0, room - self._sizes.shape[1])))
            self._class_sums = np.pad(self._class_sums, (0, room - len(self._class_sums)))
        side = self.graph.second[nodes].astype(np.int64)
        np.subtract.at(self._sizes, (side, former), 1)
        np.add.at(self._sizes, (side, names), 1)
        self.colour[nodes] = names
        self._class_sums[names] = self._sums[nodes]
        self.colour_count = count
        return former

    def _spread(self, nodes: NDArray[Any], former: Ints) -> Imbalance | None:
        """Tell the neighbours of recoloured nodes, and go on with those that are now told apart."""
        pointers = self.graph.pointers
        while len(nodes):
            self._budget.check()
            self.rounds += 1
            found = self._unbalanced(np.concatenate((former, self.colour[nodes])))
            if found is not None:
                return found
            if int((pointers[nodes + 1] - pointers[nodes]).sum()) * FEW > len(self.graph.target):
                nodes, former = self._divide_all()
            else:
                nodes, former = self._divide(self._tell(nodes, former))
        return None

    def _tell(self, nodes: NDArray[Any], former: Ints) -> Ints:
        """Bring the sums of the neighbours of recoloured nodes up to date; return these neighbours."""
        edges, degree = edges_of(self.graph, nodes)
        target = self.graph.target[edges]
        change = np.repeat(mixed(self.colour[nodes]) - mixed(former), degree)
        np.add.at(self._sums, target, self._matrix.data[edges] * change)
        if len(target) * FEW < self.graph.node_count:
            ranked = np.sort(target)
            return ranked[first_of_each(ranked)].astype(np.int64)
        told = np.zeros(self.graph.node_count, dtype=bool)
        told[target] = True
        return np.flatnonzero(told)

    def _divide(self, touched: Ints) -> tuple[Ints, Ints]:
        """Split the colours of touched nodes by their sums; return the nodes that got a new colour, and the former."""
        apart = touched[self._sums[touched] != self._class_sums[self.colour[touched]]]
        if not len(apart):
            return apart, apart
        parts = parts_of(self.colour[apart], self._sums[apart])
        left = self._sizes[:, parts.colour[parts.largest]].sum(axis=0) - parts.total
        emptied = parts.largest[left == 0]  # no member stays behind: the largest part keeps the name
        nodes, names = self._renamed(apart, parts, emptied)
        return nodes, self._recolour(nodes, names) if len(nodes) else nodes

    def _divide_all(self) -> tuple[Ints, Ints]:
        """Compute all sums anew and split all colours by them; the largest part of each keeps its name."""
        self._sums = self._matrix @ mixed(self.colour)
        self._class_sums[self.colour] = self._sums
        is_apart = self._sums != self._class_sums[self.colour]
        apart = np.flatnonzero(is_apart)
        if not len(apart):
            return apart, apart
        parts = parts_of(self.colour[apart], self._sums[apart])
        owner = parts.colour[parts.largest]
        left = self._sizes[:, owner].sum(axis=0) - parts.total
        larger = left < parts.size[parts.largest]
        nodes, names = self._renamed(apart, parts, parts.largest[larger])
        fresh = np.full(self.colour_count, -1, dtype=np.int64)
        fresh[owner[larger]] = self.colour_count + len(parts.size) - int(larger.sum()) + np.arange(int(larger.sum()))
        stayed = np.flatnonzero((fresh[self.colour] >= 0) & ~is_apart)
        nodes, names = np.concatenate((nodes, stayed)), np.concatenate((names, fresh[self.colour[stayed]]))
        return nodes, self._recolour(nodes, names)

    def _renamed(self, apart: Ints, parts: Parts, keeping: Ints) -> tuple[Ints, Ints]:
        """Return the nodes of all parts but those that keep their colour, with a new colour for each part."""
        keeps = np.zeros(len(parts.size), dtype=bool)
        keeps[keeping] = True
        self._class_sums[parts.colour[keeping]] = parts.sums[keeping]
        names = self.colour_count - 1 + np.cumsum(~keeps)
        part = np.repeat(np.arange(len(parts.size)), parts.size)
        fresh = ~keeps[part]
        return apart[parts.order[fresh]], names[part[fresh]]
