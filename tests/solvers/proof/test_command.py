"""The command line: a proof is written, read back by another process, and refused when it was changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from solvers.__main__ import main
from tests.solvers import instances


@pytest.fixture
def shop(tmp_path: Path) -> str:
    path = tmp_path / "shop.instance"
    path.write_bytes(instances.workshop().to_bytes())
    return str(path)


def test_a_proof_is_written_and_checked_again(shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = tmp_path / "proof.json"
    assert main(["solve", shop, "--json", "--proof", str(proof)]) == 0
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (data["quality"], data["proof"]["state"], data["proof"]["exact"]) == (
        "optimal (verified)",
        "optimal",
        "3700",
    )
    assert data["proof"]["proven"] is True
    assert data["proof"]["method"] == "duals"
    assert data["proof"]["seconds"] >= 0
    assert main(["check", shop, str(proof)]) == 0
    assert capsys.readouterr().out == "proven: the optimum is exactly 3700 ≈ 3700\n"
    changed = json.loads(proof.read_text())
    changed["multipliers"]["numerators"]["row[1]"] = "26"
    proof.write_text(json.dumps(changed))
    assert main(["check", shop, str(proof)]) == 1
    assert "another bound" in capsys.readouterr().out


def test_a_proof_of_another_file_is_told_from_one_that_holds(
    shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proof, other = tmp_path / "proof.json", tmp_path / "other.mps"
    assert main(["solve", shop, "--proof", str(proof)]) == 0
    assert "Optimal, proven in exact arithmetic: 3700." in capsys.readouterr().out
    assert main(["convert", shop, str(other)]) == 0
    assert main(["check", str(other), str(proof)]) == 0
    assert main(["convert", str(other), str(tmp_path / "endless.mps")]) == 0
    (tmp_path / "endless.instance").write_bytes(instances.endless().to_bytes())
    assert main(["check", str(tmp_path / "endless.instance"), str(proof)]) == 1


def test_a_contradiction_is_written_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, proof = tmp_path / "no.instance", tmp_path / "proof.json"
    path.write_bytes(instances.contradiction().to_bytes())
    assert main(["solve", str(path), "--proof", str(proof)]) == 0
    assert main(["check", str(path), str(proof)]) == 0
    assert "no point satisfies all constraints" in capsys.readouterr().out


def test_where_there_is_no_proof_the_command_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, proof = tmp_path / "whole.instance", tmp_path / "proof.json"
    path.write_bytes(instances.knapsack().to_bytes())
    assert main(["solve", str(path), "--proof", str(proof)]) == 2
    assert "the solver's word" in capsys.readouterr().err
    assert not proof.exists()


NO_PROOFS = {
    "empty": "",
    "list": "[]",
    "cut": "{",
    "bare": '{"claim": "bound"}',
    "number": '{"claim": "bound", "multipliers": 3}',
    "deep": "[" * 99_999,
}


@pytest.mark.parametrize("text", NO_PROOFS.values(), ids=NO_PROOFS)
def test_a_file_that_is_no_proof_is_refused(shop: str, tmp_path: Path, text: str) -> None:
    proof = tmp_path / "proof.json"
    proof.write_text(text)
    assert main(["check", shop, str(proof)]) in (1, 2)
    assert main(["check", shop, str(tmp_path / "nowhere.json")]) == 2
    assert main(["check", shop, shop]) == 2


def test_the_convention_of_the_residuals_is_printed(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", shop]) == 0
    printed = capsys.readouterr().out
    assert "optimal (verified): objective 3700" in printed
    assert "relative: divided by 1 + |limit|" in printed
