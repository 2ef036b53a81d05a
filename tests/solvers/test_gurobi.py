"""What is Gurobi's own: its licence in every state, and what happens when it does not carry a solve."""

from __future__ import annotations

import importlib.util
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from solvers import gurobi_engine, runner
from solvers.base import Availability, AvailabilityState
from solvers.gurobi import Gurobi
from solvers.gurobi_status import TERMINATION, from_status
from solvers.instance import Instance, Sense
from solvers.process import environment, licences
from solvers.registry import SOLVERS, choose
from solvers.result import Progress, SolutionStatus, SolveOptions, TerminationCondition
from solvers.verdict import judged
from tests.solvers import instances

T = TerminationCondition
NODE_LICENCE = "TYPE=NODE\nVERSION=13\nHOSTID=abcdef01\nUSERNAME=x\nKEY=ABCDEF12\nCKEY=ABCDEF12\nEXPIRATION={}\n"


@pytest.fixture
def gurobi() -> Gurobi:
    solver = Gurobi()
    availability = solver.availability()
    if not availability:
        pytest.skip(f"NOT VERIFIED here: gurobi: {availability.reason}")
    return solver


@pytest.fixture
def bundled(gurobi: Gurobi) -> Gurobi:
    if gurobi.availability().state is not AvailabilityState.LIMITED:
        pytest.skip("A full Gurobi licence is installed here, so nothing exceeds it")
    return gurobi


def wide(rows: int, columns: int, *, ranged: bool) -> Instance:
    """Minimise the sum of x, each row asking one column to lie between 1 and 2, or above 1."""
    upper = np.full(rows, 2.0 if ranged else np.inf)
    return Instance(
        name="wide",
        sense=Sense.MINIMIZE,
        objective_name="sum",
        objective_offset=0.0,
        cost=np.ones(columns),
        indptr=np.arange(rows + 1),
        indices=np.arange(rows) % columns,
        values=np.ones(rows),
        row_lower=np.ones(rows),
        row_upper=upper,
        column_lower=np.zeros(columns),
        column_upper=np.full(columns, np.inf),
        integrality=np.zeros(columns),
        row_names=tuple(f"row[{i}]" for i in range(rows)),
        column_names=tuple(f"x[{j}]" for j in range(columns)),
    )


@pytest.mark.usefixtures("gurobi")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("garbage\n", "No HostID specified in license file"),
        (NODE_LICENCE.format("2020-01-01"), "License expired 2020-01-01"),
        (None, "Unable to open Gurobi license file"),
    ],
    ids=["garbage", "expired", "missing"],
)
def test_a_bad_licence_is_told_in_gurobis_words_and_highs_solves_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, words: str
) -> None:
    path = tmp_path / "gurobi.lic"
    if text is not None:
        path.write_text(text)
    monkeypatch.setenv("GRB_LICENSE_FILE", str(path))
    availability = SOLVERS["gurobi"].availability()
    assert availability.state is AvailabilityState.BROKEN
    assert words in availability.reason
    result = runner.solve(instances.workshop(), solver="gurobi")
    assert result.termination_condition is T.OPTIMAL
    assert (result.requested, result.solver) == ("gurobi", "highs")
    assert words in result.reason
    assert result.reason.endswith("HiGHS was used instead.")


@pytest.mark.usefixtures("gurobi")
def test_a_licence_that_fails_only_in_the_solve_is_a_status_and_one_recorded_fallback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "gurobi.lic"
    path.write_text(NODE_LICENCE.format("2020-01-01"))
    monkeypatch.setenv("GRB_LICENSE_FILE", str(path))
    monkeypatch.setattr(Gurobi, "availability", lambda self: Availability(AvailabilityState.READY))
    options = SolveOptions(method="ipm")
    result = runner.solve(instances.workshop(), solver="gurobi", options=options)
    assert result.termination_condition is T.OPTIMAL
    assert result.solver == "highs"
    assert result.requested == "gurobi"
    assert "gurobi ended with licence" in result.reason
    assert "License expired 2020-01-01" in result.reason
    assert "HiGHS was used instead" in result.reason


def test_an_instance_past_the_bundled_licence_goes_to_highs_from_the_start(bundled: Gurobi) -> None:
    for rows, columns in ((3, 2001), (2001, 3)):
        choice = choose(wide(rows, columns, ranged=False), "gurobi")
        assert choice.legs[0].solver == "highs"
        assert choice.is_fallback
        assert choice.reason == (
            "Gurobi needs a licence for more than 2000 rows or columns, and for more than 200 columns where there are "
            "products or functions of them. "
            f"This problem has {rows} rows and {columns} columns, so HiGHS was used instead."
        )
    assert choose(wide(2000, 2000, ranged=False), "gurobi").legs[0].solver == "gurobi"


def test_the_largest_instance_of_the_bundled_licence_is_solved_by_it(bundled: Gurobi) -> None:
    result = runner.solve(wide(2000, 2000, ranged=False), solver="gurobi")
    assert result.termination_condition is T.OPTIMAL
    assert result.solver == "gurobi"
    assert result.objective_value == pytest.approx(2000)
    assert result.reason == ""


