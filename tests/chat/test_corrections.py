"""Saying that a plan is wrong: the control, the message that corrects, the workspace's choice, and an honest story."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.chat import services
from copilot.chat.cards import card_of
from copilot.chat.models import Message
from copilot.learning import corrections, work
from copilot.learning.models import Correction, LearningJob
from copilot.runs.models import Run
from copilot.runs.services import RunError
from tests.chat import stories
from tests.factories import MembershipFactory, SolutionFactory, UserFactory

WORDS = "A desk takes paint as well."


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def page(client: Client, run: Run) -> str:
    address = f"/conversations/{stories.message_of(run).conversation_id}/"
    return unescape(client.get(address).content.decode())


def test_a_person_says_what_is_wrong_and_the_version_is_corrected(alice: User, browser: Client) -> None:
    run = stories.finished(alice)
    assert "That is wrong" in page(browser, run)
    answer = browser.post(f"/runs/{run.id}/wrong/", {"text": WORDS, "idempotency_key": "k"})
    assert answer.status_code == 303
    browser.post(f"/runs/{run.id}/wrong/", {"text": WORDS, "idempotency_key": "k"})
    correction = Correction.objects.get()
    assert (correction.kind, correction.words, correction.before_id) == ("verdict", WORDS, run.version_id)
    again = correction.run
    assert (again.base_id, again.drafter, again.solver) == (run.version_id, run.drafter, run.solver)
    assert again.request_text.endswith(WORDS)
    assert "Noted as a correction" in page(browser, run)


def test_a_message_is_read_as_a_correction_or_as_a_wish(alice: User, browser: Client) -> None:
    run = stories.finished(alice)
    conversation = stories.message_of(run).conversation
    services.post_message(conversation=conversation, actor=alice, text="At most 30 desks.", enqueue=False)
    assert not Correction.objects.exists()
    services.post_message(conversation=conversation, actor=alice, text="You forgot paint.", enqueue=False)
    assert Correction.objects.get().kind == "followup"


def test_what_is_wrong_has_to_be_said_and_of_the_newest_version(alice: User, browser: Client) -> None:
    first = stories.finished(alice)
    answer = browser.post(f"/runs/{first.id}/wrong/", {"text": " "}, follow=True)
    assert "Say what is wrong" in unescape(answer.content.decode())
    second = stories.finished(alice, after=first)
    with pytest.raises(RunError, match="newer version"):
        services.say_wrong(run=stories.fresh(first), actor=alice, words=WORDS)
    assert page(browser, second).count("That is wrong") == 1
    cards = [card_of(run.id) for run in (first, second)]
    assert [bool(card.objection) for card in cards if card] == [False, True]
    assert not Correction.objects.exists()


def test_a_stranger_and_a_viewer_say_nothing(alice: User, charlie: User, client: Client) -> None:
    run = stories.finished(alice)
    conversation = stories.message_of(run).conversation
    client.force_login(charlie)
    assert client.post(f"/runs/{run.id}/wrong/", {"text": WORDS}).status_code == 404
    assert client.post(f"/conversations/{conversation.id}/learning/").status_code == 404
    viewer = UserFactory()
    MembershipFactory(workspace=workspace_of(alice), user=viewer, role="viewer")
    client.force_login(viewer)
    client.post(f"/runs/{run.id}/wrong/", {"text": WORDS})
    assert not Correction.objects.exists()
    assert Message.objects.count() == 1


def test_the_page_is_honest_about_what_is_learnt(alice: User, browser: Client, settings: Any) -> None:
    run = stories.finished(alice)
    settings.COPILOT = settings.COPILOT | {"LLM": ""}
    shown = page(browser, run)
    assert "no language model is connected" in shown
    assert "Do not learn" not in shown
    settings.COPILOT = settings.COPILOT | {"LLM": "scripted:model"}
    assert "a person approves it before" in page(browser, run)
    address = f"/conversations/{stories.message_of(run).conversation_id}/learning/"
    browser.post(address, {"learn": "off"})
    assert not corrections.learns(run.workspace)
    assert "does not learn from corrections" in page(browser, run)
    browser.post(address, {"learn": "on"})
    assert corrections.learns(run.workspace)


def test_only_an_owner_chooses(alice: User, bob: User, client: Client, settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM": "scripted:model"}
    run = stories.finished(alice)
    client.force_login(bob)
    assert ' member"' in page(client, run), "the style sheet hides the choice from who is no owner"
    address = f"/conversations/{stories.message_of(run).conversation_id}/learning/"
    assert "Only an owner" in client.post(address, {"learn": "off"}, follow=True).content.decode()
    assert corrections.learns(run.workspace)


def test_the_story_of_a_correction(alice: User, browser: Client, settings: Any) -> None:
    first = stories.finished(alice)
    second = stories.finished(alice, after=first)
    correction = corrections.note(second, actor=alice, words=WORDS, kind=corrections.Kind.VERDICT)
    assert "is decided once the new version is solved" in page(browser, second)
    settings.COPILOT = settings.COPILOT | {"LLM": ""}
    corrections.settle_waiting()
    assert "Nothing is learnt from it: no language model is connected" in page(browser, second)
    settings.COPILOT = settings.COPILOT | {"LLM": "scripted:model"}
    Correction.objects.update(status="waiting", why="")
    SolutionFactory(run=second)
    Run.objects.filter(id=second.id).update(termination_condition="optimal", verification="passed")
    corrections.settle_waiting()
    correction.refresh_from_db()
    assert correction.status == "learning", correction.why
    job = LearningJob.objects.get()
    LearningJob.objects.update(progress="Trying 2 with and without")
    assert "is being tried, for this workspace alone. Trying 2 with and without…" in page(browser, second)
    work.close(job.id, work.Status.DONE, result={"outcome": "1 of 2 candidates proven.", "versions": ["x"]})
    assert "1 of 2 candidates proven. Nobody is shown it before" in page(browser, second)


def test_an_answer_to_a_question_carries_the_correction_on(alice: User) -> None:
    first = stories.finished(alice)
    conversation = stories.message_of(first).conversation
    message = services.post_message(conversation=conversation, actor=alice, text="That is wrong.", enqueue=False)
    stories.tell(message.run, stories.E.DRAFT_QUESTION, questions=[{"text": "Which?"}])
    stories.finish(message.run, stories.Lifecycle.AWAITING_INPUT, "Which?")
    answer = services.post_message(conversation=conversation, actor=alice, text="The paint.", enqueue=False)
    assert Correction.objects.get().run == answer.run
