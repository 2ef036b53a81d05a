"""Pages are complete on a plain GET; what is refused comes back with a sentence and the text kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from copilot.accounts.models import Membership, User
from copilot.chat.legs import legs_of
from copilot.chat.models import Conversation, Message
from copilot.runs.events import EventType as E
from copilot.runs.models import Lifecycle, Run, RunEvent
from tests.chat import stories
from tests.factories import MembershipFactory, UserFactory

STORIES = [
    stories.begin,
    stories.started,
    stories.finished,
    stories.running,
    stories.arriving,
    stories.handed_over,
    stories.revised,
    stories.failed,
    stories.abstained,
    stories.asked,
    stories.infeasible,
    stories.cancelled,
]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def page_of(run: Run) -> str:
    return f"/conversations/{stories.message_of(run).conversation_id}/"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_state_has_a_page(story: Callable[[User], Run], alice: User, browser: Client) -> None:
    run = stories.fresh(story(alice))
    page = browser.get(page_of(run))
    assert page.status_code == 200
    connects = f'hx-ws:connect="/ws/runs/{run.id}/?after={run.last_sequence}"'
    assert (connects in page.content.decode()) == run.is_active


def test_a_finished_page_shows_result_model_and_residuals(alice: User, browser: Client) -> None:
    text = unescape(browser.get(page_of(stories.finished(alice))).content.decode())
    for shown in (
        "Profit: $3,700, the largest possible.",
        "desks to make",
        "at most 240 hours of carpentry",
        "Desks and chairs are made whole.",
        "<math",
        "ConcreteModel",
        "What limits the plan",
        "Largest integrality violation",
        "Optimum proven in exact arithmetic",
        "Inconclusive",
        "Residuals checked",
        "3fa9c1d27be0",
    ):
        assert shown in text


def test_the_four_statuses_are_shown_apart(alice: User, browser: Client) -> None:
    text = browser.get(page_of(stories.infeasible(alice))).content.decode()
    for title, word in (
        ("Run", "Finished"),
        ("Solver says", "Infeasible"),
        ("Our checks", "Inconclusive"),
        ("Certificate", "Unverified"),
    ):
        start = text.index(f"<dt>{title}</dt>")
        assert f"<strong>{word}</strong>" in text[start : start + 400]


def test_a_refresh_mid_solve_has_the_numbers_and_the_chart(alice: User, browser: Client) -> None:
    text = browser.get(page_of(stories.running(alice, steps=20))).content.decode()
    assert "data-chart" in text
    assert "3,715.5" in text
    assert "As a table" in text
    assert "Step 5 of 6" in text


def test_a_race_shows_its_plan_and_how_every_engine_ended(alice: User, browser: Client) -> None:
    run = stories.running(alice, steps=1)
    plan = [
        {"solver": "highs", "method": "simplex", "reason": "Exact vertices."},
        {"solver": "highs", "method": "ipx", "reason": "Steady steps."},
        {"solver": "pdlp", "method": "hipdlp", "reason": "No factorization."},
    ]
    started = RunEvent.objects.get(run=run, type=E.SOLVE_STARTED)
    RunEvent.objects.filter(id=started.id).update(payload=started.payload | {"plan": plan, "at_once": 2})
    text = browser.get(page_of(run)).content.decode()
    assert re.search(r"HiGHS simplex</dt><dd>running <span class=.soft.>Exact vertices", text)
    assert re.search(r"PDLP HiPDLP</dt><dd>in reserve <span class=.soft.>No factorization", text)
    endings = (
        ("highs", "ipx", "not_verified", "numerical", 1.5),
        ("pdlp", "hipdlp", "won", "optimal", 2.0),
        ("highs", "simplex", "stopped", "", 3.5),
    )
    fields = ("solver", "method", "outcome", "termination_condition", "seconds")
    legs = [dict(zip(fields, ending, strict=True)) for ending in endings]
    stories.tell(run, E.SOLVE_FINISHED, solver="pdlp", reason="PDLP was first.", legs=legs)
    text = browser.get(page_of(run)).content.decode()
    assert re.search(r"HiGHS IPX</dt><dd>answer not verified \(numerical trouble\) after 1.5 s", text)
    assert re.search(r"PDLP HiPDLP</dt><dd>first verified answer after 2.0 s <span class=.soft.>No factorization", text)
    assert re.search(r"HiGHS simplex</dt><dd>stopped after 3.5 s", text)


def test_an_engine_alone_has_no_list_of_engines() -> None:
    plan = [{"solver": "highs", "method": "choose", "reason": ""}, {"solver": "highs", "method": "ipx", "reason": ""}]
    legs = [{**plan[0], "outcome": "won", "seconds": 0.1}, {**plan[1], "outcome": "not_started", "seconds": 0.0}]
    assert list(legs_of({"plan": plan, "at_once": 1}, {})) == []
    assert list(legs_of({"plan": plan, "at_once": 1}, {"legs": legs})) == []


def test_an_older_run_can_be_shown_again(alice: User, browser: Client) -> None:
    run = stories.revised(alice)
    first = Run.objects.exclude(id=run.id).get()
    newest, older = browser.get(page_of(run)), browser.get(f"{page_of(run)}?run={first.id}")
    assert f'id="run-{run.id}-spec"' in newest.content.decode()
    assert f'id="run-{first.id}-spec"' in older.content.decode()


def test_a_message_that_made_no_version_leaves_the_last_one_standing(alice: User, browser: Client) -> None:
    first = stories.finished(alice)
    run = stories.started(alice, text="And the moon?", after=first)
    stories.tell(run, stories.E.DRAFT_ABSTAINED, reasons=["“the moon” is no decision."], formulation=None)
    stories.finish(run, Lifecycle.AWAITING_INPUT, "“the moon” is no decision.")
    text = browser.get(page_of(run)).content.decode()
    assert "This is version 1, which still stands." in text
    assert "at most 240 hours of carpentry" in text


def test_what_people_and_programs_write_is_escaped(alice: User, browser: Client) -> None:
    attack = "<script>alert(1)</script><hx-partial hx-target='body'>x</hx-partial>"
    run = stories.started(alice, text=attack)
    stories.tell(run, stories.E.BUILD_FAILED, kind="raised", message=attack, line=1, printed=attack, tier="full")
    stories.finish(run, Lifecycle.FAILED, attack)
    text = browser.get(page_of(run)).content.decode()
    assert "<script>alert" not in text
    assert "<hx-" not in text


def test_home_lists_conversations_and_three_examples(alice: User, browser: Client) -> None:
    stories.finished(alice)
    stories.begin(alice)
    stories.infeasible(alice)
    text = unescape(browser.get("/").content.decode())
    assert text.count('class="example"') == 3
    assert "Profit: $3,700" in text
    assert "Waiting for a worker to take it." in text
    assert re.search(r"icon warn.{0,80}No plan exists", text, re.DOTALL)
    assert "Built-in drafter (no AI model)" in text


def test_home_says_how_a_newcomer_begins(browser: Client) -> None:
    assert "None yet." in browser.get("/").content.decode()


def test_starting_a_conversation_leads_to_its_page(browser: Client, alice: User) -> None:
    answer = browser.post("/conversations/", {"text": "maximize x", "solver": "highs", "idempotency_key": "k1"})
    message = Message.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/conversations/{message.conversation_id}/"
    assert (message.author, message.run.solver, message.run.lifecycle) == (alice, "highs", "queued")


def test_sending_twice_starts_once(browser: Client) -> None:
    posted = {"text": "maximize x", "idempotency_key": "k1"}
    first, again = browser.post("/conversations/", posted), browser.post("/conversations/", posted)
    assert first["Location"] == again["Location"]
    browser.post(f"{first['Location']}messages/", posted | {"idempotency_key": "k2"})
    browser.post(f"{first['Location']}messages/", posted | {"idempotency_key": "k2"})
    assert Run.objects.count() == 2


REFUSED = {
    "empty": ({"text": "   "}, "The message is empty."),
    "long": ({"text": "x" * 200_000}, "The message has 200,000 characters; at most 20,000"),
    "nul": ({"text": "maximize \x00"}, "Null characters are not allowed."),
    "solver": ({"text": "maximize x", "solver": "magic"}, "magic is not one of the available choices."),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_refused_message_comes_back_with_its_text(
    case: str, headers: dict[str, str], browser: Client, alice: User
) -> None:
    posted, sentence = REFUSED[case]
    conversation = stories.message_of(stories.finished(alice)).conversation
    for address in ("/conversations/", f"/conversations/{conversation.id}/messages/"):
        answer = browser.post(address, posted, **headers)
        text = unescape(answer.content.decode())
        assert answer.status_code == 422
        assert sentence in text
        assert posted["text"] in text
    assert Conversation.objects.count() == 1
    assert Run.objects.count() == 1


def test_a_bad_table_names_what_is_wrong_and_stores_nothing(browser: Client, alice: User) -> None:
    conversation = stories.message_of(stories.finished(alice)).conversation
    file = SimpleUploadedFile("products.csv", b"product,profit\ndesk,70,9\n", content_type="text/csv")
    answer = browser.post(f"/conversations/{conversation.id}/messages/", {"text": "Use this table.", "tables": [file]})
    assert answer.status_code == 422
    assert "products.csv" in answer.content.decode()
    assert "Use this table." in answer.content.decode()
    assert Run.objects.count() == 1


def test_tables_reach_the_run_and_the_data_tab(browser: Client) -> None:
    file = SimpleUploadedFile("products.csv", b"product,profit\ndesk,70\nchair,40\n", content_type="text/csv")
    answer = browser.post("/conversations/", {"text": "Maximize profit.", "tables": [file]})
    run = Run.objects.get()
    assert [dataset.name for dataset in run.datasets.all()] == ["products"]
    text = browser.get(answer["Location"]).content.decode()
    assert "2 rows, 2 columns" in text
    assert "<code>profit</code>" in text


def test_a_viewer_may_look_but_not_write(alice: User, client: Client) -> None:
    run = stories.running(alice)
    viewer = UserFactory(username="dora")
    MembershipFactory(workspace=run.workspace, user=viewer, role=Membership.Role.VIEWER)
    client.force_login(viewer)
    page = client.get(page_of(run)).content.decode()
    assert "You may look at this conversation." in page
    assert "<textarea" not in page
    refused = client.post(f"{page_of(run)}messages/", {"text": "maximize x"})
    assert refused.status_code == 422
    assert "only planners and owners" in refused.content.decode()
    stopped = client.post(f"/runs/{run.id}/cancel/", follow=True)
    assert "only planners and owners" in stopped.content.decode()
    assert client.post(f"/runs/{run.id}/cancel/", **HTMX)["HX-Redirect"] == page_of(run)
    assert stories.fresh(run).lifecycle == Lifecycle.RUNNING


def test_stop_cancels_a_queued_run_at_once(alice: User, browser: Client) -> None:
    run = stories.begin(alice)
    answer = browser.post(f"/runs/{run.id}/cancel/")
    assert answer.status_code == 303
    assert stories.fresh(run).lifecycle == Lifecycle.CANCELLED


def test_stop_by_htmx_answers_with_the_changed_regions(alice: User, browser: Client) -> None:
    run = stories.running(alice)
    text = browser.post(f"/runs/{run.id}/cancel/", **HTMX).content.decode()
    assert f'id="run-{run.id}-actions"' in text
    assert "Stopping…" in text
    assert "<html" not in text


def test_retry_sends_the_same_message_again(alice: User, browser: Client) -> None:
    run = stories.failed(alice)
    browser.post(f"/runs/{run.id}/retry/")
    again = Run.objects.exclude(id=run.id).get()
    assert (again.request_text, again.lifecycle) == (run.request_text, Lifecycle.QUEUED)
    assert stories.message_of(again).conversation == stories.message_of(run).conversation


@pytest.mark.parametrize("address", ["/", "/conversations/", "/conversations/{c}/", "/conversations/{c}/messages/"])
def test_visitors_are_asked_to_sign_in(address: str, alice: User, client: Client) -> None:
    conversation = stories.message_of(stories.begin(alice)).conversation_id
    method = client.post if address.endswith(("messages/", "conversations/")) else client.get
    address = address.format(c=conversation)
    assert method(address)["Location"].startswith("/login/")
    assert method(address, **HTMX)["HX-Redirect"] == "/login/?next=/"


def test_the_login_page_says_what_is_wrong(client: Client, alice: User) -> None:
    assert client.get("/login/").status_code == 200
    answer = client.post("/login/", {"username": "alice", "password": "no"})
    assert "do not belong together" in answer.content.decode()


def test_what_is_not_there_has_a_page_in_the_same_look(browser: Client) -> None:
    answer = browser.get("/conversations/00000000-0000-4000-8000-000000000000/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


@pytest.mark.parametrize("where", ["home", "conversation"])
def test_the_number_of_queries_does_not_grow_with_rows(where: str, alice: User, browser: Client) -> None:
    run = stories.finished(alice)
    address = "/" if where == "home" else page_of(run)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            browser.get(address)
        counts.append(len(seen))
        for _ in range(3):
            run = stories.finished(alice, after=run if where == "conversation" else None)
    assert counts[0] == counts[1]
    assert counts[1] <= 18
