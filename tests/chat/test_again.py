"""A version is solved again another way: nothing is drafted anew, and what cannot be is refused with a sentence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from copilot.accounts.models import Membership, User
from copilot.chat import services
from copilot.chat.cards import card_of
from copilot.chat.models import Message
from copilot.runs import events, pipeline
from copilot.runs import services as runs
from copilot.runs.models import Lifecycle, ModelVersion, Run, Solution
from copilot.runs.services import RunError, Solving
from tests.chat import stories, transport
from tests.factories import MembershipFactory, UserFactory

ASKED = Solving(solver="scip", method="choose", time_limit_seconds=60.0, relative_gap=1e-4)
POSTED = {"solver": "scip", "method": "choose", "time_limit": "60", "gap": "0.01"}


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def test_solving_again_is_a_turn_of_its_own_on_the_same_version(
    alice: User, browser: Client, rung: list[UUID], django_capture_on_commit_callbacks: Any
) -> None:
    run = transport.solved(alice)
    with django_capture_on_commit_callbacks(execute=True):
        response = browser.post(f"/runs/{run.id}/solve/", POSTED)
    assert response.status_code == 303
    message = Message.objects.get(run__kind=Run.Kind.SOLVE)
    assert message.conversation_id == run.message.conversation_id
    assert message.text == "Solve version 1 again with SCIP, for at most 60 s, to a gap of 0.01%."
    assert (message.run.version_id, message.run.solver) == (run.version_id, "scip")
    assert rung == [message.run_id]


@pytest.mark.django_db(transaction=True)
def test_a_first_order_point_can_be_moved_to_a_vertex(alice: User) -> None:
    asked = Solving(solver="pdlp", method="vertex", time_limit_seconds=60.0, relative_gap=1e-4)
    again = services.solve_again(run=transport.solved(alice), actor=alice, asked=asked).run
    pipeline.execute(again.id)
    again = Run.objects.get(id=again.id)
    assert again.lifecycle == Lifecycle.SUCCEEDED, again.closing_message
    assert ((again.result or {})["solver"], again.certificate) == ("pdlp", "crossover_done")


@pytest.mark.django_db(transaction=True)
def test_it_goes_down_the_last_part_of_the_line_alone(alice: User) -> None:
    run = transport.solved(alice)
    again = services.solve_again(run=run, actor=alice, asked=ASKED).run
    pipeline.execute(again.id)
    again = Run.objects.get(id=again.id)
    assert again.lifecycle == Lifecycle.SUCCEEDED, again.closing_message
    assert ModelVersion.objects.count() == 1
    types = [event.type for event in events.after(again.id, 0)]
    assert not [kind for kind in types if kind.startswith(("draft.", "build.", "version."))]
    assert (again.result or {})["solver"] == "scip"
    cheapest = sum(1 + min((50 * plant + town) % 7 for plant in range(3)) for town in range(50))
    assert Solution.objects.get(run=again, kind=Solution.Kind.FINAL).objective_value == pytest.approx(cheapest)


def test_its_card_has_the_two_steps_that_it_takes(alice: User) -> None:
    run = transport.solved(alice)
    again = services.solve_again(run=run, actor=alice, asked=ASKED).run
    card = card_of(again.id)
    assert card is not None
    assert [step.key for step in card.steps] == ["solve", "explain"]
    stories.move(again, Lifecycle.RUNNING, events.EventType.RUN_STARTED, attempt=1)
    stories.finish(again, Lifecycle.FAILED, "The worker was lost.")
    card = card_of(again.id)
    assert card is not None
    assert card.can_retry
    assert [step.state for step in card.steps] == ["failed"]
    assert card.unreached == 1


def test_its_page_is_whole(alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    again = services.solve_again(run=run, actor=alice, asked=ASKED).run
    page = browser.get(f"/conversations/{run.message.conversation_id}/?run={again.id}")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Understand the request" not in text.partition(f"turn-{again.id}")[2].partition("</article>")[0]
    assert "ConcreteModel" in text


def test_a_retry_solves_the_same_version_again(alice: User) -> None:
    again = services.solve_again(run=transport.solved(alice), actor=alice, asked=ASKED).run
    third = services.retry(run=again, actor=alice).run
    assert (third.kind, third.version_id, third.solver) == (Run.Kind.SOLVE, again.version_id, "scip")


def test_the_next_message_revises_the_newest_version_all_the_same(alice: User) -> None:
    run = transport.solved(alice)
    services.solve_again(run=run, actor=alice, asked=ASKED)
    message = services.post_message(conversation=run.message.conversation, actor=alice, text="At most 10 tonnes.")
    assert message.run.base_id == run.version_id
    assert message.run.kind == Run.Kind.DRAFT


def test_an_answer_still_belongs_to_its_question_after_a_solve_again(alice: User) -> None:
    run = transport.solved(alice)
    asked = stories.begin(alice, text="And fewer trucks.", after=run)
    question = {"text": "How many?", "options": [], "default": "", "why": ""}
    stories.tell(asked, events.EventType.DRAFT_QUESTION, questions=[question], reasons=[], formulation=None)
    stories.finish(asked, Lifecycle.AWAITING_INPUT, "How many?")
    services.solve_again(run=run, actor=alice, asked=ASKED)
    answer = services.post_message(conversation=run.message.conversation, actor=alice, text="Ten.")
    assert answer.run.request_text == f"{asked.request_text}\n\nTen."


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"solver": "cplex"}, "cplex"),
        ({"method": "magic"}, "magic"),
        ({"time_limit": "soon"}, "number of seconds"),
        ({"time_limit": "0"}, "between 0 and"),
        ({"time_limit": "nan"}, "number of seconds"),
        ({"time_limit": "1e9"}, "COPILOT_SOLVE_SECONDS"),
        ({"gap": "-1"}, "between 0 and 100"),
        ({"gap": "100"}, "between 0 and 100"),
        ({"gap": ""}, "required"),
    ],
    ids=str,
)
def test_nonsense_is_refused_with_a_sentence(posted: dict[str, str], said: str, alice: User, browser: Client) -> None:
    run = transport.solved(alice)
    response = browser.post(f"/runs/{run.id}/solve/", POSTED | posted, follow=True)
    assert said in response.content.decode()
    assert not Run.objects.filter(kind=Run.Kind.SOLVE).exists()


def test_a_run_without_a_version_cannot_be_solved_again(alice: User, browser: Client) -> None:
    run = stories.failed(alice)
    response = browser.post(f"/runs/{run.id}/solve/", POSTED, follow=True)
    assert "nothing to solve again" in response.content.decode()
    assert "Solve again with" not in browser.get(f"/conversations/{run.message.conversation_id}/").content.decode()


def test_a_viewer_may_not_and_a_stranger_finds_nothing(alice: User, charlie: User, client: Client) -> None:
    run = transport.solved(alice)
    viewer = UserFactory(username="vera")
    MembershipFactory(workspace=run.workspace, user=viewer, role=Membership.Role.VIEWER)
    client.force_login(viewer)
    assert "only planners" in client.post(f"/runs/{run.id}/solve/", POSTED, follow=True).content.decode()
    with pytest.raises(RunError):
        runs.solve_again(run=run, actor=viewer, asked=ASKED)
    client.force_login(charlie)
    assert client.post(f"/runs/{run.id}/solve/", POSTED).status_code == 404
    assert not Run.objects.filter(kind=Run.Kind.SOLVE).exists()
