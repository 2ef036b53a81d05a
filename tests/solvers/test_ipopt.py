"""Ipopt's kin on a .nl file: known local optima, honest words for them, limits that hold, and nothing left behind."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyomo.core.expr.numvalue import value

from solvers import ipopt_engine, nl_run, runner
from solvers.__main__ import main
from solvers.base import AvailabilityState, Capability
from solvers.instance import Instance, Sense
from solvers.ipopt import Ipopt
from solvers.ipopt_engine import starting_point
from solvers.ipopt_status import from_code
from solvers.pyomo_errors import TriviallyInfeasible, UnsupportedModel
from solvers.registry import choose
from solvers.result import Certificate, Progress, Result, SolutionStatus, SolveOptions, TerminationCondition
from solvers.tape import Code
from solvers.to_pyomo import expression_of, to_pyomo
from solvers.verdict import judged, quality
from tests.solvers import instances, shapes
from tests.solvers.instances import INF

T = TerminationCondition
OPTIONS = SolveOptions(time_limit_seconds=60)


@pytest.fixture
def ipopt() -> Ipopt:
    availability = Ipopt().availability()
    if not availability:
        pytest.skip(f"NOT VERIFIED here: ipopt: {availability.reason}")
    return Ipopt()


def solved(ipopt: Ipopt, instance: Instance, options: SolveOptions = OPTIONS) -> Result:
    raw = ipopt.solve(instance.validate(), options=options, report=lambda _: None, should_stop=lambda: False)
    return judged(instance, raw, options)


def rosenbrock(columns: int = 2) -> Instance:
    """min Σ 100 (x[i+1] - x[i]²)² + (1 - x[i])²: all ones, value 0 (Rosenbrock 1960)."""
    linear = instances.make(cost=[0.0] * columns, lower=[-INF] * columns, upper=[INF] * columns)
    terms = [
        f"100 x{i + 1} x{i} 2 POWER NEGATION SUM:2 2 POWER PRODUCT:2 1 x{i} NEGATION SUM:2 2 POWER"
        for i in range(columns - 1)
    ]
    return shapes.with_tapes(linear, {-1: " ".join(terms) + f" SUM:{2 * (columns - 1)}"})


def barrier() -> Instance:
    """max ln x + 2 ln y with x + y <= 3: x = 1, y = 2, value 2 ln 2."""
    linear = instances.make(cost=[0, 0], rows=[[1, 1]], row_lower=[-INF], row_upper=[3], sense=Sense.MAXIMIZE)
    return shapes.with_tapes(linear, {-1: "x0 LOG 2 x1 LOG PRODUCT:2 SUM:2"})


def no_way() -> Instance:
    """min x with x² + y² <= 1 and xy >= 1: no point, since xy is at most 1/2 in the disc."""
    linear = instances.make(
        cost=[1, 0], rows=[[0, 0], [0, 0]], row_lower=[-INF, 1], row_upper=[1, INF], lower=[-INF] * 2
    )
    return shapes.with_terms(linear, [(0, 0, 0, 1), (0, 1, 1, 1), (1, 0, 1, 1)])


def vast() -> Instance:
    """A Rosenbrock chain under a dense product: seconds of work for one iteration after the other."""
    return shapes.with_terms(rosenbrock(400), [(-1, i, j, 1e-6) for i in range(400) for j in range(i, 400)])


@pytest.mark.parametrize(
    ("instance", "optimum", "point"),
    [
        (rosenbrock(), 0, [1, 1]),
        (rosenbrock(10), 0, [1] * 10),
        (barrier(), 2 * math.log(2), [1, 2]),
        (shapes.root_row(), 6, [4, 2]),
        (shapes.disc(), math.sqrt(2), [math.sqrt(0.5)] * 2),
        (shapes.exponential(), 2 - 2 * math.log(2), [math.log(2)]),
    ],
    ids=["Rosenbrock", "long Rosenbrock", "barrier", "root", "disc", "exponential"],
)
def test_a_known_optimum_is_found_and_called_local(
    ipopt: Ipopt, instance: Instance, optimum: float, point: list[float]
) -> None:
    result = solved(ipopt, instance)
    assert result.termination_condition is T.LOCALLY_OPTIMAL, result.message
    assert result.solution_status is SolutionStatus.FEASIBLE
    assert result.certificate is Certificate.RESIDUALS_CHECKED
    assert quality(result) == "local optimum"
    assert "a better point may exist far away" in result.message
    assert result.objective_value == pytest.approx(optimum, abs=1e-6)
    assert result.x == pytest.approx(np.array(point), abs=1e-4)
    assert result.objective_bound is None
    assert result.row_dual is None
    assert result.iterations


def test_a_convex_optimum_is_proven_by_its_duals_and_called_optimal(ipopt: Ipopt) -> None:
    result = solved(ipopt, shapes.best_price())
    assert (result.termination_condition, result.solution_status) == (T.OPTIMAL, SolutionStatus.OPTIMAL)
    assert result.row_dual == pytest.approx(np.array([3.5]), abs=1e-5)


def test_another_seed_finds_the_other_valley(ipopt: Ipopt) -> None:
    """min (x² - 1)² + x / 10 has a valley at -1 and a higher one at 1."""
    linear = instances.make(cost=[0.1], lower=[-3], upper=[3])
    instance = shapes.with_tapes(linear, {-1: "x0 2 POWER -1 SUM:2 2 POWER"})
    found = solved(ipopt, instance)
    assert found.termination_condition is T.LOCALLY_OPTIMAL
    assert found.x is not None
    assert abs(found.x[0]) == pytest.approx(1, abs=0.02)
    starts = {starting_point(instance, seed)[0] for seed in range(5)}
    assert len(starts) == 5


def test_no_plan_nearby_is_not_called_infeasible(ipopt: Ipopt) -> None:
    result = solved(ipopt, no_way())
    assert result.termination_condition is T.LOCALLY_INFEASIBLE
    assert result.solution_status is SolutionStatus.NO_SOLUTION
    assert "may exist far away" in result.message


def test_rows_that_are_linear_are_infeasible_everywhere(ipopt: Ipopt) -> None:
    instance = shapes.with_tapes(instances.contradiction(), {-1: "x0 EXP"})
    assert solved(ipopt, instance).termination_condition is T.INFEASIBLE


def test_an_objective_without_end_is_called_so(ipopt: Ipopt) -> None:
    linear = instances.make(cost=[1], lower=[1])
    assert solved(ipopt, shapes.with_terms(linear, [(-1, 0, 0, -1)])).termination_condition is T.UNBOUNDED


def test_flattening_out_is_not_called_unbounded(ipopt: Ipopt) -> None:
    result = solved(ipopt, shapes.with_tapes(instances.make(cost=[0], lower=[1]), {-1: "1 x0 QUOTIENT"}))
    assert result.termination_condition is T.LOCALLY_OPTIMAL
    assert result.objective_value == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("gain", "condition"), [(1e16, T.UNBOUNDED), (1e9, T.NUMERICAL)])
def test_diverging_is_unbounded_only_where_our_own_arithmetic_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gain: float, condition: TerminationCondition
) -> None:
    """A stand-in that says 300, as Ipopt does of iterates that diverge, and leaves a point."""
    program = tmp_path / "ipopt"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && exit\nprintf \'Diverging\\n\\nOptions\\n3\\n1\\n1\\n0\\n0\\n0\\n1\\n1\\n'
        f'{gain}\\nobjno 0 300\\n\' > "${{1%.nl}}.sol"\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(ipopt_engine, "executable", lambda: program)
    instance = shapes.with_tapes(instances.make(cost=[-1]), {-1: "x0 SIN"})
    result = Ipopt().solve(instance, options=OPTIONS, report=lambda _: None, should_stop=lambda: False)
    assert result.raw_status == "Diverging"
    assert result.termination_condition is condition


@pytest.mark.parametrize("text", ["x0 0 PRODUCT:2", "x0 x0 NEGATION SUM:2"])
def test_what_cancels_leaves_nothing_to_decide(ipopt: Ipopt, text: str) -> None:
    linear = instances.make(cost=[0], rows=[[0]], row_lower=[-1], row_upper=[1], upper=[3])
    for row in (-1, 0):
        result = solved(ipopt, shapes.with_tapes(linear, {row: text}))
        assert result.termination_condition is T.LOCALLY_OPTIMAL
        assert result.objective_value == 0
    broken = solved(ipopt, shapes.with_tapes(replace(linear, row_lower=[0.5]), {0: text}))
    assert broken.termination_condition in (T.INFEASIBLE, T.LOCALLY_INFEASIBLE)  # as far as Pyomo itself sees it


def test_the_iteration_limit_keeps_the_point_and_says_so(ipopt: Ipopt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ipopt_engine, "MAX_ITERATIONS", 2)
    result = solved(ipopt, rosenbrock(10))
    assert result.termination_condition is T.ITERATION_LIMIT
    assert result.solution_status is SolutionStatus.FEASIBLE
    assert result.x is not None
    assert result.message == "The iteration limit ended the search."


def test_the_time_limit_holds(ipopt: Ipopt) -> None:
    began = time.monotonic()
    result = solved(ipopt, vast(), replace(OPTIONS, time_limit_seconds=0.2))
    assert result.termination_condition is T.TIME_LIMIT
    assert time.monotonic() - began < 30


def test_a_wish_to_stop_ends_the_executable(ipopt: Ipopt) -> None:
    seen: list[Progress] = []
    result = runner.solve(vast(), solver="ipopt", options=OPTIONS, report=seen.append, should_stop=lambda: bool(seen))
    assert result.termination_condition is T.INTERRUPTED
    assert not running("pounce")


def test_progress_shows_iterations_and_the_value_of_points_that_keep_the_rows(ipopt: Ipopt) -> None:
    seen: list[Progress] = []
    ipopt.solve(rosenbrock(40), options=OPTIONS, report=seen.append, should_stop=lambda: False)
    assert seen
    assert {progress.phase for progress in seen} == {"interior_point"}
    assert seen[-1].iterations
    assert seen[-1].objective_value == pytest.approx(0, abs=1e-6)
    assert "EXIT:" in "".join(progress.log for progress in seen)


def test_a_maximisation_is_shown_in_its_own_sense(ipopt: Ipopt) -> None:
    seen: list[Progress] = []
    ipopt.solve(barrier(), options=OPTIONS, report=seen.append, should_stop=lambda: False)
    assert seen[-1].objective_value == pytest.approx(2 * math.log(2), abs=1e-5)


def test_the_executable_dies_with_the_process_that_started_it(ipopt: Ipopt, tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("NOT VERIFIED here: only Linux ends a child with its parent")
    mark = tmp_path / "alive"
    sleeper = tmp_path / "sleeper"
    sleeper.write_text(f"#!/bin/sh\necho $$ > {mark}\nexec sleep 60\n")
    sleeper.chmod(0o755)
    program = (
        f"import sys; sys.path.insert(0, {nl_run.ROOT!r}); from pathlib import Path; from solvers import nl_run;"
        f"nl_run._execute([{str(sleeper)!r}], Path({str(tmp_path)!r}), 1, print, lambda: False)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    until = time.monotonic() + 30
    while not (mark.exists() and mark.read_text().strip()) and time.monotonic() < until:
        time.sleep(0.02)
    child = int(mark.read_text())
    parent.kill()
    parent.wait()
    while is_running(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_running(child)


def test_files_of_a_process_that_was_killed_are_removed_by_the_next(
    ipopt: Ipopt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone = subprocess.Popen(["true"])
    gone.wait()
    left, mine = tmp_path / f"{nl_run.PREFIX}{gone.pid}-x", tmp_path / f"{nl_run.PREFIX}{os.getpid()}-x"
    for folder in (left, mine):
        folder.mkdir()
    solved(ipopt, barrier())
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]


def test_an_executable_that_breaks_is_an_error_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "ipopt"
    broken.write_text("#!/bin/sh\necho no linear solver found\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(ipopt_engine, "executable", lambda: broken)
    result = Ipopt().solve(barrier(), options=OPTIONS, report=lambda _: None, should_stop=lambda: False)
    assert result.termination_condition is T.ERROR
    assert "its last words: no linear solver found." in result.message


def test_without_an_executable_it_is_absent_with_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    availability = Ipopt().availability()
    assert availability.state is AvailabilityState.ABSENT
    assert "pounce-solver" in availability.reason


def test_an_executable_on_the_path_is_used_where_there_is_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ipopt").write_text("#!/bin/sh\n")
    (tmp_path / "ipopt").chmod(0o755)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert ipopt_engine.executable() == tmp_path / "ipopt"


@pytest.mark.parametrize(
    ("code", "message", "condition"),
    [
        (0, "Optimal Solution Found", T.LOCALLY_OPTIMAL),
        (1, "Solved To Acceptable Level.", T.FEASIBLE),
        (200, "Converged to a locally infeasible point.", T.LOCALLY_INFEASIBLE),
        (300, "Iterates diverging", T.UNBOUNDED),
        (400, "Maximum Number of Iterations Exceeded.", T.ITERATION_LIMIT),
        (400, "Maximum CPU time exceeded.", T.TIME_LIMIT),
        (400, "POUNCE 0.13.0: MaximumWallTimeExceeded", T.TIME_LIMIT),
        (401, "Maximum wallclock time exceeded.", T.TIME_LIMIT),
        (501, "Restoration Phase Failed.", T.NUMERICAL),
        (-1, "", T.ERROR),
        (999, "", T.ERROR),
    ],
)
def test_every_code_of_a_solution_file_has_a_meaning(code: int, message: str, condition: TerminationCondition) -> None:
    assert from_code(code, message) is condition


def test_it_is_the_last_choice_for_functions_and_says_what_it_finds() -> None:
    if not Ipopt().availability():
        pytest.skip("NOT VERIFIED here: no executable like Ipopt")
    plan = choose(shapes.root_row())
    assert plan.legs[-1].solver == "ipopt"
    assert plan.legs[0].solver != "ipopt"
    assert "local optima only" in plan.legs[-1].reason
    assert Capability.GLOBAL not in Ipopt.capabilities


def test_a_function_that_no_global_solver_knows_comes_to_it(ipopt: Ipopt) -> None:
    """min x + atan x - y/2 + y² over x in [-1, 2]: x = -1, y = 1/4."""
    linear = instances.make(cost=[1, -0.5], lower=[-1, -INF], upper=[2, INF])
    instance = shapes.with_tapes(linear, {-1: "x0 ATAN x1 2 POWER SUM:2"})
    result = runner.solve(instance)
    assert result.solver == "ipopt"
    assert result.termination_condition is T.LOCALLY_OPTIMAL
    assert result.objective_value == pytest.approx(-1 - math.pi / 4 - 1 / 16, abs=1e-5)


def test_a_local_optimum_is_an_answer_on_the_command_line(
    ipopt: Ipopt, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "disc.instance"
    path.write_bytes(shapes.disc().to_bytes())
    assert main(["solve", str(path), "--backend", "ipopt"]) == 0
    said = capsys.readouterr().out
    assert "locally_optimal: A local optimum, as far as slopes can tell" in said
    assert "local optimum: objective 1.41421356" in said


UNARY = [word for word in Code if word >= Code.EXP] + [Code.NEGATION]


@pytest.mark.parametrize("word", UNARY)
def test_every_word_of_a_tape_means_the_same_to_pyomo(word: Code) -> None:
    at = 1.4 if word is Code.ACOSH else 0.6
    check_value(f"x0 {word.name}", [at])


@pytest.mark.parametrize(
    "text",
    [
        "x0 x1 2 SUM:3",
        "x0 x1 3 PRODUCT:3",
        "x0 x1 QUOTIENT",
        "x0 x1 POWER",
        "2 x0 POWER",
        "x0 -2 POWER",
        "x0",
        "x0 0 PRODUCT:2",
        "2 LOG x0 4 SQRT PRODUCT:2 SUM:2",
        "x0 SIN x1 COS PRODUCT:2 x0 SUM:2 EXP NEGATION",
    ],
)
def test_a_tape_has_the_same_value_as_a_pyomo_expression(text: str) -> None:
    check_value(text, [0.7, 1.9])


def check_value(text: str, point: list[float]) -> None:
    x = np.array(point)
    instance = shapes.with_tapes(instances.make(cost=[0.0] * len(x), lower=[-INF] * len(x)), {-1: text})
    rebuilt = to_pyomo(instance, x)
    assert value(expression_of(instance, 0, rebuilt.columns)) == pytest.approx(instance.objective_at(x), rel=1e-12)
    assert value(rebuilt.model.goal.expr) == pytest.approx(instance.objective_at(x), rel=1e-12)


def test_rows_bounds_and_sense_are_rebuilt() -> None:
    instance = replace(shapes.blend(), objective_offset=7.0)
    x = np.array([0.9, 1.7])
    rebuilt = to_pyomo(instance, x)
    assert value(rebuilt.model.goal.expr) == pytest.approx(-instance.objective_at(x))
    assert value(rebuilt.constraints[0].body) == pytest.approx(instance.row_activity(x)[0])
    assert (rebuilt.constraints[0].lower, rebuilt.constraints[0].upper) == (None, 2)
    assert [column.bounds for column in rebuilt.columns] == [(0.5, 2), (0, 5)]


def test_a_deep_tape_breaks_nothing(ipopt: Ipopt) -> None:
    deep = "x0" + " 1 SUM:2 SQRT" * 3000
    result = solved(ipopt, shapes.with_tapes(instances.make(cost=[0], upper=[4]), {-1: deep}))
    assert result.termination_condition is T.LOCALLY_OPTIMAL


def test_a_false_row_without_variables_is_named(ipopt: Ipopt) -> None:
    linear = instances.make(cost=[1, 1], rows=[[1, 1], [0, 0]], row_lower=[1, 2], row_upper=[9, 3], upper=[5, 5])
    instance = shapes.with_tapes(linear, {1: "1 EXP"})
    assert to_pyomo(instance, np.zeros(2)).rows == [0]  # e is between 2 and 3
    false = replace(instance, row_lower=[1, 2.9])
    with pytest.raises(TriviallyInfeasible, match=r"row\[1\]"):
        to_pyomo(false, np.zeros(2))
    result = solved(ipopt, false)
    assert result.termination_condition is T.INFEASIBLE
    assert "row[1]" in result.message


def test_a_constant_without_a_value_is_refused(ipopt: Ipopt) -> None:
    instance = shapes.with_tapes(instances.make(cost=[1]), {-1: "0 LOG x0 PRODUCT:2"})
    with pytest.raises(UnsupportedModel, match="The objective has no finite value"):
        to_pyomo(instance, np.ones(1))
    assert solved(ipopt, instance).termination_condition is T.INVALID_INSTANCE


def test_a_search_begins_between_the_bounds_and_never_the_same_in_two_columns() -> None:
    linear = instances.make(
        cost=[1] * 6, lower=[0, -INF, -5, 2, -INF, 7], upper=[1, INF, -4, INF, -3, 7], rows=[[1] * 6],
        row_lower=[-INF], row_upper=[0],
    )  # fmt: skip
    start = starting_point(linear, 0)
    assert (start[:5] > linear.column_lower[:5]).all()
    assert (start[:5] < linear.column_upper[:5]).all()
    assert start[5] == 7
    assert len(set(start.tolist())) == 6
    assert starting_point(linear, 0).tolist() == start.tolist()


def is_running(process_id: int) -> bool:
    try:
        return (Path("/proc") / str(process_id) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def running(name: str) -> list[int]:
    """Children of any generation of this process, by the name of their executable."""
    found = subprocess.run(["ps", "-eo", "pid,ppid,comm"], capture_output=True, text=True, check=True)
    lines = [line.split(None, 2) for line in found.stdout.splitlines()[1:]]
    mine, grown = {os.getpid()}, True
    while grown:
        more = {int(pid) for pid, parent, _ in lines if int(parent) in mine} - mine
        mine, grown = mine | more, bool(more)
    return [int(pid) for pid, _, command in lines if int(pid) in mine and command == name]
