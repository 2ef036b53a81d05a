"""One solve in one child: limits, cancelling, crashes and the honesty of what is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from solvers import child, process, runner, spare
from solvers.registry import AUTO, SOLVERS
from solvers.result import Certificate, Progress, Result, SolutionStatus, SolveOptions, TerminationCondition
from tests.solvers import instances

T = TerminationCondition
ROOT = Path(__file__).resolve().parents[2]


def children(pid: int) -> list[int]:
    """Process ids of the solver children of `pid`."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for number in task.read_text().split():
            if b"solvers.child" in Path(f"/proc/{number}/cmdline").read_bytes():
                found.append(int(number))
    return found


def waited_for_child(pid: int) -> int:
    """The one solver child of `pid`; just after its start its command line may not be readable yet."""
    until = time.monotonic() + 2
    while not children(pid) and time.monotonic() < until:
        time.sleep(0.02)
    (child,) = children(pid)
    return child


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone_within(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not is_running(pid):
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(autouse=True)
def _no_child_is_left() -> Iterator[None]:
    yield
    assert children(os.getpid()) == []


def signalled_at_first_incumbent(signum: int) -> tuple[list[Progress], runner.Report]:
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.incumbent is not None:
            for pid in children(os.getpid()):
                os.kill(pid, signum)

    return seen, report


def test_workshop_is_solved_in_a_child_and_checked() -> None:
    seen: list[Progress] = []
    result = runner.solve(instances.workshop(), report=seen.append)
    assert result.termination_condition is T.OPTIMAL
    assert result.solution_status is SolutionStatus.OPTIMAL
    assert result.certificate is Certificate.RESIDUALS_CHECKED
    assert result.objective_value == 3700
    assert result.x is not None
    assert result.x.tolist() == [30, 40]
    assert result.row_dual is not None
    assert result.row_dual.tolist() == [5, 25]
    assert "Presolving" in result.log
    assert "Presolving" in "".join(progress.log for progress in seen)
    assert result.solver_version.startswith("HiGHS 1.")
    assert result.options["time_limit_seconds"] == 60


def test_progress_is_limited_to_five_a_second_plus_incumbents() -> None:
    seen: list[Progress] = []
    instance = instances.market_split()
    result = runner.solve(instance, report=seen.append, options=SolveOptions(time_limit_seconds=2))
    assert result.termination_condition is T.TIME_LIMIT
    assert result.solution_status is SolutionStatus.FEASIBLE
    plain = [progress for progress in seen if progress.incumbent is None]
    assert 3 <= len(plain) <= 5 * result.seconds + 2
    last = seen[-1]
    assert last.objective_bound is not None
    assert last.relative_gap is not None
    assert last.nodes
    assert any(progress.incumbent is not None for progress in seen)


def test_stopping_a_search_takes_less_than_a_second_and_keeps_its_incumbent() -> None:
    seen: list[Progress] = []
    asked: list[float] = []

    def should_stop() -> bool:
        if any(progress.incumbent is not None for progress in seen):
            asked.append(time.monotonic())
        return bool(asked)

    result = runner.solve(instances.market_split(), report=seen.append, should_stop=should_stop)
    assert time.monotonic() - asked[0] < 1
    assert result.termination_condition is T.INTERRUPTED
    assert result.solution_status is SolutionStatus.FEASIBLE
    assert result.x is not None
    assert result.certificate is Certificate.RESIDUALS_CHECKED


def test_a_first_order_method_that_cannot_be_interrupted_is_ended_within_a_second() -> None:
    began = time.monotonic()
    options = SolveOptions(first_order_tolerance=1e-10, time_limit_seconds=30)
    result = runner.solve(
        instances.covering(600, 4000),
        solver="pdlp",
        options=options,
        should_stop=lambda: time.monotonic() - began > 0.7,
    )
    assert time.monotonic() - began < 1.7
    assert result.termination_condition is T.INTERRUPTED
    assert result.solver == "pdlp"
    assert result.x is None


def test_stopping_before_the_start_is_immediate() -> None:
    began = time.monotonic()
    result = runner.solve(instances.market_split(), should_stop=lambda: True)
    assert result.termination_condition is T.INTERRUPTED
    assert time.monotonic() - began < 1.5


def test_a_wish_to_stop_does_not_fall_into_a_job_that_is_still_being_sent() -> None:
    large = instances.covering(600, 4000)
    for _ in range(4):
        assert runner.solve(large, should_stop=lambda: True).termination_condition is T.INTERRUPTED


def test_a_killed_child_is_a_crash_that_keeps_the_incumbent() -> None:
    seen, report = signalled_at_first_incumbent(signal.SIGKILL)
    instance = instances.market_split()
    result = runner.solve(instance, report=report)
    assert result.termination_condition is T.CRASHED
    assert result.solution_status is SolutionStatus.FEASIBLE
    assert "SIGKILL" in result.message
    assert result.x is not None
    assert result.residuals is not None
    assert result.objective_value == pytest.approx(instance.objective_at(result.x))
    assert any(progress.incumbent is not None for progress in seen)


def test_a_child_that_hangs_is_ended_by_the_limit_outside() -> None:
    _, report = signalled_at_first_incumbent(signal.SIGSTOP)
    began = time.monotonic()
    result = runner.solve(instances.market_split(), report=report, options=SolveOptions(time_limit_seconds=0.5))
    assert result.termination_condition is T.TIME_LIMIT
    assert result.solution_status is SolutionStatus.FEASIBLE
    assert time.monotonic() - began < 4


def test_a_child_that_hangs_can_be_stopped_within_a_second() -> None:
    seen, report = signalled_at_first_incumbent(signal.SIGSTOP)
    asked: list[float] = []

    def should_stop() -> bool:
        if any(progress.incumbent is not None for progress in seen):
            asked.append(time.monotonic())
        return bool(asked)

    result = runner.solve(instances.market_split(), report=report, should_stop=should_stop)
    assert time.monotonic() - asked[0] < 1
    assert result.termination_condition is T.INTERRUPTED
    assert result.solution_status is SolutionStatus.FEASIBLE


def test_the_memory_limit_is_a_status_not_a_crash() -> None:
    options = SolveOptions(memory_limit_bytes=400 << 20, time_limit_seconds=30)
    result = runner.solve(instances.covering(800, 8000, 0.3), options=options)
    assert result.termination_condition is T.MEMORY_LIMIT
    assert "memory" in result.message
    assert result.x is None
    assert runner.solve(instances.workshop(), options=options).termination_condition is T.OPTIMAL


@pytest.mark.parametrize("solver", ["gurobi", "scip"])
def test_a_library_that_does_not_fit_below_the_memory_limit_is_told_so(solver: str) -> None:
    if not SOLVERS[solver].availability():
        pytest.skip(f"NOT VERIFIED here: {SOLVERS[solver].availability().reason}")
    options = SolveOptions(memory_limit_bytes=300 << 20)
    result = runner.solve(instances.workshop(), solver=solver, options=options)
    assert result.termination_condition is T.MEMORY_LIMIT
    assert "more memory than its limit" in result.message


def test_what_a_library_prints_cannot_reach_the_protocol() -> None:
    # cuPDLP-C writes to the C standard output whatever its log level.
    options = SolveOptions(presolve=False, first_order_tolerance=1e-9)
    result = runner.solve(instances.workshop(), solver="pdlp", options=options)
    assert result.termination_condition is T.OPTIMAL
    assert result.objective_value == pytest.approx(3700)
    assert "cuPDLP" in result.log


def test_a_first_order_method_shows_its_iterations_while_it_runs() -> None:
    seen: list[Progress] = []

    def counts() -> list[int]:
        return [progress.iterations for progress in seen if progress.iterations]

    options = SolveOptions(time_limit_seconds=30, first_order_tolerance=1e-10)
    result = runner.solve(
        instances.covering(600, 4000),
        solver="pdlp",
        report=seen.append,
        options=options,
        should_stop=lambda: len(set(counts())) >= 3,
    )
    assert result.termination_condition is T.INTERRUPTED
    assert counts() == sorted(counts())
    assert len(seen) <= 5 * result.seconds + 2


def test_a_child_ends_when_its_parent_is_killed() -> None:
    program = (
        "from solvers import runner; from tests.solvers import instances\n"
        "runner.solve(instances.market_split(), report=lambda p: print('alive', flush=True))"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"alive\n"
        orphan = waited_for_child(parent.pid)
        os.kill(parent.pid, signal.SIGKILL)
        assert gone_within(orphan, 2.0)
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()


def test_a_child_ends_with_its_parent_even_in_a_library_call_that_no_thread_can_leave() -> None:
    program = (
        "import sys; from solvers import process; from solvers.plan import Leg, Plan; from solvers.race import Race\n"
        "from solvers.result import SolveOptions; from tests.solvers import instances, racers\n"
        "process._BOOT = racers.BOOT; racers.register()\n"
        "plan = Plan((Leg('deaf'),))\n"
        "def shown(progress):\n"
        "    if progress.incumbent is not None: print('alive', flush=True)\n"
        "Race(plan, instances.workshop(), SolveOptions(), core_limit=1, report=shown, should_stop=lambda: False).run()"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"alive\n"
        orphan = waited_for_child(parent.pid)
        time.sleep(0.3)  # it now holds Python's lock, so the thread that listens for the end cannot run
        os.kill(parent.pid, signal.SIGKILL)
        assert gone_within(orphan, 5.0)
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()


def test_a_child_whose_parent_was_gone_before_it_could_ask_ends_itself() -> None:
    command = [sys.executable, "-I", "-c", process._BOOT, process.ROOT, "1", str(os.getpid() + 1)]
    ended = subprocess.run(command, stdin=subprocess.PIPE, check=False, timeout=60)
    assert ended.returncode == child.PARENT_GONE


def test_a_child_outlives_the_thread_that_asked_for_it() -> None:
    asking = threading.Thread(target=spare.keep)
    asking.start()
    asking.join()
    try:
        first = waited_for_child(os.getpid())
        time.sleep(1.0)
        assert is_running(first)
    finally:
        spare.drop()


def test_an_error_in_the_listener_ends_the_child_and_surfaces() -> None:
    def broken(progress: Progress) -> None:
        raise RuntimeError("listener failed")

    with pytest.raises(RuntimeError, match="listener failed"):
        runner.solve(instances.market_split(), report=broken)


def test_an_invalid_instance_is_a_status_with_its_sentence() -> None:
    broken = instances.make(cost=[float("nan")])
    result = runner.solve(broken)
    assert result.termination_condition is T.INVALID_INSTANCE
    assert "x[0] is nan" in result.message


@pytest.mark.parametrize(
    ("requested", "instance", "used", "reason"),
    [
        ("auto", instances.workshop(), "highs", "default"),
        ("highs", instances.workshop(), "highs", ""),
        ("scip", instances.knapsack(), "scip", ""),
        ("pdlp", instances.knapsack(), "highs", "integers"),
        (" PDLP ", instances.free_row(), "pdlp", ""),
    ],
)
def test_the_used_solver_and_the_reason_are_recorded(
    requested: str, instance: instances.Instance, used: str, reason: str
) -> None:
    result = runner.solve(instance, solver=requested)
    assert result.termination_condition is T.OPTIMAL
    assert result.requested == requested
    assert result.solver == used
    assert reason in result.reason
    assert bool(result.reason) == bool(reason)


@pytest.mark.parametrize("options", [SolveOptions(time_limit_seconds=float("inf")), SolveOptions(threads=0)])
def test_limits_must_be_finite_and_positive(options: SolveOptions) -> None:
    with pytest.raises(ValueError, match="must be positive and finite"):
        runner.solve(instances.workshop(), options=options)


def test_solves_in_several_threads_do_not_touch_each_other() -> None:
    seen: list[Progress] = []

    def found() -> bool:
        return any(progress.incumbent is not None for progress in seen)

    def stopped() -> Result:
        return runner.solve(instances.market_split(), report=seen.append, should_stop=found)

    with ThreadPoolExecutor(4) as pool:
        running = pool.submit(stopped)
        quick = [pool.submit(runner.solve, instances.workshop()) for _ in range(6)]
        assert [future.result().objective_value for future in quick] == [3700] * 6
        assert running.result().termination_condition is T.INTERRUPTED
        assert running.result().solution_status is SolutionStatus.FEASIBLE


def test_an_unknown_solver_is_refused_with_the_known_names() -> None:
    result = runner.solve(instances.workshop(), solver="cplex")
    assert result.termination_condition is T.UNSUPPORTED
    assert f"choose one of {', '.join(sorted((AUTO, *SOLVERS)))}." in result.message


def test_a_refused_option_is_an_error_with_its_name() -> None:
    result = runner.solve(instances.workshop(), options=SolveOptions(method="sorcery"))
    assert result.termination_condition is T.ERROR
    assert "no method 'sorcery'; choose one of choose, simplex, ipm, ipx, hipo" in result.message


def test_a_large_instance_and_its_point_travel_whole() -> None:
    instance = instances.make(cost=[1.0] * 200_000, lower=list(range(200_000)))
    result = runner.solve(instance)
    assert result.termination_condition is T.OPTIMAL
    assert result.x is not None
    assert result.x.tolist() == list(range(200_000))


def test_a_spare_child_answers_and_is_replaced() -> None:
    spare.keep()
    try:
        first = waited_for_child(os.getpid())
        result = runner.solve(instances.workshop())
        assert result.termination_condition is T.OPTIMAL
        assert not is_running(first)
        second = waited_for_child(os.getpid())
        os.kill(second, signal.SIGKILL)
        assert gone_within(second, 1.0)
        assert runner.solve(instances.knapsack()).objective_value == pytest.approx(20)
    finally:
        spare.drop()
