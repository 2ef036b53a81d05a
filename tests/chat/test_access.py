"""Alice owns, bob shares, charlie is refused: at every address of the conversation."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.runs.models import Run
from tests.chat import stories

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
