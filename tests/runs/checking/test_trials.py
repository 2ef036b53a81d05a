"""Tiny cases, broken rules and wider switches: right programs pass, and each finds the fault that it is for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from copilot.drafting.base import Data, Draft
from copilot.drafting.formulation import Constraint, Formulation, Objective, Parameter, Term, Variable
from copilot.drafting.program import data_of, write_program
from copilot.runs.checking.alone import alone
from copilot.runs.checking.idle import idle
from copilot.runs.checking.moves import Known
from copilot.runs.checking.refused import refused
from copilot.runs.checking.switches import switches
from copilot.sandbox.outcome import BuildOutcome
from solvers.instance import Instance
from solvers.result import Result
from tests.runs.checking.test_moves import build, solve
from tests.runs.fakes import FORMULATION


def built(formulation: Formulation) -> Instance:
    outcome: BuildOutcome = build(write_program(formulation), data_of(formulation))
    assert outcome.instance is not None, outcome.failure
    return outcome.instance


def test_a_broken_rule_is_refused_by_a_right_program_and_shown_with_a_plan_by_a_wrong_one() -> None:
    instance = built(FORMULATION)
    passed = refused(FORMULATION, instance, solve, seconds=60.0)
    assert passed is not None
    assert passed.status == "pass"
    loose = replace(instance, row_upper=np.array([300.0, 100.0]))
    failed = refused(FORMULATION, loose, solve, seconds=60.0)
    assert failed is not None
    assert (failed.status, failed.items) == ("fail", ("carpentry",))
    assert "but at most 240 is the rule" in failed.example
    gone = replace(
        instance, indptr=np.array([0, 2]), indices=instance.indices[2:], values=instance.values[2:],
        row_lower=instance.row_lower[1:], row_upper=instance.row_upper[1:], row_names=("finishing",),
    )  # fmt: skip
    missing = refused(FORMULATION, gone, solve, seconds=60.0)
    assert missing is not None
    assert missing.status == "fail"


def test_one_decision_alone_is_worked_out_by_hand() -> None:
    instance = built(FORMULATION)
    right = alone(FORMULATION, instance, 3700.0, 0.0)
    assert right is not None
    assert right.status == "pass"
    assert "desks alone: 50 by finishing (100 ÷ 2), worth 3,500" in right.detail
    worse = alone(FORMULATION, instance, 3400.0, 0.0)
    assert worse is not None
    assert worse.status == "fail"
    assert "better than the best value found, 3,400" in worse.detail
    loose = alone(FORMULATION, replace(instance, row_upper=np.array([240.0, 90.0])), 3700.0, 0.0)
    assert loose is not None
    assert "desks alone can be at most 50 by the rules, and at most 45 in the program" in loose.detail


def test_doing_nothing_is_a_doubt() -> None:
    instance = built(FORMULATION)
    known = Known(Draft(FORMULATION, "", {}, "llm"), instance, 0.0, 0.0)
    result = solve(instance)
    busy, lazy = idle(known, result), idle(known, replace(result, x=np.zeros(2)))
    assert busy is not None
    assert lazy is not None
    assert (busy.status, lazy.status) == ("pass", "unknown")


def opened(most: float) -> Formulation:
    """Make at least 50, only with the line on; `most` is the big M."""
    return Formulation(
        parameters=(
            Parameter(name="most", value=most),
            Parameter(name="price", value=3),
            Parameter(name="fixed", value=40),
        ),
        variables=(Variable(name="make", upper=80), Variable(name="on", domain="binary")),
        objective=Objective(
            name="gain",
            sense="maximize",
            terms=(
                Term(coefficient=3, variable="make", parameter="price"),
                Term(coefficient=-40, variable="on", parameter="-fixed"),
            ),
        ),
        constraints=(
            Constraint(
                name="only_when_on",
                kind="logical",
                terms=(
                    Term(coefficient=1, variable="make"),
                    Term(coefficient=-most, variable="on", parameter="-most"),
                ),
                relation="<=",
                limit=0,
            ),
        ),
    )


def test_a_big_m_that_limits_the_best_plan_is_too_small() -> None:
    def tried(most: float, text: str) -> str:
        formulation = opened(most)
        instance = built(formulation)
        found: Result = solve(instance)
        data: Data = data_of(formulation)
        assert found.objective_value is not None
        known = Known(Draft(formulation, write_program(formulation), data, "llm"), instance, found.objective_value, 0.0)
        check = switches(known, text, build, solve)
        return check.status if check is not None else "none"

    assert tried(500.0, "Switch the line on for $40.") == "pass"
    assert tried(60.0, "Switch the line on for $40.") == "fail"
