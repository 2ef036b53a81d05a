"""The whole of an evaluation: real drafter, sandbox and solver, records that are taken up again, reports."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from copilot.drafting.base import Draft, DraftOutcome, DraftReport, DraftRequest, Feedback
from copilot.drafting.builtin import BuiltinDrafter
from copilot.evaluation.attempt import Attempt, Tools, attempt, rejudged
from copilot.evaluation.problems import Problem, ProblemError
from copilot.evaluation.report import markdown, page, summary
from copilot.evaluation.session import Record, carry_out, read_record
from copilot.evaluation.verdict import judge
from copilot.runs import engines
from solvers.result import Result, SolutionStatus, TerminationCondition

DESKS = """A workshop makes desks and chairs. Each desk takes 4 hours of carpentry and 2 hours of painting, each chair
takes 3 hours of carpentry and 1 hour of painting. There are 240 hours of carpentry and 100 hours of painting. A desk
earns $70 and a chair earns $50. How many desks and chairs should be made to maximize profit?"""
NONSENSE = "The moon is full of cheese and nobody asked."


@pytest.fixture
def tools() -> Tools:
    return Tools(BuiltinDrafter(), engines.sandbox(), engines.build_limits())


def test_a_problem_with_its_optimum_is_right_and_the_same_with_another_is_wrong(tools: Tools) -> None:
    right = attempt(Problem("a", "s", DESKS, answer=4100.0), tools)
    assert (right.outcome, right.how, right.verification) == ("right", "solved", "passed")
    wrong = attempt(Problem("a", "s", DESKS, answer=4000.0), tools)
    assert (wrong.outcome, wrong.value) == ("wrong", right.value)


def test_what_is_not_understood_is_an_abstention_with_its_reason(tools: Tools) -> None:
    found = attempt(Problem("a", "s", NONSENSE, answer=1.0), tools)
    assert found.outcome == "abstained"
    assert found.reason


def test_an_unknown_answer_is_not_judged(tools: Tools) -> None:
    assert attempt(Problem("a", "s", DESKS), tools).outcome == "unjudged"


class Broken:
    """A drafter whose programs cannot be built."""

    name = "broken"

    def draft(self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]) -> DraftOutcome:
        report("draft.attempt", {"input_tokens": 100, "output_tokens": 20})
        whole = BuiltinDrafter().draft(request, report, should_stop)
        broken = Draft(whole.draft.formulation, "def build_model(data):\n    return nothing\n", {}, "broken")
        return DraftOutcome("complete", broken)

    def repair(
        self,
        request: DraftRequest,
        draft: Draft,
        feedback: Feedback,
        report: DraftReport,
        should_stop: Callable[[], bool],
    ) -> DraftOutcome:
        return self.draft(request, report, should_stop)


def test_a_program_that_does_not_build_is_an_error_and_its_calls_are_counted(tools: Tools) -> None:
    found = attempt(Problem("a", "s", DESKS, answer=4100.0), Tools(Broken(), tools.sandbox, tools.limits))
    assert (found.outcome, found.how) == ("error", "build failed")
    assert (found.calls, found.tokens) == (2, 240)


def result(ended: TerminationCondition, value: float | None = None) -> Result:
    status = SolutionStatus.NO_SOLUTION if value is None else SolutionStatus.OPTIMAL
    return Result(ended, status, solver="highs", objective_value=value)


def test_statuses_are_judged_as_answers() -> None:
    ended = TerminationCondition
    none = Problem("a", "s", "x", status="infeasible")
    assert judge(none, result(ended.INFEASIBLE)) == "right"
    assert judge(none, result(ended.OPTIMAL, 3.0)) == "wrong"
    some = Problem("a", "s", "x", answer=3.0)
    assert judge(some, result(ended.INFEASIBLE)) == "wrong"
    assert judge(some, result(ended.CRASHED)) == "error"
    assert judge(some, result(ended.TIME_LIMIT)) == "unproven"


def test_corrections_judge_again_without_solving_again(tools: Tools) -> None:
    tried = attempt(Problem("a", "s", DESKS, answer=1.0), tools)
    (again,) = rejudged([tried], [Problem("a", "s", DESKS, answer=1.0, accepted=(tried.value,))])
    assert (tried.outcome, again.outcome) == ("wrong", "right")


def test_an_evaluation_goes_on_where_it_was_killed(tmp_path: Path, tools: Tools) -> None:
    problems = [(Problem(str(number), "s", NONSENSE), 0) for number in range(3)]
    file, settings, tried = tmp_path / "record.jsonl", {"drafter": "builtin"}, []

    def work(problem: Problem, seed: int) -> Attempt:
        tried.append(problem.id)
        return attempt(problem, tools, seed=seed)

    first = carry_out(problems, work, Record(file, settings), workers=1)
    next(first)
    first.close()
    with file.open("a") as half:
        half.write('{"id": "1", "su')  # killed in the middle of a line
    done = {one.id for one in read_record(file)[1]}
    tried.clear()
    assert len(list(carry_out(problems, work, Record(file, settings), workers=2))) == 3 - len(done)
    assert not done & set(tried)
    assert sorted(one.id for one in read_record(file)[1]) == ["0", "1", "2"]


def test_a_record_of_other_settings_is_not_added_to(tmp_path: Path) -> None:
    file = tmp_path / "record.jsonl"
    Record(file, {"drafter": "builtin"})
    with pytest.raises(ProblemError, match="drafter 'builtin' instead of 'llm'"):
        Record(file, {"drafter": "llm"})
    file.write_text("something else\n")
    with pytest.raises(ProblemError, match="not the record of an evaluation"):
        Record(file, {"drafter": "llm"})


def test_reports_tell_every_outcome_and_escape_what_a_text_says(tools: Tools) -> None:
    tried = [attempt(Problem("<b>", "s|t", NONSENSE, answer=1.0), tools)]
    assert "&lt;b&gt;" in page({"drafter": "builtin"}, tried, None, None)
    assert "| s\\|t | 1 |" in markdown({"drafter": "builtin"}, tried, None, None)
    assert summary(tried)["abstained"] == 1


def test_the_command_prints_one_object_and_writes_both_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "two.jsonl"
    problems = [{"id": "desks", "question": DESKS, "answer": 4100}, {"id": "moon", "question": NONSENSE, "answer": 1}]
    file.write_text("\n".join(json.dumps(problem) for problem in problems))
    errata = tmp_path / "errata.jsonl"
    errata.write_text(json.dumps({"id": "desks", "answer": 1, "reason": "to see both figures"}))
    call_command(
        "evaluate",
        str(file),
        "--json",
        "--errata",
        str(errata),
        stderr=StringIO(),
        **{"markdown": tmp_path / "report.md", "html": tmp_path / "report.html"},
    )
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (found["total"], found["right"], found["abstained"]) == (2, 1, 1)
    assert (found["with_errata"]["right"], found["with_errata"]["wrong"]) == (0, 1)
    assert "moon" in (tmp_path / "report.md").read_text()
    assert "moon" in (tmp_path / "report.html").read_text()


def test_the_command_says_what_is_wrong_with_a_path(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is not there"):
        call_command("evaluate", str(tmp_path / "nowhere"))
