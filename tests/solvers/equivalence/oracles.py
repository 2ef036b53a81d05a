"""Second opinions that share nothing with the engine: HiGHS on points and optima, BLISS on a normal form of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
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
from tests.solvers.equivalence.models import Floats, Model, Rng, put_together, taken_apart
from tests.solvers.equivalence.second_form import alike_numbers, coloured_graph, numbers_of, second_form

SLIGHT = 1e-9
TOLERANCES = (SLIGHT, 1e-7)
ZERO = Fraction(0)
CLOSE = 1e-6
SECONDS = 5.0  # of one solve; without an optimum by then there is no opinion
SMALL = 200  # columns; HiGHS 1.15.1 does not come back from the presolve of some tiny whole-number models
Status = highspy.HighsModelStatus


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
    given = {_row_key(known, i) for i in range(known.shape[0])}
    limits = [
        (asked.matrix[[i]].toarray()[0], low, high)
        for i, (low, high) in enumerate(zip(asked.lower, asked.upper, strict=True))
        if _row_key(asked, i) not in given
    ]
    tighter = (asked.column_lower > known.column_lower) | (asked.column_upper < known.column_upper)
    for j in np.flatnonzero(tighter):
        unit = np.zeros(known.shape[1])
        unit[j] = 1.0
        limits.append((unit, asked.column_lower[j], asked.column_upper[j]))
    return all(_holds(known, row, low, high) for row, low, high in limits)


def _row_key(model: Model, i: int) -> tuple[Any, ...]:
    places, values = model.row(i)
    terms = sorted((j, v) for j, v in zip(places.tolist(), values.tolist(), strict=True) if v)
    return (*terms, float(model.lower[i]), float(model.upper[i]))


def _holds(known: Model, row: Floats, low: float, high: float) -> bool:
    above = not np.isfinite(high) or furthest(known, row) <= high + SLIGHT * (1 + abs(high))
    return above and (not np.isfinite(low) or -furthest(known, -row) >= low - SLIGHT * (1 + abs(low)))


def furthest(model: Model, cost: Floats) -> float:
    asked = model.copy()
    asked.cost, asked.offset, asked.sense = cost, 0.0, Sense.MAXIMIZE
    status, value = _solved(asked)
    if status == Status.kInfeasible:
        return -np.inf
    return value if status == Status.kOptimal else np.inf


def _solved(model: Model, *, turned: bool = False, tolerance: float = SLIGHT) -> tuple[Any, float]:
    highs = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("presolve", "off" if (model.shape[1] < SMALL) is not turned else "on"),
        ("threads", 1),
        ("time_limit", SECONDS),
        ("primal_feasibility_tolerance", tolerance),
        ("mip_rel_gap", 0.0),
    ):
        highs.setOptionValue(option, value)
    highs.passModel(highs_lp(put_together(model)))
    highs.run()
    return highs.getModelStatus(), float(highs.getInfo().objective_function_value)


def is_infeasible(model: Model) -> bool | None:
    """Whether no point is allowed; None where the solver does not say."""
    asked = model.copy()
    asked.cost = np.zeros(model.shape[1])
    status, _ = _solved(asked)
    return {Status.kInfeasible: True, Status.kOptimal: False}.get(status)


def optima_agree(first: Model, second: Model, mapping: Mapping, rng: Rng, *, times: int) -> bool | None:
    """Whether random objectives, carried over by the mapping, have the same best value on both sides.

    The first look is at the models' own objectives. None where no pair of solves came to an end, or where the solver
    contradicts itself on one of the models.
    """
    said: list[bool] = []
    mapped = np.flatnonzero(mapping.column >= 0)
    for k in range(times):
        pair = first.copy(), second.copy()
        if k:
            cost = np.zeros(first.shape[1])
            cost[mapped] = _bounded_cost(first, rng)[mapped]
            other = np.zeros(second.shape[1])
            other[mapping.column[mapped]] = cost[mapped]
            for model, mine in zip(pair, (cost, other), strict=True):
                model.cost, model.offset, model.sense = mine, 0.0, Sense.MINIMIZE
        same: bool | None = False
        for tolerance in TOLERANCES:  # a wrong mapping fails with each; a model at the edge of one need not
            answers = [_answer(model, tolerance) for model in pair]
            same = _same_answer(*answers)
            if same is not False:
                break
        if same is False:  # is it the models, or is it the solver?
            same = None if any(map(_contradicts_itself, pair, answers)) else False
        said += [] if same is None else [same]
    return all(said) if said else None


Answer = tuple[Any, float]


def _answer(model: Model, tolerance: float = TOLERANCES[-1], *, turned: bool = False) -> Answer:
    """Status and best value, as of a minimisation; with presolve the other way where `turned`."""
    status, value = _solved(model, turned=turned, tolerance=tolerance)
    return status, -value if model.sense is Sense.MAXIMIZE else value


def _contradicts_itself(model: Model, answer: Answer) -> bool:
    """Whether the solver answers otherwise with presolve the other way, or with rows in other units."""
    others = [_answer(model, turned=True)]
    for seed in range(3):
        power = 2.0 ** np.random.default_rng(seed).integers(-3, 4, model.shape[0])
        other = model.copy()
        other.matrix.data *= np.repeat(power, np.diff(other.matrix.indptr))
        other.lower, other.upper = model.lower * power, model.upper * power
        others.append(_answer(other))
    return any(_same_answer(answer, other) is False for other in others)


def _same_answer(one: Answer, other: Answer) -> bool | None:
    (status, value), (other_status, other_value) = one, other
    if Status.kTimeLimit in (status, other_status):
        return None
    if Status.kOptimal in (status, other_status):
        return status == other_status and abs(value - other_value) <= CLOSE * (1 + abs(value))
    endless = {Status.kUnbounded, Status.kUnboundedOrInfeasible}
    return status == other_status or bool(endless & {status, other_status})


def _bounded_cost(model: Model, rng: Rng) -> Floats:
    """Costs that pull no column towards infinity, so that there is an optimum to compare."""
    size = rng.integers(1, 20, model.shape[1]).astype(float)
    low, high = np.isfinite(model.column_lower), np.isfinite(model.column_upper)
    either = rng.choice([-1.0, 1.0], model.shape[1])
    return size * np.select([low & high, low, high], [either, 1.0, -1.0], 0.0)


def isomorphic(first: Model, second: Model) -> bool:
    """Whether the models are the same but for the order of rows and columns, by BLISS; numbers compared exactly."""
    numbers = {float(v): k for k, v in enumerate(sorted({*first.matrix.data.tolist(), *second.matrix.data.tolist()}))}
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


def same_form(first: Model, second: Model) -> bool:
    """Whether the models' second normal forms are isomorphic, by BLISS."""
    forms = [second_form(model) for model in (first, second)]
    if forms[0].contradicts != forms[1].contradicts:
        return False
    names = alike_numbers([number for form in forms for number in numbers_of(form)])
    colours: dict[Any, int] = {}
    (size, edges, own), (other_size, other_edges, others) = (coloured_graph(form, names, colours) for form in forms)
    if size != other_size or sorted(own) != sorted(others):
        return False
    one, two = igraph.Graph(n=size, edges=edges), igraph.Graph(n=size, edges=other_edges)
    return bool(one.isomorphic_bliss(two, color1=own, color2=others))


def within(seconds: float | None, opinion: Callable[[], bool | None]) -> bool | None:
    """Ask in a process that is ended when the time is up, as neither oracle can be interrupted. None then."""
    if seconds is None:
        return opinion()
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=lambda: sender.send(opinion()), daemon=True)
    process.start()
    sender.close()
    try:
        answer: bool | None = receiver.recv() if receiver.poll(seconds) else None
    except EOFError:
        answer = None
    finally:
        process.kill()
        process.join()
        receiver.close()
    return answer


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
    activity, size = model.matrix @ x, abs(model.matrix) @ np.abs(x)
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
    other = second.matrix[[mapping.row[i]]].toarray()[0]
    own = first.matrix[[i]].toarray()[0]
    constant, size = Fraction(0), Fraction(0)
    for j, k in enumerate(mapping.column.tolist()):
        value = Fraction(own[j])
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
