"""The command line runs the very line that the browser runs, and its exit code tells a script what came out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from copilot.runs.models import Run

WORKSHOP = (
    "A workshop makes desks and chairs. A desk brings $70 and takes 4 hours of carpentry and 2 of finishing; a chair "
    "brings $40 and takes 3 and 1. There are 240 hours of carpentry and 100 of finishing. How many of each?"
)
PROMISED = {
    "status",
    "termination_condition",
    "verification",
    "objective_value",
    "variables",
    "formulation",
    "program",
    "assumptions",
    "questions",
    "run_id",
}
pytestmark = pytest.mark.django_db(transaction=True)


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and standard output."""
    with pytest.raises(SystemExit) as ended:
        call_command("ask", *arguments)
    return int(ended.value.code or 0), capsys.readouterr().out


def ask_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code, printed = ask(capsys, *arguments, "--json")
    return code, json.loads(printed)


def test_a_solved_problem_prints_one_object_and_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = ask_json(capsys, WORKSHOP)
    assert code == 0
    assert answer.keys() >= PROMISED
    assert (answer["status"], answer["termination_condition"]) == ("succeeded", "optimal")
    assert answer["objective_value"] == pytest.approx(3700)
    assert sorted(answer["variables"].values()) == [30, 40]
    assert "def build_model(data)" in answer["program"]
    assert answer["verification"] == "passed"
    assert Run.objects.get(id=answer["run_id"]).lifecycle == "succeeded"


def test_plain_text_names_plan_assumptions_and_all_four_statuses(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = ask(capsys, WORKSHOP)
    assert code == 0
    assert "$3,700" in printed
    assert "Assumed:" in printed
    last = printed.strip().splitlines()[-1]
    assert last == "Run succeeded · termination optimal · verification passed · certificate residuals_checked"


def test_several_plans_are_printed_with_what_is_promised(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = ask_json(capsys, WORKSHOP, "--pool", "4", "--solver", "scip")
    assert code == 0
    assert answer["pool"]["promise"] == "found_on_the_way"
    assert len(answer["pool"]["solutions"]) > 1
    code, printed = ask(capsys, WORKSHOP, "--pool", "4", "--solver", "scip")
    assert code == 0
    assert "Plans kept:" in printed
    assert "found on the way" in printed
    assert "instead of" in printed
    code, answer = ask_json(capsys, WORKSHOP, "--pool", "51")
    assert code == 1
    assert answer["message"] == "Between 1 and 50 plans can be kept."
    assert ask_json(capsys, WORKSHOP)[1]["pool"] is None


def test_a_text_that_is_no_problem_ends_with_2_and_says_what_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = ask_json(capsys, "Good morning!")
    assert code == 2
    assert answer["status"] == "awaiting_input"
    assert answer["reasons"] or answer["questions"]
    assert answer["variables"] == {}


def test_an_infeasible_problem_ends_with_1_and_names_the_change(capsys: pytest.CaptureFixture[str]) -> None:
    text = "minimize x + y\nsubject to\nneed: x + y >= 10\nroom: x + y <= 4"
    code, answer = ask_json(capsys, text)
    assert code == 1
    assert answer["termination_condition"] == "infeasible"
    assert "smallest change" in answer["message"]


def test_a_table_is_read_and_planned_over(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    table = tmp_path / "products.csv"
    table.write_text("item,profit,hours\ndesk,70,4\nchair,40,3\n")
    code, answer = ask_json(
        capsys, "Maximize total profit. Total hours at most 240. At most 50 of each.", "--data", str(table)
    )
    assert code == 0, answer["message"]
    assert answer["objective_value"] == pytest.approx(4020)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"item,profit,hours\ndesk,70,4\n", "revenue"),
        (b"", "empty"),
        (b"item,profit\n\xff\xfe\x00\x00,\x00", ""),
        (b"item,profit,profit\ndesk,1,2\n", "profit"),
    ],
)
def test_a_bad_table_is_refused_with_the_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes, said: str
) -> None:
    table = tmp_path / "products.csv"
    table.write_bytes(content)
    code, answer = ask_json(capsys, "Maximize total revenue. Total hours at most 240.", "--data", str(table))
    assert code in (1, 2)
    assert said in answer["message"]
    assert "Traceback" not in answer["message"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.csv cannot be read"):
        call_command("ask", "x", "--data", str(tmp_path / "none.csv"))


def test_an_empty_message_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = ask_json(capsys, "  ")
    assert code == 1
    assert "empty" in answer["message"]


def test_asking_for_the_language_model_where_none_is_connected_says_how_to_connect_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, answer = ask_json(capsys, WORKSHOP, "--drafter", "llm")
    assert code == 1
    assert "COPILOT_LLM=provider:model" in answer["message"]
