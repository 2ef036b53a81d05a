"""Whether a row follows from the linear relaxation of a model, shown in exact arithmetic.

One linear program per side of the row gives multipliers; what they prove is added up in fractions by
`solvers.proof.check`, which believes nothing of a solver. Numbers that differ by rounding count as the same, as they do
everywhere in a comparison: where the row as it stands is not implied, the row with thirteen digits is tried.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from solvers import runner
from solvers.equivalence.budget import Budget
from solvers.equivalence.changes import number_text
from solvers.equivalence.normal import Work
from solvers.instance import Instance, Sense
from solvers.proof.certificate import certificate
from solvers.proof.check import CertificateError, verify
from solvers.proof.program import priced, program_of
from solvers.result import Result, SolveOptions
from solvers.result import TerminationCondition as T

DIGITS = 13
CLOSE = Fraction(1, 10**12)
NEAR = 1e-6  # relative: beyond, a linear program has refuted the row, whatever its tolerance
LEAST_SECONDS = 0.5
MAX_NONZEROS = 200_000
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Solve = Callable[[Instance], Result]


class Answer(enum.StrEnum):
    """What is known of a row that is asked for."""

    PROVEN = "proven"
    REFUTED = "refuted"
    UNPROVEN = "unproven"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Demand:
    """A row over the columns (numbers in the model that is asked) with its sides, and its text."""

    columns: Ints
    values: Floats
    lower: float
    upper: float
    text: str


@dataclass(frozen=True, slots=True)
class Implication:
    """The answer for a demand; `reaches` is how far the model lets the row go where it is refuted."""

    answer: Answer
    reaches: float = np.nan

    @property
    def sentence(self) -> str:
        """How far the row goes, for the evidence."""
        if np.isinf(self.reaches):
            return "goes on without end"
        return f"reaches {number_text(self.reaches)}"


def through_runner(budget: Budget) -> Solve:
    """Return a solve that stops with the budget and brings a proof."""

    def solve(instance: Instance) -> Result:
        seconds = max(budget.left_seconds, LEAST_SECONDS)
        options = SolveOptions(time_limit_seconds=seconds, method="simplex")
        return runner.solve(instance, solver="highs", options=options, core_count=1, should_stop=budget.is_spent)

    return solve


class Relaxation:
    """The linear relaxation of a normal form, asked about one row after the other."""

    def __init__(self, work: Work, instance: Instance, solve: Solve, budget: Budget) -> None:
        self._work, self._given, self._solve, self._budget = work, instance, solve, budget

    def implies(self, demand: Demand, *, without: Sequence[int] = ()) -> Implication:
        """Whether the relaxation, without some of its rows, implies the demand; raises BudgetSpent."""
        relaxed = rest_of(self._work, self._given, without=without, relaxed=True)
        place = np.full(self._work.column_count, -1, dtype=np.int64)
        place[self._work.kept_columns()] = np.arange(relaxed.column_count)
        for sense, side in ((Sense.MINIMIZE, demand.lower), (Sense.MAXIMIZE, demand.upper)):
            if not np.isfinite(side):
                continue
            found = self._side(relaxed, place[demand.columns], demand.values, side, sense)
            if found.answer is not Answer.PROVEN:
                return found
        return Implication(Answer.PROVEN)

    def _side(self, relaxed: Instance, columns: Ints, values: Floats, side: float, sense: Sense) -> Implication:
        found = Implication(Answer.UNPROVEN)
        for given in (values, _shortened(values)):
            asked = _asking(relaxed, columns, given, sense)
            if _far_enough(_by_bounds(asked), side, sense):
                return Implication(Answer.PROVEN)
            self._budget.check()
            result = self._solve(asked)
            self._budget.check()
            found = _read(asked, result, side, sense)
            if found.answer is not Answer.UNPROVEN or np.array_equal(given, _shortened(values)):
                return found
        return found


def rest_of(work: Work, instance: Instance, *, without: Sequence[int] = (), relaxed: bool = False) -> Instance:
    """Return a normal form as an instance that minimises, without some rows; relaxed, with no whole columns."""
    columns, rows = work.kept_columns(), np.setdiff1d(work.kept_rows(), np.asarray(without, dtype=np.int64))
    shape = (work.row_count, work.column_count)
    matrix = scipy.sparse.coo_array((work.value, (work.row, work.column)), shape=shape).tocsr()[rows][:, columns]
    matrix = matrix.tocsr()
    matrix.sort_indices()
    names = instance.row_names, instance.column_names
    return Instance(
        name=instance.name,
        sense=Sense.MINIMIZE,
        objective_name=instance.objective_name,
        objective_offset=work.offset,
        cost=work.cost[columns],
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=work.row_lower[rows],
        row_upper=work.row_upper[rows],
        column_lower=work.column_lower[columns],
        column_upper=work.column_upper[columns],
        integrality=np.zeros(len(columns), dtype=np.uint8) if relaxed else work.integer[columns].astype(np.uint8),
        row_names=tuple(names[0][i] for i in rows.tolist()),
        column_names=tuple(names[1][j] for j in columns.tolist()),
    )


def _asking(relaxed: Instance, columns: Ints, values: Floats, sense: Sense) -> Instance:
    cost = np.zeros(relaxed.column_count)
    cost[columns] = values
    return replace(relaxed, cost=cost, sense=sense, objective_offset=0.0)


def _shortened(values: Floats) -> Floats:
    return np.array([float(f"{value:.{DIGITS}g}") for value in values.tolist()])


def _by_bounds(asked: Instance) -> Fraction | None:
    """Return what the bounds of the columns alone prove."""
    nothing = np.zeros(asked.row_count, dtype=object), 1
    found = priced(program_of(asked), *nothing).bound
    if found is None:
        return None
    sign = -1 if asked.sense is Sense.MAXIMIZE else 1
    return _verified(asked, certificate(asked, claim="bound", multipliers=nothing, bound=sign * found))


def _proven_bound(asked: Instance, result: Result) -> Fraction | None:
    data = None if result.proof is None else result.proof.certificate
    return None if data is None or data["claim"] == "infeasible" else _verified(asked, data)


def _verified(asked: Instance, data: object) -> Fraction | None:
    try:
        return verify(asked, data)  # type: ignore[arg-type]
    except CertificateError:
        return None


def _far_enough(bound: Fraction | None, side: float, sense: Sense) -> bool:
    if bound is None:
        return False
    wanted = Fraction(repr(side))
    slack = CLOSE * abs(wanted)
    return bound >= wanted - slack if sense is Sense.MINIMIZE else bound <= wanted + slack


def _read(asked: Instance, result: Result, side: float, sense: Sense) -> Implication:
    condition = result.termination_condition
    if condition is T.INFEASIBLE:
        return Implication(Answer.EMPTY)
    if condition in (T.UNBOUNDED, T.INFEASIBLE_OR_UNBOUNDED):
        return Implication(Answer.REFUTED, -np.inf if sense is Sense.MINIMIZE else np.inf)
    if _far_enough(_proven_bound(asked, result), side, sense):
        return Implication(Answer.PROVEN)
    value = result.objective_value
    if condition is not T.OPTIMAL or value is None:
        return Implication(Answer.UNPROVEN)
    beyond = side - value if sense is Sense.MINIMIZE else value - side
    refuted = beyond > NEAR * (1.0 + abs(side))
    return Implication(Answer.REFUTED if refuted else Answer.UNPROVEN, value)
