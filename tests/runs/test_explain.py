"""What a run stores of a result: the words of the check, and a proof that anyone can check again later."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from copilot.runs import explain as explaining
from solvers import runner
from solvers.instance import Instance
from solvers.proof.check import check
from solvers.result import Certificate, Result, SolutionStatus, TerminationCondition
from tests.runs.fakes import FORMULATION
from tests.solvers import instances


def stored(instance: Instance) -> dict[str, object]:
    kept: dict[str, object] = json.loads(
        json.dumps(explaining.explain(FORMULATION, instance, runner.solve(instance)), allow_nan=False)
    )
    return kept


def shop() -> Instance:
    return replace(instances.workshop(), column_names=("desks", "chairs"), row_names=("carpentry", "finishing"))


def test_a_linear_run_keeps_a_proof_that_a_stranger_can_check() -> None:
    result = stored(shop())
    assert str(result["certificate_words"]).endswith("holds: optimal (verified).")
    assert result["quality"] == "optimal (verified)"
    proof = result["proof"]
    assert isinstance(proof, dict)
    assert (proof["state"], proof["exact"], proof["proven"]) == ("optimal", "3700", True)
    assert check(shop(), proof["certificate"])


def test_a_contradiction_is_said_to_be_proven() -> None:
    result = stored(instances.contradiction())
    assert result["certificate_words"] == "There is no solution to check, and it was proven that there is none."
    assert isinstance(result["proof"], dict)
    assert check(instances.contradiction(), result["proof"]["certificate"])


def test_a_long_certificate_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "MAX_CERTIFICATE", 100)
    proof = stored(shop())["proof"]
    assert isinstance(proof, dict)
    assert (proof["state"], proof["certificate"]) == ("optimal", None)


def test_a_local_optimum_is_no_best_plan() -> None:
    local = Result(
        TerminationCondition.LOCALLY_OPTIMAL, SolutionStatus.FEASIBLE, "ipopt", objective_value=3700.0,
        x=np.array([30.0, 40.0]), certificate=Certificate.RESIDUALS_CHECKED,
    )  # fmt: skip
    told = explaining.explain(FORMULATION, shop(), local)
    assert "a local optimum" in told["headline"]
    assert told["headline"].endswith("but a better plan may exist elsewhere.")
    assert "possible" not in told["headline"]
    assert str(told["certificate_words"]).endswith("holds: local optimum.")


def test_no_plan_nearby_is_not_told_as_a_contradiction() -> None:
    none = Result(TerminationCondition.LOCALLY_INFEASIBLE, SolutionStatus.NO_SOLUTION, "ipopt")
    headline = explaining.explain(FORMULATION, shop(), none)["headline"]
    assert "has not shown that there is none" in headline
