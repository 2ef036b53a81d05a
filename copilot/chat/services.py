"""Verbs of the conversation: post a message, which starts a run, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import Http404

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.chat.attachments import for_message, put_to_use
from copilot.chat.models import Conversation, Message
from copilot.chat.words import solver_name
from copilot.data.models import Dataset
from copilot.data.services import Upload, store_tables
from copilot.drafting.formulation import Formulation
from copilot.learning import corrections
from copilot.runs import newdata, questions, scenarios
from copilot.runs import services as runs
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, ModelVersion, Run, RunEvent
from copilot.runs.services import METHODS, RunError, Solving

TITLE_CHARACTERS = 60
# They ask about a version that stands, and are not what a message goes on from.
ASIDE = (Run.Kind.SCENARIO, Run.Kind.EXPLAIN, Run.Kind.SOLVE)


def start_conversation(*, actor: User) -> Conversation:
    """An empty conversation in the user's workspace."""
    return Conversation.objects.create(workspace=workspace_of(actor), created_by=actor)


@transaction.atomic
def post_message(
    *,
    conversation: Conversation,
    actor: User,
    text: str,
    uploads: Sequence[Upload] = (),
    datasets: Sequence[Dataset] = (),
    solver: str = "auto",
    drafter: str = "auto",
    idempotency_key: str = "",
    time_limit_seconds: float | None = None,
    pool_size: int = 1,
    seed: int | None = None,
    enqueue: bool = True,
) -> Message:
    """Store the message and start its run; the same key again returns the first message. `datasets` are put to use too.

    Raises RunError or DataError with a sentence for the user; nothing is stored then.
    """
    if twin := twin_of(actor, idempotency_key):
        return twin
    last, workspace = _last_run(conversation), conversation.workspace
    put_to_use(conversation, [*datasets, *store_tables(workspace=workspace, actor=actor, uploads=uploads)])
    run = runs.start_run(
        workspace=workspace,
        actor=actor,
        **_continued(last, latest_version(conversation), text),
        datasets=for_message(conversation, last),
        drafter=drafter,
        solver=solver,
        seed=seed,
        time_limit_seconds=time_limit_seconds,
        pool_size=pool_size,
        enqueue=enqueue,
    )
    message = Message.objects.create(
        conversation=conversation, author=actor, text=text, run=run, idempotency_key=idempotency_key
    )
    return _followed(conversation, last, message)


def _followed(conversation: Conversation, last: Run | None, message: Message) -> Message:
    """The message, after what it does to its conversation and to an open question, and noted where it corrects."""
    _note_correction(message.run, last, actor=message.author, text=message.text)
    if last is None:
        conversation.title = _title(message.text)
    else:
        questions.close_unanswered(last, message.author)
    conversation.save()  # moves it to the top of the list
    return message


def post_once(*, actor: User, idempotency_key: str = "", **posted: Any) -> Message:
    """As `post_message`; of two that come at the same moment under one key, both lead to the first."""
    try:
        return post_message(actor=actor, idempotency_key=idempotency_key, **posted)
    except IntegrityError:
        if twin := twin_of(actor, idempotency_key):
            return twin
        raise


def begin_conversation(*, actor: User, idempotency_key: str = "", **posted: Any) -> Message:
    """The first message of a new conversation; the same key again leads to the first, even if both come at once.

    Raises as `post_message` does; a conversation without its message is never left behind.
    """
    try:
        with transaction.atomic():
            return twin_of(actor, idempotency_key) or post_message(
                conversation=start_conversation(actor=actor), actor=actor, idempotency_key=idempotency_key, **posted
            )
    except IntegrityError:
        if twin := twin_of(actor, idempotency_key):
            return twin
        raise


@transaction.atomic
def retry(*, run: Run, actor: User, drafter: str = "") -> Message:
    """Post the same message again, as a new run from the same base; a draft may be another drafter's."""
    original = Message.objects.select_related("conversation").get(run=run)
    if run.is_aside or run.kind == Run.Kind.DATA:
        again = (scenarios if run.is_aside else newdata).again(run=run, actor=actor)
    else:
        again = runs.rerun(run=run, actor=actor, drafter=drafter)
    corrections.carry_on(run, again)
    return Message.objects.create(conversation=original.conversation, author=actor, text=original.text, run=again)


