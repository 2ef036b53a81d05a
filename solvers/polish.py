"""Crossover: HiGHS moves an approximate primal and dual point to a vertex with a basis, and proves it by simplex."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from solvers.first_order import minimising
from solvers.highs_engine import EngineRefusal, limits, loaded
from solvers.highs_watch import Watch
from solvers.instance import Instance, Sense
from solvers.result import (
    Certificate,
    Progress,
    Report,
    Result,
    ShouldStop,
    SolveOptions,
    TerminationCondition,
    Vector,
)

LEAST_SECONDS = 0.05  # below this no crossover is begun
_POLISHABLE = frozenset(
    {
        TerminationCondition.OPTIMAL,
        TerminationCondition.OPTIMAL_WITHIN_TOLERANCE,
        TerminationCondition.NUMERICAL,
    }
)


def polished(
    instance: Instance, result: Result, options: SolveOptions, *, report: Report, should_stop: ShouldStop
) -> Result:
    """Return `result` at a vertex whose basis HiGHS calls optimal, or as it was, with a sentence that says why.

    It takes what the first solve has left of the time limit. The certificate `crossover_done` is a claim like any
    other: `solvers.verdict` lets it stand only on a verified optimum.
    """
    if result.x is None or result.row_dual is None or result.termination_condition not in _POLISHABLE:
        return result
    started = time.monotonic()
    sign = -1.0 if instance.sense is Sense.MAXIMIZE else 1.0
    left = options.time_limit_seconds - result.seconds
    report(Progress("crossover", elapsed_seconds=result.seconds, incumbent=result.x))
    if left < LEAST_SECONDS or should_stop():
        return _unpolished(result, "There was no time left for a crossover")
    try:
        run = _Run(replace(options, time_limit_seconds=left), report, should_stop, started)
        # HiGHS hands the duals on to IPX, which minimises, without turning them.
        vertex = run.vertex(minimising(instance), result.x, sign * result.row_dual)
    except EngineRefusal as refusal:
        return _unpolished(result, f"No crossover was possible ({refusal})")
    if vertex is None:
        return _unpolished(result, "The crossover did not reach a vertex")
    x, row_dual, steps = vertex[0], sign * vertex[1], vertex[2]
    return replace(
        result,
        termination_condition=TerminationCondition.OPTIMAL,
        message="A first-order method found the solution, and a crossover by HiGHS moved it to a vertex.",
        x=x,
        row_dual=row_dual,
        row_activity=instance.row_activity(x),
        reduced_cost=instance.cost - instance.transposed_product(row_dual),
        objective_value=instance.objective_at(x),
        iterations=(result.iterations or 0) + steps,
        seconds=result.seconds + time.monotonic() - started,
        certificate=Certificate.CROSSOVER_DONE,
    )


def _unpolished(result: Result, why: str) -> Result:
    return replace(result, message=f"{result.message} {why}, so the point of the first-order method is kept.".strip())


@dataclass(frozen=True, slots=True)
class _Run:
    options: SolveOptions
    report: Report
    should_stop: ShouldStop
    started: float

    def vertex(self, instance: Instance, x: Vector, row_dual: Vector) -> tuple[Vector, Vector, int] | None:
        """Return point, row duals and simplex steps of an optimal vertex, or None."""
        import highspy

        plain = _Plain(instance)
        highs, watch = self._loaded(plain.instance, solver="choose")
        status = highs.crossover(plain.start(x, row_dual))
        watch.raise_fault()
        if status == highspy.HighsStatus.kError or not highs.getBasis().valid:
            return None
        basis = plain.basis(highs.getBasis())
        highs, watch = self._loaded(instance, solver="simplex")
        if highs.setBasis(basis) == highspy.HighsStatus.kError:
            return None
        highs.run()
        watch.raise_fault()
        watch.flush()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = highs.getSolution()
        steps = max(int(highs.getInfo().simplex_iteration_count), 0)
        return np.array(solution.col_value), np.array(solution.row_dual), steps

    def _loaded(self, instance: Instance, *, solver: str) -> tuple[Any, Watch]:
        left = self.options.time_limit_seconds - (time.monotonic() - self.started)
        settings = limits(replace(self.options, time_limit_seconds=max(left, LEAST_SECONDS)))
        highs = loaded(instance, {**settings, "solver": solver})
        watch = Watch(highs, is_mip=False, report=self.report, should_stop=self.should_stop, started=self.started)
        watch.phase = "crossover"
        return highs, watch


class _Plain:
    """An instance of equalities only, in which every other row has a column of its own for its activity.

    HiGHS 1.15's crossover writes past its arrays where there are ranges or rows without sides. It also demands that a
    row with a price holds exactly, which no approximate point offers; a column can be put on its bound. A row without
    sides is left out.
    """

    def __init__(self, instance: Instance) -> None:
        lower, upper = instance.row_lower, instance.row_upper
        sided = np.isfinite(lower) | np.isfinite(upper)
        self._original = instance
        self._own = np.flatnonzero(sided & (lower != upper))
        self._kept = np.flatnonzero(sided)
        self.instance = self._built()

    def start(self, x: Vector, row_dual: Vector) -> Any:
        """Return a point of HiGHS: the given one made exactly feasible in its bounds and complementary."""
        import highspy

        activity = self._original.row_activity(x)
        reduced = self._original.cost - self._original.transposed_product(row_dual)
        x, prices = _complementary(
            np.concatenate((x, activity[self._own])),
            np.concatenate((reduced, row_dual[self._own])),
            self.instance.column_lower,
            self.instance.column_upper,
        )
        solution = highspy.HighsSolution()
        solution.col_value, solution.col_dual = x, prices
        solution.row_value, solution.row_dual = self.instance.row_lower, row_dual[self._kept]
        solution.value_valid = solution.dual_valid = True
        return solution

    def basis(self, found: Any) -> Any:
        """Return a basis of the instance itself: a row is basic if its own column is, or its equality."""
        import highspy

        basic = highspy.HighsBasisStatus.kBasic
        n = self._original.column_count
        rows = [basic] * self._original.row_count
        for row, status in zip(self._kept.tolist(), found.row_status, strict=True):
            rows[row] = status
        for row, status in zip(self._own.tolist(), found.col_status[n:], strict=True):
            rows[row] = basic if rows[row] == basic else status
        basis = highspy.HighsBasis()
        basis.col_status, basis.row_status = list(found.col_status[:n]), rows
        basis.valid = basis.alien = True  # alien: HiGHS repairs it, should it be singular on the instance itself
        return basis

    def _built(self) -> Instance:
        import scipy.sparse  # late: most children load this module and never polish

        original, owners, kept = self._original, self._own, self._kept
        more = len(owners)
        own = scipy.sparse.csr_array((-np.ones(more), (owners, np.arange(more))), shape=(original.row_count, more))
        matrix = scipy.sparse.csr_array(scipy.sparse.hstack([original.matrix, own], format="csr")[kept])
        lower, upper = original.row_lower.copy(), original.row_upper.copy()
        lower[owners] = upper[owners] = 0.0
        return replace(
            original,
            cost=np.concatenate((original.cost, np.zeros(more))),
            indptr=matrix.indptr,
            indices=matrix.indices,
            values=matrix.data,
            row_lower=lower[kept],
            row_upper=upper[kept],
            column_lower=np.concatenate((original.column_lower, original.row_lower[owners])),
            column_upper=np.concatenate((original.column_upper, original.row_upper[owners])),
            integrality=np.zeros(original.column_count + more, dtype=np.uint8),
            row_names=tuple(f"r{i}" for i in range(len(kept))),
            column_names=tuple(f"c{j}" for j in range(original.column_count + more)),
        )


def _complementary(value: Vector, price: Vector, lower: Vector, upper: Vector) -> tuple[Vector, Vector]:
    """Return value and price moved so that a price is zero wherever its value is not at the side it acts on.

    IPX's crossover demands this exactly. Of distance and price, the smaller gives way.
    """
    value = np.clip(value, lower, upper)
    price = np.where(((price > 0) & ~np.isfinite(lower)) | ((price < 0) & ~np.isfinite(upper)), 0.0, price)
    value = np.where((price > 0) & (value - lower <= price), lower, value)
    value = np.where((price < 0) & (upper - value <= -price), upper, value)
    off = ((price > 0) & (value > lower)) | ((price < 0) & (value < upper))
    return value, np.where(off, 0.0, price)
