"""Independent backends agree: with enumeration on small integer programs, and with one another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from solvers import runner
from solvers.base import Capability
from solvers.instance import Instance
from solvers.registry import SOLVERS
from solvers.result import Result, SolutionStatus, SolveOptions, TerminationCondition
from solvers.verdict import judged
from tests.plugin_skips import STRICT, is_strict
from tests.solvers import instances
from tests.solvers.test_kkt import enumerated, small_integer_program

T = TerminationCondition
OPTIONS = SolveOptions(time_limit_seconds=20)
REQUIRED = ("highs", "scip", "gurobi")


def available() -> list[str]:
    return [
        name for name, solver in SOLVERS.items() if Capability.INTEGER in solver.capabilities and solver.availability()
    ]


def solved(name: str, instance: Instance) -> Result:
    raw = SOLVERS[name].solve(instance.validate(), options=OPTIONS, report=lambda _: None, should_stop=lambda: False)
    return judged(instance, raw, OPTIONS)


@pytest.mark.parametrize("name", REQUIRED)
def test_the_required_backends_are_here_and_answer_under_their_own_name(name: str) -> None:
    availability = SOLVERS[name].availability()
    if not availability and not is_strict():
        pytest.skip(f"NOT VERIFIED here ({STRICT} is not set): {name}: {availability.reason}")
    assert availability, availability.reason
    for instance, optimum in ((instances.workshop(), 3700), (instances.knapsack(), 20)):
        result = runner.solve(instance, solver=name)
        assert result.solver == name
        assert result.reason == ""
        assert result.solution_status is SolutionStatus.OPTIMAL
        assert result.objective_value == pytest.approx(optimum)


@given(small_integer_program())
@settings(max_examples=40, deadline=None)
def test_every_integer_backend_agrees_with_enumeration(instance: Instance) -> None:
    best = enumerated(instance)
    for name in available():
        result = solved(name, instance)
        if best is None:
            assert result.termination_condition is T.INFEASIBLE, name
        else:
            assert result.termination_condition is T.OPTIMAL, (name, result.message)
            assert result.objective_value == pytest.approx(best), name


@given(small_integer_program())
@settings(max_examples=40, deadline=None)
def test_every_integer_backend_proves_the_same_relaxation(instance: Instance) -> None:
    relaxed = replace(instance, integrality=np.zeros(instance.column_count))
    answers = {}
    for name in available():
        result = solved(name, relaxed)
        optimal = result.solution_status is SolutionStatus.OPTIMAL
        value = round(result.objective_value, 5) + 0.0 if optimal and result.objective_value is not None else None
        answers[name] = (result.termination_condition, value)
    assert len(set(answers.values())) == 1, answers
