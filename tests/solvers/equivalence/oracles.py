"""Second opinions that share nothing with the engine: a solver's on edits without effect, and another's isomorphism."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import highspy
import igraph
import numpy as np
import scipy.sparse

from solvers.equivalence.certificate import Mapping
from solvers.equivalence.implied import rest_of
from solvers.equivalence.normal import normal_form
from solvers.highs_model import highs_lp
from solvers.instance import Sense
from tests.solvers.equivalence.models import Model, put_together, taken_apart

SLIGHT = 1e-9
ZERO = Fraction(0)


def edit_has_no_effect(before: Model, after: Model) -> bool:
    """Whether two models over the same columns have the same objective and allow the same points.

    Each row and bound of one is pushed as far as the other allows, with whole columns whole.
    """
    sign = [-1.0 if model.sense is Sense.MAXIMIZE else 1.0 for model in (before, after)]
    if before.shape[1] != after.shape[1] or np.any(sign[0] * before.cost != sign[1] * after.cost):
        return False
    return _implies(before, after) and _implies(after, before)


def _implies(known: Model, asked: Model) -> bool:
    if np.any(known.integer < asked.integer):  # what is whole on one side only would have to be shown whole
        return False
    identity = np.eye(known.shape[1])
    matrix = np.vstack((asked.matrix, identity))
    lower = np.concatenate((asked.lower, asked.column_lower))
    upper = np.concatenate((asked.upper, asked.column_upper))
    for row, low, high in zip(matrix, lower, upper, strict=True):
        if np.isfinite(high) and furthest(known, row) > high + SLIGHT * (1 + abs(high)):
            return False
        if np.isfinite(low) and -furthest(known, -row) < low - SLIGHT * (1 + abs(low)):
            return False
    return True


def furthest(model: Model, cost: np.ndarray[Any, Any]) -> float:
    asked = model.copy()
    asked.cost, asked.offset, asked.sense = cost, 0.0, Sense.MAXIMIZE
    highs = highspy.Highs()
    for option, value in (("output_flag", False), ("primal_feasibility_tolerance", 1e-9)):
        highs.setOptionValue(option, value)
    highs.passModel(highs_lp(put_together(asked)))
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return -np.inf
    return float(highs.getInfo().objective_function_value) if status == highspy.HighsModelStatus.kOptimal else np.inf


def isomorphic(first: Model, second: Model) -> bool:
    """Whether the models are the same but for the order of rows and columns, by BLISS; numbers compared exactly."""
    numbers = {
        float(v): k for k, v in enumerate(sorted({*first.matrix.ravel().tolist(), *second.matrix.ravel().tolist()}))
    }
    colours: dict[Any, int] = {}
    graphs = [_graph(model, numbers, colours) for model in (first, second)]
    (one, one_colours), (two, two_colours) = graphs
    return bool(one.isomorphic_bliss(two, color1=one_colours, color2=two_colours))


def _graph(model: Model, numbers: dict[float, int], colours: dict[Any, int]) -> tuple[Any, list[int]]:
    m, n = model.shape
    entries = scipy.sparse.coo_array(model.matrix)
    keys: list[Any] = [
        ("column", *values)
        for values in zip(model.column_lower, model.column_upper, model.cost, model.integer, strict=True)
    ]
    keys += [("row", *values) for values in zip(model.lower, model.upper, strict=True)]
    keys += [("entry", numbers[float(value)]) for value in entries.data]
    rows, columns = entries.coords
    middle = m + n + np.arange(entries.nnz)
    edges = np.concatenate((np.stack((columns, middle), axis=1), np.stack((n + rows, middle), axis=1)))
    graph = igraph.Graph(n=m + n + entries.nnz, edges=edges.tolist())
    return graph, [colours.setdefault(key, len(colours)) for key in keys]


def change_holds(first: Model, second: Model, mapping: Mapping) -> bool:
    """Whether x = scale y + shift carries the first model into the second, in fractions, to twelve digits.

    Where rows or columns have no counterpart, the normal forms are taken, which other tests look after.
    """
    assert mapping.scale is not None
    assert mapping.shift is not None
    if np.any(mapping.column < 0) or np.any(mapping.row < 0) or first.shape != second.shape:
        first, second, mapping = normal_forms(first, second, mapping)
    scale, shift, factor = ([Fraction(v) for v in a.tolist()] for a in (mapping.scale, mapping.shift, mapping.factor))
    to, sign = mapping.column.tolist(), 1 if first.sense is second.sense else -1
    for j, k in enumerate(to):
        if first.integer[j] != second.integer[k] or (first.integer[j] and abs(scale[j]) != 1):
            return False
        lower, upper = float(second.column_lower[k]), float(second.column_upper[k])
        ends = [_moved(end, scale[j], shift[j]) for end in ((lower, upper) if scale[j] > 0 else (upper, lower))]
        own = first.column_lower[j], first.column_upper[j]
        if not all(_near(mine, end, abs(shift[j])) for mine, end in zip(own, ends, strict=True)):
            return False
        if not _near(float(first.cost[j]), Fraction(mapping.objective) / scale[j] * sign * Fraction(second.cost[k])):
            return False
    return all(_row_holds(first, second, i, mapping, (scale, shift, factor[i])) for i in range(first.shape[0]))


def normal_forms(first: Model, second: Model, mapping: Mapping) -> tuple[Model, Model, Mapping]:
    """Return what the normal forms keep of both models, minimised, with the mapping between them."""
    works = [normal_form(put_together(model)) for model in (first, second)]
    forms = [
        taken_apart(rest_of(work, put_together(model))) for work, model in zip(works, (first, second), strict=True)
    ]
    columns, rows = works[0].kept_columns(), works[0].kept_rows()
    kept = Mapping(
        np.searchsorted(works[1].kept_columns(), mapping.column[columns]),
        np.searchsorted(works[1].kept_rows(), mapping.row[rows]),
        mapping.factor[rows],
        scale=np.ones(len(columns)) if mapping.scale is None else mapping.scale[columns],
        shift=np.zeros(len(columns)) if mapping.shift is None else mapping.shift[columns],
        objective=mapping.objective,
    )
    return forms[0], forms[1], kept


def best_point(model: Model, cost: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
    """Return a point of the model where `cost` is least, with whole columns whole; None where there is none."""
    asked = model.copy()
    asked.cost, asked.sense = cost, Sense.MINIMIZE
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.passModel(highs_lp(put_together(asked)))
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    x = np.array(highs.getSolution().col_value)
    return np.where(model.integer, np.round(x), x)


def breach(model: Model, x: np.ndarray[Any, Any]) -> float:
    """Return by how much a point breaks its worst row or bound, relative to the numbers in it."""
    activity, size = model.matrix @ x, np.abs(model.matrix) @ np.abs(x)
    worst = 0.0
    for value, low, high, scale in (
        (activity, model.lower, model.upper, size),
        (x, model.column_lower, model.column_upper, np.abs(x)),
    ):
        over = np.maximum(np.maximum(low - value, value - high), 0.0)
        worst = max(worst, float((over / (1.0 + scale)).max(initial=0.0)))
    return worst


def _row_holds(first: Model, second: Model, i: int, mapping: Mapping, change: Any) -> bool:
    scale, shift, factor = change
    other = second.matrix[mapping.row[i]]
    constant, size = Fraction(0), Fraction(0)
    for j, k in enumerate(mapping.column.tolist()):
        value = Fraction(first.matrix[i, j])
        if not _near(float(value * scale[j]), factor * Fraction(other[k])):
            return False
        constant += value * shift[j]
        size += abs(value * shift[j])
    lower, upper = float(second.lower[mapping.row[i]]), float(second.upper[mapping.row[i]])
    ends = [_moved(end, factor, constant) for end in ((lower, upper) if factor > 0 else (upper, lower))]
    return _near(first.lower[i], ends[0], size) and _near(first.upper[i], ends[1], size)


def _moved(end: float, scale: Fraction, shift: Fraction) -> Fraction | float:
    return (end if scale > 0 else -end) if np.isinf(end) else scale * Fraction(end) + shift


def _near(mine: float, other: Fraction | float, size: Fraction = ZERO) -> bool:
    if np.isinf(mine) or isinstance(other, float):
        return mine == other
    return abs(Fraction(mine) - other) <= Fraction(2, 10**12) * max(abs(Fraction(mine)), abs(other), size)
