"""A conflict is infeasible alone, and feasible without any one of its items."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from solvers import mps, runner
from solvers.base import Availability, AvailabilityState
from solvers.explain.budget import Budget, SolveInstance, through_runner
from solvers.explain.conflict import Conflict, ConflictState, Evidence, _carried, _shorter, find_conflict
from solvers.explain.items import Item, Kind, as_inequalities, row_items
from solvers.explain.suggestion import from_gurobi, from_highs, from_solvers, limits
from solvers.instance import Instance
from solvers.registry import SOLVERS
from solvers.result import Result, SolutionStatus, SolveOptions, TerminationCondition
from tests.solvers import instances
from tests.solvers.explain.cases import alone, is_feasible, solve, solve_briefly
from tests.solvers.explain.cases import instances as random_instances
from tests.solvers.instances import INF, make

BENCH = Path(__file__).resolve().parents[3].parent / "shared" / "bench"
CALM = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def names(found: Conflict) -> set[tuple[str, str]]:
    return {(str(item.kind), item.name) for item in found.items}


def irreducible(instance: Instance, items: tuple[Item, ...]) -> bool:
    """Asks a solver about the items alone and about every set with one item less; it may fail to answer."""
    rest = [items[:k] + items[k + 1 :] for k in range(len(items))]
    ends = [solve_briefly(alone(instance, part)).termination_condition for part in (items, *rest)]
    return ends[0] is TerminationCondition.INFEASIBLE and TerminationCondition.INFEASIBLE not in ends[1:]


def test_two_rows_that_exclude_each_other_are_the_conflict() -> None:
    found = find_conflict(instances.contradiction(), solve)
    assert names(found) == {("row", "row[0]"), ("row", "row[1]")}
    assert found.proven_minimal
    assert found.evidence is Evidence.EXACT


def test_a_bound_that_takes_part_is_named_with_its_side_and_limit() -> None:
    instance = make(cost=[1, 1], rows=[[1, 1], [1, 0]], row_lower=[10, -INF], row_upper=[INF, 9], upper=[3, 4])
    found = find_conflict(instance, solve)
    assert names(found) == {("row", "row[0]"), ("upper bound", "x[0]"), ("upper bound", "x[1]")}
    assert {item.limit for item in found.items} == {10.0, 3.0, 4.0}


def test_only_the_side_of_a_range_that_clashes_is_in_the_conflict() -> None:
    instance = make(cost=[1], rows=[[1], [1]], row_lower=[0, 7], row_upper=[5, 9])
    found = find_conflict(instance, solve)
    assert [(item.name, item.side, item.limit) for item in found.items] == [
        ("row[0]", "at most", 5.0),
        ("row[1]", "at least", 7.0),
    ]


def test_one_third_as_a_user_writes_it_is_read_as_decimals() -> None:
    instance = make(
        cost=[0, 0], rows=[[0.1, 0.2], [0.3, 0.6]], row_lower=[1, -INF], row_upper=[INF, 2.9], lower=[-INF, -INF]
    )
    found = find_conflict(instance, solve)
    assert found.evidence is Evidence.EXACT
    assert {item.name for item in found.items} == {"row[0]", "row[1]"}


def test_crossed_bounds_and_empty_rows_need_no_search() -> None:
    crossed = make(cost=[1], lower=[3], upper=[2])
    assert names(find_conflict(crossed, solve)) == {("lower bound", "x[0]"), ("upper bound", "x[0]")}
    empty = make(cost=[1], rows=[[0]], row_lower=[3], row_upper=[INF])
    assert names(find_conflict(empty, solve)) == {("row", "row[0]")}


def test_integrality_is_in_the_conflict_where_it_is_the_cause() -> None:
    found = find_conflict(instances.endless_without_integer_point(), solve)
    assert names(found) == {("row", "row[0]"), ("integrality", "x[0]")}
    assert found.proven_minimal
    assert found.evidence is Evidence.SOLVER


def test_integrality_is_left_out_where_the_linear_part_clashes_already() -> None:
    instance = make(cost=[1], rows=[[1], [1]], row_lower=[3, -INF], row_upper=[INF, 1], integer=[1])
    found = find_conflict(instance, solve)
    assert {item.kind for item in found.items} == {Kind.ROW}
    assert found.evidence is Evidence.EXACT


@pytest.mark.parametrize("case", [instances.workshop, instances.knapsack, instances.endless])
def test_a_feasible_instance_has_no_conflict(case: object) -> None:
    assert find_conflict(case(), solve).state is ConflictState.FEASIBLE  # type: ignore[operator]


@CALM
@given(random_instances())
def test_every_linear_conflict_is_irreducible_and_its_multipliers_prove_it(instance: Instance) -> None:
    found = find_conflict(instance, solve)
    assert (found.state is ConflictState.FEASIBLE) == is_feasible(instance)
    assume(found.items)
    assert found.proven_minimal
    assert irreducible(instance, found.items)
    system, limits = as_inequalities(instance, found.items)
    weights = np.array(found.multipliers)
    assert np.abs(weights @ system).max() <= 1e-9
    assert weights.min() > 0
    assert weights @ limits > 0


@CALM
@given(random_instances(integers=True))
def test_every_mixed_integer_conflict_called_minimal_is_irreducible(instance: Instance) -> None:
    found = find_conflict(instance, solve_briefly)
    assert (found.state is ConflictState.FEASIBLE) == is_feasible(instance)
    assume(found.items)
    assert solve_briefly(alone(instance, found.items)).x is None
    if found.proven_minimal:
        assert irreducible(instance, found.items)
    else:  # without their bounds, whole numbers may keep a tree search busy for ever
        assert "could not be decided" in found.reason


def test_a_budget_that_ends_first_leaves_a_conflict_that_is_not_called_minimal() -> None:
    n = 6
    instance = make(
        cost=[0] * n,
        rows=[[2] * n, *np.eye(n).tolist()],
        row_lower=[7] + [0] * n,
        row_upper=[7] + [1] * n,
        upper=[1] * n,
        integer=[1] * n,
    )
    full = find_conflict(instance, solve)
    cut = find_conflict(instance, solve, budget=Budget(solves=5))
    assert full.proven_minimal
    assert cut.solves <= 5
    assert not cut.proven_minimal
    assert "number of solves" in cut.reason
    assert not is_feasible(alone(instance, cut.items))


def test_a_wish_to_stop_is_respected_before_the_first_solve() -> None:
    found = find_conflict(instances.contradiction(), solve, budget=Budget(should_stop=lambda: True))
    assert found.state is ConflictState.UNDECIDED
    assert "stopped on request" in found.reason
    assert found.solves == 0


def test_a_solver_that_gives_up_leaves_the_question_open() -> None:
    def tired(instance: Instance) -> Result:
        return Result(TerminationCondition.TIME_LIMIT, SolutionStatus.NO_SOLUTION, solver="tired")

    found = find_conflict(instances.no_integer_point(), tired)
    assert found.state is ConflictState.UNDECIDED
    assert "time_limit" in found.reason


def test_a_solver_that_lies_about_duals_is_not_believed() -> None:
    def liar(instance: Instance) -> Result:
        result = solve(instance)
        return result if result.row_dual is None else replace(result, row_dual=-result.row_dual)

    found = find_conflict(instances.contradiction(), liar)
    assert found.evidence is Evidence.SOLVER
    assert found.proven_minimal


def test_without_duals_the_deletion_filter_finds_the_conflict() -> None:
    def silent(instance: Instance) -> Result:
        return replace(solve(instance), row_dual=None)

    instance = make(
        cost=[1, 1],
        rows=[[1, 1], [1, 0], [0, 1], [1, -1]],
        row_lower=[10, -INF, -INF, -5],
        row_upper=[INF, 3, 4, 5],
    )
    found = find_conflict(instance, silent)
    assert names(found) == {("row", "row[0]"), ("row", "row[1]"), ("row", "row[2]")}
    assert found.proven_minimal
    assert found.evidence is Evidence.SOLVER


def test_a_conflict_of_very_many_rows_is_proven_in_floating_point() -> None:
    n = 230  # each column exceeds the one before it, and the first the last
    rows = (np.roll(np.eye(n), 1, axis=1) - np.eye(n)).tolist()
    found = find_conflict(make(cost=[0] * n, rows=rows, row_lower=[1] * n, row_upper=[INF] * n), solve)
    assert len(found.items) == n
    assert found.proven_minimal
    assert found.evidence is Evidence.RECOMPUTED


def test_a_conflict_is_found_through_child_processes() -> None:
    budget = Budget(seconds=30)
    found = find_conflict(instances.contradiction(), through_runner(budget), budget=budget)
    assert found.proven_minimal
    assert found.solves == budget.solves == 2


def test_a_search_is_stopped_in_the_middle_of_a_solve() -> None:
    started = time.monotonic()
    budget = Budget(seconds=60, should_stop=lambda: time.monotonic() - started > 1.0)
    hard = instances.market_split()
    exact = replace(hard, column_upper=np.where(np.isinf(hard.column_upper), 0.0, hard.column_upper))
    found = find_conflict(exact, through_runner(budget, options=SolveOptions(time_limit_seconds=60)), budget=budget)
    assert found.state is ConflictState.UNDECIDED
    assert "stopped on request" in found.reason
    assert time.monotonic() - started < 6


@pytest.mark.bench
@pytest.mark.parametrize(
    "name", ["itest2", "bgprtr", "box1", "woodinfe", "forest6", "klein2", "chemcom", "bgetam", "galenet"]
)
def test_published_infeasible_instances_have_a_proven_conflict_at_once(name: str) -> None:
    path = BENCH / "mps" / "galenet.mps" if name == "galenet" else BENCH / "lp" / "infeasible" / f"{name}.gz"
    if not path.exists():
        pytest.skip("the benchmark data is not beside this checkout")
    instance = mps.read(path).instance
    assert runner.solve(instance).termination_condition is TerminationCondition.INFEASIBLE
    budget = Budget(seconds=20)
    found = find_conflict(instance, solve, budget=budget)
    assert found.proven_minimal
    assert found.evidence is Evidence.EXACT
    assert not is_feasible(alone(instance, found.items))
    assert all(
        is_feasible(alone(instance, found.items[:k] + found.items[k + 1 :])) for k in range(0, len(found.items), 9)
    )


def chain(length: int) -> Instance:
    """x0 >= 1, each next one at least as large, the last at most 0; and the same said at once by the last row."""
    steps = np.eye(length, k=1)[: length - 1] - np.eye(length)[: length - 1]
    ends = np.zeros((3, length))
    ends[0, 0] = ends[1, -1] = ends[2, 0] = 1
    return make(
        cost=[0] * length,
        rows=np.vstack([steps, ends]).tolist(),
        row_lower=[0] * (length - 1) + [1, -INF, -INF],
        row_upper=[INF] * (length - 1) + [INF, 0, 0.5],
        lower=[-INF] * length,
    )


def test_a_suggestion_is_taken_when_it_is_shorter_and_proven() -> None:
    instance = chain(10)
    short = tuple(item for item in row_items(instance) if item.index in (9, 11))
    wrong = tuple(item for item in row_items(instance) if item.index in (1, 10))
    long = find_conflict(instance, rigged(instance, without=11))
    assert len(long.items) == 11
    for offered, expected in ((short, 2), (wrong, 11), ((), 11), (row_items(instance), 11)):
        found = find_conflict(instance, rigged(instance, without=11), suggest=lambda _, offered=offered: offered)
        assert len(found.items) == expected
        assert found.proven_minimal
        assert found.evidence is Evidence.EXACT


def rigged(instance: Instance, *, without: int) -> SolveInstance:
    """A solve that finds the way round only: in the elastic instance, stretching row `without` costs nothing."""

    def cheap(variant: Instance) -> Result:
        if variant.row_count != instance.row_count:
            return solve(variant)
        upper = variant.row_upper.copy()
        upper[without] = INF
        return solve(replace(variant, row_upper=upper))

    return cheap


def test_the_suggestion_of_highs_is_read_and_bounded_by_the_budget() -> None:
    instance = chain(10)
    budget = Budget(seconds=20.0, solves=5)
    items = from_highs(budget)(instance)
    assert budget.solves == 1
    assert len(items) in (2, 11)
    assert irreducible(instance, items)
    assert from_highs(Budget(seconds=20.0, solves=0))(instance) == ()
    assert from_highs(budget)(instances.workshop()) == ()


def test_limits_that_do_not_fit_are_no_suggestion() -> None:
    instance = make(cost=[1], rows=[[1]], row_lower=[3], row_upper=[9], upper=[1])
    named = limits(instance, np.array([3.0]), np.array([2.0]))
    assert [(item.name, item.side) for item in named] == [
        ("row[0]", "at least"),
        ("row[0]", "at most"),
        ("x[0]", "at most"),
    ]
    assert limits(instance, np.array([1.0, 1.0]), np.array([2.0])) == ()
    assert limits(instance, np.array([np.nan]), np.array([2.0])) == ()
    assert limits(instance, None, None) == ()


@pytest.fixture
def gurobi() -> None:
    availability = SOLVERS["gurobi"].availability()
    if not availability:
        pytest.skip(f"NOT VERIFIED here: gurobi: {availability.reason}")


def test_the_suggestion_of_gurobi_is_read_and_carried_by_our_own_check(gurobi: None) -> None:
    instance = chain(10)
    items = from_gurobi(Budget(seconds=20.0, solves=5))(instance)
    assert irreducible(instance, items)
    budget = Budget(seconds=30.0)
    found = find_conflict(instance, rigged(instance, without=11), budget=budget, suggest=from_solvers(budget))
    assert found.proven_minimal
    assert found.evidence is Evidence.EXACT
    assert len(found.items) == 2


def test_an_equation_that_gurobi_names_with_both_sides_keeps_the_one_that_counts(gurobi: None) -> None:
    """x0 = x1 = ... = x9, x0 >= 3, x9 <= 1: one side of each."""
    links = np.eye(9, 10) - np.eye(9, 10, 1)
    rows = np.vstack([links, np.eye(10)[[0, 9]]])
    instance = make(
        cost=[0] * 10,
        rows=rows.tolist(),
        row_lower=[0] * 9 + [3, -INF],
        row_upper=[0] * 9 + [INF, 1],
        lower=[-INF] * 10,
    )
    items = from_gurobi(Budget(seconds=20.0, solves=5))(instance)
    assert len(items) == 20
    found = _carried(instance, items, solve, Budget(seconds=20.0))
    assert found is not None
    assert found.proven_minimal
    assert found.evidence is Evidence.EXACT
    assert len(found.items) == 11


def test_an_infeasible_mip_is_explained_with_the_rows_that_gurobi_names(gurobi: None) -> None:
    """2x + 2y = 3 in whole numbers, which the linear part does not see, among rows that have nothing to do with it."""
    others = np.hstack([np.zeros((8, 2)), np.eye(8)])
    instance = make(
        cost=[0] * 10,
        rows=[[2, 2] + [0] * 8, *others.tolist()],
        row_lower=[3] + [1] * 8,
        row_upper=[3] + [INF] * 8,
        upper=[5] * 10,
        integer=[1] * 10,
    )
    items = from_gurobi(Budget(seconds=20.0, solves=5))(instance)
    assert {item.index for item in items if item.is_row} == {0}
    assert from_highs(Budget(seconds=20.0, solves=5))(instance) == ()
    budget = Budget(seconds=30.0)
    found = _shorter(instance, Conflict(ConflictState.FOUND, row_items(instance)), from_solvers(budget), solve, budget)
    assert found.proven_minimal
    assert found.evidence is Evidence.SOLVER
    assert {item.index for item in found.items if item.is_row} == {0}
    assert {(item.kind, item.index) for item in found.items if not item.is_row} == {
        (Kind.INTEGRALITY, 0),
        (Kind.INTEGRALITY, 1),
    }


def test_what_the_licence_does_not_reach_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Availability(AvailabilityState.LIMITED, "Gurobi needs a licence.", max_rows=2, max_columns=2)
    monkeypatch.setattr(type(SOLVERS["gurobi"]), "availability", lambda _: small)
    budget = Budget(seconds=20.0)
    instance = chain(10)
    assert from_gurobi(budget)(instance) == ()
    found = find_conflict(instance, rigged(instance, without=11), budget=budget, suggest=from_solvers(budget))
    assert found.notes == ("Gurobi's own search for a conflict was not asked: Gurobi needs a licence.",)


FITTING = ("bgetam", "bgprtr", "box1", "chemcom", "forest6", "itest2", "klein2", "pilot4i", "woodinfe")


@pytest.mark.parametrize("name", FITTING)
def test_gurobis_own_set_of_a_real_model_contradicts_itself(gurobi: None, name: str) -> None:
    path = BENCH / "lp" / "infeasible" / f"{name}.gz"
    if not path.exists():
        pytest.skip("The benchmark data is not on this machine.")
    instance = mps.read(path).instance
    items = from_gurobi(Budget(seconds=30.0))(instance)
    assert items
    found = _carried(instance, items, solve, Budget(seconds=30.0))
    assert found is not None
    assert found.proven_minimal
    assert set(found.items) <= set(items)
