"""The doctor has a row for every backend, and its exit status is the answer for a script."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from solvers.__main__ import main
from solvers.base import AvailabilityState
from solvers.registry import SOLVERS
from tests.solvers import instances

NEED_A_GPU = ("cupdlpx", "cuopt", "cuopt_remote")


def rows(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    return data


def test_every_backend_has_a_row_with_its_state_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    absent = [name for name, solver in SOLVERS.items() if name not in NEED_A_GPU and not solver.availability()]
    if absent:
        pytest.skip(f"NOT VERIFIED here: {', '.join(absent)}: not usable")
    assert main(["doctor", "--json"]) == 0
    found = rows(capsys)
    assert sorted(found) == sorted(SOLVERS)
    assert found["highs"].startswith("ready: HiGHS 1.")
    assert found["scip"].startswith("ready: SCIP ")
    assert found["mpax"].split(": MPAX ")[0] in (AvailabilityState.READY, AvailabilityState.CPU_ONLY)
    assert all("GPU not verified" in found[name] for name in ("mpax", *NEED_A_GPU))
    assert found["gurobi"].split(": Gurobi 1")[0] in (AvailabilityState.READY, AvailabilityState.LIMITED)
    if found["gurobi"].startswith("limited"):
        assert "needs a licence for more than 2000 rows or columns" in found["gurobi"]


def test_a_licence_that_has_run_out_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not SOLVERS["gurobi"].availability():
        pytest.skip("NOT VERIFIED here: gurobi is not usable")
    licence = tmp_path / "gurobi.lic"
    licence.write_text("TYPE=NODE\nVERSION=13\nHOSTID=1\nEXPIRATION=2020-01-01\nKEY=A\nCKEY=A\n")
    monkeypatch.setenv("GRB_LICENSE_FILE", str(licence))
    assert main(["doctor", "--solver", "highs", "--solver", "gurobi", "--json"]) == 1
    found = rows(capsys)
    assert sorted(found) == ["gurobi", "highs"]
    assert found["gurobi"].startswith("broken: Gurobi has no usable licence here: ")


def test_a_backend_that_nobody_installed_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in ("gurobipy", "pyscipopt") else real(name)
    )
    assert main(["doctor", "--solver", "gurobi", "--solver", "scip", "--json"]) == 0
    found = rows(capsys)
    assert found["gurobi"] == "absent: Gurobi is not installed here; it is the package gurobipy."
    assert found["scip"] == "absent: SCIP is not installed here; it is the package pyscipopt."


def test_a_crossover_on_the_command_line_gives_a_vertex(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ranges.instance"
    path.write_bytes(instances.ranges().to_bytes())
    assert main(["solve", str(path), "--solver", "pdlp", "--crossover", "--json"]) == 0
    found = rows(capsys)
    assert found["certificate"] == "crossover_done"
    assert found["device"] == "cpu"
    assert found["objective_value"] == pytest.approx(9)
