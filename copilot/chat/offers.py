"""Answering a question of a run: one that it waits for sends it on, one beside its plan begins a revision."""

from __future__ import annotations

from django.db import transaction

from copilot.accounts.models import User
from copilot.chat.models import Conversation, Message
from copilot.chat.services import latest_version, post_message
from copilot.runs import questions
from copilot.runs.events import EventType
from copilot.runs.models import ASIDE, Run, RunEvent
from copilot.runs.services import RunConflict, RunError

GONE_ON = "This question was answered, or the conversation has gone on since. Write what you want changed below."
NOTHING = "Pick an answer, or write what you want changed."


def answer(*, run: Run, actor: User, asked: int, text: str = "") -> None:
    """Give the answer to the question that event number `asked` of the run put.

    Raises RunError with a sentence, and then changes nothing.
    """
    if RunEvent.objects.filter(run=run, sequence=asked, type=EventType.DRAFT_OFFERED).exists():
        _take_up(run=run, actor=actor, text=text)
    else:
        questions.answer(run=run, actor=actor, asked=asked, text=text)


@transaction.atomic
def _take_up(*, run: Run, actor: User, text: str) -> Message:
    """The answer as a message that revises the plan; refused once the conversation has gone on."""
    told = " ".join(text.split())
    if not told:
        raise RunError(NOTHING)
    found = Message.objects.select_related("conversation__workspace").get(run=run).conversation
    conversation = Conversation.objects.select_for_update().select_related("workspace").get(id=found.id)
    line = Run.objects.filter(message__conversation=conversation).exclude(kind__in=ASIDE)
    newest = line.order_by("-message__created_at", "-message__id").first()
    if newest != run or run.version_id is None or run.version != latest_version(conversation):
        raise RunConflict(GONE_ON)
    return post_message(conversation=conversation, actor=actor, text=told, solver=run.solver, drafter=run.drafter)
