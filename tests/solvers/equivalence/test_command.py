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


def longer(tmp_path: Path, row: str) -> str:
    path = tmp_path / "longer.lp"
    path.write_text(LP.replace("end\n", f" {row}\nend\n"))
    return str(path)


def test_the_level_says_how_far_a_rewrite_may_go(lp: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tens = LP.replace("70 desk", "7 tens").replace("4 desk", "0.4 tens").replace("2 desk", "0.2 tens")
    scaled = tmp_path / "scaled.lp"
    scaled.write_text(tens)
    assert main(["diff", lp, str(scaled)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("EQUIVALENT (under a change of variables): a mapping with a scale and a shift per")
    assert "desk is 0.1 × tens in 1 of 1." in printed
    assert main(["diff", lp, str(scaled), "--level", "L2"]) == 1


def test_the_optimum_moves_in_the_direction_of_the_model(
    lp: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dearer = tmp_path / "dearer.lp"
    dearer.write_text(LP.replace("70 desk + 40 chair", "140 desk + 80 chair + 5"))
    assert main(["diff", lp, str(dearer)]) == 0
    assert capsys.readouterr().out.startswith("EQUIVALENT (objective scaled, optimum × 2 + 5): the same optimal plans")
    moved = tmp_path / "moved.lp"
    moved.write_text(LP.replace("40 chair", "40 chair + 5"))
    assert main(["diff", lp, str(moved)]) == 0
    assert capsys.readouterr().out.startswith("EQUIVALENT (shifted by 5): a mapping was found")


def test_a_row_that_follows_needs_the_last_level(lp: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = longer(tmp_path, "both: 6 desk + 4 chair <= 340")
    assert main(["diff", lp, other]) == 1
    capsys.readouterr()
    assert main(["diff", lp, other, "--level", "L4"]) == 0
    assert capsys.readouterr().out.startswith("EQUIVALENT (LP-certified): the rows that differ follow from the others")
    assert main(["diff", lp, longer(tmp_path, "both: 6 desk + 4 chair <= 339"), "--level", "L4"]) == 1
    assert "Evidence, which proves nothing:" in capsys.readouterr().out


def test_a_defined_variable_goes_when_asked(lp: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = tmp_path / "named.lp"
    defined = " all: 70 desk + 40 chair - profit = 0\nend"
    named.write_text(LP.replace("70 desk + 40 chair", "profit").replace("end", defined))
    assert main(["diff", lp, str(named)]) == 1
    capsys.readouterr()
    assert main(["diff", lp, str(named), "--eliminate"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("EQUIVALENT (after elimination)")
    assert "profit = 70 desk + 40 chair (second model)" in printed


def test_a_match_can_be_corrected(lp: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = mps(tmp_path, 100)
    assert main(["diff", lp, other, "--renamed", "variables:desk=chair", "--renamed", "variables:chair=table"]) == 0
    printed = capsys.readouterr().out
    assert "variable family desk is now chair (corrected)" in printed
    assert "coefficient of desk" in printed
    assert main(["diff", lp, other, "--renamed", "variables:desk=bed"]) == 4
    assert capsys.readouterr().err == "solvers: The second model has no variables called bed.\n"
    with pytest.raises(SystemExit):
        main(["diff", lp, other, "--renamed", "desk"])
    assert "variables:OLD=NEW" in capsys.readouterr().err
