"""Drafting in stages down the real line: repairs by checks, a lost worker, an edited formulation, a retry."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.drafting.agent import LlmDrafter
from copilot.drafting.formulation import Formulation
from copilot.drafting.llm import LlmSettings
from copilot.library import serving
from copilot.library.serving import Lesson, Served
from copilot.llm.models import LlmCall
from copilot.runs import drafts, engines, events, pipeline, services
from copilot.runs.events import EventType as E
from copilot.runs.models import Lifecycle, Run, Verification
from copilot.runs.services import RunError
from tests.drafting.replies import PROGRAM, TEXT, both, mended, workshop, written
from tests.drafting.scripted import Script, ScriptedChatModel

HALF = PROGRAM.replace('<= data["carpentry_limit"]', '<= data["carpentry_limit"] / 2')
BROKEN = PROGRAM.replace('data["hours"][p]', 'data["hours"][p, 1]')


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("ada", password="x")


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch, owner: User) -> Callable[..., tuple[Run, ScriptedChatModel]]:
    """A run whose language model says this, in turn."""

    def start(*replies: Script, run: Run | None = None, **options: Any) -> tuple[Run, ScriptedChatModel]:
        model = ScriptedChatModel(replies=list(replies), asked=[], methods=[])
        drafter = LlmDrafter(LlmSettings("scripted:one", timeout_seconds=20, max_retries=0), model)
        monkeypatch.setattr(engines, "drafter_for", lambda _: drafter)
        made = run or services.start_run(
            workspace=workspace_of(owner), actor=owner, text=TEXT, enqueue=False, **options
        )
        return made, model

    return start


Scripted = Callable[..., tuple[Run, ScriptedChatModel]]


def walk(run: Run) -> Run:
    pipeline.execute(run.id)
    return Run.objects.select_related("version").get(id=run.id)


def types_of(run: Run) -> list[str]:
    return [event.type for event in events.after(run.id, 0)]


def payloads(run: Run, kind: E) -> list[dict[str, Any]]:
    return [event.payload for event in events.after(run.id, 0) if event.type == kind]


def test_a_failing_check_is_mended_like_a_failing_build(scripted: Scripted) -> None:
    run, model = scripted(workshop(), written(BROKEN), mended(HALF), mended(PROGRAM))
    run = walk(run)
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    assert run.verification != Verification.FAILED
    assert (run.result or {})["objective_value"] == pytest.approx(4200)
    steps = [payload["step"] for payload in payloads(run, E.DRAFT_REPAIR)]
    assert steps == ["build", "check"]
    assert "the formulation limits it to at most 240, the program to at most 120" in model.asked[3][1].text
    assert [payload["not_taken"] for payload in payloads(run, E.DRAFT_TRIED)] == ["", "", ""]


def test_a_repair_that_makes_it_worse_is_not_taken_and_the_case_is_handed_over(
    scripted: Scripted, settings: Any
) -> None:
    settings.COPILOT = settings.COPILOT | {"DRAFT_REPAIRS": 2}
    turned = HALF.replace("pyo.maximize", "pyo.minimize")
    run, _ = scripted(*both(program=HALF), mended(turned), mended(BROKEN))
    run = walk(run)
    assert run.lifecycle == Lifecycle.SUCCEEDED
    assert run.verification == Verification.FAILED
    assert run.version is not None
    assert run.version.program == HALF
    (told,) = payloads(run, E.DRAFT_HANDED_OVER)
    assert told["message"].startswith("After 2 repairs the draft still fails.")
    assert "carpentry differs" in told["message"]
    assert "rows: carpentry" in told["failing"]
    assert "now objective" in payloads(run, E.DRAFT_TRIED)[1]["not_taken"]
    assert (run.result or {})["objective_value"] == pytest.approx(2100)


def test_a_draft_that_never_builds_ends_with_the_case_and_is_kept(scripted: Scripted) -> None:
    run, _ = scripted(*both(program=BROKEN), mended(BROKEN + "\nX = 1\n"))
    run = walk(run)
    assert run.lifecycle == Lifecycle.FAILED
    assert "The same error came back after a repair" in run.closing_message
    assert "Retry" in run.closing_message
    assert payloads(run, E.DRAFT_PROPOSED)[0]["program"] == BROKEN


class WorkerKilled(BaseException):
    """What a kill -9 looks like from inside: nothing more is written."""


def lost(run: Run, monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
    """Walk until `place.name` is called, and lose the worker there."""
    with monkeypatch.context() as patch:

        def die(*_: object, **__: object) -> None:
            raise WorkerKilled

        patch.setattr(place, name, die)
        with pytest.raises(WorkerKilled):
            pipeline.execute(run.id)
    Run.objects.filter(id=run.id).update(lease_until="2020-01-01T00:00:00Z")


def test_a_worker_lost_after_the_formulation_leaves_the_next_only_the_program(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, model = scripted(*both())
    lost(run, monkeypatch, LlmDrafter, "program")
    assert len(model.asked) == 1
    run = walk(run)
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    assert len(model.asked) == 2
    assert types_of(run).count(E.DRAFT_FORMULATED) == 1


def given(run: Run, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run was given one insight before its first stage; nothing may be chosen for it after that."""
    lesson = Lesson("8f3f9a52-3a4c-4a5e-9a43-0d3f9c0f7a11", "Whole desks", "domain", "things are made whole", "x", "")
    chosen = [1]

    def serve(*_: Any, **__: Any) -> Served:
        assert chosen.pop(), "chosen again"
        return Served((lesson,), ("seed-1",), 1, 0)

    monkeypatch.setattr(serving, "serve", serve)
    monkeypatch.setattr(serving, "served_before", lambda run_id: (lesson,) if run_id == run.id else ())


