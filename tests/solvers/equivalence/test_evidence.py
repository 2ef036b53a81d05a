"""The same optimum is evidence, in words that never say equivalent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from solvers.equivalence.budget import Budget
from solvers.equivalence.evidence import agreement
from solvers.highs import Highs
from solvers.instance import Instance, Sense
from solvers.result import Result, SolutionStatus, SolveOptions, TerminationCondition
from tests.solvers import instances


def solve(instance: Instance) -> Result:
    return Highs().solve(instance, options=SolveOptions(), report=lambda _: None, should_stop=lambda: False)


WORKSHOP = instances.workshop()
NEGATED = replace(WORKSHOP, sense=Sense.MINIMIZE, cost=-WORKSHOP.cost)


@pytest.mark.parametrize(
    ("pairs", "counts", "sentence"),
    [
        ([(WORKSHOP, NEGATED)] * 3, (3, 0), "different formulation; same optimum on 3 of 3 draws"),
        (
            [(WORKSHOP, WORKSHOP), (WORKSHOP, replace(WORKSHOP, cost=2 * WORKSHOP.cost))],
            (1, 1),
            "different: another optimum on 1 of 2 draws (-3700 and -7400)",
        ),
        (
            [(instances.contradiction(), instances.contradiction()), (instances.contradiction(), WORKSHOP)],
            (1, 1),
            "different: another optimum on 1 of 2 draws (no plan and -3700)",
        ),
    ],
)
def test_optima_are_compared_in_one_direction(
    pairs: list[tuple[Instance, Instance]], counts: tuple[int, int], sentence: str
) -> None:
    found = agreement(pairs, budget=Budget(60), solve=solve)
    assert (found.same, found.other, found.sentence) == (*counts, sentence)


def test_what_was_not_solved_to_the_end_says_nothing() -> None:
    def slow(instance: Instance) -> Result:
        return Result(TerminationCondition.TIME_LIMIT, SolutionStatus.FEASIBLE, "slow", objective_value=3700.0)

    found = agreement([(WORKSHOP, WORKSHOP)], budget=Budget(60), solve=slow)
    assert found.sentence == "no evidence: none of 1 draws was solved to the end"
    stopped = agreement([(WORKSHOP, WORKSHOP)] * 2, budget=Budget(60, should_stop=lambda: True), solve=solve)
    assert (stopped.same, stopped.other) == (0, 0)


def test_the_runner_solves_when_nobody_else_does() -> None:
    found = agreement([(WORKSHOP, NEGATED)], budget=Budget(60))
    assert found.sentence == "different formulation; same optimum on 1 of 1 draws"
