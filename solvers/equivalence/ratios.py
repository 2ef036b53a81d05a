"""The scales of a change of variables, from the numbers as they were given.

A ratio of two coefficients gives the scale of a row from that of a column, and the other way round: along a spanning
tree of each block, from a column whose scale is known, or a side, or the objective. Scales that are a short decimal but
for rounding become that decimal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order, connected_components

from solvers.equivalence.canonical import BOXED, FREE, Canonical
from solvers.equivalence.normal import Work

NEAR = 2e-13  # relative: what rounding along a tree may leave of a short decimal, and less than any check would see
DIGITS = 9
SHARP = 100.0  # how many times their distance two bounds may be from zero for it to give a scale
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Signs:
    """Which kept column and row of the second model each of the first is, by position, and the signs between them."""

    column: Ints
    row: Ints
    column_sign: Floats
    row_sign: Floats


@dataclass(slots=True)
class Pair:
    """Both models by position; entry k of the first is `value[k]`, the entry that it becomes is `other[k]`.

    Row number `len(form.rows)` is the objective.
    """

    works: tuple[Work, Work]
    forms: tuple[Canonical, Canonical]
    signs: Signs
    row: Ints
    column: Ints
    value: Floats
    other: Floats


def paired(first: Work, second: Work, forms: tuple[Canonical, Canonical], signs: Signs) -> Pair | None:
    """Return both models by position, or None where a coefficient of one has none in the other."""
    one, two = forms
    n = len(two.columns)
    keys = two.row * n + two.column
    order = np.argsort(keys)
    wanted = signs.row[one.row] * n + signs.column[one.column]
    place = np.searchsorted(keys[order], wanted)
    if len(keys) != len(wanted) or np.any(place >= len(keys)) or np.any(keys[order][place] != wanted):
        return None
    cost, other_cost = first.cost[one.columns], second.cost[two.columns][signs.column]
    priced = np.flatnonzero(cost)
    if np.any((cost != 0) != (other_cost != 0)):
        return None
    return Pair(
        works=(first, second),
        forms=forms,
        signs=signs,
        row=np.append(one.row, np.full(len(priced), len(one.rows))),
        column=np.append(one.column, priced),
        value=np.append(first.value, cost[priced]),
        other=np.append(second.value[order][place], other_cost[priced]),
    )


def scales(pair: Pair) -> tuple[Floats, Floats, float]:
    """Return the scale of each column, the factor of each row, and that of the objective."""
    m = len(pair.forms[0].rows)
    found = _along_trees(pair, *_roots(pair))
    scale = short(found[m + 1 :])
    factor = found[: m + 1]
    rows, entry = np.unique(pair.row, return_index=True)
    factor[rows] = pair.value[entry] * scale[pair.column[entry]] / pair.other[entry]
    return scale, factor[:m], float(short(factor[m:])[0]) if np.any(pair.row == m) else 1.0


def _roots(pair: Pair) -> tuple[Ints, Floats]:
    """Return nodes (rows, the objective, columns) whose scale is known without its neighbours, and that scale."""
    one = pair.forms[0]
    m = len(one.rows)
    known, values, sharp = _known_columns(pair)
    nodes, found = [m + 1 + known[sharp]], [values[sharp]]
    taken = ~one.scales.loose
    for more, value, blocks in (_roots_by_sides(pair), _root_by_objective(pair), _roots_by_columns(pair)):
        fresh = ~taken[blocks]
        _, lead = np.unique(blocks[fresh], return_index=True)
        nodes.append(more[fresh][lead])
        found.append(value[fresh][lead])
        taken[blocks] = True
    # Bounds that lie close together, far from zero, say little: they count where nothing else does.
    part = _parts(pair)
    rooted = np.zeros(len(part), dtype=bool)
    rooted[part[np.concatenate(nodes)]] = True
    last = m + 1 + known[~sharp]
    lost = ~rooted[part[last]]
    return np.concatenate([*nodes, last[lost]]), np.concatenate([*found, values[~sharp][lost]])


def _known_columns(pair: Pair) -> tuple[Ints, Floats, NDArray[np.bool_]]:
    """Return columns that are whole or have two bounds, what their scale is, and whether it is exact but for a unit."""
    one = pair.forms[0]
    boxed = (one.kind == BOXED) & ~one.integer
    widths, errors = [], []
    for work, form in zip(pair.works, pair.forms, strict=True):
        low, high = work.column_lower[form.columns], work.column_upper[form.columns]
        with np.errstate(divide="ignore", invalid="ignore"):
            widths.append(high - low)
            errors.append(np.maximum(np.abs(low), np.abs(high)) / (high - low))
    known = np.flatnonzero(one.integer | boxed)
    others = pair.signs.column[known]
    ratio = np.ones(len(known))
    inner = boxed[known]
    ratio[inner] = widths[0][known[inner]] / widths[1][others[inner]]
    sharp = ~inner
    sharp[inner] = np.maximum(errors[0][known[inner]], errors[1][others[inner]]) < SHARP
    return known, pair.signs.column_sign[known] * ratio, sharp


def _parts(pair: Pair) -> Ints:
    """Return for every row, the objective and every column which connected part of the model it belongs to."""
    m, n = len(pair.forms[0].rows), len(pair.forms[0].columns)
    count = m + 1 + n
    links = scipy.sparse.coo_array((np.ones(len(pair.row)), (pair.row, m + 1 + pair.column)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _roots_by_sides(pair: Pair) -> tuple[Ints, Floats, Ints]:
    """Rows whose side, counted from where their columns count from, is not zero; the clearest of each block first."""
    one = pair.forms[0]
    limits = [_counted(work, form) for work, form in zip(pair.works, pair.forms, strict=True)]
    (low, high, clear), (other_low, other_high, _) = limits
    other_low, other_high = other_low[pair.signs.row], other_high[pair.signs.row]
    turned = pair.signs.row_sign < 0
    other_low, other_high = np.where(turned, other_high, other_low), np.where(turned, other_low, other_high)
    side, other = np.where(np.isfinite(high), high, low), np.where(np.isfinite(high), other_high, other_low)
    rows = np.flatnonzero(np.isfinite(side) & np.isfinite(other) & (clear > 1) & (other != 0))
    rows = rows[np.argsort(-clear[rows], kind="stable")]
    return rows, side[rows] / other[rows], one.scales.row_block[rows]


def _counted(work: Work, form: Canonical) -> tuple[Floats, Floats, Floats]:
    """Return both sides of each row counted from the origins, and how many times its error a side is."""
    moved = np.bincount(form.row, work.value * form.base[form.column], len(form.rows))
    loose = np.bincount(form.row, (form.kind == FREE)[form.column], len(form.rows)) > 0
    size = np.maximum(*(np.where(np.isfinite(side), np.abs(side), 0.0) for side in (form.lower, form.upper)))
    clear = np.where(loose, 0.0, size / np.where(form.error > 0, form.error, 1e-300))
    return work.row_lower[form.rows] - moved, work.row_upper[form.rows] - moved, clear


def _root_by_objective(pair: Pair) -> tuple[Ints, Floats, Ints]:
    """The objective, unless its block has sides that say how large its rows are."""
    one = pair.forms[0]
    m = len(one.rows)
    block = one.scales.row_block[m]
    sized = np.any(_has_sides(one)[one.scales.row_block[:m] == block])
    wanted = np.any(pair.row == m) and not sized
    nodes = np.array([m] if wanted else [], dtype=np.int64)
    return nodes, np.ones(len(nodes)), np.full(len(nodes), block)


def _has_sides(form: Canonical) -> NDArray[np.bool_]:
    sizes = [np.where(np.isfinite(side), np.abs(side), 0.0) for side in (form.lower, form.upper)]
    return np.maximum(*sizes) > form.error


def _roots_by_columns(pair: Pair) -> tuple[Ints, Floats, Ints]:
    """Columns with the scale that the canonical numbers suggest, which is 1 where nothing else suggests one."""
    one, two = pair.forms
    m = len(one.rows)
    columns = np.flatnonzero(one.scales.column_block >= 0)
    others = pair.signs.column[columns]
    sized = np.zeros(len(one.scales.loose), dtype=bool)
    sized[one.scales.row_block[:m][_has_sides(one)]] = True
    block, other_block = one.scales.column_block[columns], two.scales.column_block[others]
    logs = one.scales.column[columns] - two.scales.column[others]
    logs += np.log(two.block_factor[other_block]) - np.log(one.block_factor[block])
    suggested = short(np.exp(np.where(sized[block], logs, 0.0)), near=1e-8, digits=6)
    return m + 1 + columns, pair.signs.column_sign[columns] * suggested, block


def _along_trees(pair: Pair, roots: Ints, values: Floats) -> Floats:
    """Return the scale of every row, the objective and every column from those of the roots."""
    m, n = len(pair.forms[0].rows), len(pair.forms[0].columns)
    count = m + 1 + n
    rows, columns = pair.row, m + 1 + pair.column
    ends = np.concatenate((rows, np.full(len(roots), count))), np.concatenate((columns, roots))
    links = scipy.sparse.coo_array((np.ones(len(ends[0])), ends), shape=(count + 1, count + 1)).tocsr()
    order, parent = breadth_first_order(links, count, directed=False)
    ratio = scipy.sparse.coo_array((pair.value / pair.other, (rows, columns)), shape=(count, count)).tocsr()
    inner = order[(parent[order] >= 0) & (parent[order] != count)]
    is_row = inner <= m
    ends = np.where(is_row, inner, parent[inner]), np.where(is_row, parent[inner], inner)
    steps = np.asarray(ratio[ends[0], ends[1]]).ravel()
    found = np.ones(count)
    found[roots] = values
    scales, parents = found.tolist(), parent[inner].tolist()
    for node, up, step, down in zip(inner.tolist(), parents, steps.tolist(), is_row.tolist(), strict=True):
        scales[node] = scales[up] * step if down else scales[up] / step
    return np.array(scales)


def short(values: Floats, *, near: float = NEAR, digits: int = DIGITS) -> Floats:
    """Return values, or the short decimal (or one over it) that lies near each."""
    distinct, place = np.unique(values, return_inverse=True)
    short = distinct.copy()
    for k, value in enumerate(distinct.tolist()):
        if value == 0 or not np.isfinite(value):
            continue
        for guess in (float(f"{value:.{digits}g}"), 1.0 / float(f"{1.0 / value:.{digits}g}")):
            if abs(guess - value) <= near * abs(value):
                short[k] = guess
                break
    return short[place]
