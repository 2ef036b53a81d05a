"""Prices and ranges predict what a second solve finds, inside the range exactly and outside never better."""

from __future__ import annotations

import contextlib
import io
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from solvers import runner, wire
from solvers.explain import ranging, ranging_child
from solvers.explain.ranging import Ranging, RangingError, ranged
from solvers.explain.sensitivity import RowPrice, SensitivityState, sensitivity
from solvers.instance import Instance, Sense
from solvers.result import SolutionStatus, SolveOptions, TerminationCondition
from tests.solvers import instances
from tests.solvers.explain.cases import instances as random_instances
from tests.solvers.explain.cases import solve
from tests.solvers.instances import INF, make

CALM = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def here(instance: Instance) -> Ranging:
    """The same computation and the same frame as in the child process, without the process."""
    try:
        frame = ranging_child._framed(ranging_child._ranged(instance, 5.0))
    except ranging_child.RangingRefusal as refusal:
        raise RangingError(str(refusal)) from refusal
    return ranging._unpacked(instance, wire.read_frame(io.BytesIO(frame), max_body=1 << 20))


def test_the_workshop_has_the_prices_and_ranges_of_the_textbook() -> None:
    found = sensitivity(instances.workshop(), runner.solve(instances.workshop()))
    assert found.state is SensitivityState.COMPLETE
    assert [(row.side, row.price, row.low, row.high) for row in found.rows] == [
        ("at most", pytest.approx(5), pytest.approx(200), pytest.approx(300)),
        ("at most", pytest.approx(25), pytest.approx(80), pytest.approx(120)),
    ]
    assert [(column.cost_low, column.cost_high) for column in found.columns] == [
        (pytest.approx(160 / 3), pytest.approx(80)),
        (pytest.approx(35), pytest.approx(52.5)),
    ]
    assert not found.degenerate
    assert not found.several_optima
    assert not found.caveats


def test_outside_its_range_a_price_no_longer_predicts() -> None:
    instance = instances.workshop()
    for limit, predicts in ((299.0, True), (305.0, False), (201.0, True), (195.0, False)):
        moved = solve(replace(instance, row_upper=np.array([limit, 100.0]))).objective_value
        assert (moved == pytest.approx(3700 + 5 * (limit - 240))) is predicts


def test_outside_its_range_a_cost_changes_the_plan() -> None:
    instance = instances.workshop()
    for cost, stays in ((79.0, True), (81.0, False), (54.0, True), (53.0, False)):
        x = solve(replace(instance, cost=np.array([cost, 40.0]))).x
        assert (x == pytest.approx([30, 40])) is stays


def test_a_slack_row_may_tighten_to_its_activity_and_loosen_for_ever() -> None:
    instance = make(cost=[1], rows=[[1], [1]], row_lower=[2, -INF], row_upper=[INF, 9])
    slack = sensitivity(instance, solve(instance), ranger=here).rows[1]
    assert slack == RowPrice("row[1]", 1, "slack", 2.0, 9.0, 0.0, 2.0, INF)


def test_a_degenerate_plan_is_flagged() -> None:
    found = sensitivity(instances.degenerate(), solve(instances.degenerate()), ranger=here)
    assert found.degenerate
    assert any("one direction" in caveat for caveat in found.caveats)
    assert sensitivity(instances.degenerate(), solve(instances.degenerate()), ranger=None).degenerate


def test_a_plan_that_is_not_the_only_best_is_flagged() -> None:
    instance = make(cost=[1, 1], rows=[[1, 1]], row_lower=[-INF], row_upper=[5], sense=Sense.MAXIMIZE)
    assert sensitivity(instance, solve(instance), ranger=here).several_optima


def test_whole_numbers_have_no_duals_and_the_advice_is_to_sweep() -> None:
    found = sensitivity(instances.knapsack(), solve(instances.knapsack()))
    assert found.state is SensitivityState.NONE
    assert "sweep" in found.reason
    assert not found.rows


def test_a_plan_that_is_not_proven_has_no_prices() -> None:
    result = replace(solve(instances.workshop()), solution_status=SolutionStatus.FEASIBLE)
    assert sensitivity(instances.workshop(), result).state is SensitivityState.NONE


def test_ranges_that_fail_our_check_are_left_out_and_the_prices_stay() -> None:
    def wrong(instance: Instance) -> Ranging:
        return replace(here(instance), row_dual=np.array([7.0, 7.0]))

    found = sensitivity(instances.workshop(), solve(instances.workshop()), ranger=wrong)
    assert found.state is SensitivityState.PRICES_ONLY
    assert "our own check" in found.reason
    assert [row.price for row in found.rows] == [pytest.approx(5), pytest.approx(25)]


