"""Folders of industrial problems: read as they are, built in the sandbox, solved to their recorded optimum."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.data.folders import ProblemFolder, read_folder
from copilot.data.reading import DataError
from copilot.drafting.source import held_numbers
from copilot.sandbox.host import Sandbox
from solvers import runner
from solvers.result import SolveOptions, TerminationCondition
from tests.data.industrial import FOLDERS, PROGRAMS, QUICK, program_of


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


def folder(tmp_path: Path, **changes: object) -> Path:
    """A small folder with one table."""
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "days.csv").write_text("day,need\n1,4\n2,6\n")
    raw = {
        "abstract_problem": "Plan {n} days.",
        "parameters": {"n": "2", "rate": "0.5", "limits": "[3, 4.5]", "codes": "a1,a2", "share": 12},
        "files": {"days": {"path": "./data/days.csv", "description": "a row per day"}},
        "optimal_value": 10,
    }
    (tmp_path / "instance.json").write_text(json.dumps(raw | changes))
    return tmp_path


def test_a_folder_gives_text_parameters_and_rows(tmp_path: Path) -> None:
    read = read_folder(folder(tmp_path))
    assert read.text == "Plan 2 days.\n\nData:\n\ndays (./data/days.csv): a row per day"
    assert read.data() == {
        "n": 2,
        "rate": 0.5,
        "limits": [3, 4.5],
        "codes": "a1,a2",
        "share": 12,
        "days": [{"day": 1, "need": 4}, {"day": 2, "need": 6}],
    }
    assert (read.optimum, read.notes) == (10.0, ())


def test_what_is_mended_or_missing_is_noted(tmp_path: Path) -> None:
    path = folder(tmp_path, files={"a": {"path": "data/a.csv"}, "b": {"path": "data/b.csv"}, "c": "data/c.csv"})
    (path / "data" / "a.csv").write_text("1,4.5\n2,6\n")
    (path / "data" / "b.csv").write_text("place,first,second\nx,1,2\ny,3\nz,4\n")
    read = read_folder(path)
    tables = {table.name: table for table in read.tables}
    assert tables["a"].columns == {"column_1": (1, 2), "column_2": (4.5, 6.0)}
    assert tables["b"].columns["second"] == (2, None, None)
    assert read.notes == (
        "a.csv: line 1 holds numbers rather than names, so the columns are column_1, column_2.",
        "b.csv, line 3 and 1 more: there are fewer cells than columns; the last are taken as empty.",
        f"{path.name}: data/c.csv cannot be read (No such file or directory).",
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"abstract_problem": None}, "no text under abstract_problem"),
        ({"files": {"a": {"path": "../../a.csv"}}}, "outside its folder"),
        ({"optimal_value": "large"}, "neither a number nor one of infeasible"),
        ({"files": ["a"]}, "files must be an object"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_folder(folder(tmp_path, **changes))


def test_a_parameter_and_a_table_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="both named days"):
        read_folder(folder(tmp_path, parameters={"days": 2})).data()


@pytest.mark.parametrize("program", sorted(set(PROGRAMS.values())))
def test_a_program_holds_no_number_of_its_folder(program: str) -> None:
    assert held_numbers((Path(__file__).parent / "programs" / f"{program}.py").read_text(encoding="utf-8")) == ()


@pytest.mark.bench
@pytest.mark.parametrize("name", QUICK)
def test_a_published_folder_reaches_its_optimum(sandbox: Sandbox, name: str) -> None:
    if not FOLDERS.is_dir():
        pytest.skip(f"No industrial folders at {FOLDERS}: they are kept beside the checkout, not in it.")
    read = read_folder(FOLDERS / name)
    built = sandbox.build(program_of(name), read.data(), seed=1)
    assert built.failure is None
    assert built.instance is not None
    options = SolveOptions(time_limit_seconds=100, proof_seconds=0.0)
    result = runner.solve(built.instance, solver="highs", options=options, core_count=1)
    _assert_reached(read, result.termination_condition, result.objective_value)


def _assert_reached(read: ProblemFolder, ended: TerminationCondition, value: float | None) -> None:
    if isinstance(read.optimum, str):
        assert str(ended) == read.optimum
    else:
        assert ended is TerminationCondition.OPTIMAL
        assert value == pytest.approx(read.optimum, rel=1e-4)
