"""The same questions to every registered backend; a new backend is done when this file passes with it."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from solvers.base import Capability, Solver
from solvers.instance import Instance, InstanceError, Sense
from solvers.kkt import binding_rows
from solvers.pool import PoolPromise
from solvers.pooling import pooled
from solvers.registry import ON_DEVICES, SOLVERS
from solvers.result import Progress, Result, SolutionStatus, SolveOptions, TerminationCondition
from solvers.verdict import judged
from tests.solvers import instances
from tests.solvers.instances import INF

T = TerminationCondition
# A first-order method is asked for more than its default so that the tiny optima can be compared.
OPTIONS = SolveOptions(time_limit_seconds=90, first_order_tolerance=1e-9)
REFERENCE = "highs"


@pytest.fixture(params=sorted(SOLVERS))
def solver(request: pytest.FixtureRequest) -> Solver:
    backend = SOLVERS[request.param]
    availability = backend.availability()
    if not availability and backend.name != REFERENCE:
        pytest.skip(f"NOT VERIFIED here: {backend.name}: {availability.reason}")
    assert availability
    return backend


def solved(solver: Solver, instance: Instance, options: SolveOptions = OPTIONS) -> Result:
    raw = solver.solve(instance.validate(), options=options, report=lambda _: None, should_stop=lambda: False)
    return judged(instance, raw, options)


def slow_relaxation(solver: Solver) -> Instance:
    """A linear instance that takes seconds, as large as the backend may take it here."""
    large = instances.covering(600, 4000)
    return large if solver.availability().fits(large) else instances.covering(1500, 2000, 0.1)


def needs(solver: Solver, capability: Capability) -> None:
    if capability not in solver.capabilities:
        pytest.skip(f"{solver.name} does not claim {capability}")


@pytest.mark.parametrize(
    ("instance", "optimum", "point"),
    [
        (instances.workshop(), 3700, [30, 40]),
        (instances.ranges(), 9, None),
        (instances.free_row(), 2, [2]),
        (instances.degenerate(), 2, [1, 1]),
        (instances.make(cost=[1, 2], lower=[-3, 4], upper=[5, 9]), 5, [-3, 4]),
        (instances.make(cost=[1, 2], upper=[5, 9], sense=Sense.MAXIMIZE, offset=-1), 22, [5, 9]),
        (instances.make(cost=[0, 0], rows=[[1, 1]], row_lower=[1], row_upper=[1]), 0, None),
        (instances.make(cost=[], rows=[[], []], row_lower=[0, -1], row_upper=[0, 1], offset=4), 4, []),
        (instances.make(cost=[], offset=-2.5), -2.5, []),
    ],
    ids=["maximise", "ranges", "free row", "degenerate", "no rows", "no rows, max", "no cost", "no columns", "empty"],
)
def test_a_continuous_optimum_is_found_and_checked(
    solver: Solver, instance: Instance, optimum: float, point: list[float] | None
) -> None:
    result = solved(solver, instance)
    assert result.termination_condition is T.OPTIMAL, result.message
    assert result.solution_status is SolutionStatus.OPTIMAL
    assert result.objective_value == pytest.approx(optimum, abs=1e-5)
    assert result.x is not None
    if point is not None:
        assert result.x == pytest.approx(np.array(point), abs=1e-4)
    assert result.row_activity is not None
    assert len(result.row_activity) == instance.row_count


def test_shadow_prices_are_changes_of_the_objective(solver: Solver) -> None:
    needs(solver, Capability.DUALS)
    for instance in (instances.workshop(), instances.ranges()):
        base = solved(solver, instance)
        assert base.row_dual is not None
        for row in range(instance.row_count):
            step = np.zeros(instance.row_count)
            step[row] = 0.1
            wider = replace(instance, row_lower=instance.row_lower + step, row_upper=instance.row_upper + step)
            moved = solved(solver, wider)
            assert moved.objective_value is not None
            assert base.objective_value is not None
            assert moved.objective_value - base.objective_value == pytest.approx(0.1 * base.row_dual[row], abs=1e-4)


def test_binding_rows_are_named_with_their_price(solver: Solver) -> None:
    result = solved(solver, instances.workshop())
    assert result.x is not None
    found = binding_rows(instances.workshop(), result.x, result.row_dual, result.reduced_cost, tolerance=1e-5)
    assert [(b.name, b.side, b.limit) for b in found] == [("row[0]", "upper", 240), ("row[1]", "upper", 100)]
    assert [b.dual for b in found] == pytest.approx([5, 25], abs=1e-4)


@pytest.mark.parametrize(
    "instance",
    [
        instances.contradiction(),
        instances.make(cost=[1], lower=[2], upper=[1]),
        instances.make(cost=[1, 1], rows=[[1, 1]], row_lower=[3], row_upper=[2]),
        instances.make(cost=[], rows=[[]], row_lower=[1], row_upper=[2]),
        instances.empty_and_endless(),
    ],
    ids=["rows", "crossed bounds", "crossed row", "no columns", "also unbounded"],
)
def test_an_infeasible_instance_has_no_solution(solver: Solver, instance: Instance) -> None:
    result = solved(solver, instance)
    assert result.termination_condition is T.INFEASIBLE
    assert result.solution_status is SolutionStatus.NO_SOLUTION
    assert result.x is None
    assert result.objective_value is None
    assert result.message


@pytest.mark.parametrize(
    "instance", [instances.endless(), instances.make(cost=[-1])], ids=["with a row", "without rows"]
)
def test_an_unbounded_instance_is_told_from_an_infeasible_one(solver: Solver, instance: Instance) -> None:
    result = solved(solver, instance)
    assert result.termination_condition is T.UNBOUNDED
    assert result.x is None


@pytest.mark.parametrize(
    ("instance", "condition"),
    [
        (instances.no_integer_point(), T.INFEASIBLE),
        (instances.endless_integers(), T.UNBOUNDED),
        (instances.endless_without_integer_point(), T.INFEASIBLE),
        (instances.make(cost=[-1], integer=[1]), T.UNBOUNDED),
        (instances.make(cost=[1], lower=[0.2], upper=[0.8], integer=[1]), T.INFEASIBLE),
    ],
)
def test_integer_infeasible_and_unbounded_are_told_apart(
    solver: Solver, instance: Instance, condition: TerminationCondition
) -> None:
    needs(solver, Capability.INTEGER)
    assert solved(solver, instance).termination_condition is condition


def test_an_integer_optimum_is_integral_with_its_bound(solver: Solver) -> None:
    needs(solver, Capability.INTEGER)
    result = solved(solver, instances.knapsack())
    assert result.termination_condition is T.OPTIMAL
    assert result.objective_value == pytest.approx(20)
    assert result.objective_bound == pytest.approx(20)
    assert result.x is not None
    assert np.round(result.x).tolist() == [0, 1, 1]
    assert result.row_dual is None


def test_a_free_integer_may_be_negative_and_a_row_may_have_two_sides(solver: Solver) -> None:
    needs(solver, Capability.INTEGER)
    instance = instances.make(
        cost=[2, 3],
        rows=[[2, 2], [1, -1]],
        row_lower=[-9, -3.5],
        row_upper=[7, 6.5],
        lower=[-INF, -INF],
        integer=[1, 1],
        offset=100,
    )
    result = solved(solver, instance)
    assert result.termination_condition is T.OPTIMAL
    # x + y >= -4.5, so >= -4; of those points the least 2x + 3y lies at the largest x - y, which is 6.
    assert result.objective_value == pytest.approx(100 + 2 * 1 + 3 * -5)


def test_integers_are_refused_by_who_cannot_do_them(solver: Solver) -> None:
    if Capability.INTEGER in solver.capabilities:
        assert solved(solver, instances.knapsack()).termination_condition is T.OPTIMAL
        return
    result = solved(solver, instances.knapsack())
    assert result.termination_condition is T.UNSUPPORTED
    assert "integer" in result.message
    assert result.x is None


def test_a_pool_is_kept_or_refused_by_name(solver: Solver) -> None:
    """Several solutions: distinct, feasible, the best first; the best ones of all only where that is claimed."""
    if Capability.INTEGER not in solver.capabilities:
        assert Capability.POOL not in solver.capabilities
        return
    instance, options = instances.several(), replace(OPTIONS, pool_size=4)
    raw = solver.solve(instance.validate(), options=options, report=lambda _: None, should_stop=lambda: False)
    result = pooled(instance, judged(instance, raw, options), options)
    assert result.pool is not None
    if Capability.POOL not in solver.capabilities:
        assert result.termination_condition is T.UNSUPPORTED
        assert result.message == f"{solver.name} keeps only the best solution that it finds; 4 were asked for."
        assert result.pool.solutions == ()
        return
    assert result.termination_condition is T.OPTIMAL
    found = [one.objective_value for one in result.pool.solutions]
    assert found == sorted(found)
    assert found[0] == pytest.approx(12)
    assert len({tuple(np.round(one.x).tolist()) for one in result.pool.solutions}) == len(found) > 1
    assert all(one.violation < 1e-6 for one in result.pool.solutions)
    if Capability.POOL_SEARCH in solver.capabilities:
        assert found == pytest.approx([12, 13, 13.5, 14.5])
        assert result.pool.promise is PoolPromise.K_BEST
    else:
        assert result.pool.promise is PoolPromise.FOUND


def test_nan_is_refused_before_any_solver_sees_it(solver: Solver) -> None:
    broken = replace(instances.workshop(), cost=[70, float("nan")])
    with pytest.raises(InstanceError, match="nan"):
        solved(solver, broken)


def test_an_unknown_method_is_refused_with_those_known(solver: Solver) -> None:
    result = solved(solver, instances.workshop(), replace(OPTIONS, method="sorcery"))
    assert result.termination_condition is T.ERROR
    several = "no method 'sorcery'; choose one of choose, "
    assert several in result.message or "no method 'sorcery'; it has only one" in result.message


def test_the_time_limit_ends_the_search(solver: Solver) -> None:
    options = replace(OPTIONS, time_limit_seconds=0.3, first_order_tolerance=1e-10)
    instance = slow_relaxation(solver)
    began = time.monotonic()
    raw = solver.solve(instance.validate(), options=options, report=lambda _: None, should_stop=lambda: False)
    assert raw.termination_condition is T.TIME_LIMIT
    result = judged(instance, raw, options)
    # A first-order point may be good enough by then for its own duals to prove it.
    assert result.termination_condition in (T.TIME_LIMIT, T.OPTIMAL_WITHIN_TOLERANCE)
    assert result.solution_status in (
        SolutionStatus.NO_SOLUTION,
        SolutionStatus.FEASIBLE,
        SolutionStatus.INFEASIBLE_POINT,
    )
    assert time.monotonic() - began < (60 if solver.name in ON_DEVICES else 5)  # some compile before they can look


def test_the_time_limit_keeps_the_best_integer_point_with_its_bound(solver: Solver) -> None:
    needs(solver, Capability.INTEGER)
    result = solved(solver, instances.market_split(), replace(OPTIONS, time_limit_seconds=0.5))
    assert result.termination_condition is T.TIME_LIMIT
    assert result.solution_status is SolutionStatus.FEASIBLE
    assert result.objective_value is not None
    assert result.objective_bound is not None
    assert result.objective_bound <= result.objective_value


def test_a_gap_that_is_wide_enough_ends_the_search(solver: Solver) -> None:
    needs(solver, Capability.INTEGER)
    instance = instances.covering(40, 120, 0.1, integer=True)
    result = solved(solver, instance, replace(OPTIONS, relative_gap=0.5))
    assert result.termination_condition is T.OPTIMAL
    assert result.relative_gap is not None
    assert 0 < result.relative_gap <= 0.5


@pytest.mark.parametrize("wait", [0.0, 0.4], ids=["at once", "mid simplex"])
def test_stopping_a_linear_solve_takes_less_than_a_second(solver: Solver, wait: float) -> None:
    needs(solver, Capability.INTERRUPT_SIMPLEX if wait else Capability.INTERRUPT)
    instance = slow_relaxation(solver)
    began = time.monotonic()
    # Without presolve, where HiGHS hears nothing until it ends (the runner's kill is for that).
    raw = solver.solve(
        instance,
        options=replace(OPTIONS, presolve=False),
        report=lambda _: None,
        should_stop=lambda: time.monotonic() - began >= wait,
    )
    assert time.monotonic() - began < wait + 1
    result = judged(instance, raw, OPTIONS)
    assert result.termination_condition is T.INTERRUPTED
    assert result.solution_status in (SolutionStatus.NO_SOLUTION, SolutionStatus.FEASIBLE)


def test_stopping_mid_tree_keeps_the_incumbent(solver: Solver) -> None:
    needs(solver, Capability.INCUMBENTS)
    needs(solver, Capability.INTERRUPT)
    seen: list[Progress] = []
    asked: list[float] = []

    def should_stop() -> bool:
        if any(progress.nodes and progress.objective_value is not None for progress in seen):
            asked.append(time.monotonic())
        return bool(asked)

    instance = instances.market_split()
    raw = solver.solve(instance, options=OPTIONS, report=seen.append, should_stop=should_stop)
    assert time.monotonic() - asked[0] < 1
    result = judged(instance, raw, OPTIONS)
    assert result.termination_condition is T.INTERRUPTED
    assert result.solution_status is SolutionStatus.FEASIBLE
    assert result.residuals is not None
    assert result.residuals.max_integrality_violation < 1e-5
    incumbents = [progress for progress in seen if progress.incumbent is not None]
    assert incumbents
    last = incumbents[-1]
    assert last.incumbent is not None
    assert instance.objective_at(last.incumbent) == pytest.approx(last.objective_value)
    assert result.objective_value == pytest.approx(last.objective_value)
    assert result.objective_bound is not None


def test_the_same_seed_gives_the_same_answer(solver: Solver) -> None:
    first, second = (solved(solver, instances.covering(60, 200, 0.1)) for _ in range(2))
    assert first.x is not None
    assert second.x is not None
    assert first.x.tolist() == second.x.tolist()
    assert first.iterations == second.iterations


@pytest.mark.parametrize("sense", list(Sense))
def test_a_turned_objective_has_turned_duals(solver: Solver, sense: Sense) -> None:
    covering = instances.covering(60, 200, 0.1)
    turned = replace(covering, sense=sense, cost=covering.cost * (1 if sense is Sense.MINIMIZE else -1))
    result = solved(solver, turned)
    assert result.termination_condition is T.OPTIMAL, result.message
    assert result.residuals is not None
    assert result.residuals.relative_gap == pytest.approx(0, abs=1e-6)


def test_an_error_in_the_listener_surfaces_after_the_run(solver: Solver) -> None:
    def broken(progress: Progress) -> None:
        raise RuntimeError("listener failed")

    with pytest.raises(RuntimeError, match="listener failed"):
        solver.solve(instances.workshop(), options=OPTIONS, report=broken, should_stop=lambda: False)
