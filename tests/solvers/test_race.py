"""Engines side by side: the first answer that holds wins, the rest ends at once, and nothing shown is lost."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from solvers import cores, race, runner
from solvers.plan import Leg, Plan
from solvers.result import LegOutcome, Progress, Result, SolutionStatus, SolveOptions, TerminationCondition
from tests.bench import generated
from tests.solvers import instances, racers
from tests.solvers.test_runner import children

T = TerminationCondition
O = LegOutcome  # noqa: E741  (one letter beside T)


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    yield
    assert children(os.getpid()) == []
    assert cores.take(1, limit=1), "a core was not given back"
    cores.give(1)


@pytest.fixture
def _racers(monkeypatch: pytest.MonkeyPatch) -> None:
    racers.enter(monkeypatch)


def run(
    *names: str,
    at_once: int = 2,
    options: SolveOptions | None = None,
    core_limit: int = 8,
    report: Callable[[Progress], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Result:
    plan = Plan(tuple(Leg(name, reason=f"It is {name}.") for name in names), "A test.", at_once=at_once)
    given = options or SolveOptions(time_limit_seconds=30)
    return race.Race(
        plan, instances.workshop(), given, core_limit=core_limit, report=report, should_stop=should_stop
    ).run()


def outcomes(result: Result) -> dict[str, LegOutcome]:
    return {leg.solver: leg.outcome for leg in result.legs}


@pytest.mark.usefixtures("_racers")
def test_the_first_verified_answer_wins_and_the_others_end_at_once() -> None:
    began = time.monotonic()
    result = run("slow", "right", "wrong")
    assert time.monotonic() - began < 15
    assert result.termination_condition is T.OPTIMAL
    assert result.solution_status is SolutionStatus.OPTIMAL
    assert result.solver == "right"
    assert result.objective_value == 3700
    assert outcomes(result) == {"right": O.WON, "slow": O.STOPPED, "wrong": O.NOT_STARTED}
    assert result.reason == "A test. The first verified answer came from right."
    won = result.legs[0]
    assert won.termination_condition == "optimal"
    assert 0.3 <= won.seconds < 15


@pytest.mark.usefixtures("_racers")
@pytest.mark.parametrize("loser", ["wrong", "broken", "crash", "mpax"])
def test_a_finisher_whose_answer_does_not_hold_does_not_win(loser: str) -> None:
    result = run(loser, "right")
    assert result.solver == "right"
    assert result.termination_condition is T.OPTIMAL
    assert outcomes(result)[loser] is (O.FAILED if loser == "crash" else O.NOT_VERIFIED)


@pytest.mark.usefixtures("_racers")
def test_an_exact_proof_that_there_is_no_point_wins() -> None:
    result = run("no", "slow")
    assert result.termination_condition is T.INFEASIBLE
    assert outcomes(result) == {"no": O.WON, "slow": O.STOPPED}


@pytest.mark.usefixtures("_racers")
def test_a_leg_in_reserve_starts_when_one_before_it_has_no_verified_answer() -> None:
    result = run("wrong", "crash", "right", at_once=1)
    assert result.solver == "right"
    assert [leg.solver for leg in result.legs] == ["wrong", "crash", "right"]


@pytest.mark.usefixtures("_racers")
def test_a_leg_in_reserve_joins_when_half_of_the_time_is_gone() -> None:
    result = run("slow", "right", at_once=1, options=SolveOptions(time_limit_seconds=8))
    assert result.solver == "right"
    assert outcomes(result)["slow"] is O.STOPPED
    assert result.seconds < 8


@pytest.mark.usefixtures("_racers")
def test_the_time_limit_keeps_the_best_point_of_all_and_says_that_it_was_the_clock() -> None:
    began = time.monotonic()
    result = run("broken", "wrong", "deaf", at_once=3, options=SolveOptions(time_limit_seconds=1))
    assert time.monotonic() - began < 15
    assert result.termination_condition is T.TIME_LIMIT
    assert result.solution_status is SolutionStatus.FEASIBLE
    assert result.objective_value == 3200  # the wrong one's point: a plan, if not the best
    assert result.residuals is not None


@pytest.mark.usefixtures("_racers")
def test_when_nobody_has_a_verified_answer_the_best_point_is_kept() -> None:
    result = run("crash", "wrong")
    assert result.termination_condition is T.FEASIBLE
    assert result.solver == "wrong"
    assert "our own check disagrees" in result.message


@pytest.mark.usefixtures("_racers")
def test_a_stop_reaches_every_leg_within_a_second_and_keeps_incumbents() -> None:
    asked: list[float] = []
    seen: list[Progress] = []

    def should_stop() -> bool:
        if any(progress.incumbent is not None for progress in seen):
            asked.append(time.monotonic())
        return bool(asked)

    result = run("deaf", "slow", "right", report=seen.append, should_stop=should_stop)
    if result.solver == "right":
        pytest.fail("the third leg ran although two were to run at once")
    assert time.monotonic() - asked[0] < 1
    assert result.termination_condition is T.INTERRUPTED
    assert result.solution_status is SolutionStatus.FEASIBLE
    assert result.x is not None
    assert result.x.tolist() == [10, 10]
    assert outcomes(result) == {"deaf": O.STOPPED, "slow": O.STOPPED, "right": O.NOT_STARTED}


@pytest.mark.usefixtures("_racers")
def test_a_child_that_hears_no_flag_is_told_to_end_before_it_is_ended() -> None:
    began = time.monotonic()
    result = run("stubborn", should_stop=lambda: time.monotonic() - began > 1.5)
    assert result.termination_condition is T.INTERRUPTED
    assert "held back by C" in result.log  # a kill would have lost it


@pytest.mark.usefixtures("_racers")
def test_progress_and_log_lines_name_their_leg() -> None:
    seen: list[Progress] = []
    result = run("slow", "right", report=seen.append)
    assert {progress.solver for progress in seen} == {"slow", "right"}
    assert "[right] right begins\n" in "".join(progress.log for progress in seen)
    assert result.log.startswith("right begins")  # the one that was ended has no last word


@pytest.mark.usefixtures("_racers")
def test_legs_share_the_memory_limit_and_one_that_starved_tries_again_alone() -> None:
    result = run("greedy", "greedy", options=SolveOptions(memory_limit_bytes=4 << 30, time_limit_seconds=30))
    assert result.termination_condition is T.OPTIMAL
    assert [leg.termination_condition for leg in result.legs] == ["memory_limit", "memory_limit", "optimal"]
    assert result.legs[-1].outcome is O.WON


@pytest.mark.usefixtures("_racers")
def test_a_limit_too_small_to_share_makes_no_race() -> None:
    result = run("wrong", "right", options=SolveOptions(memory_limit_bytes=1 << 30, time_limit_seconds=30))
    assert [leg.solver for leg in result.legs] == ["wrong", "right"]
    assert result.legs[0].outcome is O.NOT_VERIFIED


@pytest.mark.usefixtures("_racers")
def test_a_presolve_without_a_sign_of_life_gets_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(race, "PRESOLVE_LEAST", 0.5)
    result = run("highs", options=SolveOptions(time_limit_seconds=2.5))
    assert result.termination_condition is T.OPTIMAL
    assert [leg.outcome for leg in result.legs] == [O.WON, O.STOPPED]
    assert "The presolve of highs gave no sign of life" in result.legs[0].message
    assert result.options["presolve"] is False


@pytest.mark.usefixtures("_racers")
def test_cores_that_another_solve_holds_are_not_taken() -> None:
    cores.take(1)
    try:
        result = run("wrong", "right", core_limit=1)
    finally:
        cores.give(1)
    assert [leg.solver for leg in result.legs] == ["wrong", "right"]  # one after the other


@pytest.mark.usefixtures("_racers")
def test_an_error_in_the_listener_ends_every_leg() -> None:
    def broken(progress: Progress) -> None:
        raise RuntimeError("listener failed")

    with pytest.raises(RuntimeError, match="listener failed"):
        run("slow", "deaf", report=broken)


def test_a_real_race_is_won_by_an_engine_and_recorded() -> None:
    instance = generated.lot_sizing(products=80, periods=50)
    result = runner.solve(instance, core_count=2)
    assert result.termination_condition is T.OPTIMAL
    assert result.solution_status is SolutionStatus.OPTIMAL
    assert result.solver == "highs"
    won = [leg for leg in result.legs if leg.outcome is O.WON]
    assert len(won) == 1
    assert result.options["method"] == won[0].method
    assert {leg.method for leg in result.legs} == {"simplex", "ipx", "hipdlp"}
    alone = runner.solve(instance, solver="highs:ipx")
    assert alone.objective_value == pytest.approx(result.objective_value)
    assert alone.reason == ""


def test_an_infeasible_instance_is_found_by_a_race() -> None:
    instance = generated.lot_sizing(products=80, periods=50)
    capacity = instance.row_upper.copy()
    capacity[-50:] = 1.0
    broken = replace(instance, row_upper=capacity)
    result = runner.solve(broken, core_count=2)
    assert result.termination_condition is T.INFEASIBLE
    assert result.x is None