def test_a_worker_that_goes_on_writes_the_program_with_the_same_experience(
    scripted: Scripted, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, model = scripted(*both())
    given(run, owner, monkeypatch)
    lost(run, monkeypatch, LlmDrafter, "program")
    assert walk(run).lifecycle == Lifecycle.SUCCEEDED
    assert ["things are made whole" in str(messages) for messages in model.asked] == [True, True]


def test_a_retry_writes_the_program_with_the_experience_of_the_run_before(
    scripted: Scripted, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _ = scripted(*both()[:1], RuntimeError("away"), RuntimeError("away"))
    given(run, owner, monkeypatch)
    assert walk(run).lifecycle == Lifecycle.FAILED
    again, model = scripted(both()[1], run=services.rerun(run=run, actor=owner))
    assert walk(again).lifecycle == Lifecycle.SUCCEEDED
    assert ["things are made whole" in str(messages) for messages in model.asked] == [True]


def test_a_worker_lost_before_a_repair_was_tried_does_not_pay_for_it_again(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, model = scripted(*both(program=HALF), mended(PROGRAM))
    real, tries = drafts._tried, [0]

    def second_kills(*given: Any) -> Any:
        tries[0] += 1
        if tries[0] == 2:
            raise WorkerKilled
        return real(*given)

    monkeypatch.setattr(drafts, "_tried", second_kills)
    with pytest.raises(WorkerKilled):
        pipeline.execute(run.id)
    Run.objects.filter(id=run.id).update(lease_until="2020-01-01T00:00:00Z")
    run = walk(run)
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    assert run.verification != Verification.FAILED
    assert len(model.asked) == 3
    assert types_of(run).count(E.DRAFT_REPAIR) == 1
    assert types_of(run).count(E.VERSION_SAVED) == 1


def edited_formulation(run: Run, **limit: Any) -> Formulation:
    assert run.version is not None
    raw = json.loads(json.dumps(run.version.formulation))
    for item in raw["parameters"]:
        if item["name"] == "carpentry_limit":
            item["value"] = limit.get("value", item["value"])
    for item in raw["constraints"]:
        item["relation"] = limit.get("relation", item["relation"])
    return Formulation.model_validate(raw)


def test_an_edited_number_is_solved_again_without_a_language_model(scripted: Scripted, owner: User) -> None:
    first, _ = scripted(*both())
    first = walk(first)
    assert first.version is not None
    edit = services.edit_formulation(
        version=first.version, actor=owner, formulation=edited_formulation(first, value=480.0), enqueue=False
    )
    run, model = scripted(run=edit)
    run = walk(run)
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    assert model.asked == []
    assert (run.result or {})["objective_value"] == pytest.approx(8400)
    assert run.version is not None
    assert (run.version.number, run.version.parent, run.version.program) == (2, first.version, PROGRAM)
    assert run.verification != Verification.FAILED


def test_an_edited_rule_has_only_its_program_written_anew(scripted: Scripted, owner: User) -> None:
    first = walk(scripted(*both())[0])
    assert first.version is not None
    wanted = edited_formulation(first, relation=">=")
    edit = services.edit_formulation(version=first.version, actor=owner, formulation=wanted, enqueue=False)
    run, model = scripted(written(PROGRAM.replace("<=", ">=").replace("maximize", "maximize")), run=edit)
    run = walk(run)
    assert len(model.asked) == 1
    assert "rule carpentry" in model.asked[0][1].text
    assert run.version is not None
    assert run.version.formulation["constraints"][0]["relation"] == ">="


def test_an_edit_that_cannot_be_is_a_sentence_and_starts_nothing(scripted: Scripted, owner: User) -> None:
    first = walk(scripted(*both())[0])
    assert first.version is not None
    stranger = User.objects.create_user("charlie", password="x")
    wanted = edited_formulation(first, value=480.0)
    with pytest.raises(RunError, match="only planners and owners"):
        services.edit_formulation(version=first.version, actor=stranger, formulation=wanted)
    same = Formulation.model_validate(first.version.formulation)
    with pytest.raises(RunError, match="Nothing was changed"):
        services.edit_formulation(version=first.version, actor=owner, formulation=same)
    assert Run.objects.count() == 1


def test_a_retry_after_the_provider_went_away_pays_for_the_formulation_once(scripted: Scripted, owner: User) -> None:
    run, _ = scripted(workshop(), "no program", "none again")
    run = walk(run)
    assert run.lifecycle == Lifecycle.FAILED
    assert "gave no program" in run.closing_message
    again, model = scripted(written(), run=services.rerun(run=run, actor=owner))
    assert walk(again).lifecycle == Lifecycle.SUCCEEDED
    assert len(model.asked) == 1


def test_every_call_of_a_run_is_on_record_and_the_run_can_be_replayed(scripted: Scripted, owner: User) -> None:
    run, _ = scripted(workshop(), written(BROKEN), "junk", mended(PROGRAM))
    run = walk(run)
    rows = LlmCall.objects.filter(run_id=run.id)
    assert [(row.stage, row.outcome) for row in rows] == [
        ("formulate", "answered"),
        ("program", "answered"),
        ("repair", "answered"),
        ("repair", "answered"),
    ]
    assert rows.filter(workspace=run.workspace, counted_tokens=790, model="scripted:one").count() == 4
    again = walk(services.replay(run=run, actor=owner, enqueue=False))
    assert again.lifecycle == Lifecycle.SUCCEEDED, again.closing_message
    assert again.kind == Run.Kind.REPLAY
    assert again.version is not None
    assert run.version is not None
    assert (again.version.fingerprint, again.version.program) == (run.version.fingerprint, run.version.program)
    assert LlmCall.objects.count() == 4
    steps = [
        [kind for kind in types_of(one) if kind.startswith("draft") and kind != E.DRAFT_PARTIAL] for one in (run, again)
    ]
    assert steps[0] == steps[1]


def test_a_replay_whose_prompts_are_others_says_so_and_asks_nobody(
    scripted: Scripted, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = walk(scripted(*both())[0])
    LlmCall.objects.filter(run_id=run.id).update(digest="0" * 32)
    again = walk(services.replay(run=run, actor=owner, enqueue=False))
    assert again.lifecycle == Lifecycle.FAILED
    assert "holds no reply to this prompt" in again.closing_message
    with pytest.raises(RunError, match="nothing to replay"):
        services.replay(run=again, actor=owner)


def test_a_budget_that_is_reached_asks_nobody_and_keeps_the_text(scripted: Scripted, settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM_TOKENS_PER_DAY": 1_000}
    run, model = scripted(*both())
    run = walk(run)
    assert run.lifecycle == Lifecycle.FAILED  # which the page offers to retry
    assert "The budget of this workspace for language models is reached" in run.closing_message
    assert "Retry tomorrow" in run.closing_message
    assert run.request_text == TEXT
    assert model.asked == []


def test_a_budget_that_is_reached_before_a_repair_hands_over_what_there_is(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, model = scripted(*both(program=HALF), mended(PROGRAM))
    real = drafts._tried

    def spends(*given: Any) -> Any:
        LlmCall.objects.create(workspace=run.workspace, counted_tokens=2_000_000)
        return real(*given)

    monkeypatch.setattr(drafts, "_tried", spends)
    run = walk(run)
    assert run.lifecycle == Lifecycle.SUCCEEDED
    assert run.verification == Verification.FAILED
    (told,) = payloads(run, E.DRAFT_HANDED_OVER)
    assert "budget of this workspace" in told["message"]
    assert len(model.asked) == 2
