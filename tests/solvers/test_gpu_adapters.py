"""The adapters of the engines that need a GPU, against stand-ins with the real signatures: GPU not verified."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solvers import probe
from solvers.base import AvailabilityState, Solver
from solvers.cuopt import CuOpt
from solvers.cuopt_remote import CuOptRemote
from solvers.cupdlpx import CuPdlpx
from solvers.instance import Instance, Sense
from solvers.result import Progress, Report, Result, SolutionStatus, SolveOptions, TerminationCondition
from solvers.verdict import judged
from tests.solvers import fakes, instances
from tests.solvers.fakes import engine
from tests.solvers.fakes.engine import Script

T = TerminationCondition
OPTIONS = SolveOptions(time_limit_seconds=20)
ENGINES: tuple[Solver, ...] = (CuPdlpx(), CuOpt(), CuOptRemote())
LOCAL = ENGINES[:2]
LIBRARIES = ("cupdlpx", "cuopt")
NAMED = "CUDA 13.0, device: NVIDIA H100 80GB HBM3 (ID 0), VRAM: 79.10 GiB"


@pytest.fixture(autouse=True)
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    monkeypatch.syspath_prepend(str(Path(fakes.__file__).parent))
    monkeypatch.setenv("CUOPT_REMOTE_HOST", "127.0.0.1")
    monkeypatch.setenv("CUOPT_REMOTE_PORT", "5001")
    for module in ("solvers.cupdlpx", "solvers.cuopt"):
        monkeypatch.setattr(f"{module}.device_in_use", lambda: "NVIDIA A100")
    monkeypatch.setattr("solvers.cupdlpx.version", lambda name: "0.0.0")
    yield engine.reset()
    for name in [name for name in sys.modules if name.partition(".")[0] in LIBRARIES]:
        del sys.modules[name]


@pytest.fixture(params=ENGINES, ids=lambda solver: solver.name)
def solver(request: pytest.FixtureRequest) -> Solver:
    chosen: Solver = request.param
    return chosen


def solved(solver: Solver, instance: Instance, options: SolveOptions = OPTIONS, report: Report | None = None) -> Result:
    raw = solver.solve(instance, options=options, report=report or (lambda _: None), should_stop=lambda: False)
    return judged(instance, raw, options)


@pytest.mark.parametrize(
    ("instance", "optimum"),
    [
        (instances.workshop(), 3700),
        (instances.ranges(), 9),
        (instances.free_row(), 2),
        (instances.degenerate(), 2),
        (replace(instances.workshop(), objective_offset=5.5), 3705.5),
        (instances.make(cost=[1, 2], upper=[5, 9], sense=Sense.MAXIMIZE, offset=-1), 22),
    ],
    ids=["maximise", "ranges", "free row", "degenerate", "offset", "no rows"],
)
def test_point_and_duals_come_back_in_the_sense_of_the_instance(
    solver: Solver, instance: Instance, optimum: float
) -> None:
    result = solved(solver, instance)
    assert result.termination_condition is T.OPTIMAL, result.message
    assert result.solution_status is SolutionStatus.OPTIMAL  # which the duals had to prove
    assert result.objective_value == pytest.approx(optimum)


def test_both_interfaces_of_cupdlpx_are_spoken(monkeypatch: pytest.MonkeyPatch, script: Script) -> None:
    import cupdlpx

    for newer in (False, True):
        monkeypatch.setattr(cupdlpx, "newer", newer)
        result = solved(CuPdlpx(), instances.ranges(), replace(OPTIONS, first_order_tolerance=1e-7))
        assert result.termination_condition is T.OPTIMAL
        assert result.raw_status == "OPTIMAL"
    older, later = script.calls
    assert older["eps_optimal_relative"] == older["eps_feasible_relative"] == 1e-7
    assert older["time_sec_limit"] == 20
    assert "optimality_norm" not in older
    assert later["optimality_norm"] == "linf"


def test_cuopt_is_asked_for_its_first_order_method_alone(script: Script) -> None:
    solved(CuOpt(), instances.workshop(), replace(OPTIONS, presolve=False))
    (asked,) = script.calls
    assert int(asked["method"]) == 1
    assert asked["infeasibility_detection"] is True
    assert asked["crossover"] is False
    assert asked["presolve"] == 0


@pytest.mark.parametrize(
    ("instance", "condition"),
    [
        (instances.contradiction(), T.INFEASIBLE),
        (instances.empty_and_endless(), T.INFEASIBLE),
        (instances.endless(), T.UNBOUNDED),
        (instances.make(cost=[-1]), T.UNBOUNDED),
    ],
    ids=["infeasible", "both", "unbounded", "without rows"],
)
def test_infeasible_and_unbounded_are_told_apart(
    solver: Solver, instance: Instance, condition: TerminationCondition
) -> None:
    result = solved(solver, instance)
    assert result.termination_condition is condition
    assert result.x is None


def test_a_claim_of_infeasible_that_nothing_supports_is_left_open(script: Script) -> None:
    script.status = "kInfeasible"
    real = engine.minimised
    answers = iter(("kInfeasible", "kOptimal"))

    def second_thoughts(*arguments: Any) -> tuple[str, Any, Any]:
        script.status = next(answers)
        return real(*arguments)

    import cuopt.linear_programming

    cuopt.linear_programming.minimised = second_thoughts
    assert solved(CuOpt(), instances.workshop()).termination_condition is T.INFEASIBLE_OR_UNBOUNDED


def test_a_wrong_optimum_is_not_believed(solver: Solver, script: Script) -> None:
    script.spoiled = 1.0
    result = solved(solver, instances.workshop())
    assert result.termination_condition is T.NUMERICAL
    assert result.solution_status is SolutionStatus.INFEASIBLE_POINT
    assert "breaks the model" in result.message


@pytest.mark.parametrize("solver", LOCAL, ids=lambda solver: solver.name)
def test_a_time_limit_keeps_the_point_with_its_residuals(solver: Solver, script: Script) -> None:
    script.status = "kTimeLimit"
    raw = solver.solve(instances.workshop(), options=OPTIONS, report=lambda _: None, should_stop=lambda: False)
    assert raw.termination_condition is T.TIME_LIMIT
    result = judged(instances.workshop(), raw, OPTIONS)
    assert result.residuals is not None
    assert "ran out of time, but its primal and dual solutions prove each other optimal" in result.message


def test_integers_and_methods_are_refused(solver: Solver) -> None:
    assert solved(solver, instances.knapsack()).termination_condition is T.UNSUPPORTED
    result = solved(solver, instances.workshop(), replace(OPTIONS, method="simplex"))
    assert result.termination_condition is T.ERROR
    assert "has no method 'simplex'" in result.message


def test_printed_lines_are_progress(solver: Solver, script: Script) -> None:
    script.lines = (
        NAMED,
        "   200 1.0e-01 |  1.0e+00   2.0e+00 | 1.0e-01",
        "   400 2.0e-01 |  1.0e+00   2.0e+00 | 1.0e-02",
    )
    seen: list[Progress] = []
    result = solved(solver, instances.workshop(), report=seen.append)
    assert NAMED in "".join(progress.log for progress in seen)
    assert result.iterations in (200, 300)


def test_the_device_is_the_one_the_library_names(script: Script) -> None:
    script.lines = (NAMED,)
    assert solved(CuOpt(), instances.workshop()).device == "NVIDIA H100 80GB HBM3"
    assert solved(CuOptRemote(), instances.workshop()).device == "NVIDIA H100 80GB HBM3"
    script.lines = ()
    assert solved(CuOpt(), instances.workshop()).device == "NVIDIA A100"  # asked of the driver
    assert solved(CuPdlpx(), instances.workshop()).device == "NVIDIA A100"


def test_a_listener_that_fails_is_heard_of(solver: Solver, script: Script) -> None:
    script.lines = (NAMED,)
    script.busy_polls = 5

    def broken(progress: Progress) -> None:
        raise RuntimeError("listener failed")

    with pytest.raises(RuntimeError, match="listener failed"):
        solved(solver, instances.workshop(), report=broken)


@pytest.mark.parametrize("solver", [CuOpt(), CuOptRemote()], ids=lambda solver: solver.name)
def test_a_full_gpu_is_a_status_with_advice(solver: Solver, script: Script) -> None:
    script.status = "out of memory"
    result = solved(solver, instances.workshop())
    assert result.termination_condition is T.MEMORY_LIMIT
    assert "does not fit the memory of the device" in result.message


def test_an_error_of_cuopt_is_a_sentence(script: Script) -> None:
    script.error = RuntimeError("A CPU-memory problem requires remote execution.\nSet CUOPT_REMOTE_HOST")
    result = solved(CuOpt(), instances.workshop())
    assert result.termination_condition is T.ERROR
    assert result.message == (
        "cuOpt failed: RuntimeError: A CPU-memory problem requires remote execution. Set CUOPT_REMOTE_HOST."
    )


def test_the_local_cuopt_never_sends_the_problem_away(monkeypatch: pytest.MonkeyPatch) -> None:
    import cuopt.linear_programming

    seen: list[str | None] = []
    real = cuopt.linear_programming.Solve

    def spying(*arguments: Any) -> Any:
        seen.append(os.environ.get("CUOPT_REMOTE_HOST"))
        return real(*arguments)

    monkeypatch.setattr(cuopt.linear_programming, "Solve", spying)
    solved(CuOpt(), instances.workshop())
    assert seen == [None]
    assert os.environ["CUOPT_REMOTE_HOST"] == "127.0.0.1"


def test_a_job_on_the_server_is_cancelled_and_deleted(script: Script) -> None:
    from cuopt.grpc.linear_programming import Client

    script.busy_polls = 1_000_000
    Client.asked.clear()
    began = time.monotonic()
    raw = CuOptRemote().solve(
        instances.workshop(),
        options=OPTIONS,
        report=lambda _: None,
        should_stop=lambda: time.monotonic() - began > 0.3,
    )
    assert raw.termination_condition is T.INTERRUPTED
    assert Client.asked == ["submit", "cancel", "delete"]


def test_a_server_that_overruns_the_time_limit_is_told_to_stop(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    from cuopt.grpc.linear_programming import Client

    monkeypatch.setattr("solvers.cuopt_remote.PATIENCE_SECONDS", 0.1)
    script.busy_polls = 1_000_000
    Client.asked.clear()
    result = solved(CuOptRemote(), instances.workshop(), replace(OPTIONS, time_limit_seconds=0.2))
    assert result.termination_condition is T.TIME_LIMIT
    assert Client.asked == ["submit", "cancel", "delete"]


def test_a_server_that_cannot_be_reached_is_named_as_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUOPT_REMOTE_HOST", "nowhere.example")
    result = solved(CuOptRemote(), instances.workshop())
    assert result.termination_condition is T.ERROR
    assert result.message == "The cuOpt server cannot be used: failed to connect to all addresses."


def test_without_library_or_server_the_reason_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    probe.forget()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for solver in ENGINES:
        availability = solver.availability()
        assert availability.state is AvailabilityState.ABSENT
        assert "is not installed here" in availability.reason
        assert "GPU not verified" in availability.reason
    monkeypatch.delenv("CUOPT_REMOTE_HOST")
    assert "set CUOPT_REMOTE_HOST" in CuOptRemote().availability().reason


def test_every_reported_point_is_the_users(solver: Solver) -> None:
    result = solved(solver, instances.workshop())
    assert result.x is not None
    assert np.allclose(result.x, [30, 40])
    assert result.row_dual is not None
    assert np.allclose(result.row_dual, [5, 25])
