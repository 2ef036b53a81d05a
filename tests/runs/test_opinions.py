"""Two language models draft the same request apart from each other, and their models are compared."""

from __future__ import annotations

import json
from typing import Any

import pytest

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.llm.models import LlmCall
from copilot.runs import pipeline, services
from copilot.runs.models import Run, Verification
from tests.drafting.replies import PROGRAM, TEXT, workshop, written
from tests.drafting.stub_server import stub_server
from tests.runs.test_stages import HALF

NO_MODEL = "def build_model(data):\n    return 1\n"
RENAMED = PROGRAM.replace("m.made", "m.built").replace("m.carpentry", "m.hours_of_work")


def walked(settings: Any, *checker: str) -> tuple[Run, list[dict[str, Any]]]:
    owner = User.objects.create_user("ada", password="x")
    draft = (json.dumps(workshop()), json.dumps(written()))
    with stub_server(*draft) as first, stub_server(*checker) as second:
        options = {"LLM": "openai:one", "LLM_BASE_URL": first.base_url, "LLM_TIMEOUT_SECONDS": 5.0}
        options |= {"LLM_CHECKER": "openai:two", "LLM_CHECKER_BASE_URL": second.base_url}
        settings.COPILOT = settings.COPILOT | options
        run = services.start_run(workspace=workspace_of(owner), actor=owner, text=TEXT, enqueue=False)
        pipeline.execute(run.id)
    run = Run.objects.select_related("version").get(id=run.id)
    assert run.version is not None, run.closing_message
    return run, [check for check in run.version.checks if check["name"] == "opinion"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("program", "status"), [(RENAMED, "pass"), (HALF, "unknown")])
def test_another_draft_that_agrees_is_a_pass_and_one_that_differs_leaves_doubt(
    settings: Any, program: str, status: str
) -> None:
    run, (opinion,) = walked(settings, json.dumps(workshop()), json.dumps(written(program)))
    assert opinion["status"] == status
    assert run.verification != Verification.FAILED
    assert list(LlmCall.objects.filter(run_id=run.id).values_list("model", flat=True)) == [
        "openai:one",
        "openai:one",
        "openai:two",
        "openai:two",
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "replies",
    [
        ("401",),
        ("junk", "more junk"),
        (json.dumps(workshop()), json.dumps(written(NO_MODEL))),
    ],
)
def test_a_checker_that_is_of_no_use_says_nothing_of_the_draft(settings: Any, replies: tuple[str, ...]) -> None:
    run, opinions = walked(settings, *replies)
    assert opinions == []
    assert run.lifecycle == "succeeded"
