"""The real OpenAI client against a server on loopback: what reaches it, and what each fault becomes."""

from __future__ import annotations

import json
import threading
import time

import pytest

from copilot.drafting.agent import LlmDrafter
from copilot.drafting.base import DraftingError, DraftOutcome, InsightText
from copilot.drafting.llm import LlmSettings, Method, make_chat_model
from tests.drafting.replies import REQUEST, workshop, written
from tests.drafting.stub_server import StubServer, stub_server

KEY = "sk-secret-123"
REPLY = json.dumps(workshop())
PROGRAMMED = json.dumps(written())


def draft(server: StubServer, *, method: Method = "json_schema", timeout_seconds: float = 5.0) -> DraftOutcome:
    settings = LlmSettings(
        "openai:stub",
        base_url=server.base_url,
        api_key=KEY,
        timeout_seconds=timeout_seconds,
        max_retries=1,
        max_tokens=5_000,
        method=method,
    )
    return LlmDrafter(settings).draft(REQUEST, lambda *_: None, lambda: False)


@pytest.mark.parametrize("method", ["json_schema", "tools", "prompt_only"])
def test_a_reply_over_http_becomes_a_draft(method: Method) -> None:
    with stub_server(REPLY, PROGRAMMED) as server:
        assert draft(server, method=method).status == "complete"
    body, _ = server.bodies
    assert body["max_completion_tokens"] == 5_000
    assert body["stream_options"] == {"include_usage": True}
    assert body["authorization"] == f"Bearer {KEY}"
    assert ("response_format" in body, "tools" in body) == (method == "json_schema", method == "tools")


def test_a_busy_server_is_asked_once_more() -> None:
    with stub_server("429", REPLY, PROGRAMMED) as server:
        assert draft(server).status == "complete"
    assert len(server.bodies) == 3


def test_a_server_without_typed_replies_is_asked_in_the_prompt() -> None:
    with stub_server("400", REPLY, PROGRAMMED) as server:
        assert draft(server).status == "complete"
    assert "response_format" not in server.bodies[1]
    assert "JSON schema:" in server.bodies[1]["messages"][0]["content"]


def test_a_connection_lost_in_the_middle_of_a_reply_gets_a_second_try() -> None:
    with stub_server("disconnect", REPLY, PROGRAMMED) as server:
        assert draft(server).status == "complete"
    assert "no complete JSON object" in server.bodies[1]["messages"][-1]["content"]


def test_a_reply_cut_at_its_limit_is_asked_again_shorter() -> None:
    with stub_server("cut:" + REPLY[:300], REPLY, PROGRAMMED) as server:
        assert draft(server).status == "complete"
    assert "cut off at the limit" in server.bodies[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("behaviours", "sentence"),
    [
        (("429", "429"), "asked too often"),
        (("401",), "refused the API key"),
        (("404",), "does not exist"),
        (("500", "500"), "a fault of its own"),
        (("400", "400"), "refused the request"),
        (("garbage",), "cannot be read"),
        (("silence",), "did not answer in 0.5 seconds"),
    ],
)
def test_each_fault_is_a_sentence_without_the_key(behaviours: tuple[str, ...], sentence: str) -> None:
    with stub_server(*behaviours) as server, pytest.raises(DraftingError, match=sentence) as caught:
        draft(server, timeout_seconds=0.5)
    assert str(caught.value).startswith(("openai:stub", "The answer of openai:stub"))
    assert KEY not in str(caught.value)


def test_a_server_that_is_not_there_is_named() -> None:
    with stub_server() as server:
        pass
    with pytest.raises(DraftingError, match="cannot be reached"):
        draft(server)


def test_stop_hangs_up_so_that_the_server_stops_writing() -> None:
    stop = threading.Event()
    with stub_server("slow:" + REPLY * 5) as server:
        settings = LlmSettings("openai:stub", base_url=server.base_url, api_key=KEY, timeout_seconds=20)
        timer = threading.Timer(0.5, stop.set)
        timer.start()
        outcome = LlmDrafter(settings).draft(REQUEST, lambda *_: None, stop.is_set)
        assert outcome.reasons == ("Stopped before the draft was finished.",)
        assert server.hung_up.wait(5)
        timer.join()


