"""Reading problems: JSON lines, folders with data, corrections; every refusal names the place and what to change."""

import json
from pathlib import Path

import pytest

from copilot.evaluation.errata import corrected, read_errata
from copilot.evaluation.problems import Problem, ProblemError, read_problems


def lines(path: Path, *problems: str | dict[str, object]) -> Path:
    path.write_text("\n".join(problem if isinstance(problem, str) else json.dumps(problem) for problem in problems))
    return path


def test_a_file_of_lines_gives_its_problems_in_order(tmp_path: Path) -> None:
    file = lines(
        tmp_path / "mine.jsonl",
        {"id": "a", "question": "One?", "answer": "3,5".replace(",", ".")},
        "",
        {"text": "Two?"},
    )
    first, second = read_problems([file])
    assert (first.id, first.suite, first.answer) == ("a", "mine", 3.5)
    assert (second.id, second.answer, second.is_judged) == ("mine-3", None, False)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1: not JSON"),
        ("[1]", "line 1: a problem is an object"),
        ('{"id": "a"}', "line 1: no text"),
        ('{"question": "x", "answer": "many"}', "'many' is not a number"),
        ('{"question": "x", "answer": Infinity}', "write the status infeasible or unbounded"),
        ('{"question": "x", "status": "odd"}', "none of optimal, infeasible, unbounded"),
        ('{"question": "x", "tables": [{"name": "t"}]}', "a table is an object with name and csv"),
    ],
)
def test_a_bad_line_is_named_with_what_to_change(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(ProblemError, match=r"bad\.jsonl, ") as refused:
        read_problems([lines(tmp_path / "bad.jsonl", line)])
    assert says in str(refused.value)


def test_two_problems_with_one_id_are_refused(tmp_path: Path) -> None:
    file = lines(tmp_path / "s.jsonl", {"id": 1, "question": "x"}, {"id": 1, "question": "y"})
    with pytest.raises(ProblemError, match="two problems with the id 1"):
        read_problems([file])


def test_the_choice_of_a_seed_is_always_the_same_and_keeps_the_order(tmp_path: Path) -> None:
    file = lines(tmp_path / "s.jsonl", *({"id": str(i), "question": "x"} for i in range(50)))
    chosen = [problem.id for problem in read_problems([file], limit=10, seed=3)]
    assert chosen == [problem.id for problem in read_problems([file], limit=10, seed=3)]
    assert chosen == sorted(chosen, key=int)
    assert chosen != [problem.id for problem in read_problems([file], limit=10, seed=4)]


def test_a_folder_gives_its_text_with_parameters_filled_in_and_its_tables(tmp_path: Path) -> None:
    folder = tmp_path / "shelf" / "plan"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "days.csv").write_text("day,need\n1,4\n2,6\n")
    raw = {
        "abstract_problem": "Plan {T} days; {unknown} stays.",
        "parameters": {"T": "2"},
        "files": {"days": {"path": "data/days.csv", "description": "what each day needs"}},
        "optimal_value": "10.0",
    }
    (folder / "instance.json").write_text(json.dumps(raw))
    (problem,) = read_problems([tmp_path / "shelf"])
    assert problem.text.startswith("Plan 2 days; {unknown} stays.")
    assert "what each day needs" in problem.text
    assert (problem.id, problem.suite, problem.answer) == ("plan", "shelf", 10.0)
    assert problem.tables[0].columns["need"] == (4, 6)


def test_a_folder_may_have_no_plan_and_may_lack_a_file(tmp_path: Path) -> None:
    raw = {"abstract_problem": "x", "files": {"s": {"path": "data/s.csv"}}, "optimal_value": "infeasible"}
    (tmp_path / "instance.json").write_text(json.dumps(raw))
    (problem,) = read_problems([tmp_path])
    assert (problem.answer, problem.status, problem.is_judged) == (None, "infeasible", True)
    assert "data/s.csv cannot be read" in problem.notes[0]


def test_a_folder_whose_file_lies_outside_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (folder / "instance.json").write_text(
        json.dumps({"abstract_problem": "x", "files": {"s": {"path": "../secret.csv"}}})
    )
    with pytest.raises(ProblemError, match="outside its folder"):
        read_problems([folder])


def test_an_answer_is_met_within_the_larger_tolerance() -> None:
    large, small = Problem("a", "s", "x", answer=1e6), Problem("b", "s", "x", answer=0.0, absolute=0.1)
    assert large.meets(1e6 + 99)
    assert not large.meets(1e6 + 101)
    assert small.meets(0.09)
    assert not small.meets(0.11)


def test_a_correction_changes_its_problem_only(tmp_path: Path) -> None:
    file = lines(tmp_path / "errata.jsonl", {"id": "a", "accepted": [7], "reason": "both readings are fair"})
    problems = [Problem("a", "s", "x", answer=5.0), Problem("b", "s", "x", answer=5.0)]
    first, second = corrected(problems, read_errata(file))
    assert (first.meets(7.0), first.meets(5.0), second.meets(7.0)) == (True, True, False)


@pytest.mark.parametrize("line", ['{"id": "a", "answer": 3}', '{"id": "a", "reason": "why"}', "nothing"])
def test_a_correction_without_reason_or_change_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(ProblemError, match=r"errata\.jsonl, line 1"):
        read_errata(lines(tmp_path / "errata.jsonl", line))
