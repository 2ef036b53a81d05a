"""Which endpoint plays which part, what a test of the connection finds, and that it is remembered and used."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from copilot.accounts.models import User
from copilot.drafting.llm import LlmSettings
from copilot.drafting.probing import probe
from copilot.llm import services
from copilot.llm.endpoints import settings_for
from copilot.llm.models import LlmCall, LlmEndpoint
from copilot.llm.services import NOT_CONNECTED, parts
from tests.drafting.scripted import Script, ScriptedChatModel
from tests.drafting.stub_server import stub_server

GOOD = json.dumps({"word": "ready", "number": 7})


def probed(*replies: Script, **options: Any) -> Any:
    model = ScriptedChatModel(replies=list(replies), asked=[], methods=[], **options)
    return probe(LlmSettings("scripted:one", timeout_seconds=5), chat_model=model), model


def test_the_strictest_way_that_works_is_found() -> None:
    found, model = probed(GOOD)
    assert (found.method, found.tokens) == ("json_schema", 790)
    assert found.sentence.startswith("scripted:one works, with replies that its grammar holds to a schema")
    assert model.methods == ["json_schema"]


def test_an_empty_reply_is_a_failure_and_the_next_way_is_tried() -> None:
    found, model = probed("", {"word": "ready", "number": 8}, "Sure: " + GOOD)
    assert found.method == "prompt_only"
    assert model.methods == ["json_schema", "tools", "prompt_only"]
    assert [line.partition(":")[0] for line in found.tried] == ["json_schema", "tools", "prompt_only"]
    assert "the reply was empty" in found.tried[0]
    assert "instead of what was asked for" in found.tried[1]


def test_what_an_adapter_does_not_know_is_passed_over() -> None:
    found, _ = probed(GOOD, refuses=("json_schema", "tools"))
    assert found.method == "prompt_only"
    assert found.tried[0].startswith("json_schema: refused")


def test_a_model_that_follows_nothing_is_said_to_be_too_weak() -> None:
    found, _ = probed("hello", "hello", "hello")
    assert found.method is None
    assert "connect a stronger one" in found.sentence


@pytest.fixture
def connected(settings: Any) -> Any:
    def connect(base_url: str, **more: Any) -> None:
        options = {"LLM": "openai:stub", "LLM_BASE_URL": base_url, "LLM_API_KEY": "sk-one", "LLM_METHOD": ""}
        settings.COPILOT = settings.COPILOT | options | more

    return connect


def test_the_doctor_tells_and_the_finding_is_used_from_then_on(db: None, connected: Any) -> None:
    with stub_server("400", "400", GOOD) as server:
        connected(server.base_url)
        assert settings_for("drafter").method == "json_schema"
        told = io.StringIO()
        with redirect_stdout(told):
            call_command("llm_doctor")
    assert "openai:stub works, with replies asked for in the prompt alone" in told.getvalue()
    assert "18 tokens" in told.getvalue()
    assert all(body["max_completion_tokens"] <= 200 for body in server.bodies)
    assert settings_for("drafter").method == "prompt_only"
    assert LlmEndpoint.objects.get().method == "prompt_only"
    assert set(LlmCall.objects.values_list("stage", flat=True)) == {"probe"}
    connected(server.base_url, LLM_METHOD="tools")
    assert settings_for("drafter").method == "tools"


@pytest.mark.parametrize(("behaviour", "sentence"), [("401", "refused the API key"), ("404", "does not exist")])
def test_the_doctor_says_what_is_wrong_and_fails(db: None, connected: Any, behaviour: str, sentence: str) -> None:
    told = io.StringIO()
    with stub_server(behaviour) as server:
        connected(server.base_url)
        with redirect_stdout(told), pytest.raises(SystemExit):
            call_command("llm_doctor", "--json")
    found = json.loads(told.getvalue())
    assert found["method"] is None
    assert sentence in found["sentence"]
    assert len(server.bodies) == 1  # another way of asking would meet the same door


def test_without_a_connection_the_doctor_says_how_to_make_one(db: None, settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM": ""}
    told = io.StringIO()
    with redirect_stdout(told), pytest.raises(SystemExit):
        call_command("llm_doctor")
    assert told.getvalue().strip() == NOT_CONNECTED


def test_each_part_has_its_endpoint_and_a_key_stays_at_its_address(db: None, connected: Any) -> None:
    connected(
        "http://one/v1", LLM_CHECKER="openai:small", LLM_CURATOR="openai:big", LLM_CURATOR_BASE_URL="http://two/v1"
    )
    checker, curator = settings_for("checker"), settings_for("curator")
    assert (checker.model, checker.base_url, checker.api_key) == ("openai:small", "http://one/v1", "sk-one")
    assert (curator.model, curator.base_url, curator.api_key) == ("openai:big", "http://two/v1", "")
    assert parts() == ("drafter", "checker", "curator")
    connected("http://one/v1", LLM_CHECKER="anthropic:other", LLM_CURATOR="")
    assert (settings_for("checker").base_url, settings_for("checker").api_key) == ("", "")
    assert settings_for("curator").model == "openai:stub"


def test_the_button_in_the_admin_has_a_worker_test(db: None, connected: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(services.app, "send_task", lambda name, args, retry: told.append((name, args)))
    connected("http://one/v1")
    root = User.objects.create_superuser("root", password="x")
    client = Client()
    client.force_login(root)
    page = client.post("/admin/llm/llmendpoint/test/", follow=True).content.decode()
    assert "A worker tests the connection now" in page
    assert "Test connection" in page
    client.force_login(User.objects.create_user("charlie", password="x"))
    assert client.post("/admin/llm/llmendpoint/test/").status_code == 302  # to the login of the admin
    assert told == [("llm.test", [None])]
