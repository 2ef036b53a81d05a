"""From what a person corrects to a lesson of the workspace: what is noted, what is learnt from, what is not and why."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from copilot.accounts.models import User, Workspace
from copilot.accounts.services import workspace_of
from copilot.learning import corrections, services, work
from copilot.learning.cases import task_from
from copilot.learning.corrections import Kind
from copilot.learning.models import Correction, LearningCycle, LearningJob
from copilot.library.access import LibraryRefused
from copilot.library.models import Episode
from copilot.runs.models import ModelVersion, Run
from tests.factories import DatasetFactory, RunFactory, SolutionFactory, VersionFactory

pytestmark = pytest.mark.django_db
CHANGED = {
    "verdict": "different",
    "families": [{"family": "limit", "requested": "yes"}],
    "parametric": {"verdict": "different structure"},
}
WORDS = "This is wrong: a box is rented once."


@pytest.fixture(autouse=True)
def connected(settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM": "scripted:model", "LEARNING_CALLS": 1_000}


def corrected(actor: User, words: str = WORDS, **fields: Any) -> Run:
    """A solved run that revises a solved version."""
    workspace = workspace_of(actor)
    before = VersionFactory(workspace=workspace, request_text="Boxes.", program="wrong")
    RunFactory(workspace=workspace, created_by=actor, version=before, lifecycle="succeeded")
    after = VersionFactory(
        workspace=workspace,
        number=2,
        parent=before,
        program="right",
        request_text=f"Boxes.\n\n{words}",
        diff=fields.pop("diff", CHANGED),
    )
    ended = {"lifecycle": "succeeded", "verification": "passed", "termination_condition": "optimal"} | fields
    text = {"request_text": after.request_text, "revision_start": len("Boxes.\n\n")}
    run: Run = RunFactory(workspace=workspace, created_by=actor, version=after, base=before, **text, **ended)
    SolutionFactory(run=run, objective_value=4.0)
    return run


def noted(run: Run, words: str = WORDS, kind: Kind = Kind.VERDICT) -> Correction:
    return corrections.note(run, actor=run.created_by, words=words, kind=kind)


def settled(correction: Correction) -> Correction:
    corrections.settle_waiting()
    correction.refresh_from_db()
    return correction


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("This is wrong: a box is rented once.", Kind.VERDICT),
        ("No, that is wrong.", Kind.VERDICT),
        ("the plan is incorrect", Kind.VERDICT),
        ("You forgot that desks take paint.", Kind.FOLLOW_UP),
        ("Chairs should be whole numbers", Kind.FOLLOW_UP),
        ("I meant per week", Kind.FOLLOW_UP),
        ("At most 30 desks.", None),
        ("Add a third product, lamps.", None),
        ("What if carpentry is 300?", None),
    ],
)
def test_which_words_correct(words: str, kind: Kind | None) -> None:
    assert corrections.reads_as(words) == kind


def test_a_correction_becomes_a_job_in_its_workspace(alice: User) -> None:
    run = corrected(alice)
    before = Run.objects.get(version=run.base)
    Episode.objects.create(origin="run", workspace=run.workspace, run_id=before.id, text="Boxes.", accepted=True)
    correction = settled(noted(run))
    assert correction.status == "learning", correction.why
    job = LearningJob.objects.get()
    assert correction.job == job
    cycle = job.cycle
    assert (cycle.workspace, cycle.is_automatic, cycle.budget_calls) == (run.workspace, True, corrections.CALLS)
    given = job.payload
    assert given["text"] == "Boxes.", "a lesson has to lead to the right model without the correction"
    assert (given["answer"], given["correction"]) == (4.0, WORDS)
    assert (given["failed"]["text"], given["reference"]["text"]) == ("wrong", "right")
    assert Episode.objects.get().accepted is False, "a verdict is one on the run that was wrong"
    assert corrections.settle_waiting() == 0
    assert LearningCycle.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "kind", "why"),
    [
        ({"lifecycle": "failed"}, Kind.VERDICT, corrections.NOT_SOLVED),
        ({"verification": "failed"}, Kind.VERDICT, corrections.NOT_SOLVED),
        ({"termination_condition": "infeasible"}, Kind.VERDICT, corrections.NOT_SOLVED),
        ({"diff": CHANGED | {"verdict": "equivalent"}}, Kind.VERDICT, corrections.NO_DIFFERENCE),
        ({"diff": CHANGED | {"families": [{"requested": "no"}]}}, Kind.FOLLOW_UP, corrections.NOT_ASKED),
        ({"diff": CHANGED | {"parametric": {"verdict": "same structure"}}}, Kind.REVIEW, corrections.ONLY_NUMBERS),
    ],
)
def test_what_nothing_is_learnt_from(fields: dict[str, Any], kind: Kind, why: str, alice: User) -> None:
    correction = settled(noted(corrected(alice, **fields), kind=kind))
    assert (correction.status, correction.why) == ("nothing", why)
    assert not LearningJob.objects.exists()


def test_a_run_that_still_works_is_waited_for(alice: User) -> None:
    correction = noted(corrected(alice, lifecycle="running"))
    assert settled(correction).status == "waiting"
    Run.objects.filter(id=correction.run_id).update(lifecycle="succeeded")
    assert settled(correction).status == "learning"


def test_a_question_is_waited_for_a_day(alice: User) -> None:
    correction = noted(corrected(alice, lifecycle="awaiting_input"))
    assert settled(correction).status == "waiting"
    Run.objects.filter(id=correction.run_id).update(created_at=timezone.now() - 2 * corrections.UNANSWERED)
    assert settled(correction).why == corrections.NO_ANSWER


def test_without_a_model_nothing_is_learnt_and_it_is_said(alice: User, settings: Any) -> None:
    settings.COPILOT["LLM"] = ""
    assert settled(noted(corrected(alice))).why == services.NO_LLM


def test_an_owner_may_say_no(alice: User, bob: User, charlie: User) -> None:
    workspace = workspace_of(alice)
    for stranger in (bob, charlie):
        with pytest.raises(LibraryRefused, match="owner"):
            corrections.choose(workspace, actor=stranger, from_corrections=False)
    corrections.choose(workspace, actor=alice, from_corrections=False)
    assert settled(noted(corrected(alice))).why == corrections.OPTED_OUT
    assert corrections.learns(workspace_of(charlie))
    corrections.choose(workspace, actor=alice, from_corrections=True)
    assert settled(noted(corrected(alice))).status == "learning"


def test_the_day_has_an_allowance_and_it_fails_closed(alice: User, charlie: User, settings: Any) -> None:
    settings.COPILOT["LEARNING_CALLS"] = 2 * corrections.CALLS - 1
    assert settled(noted(corrected(alice))).status == "learning"
    assert settled(noted(corrected(alice))).why == corrections.SPENT
    assert settled(noted(corrected(charlie))).status == "learning", "each workspace has its own"
    job = LearningJob.objects.filter(cycle__workspace=workspace_of(alice)).get()
    work.close(job.id, work.Status.DONE)
    assert settled(noted(corrected(alice))).status == "learning", "what was not spent is free again"
    settings.COPILOT["LEARNING_CALLS"] = 0
    assert settled(noted(corrected(User.objects.create_user("dora")))).why == corrections.SPENT


def test_tables_go_with_the_task_unless_they_are_large(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = corrected(alice)
    run.datasets.add(DatasetFactory(workspace=run.workspace, created_by=alice))
    assert settled(noted(run)).status == "learning"
    task = task_from(LearningJob.objects.get().payload)
    assert [table.name for table in task.problem.tables] == ["products"]
    other = corrected(alice)
    other.datasets.add(DatasetFactory(workspace=other.workspace, created_by=alice, name="b.csv"))
    monkeypatch.setattr(corrections, "TABLES_MOST", 10)
    assert settled(noted(other)).why == corrections.TOO_LARGE


def test_a_verdict_counts_for_more_than_a_message(alice: User) -> None:
    run = corrected(alice)
    noted(run, "You forgot paint.", Kind.FOLLOW_UP)
    noted(run, WORDS, Kind.VERDICT)
    noted(run, "later", Kind.REVIEW)
    assert list(Correction.objects.values_list("kind", "words")) == [("verdict", WORDS)]


def test_an_accepted_review_is_a_correction_of_the_parent_alone(alice: User) -> None:
    run = corrected(alice)
    before, after = run.base, run.version
    assert before
    assert after
    assert corrections.note_accepted(after, before, actor=alice) is None
    stranger = ModelVersion.objects.get(id=VersionFactory(workspace=run.workspace).id)
    assert corrections.note_accepted(stranger, after, actor=alice) is None
    found = corrections.note_accepted(before, after, actor=alice)
    assert found
    assert (found.kind, found.words) == ("review", WORDS)
    assert settled(found).status == "learning"


def test_a_retry_or_an_answer_carries_the_correction_on(alice: User) -> None:
    failed = corrected(alice, lifecycle="failed")
    correction = settled(noted(failed))
    assert correction.status == "nothing"
    again = corrected(alice)
    corrections.carry_on(failed, again)
    correction.refresh_from_db()
    assert (correction.run_id, correction.before_id) == (again.id, again.base_id)
    assert settled(correction).status == "learning"


def test_corrections_are_seen_by_their_workspace_alone(alice: User, bob: User, charlie: User) -> None:
    correction = noted(corrected(alice))
    assert correction in Correction.objects.visible_to(bob)
    assert correction not in Correction.objects.visible_to(charlie)
    assert isinstance(correction.workspace, Workspace)
