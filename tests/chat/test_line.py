"""The page against the real line: what drafter, sandbox and solver write is what the templates read."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.chat import fragments
from copilot.chat.examples import EXAMPLES, Example
from copilot.runs import pipeline
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, Run
from tests.chat.test_fragments import regions_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def walk(browser: Client, address: str, text: str) -> tuple[Run, str]:
    """Post a message, walk the line to its end, and read the page."""
    answer = browser.post(address, {"text": text})
    run = Run.objects.latest("created_at")
    pipeline.execute(run.id)
    run.refresh_from_db()
    html = browser.get(answer["Location"]).content.decode()
    shown = regions_in(fragments.render(run.id, {str(kind) for kind in EventType}))
    assert {name: markup for name, markup in regions_in(html).items() if str(run.id) in markup[:80]} == shown
    return run, " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


ANSWERS = {"Desks and chairs": "$3,700", "The cheapest feed": "92.6132", "What to carry": "20"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_each_example_is_understood_solved_and_shown(example: Example, browser: Client) -> None:
    run, text = walk(browser, "/conversations/", example.text)
    assert run.lifecycle == Lifecycle.SUCCEEDED
    assert run.verification == "passed"
    assert f"{ANSWERS[example.title]}, the" in text
    for shown in ("HiGHS", "Residuals checked", "What limits the plan", "ConcreteModel", "Sandbox", "Solver log"):
        assert shown in text


def test_a_follow_up_makes_a_version_and_shows_what_changed(browser: Client) -> None:
    first, _ = walk(browser, "/conversations/", EXAMPLES[2].text)
    address = f"/conversations/{first.message.conversation_id}/messages/"
    run, text = walk(browser, address, "bulk: camera + drone + tripod <= 0")
    assert run.lifecycle == Lifecycle.SUCCEEDED
    assert "version 2" in text
    assert "Against version 1" in text
    assert "Objective: 11, the largest possible." in text


def test_what_is_not_understood_is_said_and_nothing_is_guessed(browser: Client) -> None:
    run, text = walk(browser, "/conversations/", "Please plan my week.")
    assert run.lifecycle == Lifecycle.AWAITING_INPUT
    assert "Not understood, so nothing was guessed" in text


def test_an_infeasible_plan_names_the_rules_that_clash(browser: Client) -> None:
    run, text = walk(browser, "/conversations/", "maximize x + y\nlow: x + y <= 3\nhigh: x + y >= 5")
    assert run.termination_condition == "infeasible"
    assert "cannot all hold at once" in text
    assert "Infeasible" in text
