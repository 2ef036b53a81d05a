"""Several solutions of one solve: checked here, each once, the best first, with a promise that enumeration confirms."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from solvers import registry, runner
from solvers.__main__ import main
from solvers.base import Availability, AvailabilityState
from solvers.gurobi import Gurobi
from solvers.instance import Instance, Sense
from solvers.mps_write import mps_text
from solvers.plan import Plan
from solvers.pool import MAX_POOL, Pool, PoolPromise, room
from solvers.pooling import pooled
from solvers.registry import choose
from solvers.result import Result, SolutionStatus, SolveOptions, TerminationCondition
from solvers.verdict import judged
from tests.solvers import instances

T = TerminationCondition
INF = instances.INF


@pytest.fixture
def gurobi() -> Gurobi:
    solver = Gurobi()
    availability = solver.availability()
    if not availability:
        pytest.skip(f"NOT VERIFIED here: gurobi: {availability.reason}")
    return solver


def lists(seed: int) -> Instance:
    """Four whole numbers from -1 to 3 under two random rows."""
    random = np.random.default_rng(seed)
    return instances.make(
        cost=random.integers(-5, 9, 4).tolist(),
        rows=random.integers(-2, 5, (2, 4)).tolist(),
        row_lower=random.integers(-2, 3, 2).tolist(),
        row_upper=[INF, INF],
        lower=[-1] * 4,
        upper=[3] * 4,
        integer=[1] * 4,
        sense=Sense.MAXIMIZE if seed % 2 else Sense.MINIMIZE,
    )


def flows(seed: int) -> Instance:
    """A transport of two sources and three sinks in whole units: integrality that a presolve could drop."""
    costs = np.random.default_rng(seed).integers(1, 6, 6).tolist()
    rows = np.vstack([np.kron(np.eye(2), np.ones(3)), np.kron(np.ones(2), np.eye(3))])
    limits = {"row_lower": [-INF, -INF, 1, 1, 2], "row_upper": [4, 4, INF, INF, INF]}
    return instances.make(cost=costs, rows=rows.tolist(), upper=[3] * 6, integer=[1] * 6, **limits)  # type: ignore[arg-type]


def values(instance: Instance) -> list[float]:
    """The objective values of all points of a small instance of whole numbers, the best first."""
    ranges = [range(int(a), int(b) + 1) for a, b in zip(instance.column_lower, instance.column_upper, strict=True)]
    found = []
    for choice in itertools.product(*ranges):
        x = np.array(choice, dtype=float)
        activity = instance.row_activity(x)
        if np.all(activity >= instance.row_lower) and np.all(activity <= instance.row_upper):
            found.append(instance.objective_at(x))
    return sorted(found, reverse=instance.sense is Sense.MAXIMIZE)


def pool_of(solver: Gurobi, instance: Instance, options: SolveOptions) -> Pool:
    raw = solver.solve(instance.validate(), options=options, report=lambda _: None, should_stop=lambda: False)
    pool = pooled(instance, judged(instance, raw, options), options).pool
    assert pool is not None
    return pool


@pytest.mark.parametrize("instance", [*map(lists, range(8)), *map(flows, range(4))])
def test_the_best_ones_are_those_of_an_enumeration(gurobi: Gurobi, instance: Instance) -> None:
    every = values(instance)
    pool = pool_of(gurobi, instance, SolveOptions(pool_size=7, relative_gap=0.0))
    assert pool.promise is PoolPromise.K_BEST
    assert [one.objective_value for one in pool.solutions] == pytest.approx(every[:7])
    assert pool.bound == pytest.approx(every[6])
    assert "7 best" in pool.sentence


def test_a_pool_that_holds_everything_says_so(gurobi: Gurobi) -> None:
    pool = pool_of(gurobi, instances.knapsack(), SolveOptions(pool_size=50))
    assert [one.objective_value for one in pool.solutions] == pytest.approx(values(instances.knapsack()))
    assert "no other choice" in pool.sentence


def test_a_gap_too_wide_for_the_promise_takes_the_promise_back(gurobi: Gurobi) -> None:
    """Within 90 % the search ends with whatever it has, so what it has need not be the best."""
    instance = instances.covering(25, 60, 0.15, integer=True)
    wide = pool_of(gurobi, instance, SolveOptions(pool_size=5, relative_gap=0.9))
    narrow = pool_of(gurobi, instance, SolveOptions(pool_size=5, relative_gap=0.0))
    assert narrow.promise is PoolPromise.K_BEST
    worst = wide.solutions[-1].objective_value
    assert wide.bound is not None
    assert (wide.promise is PoolPromise.K_BEST) == (worst - wide.bound <= 0.9 * worst)
    ended = pool_of(gurobi, instances.market_split(), SolveOptions(pool_size=5, time_limit_seconds=0.5))
    assert ended.promise is PoolPromise.FOUND
    assert "may be others" in ended.sentence


def candidates(*points: list[float], bound: float | None = None) -> Result:
    flat = np.concatenate([np.array(point, dtype=float) for point in points])
    best = np.array(points[0], dtype=float)
    return Result(T.OPTIMAL, SolutionStatus.OPTIMAL, "gurobi", x=best, candidates=flat, pool_bound=bound)


def test_the_same_whole_numbers_are_kept_once_and_broken_points_dropped() -> None:
    instance = instances.make(
        cost=[3, 1, 1], rows=[[1, 1, 1]], row_lower=[2], row_upper=[INF], upper=[2, 2, 5], integer=[1, 1, 0]
    )
    points = [
        [0, 2, 0],
        [0, 2, 1],
        [1e-7, 2, 0.5],
        [-0.0, 1, 1],
        [1, 1, 0],
        [0, 0, 1],
        [0, 1.5, 1],
        [0, float("nan"), 2],
    ]
    result = pooled(instance, candidates(*points, bound=5.0), SolveOptions(pool_size=10))
    pool = result.pool
    assert result.candidates is None
    assert pool is not None
    assert [one.x.tolist() for one in pool.solutions] == [[0, 2, 0], [0, 1, 1], [1, 1, 0]]
    assert [one.objective_value for one in pool.solutions] == [2, 2, 4]
    assert pool.dropped == 3
    assert "break the model: 3" in pool.sentence
    short = pooled(instance, candidates(*points, bound=3.0), SolveOptions(pool_size=10)).pool
    assert short is not None
    assert short.promise is PoolPromise.FOUND  # something outside may have 3, and 4 is inside
    assert len(pooled(instance, candidates(*points), SolveOptions(pool_size=2)).pool.solutions) == 2  # type: ignore[union-attr]


def test_without_whole_numbers_there_is_nothing_to_differ_in() -> None:
    result = runner.solve(instances.workshop(), options=SolveOptions(pool_size=5))
    assert result.solver == "highs"
    assert result.pool is not None
    assert result.pool.solutions == ()
    assert "has none" in result.pool.sentence
    assert runner.solve(instances.workshop()).pool is None


def test_the_size_has_a_limit_in_number_and_in_bytes() -> None:
    with pytest.raises(ValueError, match=f"at most {MAX_POOL}"):
        runner.solve(instances.knapsack(), options=SolveOptions(pool_size=MAX_POOL + 1))
    many = instances.covering(1, 2_000_000, 1e-6, integer=True)
    assert room(many, SolveOptions(pool_size=100)) == 16
    assert room(instances.knapsack(), SolveOptions(pool_size=1)) == 0
    assert room(instances.workshop(), SolveOptions(pool_size=5)) == 0


def names(plan: Plan) -> list[str]:
    return [leg.name for leg in plan.legs]


def test_the_plan_takes_who_keeps_several(gurobi: Gurobi) -> None:
    plan = choose(instances.knapsack(), pool=True)
    assert names(plan) == ["gurobi", "scip"]
    assert plan.at_once == 1
    assert plan.reason == "Several solutions are asked for, and Gurobi searches for the best ones."
    asked = choose(instances.knapsack(), "highs", pool=True)
    assert asked.is_fallback
    assert asked.reason == "HiGHS keeps only the best solution that it finds, so Gurobi was used instead."
    assert names(choose(instances.knapsack(), "highs+scip", pool=True)) == ["scip"]
    method = runner.planned(instances.knapsack(), options=SolveOptions(pool_size=3, method="ipm"))
    assert names(method) == ["gurobi", "scip"]
    if gurobi.availability().state is AvailabilityState.LIMITED:
        large = choose(instances.covering(20, 2001, 0.1, integer=True), pool=True)
        assert names(large) == ["scip"]
        assert "SCIP keeps those that it finds on its way. Gurobi needs a licence" in large.reason


@pytest.mark.parametrize("here", [True, False])
def test_who_asked_for_highs_is_told_what_was_used_instead(monkeypatch: pytest.MonkeyPatch, *, here: bool) -> None:
    """Without Gurobi and SCIP there is one solution, and the reason says why."""
    if not here:
        absent = Availability(AvailabilityState.ABSENT, "It is not installed here.")
        for name in ("gurobi", "scip"):
            monkeypatch.setattr(type(registry.SOLVERS[name]), "availability", lambda _: absent)
    result = runner.solve(instances.knapsack(), solver="highs", options=SolveOptions(pool_size=3))
    assert result.requested == "highs"
    assert result.termination_condition is T.OPTIMAL
    assert result.pool is not None
    if here:
        assert result.solver == "gurobi"
        assert result.reason == "HiGHS keeps only the best solution that it finds, so Gurobi was used instead."
        assert [one.objective_value for one in result.pool.solutions] == pytest.approx([20, 17, 13])
    else:
        assert result.solver == "highs"
        assert "keeps only the best solution" in result.reason
        assert [one.objective_value for one in result.pool.solutions] == pytest.approx([20])
        assert result.pool.promise is PoolPromise.FOUND


def test_a_licence_that_fails_in_the_solve_leaves_the_pool_to_scip(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gurobi: Gurobi
) -> None:
    path = tmp_path / "gurobi.lic"
    text = "TYPE=NODE\nVERSION=13\nHOSTID=1\nUSERNAME=x\nKEY=ABCDEF12\nCKEY=ABCDEF12\nEXPIRATION=2020-01-01\n"
    gurobi.availability()  # asked before the licence is there: it looked fine then
    path.write_text(text)
    monkeypatch.setattr(Gurobi, "availability", lambda _: Availability(AvailabilityState.READY))
    monkeypatch.setenv("GRB_LICENSE_FILE", str(path))
    result = runner.solve(instances.knapsack(), solver="gurobi", options=SolveOptions(pool_size=3))
    assert result.solver == "scip"
    assert "gurobi ended with licence" in result.reason
    assert result.pool is not None
    assert result.pool.solutions


def test_the_command_prints_the_pool(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "knapsack.mps"
    path.write_text(mps_text(instances.knapsack()))
    assert main(["solve", str(path), "--backend", "gurobi", "--pool", "3", "--json"]) == 0
    pool = json.loads(capsys.readouterr().out)["pool"]
    assert pool["promise"] == "k_best"
    assert [one["objective_value"] for one in pool["solutions"]] == pytest.approx([20, 17, 13])
    assert sorted(pool["solutions"][1]["variables"].values()) == pytest.approx([0, 1, 1])
    assert main(["solve", str(path), "--backend", "scip", "--pool", "3"]) == 0
    assert "found on the way" in capsys.readouterr().out
    assert main(["solve", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pool"] is None
    with pytest.raises(SystemExit):
        main(["solve", str(path), "--pool", "1000"])
    assert "from 0 to 100" in capsys.readouterr().err