@transaction.atomic
def solve_again(*, run: Run, actor: User, asked: Solving) -> Message:
    """Solve the version of a run once more, as a turn of its own in the same conversation.

    Raises RunError with a sentence for the user.
    """
    original = Message.objects.select_related("conversation").get(run=run)
    again = runs.solve_again(run=run, actor=actor, asked=asked)
    number = run.version.number if run.version else 0
    text = f"Solve version {number} again {_manner(asked)}."
    message = Message.objects.create(conversation=original.conversation, author=actor, text=text, run=again)
    original.conversation.save()  # moves it to the top of the list
    return message


@transaction.atomic
def edit(*, version: ModelVersion, conversation: Conversation, actor: User, formulation: Formulation) -> Message:
    """Go on from a formulation that was edited by hand, as a turn of the conversation.

    Raises RunError with a sentence for the user.
    """
    run = runs.edit_formulation(version=version, actor=actor, formulation=formulation)
    first = RunEvent.objects.filter(run=run, type=EventType.DRAFT_FORMULATED).values_list("payload", flat=True).get()
    text = f"Edited version {version.number} by hand: {', '.join(first['changed'])}."
    message = Message.objects.create(conversation=conversation, author=actor, text=text, run=run)
    conversation.save()  # moves it to the top of the list
    return message


@transaction.atomic
def say_wrong(*, run: Run, actor: User, words: str, idempotency_key: str = "") -> Message:
    """Say that the newest version is wrong, and why: a message that revises it, noted as a verdict on it.

    Raises RunError with a sentence for the user.
    """
    conversation = Message.objects.select_related("conversation__workspace").get(run=run).conversation
    if run.version is None or run.version != latest_version(conversation):
        raise RunError("A newer version stands. Say what is wrong with that one.")
    message = post_message(
        conversation=conversation,
        actor=actor,
        text=words,
        solver=run.solver,
        drafter=run.drafter,
        pool_size=run.pool_size,
        idempotency_key=idempotency_key,
    )
    if message.run.base_id == run.version_id:
        corrections.note(message.run, actor=actor, words=words, kind=corrections.Kind.VERDICT)
    return message


def _manner(asked: Solving) -> str:
    used = "with the solver of its choice" if asked.solver == "auto" else f"with {solver_name(asked.solver)}"
    method = "" if asked.method == "choose" else f", by {dict(METHODS)[asked.method]}"
    limits = f", for at most {asked.time_limit_seconds:g} s, to a gap of {100 * asked.relative_gap:g}%"
    keeping = "" if asked.pool_size == 1 else f", and keep up to {asked.pool_size} plans"
    return f"{used}{method}{limits}{keeping}"


def twin_of(actor: User, idempotency_key: str) -> Message | None:
    """The message that was stored under this key before, if any."""
    return Message.objects.filter(author=actor, idempotency_key=idempotency_key).first() if idempotency_key else None


def latest_version(conversation: Conversation) -> ModelVersion | None:
    """The newest model version of the conversation."""
    versions = ModelVersion.objects.filter(runs__message__conversation=conversation)
    return versions.order_by("-created_at").first()


def conversation_of(user: User, conversation_id: UUID) -> Conversation:
    """The conversation, when the user may see it; else 404."""
    found = Conversation.objects.visible_to(user).filter(id=conversation_id).select_related("workspace").first()
    if found is None:
        raise Http404("There is no such conversation.")
    return found


def _last_run(conversation: Conversation) -> Run | None:
    line = Run.objects.filter(message__conversation=conversation).exclude(kind__in=ASIDE)
    return line.order_by("-message__created_at", "-message__id").first()


def _continued(last: Run | None, base: ModelVersion | None, text: str) -> dict[str, Any]:
    """The whole request with the new message at its end, where the revision begins, and the version it revises.

    The answer to a question belongs to the message that was asked about; any other message revises the newest version.
    """
    if last is not None and last.lifecycle == Lifecycle.AWAITING_INPUT and _asked(last):
        return {
            "text": f"{last.request_text}\n\n{text}",
            "revision_start": last.revision_start,
            "base": last.base,
        }
    if base is None:
        return {"text": text, "revision_start": 0, "base": None}
    start = len(base.request_text) + 2
    return {"text": f"{base.request_text}\n\n{text}", "revision_start": start, "base": base}


def _note_correction(run: Run, last: Run | None, *, actor: User, text: str) -> None:
    """Where the message says that the version before was wrong, or answers a question about such a message."""
    if last is not None and last.lifecycle == Lifecycle.AWAITING_INPUT and run.base_id:
        corrections.carry_on(last, run)
    corrections.note_message(run, actor=actor, words=text)


def _asked(run: Run) -> bool:
    return RunEvent.objects.filter(run=run, type=EventType.DRAFT_QUESTION).exists()


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TITLE_CHARACTERS else line[: TITLE_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
