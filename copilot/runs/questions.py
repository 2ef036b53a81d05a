"""Answering what a drafter asked: the run that asked goes on with the answer, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from copilot.accounts.models import User
from copilot.accounts.services import may_write
from copilot.runs import events, queue
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, Run, RunEvent
from copilot.runs.services import RunConflict, RunError

ANSWERED = "This question was answered already, and the run went on with that answer."
CLOSED = "This question is closed, because its run was stopped. Retry the run to be asked again."
NOT_ASKED = "This run does not wait for an answer."


def usual_of(question: dict[str, Any]) -> str:
    """The option that is taken when nobody chooses: the default, else the first."""
    options: Sequence[str] = question.get("options") or ()
    return str(question.get("default") or (options[0] if options else ""))


def open_question(run: Run) -> tuple[int, dict[str, Any]] | None:
    """The number of the event that asks, and the question; None where the run waits for no answer."""
    newest = _newest_question(run) if run.lifecycle == Lifecycle.AWAITING_INPUT else None
    return None if newest is None else (newest.sequence, newest.payload["questions"][0])


@transaction.atomic
def answer(*, run: Run, actor: User, asked: int, text: str = "", enqueue: bool = True) -> None:
    """Give the answer to the question that event number `asked` of the run put; an empty one skips the question.

    The request grows by the answer, and the run queues again. Raises RunError with a sentence, and then changes
    nothing: for a question that was answered already, for one that cannot be skipped, and for readers.
    """
    if not may_write(actor, run.workspace):
        raise RunError("You may look at this run, but only planners and owners of the workspace can answer.")
    held = Run.objects.select_for_update().get(id=run.id)
    question = _open_question(held, asked)
    told = _said(question, text)
    payload = {
        "question": question["text"],
        "answer": told,
        "skipped": not text.strip(),
        "asked": asked,
        "by": actor.get_username(),
    }
    won = events.advance(
        run.id,
        (Lifecycle.AWAITING_INPUT,),
        Lifecycle.QUEUED,
        EventType.DRAFT_ANSWERED,
        payload,
        request_text=f"{held.request_text}\n\n{told}",
        attempt=0,
        finished_at=None,
        closing_message="",
    )
    if not won:
        raise RunConflict(ANSWERED)
    if enqueue:
        transaction.on_commit(lambda: queue.ring_worker(run.id))


def _said(question: dict[str, Any], text: str) -> str:
    limit = settings.COPILOT["MESSAGE_CHARACTERS"]
    if len(text) > limit:
        raise RunError(f"The answer has {len(text):,} characters; at most {limit:,} can be read.")
    if "\x00" in text:
        raise RunError("The answer contains a NUL character, which is not text. Remove it and send again.")
    told = " ".join(text.split()) or usual_of(question)
    if not told:
        raise RunError("This question has no usual answer, so it cannot be skipped. Answer it in your own words.")
    return told


def close_unanswered(run: Run, actor: User) -> None:
    """A question that was answered by another message is no longer open; its run made nothing."""
    if not _newest_question(run):
        return
    message = "Answered in the next message."
    finished = {"lifecycle": Lifecycle.CANCELLED, "message": message, "by": actor.get_username()}
    events.advance(
        run.id,
        (Lifecycle.AWAITING_INPUT,),
        Lifecycle.CANCELLED,
        EventType.RUN_FINISHED,
        finished,
        closing_message=message,
    )


def _open_question(run: Run, asked: int) -> dict[str, Any]:
    newest = _newest_question(run)
    if newest is None:
        raise RunConflict(NOT_ASKED)
    if newest.sequence == asked and run.lifecycle == Lifecycle.CANCELLED:
        raise RunConflict(CLOSED)
    if newest.sequence != asked or run.lifecycle != Lifecycle.AWAITING_INPUT:
        raise RunConflict(ANSWERED)
    question: dict[str, Any] = newest.payload["questions"][0]
    return question


def _newest_question(run: Run) -> RunEvent | None:
    found = RunEvent.objects.filter(run_id=run.id, type=EventType.DRAFT_QUESTION).order_by("-sequence").first()
    return found if found is not None and found.payload.get("questions") else None
