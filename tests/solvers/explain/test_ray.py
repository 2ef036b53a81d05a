"""A ray keeps every limit, improves the objective and starts at a plan, or it is not called one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solvers.explain.budget import Budget
from solvers.explain.infeasibility import diagnose
from solvers.explain.ray import RayState, find_ray, keeps_limits
from solvers.explain.unboundedness import runaway_columns
from solvers.highs import Highs
from solvers.instance import Instance, Sense
from solvers.kkt import residuals
from solvers.result import TerminationCondition
from tests.solvers import instances
from tests.solvers.explain.cases import PATIENT, is_feasible, solve
from tests.solvers.explain.cases import instances as random_instances
from tests.solvers.instances import INF, make

CALM = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def test_the_ray_names_each_column_its_step_and_its_gain() -> None:
    ray = find_ray(instances.endless(), solve)
    assert ray.state is RayState.UNBOUNDED
    assert [(step.name, step.amount, step.gain) for step in ray.steps] == [("x[0]", 1.0, 1.0), ("x[1]", 1.0, 0.0)]
    assert ray.exact


def test_a_minimised_objective_falls_along_the_ray() -> None:
    ray = find_ray(make(cost=[1], lower=[-INF]), solve)
    assert (ray.gain, ray.steps[0].amount) == (-1.0, -1.0)


def test_integer_columns_move_by_whole_steps() -> None:
    instance = make(cost=[1, 0], rows=[[2, -3]], row_lower=[0], row_upper=[0], integer=[1, 1], sense=Sense.MAXIMIZE)
    ray = find_ray(instance, solve)
    assert [step.amount for step in ray.steps] == [3.0, 2.0]
    assert ray.whole


def test_an_irrational_looking_ray_is_not_called_whole() -> None:
    root = float(np.sqrt(2))
    instance = make(cost=[1, 0], rows=[[root, -1]], row_lower=[0], row_upper=[0], integer=[1, 1], sense=Sense.MAXIMIZE)
    ray = find_ray(instance, solve)
    assert ray.state is RayState.UNBOUNDED
    assert not ray.exact
    assert not ray.whole


def test_a_ray_without_a_plan_to_start_from_is_infeasible() -> None:
    ray = find_ray(instances.endless_without_integer_point(), solve)
    assert ray.state is RayState.INFEASIBLE


def test_a_bounded_instance_has_no_ray() -> None:
    assert find_ray(instances.workshop(), solve).state is RayState.NO_RAY


def test_a_spent_budget_decides_nothing() -> None:
    ray = find_ray(instances.endless(), solve, budget=Budget(solves=1))
    assert ray.state is RayState.UNDECIDED
    assert "number of solves" in ray.reason


def test_a_direction_that_leaves_a_side_is_refused() -> None:
    assert not keeps_limits(instances.endless(), np.array([1.0, 0.0]))
    assert not keeps_limits(instances.endless(), np.array([0.0, -1.0]))
    assert keeps_limits(instances.endless(), np.array([1.0, 1.0]))


def said_without_presolve(instance: Instance) -> TerminationCondition:
    """What HiGHS says without its presolve."""
    options = replace(PATIENT, presolve=False)
    result = Highs().solve(instance, options=options, report=lambda _: None, should_stop=lambda: False)
    return result.termination_condition


def test_an_endless_instance_that_presolve_calls_infeasible_has_its_ray() -> None:
    instance = make(
        cost=[0, 0, 1], rows=[[1, 1, 1], [1, 1, 1]], row_lower=[-INF, 0], row_upper=[1, INF], lower=[-INF] * 3
    )
    assert find_ray(instance, solve).state is RayState.UNBOUNDED
    assert diagnose(instance, solve).is_feasible
    assert set(runaway_columns(instance, solve)) >= {"x[2]"}


@CALM
@given(random_instances(), st.sampled_from([10.0, 1e3]))
def test_unbounded_means_a_ray_from_a_plan_and_the_other_way_round(instance: Instance, far: float) -> None:
    ray = find_ray(instance, solve)
    # HiGHS's presolve calls some endless instances with two parallel rows infeasible; the plan below says who is right.
    condition = said_without_presolve(instance)
    assert (ray.state is RayState.UNBOUNDED) == (condition is TerminationCondition.UNBOUNDED)
    if ray.state is not RayState.UNBOUNDED:
        return
    assert is_feasible(instance)
    assert ray.start is not None
    moved = ray.start.copy()
    for step in ray.steps:
        moved[step.index] += far * step.amount
    checked = residuals(instance, moved)
    assert max(checked.relative_row_violation, checked.relative_bound_violation) <= 1e-6
    better = instance.objective_at(moved) - instance.objective_at(ray.start)
    assert better == pytest.approx(far * ray.gain, rel=1e-6)
    assert better > 0 if instance.sense is Sense.MAXIMIZE else better < 0
    assert solve(replace(instance, cost=np.zeros(instance.column_count))).x is not None


def test_highs_itself_says_unbounded_where_its_presolve_says_infeasible() -> None:
    instance = make(
        cost=[0, 0, 1], rows=[[1, 1, 1], [1, 1, 1]], row_lower=[-INF, 0], row_upper=[1, INF], lower=[-INF] * 3
    )
    result = Highs().solve(instance, options=PATIENT, report=lambda _: None, should_stop=lambda: False)
    assert result.termination_condition is TerminationCondition.UNBOUNDED
