"""The gate of a release: the rule, the replay, its record, and that nothing becomes active past it unsaid."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.drafting.base import InsightText
from copilot.evaluation.attempt import Attempt
from copilot.evaluation.counting import Paired, paired_problems
from copilot.evaluation.problems import Problem
from copilot.learning import services, suites, work
from copilot.learning.budget import Budget
from copilot.learning.models import GateAttempt, GateRecord, GateSuite, LearningCycle, LearningJob
from copilot.learning.verdicts import Word, verdict
from copilot.library import past, prepared, releases
from copilot.library.access import LibraryRefused
from copilot.library.models import AuditEntry, Episode, InsightVersion, LibraryRelease
from copilot.library.models.insights import Immutable
from copilot.runs.lease import Lease
from tests.factories import RunFactory, SolutionFactory
from tests.library.cast import CONSERVATION, approved, curator, released
from tests.library.test_admin import staff

TEXT = "Desks and chairs share carpentry hours, order {}."
MIX = replace(CONSERVATION, title="A limit per resource", applies_when="Desks or chairs share carpentry hours.")


class Reader:
    """A drafter that every insight convinces; what it would draft is the bench's business."""

    name = "reader"

    def choose_insights(self, text: str, insights: Sequence[InsightText], should_stop: Any) -> tuple[str, ...]:
        return tuple(one.key for one in insights)


@dataclass
class Bench:
    """Attempts that end as `outcome(problem, keys, seed)` says; each costs one call."""

    outcome: Any
    budget: Budget
    drafter: Any = field(default_factory=Reader)
    model_id: str = "scripted:model"
    solver: str = "highs"
    tried: list[tuple[str, int, int]] = field(default_factory=list)
    should_stop: Any = bool

    def made(self, problem: Problem, insights: Sequence[InsightText], seed: int) -> Attempt:
        self.budget.require(4)
        self.budget.spend(1, 10)
        keys = tuple(one.key for one in insights)
        self.tried.append((problem.id, len(keys), seed))
        outcome, how = self.outcome(problem, keys, seed), "solved"
        if outcome == "silent":
            outcome, how = "error", "drafter failed"
        return Attempt(problem.id, problem.suite, "", seed, outcome, how, insights=keys)


