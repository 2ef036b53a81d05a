"""Questions: asked only when the answer changes the plan, answered once, skipped as an assumption, at most three."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import OperationalError, connection

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.drafting.base import Draft, DraftOutcome, DraftReport, DraftRequest, Feedback, Question
from copilot.runs import engines, pipeline, questions, services
from copilot.runs.events import EventType as E
from copilot.runs.models import Lifecycle, Run, RunEvent
from copilot.runs.services import RunError
from tests.runs import fakes

WHICH = Question("Is 240 the limit, or 100?", options=("240.", "100."), default="", why="Both are named.")


@dataclass
class Asking:
    """Asks until the request holds enough answers; each answer is the limit of the carpentry."""

    needs: int = 1
    question: Question = WHICH
    name: str = "builtin"
    seen: list[str] = field(default_factory=list)

    def draft(self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]) -> DraftOutcome:
        self.seen.append(request.text)
        given = request.text.split("\n\n")[1:]
        if len(given) < self.needs:
            return DraftOutcome("question", questions=(self.question,), partial=fakes.FORMULATION)
        if "unclear" in given[-1]:
            return DraftOutcome("abstained", reasons=("Still unclear.",))
        limit = float(given[-1].split()[0].rstrip("."))
        limited = fakes.FORMULATION.constraints[0].model_copy(update={"limit": limit})
        read = fakes.FORMULATION.model_copy(update={"constraints": (limited, fakes.FORMULATION.constraints[1])})
        return DraftOutcome("complete", draft=fakes.draft(formulation=read, carpentry=limit))

    def repair(
        self,
        request: DraftRequest,
        draft: Draft,
        feedback: Feedback,
        report: DraftReport,
        should_stop: Callable[[], bool],
    ) -> DraftOutcome:
        raise AssertionError("nothing is refused here")


@pytest.fixture
def alice(transactional_db: None) -> User:
    return User.objects.create_user("ada", password="x")


@pytest.fixture
def started(alice: User) -> Run:
    return services.start_run(workspace=workspace_of(alice), actor=alice, text="Desks.", enqueue=False)


@pytest.fixture
def drafted_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[Asking], Asking]:
    def use(drafter: Asking) -> Asking:
        monkeypatch.setattr(engines, "drafter_for", lambda name: drafter)
        return drafter

    return use


def walked(run: Run) -> Run:
    pipeline.execute(run.id)
    return Run.objects.get(id=run.id)


def question_of(run: Run) -> RunEvent:
    return RunEvent.objects.filter(run=run, type=E.DRAFT_QUESTION).latest("sequence")


def assumptions_of(run: Run) -> list[str]:
    assert run.version is not None
    return [one["text"] for one in run.version.formulation["assumptions"]]


def test_a_question_says_what_each_answer_leads_to(started: Run, drafted_by: Any) -> None:
    drafted_by(Asking())
    run = walked(started)
    assert run.lifecycle == Lifecycle.AWAITING_INPUT
    (asked,) = question_of(run).payload["questions"]
    assert asked["outcomes"] == ["Profit: $3,700", "Profit: $1,750"]
    assert asked["number"] == 1


def test_the_run_that_asked_goes_on_with_the_answer(started: Run, drafted_by: Any, alice: User) -> None:
    drafter = drafted_by(Asking())
    run = walked(started)
    questions.answer(run=run, actor=alice, asked=question_of(run).sequence, text=" 100. ")
    assert Run.objects.get(id=run.id).lifecycle == Lifecycle.QUEUED
    run = walked(run)
    assert run.lifecycle == Lifecycle.SUCCEEDED
    assert run.request_text == drafter.seen[-1] == "Desks.\n\n100."
    assert run.result is not None
    assert run.result["objective_value"] == pytest.approx(1750)
    assert not assumptions_of(run)
    assert run.attempt == 1


def test_a_skipped_question_takes_the_usual_and_says_so(started: Run, drafted_by: Any, alice: User) -> None:
    drafted_by(Asking(question=Question(WHICH.text, WHICH.options, default="100.")))
    run = walked(started)
    questions.answer(run=run, actor=alice, asked=question_of(run).sequence)
    run = walked(run)
    assert run.result is not None
    assert run.result["objective_value"] == pytest.approx(1750)
    assert assumptions_of(run) == ["Nobody answered “Is 240 the limit, or 100?” Taken: 100."]


def test_a_question_whose_answers_lead_to_the_same_is_not_asked(started: Run, drafted_by: Any) -> None:
    drafted_by(Asking(question=Question("Exactly 240 or 240 at most?", options=("240.", "240 at most."))))
    run = walked(started)
    assert run.lifecycle == Lifecycle.SUCCEEDED
    assert not RunEvent.objects.filter(run=run, type=E.DRAFT_QUESTION).exists()
    (told,) = assumptions_of(run)
    assert told.startswith("Not asked, since every answer leads to the same (Profit: $3,700)")


def test_a_question_is_answered_once(started: Run, drafted_by: Any, alice: User) -> None:
    drafted_by(Asking())
    run = walked(started)
    sequence = question_of(run).sequence
    questions.answer(run=run, actor=alice, asked=sequence, text="240.")
    for again in ("100.", ""):
        with pytest.raises(RunError, match="answered already"):
            questions.answer(run=run, actor=alice, asked=sequence, text=again)
    run = walked(run)
    with pytest.raises(RunError, match="answered already"):
        questions.answer(run=run, actor=alice, asked=sequence, text="100.")
    assert RunEvent.objects.filter(run=run, type=E.DRAFT_ANSWERED).count() == 1
    assert run.request_text == "Desks.\n\n240."


def test_a_question_may_be_left_unanswered(started: Run, drafted_by: Any, alice: User) -> None:
    drafted_by(Asking())
    run = walked(started)
    services.cancel_run(run=run, actor=alice)
    run.refresh_from_db()
    assert (run.lifecycle, run.closing_message) == (Lifecycle.CANCELLED, "Cancelled.")
    with pytest.raises(RunError, match="is closed"):
        questions.answer(run=run, actor=alice, asked=question_of(run).sequence, text="240.")


def test_after_three_answers_nothing_more_is_asked(started: Run, drafted_by: Any, alice: User) -> None:
    drafted_by(Asking(needs=4))
    run = walked(started)
    for number in (1, 2, 3):
        assert question_of(run).payload["questions"][0]["number"] == number
        questions.answer(run=run, actor=alice, asked=question_of(run).sequence, text="240.")
        run = walked(run)
    assert run.lifecycle == Lifecycle.AWAITING_INPUT
    assert "After 3 answers something is still open" in run.closing_message
    assert RunEvent.objects.filter(run=run, type=E.DRAFT_QUESTION).count() == 3


def test_what_cannot_be_answered_is_refused_with_a_sentence(started: Run, drafted_by: Any, alice: User) -> None:
    with pytest.raises(RunError, match="does not wait"):
        questions.answer(run=started, actor=alice, asked=1, text="240.")
    drafted_by(Asking(question=Question("How many?")))
    run = walked(started)
    sequence = question_of(run).sequence
    for text, words in (("", "no usual answer"), ("x" * 20_001, "at most 20,000"), ("a\x00b", "NUL")):
        with pytest.raises(RunError, match=words):
            questions.answer(run=run, actor=alice, asked=sequence, text=text)
    assert Run.objects.get(id=run.id).lifecycle == Lifecycle.AWAITING_INPUT


def test_an_answer_that_leads_nowhere_is_not_offered(started: Run, drafted_by: Any) -> None:
    drafted_by(Asking(question=Question("Which?", options=("240.", "unclear", "100."))))
    run = walked(started)
    assert question_of(run).payload["questions"][0]["options"] == ["240.", "100."]


def test_a_question_without_any_answer_that_helps_is_no_question(started: Run, drafted_by: Any) -> None:
    drafted_by(Asking(question=Question("Which?", options=("unclear", "unclear too"))))
    run = walked(started)
    assert run.lifecycle == Lifecycle.AWAITING_INPUT
    assert run.closing_message == "Still unclear."
    assert not RunEvent.objects.filter(run=run, type=E.DRAFT_QUESTION).exists()


def test_a_drafter_that_costs_money_is_not_asked_for_every_answer(started: Run, drafted_by: Any) -> None:
    drafter = drafted_by(Asking(name="llm"))
    run = walked(started)
    assert len(drafter.seen) == 1
    assert question_of(run).payload["questions"][0]["outcomes"] == ["", ""]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_counts(started: Run, drafted_by: Any, alice: User) -> None:
    drafted_by(Asking())
    run = walked(started)
    sequence, gate = question_of(run).sequence, threading.Barrier(2)
    refused: list[str] = []

    def act(text: str) -> None:
        gate.wait()
        try:
            questions.answer(run=run, actor=alice, asked=sequence, text=text)
        except (RunError, OperationalError) as refusal:  # SQLite says that it is locked
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[text]) for text in ("240.", "100.")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    (told,) = RunEvent.objects.filter(run=run, type=E.DRAFT_ANSWERED)
    assert Run.objects.get(id=run.id).request_text == f"Desks.\n\n{told.payload['answer']}"
