"""From what people correct to lessons of their workspace: noted when said, learnt from when the right model stands.

A correction is noted beside the run that is to make the right model. Once that run has ended, a worker decides: a job
learns from it, within the day's allowance, or a sentence says why none does.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from copilot.accounts.models import User, Workspace
from copilot.data.reading import DataError, read_table
from copilot.drafting.base import Table
from copilot.learning import services
from copilot.learning.allowance import may_spend
from copilot.learning.models import Correction, LearningChoice
from copilot.learning.services import NO_LLM
from copilot.library import uses
from copilot.library.access import LibraryRefused, may_curate
from copilot.runs.models import Lifecycle, ModelVersion, Run, Solution, Verification

CALLS = 80  # budget of one correction: six pairs of attempts, two rounds of asking, one diagnosis
ENDED = (Lifecycle.SUCCEEDED, Lifecycle.FAILED, Lifecycle.TIMED_OUT, Lifecycle.CANCELLED)
UNANSWERED = timedelta(days=1)
TABLES_MOST = 200_000  # bytes of tables that a lesson may rest on
_AT_ONCE = 20
Kind = Correction.Kind
Status = Correction.Status

OPTED_OUT = "This workspace does not learn from corrections."
NOT_SOLVED = "The new version was not solved to an optimum with all checks passed, so it is no model to learn from."
NO_DIFFERENCE = "The new version is the same model as the one before."
NOT_ASKED = "What changed in the model is not what the message asked for, so it may not be the right model."
ONLY_NUMBERS = "Only numbers changed, which is no lesson about models."
TOO_LARGE = "Its tables are too large to try anew with and without a lesson."
NO_ANSWER = "The question about it was not answered."
SPENT = "What learning may spend on its own in a day is spent. COPILOT_LEARNING_CALLS raises it."

_WRONG = re.compile(
    r"^\W*(no\b\W*)?(this|that|it|the (model|plan|answer|result)) (is|was) (wrong|incorrect|not right|not correct)",
    re.I,
)
_CORRECTS = re.compile(
    r"\b(wrong|incorrect\w*|mistaken?|misread|misunderstood|not what (i|we) (said|meant|asked)|(i|we) meant"
    r"|you (forgot|missed|ignored|left out|assumed)|should(n't| not)? (be|have)|is missing|are missing)\b",
    re.I,
)


def reads_as(words: str) -> Kind | None:
    """How a message says that the last model was wrong; None for one that only asks for something else."""
    if _WRONG.search(words):
        return Kind.VERDICT
    return Kind.FOLLOW_UP if _CORRECTS.search(words) else None


def note_message(run: Run, *, actor: User, words: str) -> Correction | None:
    """Note a message that corrects the version that its run revises; None for any other message."""
    kind = reads_as(words)
    return note(run, actor=actor, words=words, kind=kind) if kind and run.base_id else None


def note(run: Run, *, actor: User, words: str, kind: Kind) -> Correction:
    """Note that a run is to correct the version that it revises; a verdict is also one on that version's own run."""
    assert run.base_id is not None
    fields = {"workspace": run.workspace, "created_by": actor, "before_id": run.base_id, "kind": kind, "words": words}
    correction, made = Correction.objects.get_or_create(run=run, defaults=fields)
    if not made and kind == Kind.VERDICT:
        Correction.objects.filter(id=correction.id, status=Status.WAITING).update(kind=kind, words=words)
        correction.refresh_from_db()
    if kind == Kind.VERDICT and (wrong := _run_of(correction.before)):
        uses.settle(wrong.id, accepted=False)
    return correction


def note_accepted(before: ModelVersion, after: ModelVersion, *, actor: User) -> Correction | None:
    """Note that a person accepted in the review what the message of `after` changed in `before`, its parent."""
    run = _run_of(after)
    if run is None or run.base_id != before.id or not run.revision_start:
        return None
    uses.settle(run.id, accepted=True)
    return note(run, actor=actor, words=run.request_text[run.revision_start :], kind=Kind.REVIEW)


def carry_on(old: Run, new: Run) -> None:
    """Another run does what `old` was to do: the answer to its question, or a retry."""
    rows = Correction.objects.filter(run=old, job=None)
    rows.update(run=new, status=Status.WAITING, why="", before_id=new.base_id)


