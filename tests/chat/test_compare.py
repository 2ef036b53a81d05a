"""Two runs, or two solutions of one, side by side; a stranger's run is none at all."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from copilot.accounts.models import User
from copilot.chat import comparison
from copilot.runs import instances
from copilot.runs.models import ModelVersion, Run, Solution
from tests.chat import stories, transport


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def page(browser: Client, left: Run, right: Run, **query: Any) -> str:
    response = browser.get("/compare/", {"a": left.id, "b": right.id} | query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def differing(text: str) -> list[tuple[str, ...]]:
    """Name and figures of each variable that differs."""
    body = text[text.index("Variables that differ") :]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", body, re.DOTALL)
    return [tuple(re.findall(r"<code>([^<]+)</code>|class=\"figure\">([^ <]+)", row)) for row in rows]


def figures(text: str) -> list[list[str]]:
    return [[name or figure for name, figure in row] for row in differing(text)]


def fact(text: str, title: str) -> list[str]:
    found = re.search(rf'<th scope="row">{title}</th><td>([^<]*)</td><td>([^<]*)</td>', text)
    assert found
    return list(found.groups())


def test_values_that_differ_come_with_the_largest_change_first(alice: User, browser: Client) -> None:
    first = transport.solved(alice)
    second = transport.solved(alice, after=first, from_plant=1)
    text = page(browser, first, second)
    rows = figures(text)
    assert len(rows) == 100
    assert rows[0] == ["ship[p0,t7]", "2", "0", "-2"]
    assert rows[1] == ["ship[p1,t7]", "0", "2", "+2"]
    assert "1–100 of 100 that differ, 152 in all" in text
    assert [row[0] for row in figures(page(browser, first, second, q="t49"))] == ["ship[p0,t49]", "ship[p1,t49]"]


def test_numbers_of_both_stand_side_by_side(alice: User, browser: Client) -> None:
    run = transport.solved(alice, found=2)
    text = page(browser, run, run, a_solution="1")
    assert fact(text, "Objective") != ["3,700", "3,700"]
    assert fact(text, "Run") == ["Finished", "Finished"]
    assert fact(text, "Time")[0] == "0.5 s"
    assert fact(text, "Certificate") == ["–", "Residuals checked"]  # nobody has checked the point on the way
    assert "Same version" in text
    assert "solution 1" in text


def test_a_changed_model_is_named_with_its_verdict(alice: User, browser: Client) -> None:
    first = transport.solved(alice)
    second = transport.solved(alice, after=first)
    assert "Identical" in page(browser, first, second)  # the second revises the first, but its instance is the same
    ModelVersion.objects.filter(id=second.version_id).update(diff={"verdict": "different", "summary": "2 costs rose"})
    assert "2 costs rose" in page(browser, first, second)


def test_models_too_large_to_compare_while_somebody_waits_are_not(
    alice: User, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "MAX_NONZEROS", 10)
    assert "too large to compare here" in page(browser, transport.solved(alice), transport.solved(alice))


def test_variables_of_one_side_alone_are_listed(alice: User, browser: Client) -> None:
    small, large = transport.solved(alice, plants=2, towns=3), transport.solved(alice, plants=2, towns=4)
    for run, towns in ((small, 3), (large, 4)):
        Solution.objects.filter(run=run).update(values=_plan(towns))
    rows = figures(page(browser, small, large))
    assert ["ship[p0,t3]", "–", "1", "–"] in rows
    assert all(row[0] == "ship[p0,t3]" for row in rows)


def _plan(towns: int) -> bytes:
    from copilot.runs.solutions import packed

    x = transport.plan(plants=2, towns=8)[: 2 * towns + 1] * 0
    x[:towns] = 1.0
    return packed(x)


def test_without_a_solution_there_are_facts_and_no_table(alice: User, browser: Client) -> None:
    solved = transport.solved(alice)
    text = page(browser, solved, stories.failed(alice))
    assert "nothing to compare variable by variable" in text
    assert fact(text, "Run") == ["Finished", "Failed"]
    assert "Not compared" in text


def test_the_same_solution_twice_differs_nowhere(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    assert "None: both solutions give every variable the same value." in page(browser, run, run)


@pytest.mark.parametrize("who", ["a", "b"])
def test_both_runs_must_be_visible(who: str, alice: User, charlie: User, browser: Client) -> None:
    own, foreign = transport.solved(alice), transport.solved(charlie)
    query = {"a": own.id, "b": own.id} | {who: foreign.id}
    assert browser.get("/compare/", query).status_code == 404
    assert browser.get("/compare/", {"a": own.id, "b": own.id} | {who: uuid4()}).status_code == 404
    for nonsense in ("", "x", "1" * 500):
        assert browser.get("/compare/", {"a": own.id, "b": own.id} | {who: nonsense}).status_code == 404


def test_comparing_needs_as_many_queries_whatever_the_size(alice: User, browser: Client) -> None:
    counts = []
    for size in ({}, {"plants": 20, "towns": 40}):
        left, right = transport.solved(alice, **size), transport.solved(alice, from_plant=1, **size)
        instances.forget()
        with CaptureQueriesContext(connection) as asked:
            page(browser, left, right)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_other_runs_of_the_conversation_are_offered(alice: User, browser: Client) -> None:
    first = transport.solved(alice)
    second = transport.solved(alice, after=first)
    stranger = transport.solved(alice)
    text = browser.get(f"/conversations/{second.message.conversation_id}/").content.decode()
    offered = re.search(r'<select name="a">(.*?)</select>', text, re.DOTALL)
    assert offered
    assert str(first.id) in offered[1]
    assert str(stranger.id) not in offered[1]
    assert str(second.id) not in offered[1]
