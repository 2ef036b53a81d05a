"""Whether rows follow from the linear relaxation of a model, shown in exact arithmetic (see `questions`).

Numbers that differ by rounding count as the same, as they do everywhere in a comparison: where a row as it stands is
not implied, the row with thirteen digits is tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from solvers import runner
from solvers.equivalence.budget import Budget, BudgetSpent
from solvers.equivalence.normal import Work
from solvers.equivalence.questions import Answer, Question, Solve, together
from solvers.instance import Instance, Sense
from solvers.result import Result, SolveOptions

LEAST_SECONDS = 0.5
MAX_NONZEROS = 200_000  # of one model: exact arithmetic takes about a microsecond an entry
TOGETHER = 200_000  # entries of one linear program that asks several questions
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Demand:
    """A row over the columns (numbers in the model that is asked) with its sides, and its text."""

    columns: Ints
    values: Floats
    lower: float
    upper: float
    text: str


def through_runner(budget: Budget) -> Solve:
    """Return a solve that stops with the budget."""

    def solve(instance: Instance) -> Result:
        seconds = max(budget.left_seconds, LEAST_SECONDS)
        options = SolveOptions(time_limit_seconds=seconds, method="simplex", proof_seconds=0.0)
        return runner.solve(instance, solver="highs", options=options, core_count=1, should_stop=budget.is_spent)

    return solve


class Relaxation:
    """The linear relaxation of a normal form, asked about rows."""

    def __init__(self, work: Work, instance: Instance, solve: Solve, budget: Budget) -> None:
        self._work, self._given, self._solve, self._budget = work, instance, solve, budget

    def answers(self, demands: Sequence[Demand], *, without: Sequence[Sequence[int]] | None = None) -> Iterator[Answer]:
        """Yield for each demand whether the relaxation implies it, without some of its rows; raises BudgetSpent.

        Many are asked at once in small models; who stops reading after the first "no" does not pay for what follows.
        """
        without = without or [()] * len(demands)
        step = max(1, TOGETHER // max(len(self._work.value), 1))
        for start in range(0, len(demands), step):
            chosen = slice(start, start + step)
            yield from self._answered(demands[chosen], without[chosen])

    def _answered(self, demands: Sequence[Demand], without: Sequence[Sequence[int]]) -> list[Answer]:
        questions = [
            (k, question)
            for k, (demand, rows) in enumerate(zip(demands, without, strict=True))
            for question in self._questions(demand, rows)
        ]
        answers = self._asked([question for _, question in questions])
        found = [Answer.PROVEN] * len(demands)
        for (k, _), answer in zip(questions, answers, strict=True):
            found[k] = answer if found[k] is Answer.PROVEN else found[k]
        return found

    def _questions(self, demand: Demand, without: Sequence[int]) -> Iterator[Question]:
        relaxed = rest_of(self._work, self._given, without=without, relaxed=True)
        place = np.full(self._work.column_count, -1, dtype=np.int64)
        place[self._work.kept_columns()] = np.arange(relaxed.column_count)
        for sense, side in ((Sense.MINIMIZE, demand.lower), (Sense.MAXIMIZE, demand.upper)):
            if np.isfinite(side):
                cost = np.zeros(relaxed.column_count)
                cost[place[demand.columns]] = demand.values
                yield Question(replace(relaxed, cost=cost, sense=sense, objective_offset=0.0), side)

    def _asked(self, questions: list[Question]) -> list[Answer]:
        """Ask as written, and where that leaves doubt with thirteen digits."""
        answers = [
            Answer.PROVEN if question.is_met(question.by_bounds()) else Answer.UNPROVEN for question in questions
        ]
        for shorten in (False, True):
            doubtful = [k for k, answer in enumerate(answers) if answer is Answer.UNPROVEN]
            asked = [questions[k].shortened() if shorten else questions[k] for k in doubtful]
            if not doubtful or (shorten and asked == [questions[k] for k in doubtful]):
                break
            self._budget.check()
            found = together(asked, self._solve)
            if self._budget.is_spent():
                raise BudgetSpent("The time was up, or the comparison was stopped, during a linear program")
            for k, answer in zip(doubtful, found, strict=True):
                answers[k] = answer
        return answers


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