def learns(workspace: Workspace) -> bool:
    """Whether a workspace learns from corrections; it does unless an owner said no."""
    return not LearningChoice.objects.filter(workspace=workspace, from_corrections=False).exists()


def choose(workspace: Workspace, *, actor: User, from_corrections: bool) -> None:
    """Let a workspace learn from corrections, or not. Raises LibraryRefused for who does not own it."""
    if not may_curate(actor, workspace):
        raise LibraryRefused("Only an owner of the workspace may choose what it learns from.")
    LearningChoice.objects.update_or_create(workspace=workspace, defaults={"from_corrections": from_corrections})


def settle_waiting() -> int:
    """Decide about every correction whose run has ended; returns how many were decided."""
    late = timezone.now() - UNANSWERED
    waiting = Correction.objects.filter(status=Status.WAITING)
    asked = waiting.filter(run__lifecycle=Lifecycle.AWAITING_INPUT, run__created_at__lt=late)
    ended = waiting.filter(run__lifecycle__in=ENDED) | asked
    return sum(_settle(key) for key in list(ended.values_list("id", flat=True)[:_AT_ONCE]))


@transaction.atomic
def _settle(key: Any) -> bool:
    related = ("workspace", "created_by", "before", "run__version")
    rows = Correction.objects.select_for_update(of=("self",)).filter(id=key, status=Status.WAITING)
    correction = rows.select_related(*related).first()
    if correction is None:
        return False
    why = _against(correction) or _learn(correction)
    if why:
        Correction.objects.filter(id=key).update(status=Status.NOTHING, why=why)
    return True


def _learn(correction: Correction) -> str:
    """Queue the job; or why that is not possible."""
    after = correction.run.version
    answer = Solution.objects.filter(run=correction.run, kind=Solution.Kind.FINAL).values_list(
        "objective_value", flat=True
    )
    tables = _tables(correction.run)
    if after is None or not answer or tables is None:
        return TOO_LARGE if tables is None else NOT_SOLVED
    if not may_spend(correction.workspace, CALLS):
        return SPENT
    try:
        cycle = services.learn_from_correction(
            correction.before,
            after,
            words=correction.words,
            answer=answer[0],
            tables=tables,
            actor=correction.created_by,
            calls=CALLS,
            is_automatic=True,
        )
    except LibraryRefused as refused:
        return str(refused)
    Correction.objects.filter(id=correction.id).update(status=Status.LEARNING, job=cycle.jobs.get())
    return ""


def _against(correction: Correction) -> str:
    """What speaks against learning from it, in a sentence; empty where nothing does."""
    run, after = correction.run, correction.run.version
    if not learns(correction.workspace):
        return OPTED_OUT
    if not settings.COPILOT["LLM"]:
        return NO_LLM
    if run.lifecycle == Lifecycle.AWAITING_INPUT:
        return NO_ANSWER
    solved = run.lifecycle == Lifecycle.SUCCEEDED and run.termination_condition == "optimal"
    if after is None or not solved or run.verification != Verification.PASSED:
        return NOT_SOLVED
    found = after.diff or {}
    if found.get("verdict") in ("identical", "equivalent"):
        return NO_DIFFERENCE
    if correction.kind == Kind.VERDICT:
        return ""
    if (found.get("parametric") or {}).get("verdict") == "same structure":
        return ONLY_NUMBERS
    asked = any(family.get("requested") == "yes" for family in found.get("families", ()))
    return "" if asked else NOT_ASKED


def _run_of(version: ModelVersion) -> Run | None:
    """The run that made a version."""
    return Run.objects.filter(version=version, kind=Run.Kind.DRAFT).first()


def _tables(run: Run) -> list[Table] | None:
    """The tables of a run; None where they are too large, or cannot be read any more."""
    datasets = list(run.datasets.order_by("name"))
    if sum(len(dataset.content) for dataset in datasets) > TABLES_MOST:
        return None
    try:
        read = [read_table(dataset.name, bytes(dataset.content)) for dataset in datasets]
    except DataError:
        return None
    return [Table(table.name, table.columns) for table in read]
