"""What goes beyond linear rows is explained where the method covers it, and refused by name where it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solvers.explain.conflict import ConflictState, find_conflict
from solvers.explain.infeasibility import diagnose
from solvers.explain.ranging import RangingError, ranged
from solvers.explain.ray import RayState, find_ray
from solvers.explain.repair import find_repairs
from solvers.explain.report import sensitivity_data
from solvers.explain.sensitivity import SensitivityState, sensitivity
from solvers.explain.unboundedness import runaway_columns
from solvers.explain.whatif import ForcedState, Lever, Turn, force, sweep
from solvers.instance import Instance
from solvers.result import Result, SolveOptions
from solvers.scip import Scip
from solvers.verdict import judged
from tests.solvers import shapes
from tests.solvers.explain.cases import solve

CURVED = [
    (replace(shapes.root_row(), row_upper=[-1]), "nonlinear functions"),
    (replace(shapes.disc(), row_upper=[-1]), "quadratic constraints"),
    (replace(shapes.one_of(), column_lower=[1, 1, 0]), "special ordered sets"),
    (shapes.batch(room=-1), "semicontinuous variables"),
    (replace(shapes.switched(1, at_least=True, price=0), column_lower=[1, 0]), "indicator constraints"),
]


def by_scip(instance: Instance) -> Result:
    options = SolveOptions(time_limit_seconds=20)
    raw = Scip().solve(instance.validate(), options=options, report=lambda _: None, should_stop=lambda: False)
    return judged(instance, raw, options)


def not_asked(instance: Instance) -> Result:
    raise AssertionError("nothing may be solved for what is refused")


@pytest.mark.parametrize(("instance", "part"), CURVED)
def test_a_search_that_does_not_cover_a_part_refuses_it_by_name(instance: Instance, part: str) -> None:
    conflict = find_conflict(instance, not_asked)
    assert conflict.state is ConflictState.UNDECIDED
    assert conflict.items == ()
    assert conflict.reason == f"The search for a conflict is not supported for models with {part}."
    repairs = find_repairs(instance, not_asked)
    assert repairs.found == ()
    assert part in repairs.reason
    ray = find_ray(instance, not_asked)
    assert ray.state is RayState.UNDECIDED
    assert part in ray.reason
    assert runaway_columns(instance, not_asked) == ()
    with pytest.raises(RangingError, match=part):
        ranged(instance)
    told = diagnose(instance, not_asked)
    assert not told.is_feasible
    assert part in told.reason


def test_a_quadratic_objective_takes_no_part_in_a_contradiction() -> None:
    conflict = find_conflict(shapes.nowhere(), solve)
    assert conflict.state is ConflictState.FOUND
    assert {item.name for item in conflict.items} == {"row[0]", "row[1]"}
    assert conflict.proven_minimal
    repair = find_repairs(shapes.nowhere(), solve).found[0]
    assert repair.checked
    assert repair.total == pytest.approx(1, abs=1e-4)


def test_a_convex_quadratic_has_prices_without_ranges() -> None:
    instance = shapes.best_price()
    found = sensitivity(instance, solve(instance))
    assert found.state is SensitivityState.PRICES_ONLY
    assert found.rows[0].price == pytest.approx(3.5, abs=1e-5)
    assert [column.reduced_cost for column in found.columns] == pytest.approx([0, 0], abs=1e-5)
    assert "not supported for models with a quadratic objective" in found.reason
    assert not found.several_optima
    assert sensitivity_data(found)["rows"][0]["range"]["known"] == [False, False]


def test_what_has_no_prices_says_so() -> None:
    curved = sensitivity(shapes.disc(), by_scip(shapes.disc()))
    assert curved.state is SensitivityState.NONE
    assert "quadratic constraints" in curved.reason
    bare = sensitivity(shapes.nearest(), by_scip(shapes.nearest()))
    assert bare.state is SensitivityState.NONE
    assert bare.reason == "scip gives no prices for a quadratic objective; HiGHS and Gurobi do."


def test_a_sweep_and_a_force_only_solve_again() -> None:
    # max x + y in a disc of radius r: r √2.
    swept = sweep(shapes.disc(), Turn(Lever.AT_MOST, "row[0]"), [1, 4], by_scip)
    assert [point.objective_value for point in swept.points] == pytest.approx([2**0.5, 8**0.5], abs=1e-3)
    forced = force(shapes.one_of(), "x[0]", 4.0, by_scip)
    assert forced.state is ForcedState.POSSIBLE
    assert forced.worse_by == pytest.approx(15 - 8)


@pytest.mark.parametrize(("value", "objective"), [(0.0, 1.0), (3.0, 7.0), (2.0, 5.0)])
def test_a_semicontinuous_column_can_be_forced_to_zero_and_between(value: float, objective: float) -> None:
    forced = force(shapes.batch(), "x[1]", value, solve)
    assert forced.state is ForcedState.POSSIBLE
    assert forced.objective_value == pytest.approx(objective)
    assert forced.x == pytest.approx(np.array([1, value]))


def test_a_semicontinuous_column_cannot_be_forced_below_its_least_value() -> None:
    assert force(shapes.batch(), "x[1]", 1.0, solve).state is ForcedState.IMPOSSIBLE
