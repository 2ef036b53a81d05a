"""The plan for an instance follows its shape and what is at hand, and says why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solvers import plan as planning
from solvers import registry, runner
from solvers.base import Capability
from solvers.instance import Instance
from solvers.plan import Leg, Plan, Resources
from solvers.registry import SOLVERS, UnknownSolver, choose
from solvers.result import SolutionStatus, SolveOptions
from tests.bench import generated
from tests.solvers import instances, shapes
from tests.solvers.test_beyond import everything

TWO = Resources(cores=2)


def names(plan: Plan) -> list[str]:
    return [leg.name for leg in plan.legs]


def covering(columns: int = 12_000) -> Instance:
    return generated.set_cover(rows=2500, columns=columns, per_column=8)


def test_a_small_linear_problem_is_no_race() -> None:
    plan = choose(instances.workshop(), at_hand=TWO)
    assert plan.legs[0].name == "highs"
    assert not plan.is_race
    assert "small" in plan.reason


def test_a_network_goes_to_the_simplex_method_alone() -> None:
    plan = choose(generated.transport(sources=100, sinks=200), at_hand=TWO)
    assert names(plan) == ["highs:simplex", "highs:ipx"]
    assert not plan.is_race
    assert "network" in plan.reason


def test_a_general_linear_problem_is_raced_with_a_first_order_method_in_reserve() -> None:
    plan = choose(generated.lot_sizing(products=100, periods=40), at_hand=TWO)
    assert names(plan) == ["highs:simplex", "highs:ipx", "pdlp:hipdlp"]
    assert plan.is_race
    assert plan.at_once == 2
    assert all(leg.reason.endswith(".") for leg in plan.legs)
    assert choose(generated.lot_sizing(products=100, periods=40), at_hand=Resources(cores=4)).at_once == 4


def test_three_commodity_entries_a_column_are_not_combinatorial() -> None:
    flow = generated.multicommodity(nodes=200, arcs=1200, commodities=11)
    assert flow.row_count > planning.COMBINATORIAL_ROWS
    assert not planning.is_combinatorial(flow)
    assert names(choose(flow, at_hand=TWO))[0] == "highs:simplex"


def test_on_covering_relaxations_a_first_order_method_runs_from_the_start() -> None:
    plan = choose(covering(), at_hand=TWO)
    assert names(plan)[0] == "pdlp:hipdlp"
    assert plan.is_race
    assert "Covering" in plan.reason


def test_covering_with_few_rows_is_left_to_the_exact_methods() -> None:
    few = generated.set_cover(rows=500, columns=12_000, per_column=8)
    assert names(choose(few, at_hand=TWO))[0] == "highs:simplex"


def test_coefficients_of_several_sizes_are_not_combinatorial() -> None:
    weighted = covering()
    values = weighted.values.copy()
    values[0] = 2.0
    assert not planning.is_combinatorial(replace(weighted, values=values))


def test_an_instance_beyond_factorization_starts_with_a_first_order_method(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "HUGE", 20_000)
    plan = choose(generated.lot_sizing(products=100, periods=40), at_hand=TWO)
    assert names(plan)[:2] == ["pdlp:hipdlp", "highs:hipo"]


def test_a_graphics_card_takes_the_first_order_leg_and_no_core() -> None:
    at_hand = Resources(cores=2, gpu_engines=("cupdlpx",))
    plan = choose(generated.lot_sizing(products=377, periods=100), at_hand=at_hand)
    assert names(plan) == ["cupdlpx", "highs:simplex", "highs:ipx"]
    assert plan.at_once == 3
    assert plan.legs[0].is_first_order
    assert "graphics card" in plan.legs[0].reason


def test_one_core_tries_one_engine_after_the_other() -> None:
    plan = choose(generated.lot_sizing(products=100, periods=40), at_hand=Resources(cores=1))
    assert plan.at_once == 1
    assert not plan.is_race


def test_integers_go_to_highs_and_to_gurobi_where_it_has_a_full_licence() -> None:
    plan = choose(instances.knapsack(), at_hand=TWO)
    assert names(plan) == ["highs"]
    assert "integers" in plan.reason
    licensed = choose(instances.knapsack(), at_hand=Resources(cores=2, licensed=frozenset({"gurobi"})))
    assert names(licensed) == ["gurobi"]
    assert "licence" in licensed.reason


def test_a_licence_is_looked_for_only_where_there_is_a_sign_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def unexpected(self: object) -> None:
        raise AssertionError("Gurobi was started")

    monkeypatch.setattr(registry, "_licence_files", tuple)
    monkeypatch.setattr(registry.Gurobi, "availability", unexpected)
    for name in list(registry.os.environ):
        if name.startswith("GRB_"):
            monkeypatch.delenv(name)
    assert registry.resources(instances.knapsack()).licensed == frozenset()
    monkeypatch.setenv("GRB_LICENSE_FILE", "somewhere")
    assert registry.resources(instances.workshop()).licensed == frozenset()  # nothing would be done with it
    with pytest.raises(AssertionError, match="was started"):
        registry.resources(instances.knapsack())


@pytest.mark.parametrize(
    ("requested", "legs"),
    [
        ("highs", ["highs"]),
        (" HiGHS:ipx ", ["highs:ipx"]),
        ("pdlp", ["pdlp"]),
        ("highs:simplex + pdlp", ["highs:simplex", "pdlp"]),
    ],
)
def test_a_request_by_name_is_the_plan(requested: str, legs: list[str]) -> None:
    plan = choose(instances.workshop(), requested, at_hand=TWO)
    assert names(plan) == legs
    assert plan.requested == requested
    assert plan.reason == ""
    assert not plan.is_fallback


def test_what_cannot_do_it_is_replaced_with_the_reason() -> None:
    plan = choose(instances.knapsack(), "pdlp", at_hand=TWO)
    assert names(plan) == ["highs"]
    assert plan.is_fallback
    assert plan.reason == "pdlp solves continuous problems only, and this one has integers, so HiGHS was used instead."
    left = choose(instances.knapsack(), "pdlp+highs", at_hand=TWO)
    assert names(left) == ["highs"]
    assert not left.is_fallback
    assert "continuous problems only" in left.reason


@pytest.mark.parametrize("requested", ["cplex", "highs+cplex", "cplex:barrier", "+"])
def test_an_unknown_name_is_refused_with_the_known_ones(requested: str) -> None:
    with pytest.raises(UnknownSolver, match="choose one of auto, cuopt, "):
        choose(instances.workshop(), requested, at_hand=TWO)


def test_a_method_among_the_options_is_a_wish_for_one_engine() -> None:
    instance = generated.lot_sizing(products=100, periods=40)
    plan = runner.planned(instance, options=SolveOptions(method="ipx"), core_count=2)
    assert names(plan) == ["highs:ipx"]
    assert "ipx" in plan.reason
    assert names(runner.planned(instance, solver="scip", options=SolveOptions(method="simplex"))) == ["scip:simplex"]
    assert names(runner.planned(instance, solver="highs:ipx", options=SolveOptions(method="simplex"))) == ["highs:ipx"]


def test_threads_of_one_engine_leave_fewer_cores_for_others() -> None:
    instance = generated.lot_sizing(products=100, periods=40)
    assert runner.planned(instance, options=SolveOptions(threads=2), core_count=4).at_once == 2
    assert runner.planned(instance, options=SolveOptions(threads=8), core_count=4).at_once == 1


def test_a_leg_changes_only_the_options_it_names() -> None:
    given = SolveOptions(time_limit_seconds=7, first_order_tolerance=1e-9, seed=5)
    kept = Leg("highs", "ipx", first_order_tolerance=1e-7).options(given)
    assert kept == replace(given, method="ipx")  # a stricter wish than the leg's own stays
    assert Leg("highs", presolve=False).options(given).presolve is False
    assert Leg("pdlp", first_order_tolerance=1e-10).options(given).first_order_tolerance == 1e-10


def test_an_empty_matrix_has_a_plan() -> None:
    empty = instances.make(cost=[], offset=1.0)
    assert planning.is_network(empty)
    assert not planning.is_combinatorial(empty)
    assert np.asarray(choose(empty, at_hand=TWO).legs).size > 0


def test_what_goes_beyond_linear_goes_to_the_backends_that_can_in_turn() -> None:
    beyond = everything()
    plan = choose(beyond, at_hand=TWO)
    assert names(plan)[0] == "scip"
    assert plan.at_once == 1
    assert plan.reason.startswith("SCIP can take indicator constraints and nonlinear functions and ")
    asked = choose(beyond, "pdlp:hipdlp", at_hand=TWO)
    assert names(asked)[0] == "scip"
    assert asked.is_fallback
    assert asked.reason.endswith("SCIP was used instead.")


def test_a_backend_that_must_refuse_what_it_claims_is_followed_by_the_next() -> None:
    below_zero = shapes.batch(lower=-8, upper=-2)  # HiGHS takes semicontinuous columns above zero only
    result = runner.solve(below_zero)
    assert result.solver in ("gurobi", "scip")
    assert result.solution_status is SolutionStatus.OPTIMAL
    assert result.objective_value == pytest.approx(1)
    assert result.legs[0].solver == "highs"
    assert result.legs[0].termination_condition == "unsupported"


def test_what_no_backend_can_take_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("gurobi", "scip"):
        monkeypatch.setattr(type(SOLVERS[name]), "capabilities", frozenset({Capability.LINEAR, Capability.INTEGER}))
    plan = choose(everything(), at_hand=TWO)
    assert names(plan) == ["highs"]  # which refuses it in words
    assert plan.reason.startswith("No backend here can take indicator constraints and ")
    assert "scip cannot take " in plan.reason


def test_a_convex_quadratic_objective_goes_to_an_interior_point_and_the_active_set() -> None:
    small = choose(shapes.nearest(), at_hand=TWO)
    assert names(small) == ["highs:hipo", "highs:simplex"]
    assert small.at_once == 1
    assert "convex" in small.reason
    large = choose(shapes.portfolio(columns=250), at_hand=TWO)
    assert names(large) == names(small)
    assert large.at_once == 2
    assert "beside" in large.reason
