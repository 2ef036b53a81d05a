"""What is said of a proof through the runner: the state, the number, and the reason when there is none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from solvers import certify, runner
from solvers.beyond import Beyond
from solvers.certify import certified
from solvers.mps import read
from solvers.proof.check import check
from solvers.registry import SOLVERS
from solvers.result import Basis, ProofState, SolveOptions, TerminationCondition
from tests.solvers import instances

S = ProofState
BENCH = Path(__file__).resolve().parents[3].parent / "shared" / "bench" / "lp"
with_bench = pytest.mark.skipif(not BENCH.is_dir(), reason=f"NOT VERIFIED: the benchmark folder {BENCH} is not here")
INF = float("inf")


def test_a_linear_answer_comes_with_its_proof_and_its_basis() -> None:
    result = runner.solve(instances.workshop())
    assert result.proof is not None
    assert (result.proof.state, result.proof.exact, result.proof.gap) == (S.OPTIMAL, "3700", 0.0)
    assert result.proof.sentence == "Optimal, proven in exact arithmetic: 3700."
    assert result.proof.violation == 0
    assert result.basis is not None
    assert (result.basis.column_status.tolist(), result.basis.row_status.tolist()) == ([1, 1], [2, 2])


def test_no_proof_is_made_where_none_is_asked_for() -> None:
    assert runner.solve(instances.workshop(), options=SolveOptions(proof_seconds=0)).proof is None


def test_whole_numbers_leave_the_bound_to_the_solver() -> None:
    proof = runner.solve(instances.knapsack()).proof
    assert proof is not None
    assert (proof.state, proof.proven, proof.certificate) == (S.NOT_TRIED, False, None)
    assert "the solver's word" in proof.sentence


def test_an_instance_past_the_limit_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certify, "MAX_NONZEROS", 3)
    proof = runner.solve(instances.workshop()).proof
    assert proof is not None
    assert (proof.state, proof.proven) == (S.NOT_TRIED, False)
    assert "too large" in proof.sentence


def test_a_contradiction_found_by_presolve_is_proven() -> None:
    result = runner.solve(instances.contradiction())
    assert result.termination_condition is TerminationCondition.INFEASIBLE
    assert result.proof is not None
    assert result.proof.state is S.INFEASIBLE
    assert result.proof.certificate is not None
    assert check(instances.contradiction(), result.proof.certificate)


def test_duals_that_point_at_a_missing_limit_are_repaired_through_a_row() -> None:
    # x + y = 1, no limit on x above: the duals below leave x a price of about -1e-8, which proves nothing by itself.
    instance = instances.make(cost=[1, 3], rows=[[1, 1]], row_lower=[1], row_upper=[1])
    honest = runner.solve(instance, options=SolveOptions(proof_seconds=0))
    noisy = replace(honest, row_dual=np.array([1.0 + 1.2345678912e-8]), basis=None)
    proof = certified(instance, noisy).proof
    assert proof is not None
    assert (proof.state, proof.method) == (S.BOUND, "safe bound")
    assert proof.certificate is not None
    assert check(instance, proof.certificate)


def test_duals_that_are_wrong_prove_a_weak_bound_at_most() -> None:
    instance = instances.workshop()
    honest = runner.solve(instance, options=SolveOptions(proof_seconds=0))
    proof = certified(instance, replace(honest, row_dual=np.array([20.0, 30.0]), basis=None)).proof
    assert proof is not None
    assert (proof.state, proof.proven, proof.exact) == (S.WEAK, False, "7800")
    nothing = certified(instance, replace(honest, row_dual=np.array([0.0, 0.0]), basis=None)).proof
    assert nothing is not None
    assert not nothing.proven


def test_a_basis_of_another_shape_or_a_singular_one_is_passed_over() -> None:
    instance = instances.make(cost=[1, 1], rows=[[1, 1], [2, 2]], row_lower=[1, 2], row_upper=[INF, INF])
    honest = runner.solve(instance, options=SolveOptions(proof_seconds=0))
    for columns, rows in (([1], [0, 0]), ([1, 1], [0, 0]), ([1, 1], [1, 0]), ([], [])):
        basis = Basis(np.array(columns, dtype=np.int8), np.array(rows, dtype=np.int8))
        proof = certified(instance, replace(honest, basis=basis, row_dual=None)).proof
        assert proof is not None
        assert proof.state is S.NOT_PROVEN


@pytest.mark.parametrize("solver", ["highs", "gurobi", "pdlp"])
def test_every_backend_with_duals_gets_a_proof_that_a_stranger_can_check(solver: str) -> None:
    availability = SOLVERS[solver].availability()
    if not availability:
        pytest.skip(f"NOT VERIFIED here: {solver}: {availability.reason}")
    for instance in (instances.workshop(), instances.make(cost=[1, 2], rows=[[1, 1]], row_lower=[0.3], row_upper=[9])):
        result = runner.solve(instance, solver=solver)
        assert result.proof is not None
        assert result.proof.proven, result.proof
        assert (result.basis is None) is (solver == "pdlp")
        assert result.proof.certificate is not None
        assert check(instance, json.loads(json.dumps(result.proof.certificate)))


NETLIB = {"afiro": "-406659/875", "sc205": "-5064062500/97008861", "degen2": "-1435.178"}


@with_bench
@pytest.mark.bench
@pytest.mark.parametrize("name", ["afiro", "sc205", "degen2", "adlittle", "kb2", "stocfor1", "bandm", "pilot4"])
def test_public_instances_are_proven_optimal_exactly(name: str) -> None:
    instance = read(BENCH / "lp" / f"{name}.gz").instance
    result = runner.solve(instance, options=SolveOptions(proof_seconds=30))
    assert result.proof is not None
    assert result.proof.state is S.OPTIMAL, result.proof.sentence
    assert result.proof.exact == NETLIB.get(name, result.proof.exact)
    assert result.proof.certificate is not None
    assert check(instance, result.proof.certificate)


@with_bench
@pytest.mark.bench
@pytest.mark.parametrize("name", ["bgetam", "cplex2", "forest6", "klein2", "woodinfe"])
def test_public_contradictions_are_proven(name: str) -> None:
    instance = read(BENCH / "infeasible" / f"{name}.gz").instance
    proof = runner.solve(instance).proof
    assert proof is not None
    assert proof.state is S.INFEASIBLE, proof.sentence
    assert proof.certificate is not None
    assert check(instance, proof.certificate)


def test_what_is_not_linear_is_neither_proven_nor_accepted_as_proven() -> None:
    shop = instances.workshop()
    result = runner.solve(shop)
    assert result.proof is not None
    assert result.proof.certificate is not None
    bent = replace(shop, beyond=Beyond(semicontinuous=np.array([0], dtype=np.int32)))
    proof = certified(bent, result).proof
    assert proof is not None
    assert (proof.state, proof.certificate) == (S.NOT_TRIED, None)
    assert not check(bent, result.proof.certificate)
