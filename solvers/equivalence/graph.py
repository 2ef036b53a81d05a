"""Two normal forms as one coloured graph: a node per column and row, an edge per coefficient, integers for numbers.

A row whose two sides allow both signs equally (an equation with right-hand side zero whose coefficients look the same
when negated) becomes twins: one node with its coefficients, one with their opposites, and an edge between them. To
multiply the row by -1 is to swap the twins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from solvers.equivalence.hashing import Words, mixed, paired, segment_sums
from solvers.equivalence.normal import Work
from solvers.equivalence.values import RELATIVE, opposite, value_ids

TWIN_EDGE = 3  # no number has this integer
Ints = NDArray[np.int64]


@dataclass(slots=True)
class Side:
    """The rows and columns of one model that are nodes: `columns` and `rows` are their numbers in the instance.

    Row k of the graph is `factor[k]` times the row `rows[k]` of the instance. Nodes of the side: columns, rows, then
    a second node for each row in `twins` (positions in `rows`).
    """

    columns: Ints
    rows: Ints
    factor: NDArray[np.float64]
    twins: Ints
    first_node: int

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return len(self.columns) + len(self.rows) + len(self.twins)


@dataclass(slots=True)
class Graph:
    """The disjoint union of both models' graphs; node u has the neighbours `target[pointers[u]:pointers[u + 1]]`.

    `edge` is the integer of the coefficient on each edge, `start` a word for each node's own numbers, `second` says
    which nodes belong to the second model.
    """

    sides: tuple[Side, Side]
    pointers: Ints
    target: NDArray[np.int32]
    edge: NDArray[np.int32]
    start: Words
    second: NDArray[np.bool_]

    @property
    def node_count(self) -> int:
        """Number of nodes of both models."""
        return len(self.start)


@dataclass(slots=True)
class _Scaled:
    """The entries and sides of one model, every row divided by its largest coefficient, `>=` turned into `<=`."""

    columns: Ints
    rows: Ints
    factor: NDArray[np.float64]
    row: Ints
    column: Ints
    value: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    error: NDArray[np.float64]


def joint_graph(first: Work, second: Work) -> Graph:
    """Return the graph of both models, numbers that may be equal having the same integer in both."""
    works = (first, second)
    scaled = [_scaled(work) for work in works]
    entries = value_ids([one.value for one in scaled])
    limits = value_ids(
        [array for one in scaled for array in (one.lower, one.upper)],
        [one.error for one in scaled for _ in range(2)],
    )
    both = list(zip(works, scaled, strict=True))
    attributes = value_ids([a[one.columns] for work, one in both for a in (work.column_lower, work.column_upper)])
    costs = value_ids([work.cost[one.columns] for work, one in both])
    parts, first_node = [], 0
    for k, (work, one) in enumerate(both):
        own = attributes[2 * k], attributes[2 * k + 1], costs[k], work.integer[one.columns].astype(np.int64)
        part = _Part(one, entries[k], limits[2 * k], limits[2 * k + 1], own, first_node)
        parts.append(part)
        first_node += part.side.node_count
    return _joined(parts)


def _scaled(work: Work) -> _Scaled:
    rows, columns = work.kept_rows(), work.kept_columns()
    place_of_row = np.full(work.row_count, -1, dtype=np.int64)
    place_of_row[rows] = np.arange(len(rows))
    place_of_column = np.full(work.column_count, -1, dtype=np.int64)
    place_of_column[columns] = np.arange(len(columns))
    row, column = place_of_row[work.row], place_of_column[work.column]
    largest = np.zeros(len(rows))
    np.maximum.at(largest, row, np.abs(work.value))
    largest[largest == 0] = 1.0
    factor = 1.0 / largest
    lower, upper = work.row_lower[rows], work.row_upper[rows]
    turned = np.isneginf(lower) < np.isposinf(upper)  # a limit below, none above
    factor[turned] = -factor[turned]
    low, high = lower * factor, upper * factor
    return _Scaled(
        columns=columns,
        rows=rows,
        factor=factor,
        row=row,
        column=column,
        value=work.value * factor[row],
        lower=np.where(turned, high, low) + 0.0,
        upper=np.where(turned, low, high) + 0.0,
        error=work.error[rows] * np.abs(factor),
    )


class _Part:
    """The nodes and edges of one model, with the sign of each two-sided row settled."""

    def __init__(
        self, scaled: _Scaled, ids: Ints, lower: Ints, upper: Ints, own: tuple[Ints, ...], first_node: int
    ) -> None:
        m = len(scaled.rows)
        turn, twin = _signs(scaled, ids, m)
        ids = np.where(turn[scaled.row], opposite(ids), ids)
        factor = np.where(turn, -scaled.factor, scaled.factor)
        low = np.where(turn, opposite(upper), lower)
        high = np.where(turn, opposite(lower), upper)
        twins = np.flatnonzero(twin)
        self.side = Side(scaled.columns, scaled.rows, factor, twins, first_node)
        n = len(scaled.columns)
        second_place = np.full(m, -1, dtype=np.int64)
        second_place[twins] = n + m + np.arange(len(twins))
        doubled = twin[scaled.row]
        self.row = np.concatenate((n + scaled.row, second_place[scaled.row[doubled]])) + first_node
        self.column = np.concatenate((scaled.column, scaled.column[doubled])) + first_node
        self.ids = np.concatenate((ids, opposite(ids[doubled])))
        self.pairs = np.stack((n + twins, second_place[twins])) + first_node
        words = mixed(np.full(n, 7))
        for attribute in own:
            words = paired(words, attribute)
        kind = np.where(twin, 2, np.where(np.isneginf(scaled.lower), 0, 1))
        limits = paired(paired(mixed(kind + 11), low), high)
        self.words = np.concatenate((words, limits, limits[twins]))


def _signs(scaled: _Scaled, ids: Ints, m: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which two-sided rows are to be turned, and which look the same either way."""
    two_sided = np.isfinite(scaled.lower) & np.isfinite(scaled.upper)
    middle = np.where(two_sided, scaled.lower, 0.0) + np.where(two_sided, scaled.upper, 0.0)
    size = np.where(two_sided, np.abs(scaled.lower) + np.abs(scaled.upper), 0.0)
    tied = two_sided & (np.abs(middle) <= RELATIVE * size + 2 * scaled.error)
    plus, minus = np.zeros(m, dtype=np.uint64), np.zeros(m, dtype=np.uint64)
    mine = tied[scaled.row]
    np.add.at(plus, scaled.row[mine], mixed(ids[mine]))
    np.add.at(minus, scaled.row[mine], mixed(opposite(ids[mine])))
    turn = (two_sided & ~tied & (middle < 0)) | (tied & (plus > minus))
    return turn, tied & (plus == minus)


