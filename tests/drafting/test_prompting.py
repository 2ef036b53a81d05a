"""What a language model is told of the conversation so far."""

from __future__ import annotations

from dataclasses import replace

from copilot.drafting.base import DraftRequest
from copilot.drafting.prompting import request_message
from tests.drafting.builtin.asking import drafted
from tests.drafting.builtin.test_followup import WORKSHOP

LINE = "version 2: finishing: right-hand side 100 → 120"


def test_a_revision_is_told_what_the_revisions_before_it_changed() -> None:
    text = f"{WORKSHOP}\n\nat most 30 desks"
    request = DraftRequest(text, previous=drafted(WORKSHOP), revision_start=len(WORKSHOP) + 2, changes=(LINE,))
    _, said = request_message(request)
    assert "<<<CHANGES " in said
    assert LINE in said
    assert said.index("<<<PREVIOUS ") < said.index("<<<CHANGES ") < said.index("<<<REVISION ")


def test_a_first_request_and_a_first_revision_have_no_changes_to_tell() -> None:
    first = DraftRequest(WORKSHOP)
    assert "CHANGES" not in request_message(first)[1]
    assert "CHANGES" not in request_message(replace(first, previous=drafted(WORKSHOP)))[1]
