"""The command explains what a file holds, in words and as JSON, and says what is wrong with a bad one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from solvers.explain.command import explain_main
from solvers.instance import Instance
from solvers.mps_write import mps_text
from tests.solvers import instances


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Instance], str]:
    def save(instance: Instance) -> str:
        path = tmp_path / "case.mps"
        path.write_text(mps_text(instance), encoding="utf-8")
        return str(path)

    return save


def test_an_infeasible_file_gets_conflict_and_repairs(
    saved: Callable[[Instance], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain_main([saved(instances.contradiction())]) == 0
    text = capsys.readouterr().out
    assert "These 2 cannot all hold (proven minimal; shown in exact arithmetic; 2 solves):" in text
    assert "row row[0]: at least 3 -> 1" in text
    assert "fewest limits changed" in text


def test_the_same_as_json_is_one_object(saved: Callable[[Instance], str], capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_main([saved(instances.no_integer_point()), "--json", "--lock", "row[0]"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["conflict"]["proven_minimal"] is True
    assert {item["kind"] for item in data["conflict"]["items"]} == {"row", "integrality"}
    assert all(item["limit"] is None for item in data["conflict"]["items"] if item["kind"] == "integrality")
    assert data["repairs"]["found"] == []
    assert "locked" in data["repairs"]["reason"]


def test_an_unbounded_file_gets_a_ray(saved: Callable[[Instance], str], capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_main([saved(instances.endless())]) == 0
    text = capsys.readouterr().out
    assert "breaks no limit (unbounded; checked exactly)" in text
    assert "x[0] +1" in text


def test_a_linear_plan_gets_its_sensitivity(
    saved: Callable[[Instance], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain_main([saved(instances.workshop())]) == 0
    text = capsys.readouterr().out
    assert "row[0] (at most 240): +5 per unit from 200 to 300" in text
    assert explain_main([saved(instances.workshop()), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["sensitivity"]["rows"][0]["range"] == {"low": 200.0, "high": 300.0, "known": [True, True]}


def test_a_whole_number_plan_gets_the_advice_to_sweep(
    saved: Callable[[Instance], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain_main([saved(instances.knapsack())]) == 0
    assert "sweep the limit instead" in capsys.readouterr().out


def test_a_bad_file_or_name_is_one_sentence_on_standard_error(
    saved: Callable[[Instance], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain_main([str(tmp_path / "nowhere.mps")]) == 2
    assert "cannot be opened" in capsys.readouterr().err
    assert explain_main([saved(instances.contradiction()), "--lock", "nothing"]) == 2
    assert "no row or column called nothing" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon", "inf"])
def test_a_time_limit_must_be_a_positive_number(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        explain_main(["file.mps", "--time-limit", seconds])
    assert "positive number of seconds" in capsys.readouterr().err


def test_it_runs_as_a_module(saved: Callable[[Instance], str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "solvers.explain", saved(instances.contradiction()), "--time-limit", "20"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "cannot all hold" in done.stdout