def test_a_size_that_only_gurobi_knows_ends_in_a_licence_status_and_then_in_highs(bundled: Gurobi) -> None:
    instance = wide(1500, 1500, ranged=True)  # a row with two sides costs Gurobi one more column
    raw = bundled.solve(instance, options=SolveOptions(), report=lambda _: None, should_stop=lambda: False)
    assert raw.termination_condition is T.LICENCE
    assert raw.raw_status == "error 10010"
    assert "too large for size-limited license" in raw.message
    result = runner.solve(instance, solver="gurobi")
    assert result.termination_condition is T.OPTIMAL
    assert result.solver == "highs"
    assert "size-limited" in result.reason


def test_a_missing_library_is_absent_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for name in ("gurobi", "scip"):
        availability = SOLVERS[name].availability()
        assert availability.state is AvailabilityState.ABSENT
        assert not availability
        assert "is not installed here; it is the package" in availability.reason
    choice = choose(instances.workshop(), "gurobi")
    assert choice.legs[0].solver == "highs"
    assert choice.reason == ("Gurobi is not installed here; it is the package gurobipy. HiGHS was used instead.")


def test_a_solve_in_a_child_streams_its_log_bound_and_incumbents(gurobi: Gurobi) -> None:
    seen: list[Progress] = []
    asked: list[float] = []

    def should_stop() -> bool:
        if not asked and any(one.nodes for one in seen) and any(one.incumbent is not None for one in seen):
            asked.append(time.monotonic())
        return bool(asked)

    options = SolveOptions(time_limit_seconds=120.0)
    result = runner.solve(
        instances.market_split(), solver="gurobi", options=options, report=seen.append, should_stop=should_stop
    )
    assert asked, "no node was ever reported"
    assert time.monotonic() - asked[0] < 5
    assert result.solver == "gurobi"
    assert result.termination_condition is T.INTERRUPTED
    assert result.raw_status == "INTERRUPTED"  # its own answer, not what was left after a kill
    assert result.solution_status is SolutionStatus.FEASIBLE
    assert "Optimize a model with 5 rows" in result.log
    values = [progress.objective_value or 0.0 for progress in seen if progress.incumbent is not None]
    assert values == sorted(values, reverse=True)
    assert any(progress.nodes for progress in seen)
    assert any(progress.objective_bound is not None for progress in seen)


def test_an_incumbent_of_a_maximisation_improves_upwards(gurobi: Gurobi) -> None:
    split = instances.market_split()
    turned = replace(split, sense=Sense.MAXIMIZE, cost=-split.cost)
    seen: list[Progress] = []
    options = SolveOptions(time_limit_seconds=0.7)
    raw = gurobi.solve(turned, options=options, report=seen.append, should_stop=lambda: False)
    values = [progress.objective_value or 0.0 for progress in seen if progress.incumbent is not None]
    assert len(values) > 1
    assert values == sorted(values)
    assert raw.objective_bound is not None
    assert raw.objective_value is not None
    assert raw.objective_bound >= raw.objective_value


@pytest.mark.parametrize("method", ["simplex", "ipm"])
def test_both_algorithms_give_the_same_plan_and_prices(gurobi: Gurobi, method: str) -> None:
    result = runner.solve(instances.workshop(), solver="gurobi", options=SolveOptions(method=method))
    assert result.termination_condition is T.OPTIMAL
    assert result.x == pytest.approx(np.array([30, 40]))
    assert result.row_dual == pytest.approx(np.array([5, 25]))
    assert "Barrier" in result.log if method == "ipm" else "Barrier solved" not in result.log


@pytest.mark.parametrize("entries", [0, 1000], ids=["as a matrix", "row by row"])
@pytest.mark.parametrize(
    "instance", [instances.workshop(), instances.ranges(), instances.free_row(), instances.degenerate()]
)
def test_both_ways_of_loading_give_the_proven_optimum(
    gurobi: Gurobi, monkeypatch: pytest.MonkeyPatch, entries: int, instance: Instance
) -> None:
    monkeypatch.setattr(gurobi_engine, "ROW_BY_ROW", entries)
    raw = gurobi.solve(instance, options=SolveOptions(), report=lambda _: None, should_stop=lambda: False)
    result = judged(instance, raw, SolveOptions())
    assert result.solution_status is SolutionStatus.OPTIMAL, result.message
    assert result.residuals is not None
    assert result.residuals.relative_gap == pytest.approx(0, abs=1e-9)


def test_the_status_map_has_the_numbers_of_the_library(gurobi: Gurobi) -> None:
    from gurobipy import GRB

    numbers = {name: getattr(GRB.Status, name) for name in dir(GRB.Status) if name.isupper()}
    known = {name: number for name, number in numbers.items() if not name.startswith("LOCALLY")}
    assert {name: number for number, (name, _) in TERMINATION.items()} == known
    assert from_status(99) == ("status 99", T.ERROR)


def test_only_processes_that_solve_are_given_the_licence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRB_WLSSECRET", "secret")
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    assert "GRB_WLSSECRET" not in environment()
    assert licences()["GRB_WLSSECRET"] == "secret"
    assert "DATABASE_PASSWORD" not in licences()
