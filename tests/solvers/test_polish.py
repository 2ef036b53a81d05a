"""A crossover moves an approximate point to a vertex that the residuals call optimal, whatever its rows look like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solvers import runner
from solvers.instance import Instance, Sense
from solvers.pdlp import Pdlp
from solvers.polish import polished
from solvers.result import Certificate, Progress, Result, SolutionStatus, SolveOptions, TerminationCondition
from solvers.verdict import judged
from tests.solvers import instances
from tests.solvers.instances import INF

T = TerminationCondition
ROUGH = SolveOptions(time_limit_seconds=30, first_order_tolerance=1e-3, polish=True)
MAXIMISED = replace(instances.covering(60, 200, 0.1), sense=Sense.MAXIMIZE, cost=-instances.covering(60, 200, 0.1).cost)
MIXED = instances.make(  # a range, an equality, a row without sides, a free and a boxed column, an offset
    cost=[1, 3, -2, 0.5],
    rows=[[1, 1, 1, 0], [1, -1, 0, 2], [5, 1, 1, 1], [0, 1, 1, -1]],
    row_lower=[1, 2, -INF, -3],
    row_upper=[4, 2, INF, INF],
    lower=[0, -INF, 0, -1],
    upper=[INF, INF, 3, 2],
    offset=10,
)


def approximate(instance: Instance) -> Result:
    return Pdlp().solve(instance, options=ROUGH, report=lambda _: None, should_stop=lambda: False)


def crossed(instance: Instance, result: Result, options: SolveOptions = ROUGH) -> Result:
    raw = polished(instance, result, options, report=lambda _: None, should_stop=lambda: False)
    return judged(instance, raw, options)


@pytest.mark.parametrize(
    "instance",
    [
        instances.workshop(),
        instances.ranges(),
        instances.degenerate(),
        instances.free_row(),
        instances.covering(60, 200, 0.1),
        MAXIMISED,
        MIXED,
    ],
    ids=["maximise", "ranges", "degenerate", "free row", "covering", "covering, max", "mixed"],
)
def test_an_approximate_point_becomes_an_optimal_vertex(instance: Instance) -> None:
    result = crossed(instance, approximate(instance))
    assert result.termination_condition is T.OPTIMAL, result.message
    assert result.solution_status is SolutionStatus.OPTIMAL
    assert result.certificate is Certificate.CROSSOVER_DONE, result.message
    reference = runner.solve(instance, solver="highs")
    assert result.objective_value == pytest.approx(reference.objective_value)
    assert result.x is not None
    between = (result.x > instance.column_lower + 1e-7) & (result.x < instance.column_upper - 1e-7)
    assert between.sum() <= instance.row_count  # a vertex has no more such columns than rows


@pytest.mark.parametrize("seed", range(5))
def test_random_rows_of_every_kind_are_survived(seed: int) -> None:
    random = np.random.default_rng(seed)
    covering = instances.covering(30, 60, 0.2, seed=seed)
    sides = random.integers(0, 3, covering.row_count)
    mixed = replace(
        covering,
        row_lower=np.where(sides == 2, -INF, 1.0),
        row_upper=np.where(sides == 0, INF, np.where(sides == 1, 3.0, INF)),
        column_upper=np.where(random.random(covering.column_count) < 0.3, INF, 1.0),
    )
    result = crossed(mixed, approximate(mixed))
    assert result.certificate is Certificate.CROSSOVER_DONE, result.message


def test_through_the_runner_it_is_one_option(tmp_path: object) -> None:
    seen: list[Progress] = []
    plain = runner.solve(instances.workshop(), solver="pdlp", options=replace(ROUGH, polish=False))
    assert plain.certificate is Certificate.RESIDUALS_CHECKED
    result = runner.solve(instances.workshop(), solver="pdlp", options=ROUGH, report=seen.append)
    assert result.certificate is Certificate.CROSSOVER_DONE
    assert result.device == "cpu"
    assert result.solver == "pdlp"
    assert any(progress.phase == "crossover" and progress.incumbent is not None for progress in seen)


def test_without_time_the_point_is_kept_and_the_reason_said() -> None:
    found = replace(approximate(instances.workshop()), seconds=30.0)
    result = crossed(instances.workshop(), found)
    assert result.certificate is Certificate.RESIDUALS_CHECKED
    assert result.x is not None
    raw = polished(instances.workshop(), found, ROUGH, report=lambda _: None, should_stop=lambda: False)
    assert "There was no time left for a crossover, so the point of the first-order method is kept." in raw.message


def test_an_answer_without_a_point_is_left_as_it_is() -> None:
    found = approximate(instances.contradiction())
    assert crossed(instances.contradiction(), found).termination_condition is T.INFEASIBLE


def test_a_claimed_crossover_is_believed_only_on_a_verified_optimum() -> None:
    spoiled = replace(
        approximate(instances.workshop()), x=np.array([31.0, 40.0]), certificate=Certificate.CROSSOVER_DONE
    )
    assert judged(instances.workshop(), spoiled, ROUGH).certificate is Certificate.RESIDUALS_CHECKED
