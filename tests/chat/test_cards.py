"""A card tells every state in steps and words, whatever order things happened in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.chat.cards import Card, card_of, cards_of, messages_of
from copilot.chat.steps import Happening, StepState, steps_of
from copilot.runs.events import EventType as E
from copilot.runs.models import Lifecycle, Run
from tests.chat import stories


def card(run: Run) -> Card:
    found = card_of(run.id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("story", "states", "unreached", "tone"),
    [
        (stories.begin, ["waiting"] * 6, 0, "idle"),
        (stories.started, ["active"] + ["waiting"] * 5, 0, "idle"),
        (stories.running, ["done"] * 4 + ["active", "waiting"], 0, "idle"),
        (stories.finished, ["done"] * 6, 0, "warn"),
        (stories.revised, ["done"] * 7, 0, "warn"),
        (stories.failed, ["done", "done", "failed"], 3, "bad"),
        (stories.abstained, ["attention"], 5, "warn"),
        (stories.asked, ["attention"], 5, "warn"),
        (stories.infeasible, ["done"] * 6, 0, "warn"),
        (stories.cancelled, ["stopped"], 5, "idle"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_steps_tell_how_far_a_run_came(
    story: Callable[[User], Run], states: list[str], unreached: int, tone: str, alice: User
) -> None:
    found = card(story(alice))
    assert [str(step.state) for step in found.steps] == states
    assert (found.unreached, found.tone) == (unreached, tone)


def _steps(*types: str, lifecycle: str = Lifecycle.RUNNING) -> dict[str, StepState]:
    happenings = [Happening(number, kind, {}) for number, kind in enumerate(types, 1)]
    return {step.key: step.state for step in steps_of(happenings, lifecycle=lifecycle, compares=False)}


def test_a_repair_takes_the_line_back_to_the_program() -> None:
    found = _steps(E.DRAFT_STARTED, E.DRAFT_PROPOSED, E.BUILD_STARTED, E.BUILD_FAILED, E.DRAFT_REPAIR)
    assert found["read"] is StepState.DONE
    assert found["program"] is StepState.ACTIVE
    assert found["build"] is StepState.WAITING


def test_a_run_stopped_in_the_solver_says_so_there() -> None:
    before = (E.DRAFT_STARTED, E.DRAFT_PROPOSED, E.INSTANCE_BUILT, E.CHECKS_FINISHED, E.SOLVE_STARTED)
    found = _steps(*before, lifecycle=Lifecycle.CANCELLED)
    assert found["solve"] is StepState.STOPPED
    assert found["explain"] is StepState.SKIPPED


def test_a_run_whose_program_failed_between_two_steps_leaves_none_at_work() -> None:
    found = _steps(E.DRAFT_STARTED, E.DRAFT_PROPOSED, lifecycle=Lifecycle.FAILED)
    assert list(found.values()).count(StepState.FAILED) == 1
    assert StepState.ACTIVE not in found.values()


@pytest.mark.parametrize(
    "lifecycle", [state for state in Lifecycle if state not in ("queued", "running", "cancelling")]
)
@pytest.mark.parametrize("length", range(7))
def test_no_step_works_on_after_the_end(lifecycle: str, length: int) -> None:
    line = (E.DRAFT_STARTED, E.DRAFT_PROPOSED, E.BUILD_STARTED, E.INSTANCE_BUILT, E.CHECKS_FINISHED, E.SOLVE_STARTED)
    found = _steps(*line[:length], lifecycle=lifecycle)
    if lifecycle != Lifecycle.SUCCEEDED:
        assert StepState.ACTIVE not in found.values()
    assert StepState.WAITING not in found.values()


def test_a_question_offers_its_options_only_while_it_is_open(alice: User) -> None:
    run = stories.asked(alice)
    found = card(run).question
    assert found is not None
    assert [(option.text, option.is_usual) for option in found.options] == [
        ("Only whole desks", True),
        ("Parts are fine", False),
    ]
    Run.objects.filter(id=run.id).update(lifecycle=Lifecycle.CANCELLED)
    assert card(run).question is None


def test_a_recovered_run_says_that_a_worker_was_lost(alice: User) -> None:
    run = stories.started(alice)
    stories.tell(run, E.RUN_RECOVERED, attempt=2)
    assert "A worker was lost" in card(run).notes[0]


def test_a_run_that_waits_for_the_queue_says_why(alice: User) -> None:
    run = stories.begin(alice)
    stories.tell(run, E.RUN_WAITING, message="The job queue cannot be reached just now.")
    assert card(run).notes == ("The job queue cannot be reached just now.",)


def test_a_cancelled_run_that_kept_a_plan_shows_it(alice: User) -> None:
    run = stories.finished(alice)
    Run.objects.filter(id=run.id).update(lifecycle=Lifecycle.CANCELLED, closing_message="Cancelled. It is kept.")
    found = card(run)
    assert found.headline == "Cancelled. It is kept. Profit: $3,700, the largest possible."
    assert found.can_retry


def test_a_long_plan_is_cut_in_the_card(alice: User) -> None:
    run = stories.finished(alice)
    assert run.result is not None
    nothing = {"name": "stools", "label": "stools to make", "value": 0.0, "text": "0", "unit": ""}
    run.result["table"] = [nothing] * 10 + run.result["table"] * 10
    run.save()
    assert (len(card(run).table), card(run).more_rows) == (8, 22)
    assert {cell.text for cell in card(run).table} == {"30", "40"}


def test_older_cards_are_told_without_loading_large_payloads(alice: User) -> None:
    run = stories.revised(alice)
    first, second = cards_of(messages_of(run.message.conversation_id), shown=run.id)
    assert (first.is_shown, second.is_shown) == (False, True)
    assert first.headline == "Profit: $3,700, the largest possible."
    assert [step.state for step in first.steps] == [StepState.DONE] * 6
    assert first.steps[2].detail == "2 rows, 2 columns, 4 nonzeros, 2 whole"
    assert first.steps[1].detail == ""
    assert second.steps[1].detail == "32 lines of Pyomo"


def test_a_finished_card_has_a_badge_for_each_axis_and_says_what_failed(alice: User, client: Client) -> None:
    run = stories.finished(alice)
    result = Run.objects.get(id=run.id).result
    assert result is not None
    result["checks"][1] |= {"status": "fail", "detail": "carpentry differs."}
    Run.objects.filter(id=run.id).update(result=result)
    client.force_login(alice)
    page = client.get(f"/conversations/{stories.message_of(run).conversation_id}/").content.decode()
    for word in ("Request: Unknown", "Model: Fail", "Numbers: Pass", "carpentry differs."):
        assert word in page
    assert "Cannot see: A rule that is missing in the formulation is missing on both sides." in page


def test_the_failing_case_of_a_draft_handed_over_stands_below_the_sentence_as_it_is(alice: User) -> None:
    run = stories.started(alice)
    Run.objects.filter(id=run.id).update(
        lifecycle=Lifecycle.FAILED, closing_message="It is yours now.\n> 8: m.x\n  9: y"
    )
    found = card(run)
    assert (found.headline, found.case) == ("It is yours now.", "> 8: m.x\n  9: y")