@pytest.fixture
def stage(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[Bench]:
    """Benches as they are made; `helps` of the first decides."""
    past.forget()
    prepared.forget()
    benches: list[Bench] = []
    monkeypatch.setitem(settings.COPILOT, "LLM", "scripted:model")
    monkeypatch.setattr(Lease, "_watch", lambda held: None)
    monkeypatch.setattr(work, "drafter", Reader)

    def made(drafter: Any, sandbox: Any, limits: Any, budget: Budget, **kwargs: Any) -> Bench:
        benches.append(Bench(outcomes["now"], budget))
        return benches[-1]

    outcomes: dict[str, Any] = {"now": helps}
    monkeypatch.setattr(work, "LineBench", made)
    monkeypatch.setattr(Bench, "outcomes", outcomes, raising=False)
    return benches


def helps(problem: Problem, keys: Sequence[str], seed: int) -> str:
    return "right" if keys else "abstained"


def harms(problem: Problem, keys: Sequence[str], seed: int) -> str:
    return "wrong" if keys else "right"


def behave(outcome: Any) -> None:
    Bench.outcomes["now"] = outcome  # type: ignore[attr-defined]


def suite(many: int = 8) -> GateSuite:
    problems = [Problem(str(number), "desks", TEXT.format(number), answer=1.0) for number in range(many)]
    return suites.keep(problems, name="desks", workspace=None)


def candidate(name: str = "r1") -> LibraryRelease:
    if not InsightVersion.objects.exists():
        approved(MIX)
    return releases.make(name, actor=None)


def gated(release: LibraryRelease, **given: Any) -> LearningJob:
    cycle = services.open_gate(release, given.pop("suite", None) or suite(), actor=None, **{"against": None, **given})
    return carried_out(cycle)


def carried_out(cycle: LearningCycle) -> LearningJob:
    job = cycle.jobs.get()
    work.execute(job.id)
    job.refresh_from_db()
    return job


# The rule


def pair(**given: int) -> Paired:
    return Paired(**{"problems": 50, "only_first": 0, "only_second": 0, "more_wrong": 0, "fewer_wrong": 0} | given)


@pytest.mark.parametrize(
    ("found", "unjudged", "word"),
    [
        (pair(only_first=6), 0, Word.FAIL),
        (pair(only_first=5), 0, Word.UNKNOWN),
        (pair(only_first=9, only_second=4), 0, Word.PASS),
        (pair(only_first=15, only_second=4), 0, Word.FAIL),
        (pair(only_second=6), 0, Word.PASS),
        (pair(only_second=6), 11, Word.UNKNOWN),
        (pair(only_first=6), 100, Word.FAIL),
        (pair(only_second=6, more_wrong=6), 0, Word.FAIL),
        (pair(), 0, Word.UNKNOWN),
    ],
)
def test_the_rule(found: Paired, unjudged: int, word: Word) -> None:
    assert verdict(found, unjudged=unjudged, tries=100).word is word


def test_tries_of_one_problem_count_once() -> None:
    def tries(outcomes: str) -> list[Attempt]:
        words = {"r": "right", "w": "wrong", "-": "unjudged"}
        return [Attempt("p", "s", "", seed, words[one], "solved") for seed, one in enumerate(outcomes)]

    assert paired_problems(tries("rrr"), tries("rww")).only_first == 1
    assert paired_problems(tries("rrw"), tries("rwr")).to_json()["problems"] == 1
    assert paired_problems(tries("rrw"), tries("wrr")).only_first == 0
    assert paired_problems(tries("rr-"), tries("rrw")).both_right == 1, "a try that says nothing is left out"


# The replay


def test_a_release_that_helps_passes_and_is_activated(stage: list[Bench]) -> None:
    release = candidate()
    job = gated(release)
    assert (job.status, job.result["verdict"]) == ("done", "pass"), job.closing_message
    record = GateRecord.objects.get(release=release)
    assert (record.problems, record.only_candidate, record.only_baseline, record.both_right) == (8, 8, 0, 0)
    assert (record.model_id, record.drafter, record.seeds) == ("scripted:model", "reader", [0])
    assert record.p_value == pytest.approx(2 / 2**8)
    assert record.suite_hash == suite().suite_hash
    release.refresh_from_db()
    assert release.status == "passed"
    releases.activate(release, actor=None)
    assert releases.active() == release


def test_a_release_that_harms_is_never_activated(stage: list[Bench]) -> None:
    release = candidate()
    behave(harms)
    assert gated(release).result["verdict"] == "fail"
    for reason in ("", "please"):
        with pytest.raises(LibraryRefused, match="failed"):
            releases.activate(release, actor=None, reason=reason, without_gate=True)
    with pytest.raises(LibraryRefused, match="stands"):
        services.open_gate(LibraryRelease.objects.get(), suite(), actor=None, against=None)


def test_a_gate_that_cannot_tell_lets_pass_only_for_a_reason(stage: list[Bench]) -> None:
    release = candidate()
    behave(lambda problem, keys, seed: "right")
    assert gated(release).result["verdict"] == "unknown"
    with pytest.raises(LibraryRefused, match="could not tell"):
        releases.activate(release, actor=None)
    releases.activate(release, actor=None, reason="nothing changed but a word", without_gate=True)
    entry = AuditEntry.objects.get(verb="activated")
    assert entry.details["without_gate"]
    assert entry.reason == "nothing changed but a word"


def test_what_passed_against_another_release_does_not_count(stage: list[Bench]) -> None:
    first, other = candidate(), candidate("r2")
    gated(first)
    releases.activate(other, actor=None, reason="meanwhile", without_gate=True)
    with pytest.raises(LibraryRefused, match="another release"):
        releases.activate(LibraryRelease.objects.get(id=first.id), actor=None)


def test_where_both_are_shown_the_same_nothing_is_tried_twice(stage: list[Bench]) -> None:
    released("r0", approved(MIX))
    job = gated(candidate(), against=releases.active())
    assert len(stage[0].tried) == 8
    assert GateAttempt.objects.filter(is_copy=True).count() == 8
    assert job.result["verdict"] == "unknown"


def test_a_spent_budget_judges_nothing_and_goes_on_where_it_was(stage: list[Bench]) -> None:
    release = candidate()
    job = gated(release, calls=9)
    assert (job.status, job.closing_message) == ("failed", "The budget of this cycle is spent.")
    assert not GateRecord.objects.exists()
    with pytest.raises(LibraryRefused, match="not been through"):
        releases.activate(release, actor=None)
    first = len(stage[0].tried)
    services.retry(job, more_calls=100)
    assert carried_out(job.cycle).result["verdict"] == "pass"
    assert first + len(stage[1].tried) == 16, "what was paid for is not tried again"
    assert LearningCycle.objects.get().spent_calls in (16 + 8, 16 + 9), "a call to choose for each problem, once"


def test_a_silent_model_says_nothing_and_is_asked_again(stage: list[Bench]) -> None:
    release = candidate()
    behave(lambda problem, keys, seed: "silent")
    job = gated(release)
    assert (job.result["verdict"], job.result["problems"]) == ("unknown", 0)
    assert not GateAttempt.objects.exists()


def test_several_seeds_choose_once(stage: list[Bench]) -> None:
    gated(candidate(), seeds=range(3))
    assert len(stage[0].tried) == 2 * 8 * 3
    assert LearningCycle.objects.get().spent_calls == 2 * 8 * 3 + 8


def test_a_record_never_changes(stage: list[Bench]) -> None:
    gated(candidate())
    record = GateRecord.objects.get()
    record.verdict = "fail"
    for change in (record.save, record.delete, GateRecord.objects.all().delete):
        with pytest.raises(Immutable):
            change()
    with pytest.raises(Immutable):
        GateRecord.objects.update(verdict="fail")


def test_who_may_and_without_what_it_cannot(stage: list[Bench], alice: User, bob: User, settings: Any) -> None:
    release = candidate()
    with pytest.raises(LibraryRefused, match="curator"):
        services.open_gate(release, suite(), actor=alice, against=None)
    mine = releases.make(
        "ours", actor=None, workspace=workspace_of(alice), versions=[approved(workspace=workspace_of(alice))]
    )
    assert services.open_gate(mine, suite(), actor=alice, against=None)
    assert GateSuite.objects.visible_to(bob).count() == 1
    for given, said in (({"against": release}, "another one"), ({"against": None, "seeds": ()}, "seeds")):
        with pytest.raises(LibraryRefused, match=said):
            services.open_gate(release, suite(), actor=None, **given)  # type: ignore[arg-type]
    settings.COPILOT["LLM"] = ""
    with pytest.raises(LibraryRefused, match="language model"):
        services.open_gate(release, suite(), actor=None, against=None)
    with pytest.raises(LibraryRefused, match="known answer"):
        suites.keep([Problem("1", "s", "x")], name="s", workspace=None)


# From a terminal


def said(*words: object) -> str:
    out = io.StringIO()
    call_command("library", *map(str, words), stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "desks.jsonl"
    path.write_text("\n".join(json.dumps({"question": TEXT.format(n), "answer": 1}) for n in range(8)))
    return path


def test_the_command_releases_through_the_gate(stage: list[Bench], file: Path) -> None:
    approved(MIX)
    told = json.loads(said("release", "r1", "--gate", file, "--json"))
    assert told["made"]["release"] == "r1"
    assert told["jobs"][0]["result"]["verdict"] == "pass"
    assert "r1 is active" in said("activate", "r1")
    assert "r2 is active" in said(
        "release", "r2", "--gate", file, "--against", "none", "--activate", "--no-gate", "same"
    )
    behave(harms)
    with pytest.raises(CommandError, match="failed the gate"):
        said("release", "r3", "--gate", file, "--against", "none", "--activate", "--no-gate", "I want it")
    assert releases.active() == LibraryRelease.objects.get(name="r2")
    with pytest.raises(CommandError, match="could not tell"):
        said("release", "r4", "--gate", file, "--activate")


def test_the_command_says_what_is_missing(stage: list[Bench], file: Path) -> None:
    approved(MIX)
    said("release", "r1")
    for words, why in (
        (("gate", "r9", file), "There are: r1"),
        (("gate", "r1"), "Name a suite"),
        (("gate", "r1", "--runs"), "--workspace"),
        (("gate", "r1", "absent.jsonl"), "is not there"),
        (("gate", "r1", file, "--calls", 2), "1 of 1 jobs failed"),
        (("activate", "r1"), "not been through"),
    ):
        with pytest.raises(CommandError, match=why):
            said(*words)
    assert "is active" in said("activate", "r1", "--no-gate", "the first one")


# In the admin


@pytest.fixture
def desk(alice: User) -> Client:
    return staff(curator(alice))


def at(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


def test_a_curator_runs_a_gate_from_a_file(stage: list[Bench], desk: Client, file: Path) -> None:
    release = candidate()
    address = at("library_release_gate", release.pk)
    assert "Run the gate" in desk.get(address).content.decode()
    given = {"seeds": 1, "calls": 100}
    assert "one of both" in desk.post(address, given).content.decode()
    bad = SimpleUploadedFile("bad.jsonl", b"{")
    answer = desk.post(address, {**given, "file": bad}).content.decode()
    assert "bad.jsonl, line 1: not JSON" in answer
    begun = desk.post(address, {**given, "file": SimpleUploadedFile("desks.jsonl", file.read_bytes())})
    assert begun.status_code == 302
    job = LearningJob.objects.get()
    page = desk.get(address).content.decode()
    assert "Queued" in page
    assert 'http-equiv="refresh"' in page
    work.execute(job.id)
    for page in (desk.get(address), desk.get(at("library_libraryrelease_change", release.pk))):
        assert "<strong>pass</strong>" in page.content.decode()
    assert GateRecord.objects.get().created_by == User.objects.get(username="alice")
    again = desk.post(address, {**given, "suite": GateSuite.objects.get().pk})
    assert again.status_code == 302


def test_a_curator_stops_and_retries_jobs(stage: list[Bench], desk: Client) -> None:
    job = services.open_gate(candidate(), suite(), actor=None, against=None, calls=9).jobs.get()
    page = at("learning_learningjob_change", job.pk)
    assert "Stop" in desk.get(page).content.decode()
    desk.post(at("library_job_stop", job.pk))
    job.refresh_from_db()
    assert job.status == "cancelled"
    assert "Go on" in desk.get(page).content.decode()
    desk.post(at("library_job_retry", job.pk), {"calls": "100"})
    job.refresh_from_db()
    assert (job.status, LearningCycle.objects.get().budget_calls) == ("queued", 109)
    assert desk.get(at("learning_learningjob_changelist")).status_code == 200


def test_jobs_and_gates_are_for_curators_alone(stage: list[Bench], charlie: User, bob: User, desk: Client) -> None:
    release = candidate()
    job = services.open_gate(release, suite(), actor=None, against=None).jobs.get()
    assert staff(charlie).post(at("library_release_gate", release.pk)).status_code == 403
    assert staff(charlie).post(at("library_job_stop", job.pk)).status_code == 404
    LearningCycle.objects.update(workspace=workspace_of(charlie))
    assert desk.post(at("library_job_stop", job.pk)).status_code == 404
    LearningCycle.objects.update(workspace=workspace_of(bob))  # alice's, whom bob joins as a planner
    assert staff(curator(bob)).post(at("library_job_stop", job.pk)).status_code == 404


# Past runs


def test_accepted_runs_are_a_suite(alice: User) -> None:
    workspace = workspace_of(alice)
    fields = {"lifecycle": "succeeded", "verification": "passed", "termination_condition": "optimal"}
    for number, (text, accepted, more) in enumerate(
        (
            ("Desks.", True, {}),
            ("Desks.", True, {}),
            ("Chairs.", False, {}),
            ("Beds.", True, {"verification": "failed"}),
        )
    ):
        run = RunFactory(workspace=workspace, request_text=text, **{**fields, **more})
        SolutionFactory(run=run, objective_value=float(number))
        Episode.objects.create(origin="run", workspace=workspace, run_id=run.id, text=text, accepted=accepted)
    (problem,) = suites.of_runs(workspace)
    assert (problem.text, problem.answer) == ("Desks.", 1.0)
    kept = suites.keep([problem], name="past", workspace=workspace)
    assert suites.problem_from(kept.problems[0]) == problem
    assert suites.keep([problem], name="other", workspace=workspace) == kept
