"""The page of the language models: a worker tests, the page tells, and nobody sees another's calls."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from copilot.accounts.models import Membership, User
from copilot.accounts.services import workspace_of
from copilot.llm import services, tasks
from copilot.llm.models import LlmCall, LlmEndpoint
from tests.drafting.stub_server import stub_server

GOOD = json.dumps({"word": "ready", "number": 7})
PAGE = "/language-models/"


@pytest.fixture
def browser(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a worker was told."""
    told: list[Any] = []
    monkeypatch.setattr(services.app, "send_task", lambda name, args, retry: told.append((name, args)))
    return told


def connect(settings: Any, base_url: str = "http://127.0.0.1:1/v1") -> None:
    options = {"LLM": "openai:stub", "LLM_BASE_URL": base_url, "LLM_API_KEY": "sk-one", "LLM_METHOD": ""}
    settings.COPILOT = settings.COPILOT | options


def page(client: Client) -> str:
    return client.get(PAGE).content.decode()


def test_a_visitor_signs_in_first(db: None) -> None:
    assert Client().get(PAGE).status_code == 302


def test_without_a_connection_the_page_says_how_to_make_one(browser: Client, settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM": ""}
    assert "Set COPILOT_LLM=provider:model" in page(browser)


def test_a_worker_tests_and_the_page_tells_what_it_found(
    browser: Client, alice: User, settings: Any, rung: list[Any]
) -> None:
    with stub_server(GOOD) as server:
        connect(settings, server.base_url)
        assert "Not tested yet" in page(browser)
        browser.post(PAGE + "test/")
        assert rung == [("llm.test", [workspace_of(alice).pk])]
        assert server.bodies == []
        assert 'hx-trigger="every 2s"' in page(browser)
        tasks.test(workspace_of(alice).pk)
    shown = page(browser)
    assert "openai:stub works, with replies that its grammar holds to a schema" in shown
    assert "18 tokens" in shown
    assert "every 2s" not in shown
    assert "18 of 2,000,000" in shown


def test_a_test_that_no_worker_answers_is_told_so(browser: Client, settings: Any, rung: list[Any]) -> None:
    connect(settings)
    browser.post(PAGE + "test/")
    LlmEndpoint.objects.update(asked_at=timezone.now() - timedelta(minutes=4))
    assert "No worker has answered" in page(browser)


def test_a_queue_that_is_away_is_told_and_nothing_waits(
    browser: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OSError("nobody there")

    connect(settings)
    monkeypatch.setattr(services.app, "send_task", away)
    shown = browser.post(PAGE + "test/", follow=True).content.decode()
    assert "The job queue cannot be reached" in shown
    assert "Not tested yet" in shown


def test_viewers_look_and_strangers_see_nothing(
    browser: Client, alice: User, charlie: User, settings: Any, rung: list[Any]
) -> None:
    connect(settings)
    LlmCall.objects.create(workspace=workspace_of(alice), stage="formulate", model="openai:secretive", counted_tokens=5)
    assert "openai:secretive" in page(browser)
    stranger = Client()
    stranger.force_login(charlie)
    assert "openai:secretive" not in page(stranger)
    Membership.objects.filter(user=charlie).update(role=Membership.Role.VIEWER)
    stranger.post(PAGE + "test/")
    assert rung == []
    assert "Test connection" not in page(stranger)


def test_the_web_process_imports_no_language_model_package() -> None:
    script = (
        "import os, sys\nos.environ['DJANGO_SETTINGS_MODULE'] = 'copilot.settings'\nimport django\ndjango.setup()\n"
        "from django.urls import get_resolver\nget_resolver().url_patterns\nimport copilot.asgi\n"
        "heavy = ('langchain', 'langgraph', 'langsmith', 'openai', 'anthropic')\n"
        "print([name for name in sys.modules if name.split('.')[0].startswith(heavy)])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
