"""One request over HTTP, told to its plan: a refused reply, a failed build, a failing check, and two repairs."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import close_old_connections, connection
from django.test import Client

from copilot.accounts.models import User
from copilot.chat import services as chat
from copilot.chat.cards import card_of
from copilot.llm.models import LlmCall
from copilot.runs import events, pipeline, services
from copilot.runs.events import EventType as E
from copilot.runs.models import Lifecycle, Run
from copilot.runs.tracing import trace
from tests.drafting.replies import PROGRAM, TEXT, mended, workshop, written
from tests.drafting.stub_server import StubServer, stub_server
from tests.runs.test_stages import BROKEN, HALF

ROOT = Path(__file__).resolve().parents[2]
SAID = [json.dumps(one) for one in (workshop(), written(BROKEN), mended(HALF), mended(PROGRAM))]


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("ada", password="x")


@pytest.fixture
def connected(settings: Any) -> Any:
    @contextmanager
    def connect(*behaviours: str, **more: Any) -> Iterator[StubServer]:
        with stub_server(*behaviours) as server:
            options = {"LLM": "openai:stub", "LLM_BASE_URL": server.base_url, "LLM_API_KEY": "sk-secret-123"}
            settings.COPILOT = settings.COPILOT | options | {"LLM_TIMEOUT_SECONDS": 5.0} | more
            yield server

    return connect


def asked(owner: User) -> Run:
    message = chat.post_message(
        conversation=chat.start_conversation(actor=owner), actor=owner, text=TEXT, enqueue=False, drafter="llm"
    )
    run: Run = Run.objects.get(id=message.run_id)
    return run


def walked(owner: User) -> Run:
    run = asked(owner)
    pipeline.execute(run.id)
    return Run.objects.get(id=run.id)


def test_a_request_is_traced_from_a_refused_reply_to_its_plan(owner: User, connected: Any) -> None:
    with connected('{"title": "half"}', *SAID) as server:
        run = walked(owner)
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    assert (run.result or {})["objective_value"] == pytest.approx(4200)
    assert len(server.bodies) == 5
    assert all(body["max_completion_tokens"] == 8_000 for body in server.bodies)
    lines = list(trace(run))
    told = "\n".join(lines)
    for expected in (
        "formulate, try 1, openai:stub (json_schema), 11 + 7 tokens: refused: Give variables and an objective",
        "formulate, try 2, openai:stub (json_schema), 11 + 7 tokens: understood",
        "draft.formulated       3 parameters, 1 variables, 1 constraints",
        "fails: build; taken",
        "number 1, because of the build:",
        "fails: program, rows: carpentry; taken",
        "number 2, because of the check:",
        "fails: nothing; taken",
        "optimal, objective 4200.0",
        "run.finished           succeeded:",
        "calls: 5 (formulate answered, formulate answered, program answered, repair answered, repair answered)",
        "55 tokens read, 35 written",
    ):
        assert expected in told, told
    printed = io.StringIO()
    with redirect_stdout(printed):
        call_command("trace", str(run.id))
    assert printed.getvalue().splitlines() == lines


def test_the_command_draws_a_run_again_from_its_record(owner: User, connected: Any) -> None:
    with connected(*SAID) as server:
        run = walked(owner)
    printed = io.StringIO()
    with redirect_stdout(printed):
        call_command("trace", str(run.id), "--replay")
    assert "The same instance came out." in printed.getvalue()
    assert len(server.bodies) == 4


@pytest.mark.parametrize(
    ("behaviours", "sentence"),
    [
        (("500",) * 3, "had a fault of its own"),
        (("401",), "refused the API key"),
        (("429",) * 3, "asked too often or its quota is used up"),
        (("garbage",) * 3, "cannot be read"),
        (("I am sorry, I cannot help with that.",) * 2, "gave no formulation that can be used"),
        (("silence",), "did not answer in 0.3 seconds"),
    ],
)
def test_a_provider_that_is_of_no_use_ends_in_a_sentence_and_a_retry(
    owner: User, connected: Any, behaviours: tuple[str, ...], sentence: str
) -> None:
    with connected(*behaviours, LLM_TIMEOUT_SECONDS=0.3):
        run = walked(owner)
    assert run.lifecycle == Lifecycle.FAILED
    assert sentence in run.closing_message
    assert "sk-secret-123" not in run.closing_message
    assert run.request_text == TEXT
    card = card_of(run.id)
    assert card is not None
    assert card.can_retry
    assert not LlmCall.objects.filter(error__contains="sk-secret-123").exists()


def test_a_provider_that_is_down_leaves_the_request_and_the_next_try_succeeds(owner: User, connected: Any) -> None:
    with connected():
        pass
    run = walked(owner)
    assert run.lifecycle == Lifecycle.FAILED
    assert "cannot be reached" in run.closing_message
    assert LlmCall.objects.get(run_id=run.id).counted_tokens == 0
    with connected(SAID[0], json.dumps(written())):
        client = Client()
        client.force_login(owner)
        assert client.post(f"/runs/{run.id}/retry/").status_code == 303
        again = Run.objects.exclude(id=run.id).get()
        pipeline.execute(again.id)
    assert Run.objects.get(id=again.id).lifecycle == Lifecycle.SUCCEEDED


def test_where_no_model_answers_the_same_request_is_drafted_by_the_built_in_one(owner: User, connected: Any) -> None:
    client = Client()
    client.force_login(owner)
    with connected("401"):
        run = walked(owner)
        card = card_of(run.id)
        assert card is not None
        assert card.other_drafter
        assert client.post(f"/runs/{run.id}/retry/", {"drafter": "builtin"}).status_code == 303
        again = Run.objects.exclude(id=run.id).get()
        pipeline.execute(again.id)
    again.refresh_from_db()
    assert (again.lifecycle, again.drafter) == (Lifecycle.SUCCEEDED, "builtin")
    assert LlmCall.objects.filter(run_id=again.id).count() == 0
    other = card_of(again.id)
    assert other is not None
    assert not other.other_drafter


def test_a_provider_that_refuses_a_repair_leaves_what_was_drafted(owner: User, connected: Any) -> None:
    with connected(SAID[0], json.dumps(written(HALF)), "401"):
        run = walked(owner)
    assert run.lifecycle == Lifecycle.SUCCEEDED
    assert run.verification == "failed"
    (told,) = (event.payload["message"] for event in events.after(run.id, 0) if event.type == E.DRAFT_HANDED_OVER)
    assert "refused the API key" in told
    assert "carpentry" in told


def test_stop_hangs_up_on_a_slow_provider_and_keeps_what_had_arrived(owner: User, connected: Any) -> None:
    with connected("slow:" + SAID[0] * 3) as server:
        run = asked(owner)

        def work() -> None:
            try:
                pipeline.execute(run.id)
            finally:
                close_old_connections()

        thread = threading.Thread(target=work)
        thread.start()
        deadline = time.monotonic() + 20
        while not any(event.type == E.DRAFT_PARTIAL for event in events.after(run.id, 0)):
            assert time.monotonic() < deadline, "nothing was shown of the reply"
            time.sleep(0.05)
        services.cancel_run(run=Run.objects.get(id=run.id), actor=owner)
        thread.join(timeout=10)
        assert server.hung_up.wait(5)
    run = Run.objects.get(id=run.id)
    assert run.lifecycle == Lifecycle.CANCELLED
    assert LlmCall.objects.get(run_id=run.id).outcome == "stopped"
    assert LlmCall.objects.get(run_id=run.id).counted_tokens > 8_000


WORKER = """
import sys, uuid, django
django.setup()
from copilot.runs import pipeline
pipeline.execute(uuid.UUID(sys.argv[1]))
"""


def test_a_worker_killed_while_the_program_is_written_leaves_the_formulation(owner: User, connected: Any) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("NOT VERIFIED: the second process is pointed at an SQLite file only")
    with connected(SAID[0], "slow:" + json.dumps(written()) * 30, json.dumps(written())) as server:
        run = asked(owner)
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "copilot.settings",
            "COPILOT_DATA_DIR": str(django_settings.DATA_DIR),
            "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
            "COPILOT_IN_PROCESS": "1",
            "COPILOT_LLM": "openai:stub",
            "COPILOT_LLM_BASE_URL": server.base_url,
            "LOG_LEVEL": "ERROR",
        }
        worker = subprocess.Popen([sys.executable, "-c", WORKER, str(run.id)], cwd=ROOT, env=environment)
        try:
            deadline = time.monotonic() + 60
            while len(server.bodies) < 2:
                assert worker.poll() is None, "the worker ended by itself"
                assert time.monotonic() < deadline, "the program was never asked for"
                time.sleep(0.05)
        finally:
            worker.kill()
            worker.wait()
        Run.objects.filter(id=run.id).update(lease_until="2020-01-01T00:00:00Z")
        pipeline.execute(run.id)
    run = Run.objects.get(id=run.id)
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    kinds = [event.type for event in events.after(run.id, 0)]
    assert (kinds.count(E.DRAFT_FORMULATED), kinds.count(E.RUN_RECOVERED)) == (1, 1)
    assert len(server.bodies) == 3
    outcomes = list(LlmCall.objects.filter(run_id=run.id).values_list("stage", "outcome"))
    assert outcomes == [("formulate", "answered"), ("program", "open"), ("program", "answered")]
    assert LlmCall.objects.get(outcome="open").counted_tokens > 8_000
