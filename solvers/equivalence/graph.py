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

from solvers.equivalence.budget import Budget
from solvers.equivalence.hashing import Words, mixed, paired, segment_sums
from solvers.equivalence.normal import Work
from solvers.equivalence.parts import spans
from solvers.equivalence.values import RELATIVE, Ids, opposite, value_ids

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
    row: NDArray[np.int32]
    column: NDArray[np.int32]
    value: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    error: NDArray[np.float64]


def joint_graph(first: Work, second: Work, budget: Budget | None = None) -> Graph:
    """Return the graph of both models, numbers that may be equal having the same integer in both."""
    budget = budget or Budget()
    works, scaled = (first, second), []
    for work in works:
        scaled.append(_scaled(work))
        budget.check()
    both = list(zip(works, scaled, strict=True))
    limits = value_ids(
        [array for one in scaled for array in (one.lower, one.upper)],
        [one.error for one in scaled for _ in range(2)],
    )
    attributes = value_ids([a[one.columns] for work, one in both for a in (work.column_lower, work.column_upper)])
    costs = value_ids([work.cost[one.columns] for work, one in both])
    budget.check()
    entries = value_ids([one.value for one in scaled])
    for one in scaled:
        one.value = np.zeros(0)
    parts, first_node = [], 0
    for k, (work, one) in enumerate(both):
        budget.check()
        own = attributes[2 * k], attributes[2 * k + 1], costs[k], work.integer[one.columns].astype(np.int32)
        parts.append(_part(one, entries[k], limits[2 * k], limits[2 * k + 1], own, first_node))
        first_node += parts[k].side.node_count
    return _joined(parts)


def _scaled(work: Work) -> _Scaled:
    rows, columns = work.kept_rows(), work.kept_columns()
    row, column = (_places(kept, entry) for kept, entry in ((rows, work.row), (columns, work.column)))
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


def _places(kept: Ints, entry: Ints) -> NDArray[np.int32]:
    """Return for each entry the place of its row or column among those that were kept."""
    place = np.zeros(int(kept.max(initial=-1)) + 1, dtype=np.int32)
    place[kept] = np.arange(len(kept))
    return place[entry]


@dataclass(slots=True)
class _Part:
    """The nodes and edges of one model, the edges node by node: columns, rows, twins."""

    side: Side
    degree: Ints
    target: NDArray[np.int32]
    edge: NDArray[np.int32]
    words: Words


def _part(scaled: _Scaled, ids: Ids, lower: Ids, upper: Ids, own: tuple[Ids, ...], first_node: int) -> _Part:
    """Return the nodes and edges of one model, with the sign of each two-sided row settled."""
    n, m = len(scaled.columns), len(scaled.rows)
    turn, twin = _signs(scaled, ids, m)
    factor, low, high = scaled.factor, lower, upper
    if turn.any():
        ids = np.where(turn[scaled.row], opposite(ids), ids)
        factor = np.where(turn, -factor, factor)
        low, high = np.where(turn, opposite(upper), lower), np.where(turn, opposite(lower), upper)
    twins = np.flatnonzero(twin)
    words = mixed(np.full(n, 7))
    for attribute in own:
        words = paired(words, attribute)
    kind = np.where(twin, 2, np.where(np.isneginf(scaled.lower), 0, 1))
    limits = paired(paired(mixed(kind + 11), low), high)
    side = Side(scaled.columns, scaled.rows, factor, twins, first_node)
    degree, target, edge = _edges(scaled, ids, twins, first_node)
    return _Part(side, degree, target, edge, np.concatenate((words, limits, limits[twins])))


def _edges(scaled: _Scaled, ids: Ids, twins: Ints, first_node: int) -> tuple[Ints, NDArray[np.int32], Ids]:
    """Return the number of neighbours of each node, the neighbours, and the integers on the edges to them."""
    n, m = len(scaled.columns), len(scaled.rows)
    row, column = scaled.row, scaled.column
    if len(twins):
        second = np.full(m, -1, dtype=np.int32)
        second[twins] = m + np.arange(len(twins))
        doubled = np.flatnonzero(second[row] >= 0)
        row = np.concatenate((row, second[row[doubled]], twins, second[twins]))
        column = np.concatenate((column, column[doubled], n + second[twins], n + twins))
        ids = np.concatenate((ids, opposite(ids[doubled]), np.full(2 * len(twins), TWIN_EDGE, dtype=np.int32)))
    entries: Any = scipy.sparse.coo_array((ids, (row, column)), shape=(m + len(twins), n + m + len(twins)))
    entries.has_canonical_format = True  # an entry has a place of its own
    by_column, by_row = entries.tocsc(), entries.tocsr()
    own = int(by_column.indptr[n])
    target = np.concatenate((by_column.indices[:own] + np.int32(n), by_row.indices))
    target += np.int32(first_node)
    degree = np.concatenate((np.diff(by_column.indptr[: n + 1]), np.diff(by_row.indptr)))
    return degree, target, np.concatenate((by_column.data[:own], by_row.data))


def _signs(scaled: _Scaled, ids: Ids, m: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which two-sided rows are to be turned, and which look the same either way."""
    two_sided = np.isfinite(scaled.lower) & np.isfinite(scaled.upper)
    middle = np.where(two_sided, scaled.lower, 0.0) + np.where(two_sided, scaled.upper, 0.0)
    size = np.where(two_sided, np.abs(scaled.lower) + np.abs(scaled.upper), 0.0)
    tied = two_sided & (np.abs(middle) <= RELATIVE * size + 2 * scaled.error)
    turn = two_sided & ~tied & (middle < 0)
    if not tied.any():
        return turn, tied
    plus, minus = np.zeros(m, dtype=np.uint64), np.zeros(m, dtype=np.uint64)
    mine = tied[scaled.row]
    np.add.at(plus, scaled.row[mine], mixed(ids[mine]))
    np.add.at(minus, scaled.row[mine], mixed(opposite(ids[mine])))
    return turn | (tied & (plus > minus)), tied & (plus == minus)


def _joined(parts: list[_Part]) -> Graph:
    degree = np.concatenate([part.degree for part in parts])
    pointers = np.zeros(len(degree) + 1, dtype=np.int64)
    np.cumsum(degree, out=pointers[1:])
    return Graph(
        sides=(parts[0].side, parts[1].side),
        pointers=pointers,
        target=np.concatenate([part.target for part in parts]),
        edge=np.concatenate([part.edge for part in parts]),
        start=np.concatenate([part.words for part in parts]),
        second=np.arange(len(degree)) >= parts[1].side.first_node,
    )


def both_ways(source: Ints, target: Ints, edge: Ints, count: int) -> tuple[Ints, NDArray[np.int32], NDArray[np.int32]]:
    ends = np.concatenate((source, target)), np.concatenate((target, source))
    doubled = np.concatenate((edge, edge)).astype(np.int32)
    matrix: Any = scipy.sparse.coo_array((doubled, ends), shape=(count, count)).tocsr()
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32, copy=False), matrix.data


def neighbour_sums(words: Words, graph: Graph) -> Words:
    """Return for each node the sum of the words on its edges (one word per edge, in the order of the edges)."""
    return segment_sums(words, graph.pointers)


def edges_of(graph: Graph, nodes: NDArray[Any]) -> tuple[Ints, Ints]:
    """Return the edges of nodes, node by node, and how many each node has."""
    degree = graph.pointers[nodes + 1] - graph.pointers[nodes]
    return spans(graph.pointers[nodes], degree), degree
