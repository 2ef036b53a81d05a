"""The question card: pick, write, or skip; the run goes on, a second answer is refused, a stranger sees nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.runs.events import EventType as E
from copilot.runs.models import Lifecycle, Run, RunEvent
from tests.chat import stories


@pytest.fixture
def asked(alice: User) -> Run:
    return stories.asked(alice)


def sequence_of(run: Run) -> int:
    return RunEvent.objects.get(run=run, type=E.DRAFT_QUESTION).sequence


@pytest.mark.parametrize(
    ("given", "answer", "skipped"),
    [
        ({"text": "Parts are fine"}, "Parts are fine", False),
        ({"text": "Only whole desks", "own": "Halves are fine"}, "Halves are fine", False),
        ({"skip": "1"}, "Only whole desks", True),
    ],
)
def test_an_answer_sends_the_run_on(
    alice: User, client: Client, asked: Run, given: dict[str, str], answer: str, skipped: bool
) -> None:
    client.force_login(alice)
    page = client.post(f"/runs/{asked.id}/answer/", {"asked": sequence_of(asked), **given}, follow=True)
    assert page.status_code == 200
    run = Run.objects.get(id=asked.id)
    assert run.lifecycle == Lifecycle.QUEUED
    told = RunEvent.objects.get(run=run, type=E.DRAFT_ANSWERED).payload
    assert (told["answer"], told["skipped"]) == (answer, skipped)
    text = page.content.decode()
    assert f"<strong>{answer}</strong>" in text
    assert ("since nobody chose" in text) == skipped


def test_a_second_answer_and_an_empty_one_are_refused_in_words(alice: User, client: Client, asked: Run) -> None:
    client.force_login(alice)
    sequence = sequence_of(asked)
    empty = client.post(f"/runs/{asked.id}/answer/", {"asked": sequence}, follow=True)
    assert "Pick an answer, write one, or skip the question." in empty.content.decode()
    client.post(f"/runs/{asked.id}/answer/", {"asked": sequence, "text": "Parts are fine"})
    again = client.post(f"/runs/{asked.id}/answer/", {"asked": sequence, "text": "Only whole desks"}, follow=True)
    assert "answered already" in again.content.decode()
    assert RunEvent.objects.filter(run=asked, type=E.DRAFT_ANSWERED).count() == 1


def test_a_stranger_gets_404(charlie: User, client: Client, asked: Run) -> None:
    client.force_login(charlie)
    assert client.post(f"/runs/{asked.id}/answer/", {"asked": 1, "skip": "1"}).status_code == 404
    assert Run.objects.get(id=asked.id).lifecycle == Lifecycle.AWAITING_INPUT