def test_stop_hangs_up_on_a_server_that_says_nothing_and_does_not_ask_again() -> None:
    with stub_server("silence") as server:
        settings = LlmSettings("openai:stub", base_url=server.base_url, api_key=KEY, timeout_seconds=20)
        outcome = LlmDrafter(settings).draft(REQUEST, lambda *_: None, lambda: bool(server.bodies))
        assert outcome.reasons == ("Stopped before the draft was finished.",)
        assert server.hung_up.wait(1.4)
    assert len(server.bodies) == 1


def test_a_silent_server_is_waited_for_once_whatever_it_was_asked() -> None:
    lesson = InsightText("k", "about", "when", "why")
    with stub_server("silence", REPLY, PROGRAMMED) as server:
        settings = LlmSettings("openai:stub", base_url=server.base_url, api_key=KEY, timeout_seconds=0.3)
        drafter = LlmDrafter(settings)
        with pytest.raises(DraftingError, match="did not answer in"):
            drafter.choose_insights("Plan.", (lesson,), lambda: False)
        with pytest.raises(DraftingError, match="did not answer in"):
            drafter.draft(REQUEST, lambda *_: None, lambda: False)
        assert len(server.bodies) == 1
        assert drafter.draft(REQUEST, lambda *_: None, lambda: False).status == "complete"


def test_a_checker_that_says_nothing_does_not_end_the_draft() -> None:
    with stub_server("silence") as checker, stub_server(REPLY, PROGRAMMED) as server:
        drafter = LlmDrafter(
            LlmSettings("openai:stub", base_url=server.base_url, api_key=KEY, timeout_seconds=5),
            checker=LlmSettings("openai:small", base_url=checker.base_url, timeout_seconds=0.3),
        )
        with pytest.raises(DraftingError, match="openai:small did not answer"):
            drafter.choose_insights("Plan.", (InsightText("k", "about", "when", "why"),), lambda: False)
        assert drafter.draft(REQUEST, lambda *_: None, lambda: False).status == "complete"


def test_a_reply_of_the_providers_own_address_arrives_piece_by_piece_too(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    with stub_server("slow:" + REPLY, PROGRAMMED) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        drafter = LlmDrafter(LlmSettings("openai:stub", api_key=KEY, timeout_seconds=20))
        assert drafter.draft(REQUEST, lambda kind, _: told.append(kind), lambda: False).status == "complete"
    assert "response_format" in server.bodies[0]
    assert told.count("draft.partial") >= 2


def test_another_endpoint_says_which_experience_applies_where_there_is_one() -> None:
    with stub_server('{"apply": [1]}') as checker:
        drafter = LlmDrafter(
            LlmSettings("openai:stub", base_url="http://127.0.0.1:1/v1"),
            checker=LlmSettings("openai:small", base_url=checker.base_url, max_tokens=300),
        )
        lesson = InsightText("k", "about", "when", "why")
        assert drafter.choose_insights("Plan.", (lesson,), lambda: False) == ("k",)
    assert (checker.bodies[0]["model"], checker.bodies[0]["max_completion_tokens"]) == ("small", 300)


def test_nothing_is_traced_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with stub_server() as tracer, stub_server(REPLY, PROGRAMMED) as server:
        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        monkeypatch.setenv("LANGSMITH_API_KEY", "lsv2_test")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", tracer.base_url)
        assert draft(server).status == "complete"
        time.sleep(0.5)
    assert tracer.bodies == []


def test_another_variable_with_a_key_does_not_reach_a_server_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-provider")
    with stub_server(REPLY, PROGRAMMED) as server:
        LlmDrafter(LlmSettings("openai:stub", base_url=server.base_url)).draft(REQUEST, lambda *_: None, lambda: False)
    assert "sk-of-the-provider" not in server.bodies[0]["authorization"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (LlmSettings("gpt"), "provider:model"),
        (LlmSettings("openai:"), "provider:model"),
        (LlmSettings("openai:x", base_url="file:///etc/passwd"), "must begin with http"),
        (LlmSettings("openai:x", method="magic"), "json_schema, tools, prompt_only"),  # type: ignore[arg-type]
        (LlmSettings("nobody:x"), "cannot be used"),
        (LlmSettings("mistralai:x", api_key=KEY), "needs langchain-mistralai"),
    ],
)
def test_settings_that_cannot_work_say_what_to_change(wrong: LlmSettings, sentence: str) -> None:
    with pytest.raises(DraftingError, match=sentence):
        make_chat_model(wrong)


def test_the_key_is_not_in_the_repr_of_the_settings() -> None:
    assert KEY not in repr(LlmSettings("openai:x", api_key=KEY))
