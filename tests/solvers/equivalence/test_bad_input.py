"""Files that cannot be compared end with status 4 and one sentence that names the file; odd names do not matter."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from solvers.__main__ import main
from solvers.instance import Instance
from solvers.instance_file import MAGIC
from tests.solvers import instances

HEAD = "NAME t\nROWS\n N goal\n L c\nCOLUMNS\n"
TAIL = "RHS\n RHS c 9\nENDATA\n"
WHOLE = f"{HEAD} x goal 1 c 1\n{TAIL}"


@pytest.fixture
def good(tmp_path: Path) -> str:
    path = tmp_path / "good.instance"
    model = instances.make(cost=[1], rows=[[1]], row_lower=[-instances.INF], row_upper=[9])
    path.write_bytes(Instance(**(vars_of(model) | {"row_names": ("c",), "column_names": ("x",)})).to_bytes())
    return str(path)


def vars_of(instance: Instance) -> dict[str, object]:
    return {name: getattr(instance, name) for name, item in instance.__dataclass_fields__.items() if item.init}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("nan.mps", f"{HEAD} x goal 1 c nan\n{TAIL}", "line 6 has nan where a number is expected"),
        ("nan.lp", "min x\nst\nc: nan x <= 3\nend\n", "line 3 has nan where a number is expected"),
        ("side.lp", "min x\nst\nc: x <= nan\nend\n", "line 3 has nan where a number is expected"),
        ("inf.lp", "min x\nst\nc: inf x <= 3\nend\n", "line 3 has inf where a number is expected"),
        ("inf.mps", f"{HEAD} x goal 1 c 1e400\n{TAIL}", "1 of its coefficients are infinite or larger than 1e15"),
        ("cost.mps", f"{HEAD} x goal inf c 1\n{TAIL}", "objective coefficient of variable x is inf"),
        ("empty.lp", "", "is empty"),
        ("cut.mps", f"{HEAD} x goal 1 c", "cannot be read"),
        ("cut.lp", "min x + y\nst\n c: x +", "line 3 has the end of its section where a term is expected"),
        ("garbage.mps", "garbage\n" * 9, "does not follow the MPS or LP format"),
        ("model.txt", "hello", "has no known ending; use .mps, .lp"),
    ],
)
def test_a_faulty_file_is_refused_in_one_sentence(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, sentence: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert main(["diff", good, str(path)]) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"The file {name}" in printed.err
    assert sentence in printed.err
    assert printed.err.count("\n") == 1


def test_what_is_no_file_is_refused(good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder.mps").mkdir()
    for name, sentence in (
        ("folder.mps", "Is a directory"),
        ("missing.mps", "No such file"),
        (f"{'n' * 300}.mps", "File name too long"),
    ):
        assert main(["diff", str(tmp_path / name), good]) == 4
        assert sentence in capsys.readouterr().err


def test_ten_million_declared_nonzeros_take_no_memory(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrays = [["cost", "<f8", 1], ["indptr", "<i4", 2], ["indices", "<i4", 10**7], ["values", "<f8", 10**7]]
    header = {
        "name": "t", "sense": "minimize", "objective_name": "o", "objective_offset": 0.0, "names": [[0, 0]] * 3,
        "arrays": arrays, "fixed": [],
    }  # fmt: skip
    text = json.dumps(header).encode()
    path = tmp_path / "large.instance"
    path.write_bytes(MAGIC + struct.pack("<I", len(text)) + text + b"\0" * 16)
    assert main(["diff", good, str(path)]) == 4
    assert capsys.readouterr().err.startswith("solvers: ")


@pytest.mark.parametrize("name", ["[1] {a} (b) größe 模.mps", f"{'n' * 240}.mps"])
def test_odd_names_of_files_do_not_matter(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = tmp_path / name
    path.write_text(WHOLE)
    assert main(["diff", good, str(path)]) == 0
    assert capsys.readouterr().out.startswith("IDENTICAL")


def test_a_variable_with_a_long_name_is_only_renamed(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "long.mps"
    path.write_text(WHOLE.replace(" x goal", f" {'n' * 300} goal"))
    assert main(["diff", good, str(path)]) == 0
    assert capsys.readouterr().out.startswith("EQUIVALENT")


def test_models_without_an_objective_and_with_contradictions_are_compared(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "none.mps"
    path.write_text(WHOLE.replace(" N goal\n", "").replace("goal 1 ", ""))
    assert main(["diff", good, str(path)]) == 1
    assert "objective coefficient 1 → 0" in capsys.readouterr().out
    crossed = tmp_path / "crossed.instance"
    model = instances.make(cost=[1], lower=[5], upper=[2])
    crossed.write_bytes(model.to_bytes())
    other = tmp_path / "other.instance"
    other.write_bytes(instances.make(cost=[1, 1], lower=[5, 0], upper=[2, 1]).to_bytes())
    assert main(["diff", str(crossed), str(other)]) == 4
    assert "Both models contradict themselves" in capsys.readouterr().out
