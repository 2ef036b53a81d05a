"""What is SCIP's own: memory limit, log, duals beside single-entry rows, and a linear program that does not listen."""

from __future__ import annotations

import time

import numpy as np
import pytest

from solvers import runner
from solvers.instance import Sense
from solvers.result import Progress, SolutionStatus, SolveOptions, TerminationCondition
from solvers.scip import Scip
from solvers.scip_status import from_status
from tests.solvers import instances
from tests.solvers.instances import INF

T = TerminationCondition


@pytest.fixture
def scip() -> Scip:
    solver = Scip()
    availability = solver.availability()
    if not availability:
        pytest.skip(f"NOT VERIFIED here: scip: {availability.reason}")
    return solver


def test_its_own_memory_limit_ends_the_search_with_a_status(scip: Scip) -> None:
    options = SolveOptions(memory_limit_bytes=4 << 20)
    raw = scip.solve(instances.market_split(), options=options, report=lambda _: None, should_stop=lambda: False)
    assert raw.raw_status == "memlimit"
    assert raw.termination_condition is T.MEMORY_LIMIT
    assert "memory limit" in raw.message


def test_a_solve_in_a_child_streams_its_log_bound_and_incumbents(scip: Scip) -> None:
    seen: list[Progress] = []
    asked: list[float] = []

    def should_stop() -> bool:
        if time.monotonic() - began > 1.5:
            asked.append(time.monotonic())
        return bool(asked)

    began = time.monotonic()
    result = runner.solve(instances.market_split(), solver="scip", report=seen.append, should_stop=should_stop)
    assert time.monotonic() - asked[0] < 1
    assert result.solver == "scip"
    assert result.raw_status == "userinterrupt"  # its own answer, not what was left after a kill
    assert result.termination_condition is T.INTERRUPTED
    assert result.solution_status is SolutionStatus.FEASIBLE
    assert "presolving" in result.log
    values = [progress.objective_value or 0.0 for progress in seen if progress.incumbent is not None]
    assert len(values) > 1
    assert values == sorted(values, reverse=True)
    assert any(progress.nodes for progress in seen)
    assert any(progress.objective_bound is not None for progress in seen)


def test_a_linear_program_that_does_not_listen_is_ended_within_a_second(scip: Scip) -> None:
    began = time.monotonic()
    result = runner.solve(
        instances.covering(600, 4000), solver="scip", should_stop=lambda: time.monotonic() - began > 1.0
    )
    assert time.monotonic() - began < 2.0
    assert result.termination_condition is T.INTERRUPTED
    assert result.solver == "scip"


def test_a_limit_written_as_a_row_keeps_its_price(scip: Scip) -> None:
    # SCIP makes a bound of a row with one entry, and the price would go to the column.
    instance = instances.make(
        cost=[3, 2],
        rows=[[1, 0], [2, 0], [0, -4], [1, 1]],
        row_lower=[-INF, -INF, -8, -INF],
        row_upper=[5, 6, INF, 10],
        sense=Sense.MAXIMIZE,
    )
    result = runner.solve(instance, solver="scip")
    assert result.termination_condition is T.OPTIMAL
    assert result.x == pytest.approx(np.array([3, 2]))
    assert result.row_dual == pytest.approx(np.array([0, 1.5, -0.5, 0]))
    assert result.reduced_cost == pytest.approx(np.array([0, 0]))


def test_no_shadow_price_is_claimed_for_integers(scip: Scip) -> None:
    raw = scip.solve(instances.knapsack(), options=SolveOptions(), report=lambda _: None, should_stop=lambda: False)
    assert raw.termination_condition is T.OPTIMAL
    assert raw.row_dual is None
    assert raw.reduced_cost is None


def test_a_word_nobody_knows_is_an_error_not_a_crash() -> None:
    assert from_status("bewildered") is T.ERROR
