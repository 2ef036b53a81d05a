"""What a person says is wrong, and what is learnt from it: for the form on a card, and as a sentence on the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.conf import settings

from copilot.accounts.models import User, Workspace
from copilot.chat.models import Message
from copilot.learning import corrections
from copilot.learning.models import Correction, LearningJob
from copilot.learning.models import Status as JobStatus
from copilot.library.access import may_curate
from copilot.runs.models import ModelVersion

WAITING = "Noted as a correction. Whether there is a lesson in it is decided once the new version is solved."
NOTED = "Noted as a correction. Nothing is learnt from it: {why}"
TRIED = "A lesson from it is being tried, for this workspace alone."
FAILED = "A lesson was looked for, and the work stopped: {why}"
DONE = "A lesson was looked for. {outcome}"
KEPT = " Nobody is shown it before an owner of the workspace approves it."
OFF, NO_MODEL = "off", "no model"


def lessons_of(run_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What became of the corrections that runs carry out, in a sentence each."""
    rows = Correction.objects.filter(run__in=list(run_ids)).select_related("job")
    return {row.run_id: _told(row) for row in rows}


def newest_of(messages: Sequence[Message]) -> UUID | None:
    """The newest version that runs of messages made; only that one can be said to be wrong."""
    made = [message.run.version for message in messages if message.run.version is not None]
    return max(made, key=lambda version: version.created_at).id if made else None


def is_replaced(message: Message) -> bool:
    """Whether a newer version than this message's stands in its conversation."""
    made = message.run.version
    later = ModelVersion.objects.filter(runs__message__conversation=message.conversation_id)
    return made is not None and later.filter(created_at__gt=made.created_at).exists()


def learning_of(workspace: Workspace) -> str:
    """Whether anything is learnt from a correction: on, off by the workspace's choice, or no model."""
    if not settings.COPILOT["LLM"]:
        return NO_MODEL
    return "on" if corrections.learns(workspace) else OFF


def may_choose(user: User, workspace: Workspace) -> bool:
    """Whether the user may choose what the workspace learns from."""
    return may_curate(user, workspace)


def _told(row: Correction) -> str:
    if row.status == Correction.Status.WAITING:
        return WAITING
    if row.job is None:
        why = row.why or "the job is gone."
        return NOTED.format(why=why[0].lower() + why[1:])
    return _told_of_job(row.job)


def _told_of_job(job: LearningJob) -> str:
    if job.status in (JobStatus.QUEUED, JobStatus.RUNNING):
        return f"{TRIED} {job.progress}".strip() + ("…" if job.progress else "")
    if job.status != JobStatus.DONE:
        return FAILED.format(why=job.closing_message)
    result = job.result or {}
    return DONE.format(outcome=result.get("outcome", "")) + (KEPT if result.get("versions") else "")
