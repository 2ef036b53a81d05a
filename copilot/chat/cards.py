"""A run's card in the conversation: its row and events folded into one frozen object, all that templates may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from copilot.chat.asked import Answered, Question, answered_of, offered_of, question_of
from copilot.chat.correcting import is_replaced, learning_of, lessons_of, newest_of
from copilot.chat.judgements import Axis, axes_of
from copilot.chat.lessons import Experience, experience_of
from copilot.chat.models import Message
from copilot.chat.steps import Happening, Step, StepState, steps_of
from copilot.chat.words import Status, lifecycle_of, seconds_text, tone_of
from copilot.llm.endpoints import is_connected
from copilot.runs.events import EventType as E
from copilot.runs.models import ASIDE, Lifecycle, Run, RunEvent

ROWS_IN_CARD = 8
TAKEN_OVER = "A worker was lost on the way. Another one took over from the last saved step."
RESUMED = "The disk under the database was full on the way. The run went on from the last saved step."
# Payloads that a card needs even when it is not the one being looked at; the others can be large.
SMALL = (
    E.RUN_WAITING,
    E.RUN_RECOVERED,
    E.INSIGHTS_CHOSEN,
    E.INSIGHTS_ADOPTED,
    E.DRAFT_QUESTION,
    E.DRAFT_OFFERED,
    E.DRAFT_ABSTAINED,
    E.DRAFT_HANDED_OVER,
    E.BUILD_FAILED,
    E.INSTANCE_BUILT,
    E.CHECKS_FINISHED,
    E.SOLVE_STARTED,
)
OFTEN = (E.SOLVE_PROGRESS, E.SOLUTION_FOUND)
RETRIABLE = (Lifecycle.FAILED, Lifecycle.TIMED_OUT, Lifecycle.CANCELLED)


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the result: what, how much, in which unit."""

    label: str
    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class Card:
    """One message with its run, as it is now. `objection` is empty where its plan cannot be said to be wrong, else
    whether the workspace learns from that; only such a plan has an `offered` question."""

    id: UUID
    conversation_id: UUID
    request: str
    author: str
    sent_at: datetime
    is_active: bool
    is_shown: bool
    after: int
    lifecycle: str
    status: Status
    steps: tuple[Step, ...]
    unreached: int
    now: str
    notes: tuple[str, ...]
    said: str
    tone: str
    table: tuple[Cell, ...]
    more_rows: int
    axes: tuple[Axis, ...]
    question: Question | None
    offered: Question | None
    answered: tuple[Answered, ...]
    reasons: tuple[str, ...]
    has_grid: bool
    can_retry: bool
    other_drafter: bool
    stopping: bool
    version: int | None
    duration: str
    experience: Experience | None
    objection: str
    lesson: str

    @property
    def headline(self) -> str:
        """What came of the run, in a sentence or two."""
        return self.said.partition("\n")[0]

    @property
    def case(self) -> str:
        """The lines below it: the failing case of a draft that was handed over."""
        return self.said.partition("\n")[2]


def cards_of(messages: Sequence[Message], *, shown: UUID | None) -> tuple[Card, ...]:
    """The cards of messages whose runs are loaded; the number of queries does not depend on how many there are.

    The run being shown and active ones get every detail, older ones only what fits into a few lines.
    """
    runs = [message.run for message in messages]
    full = {run.id for run in runs if run.is_active} | ({shown} if shown else set())
    happened = _happenings([run.id for run in runs], full=full)
    for run_id, progress in _latest_progress([run.id for run in runs if run.is_active]).items():
        happened[run_id] = sorted([*happened[run_id], progress], key=lambda happening: happening.sequence)
    last = next((message.run_id for message in reversed(messages) if message.run.kind not in ASIDE), None)
    newest, lessons = newest_of(messages), lessons_of(run.id for run in runs)
    learning = learning_of(runs[0].workspace) if newest else ""
    return tuple(
        _card(
            message,
            happened[message.run_id],
            is_shown=message.run_id == shown,
            objection=learning if message.run.version_id == newest else "",
            lesson=lessons.get(message.run_id, ""),
            is_last=message.run_id == last,
        )
        for message in messages
    )


def card_of(run_id: UUID) -> Card | None:
    """The card of one run, in full, for the socket; the caller has checked access."""
    message = _with_runs().filter(run_id=run_id).first()
    if message is None:
        return None
    card = cards_of([message], shown=run_id)[0]
    return replace(card, objection="", offered=None) if card.objection and is_replaced(message) else card


HEAVY = tuple(
    f"run__version__{name}"
    for name in ("instance", "formulation", "program", "data", "request_text", "checks", "diff", "instance_summary")
)


def messages_of(conversation_id: UUID) -> list[Message]:
    """The conversation's messages with their runs, without the large columns of their versions."""
    return list(_with_runs().filter(conversation_id=conversation_id))


def _with_runs() -> QuerySet[Message]:
    return Message.objects.select_related("run", "run__version", "run__workspace", "author").defer(*HEAVY)


def _happenings(run_ids: Sequence[UUID], *, full: set[UUID]) -> defaultdict[UUID, list[Happening]]:
    events = RunEvent.objects.filter(run_id__in=run_ids).exclude(type__in=OFTEN).order_by("run_id", "sequence")
    small = dict(events.filter(type__in=SMALL).values_list("id", "payload"))
    large = dict(events.filter(run_id__in=full).exclude(type__in=SMALL).values_list("id", "payload"))
    payloads: dict[int, Any] = small | large
    found: defaultdict[UUID, list[Happening]] = defaultdict(list)
    for event_id, run_id, sequence, event_type in events.values_list("id", "run_id", "sequence", "type"):
        found[run_id].append(Happening(sequence, event_type, payloads.get(event_id, {})))
    return found


