"""Columns and rows of two models as nodes of their joint graph, and back."""

from __future__ import annotations

import numpy as np

from solvers.equivalence.graph import Graph
from solvers.equivalence.pairs import Basis, Ints, Kept, Pairing, Side


class Nodes:
    """The numbers of columns and rows as nodes of the joint graph, and back."""

    def __init__(self, graph: Graph, found: Pairing) -> None:
        self._graph, self._found = graph, found
        self._number = np.full(graph.node_count, -1, dtype=np.int64)
        self._is_row = np.zeros(graph.node_count, dtype=bool)
        self.columns = self._places(found.columns, is_row=False)
        self.rows = self._places(found.rows, is_row=True)

    def _places(self, side: Side, *, is_row: bool) -> Kept:
        parts = []
        for k, part in enumerate(self._graph.sides):
            numbers = part.rows if is_row else part.columns
            first = part.first_node + (len(part.columns) if is_row else 0)
            places = np.full(len(side.catalogues[k].names), -1, dtype=np.int64)
            places[numbers] = first + np.arange(len(numbers))
            self._number[places[numbers]], self._is_row[places[numbers]] = numbers, is_row
            parts.append(places)
        return parts[0], parts[1]

    def groups(self) -> Ints:
        """Return the group of each node; nodes of different groups may not be paired."""
        found = np.zeros(self._graph.node_count, dtype=np.int64)
        for side, places in ((self._found.columns, self.columns), (self._found.rows, self.rows)):
            for k in (0, 1):
                numbers = side.kept[k]
                found[places[k][numbers]] = side.group[k][numbers]
        return found

    def pairs(self) -> Kept:
        """Return what is paired so far, as nodes."""
        first, second = [], []
        for side, places in ((self._found.columns, self.columns), (self._found.rows, self.rows)):
            mine = np.flatnonzero(side.partner >= 0)
            first.append(places[0][mine])
            second.append(places[1][side.partner[mine]])
        return np.concatenate(first), np.concatenate(second)

    def record(self, first: Ints, second: Ints, choice: bool, overlap: bool) -> None:
        """Write pairs of nodes down as pairs of columns and rows."""
        basis = Basis.CHOICE if choice else Basis.OVERLAP if overlap else Basis.STRUCTURE
        for side, is_row in ((self._found.columns, False), (self._found.rows, True)):
            mine = self._is_row[first] == is_row
            side.pair(self._number[first[mine]], self._number[second[mine]], basis)
