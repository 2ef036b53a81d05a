"""The algorithms of HiGHS by name: each finds the same optimum with its proof, hears a stop, and keeps its limits."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from solvers.highs import METHODS, Highs
from solvers.instance import Instance
from solvers.instance_file import encode
from solvers.process import ROOT
from solvers.result import Result, SolutionStatus, SolveOptions, TerminationCondition
from solvers.verdict import judged
from tests.solvers import instances

T = TerminationCondition
HAS_EXTRAS = importlib.util.find_spec("highspy_extras") is not None
WITHOUT_SCIPY = """
import sys
sys.modules["scipy.sparse"] = None  # whoever imports it is refused
import solvers.child
from solvers.instance_file import decode
from solvers.registry import SOLVERS
from solvers.result import SolveOptions
instance = decode(sys.stdin.buffer.read(), names=False)
result = SOLVERS["highs"].solve(instance, options=SolveOptions(), report=lambda _: None, should_stop=lambda: False)
print(result.objective_value)
"""
MARK = {"simplex": "simplex", "ipx": "IPX", "hipo": "HiPO", "ipm": "HiPO" if HAS_EXTRAS else "IPX"}


@pytest.fixture(params=[name for name in METHODS if name != "choose"])
def method(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name == "hipo" and not HAS_EXTRAS:
        pytest.skip("NOT VERIFIED here: the package highspy-extras is not installed")
    return name


def solved(instance: Instance, options: SolveOptions) -> tuple[Result, str]:
    log: list[str] = []
    raw = Highs().solve(
        instance, options=options, report=lambda progress: log.append(progress.log), should_stop=lambda: False
    )
    return judged(instance, raw, options), "".join(log)


def test_the_method_asked_for_is_the_one_that_runs(method: str) -> None:
    result, log = solved(instances.covering(60, 200, 0.1), SolveOptions(method=method, presolve=False))
    assert result.termination_condition is T.OPTIMAL
    assert result.objective_value == pytest.approx(511.4442267292)
    assert MARK[method].lower() in log.lower()


@pytest.mark.parametrize("instance", [instances.workshop(), instances.ranges(), instances.degenerate()])
def test_every_method_proves_the_same_optimum(method: str, instance: Instance) -> None:
    reference, _ = solved(instance, SolveOptions())
    result, _ = solved(instance, SolveOptions(method=method))
    assert result.solution_status is SolutionStatus.OPTIMAL, result.message
    assert result.objective_value == pytest.approx(reference.objective_value)
    assert result.row_dual is not None


@pytest.mark.parametrize(
    ("instance", "condition"),
    [(instances.contradiction(), T.INFEASIBLE), (instances.endless(), T.UNBOUNDED)],
)
def test_every_method_tells_infeasible_from_unbounded(
    method: str, instance: Instance, condition: TerminationCondition
) -> None:
    assert solved(instance, SolveOptions(method=method))[0].termination_condition is condition


@pytest.mark.parametrize("method", ["simplex", "ipx", "hipo"], indirect=True)
def test_every_method_hears_a_stop_and_keeps_its_time_limit(method: str) -> None:
    instance = instances.covering(1000, 4000, 0.1)
    began = time.monotonic()
    raw = Highs().solve(
        instance,
        options=SolveOptions(method=method, presolve=False),
        report=lambda _: None,
        should_stop=lambda: time.monotonic() - began > 0.5,
    )
    assert raw.termination_condition is T.INTERRUPTED
    assert time.monotonic() - began < 4  # HiPO looks up between factorisations only; the runner does not wait for it
    began = time.monotonic()
    limited, _ = solved(instance, SolveOptions(method=method, presolve=False, time_limit_seconds=0.5))
    assert limited.termination_condition is T.TIME_LIMIT
    assert time.monotonic() - began < 4


def test_a_method_is_no_hindrance_to_integers(method: str) -> None:
    result, _ = solved(instances.knapsack(), SolveOptions(method=method))
    assert result.termination_condition is T.OPTIMAL
    assert result.objective_value == pytest.approx(20)


def test_hipo_without_its_package_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    # HiGHS itself would refuse the option and then run the simplex method.
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    result, _ = solved(instances.workshop(), replace(SolveOptions(), method="hipo"))
    assert result.termination_condition is T.ERROR
    assert "needs the package highspy-extras" in result.message
    assert result.x is None


def test_crossover_makes_an_interior_point_a_corner(method: str) -> None:
    instance = instances.make(cost=[0, 0], rows=[[1, 1]], row_lower=[1], row_upper=[1], upper=[1, 1])
    result, _ = solved(instance, SolveOptions(method=method))
    assert result.x is not None
    assert sorted(np.round(result.x, 9).tolist()) == [0, 1]


def test_bounds_of_whole_columns_that_are_fractions_lose_no_point() -> None:
    """Found by comparing models: HiGHS 1.15.1, given these bounds as they are, calls 0 the optimum, which is -1."""
    fractions = instances.make(
        cost=[0, 0, 0, 1],
        rows=[[5.828086472368972, 4.371064854276729, -7.2851080904612155, -17.484259417106916]],
        row_lower=[-np.inf],
        row_upper=[39.33958368849056],
        lower=[-2.3, 7.7, -8.3, 1.7],
        upper=[-0.6, 9.4, -6.6, 3.4],
        integer=[1, 1, 1, 1],
        offset=-3.0,
    )
    result, _ = solved(fractions, SolveOptions())
    assert result.objective_value == pytest.approx(-1.0)
    nothing = instances.make(cost=[1], rows=[[1]], row_lower=[-5], row_upper=[5], lower=[0.3], upper=[0.6], integer=[1])
    result, _ = solved(nothing, SolveOptions())
    assert result.termination_condition is T.INFEASIBLE


@pytest.mark.parametrize(("lower", "upper"), [(-0.3, 1.0), (0.0, 1.4), (-0.5, 1.5), (0.2, 1.4)])
@pytest.mark.parametrize("factor", [1.0, 1.3, 0.52])
def test_a_fractional_bound_of_an_integer_hides_no_better_point(factor: float, lower: float, upper: float) -> None:
    model = instances.make(
        cost=[5, 1], rows=[[-factor, -factor]], row_lower=[-instances.INF], row_upper=[-factor], lower=[0, lower],
        upper=[1, upper], integer=[1, 1],
    )  # fmt: skip
    result, _ = solved(model, SolveOptions())
    assert result.termination_condition is T.OPTIMAL
    assert result.objective_value == pytest.approx(1.0)  # the second column alone


def test_bounds_without_a_whole_number_between_them_are_infeasible() -> None:
    result, _ = solved(instances.make(cost=[1], lower=[0.3], upper=[0.6], integer=[1]), SolveOptions())
    assert result.termination_condition is T.INFEASIBLE


def test_a_child_solves_a_linear_instance_without_loading_scipys_matrices() -> None:
    """They are most of what a child would load, and a small solve would mostly wait for them."""
    command = [sys.executable, "-c", WITHOUT_SCIPY]
    found = subprocess.run(command, input=encode(instances.workshop()), cwd=ROOT, capture_output=True, check=False)
    assert found.returncode == 0, found.stderr.decode()
    assert float(found.stdout) == pytest.approx(3700)
