"""The command compares files of two formats, and its exit status is the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from solvers.__main__ import main

LP = "max\n p: 70 desk + 40 chair\nst\n carpentry: 4 desk + 3 chair <= 240\n finishing: 2 desk + chair <= 100\nend\n"
MPS = """NAME workshop
ROWS
 N loss
 G wood
 L paint
COLUMNS
 table loss -70 wood -8
 table paint 2
 chair loss -40 wood -6
 chair paint 1
RHS
 rhs wood -480 paint {paint}
ENDATA
"""


@pytest.fixture
def lp(tmp_path: Path) -> str:
    path = tmp_path / "a.lp"
    path.write_text(LP)
    return str(path)


def mps(tmp_path: Path, paint: int) -> str:
    path = tmp_path / "b.mps"
    path.write_text(MPS.format(paint=paint))
    return str(path)


def test_a_rewrite_in_another_format_is_equivalent(lp: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", lp, mps(tmp_path, 100)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("EQUIVALENT (rewritten): a mapping was found and checked")
    assert "1 constraint is turned" in printed


def test_a_change_is_named_with_exit_status_one(lp: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", lp, mps(tmp_path, 90), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "different"
    assert found["witness"] == "finishing: right-hand side 100 → 90"
    assert [family["family"] for family in found["families"]] == ["finishing"]


def test_the_same_file_is_identical(lp: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", lp, lp]) == 0
    assert capsys.readouterr().out.startswith("IDENTICAL")


def test_a_broken_file_is_invalid_with_a_sentence(lp: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.mps"
    broken.write_text("hello\n")
    assert main(["diff", lp, str(broken)]) == 4
    assert "broken.mps" in capsys.readouterr().err
