"""Every call is reserved, counted, recorded and replayable; what is not known counts in full."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from copilot.accounts.models import User, Workspace
from copilot.accounts.services import workspace_of
from copilot.drafting.base import DraftingError
from copilot.drafting.calling import Call, Stopped
from copilot.drafting.gate import Asked
from copilot.drafting.llm import LlmSettings, MethodRefused, Unanswered
from copilot.llm import retention
from copilot.llm.endpoints import settings_for
from copilot.llm.meter import Meter, OverBudget, spent_by
from copilot.llm.models import LlmBudget, LlmCall, LlmEndpoint
from copilot.llm.recall import NOT_ON_RECORD, Recall, recorded_settings

SETTINGS = LlmSettings("openai:x", max_tokens=100)
RESERVED = 5 + 1 + 100
RUN = uuid.uuid4()


def asked(text: str = "x" * 10, should_stop: Callable[[], bool] = lambda: False, stage: str = "formulate") -> Asked:
    return Asked(stage, SETTINGS, "json_schema", [("human", text)], "p" * 16, should_stop)


def answers(call: Call) -> Callable[[], Call]:
    return lambda: call


def fails(error: BaseException) -> Callable[[], Call]:
    def call() -> Call:
        raise error

    return call


@pytest.fixture
def workspace(alice: User, settings: Any) -> Workspace:
    settings.COPILOT = settings.COPILOT | {"LLM_TOKENS_PER_DAY": 1_000, "LLM_PRICES": {"openai:x": (1.0, 2.0)}}
    return workspace_of(alice)


def test_usage_replaces_the_reservation_and_all_is_on_record(workspace: Workspace) -> None:
    made = Meter(workspace, RUN).pass_on(asked(), answers(Call("{}", 1.5, 7, 9)))
    assert made.text == "{}"
    row = LlmCall.objects.get()
    assert (row.counted_tokens, row.counted_cost) == (16, pytest.approx(25e-6))
    assert (row.stage, row.model, row.method, row.prompt, row.run_id) == (
        "formulate",
        "openai:x",
        "json_schema",
        "p" * 16,
        RUN,
    )
    assert (row.messages, row.reply, row.outcome, row.seconds) == ([["human", "x" * 10]], "{}", "answered", 1.5)
    assert len(row.digest) == 32


def test_unknown_usage_counts_as_the_whole_reservation(workspace: Workspace) -> None:
    Meter(workspace).pass_on(asked(), answers(Call("{}", 1.0)))
    assert spent_by(workspace).tokens_day == RESERVED


@pytest.mark.parametrize(
    ("error", "outcome", "counted"),
    [
        (Stopped(), "stopped", RESERVED),
        (DraftingError("It timed out."), "failed", RESERVED),
        (Unanswered("The key was refused."), "failed", 0),
        (MethodRefused("no tools"), "method_refused", 0),
        (KeyboardInterrupt(), "failed", RESERVED),
    ],
)
def test_a_call_that_failed_counts_unless_nothing_was_written(
    workspace: Workspace, error: BaseException, outcome: str, counted: int
) -> None:
    with pytest.raises(type(error)):
        Meter(workspace).pass_on(asked(), fails(error))
    row = LlmCall.objects.get()
    assert (row.outcome, row.counted_tokens) == (outcome, counted)


def test_a_reservation_that_a_lost_worker_left_open_still_counts(workspace: Workspace) -> None:
    Meter(workspace)._reserved(asked())
    assert (LlmCall.objects.get().outcome, spent_by(workspace).tokens_day) == ("open", RESERVED)


def test_over_the_budget_nothing_is_asked(workspace: Workspace) -> None:
    for _ in range(9):
        Meter(workspace).pass_on(asked(), answers(Call("{}", 1.0)))
    with pytest.raises(OverBudget, match="954 tokens of 1,000 tokens are used today"):
        Meter(workspace).pass_on(asked(), fails(AssertionError("it was asked")))
    assert LlmCall.objects.count() == 9


def test_yesterday_does_not_count_today_and_another_workspace_never(workspace: Workspace, charlie: User) -> None:
    Meter(workspace).pass_on(asked(), answers(Call("{}", 1.0)))
    now = timezone.now()
    LlmCall.objects.update(created_at=now - timedelta(days=1))
    assert spent_by(workspace).tokens_day == 0
    assert spent_by(workspace).tokens_month == (RESERVED if now.day > 1 else 0)
    Meter(workspace_of(charlie)).pass_on(asked(), answers(Call("{}", 1.0)))
    assert spent_by(workspace).tokens_day == 0


def test_a_workspace_may_have_limits_of_its_own(workspace: Workspace) -> None:
    LlmBudget.objects.create(workspace=workspace, tokens_per_day=50)
    with pytest.raises(OverBudget, match="of 50 tokens"):
        Meter(workspace).pass_on(asked(), answers(Call("{}", 1.0)))
    LlmBudget.objects.update(tokens_per_day=0)
    Meter(workspace).pass_on(asked(), answers(Call("{}", 1.0)))


def test_nobodys_calls_are_recorded_and_not_limited(workspace: Workspace) -> None:
    for _ in range(12):
        Meter(None).pass_on(asked(), answers(Call("{}", 1.0)))
    assert LlmCall.objects.filter(workspace=None).count() == 12


def test_too_many_calls_in_a_minute_wait_and_stop_ends_the_waiting(workspace: Workspace) -> None:
    LlmBudget.objects.create(workspace=workspace, calls_per_minute=1)
    Meter(workspace).pass_on(asked(), answers(Call("{}", 1.0)))
    began = time.monotonic()
    with pytest.raises(Stopped):
        Meter(workspace).pass_on(asked(should_stop=lambda: time.monotonic() - began > 0.5), fails(AssertionError()))
    assert LlmCall.objects.count() == 1
    LlmCall.objects.update(created_at=timezone.now() - timedelta(seconds=59.5))
    Meter(workspace).pass_on(asked(), answers(Call("later", 1.0)))
    assert LlmCall.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_share_the_last_room(settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM_TOKENS_PER_DAY": RESERVED + RESERVED // 2, "LLM_PRICES": {}}
    workspace = workspace_of(User.objects.create_user("ada", password="x"))
    begun, ended = threading.Barrier(2, timeout=20), list[str]()

    def work() -> None:
        begun.wait()
        try:
            Meter(workspace).pass_on(asked(), answers(Call("{}", 1.0)))
            ended.append("made")
        except OverBudget:
            ended.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(ended) == ["made", "refused"]


def test_the_record_answers_the_same_prompts_in_order_once_each(workspace: Workspace) -> None:
    meter = Meter(workspace, RUN)
    with pytest.raises(MethodRefused):
        meter.pass_on(asked("one"), fails(MethodRefused("no grammar")))
    for text in ("first", "second"):
        meter.pass_on(asked("one"), answers(Call(text, 1.0, 3, 4)))
    with pytest.raises(DraftingError):
        meter.pass_on(asked("two"), fails(DraftingError("It was away.")))
    recall = Recall(RUN)
    never = fails(AssertionError("it was asked"))
    with pytest.raises(MethodRefused, match="no grammar"):
        recall.pass_on(asked("one"), never)
    assert [recall.pass_on(asked("one"), never).text for _ in range(2)] == ["first", "second"]
    with pytest.raises(DraftingError, match="It was away"):
        recall.pass_on(asked("two"), never)
    with pytest.raises(DraftingError) as caught:
        recall.pass_on(asked("one"), never)
    assert str(caught.value) == NOT_ON_RECORD
    assert recorded_settings(RUN) == LlmSettings("openai:x", method="json_schema")
    assert recorded_settings(uuid.uuid4()) is None


def test_a_stranger_sees_no_call_of_the_workspace(workspace: Workspace, bob: User, charlie: User) -> None:
    Meter(workspace).pass_on(asked(), answers(Call("{}", 1.0)))
    assert LlmCall.objects.visible_to(bob).count() == 1
    assert LlmCall.objects.visible_to(charlie).count() == 0


def in_the_prompt(text: str = "x" * 10) -> Asked:
    return Asked("formulate", SETTINGS, "prompt_only", [("human", text)], "p" * 16, lambda: False)


def test_a_way_that_was_refused_is_not_tried_first_by_the_next_run(workspace: Workspace, settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM": "openai:x", "LLM_METHOD": ""}
    meter = Meter(workspace, RUN)
    Meter(workspace, RUN).pass_on(in_the_prompt(), answers(Call("{}", 1.0, 1, 1)))
    assert not LlmEndpoint.objects.exists()  # nothing was refused: the prompt was simply the way
    with pytest.raises(MethodRefused):
        meter.pass_on(asked(), fails(MethodRefused("no grammar")))
    with pytest.raises(DraftingError):
        meter.pass_on(in_the_prompt(), fails(DraftingError("It was away.")))
    assert not LlmEndpoint.objects.exists()  # neither way worked: the way was not what was wrong
    meter.pass_on(in_the_prompt(), answers(Call("{}", 1.0, 1, 1)))
    row = LlmEndpoint.objects.get()
    assert (row.model, row.base_url, row.method) == ("openai:x", "", "prompt_only")
    assert "json_schema" in row.sentence
    assert settings_for("drafter").method == "prompt_only"


def test_old_texts_are_blanked_and_what_they_cost_stays(workspace: Workspace, settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM_RECORD_DAYS": 30}
    meter = Meter(workspace, RUN)
    for text in ("old", "new"):
        meter.pass_on(asked(text), answers(Call(f"reply {text}", 1.0, 7, 9)))
    old, new = LlmCall.objects.order_by("id")
    LlmCall.objects.filter(id=old.id).update(created_at=timezone.now() - timedelta(days=31))
    assert retention.forget_old_texts() == 1
    assert retention.forget_old_texts() == 0
    old, new = LlmCall.objects.order_by("id")
    assert (old.messages, old.reply, old.digest, old.counted_tokens, old.model) == ([], "", "", 16, "openai:x")
    assert (new.reply, new.forgotten_at) == ("reply new", None)
    with pytest.raises(DraftingError):
        Recall(RUN).pass_on(asked("old"), fails(AssertionError("it was asked")))


def test_without_a_limit_texts_stay_for_good(workspace: Workspace, settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM_RECORD_DAYS": 0}
    Meter(workspace, RUN).pass_on(asked(), answers(Call("{}", 1.0, 7, 9)))
    LlmCall.objects.update(created_at=timezone.now() - timedelta(days=9_999))
    assert retention.forget_old_texts() == 0
    assert LlmCall.objects.get().reply == "{}"


def test_many_old_texts_go_in_batches(workspace: Workspace, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM_RECORD_DAYS": 1}
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "MOST_BATCHES", 2)
    then = timezone.now() - timedelta(days=2)
    LlmCall.objects.bulk_create(
        LlmCall(workspace=workspace, stage="x", model="m", method="tools", prompt="p", digest="d", created_at=then)
        for _ in range(5)
    )
    assert [retention.forget_old_texts() for _ in range(3)] == [4, 1, 0]
