"""A learning job from the queue to the library's rows: proof, budget, junk, loss of a worker, and the command."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from langchain_core.messages import BaseMessage

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.chat.correcting import lessons_of
from copilot.drafting.agent import LlmDrafter
from copilot.drafting.base import InsightText, Table
from copilot.drafting.llm import LlmSettings
from copilot.evaluation.problems import Problem
from copilot.learning import corrections, learn, services, work
from copilot.learning.budget import Budget
from copilot.learning.cases import Task, Tried, task_from
from copilot.learning.models import LearningCycle, LearningJob
from copilot.library.access import LibraryRefused
from copilot.library.models import InsightVersion, TrialRecord
from copilot.runs.lease import Lease
from tests.drafting.replies import PROGRAM, TEXT, workshop
from tests.drafting.scripted import ScriptedChatModel
from tests.learning.stage import LESSON, DecidedBench, reply, solve_each_once
from tests.learning.test_corrections import corrected

pytestmark = pytest.mark.django_db
WRONG = PROGRAM.replace('<= data["carpentry_limit"]', '<= data["carpentry_limit"] / 2')
PROBLEM = Problem("1", "workshops", TEXT, answer=4200.0)


class Routed(ScriptedChatModel):
    """Writes lessons when asked for them; drafts rightly with experience, and wrongly without, but for one time."""

    lessons: Any = reply(LESSON)
    helped: bool = True
    lucky: int = 3
    drafts: int = 0

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Any:
        text = str(messages[-1].content)
        if "short lessons" in str(messages[0].content):
            self.replies = [self.lessons]
        else:
            self.drafts += 1
            right = (self.helped and "<<<EXPERIENCE" in text) or self.drafts == self.lucky
            self.replies = [workshop(program=PROGRAM if right else WRONG)]
        return super()._stream(messages, *args, **kwargs)


class Counted(DecidedBench):
    """Attempts that cost a call each and are decided here, without sandbox and solver."""

    budget: Budget
    model: Routed

    def attempt(self, task: Task, insights: Sequence[InsightText], seed: int) -> Tried:
        self.budget.require(1)
        self.budget.spend(1, 100)
        self.model.drafts += 1
        return super().attempt(task, insights, seed)


@pytest.fixture
def quick(model: Routed, monkeypatch: pytest.MonkeyPatch) -> Routed:
    """The same without sandbox and solver."""

    def made(drafter: Any, sandbox: Any, limits: Any, budget: Budget, **kwargs: Any) -> Counted:
        bench = Counted(lambda shown, seed: (bool(shown) and model.helped) or seed == model.lucky - 1)
        bench.budget, bench.model = budget, model
        return bench

    monkeypatch.setattr(work, "LineBench", made)
    return model


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Routed:
    model = Routed(replies=[], asked=[], methods=[])
    settings = LlmSettings("scripted:model", timeout_seconds=5, max_retries=0, method="prompt_only")
    monkeypatch.setattr(Lease, "_watch", lambda held: None)  # a second thread would wait for this test's transaction
    monkeypatch.setattr(work, "drafter", lambda: LlmDrafter(settings, model))
    monkeypatch.setattr(work, "chat_model", lambda: model)
    return model


def cycle(**given: Any) -> LearningCycle:
    return services.learn_from([PROBLEM], actor=None, **given)


def done(cycle: LearningCycle) -> LearningJob:
    job = cycle.jobs.get()
    work.execute(job.id)
    job.refresh_from_db()
    return job


def test_from_an_answer_alone_to_a_verified_insight(model: Routed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "TRIED", range(1000, 1005))
    solve_each_once(monkeypatch)
    mine = cycle()
    job = done(mine)
    assert job.status == "done", job.closing_message
    version = InsightVersion.objects.get()
    assert (version.state, version.origin) == ("verified", "learned")
    arms = TrialRecord.objects.filter(version=version, perturbed=False)
    assert {row.arm: (row.correct, len(row.shown)) for row in arms} == {"with": (True, 1), "without": (False, 0)}
    assert arms.get(arm="with", seed=1000).shown == [str(version.id)]
    assert TrialRecord.objects.filter(version=version, perturbed=True, correct=True).exists()
    assert "4200" not in str(model.asked)
    told = services.told(mine)
    assert told["calls"]["spent"] == len(model.asked)
    assert "1 of 1" in told["jobs"][0]["result"]["outcome"]


def test_what_does_not_help_stays_a_draft_with_its_trials(quick: Routed) -> None:
    quick.helped = False
    job = done(cycle())
    assert job.status == "done"
    assert InsightVersion.objects.get().state == "draft"
    assert TrialRecord.objects.filter(arm="without").exists()
    assert not job.result["insights"][0]["proven"]


@pytest.mark.parametrize("calls", [4, 9])
def test_a_spent_budget_stores_nothing_and_goes_on_where_it_was(quick: Routed, calls: int) -> None:
    job = done(cycle(calls=calls))
    assert (job.status, job.closing_message) == ("failed", "The budget of this cycle is spent.")
    assert quick.drafts + len(quick.asked) <= calls
    assert not InsightVersion.objects.exists()
    before = quick.drafts + len(quick.asked)
    services.retry(job, more_calls=20)
    assert done(job.cycle).status == "done"
    assert quick.drafts + len(quick.asked) == 16, f"the first {before} calls are not made again"


def test_junk_stores_nothing_and_is_said(quick: Routed) -> None:
    quick.lessons = "As a language model, I"
    job = done(cycle())
    assert (job.status, job.closing_message) == ("failed", "The reply is no JSON object.")
    assert not InsightVersion.objects.exists()


def test_nobody_writes_after_the_lease_is_lost(quick: Routed, monkeypatch: pytest.MonkeyPatch) -> None:
    job = cycle().jobs.get()

    def stolen(*args: Any, **kwargs: Any) -> Any:
        LearningJob.objects.update(owner="another")
        return store(*args, **kwargs)

    store = learn.store
    monkeypatch.setattr(learn, "store", stolen)
    work.execute(job.id)
    job.refresh_from_db()
    assert job.status == "running"
    assert not InsightVersion.objects.exists()
    assert not TrialRecord.objects.exists()


def test_a_second_taker_does_nothing_and_a_hopeless_job_is_closed(quick: Routed) -> None:
    job = cycle().jobs.get()
    with work.claim(job.id) or pytest.fail("it was free"):
        assert work.claim(job.id) is None
    work.close_lost(job.id)
    job.refresh_from_db()
    assert (job.status, job.closing_message) == ("failed", work.LOST)


def test_a_stopped_job_leaves_the_library_as_it_was(quick: Routed) -> None:
    job = cycle().jobs.get()
    services.cancel(job)
    work.execute(job.id)
    job.refresh_from_db()
    assert job.status == "cancelled"
    assert not quick.asked


def test_a_drafter_that_is_right_has_nothing_to_learn(quick: Routed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "LOOKED_AT", range(1))
    quick.lucky = 1
    assert done(cycle()).result == {"outcome": learn.NOTHING_FAILED}


def test_who_may_begin(alice: User, bob: User) -> None:
    workspace = workspace_of(alice)
    assert services.learn_from([PROBLEM], actor=alice, workspace=workspace).jobs.count() == 1
    for actor, where in ((bob, workspace), (alice, None)):
        with pytest.raises(LibraryRefused):
            services.learn_from([PROBLEM], actor=actor, workspace=where)
    assert LearningJob.objects.visible_to(alice).count() == 1


def test_the_command_learns_and_says_what_is_wrong(quick: Routed, tmp_path: Path) -> None:
    suite = tmp_path / "workshops.jsonl"
    suite.write_text(json.dumps({"id": 7, "question": TEXT, "answer": 4200}))
    out = io.StringIO()
    call_command("library", "learn", str(suite), "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["jobs"][0]["subject"] == "workshops:7"
    assert told["jobs"][0]["result"]["insights"][0]["proven"]
    for words in (
        ("learn", "absent.jsonl"),
        ("learn", str(suite), "--calls", "0"),
        ("learn", str(suite), "--calls", "2"),
    ):
        with pytest.raises(CommandError):
            call_command("library", *words, stdout=io.StringIO())
    call_command("library", "evolve", stdout=io.StringIO())
    call_command("library", "stats", stdout=io.StringIO())


def test_from_a_correction_to_a_lesson_of_the_workspace(quick: Routed, alice: User, settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM": "scripted:model"}
    run = corrected(alice)
    note = corrections.note(run, actor=alice, words="Carpentry is not halved.", kind=corrections.Kind.VERDICT)
    corrections.settle_waiting()
    job = LearningJob.objects.get()
    work.execute(job.id)
    job.refresh_from_db()
    assert job.status == "done", job.closing_message
    version = InsightVersion.objects.get()
    assert (version.state, version.insight.scope, version.insight.workspace) == ("verified", "workspace", run.workspace)
    assert version.source["after"] == str(run.version_id)
    asked = next(str(messages[-1].content) for messages in quick.asked if "short lessons" in str(messages[0].content))
    assert "Carpentry is not halved." in asked
    assert "4.0" not in asked
    assert job.cycle.budget_calls >= LearningCycle.objects.get().spent_calls
    assert "1 of 1 candidates proven." in lessons_of([run.id])[run.id]
    assert not InsightVersion.objects.visible_to(User.objects.create_user("stranger")).exists()
    note.refresh_from_db()
    assert note.job == job


def test_tables_go_with_a_task_unless_they_are_large() -> None:
    small = replace(PROBLEM, tables=(Table("products", {"product": ("desk", "chair"), "profit": (70, 40)}),))
    large = replace(PROBLEM, id="2", tables=(Table("all", {"n": tuple(range(services.CELLS_MOST + 1))}),))
    (job,) = services.learn_from([small, large], actor=None).jobs.all()
    (table,) = task_from(job.payload).problem.tables
    assert (table.name, table.columns) == ("products", {"product": ["desk", "chair"], "profit": [70, 40]})
    with pytest.raises(LibraryRefused, match="cells"):
        services.learn_from([large], actor=None)
