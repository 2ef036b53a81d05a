"""Questions through the whole app: asked, answered and solved; or offered beside a plan and taken up as a revision."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.runs import pipeline
from copilot.runs.events import EventType as E
from copilot.runs.models import Lifecycle, Run, RunEvent
from tests.chat.test_line import walk

KITES = (
    "A shop makes kites and drums. A kite takes 2 hours of sewing and 1 hour of painting. A drum takes 3 hours of "
    "sewing and 2 hours of painting. A kite earns $5 and a drum earns $9. At most 150 hours can be worked each week. "
    "How many of each to maximize profit?"
)
BATCHES = (
    "A kitchen cooks soup and stew. A batch of soup takes 3 hours of cooking and a batch of stew takes 5 hours of "
    "cooking. A batch of soup brings $40 and a batch of stew brings $70. There are 52 hours of cooking available. At "
    "most 7 batches of stew can be sold. How many batches of each to maximize profit?"
)
PARTS = "“Parts of batches” are possible: soup and stew need not be whole numbers."
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def told(run: Run, event_type: E) -> tuple[int, dict[str, Any]]:
    """Number and question of the event."""
    event = RunEvent.objects.get(run=run, type=event_type)
    return event.sequence, event.payload["questions"][0]


def post(browser: Client, run: Run, asked: int, **given: str) -> str:
    """The page after an answer."""
    return browser.post(f"/runs/{run.id}/answer/", {"asked": asked, **given}, follow=True).content.decode()


def test_a_limit_that_fits_two_quantities_is_asked_about_answered_and_solved(browser: Client) -> None:
    run, page = walk(browser, "/conversations/", KITES)
    assert run.lifecycle == Lifecycle.AWAITING_INPUT
    asked, question = told(run, E.DRAFT_QUESTION)
    assert question["outcomes"] == ["Profit: $450", "Profit: $750", "Profit: $270"]
    assert "What does “at most 150 hours” limit?" in page
    assert "correct everything that was read in a grid" in page
    post(browser, run, asked, text=question["options"][2])
    pipeline.execute(run.id)
    run.refresh_from_db()
    assert (run.lifecycle, run.verification) == (Lifecycle.SUCCEEDED, "passed")
    assert run.result is not None
    assert run.result["objective_value"] == pytest.approx(270)
    assert run.version is not None
    (rule,) = run.version.formulation["constraints"]
    assert rule["label"] == "hours of sewing and hours of painting: at most 150"
    again = post(browser, run, asked, text=question["options"][0])
    assert "answered already" in again
    assert Run.objects.count() == 1


def test_a_doubtful_reading_is_solved_and_its_question_stands_beside_the_plan(browser: Client) -> None:
    run, page = walk(browser, "/conversations/", BATCHES)
    assert run.lifecycle == Lifecycle.SUCCEEDED
    asked, question = told(run, E.DRAFT_OFFERED)
    assert question["default"] == "“Parts of batches” are not possible: soup and stew are whole numbers."
    assert f"{question['default']} this plan → Profit: $710" in page
    assert f"{PARTS} → Profit: $716" in page
    post(browser, run, asked, text=PARTS)
    revised = Run.objects.latest("created_at")
    pipeline.execute(revised.id)
    revised.refresh_from_db()
    assert (revised.base, revised.lifecycle) == (run.version, Lifecycle.SUCCEEDED)
    assert revised.result is not None
    assert revised.result["objective_value"] == pytest.approx(716.6666667)
    assert revised.version is not None
    before, after = run.version.formulation, revised.version.formulation  # type: ignore[union-attr]
    assert before["constraints"] == after["constraints"]
    assert {one["domain"] for one in after["variables"]} == {"continuous"}
    assert f"Settled: {PARTS}" in [one["text"] for one in after["assumptions"]]
    assert not RunEvent.objects.filter(run=revised, type=E.DRAFT_OFFERED).exists()
    assert {one["requested"] for one in revised.version.diff["families"]} == {"yes"}  # type: ignore[index]


def test_a_skipped_question_is_said_to_be_left_open(browser: Client) -> None:
    run, _ = walk(browser, "/conversations/", KITES)
    asked, question = told(run, E.DRAFT_QUESTION)
    post(browser, run, asked, skip="1")
    pipeline.execute(run.id)
    run.refresh_from_db()
    assert run.version is not None
    assert run.verification == "passed"
    texts = [one["text"] for one in run.version.formulation["assumptions"]]
    assert f"Nobody answered “{question['text']}” Taken: {question['options'][0]}" in texts
    assert not any(text.startswith("Settled") for text in texts)


def test_an_offer_is_taken_up_once_and_not_after_the_conversation_went_on(browser: Client) -> None:
    run, _ = walk(browser, "/conversations/", BATCHES)
    asked, _ = told(run, E.DRAFT_OFFERED)
    assert "Pick an answer" in post(browser, run, asked, skip="1")
    post(browser, run, asked, text=PARTS)
    assert "gone on since" in post(browser, run, asked, text=PARTS)
    assert Run.objects.count() == 2
    page = browser.get(f"/conversations/{run.message.conversation_id}/").content.decode()
    assert "Worth confirming" not in page


def test_own_words_beside_a_plan_are_a_follow_up(browser: Client) -> None:
    run, _ = walk(browser, "/conversations/", BATCHES)
    asked, _ = told(run, E.DRAFT_OFFERED)
    post(browser, run, asked, own="At most 3 batches of stew can be sold.")
    revised = Run.objects.latest("created_at")
    pipeline.execute(revised.id)
    revised.refresh_from_db()
    assert revised.lifecycle == Lifecycle.SUCCEEDED, revised.closing_message
    assert revised.result is not None
    assert revised.result["objective_value"] == pytest.approx(700)


def test_a_stranger_cannot_take_up_an_offer(browser: Client, charlie: User) -> None:
    run, _ = walk(browser, "/conversations/", BATCHES)
    asked, _ = told(run, E.DRAFT_OFFERED)
    browser.force_login(charlie)
    assert browser.post(f"/runs/{run.id}/answer/", {"asked": asked, "text": PARTS}).status_code == 404
    assert Run.objects.count() == 1


def test_the_result_for_programs_names_the_offer(browser: Client) -> None:
    run, _ = walk(browser, "/conversations/", BATCHES)
    answer = json.loads(browser.get(f"/api/v1/runs/{run.id}/result").content)
    (offer,) = answer["offered"]
    assert PARTS in offer["options"]
    assert offer["trigger"] == "whole"
