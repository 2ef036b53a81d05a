"""Pages are complete on a plain GET; what is refused comes back with a sentence and the text kept."""

from __future__ import annotations

import pytest
from django.test import Client

from copilot.accounts.models import User
from tests.chat import stories

STORIES = [
    stories.begin,
    stories.started,
    stories.finished,
    stories.running,
    stories.revised,
    stories.failed,
    stories.abstained,
    stories.asked,
    stories.infeasible,
    stories.cancelled,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_state_has_a_page(story, alice: User, client: Client) -> None:
    run = story(alice)
    client.force_login(alice)
    page = client.get(f"/conversations/{stories.message_of(run).conversation_id}/")
    assert page.status_code == 200
