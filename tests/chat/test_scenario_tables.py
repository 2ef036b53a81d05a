"""A scenario's solution is shown against the instance with its changes, and compared with the run it asks about."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.runs.models import Run
from copilot.runs.solutions import packed
from tests.chat import transport
from tests.factories import MessageFactory, RunFactory, SolutionFactory

CHANGE = {"lever": "at most", "name": "supply[p0]", "old": 51.0, "value": 60.0, "words": "raise supply from 51 to 60"}


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def scenario(run: Run, *, change: dict[str, object] = CHANGE) -> Run:
    made: Run = RunFactory(
        workspace=run.workspace,
        created_by=run.created_by,
        kind=Run.Kind.SCENARIO,
        lifecycle="succeeded",
        base=run.version,
        base_run=run,
        changes=[change],
    )
    MessageFactory(conversation=run.message.conversation, author=run.created_by, run=made)
    SolutionFactory(run=made, number=1, values=packed(transport.plan(from_plant=1)))
    return made


def test_its_rules_carry_the_changed_number(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    made = scenario(run)
    tops = []
    for one in (run, made):
        text = browser.get(f"/runs/{one.id}/solution/", {"show": "rules", "q": "supply[p0]"}).content.decode()
        tops.append(re.findall(r'<td class="figure">([^<]*)</td>', text)[1])
    assert tops == ["51", "60"]
    assert "raise supply from 51 to 60" in text


def test_it_is_compared_with_the_run_it_asks_about(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    text = unescape(browser.get("/compare/", {"a": run.id, "b": scenario(run).id}).content.decode())
    assert "The same version of the model with changes. right: raise supply from 51 to 60." in text
    assert "of 100 that differ" in text
    page = browser.get(f"/conversations/{run.message.conversation_id}/", {"run": run.id}).content.decode()
    assert "scenario of version 1" in page


def test_changes_that_no_longer_fit_end_in_a_sentence(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    made = scenario(run, change=CHANGE | {"name": "supply[p9]"})
    shown = browser.get(f"/runs/{made.id}/solution/")
    assert shown.status_code == 200
    assert "supply[p9]" in shown.content.decode()
    assert browser.get("/compare/", {"a": run.id, "b": made.id}).status_code == 200
