"""Public instances with known optima, read from the folder beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from solvers import runner
from solvers.mps import read
from solvers.registry import SOLVERS
from solvers.result import SolutionStatus, SolveOptions, TerminationCondition

T = TerminationCondition
BENCH = Path(__file__).resolve().parents[2].parent / "shared" / "bench"

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not BENCH.is_dir(), reason=f"NOT VERIFIED: the benchmark folder {BENCH} is not here"),
]

# Optimal values as published with the Netlib collection.
NETLIB = {
    "afiro": -4.6475314286e02,
    "adlittle": 2.2549496316e05,
    "share2b": -4.1573224074e02,
    "sc205": -5.2202061212e01,
    "kb2": -1.7499001299e03,
    "stocfor1": -4.1131976219e04,
}


@pytest.mark.parametrize("name", sorted(NETLIB))
@pytest.mark.parametrize("method", ["simplex", "ipx"])
def test_netlib_optima_agree_between_simplex_and_interior_point(name: str, method: str) -> None:
    instance = read(BENCH / "lp" / "lp" / f"{name}.gz").instance
    result = runner.solve(instance, options=SolveOptions(method=method))
    assert result.termination_condition is T.OPTIMAL, result.message
    assert result.objective_value == pytest.approx(NETLIB[name], rel=1e-8)


@pytest.mark.parametrize("name", ["itest2", "klein2", "woodinfe", "bgprtr", "forest6"])
def test_netlib_infeasible_instances_are_infeasible(name: str) -> None:
    result = runner.solve(read(BENCH / "lp" / "infeasible" / f"{name}.gz").instance)
    assert result.termination_condition is T.INFEASIBLE
    assert result.x is None


@pytest.mark.parametrize(("name", "optimum"), [("flugpl", 1201500), ("enigma", 0), ("egout", 568.1007), ("lseu", 1120)])
def test_miplib_optima_are_found(name: str, optimum: float) -> None:
    path = BENCH / "lp" / "mip" / f"{name}.gz"
    instance = read(path if path.exists() else BENCH / "mps" / f"{name}.mps").instance
    result = runner.solve(instance, options=SolveOptions(relative_gap=1e-9))
    assert result.termination_condition is T.OPTIMAL, result.message
    assert result.objective_value == pytest.approx(optimum, rel=1e-6, abs=1e-6)


# Integer optima as published with MIPLIB; the linear ones are in NETLIB above.
ACROSS = {"adlittle": None, "sc205": None, "stocfor1": None, "flugpl": 1201500, "lseu": 1120, "p0548": 8691}


@pytest.mark.parametrize("name", sorted(ACROSS))
@pytest.mark.parametrize("solver", ["highs", "gurobi", "scip"])
def test_independent_backends_agree_with_the_published_optimum(name: str, solver: str) -> None:
    availability = SOLVERS[solver].availability()
    if not availability:
        pytest.skip(f"NOT VERIFIED here: {solver}: {availability.reason}")
    linear = name in NETLIB
    folder = BENCH / "lp" / ("lp" if linear else "mip") / f"{name}.gz"
    instance = read(folder if folder.exists() else BENCH / "mps" / f"{name}.mps").instance
    assert instance.is_mip is not linear
    result = runner.solve(instance, solver=solver, options=SolveOptions(relative_gap=1e-9))
    assert result.solver == solver, result.reason
    assert result.termination_condition is T.OPTIMAL, result.message
    assert result.solution_status is SolutionStatus.OPTIMAL
    assert result.objective_value == pytest.approx(ACROSS[name] or NETLIB[name], rel=1e-8)


def test_a_wrong_optimal_of_a_first_order_method_is_caught() -> None:
    instance = read(BENCH / "lp" / "lp" / "pilot87.gz").instance
    result = runner.solve(instance, solver="pdlp", options=SolveOptions(first_order_tolerance=1e-4))
    assert result.raw_status == "kOptimal"  # the claim
    assert result.objective_value is not None
    assert abs(result.objective_value - 301.710347) / 301.7 > 1e-4  # the truth
    assert result.termination_condition is not T.OPTIMAL
    assert result.termination_condition is not T.OPTIMAL_WITHIN_TOLERANCE
    assert result.solution_status in (SolutionStatus.FEASIBLE, SolutionStatus.INFEASIBLE_POINT)
    assert result.residuals is not None
    assert result.residuals.worst_row