def test_a_range_whose_end_contradicts_its_price_is_unknown() -> None:
    def wrong(instance: Instance) -> Ranging:
        return replace(here(instance), limit_high=np.array([1000.0, 120.0]))

    rows = sensitivity(instances.workshop(), solve(instances.workshop()), ranger=wrong).rows
    assert rows[0].high is None
    assert rows[1].high == pytest.approx(120)


def test_an_instance_without_an_optimal_basis_has_no_ranges() -> None:
    with pytest.raises(RangingError, match="kUnbounded"):
        ranged(instances.endless())


def children() -> set[int]:
    """Every process that this one started and that still exists; other tests may have left theirs waiting."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it may end while we look
            if path.read_text().rpartition(")")[2].split()[1] == str(os.getpid()):
                found.add(int(path.parent.name))
    return found


def test_ranging_stops_on_request_and_leaves_no_process() -> None:
    big = instances.covering(600, 3000)
    before = children()
    asked = time.monotonic()
    with pytest.raises(RangingError, match="stopped on request"):
        ranged(big, should_stop=lambda: time.monotonic() - asked > 0.2)
    assert time.monotonic() - asked < 10
    assert children() <= before


def test_a_malformed_answer_is_an_error_and_no_crash() -> None:
    good = wire.read_frame(io.BytesIO(ranging_child._framed({"x": [1.0]})), max_body=1 << 10)
    with pytest.raises(KeyError):
        ranging._unpacked(instances.knapsack(), (good[0] | {"vectors": []}, b""))  # type: ignore[index]
    with pytest.raises(ValueError, match="length"):
        ranging._unpacked(instances.knapsack(), good)


def test_a_process_short_of_memory_ends_with_a_sentence_inside_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranging, "GRACE_SECONDS", 0.2)
    started = time.monotonic()
    with pytest.raises(RangingError, match=r"ended before|memory|longer than"):
        ranged(instances.workshop(), options=SolveOptions(memory_limit_bytes=1 << 27, time_limit_seconds=1.0))
    assert time.monotonic() - started < 10


def test_an_instance_without_coefficients_has_prices_but_no_ranges() -> None:
    instance = make(cost=[1], lower=[2])
    found = sensitivity(instance, solve(instance), ranger=here)
    assert found.state is SensitivityState.PRICES_ONLY
    assert found.columns[0].reduced_cost == 1.0


@CALM
@given(random_instances(), st.floats(0.05, 0.95))
def test_every_price_predicts_inside_its_range_and_is_never_beaten_outside(instance: Instance, share: float) -> None:
    result = solve(instance)
    assume(result.solution_status is SolutionStatus.OPTIMAL and instance.nonzero_count > 0)
    found = sensitivity(instance, result, ranger=here)
    assert found.state is SensitivityState.COMPLETE
    assert result.objective_value is not None
    better = 1 if instance.sense is Sense.MAXIMIZE else -1
    for row in found.rows:
        if row.limit is None or row.side == "slack" or instance.row_lower[row.index] == -instance.row_upper[row.index]:
            continue
        for end, outside in ((row.low, -1.0), (row.high, 1.0)):
            if end is None:
                continue
            inside = row.limit + share * (np.clip(end, row.limit - 3, row.limit + 3) - row.limit)
            for limit in (inside, row.limit + outside * 4):
                moved = solve(_with_limit(instance, row, float(limit)))
                predicted = result.objective_value + row.price * (limit - row.limit)
                if limit == inside:
                    assert moved.objective_value == pytest.approx(predicted, abs=1e-5)
                elif moved.objective_value is not None:
                    assert better * (moved.objective_value - predicted) <= 1e-5
                else:
                    assert moved.termination_condition is TerminationCondition.INFEASIBLE


@CALM
@given(random_instances(), st.floats(0.05, 0.95))
def test_every_plan_stays_optimal_while_a_cost_is_inside_its_range(instance: Instance, share: float) -> None:
    result = solve(instance)
    assume(result.solution_status is SolutionStatus.OPTIMAL and instance.nonzero_count > 0)
    found = sensitivity(instance, result, ranger=here)
    for column in found.columns:
        for end in (column.cost_low, column.cost_high):
            assert end is not None
            cost = instance.cost.copy()
            cost[column.index] += share * (np.clip(end, column.cost - 3, column.cost + 3) - column.cost)
            plan = np.array([each.value for each in found.columns])
            assert solve(replace(instance, cost=cost)).objective_value == pytest.approx(float(cost @ plan), abs=1e-5)


def _with_limit(instance: Instance, row: RowPrice, limit: float) -> Instance:
    lower, upper = instance.row_lower.copy(), instance.row_upper.copy()
    if row.side in ("at least", "equal"):
        lower[row.index] = limit
    if row.side in ("at most", "equal"):
        upper[row.index] = limit
    return replace(instance, row_lower=lower, row_upper=upper)
