"""What people answered to the questions of a run, as its events keep it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from copilot.runs.events import EventType
from copilot.runs.models import RunEvent

MOST = 3  # questions of one run; a request that is still open after three is better said anew


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered question; `skipped` says that nobody chose, and the usual option was taken."""

    question: str
    text: str
    skipped: bool


def answers_of(run_id: UUID) -> tuple[Answer, ...]:
    """What was answered so far, in order."""
    rows = RunEvent.objects.filter(run_id=run_id, type=EventType.DRAFT_ANSWERED).order_by("sequence")
    return tuple(
        Answer(str(raw["question"]), str(raw["answer"]), bool(raw["skipped"]))
        for raw in rows.values_list("payload", flat=True)
    )