def _latest_progress(run_ids: Sequence[UUID]) -> dict[UUID, Happening]:
    newest = RunEvent.objects.filter(run=OuterRef("run"), type=E.SOLVE_PROGRESS).order_by("-sequence")
    rows = RunEvent.objects.filter(run_id__in=run_ids, sequence=Subquery(newest.values("sequence")[:1]))
    return {event.run_id: Happening(event.sequence, event.type, event.payload) for event in rows}


def _card(
    message: Message, happened: Sequence[Happening], *, is_shown: bool, objection: str, lesson: str, is_last: bool
) -> Card:
    run = message.run
    steps = steps_of(happened, lifecycle=run.lifecycle, compares=run.base_id is not None, aside=_aside(run))
    table, row_count = _table(run)
    return Card(
        id=run.id,
        conversation_id=message.conversation_id,
        request=message.text,
        author=message.author.get_username(),
        sent_at=message.created_at,
        is_active=run.is_active,
        is_shown=is_shown,
        after=run.last_sequence,
        lifecycle=run.lifecycle,
        status=lifecycle_of(run),
        steps=tuple(step for step in steps if step.state is not StepState.SKIPPED),
        unreached=sum(step.state is StepState.SKIPPED for step in steps),
        now=_now(run, steps),
        notes=_notes(run, happened),
        said=_said(run),
        tone=tone_of(run),
        table=table,
        more_rows=row_count - len(table),
        axes=() if run.is_active else axes_of((run.result or {}).get("checks") or ()),
        question=question_of(happened) if run.lifecycle == Lifecycle.AWAITING_INPUT else None,
        offered=offered_of(happened) if objection and is_last and run.lifecycle == Lifecycle.SUCCEEDED else None,
        answered=answered_of(happened),
        reasons=_reasons(run, happened),
        has_grid=run.base_id is None and run.version_id is None,
        can_retry=run.lifecycle in RETRIABLE,
        other_drafter=_has_other_drafter(run),
        stopping=run.lifecycle == Lifecycle.CANCELLING,
        version=run.version.number if run.version else None,
        duration=seconds_text(_seconds(run)),
        experience=experience_of(happened),
        objection=objection if run.lifecycle == Lifecycle.SUCCEEDED and run.kind == Run.Kind.DRAFT else "",
        lesson=lesson,
    )


def _has_other_drafter(run: Run) -> bool:
    return run.kind == Run.Kind.DRAFT and run.drafter != "builtin" and is_connected()


def _aside(run: Run) -> str:
    if run.kind not in (Run.Kind.SOLVE, Run.Kind.DATA) and not run.is_aside:
        return ""
    return "sweep" if run.question.get("ask") == "sweep" else str(run.kind)


def _now(run: Run, steps: Sequence[Step]) -> str:
    """What goes on, in a few words, for the status line and for screen readers."""
    if run.lifecycle != Lifecycle.RUNNING:
        return lifecycle_of(run).word
    number, title = next(
        ((i, step.title) for i, step in enumerate(steps, 1) if step.state is not StepState.DONE), (len(steps), "Finish")
    )
    return f"Step {number} of {len(steps)}: {title}"


def _notes(run: Run, happened: Iterable[Happening]) -> tuple[str, ...]:
    notes, full = [], ""
    for happening in happened:
        if happening.type == E.RUN_WAITING and happening.payload.get("cause") == "disk":
            full = str(happening.payload.get("message", ""))
        elif happening.type == E.RUN_WAITING and run.lifecycle == Lifecycle.QUEUED:
            notes.append(str(happening.payload.get("message", "")))
        if happening.type == E.RUN_RECOVERED:
            notes.append(RESUMED if full else TAKEN_OVER)
            full = ""
    return tuple(dict.fromkeys([*notes, full] if full and run.is_active else notes))


def _said(run: Run) -> str:
    if run.is_active:
        return ""
    result = run.result or {}
    if run.lifecycle == Lifecycle.CANCELLED and result.get("table"):
        return f"{run.closing_message} {result.get('headline', '')}".strip()
    return str(run.closing_message or result.get("headline", ""))


def _table(run: Run) -> tuple[tuple[Cell, ...], int]:
    """The first rows of the plan, of a long one those that are not zero; and how many there are in all."""
    rows = (run.result or {}).get("table") or []
    told = rows if len(rows) <= ROWS_IN_CARD else [row for row in rows if row["value"]]
    cells = tuple(Cell(str(row["label"]), str(row["text"]), str(row["unit"])) for row in told[:ROWS_IN_CARD])
    return cells, len(rows)


def _last(happened: Sequence[Happening], event_type: E) -> Happening | None:
    return next((happening for happening in reversed(happened) if happening.type == event_type), None)


def _reasons(run: Run, happened: Sequence[Happening]) -> tuple[str, ...]:
    abstained = _last(happened, E.DRAFT_ABSTAINED)
    if run.lifecycle != Lifecycle.AWAITING_INPUT or abstained is None:
        return ()
    return tuple(str(reason) for reason in abstained.payload.get("reasons", ()))


def _seconds(run: Run) -> float | None:
    if run.started_at is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds()
