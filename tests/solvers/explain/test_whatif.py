"""Sweeps and forced choices solve the same instance with one number replaced."""

from __future__ import annotations

import numpy as np
import pytest

from solvers.explain.budget import Budget
from solvers.explain.items import Kind
from solvers.explain.whatif import ForcedState, Lever, Turn, force, sweep, turned
from solvers.instance import Instance, InstanceError, Sense
from solvers.result import Result, SolutionStatus, TerminationCondition
from tests.solvers import instances
from tests.solvers.explain.cases import solve
from tests.solvers.instances import make


def test_a_sweep_of_a_limit_follows_its_shadow_price_until_the_range_ends() -> None:
    found = sweep(instances.workshop(), Turn(Lever.AT_MOST, "row[0]"), [200, 240, 300, 320], solve)
    assert [point.objective_value for point in found.points] == [pytest.approx(v) for v in (3500, 3700, 4000, 4000)]
    assert not found.reason


def test_a_sweep_of_a_whole_number_model_shows_its_steps() -> None:
    found = sweep(instances.knapsack(), Turn(Lever.AT_MOST, "row[0]"), [1, 2, 5, 6, 9], solve)
    assert [point.objective_value for point in found.points] == [pytest.approx(v) for v in (0, 7, 17, 20, 30)]


def test_a_value_without_a_plan_is_a_point_without_objective() -> None:
    instance = make(cost=[1], rows=[[1]], row_lower=[0], row_upper=[5])
    (point,) = sweep(instance, Turn(Lever.AT_LEAST, "row[0]"), [6], solve).points
    assert point.termination_condition is TerminationCondition.INFEASIBLE
    assert point.objective_value is None


@pytest.mark.parametrize(
    ("lever", "name", "value", "array", "place"),
    [
        (Lever.COST, "x[1]", 9.0, "cost", 1),
        (Lever.LOWER_BOUND, "x[0]", 2.0, "column_lower", 0),
        (Lever.UPPER_BOUND, "x[1]", 3.0, "column_upper", 1),
        (Lever.AT_LEAST, "row[1]", 1.0, "row_lower", 1),
        (Lever.RIGHT_HAND_SIDE, "row[0]", 7.0, "row_upper", 0),
        (Lever.RIGHT_HAND_SIDE, "row[0]", 7.0, "row_lower", 0),
    ],
)
def test_every_lever_turns_its_own_number_and_leaves_the_original(
    lever: Lever, name: str, value: float, array: str, place: int
) -> None:
    original = instances.workshop()
    changed = turned(original, Turn(lever, name), value)
    assert getattr(changed, array)[place] == value
    assert original == instances.workshop()


def test_an_unknown_name_or_value_is_a_sentence() -> None:
    with pytest.raises(InstanceError, match="no row called x\\[0\\]"):
        turned(instances.workshop(), Turn(Lever.AT_MOST, "x[0]"), 1.0)
    with pytest.raises(InstanceError, match="finite"):
        turned(instances.workshop(), Turn(Lever.COST, "x[0]"), float("nan"))
    with pytest.raises(InstanceError, match="no column called y"):
        force(instances.workshop(), "y", 1.0, solve)


def test_a_sweep_that_ends_early_keeps_its_points_and_counts_the_missing() -> None:
    turn = Turn(Lever.AT_MOST, "row[0]")
    found = sweep(instances.workshop(), turn, [200, 210, 220, 230, 240], solve, budget=Budget(solves=2))
    assert [point.value for point in found.points] == [200, 210]
    assert found.reason.startswith("3 values are missing.")


@pytest.mark.parametrize(("value", "worse"), [(1.0, 3.0), (0.0, 0.0)])
def test_forcing_a_choice_costs_the_difference(value: float, worse: float) -> None:
    found = force(instances.knapsack(), "x[0]", value, solve)
    assert found.state is ForcedState.POSSIBLE
    assert found.worse_by == pytest.approx(worse)
    assert found.proven


def test_forcing_in_a_minimised_model_costs_more_not_less() -> None:
    instance = make(cost=[1, 2], rows=[[1, 1]], row_lower=[4], row_upper=[np.inf])
    assert force(instance, "x[1]", 3.0, solve).worse_by == pytest.approx(3)


def test_a_forbidden_choice_names_what_forbids_it() -> None:
    instance = make(cost=[1, 1], rows=[[1, 1]], row_lower=[-np.inf], row_upper=[4], sense=Sense.MAXIMIZE)
    found = force(instance, "x[0]", 5.0, solve)
    assert found.state is ForcedState.IMPOSSIBLE
    assert found.conflict is not None
    assert {(item.kind, item.name) for item in found.conflict.items} == {
        (Kind.ROW, "row[0]"),
        (Kind.LOWER_BOUND, "x[0]"),
        (Kind.LOWER_BOUND, "x[1]"),
    }


def test_a_choice_outside_its_own_bound_is_forbidden_by_that_bound() -> None:
    found = force(instances.knapsack(), "x[0]", 2.0, solve)
    assert found.conflict is not None
    assert [(item.kind, item.limit) for item in found.conflict.items] == [
        (Kind.LOWER_BOUND, 2.0),
        (Kind.UPPER_BOUND, 1.0),
    ]


def test_half_of_a_whole_thing_is_forbidden_by_integrality() -> None:
    found = force(instances.knapsack(), "x[0]", 0.5, solve)
    assert found.conflict is not None
    assert Kind.INTEGRALITY in {item.kind for item in found.conflict.items}


def test_a_base_without_a_plan_leaves_nothing_to_compare() -> None:
    tired = Result(TerminationCondition.TIME_LIMIT, SolutionStatus.NO_SOLUTION, solver="")
    found = force(instances.knapsack(), "x[0]", 1.0, solve, base=tired)
    assert found.worse_by is None
    assert "nothing to compare" in found.reason


def test_a_solver_that_gives_up_leaves_the_choice_open() -> None:
    def tired(instance: Instance) -> Result:
        return Result(TerminationCondition.TIME_LIMIT, SolutionStatus.NO_SOLUTION, solver="")

    assert force(instances.knapsack(), "x[0]", 1.0, tired).state is ForcedState.UNDECIDED
