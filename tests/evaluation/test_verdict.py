"""An answer that a limit cut off, and a label that the numbers of its text refute, are told apart from a wrong one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from copilot.evaluation.attempt import Attempt, rejudged
from copilot.evaluation.problems import Problem
from copilot.evaluation.verdict import dispute, judge
from solvers.instance import Instance, Sense
from solvers.result import Result, SolutionStatus, TerminationCondition


def ended(value: float, *, bound: float | None = None, at_limit: bool = False, x: tuple[float, ...] = ()) -> Result:
    condition = TerminationCondition.TIME_LIMIT if at_limit else TerminationCondition.OPTIMAL
    return Result(
        condition,
        SolutionStatus.FEASIBLE if at_limit else SolutionStatus.OPTIMAL,
        solver="highs",
        objective_value=value,
        objective_bound=bound,
        x=np.array(x) if x else None,
    )


def instance(costs: tuple[float, ...], *, whole: bool = True) -> Instance:
    size = len(costs)
    return Instance(
        name="i",
        sense=Sense.MINIMIZE,
        objective_name="cost",
        objective_offset=0.0,
        cost=np.array(costs),
        indptr=np.array([0]),
        indices=np.array([], dtype=int),
        values=np.array([]),
        row_lower=np.array([]),
        row_upper=np.array([]),
        column_lower=np.zeros(size),
        column_upper=np.full(size, 10.0),
        integrality=np.full(size, int(whole), dtype=np.int8),
        row_names=(),
        column_names=tuple(f"x{place}" for place in range(size)),
    )


@pytest.mark.parametrize(
    ("value", "bound", "label", "outcome"),
    [
        (50.0, 40.0, 50.0, "right"),
        (52.0, 40.0, 50.0, "unproven"),
        (52.0, None, 50.0, "unproven"),
        (48.0, 40.0, 50.0, "wrong"),  # a plan of 48 exists, so 50 is not the least
        (52.0, 51.0, 50.0, "wrong"),  # no plan is below 51
    ],
)
def test_a_search_that_was_cut_off_is_wrong_only_where_no_optimum_can_meet_the_label(
    value: float, bound: float | None, label: float, outcome: str
) -> None:
    problem = Problem("a", "s", "x", answer=label)
    assert judge(problem, ended(value, bound=bound, at_limit=True)) == outcome


def test_a_label_with_more_digits_than_the_numbers_is_disputed_within_their_rounding() -> None:
    lengths = instance((20.1, 30.4, 25.0))
    result = ended(75.5, x=(1, 1, 1))
    near, far, tenths = (Problem("a", "s", "x", answer=label) for label in (75.4123, 75.2123, 75.4))
    assert "no plan has the value 75.4123" in dispute(near, lengths, result)
    assert not dispute(far, lengths, result)
    assert not dispute(tenths, lengths, result)
    assert not dispute(near, instance((20.1, 30.4, 25.0), whole=False), result)
    assert not dispute(near, instance((20.0, 30.0, 25.0)), ended(75.0, x=(1, 1, 1)))


def test_a_label_in_thousands_is_disputed_where_all_amounts_are_whole_thousands() -> None:
    worth = instance((20_000.0, 31_000.0))
    label = Problem("a", "s", "x", answer=51.0)
    assert "in thousands" in dispute(label, worth, ended(51_000.0, x=(1, 1)))
    assert not dispute(label, instance((20_000.0, 30_999.5, 0.5)), ended(51_000.0, x=(1, 1, 1)))
    assert not dispute(Problem("a", "s", "x", answer=50.0), worth, ended(51_000.0, x=(1, 1)))


def test_a_disputed_attempt_stays_so_until_its_label_is_corrected() -> None:
    one = Attempt("a", "s", "", 0, "disputed", "solved", value=75.5, answer=75.4123, termination_condition="optimal")
    kept = Problem("a", "s", "x", answer=75.4123)
    (same,), (right,) = rejudged([one], [kept]), rejudged([one], [replace(kept, accepted=(75.5,))])
    assert (same.outcome, right.outcome) == ("disputed", "right")
