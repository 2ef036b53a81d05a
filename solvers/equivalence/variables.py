"""Looks for a change of variables that carries one normal form into the other: a candidate, checked elsewhere.

Both models are written in canonical numbers, matched as coloured graphs, and the scales are then derived from the
numbers as they were given, along a spanning tree. A row or column that may be turned is a pair of nodes, joined by an
edge; to turn it is to swap them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.budget import Budget
from solvers.equivalence.canonical import ROUGH, Canonical, canonical
from solvers.equivalence.certificate import Mapping
from solvers.equivalence.graph import TWIN_EDGE, Graph, Side, both_ways
from solvers.equivalence.hashing import mixed, paired
from solvers.equivalence.isomorphism import Apart, matching
from solvers.equivalence.normal import Work
from solvers.equivalence.ratios import Signs, scales
from solvers.equivalence.ratios import paired as by_position
from solvers.equivalence.shifts import shifts
from solvers.equivalence.values import Ids, opposite, value_ids

MAX_NONZEROS = 1_000_000  # of one model
OBJECTIVE = 99
Ints = NDArray[np.int64]


def candidate(first: Work, second: Work, budget: Budget) -> Mapping | None:
    """Return a mapping with a scale and a shift per column, not yet checked, or None when there can be none.

    Raises BudgetSpent.
    """
    if not _alike(first, second):
        return None
    forms = canonical(first, budget), canonical(second, budget)
    budget.check()
    found = matching(_graph(*forms), budget)
    if isinstance(found, Apart):
        return None
    return _mapping(first, second, forms, _signs(found.partner, forms))


def _mapping(first: Work, second: Work, forms: tuple[Canonical, Canonical], signs: Signs) -> Mapping | None:
    pair = by_position(first, second, forms, signs)
    if pair is None:
        return None
    scale, factor, objective = scales(pair)
    one, two = forms
    column, row = np.full(first.column_count, -1, dtype=np.int64), np.full(first.row_count, -1, dtype=np.int64)
    column[one.columns], row[one.rows] = two.columns[signs.column], two.rows[signs.row]
    every_factor, every_scale = np.ones(first.row_count), np.ones(first.column_count)
    every_shift = np.zeros(first.column_count)
    every_factor[one.rows], every_scale[one.columns] = factor, scale
    every_shift[one.columns] = shifts(pair, scale, factor)
    return Mapping(column, row, every_factor, scale=every_scale, shift=every_shift, objective=objective)


def _alike(first: Work, second: Work) -> bool:
    """Whether the models have equally many rows, entries, and columns of each kind."""
    counts = []
    for work in (first, second):
        columns, rows = work.kept_columns(), work.kept_rows()
        finite = np.isfinite(work.column_lower[columns]).astype(int) + np.isfinite(work.column_upper[columns])
        kinds = np.bincount(4 * work.integer[columns] + finite, minlength=8)
        counts.append([len(rows), len(work.value), int((work.cost != 0).sum()), *kinds.tolist()])
    return counts[0] == counts[1] and counts[0][1] <= MAX_NONZEROS


class _Layout:
    """Where the nodes of one model are: columns, rows, the objective, second nodes of columns, second nodes of rows."""

    def __init__(self, form: Canonical, first_node: int) -> None:
        self.n, self.m = len(form.columns), len(form.rows)
        self.column_twins, self.row_twins = np.flatnonzero(form.column_twin), np.flatnonzero(form.row_twin)
        self.first_node = first_node
        self.objective = first_node + self.n + self.m
        self.second_column = np.full(self.n, -1, dtype=np.int64)
        self.second_column[self.column_twins] = self.objective + 1 + np.arange(len(self.column_twins))
        self.second_row = np.full(self.m, -1, dtype=np.int64)
        after = self.objective + 1 + len(self.column_twins)
        self.second_row[self.row_twins] = after + np.arange(len(self.row_twins))
        self.end = after + len(self.row_twins)


def _graph(first: Canonical, second: Canonical) -> Graph:
    forms = (first, second)
    layouts = [_Layout(first, 0)]
    layouts.append(_Layout(second, layouts[0].end))
    rough = [ROUGH * np.abs(form.value) for form in forms]
    entries = value_ids([form.value for form in forms], rough)
    costs = value_ids([form.cost for form in forms], [ROUGH * np.abs(form.cost) for form in forms])
    widths = value_ids([form.width for form in forms])
    sides = [side for form in forms for side in (form.lower, form.upper)]
    errors = [np.maximum(form.error, _rough(side)) for form in forms for side in (form.lower, form.upper)]
    limits = value_ids(sides, errors)
    ends: list[tuple[Ints, Ints, Ids]] = []
    words = []
    for k, (form, layout) in enumerate(zip(forms, layouts, strict=True)):
        ends += _edges(form, layout, entries[k], costs[k])
        words.append(_words(form, layout, widths[k], limits[2 * k], limits[2 * k + 1]))
    source, other, ids = (np.concatenate(part) for part in zip(*ends, strict=True))
    pointers, target, edge = both_ways(source, other, ids, layouts[1].end)
    return Graph(
        sides=tuple(
            Side(form.columns, form.rows, np.ones(layout.m), layout.row_twins, layout.first_node)
            for form, layout in zip(forms, layouts, strict=True)
        ),  # type: ignore[arg-type]
        pointers=pointers,
        target=target,
        edge=edge,
        start=np.concatenate(words),
        second=np.arange(layouts[1].end) >= layouts[0].end,
    )


def _rough(side: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(side), ROUGH * np.abs(side), 0.0)


def _edges(form: Canonical, layout: _Layout, ids: Ids, costs: Ids) -> list[tuple[Ints, Ints, Ids]]:
    """Return ends and integers of all edges: each coefficient once per pair of signs that its ends may have."""
    row, column = layout.first_node + layout.n + form.row, layout.first_node + form.column
    other_row, other_column = layout.second_row[form.row], layout.second_column[form.column]
    found = [(row, column, ids)]
    for ends, wanted, turned in (
        ((other_row, column), other_row >= 0, True),
        ((row, other_column), other_column >= 0, True),
        ((other_row, other_column), (other_row >= 0) & (other_column >= 0), False),
    ):
        found.append((ends[0][wanted], ends[1][wanted], (opposite(ids) if turned else ids)[wanted]))
    priced = np.flatnonzero(form.cost)
    found.append((np.full(len(priced), layout.objective), layout.first_node + priced, costs[priced]))
    for twins, first in ((layout.second_column, layout.first_node), (layout.second_row, layout.first_node + layout.n)):
        places = np.flatnonzero(twins >= 0)
        found.append((first + places, twins[places], np.full(len(places), TWIN_EDGE, dtype=np.int32)))
    return found


def _words(form: Canonical, layout: _Layout, width: Ids, low: Ids, high: Ids) -> NDArray[np.uint64]:
    # Columns with one bound are one kind: which bound it was is a matter of sign.
    kind = np.where(form.kind == 1, 0, form.kind)
    columns = paired(paired(mixed(kind + 7), form.integer.astype(np.int64)), width)
    rows = paired(paired(mixed(np.where(form.row_twin, 31, 32)), low), high)
    objective = mixed(np.array([OBJECTIVE]))
    return np.concatenate((columns, rows, objective, columns[layout.column_twins], rows[layout.row_twins]))


def _signs(partner: Ints, forms: tuple[Canonical, Canonical]) -> Signs:
    """Return which column and row is which by position, and the sign of each change of variables and of each row."""
    first, second = forms
    layouts = _Layout(first, 0), _Layout(second, 0)
    image = partner - layouts[0].end
    n, m = layouts[1].n, layouts[1].m
    column, row = image[: layouts[0].n].copy(), image[layouts[0].n : layouts[0].n + layouts[0].m] - n
    column_turned, row_turned = column >= n, row >= m
    column[column_turned] = layouts[1].column_twins[column[column_turned] - layouts[1].objective - 1]
    after = m + 1 + len(layouts[1].column_twins)
    row[row_turned] = layouts[1].row_twins[row[row_turned] - after]
    return Signs(
        column=column,
        row=row,
        column_sign=first.column_sign * second.column_sign[column] * np.where(column_turned, -1.0, 1.0),
        row_sign=first.row_sign * second.row_sign[row] * np.where(row_turned, -1.0, 1.0),
    )
