"""The script that makes evidence on a GPU works without one, and then does not claim that there was one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from solvers import runner
from solvers.result import SolutionStatus
from tests.bench import gpu
from tests.bench.lps import KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_generated_instances_have_an_optimum_and_the_size_asked_for(kind: str) -> None:
    instance = KINDS[kind](4000).validate()
    assert 3000 <= instance.nonzero_count <= 5000
    assert KINDS[kind](4000) == instance
    assert runner.solve(instance, solver="highs").solution_status is SolutionStatus.OPTIMAL


def test_a_run_without_a_gpu_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gpu, "FIRST_ORDER", frozenset({"pdlp"}))
    out = tmp_path / "evidence.json"
    assert gpu.main(["--out", str(out), "--nonzeros", "400", "--kinds", "transport", "--seconds", "20"]) == 1
    assert "GPU NOT VERIFIED" in capsys.readouterr().out
    report = json.loads(out.read_text())
    assert report["gpu_verified"] is False
    assert [solve["device"] for solve in report["solves"]] == ["", "", "cpu"]
    assert all(solve["residuals"] for solve in report["solves"])
    assert report["machine"]["versions"]["highspy"]


def test_no_evidence_is_kept_that_no_gpu_made() -> None:
    for path in (Path(__file__).parents[2] / "docs/evidence").glob("*.json"):
        assert json.loads(path.read_text())["gpu_verified"] is True