def _joined(parts: list[_Part]) -> Graph:
    count = sum(part.side.node_count for part in parts)
    source = np.concatenate([part.row for part in parts] + [part.pairs[0] for part in parts])
    target = np.concatenate([part.column for part in parts] + [part.pairs[1] for part in parts])
    edge = np.concatenate([part.ids for part in parts] + [np.full(part.pairs.shape[1], TWIN_EDGE) for part in parts])
    pointers, neighbour, ids = both_ways(source, target, edge, count)
    second = np.zeros(count, dtype=bool)
    second[parts[1].side.first_node :] = True
    return Graph(
        sides=(parts[0].side, parts[1].side),
        pointers=pointers,
        target=neighbour,
        edge=ids,
        start=np.concatenate([part.words for part in parts]),
        second=second,
    )


def both_ways(source: Ints, target: Ints, edge: Ints, count: int) -> tuple[Ints, NDArray[np.int32], NDArray[np.int32]]:
    ends = np.concatenate((source, target)), np.concatenate((target, source))
    doubled = np.concatenate((edge, edge)).astype(np.int32)
    matrix: Any = scipy.sparse.coo_array((doubled, ends), shape=(count, count)).tocsr()
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32, copy=False), matrix.data


def neighbour_sums(words: Words, graph: Graph) -> Words:
    """Return for each node the sum of the words on its edges (one word per edge, in the order of the edges)."""
    return segment_sums(words, graph.pointers)
