"""Alice owns, bob shares, charlie is refused: at every address of the conversation."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.runs.models import Run
from tests.chat import stories
from tests.factories import PASSWORD

ADDRESSES: list[tuple[str, Callable[[Run, UUID], str]]] = [
    ("get", lambda run, conversation: f"/conversations/{conversation}/"),
    ("post", lambda run, conversation: f"/conversations/{conversation}/messages/"),
    ("post", lambda run, conversation: f"/runs/{run.id}/cancel/"),
    ("post", lambda run, conversation: f"/runs/{run.id}/retry/"),
    ("get", lambda run, conversation: f"/runs/{run.id}/what-if/"),
    ("post", lambda run, conversation: f"/runs/{run.id}/what-if/scenario/"),
    ("post", lambda run, conversation: f"/runs/{run.id}/what-if/sweep/"),
    ("post", lambda run, conversation: f"/runs/{run.id}/what-if/repair/"),
    ("post", lambda run, conversation: f"/runs/{run.id}/what-if/explain/"),
]
NAMES = ["read", "write", "cancel", "retry", "ask", "scenario", "sweep", "repair", "explain"]


@pytest.mark.parametrize(("method", "address"), ADDRESSES, ids=NAMES)
def test_members_are_served_and_strangers_get_404(
    method: str, address: Callable[[Run, UUID], str], alice: User, bob: User, charlie: User, client: Client
) -> None:
    run = stories.failed(alice)
    where = address(run, stories.message_of(run).conversation_id)
    statuses = []
    for person in (alice, bob, charlie):
        client.force_login(person)
        statuses.append(getattr(client, method)(where, {"text": "maximize x"}).status_code)
    assert statuses[2] == 404
    assert statuses[0] == statuses[1]
    assert statuses[0] in (200, 303)


def test_a_stranger_sees_nothing_of_others_at_home(alice: User, charlie: User, client: Client) -> None:
    stories.finished(alice)
    client.force_login(charlie)
    assert "Profit" not in client.get("/").content.decode()


def later(client: Client) -> None:
    """The session has ended; the cookie of the forms is still there."""
    del client.cookies["sessionid"]


@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
def test_a_message_that_comes_after_the_session_ended_waits_for_its_writer(
    fragment: bool, alice: User, client: Client
) -> None:
    client.force_login(alice)
    page = f"/conversations/{stories.message_of(stories.failed(alice)).conversation_id}/"
    later(client)
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"} if fragment else {}
    headers |= {"Referer": f"http://testserver{page}"}
    sent = client.post(f"{page}messages/", {"text": "At most 9 desks & chairs."}, headers=headers)
    address = sent.headers["HX-Redirect" if fragment else "Location"]
    assert address == f"/login/?next={page}"
    signed_in = client.post(address, {"username": "alice", "password": PASSWORD, "next": page})
    assert signed_in["Location"] == page
    shown = client.get(page).content.decode()
    assert "At most 9 desks &amp; chairs.</textarea>" in shown
    assert "You were signed out before your message arrived" in shown
    assert "At most 9 desks" not in client.get(page).content.decode()


def test_a_first_message_waits_too_and_no_page_elsewhere_is_led_to(alice: User, client: Client) -> None:
    sent = client.post("/conversations/", {"text": "maximize x"}, headers={"Referer": "http://elsewhere.example/a"})
    assert sent["Location"] == "/login/?next=/"
    client.force_login(alice)
    assert "maximize x</textarea>" in client.get("/").content.decode()
