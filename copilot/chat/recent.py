"""The list of recent conversations, each with how its newest run stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from copilot.accounts.models import User
from copilot.chat.models import Conversation
from copilot.chat.words import LIFECYCLE, TERMINATION, gravest
from copilot.runs.models import Lifecycle, Run

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Recent:
    """One conversation in the list."""

    id: UUID
    title: str
    tone: str
    words: str
    updated_at: datetime


def recent_of(user: User) -> tuple[Recent, ...]:
    """The newest conversations that the user may see, in one query."""
    newest = Run.objects.filter(message__conversation=OuterRef("pk")).order_by("-created_at")
    columns = ("lifecycle", "termination_condition", "closing_message")
    found = Conversation.objects.visible_to(user).annotate(
        **{f"newest_{name}": Subquery(newest.values(name)[:1]) for name in columns}
    )
    rows = found.values_list("id", "title", "updated_at", *(f"newest_{name}" for name in columns))[:SHOWN]
    return tuple(Recent(key, title, *_state(*newest_run), at) for key, title, at, *newest_run in rows)


def _state(lifecycle: str | None, condition: str | None, closing: str | None) -> tuple[str, str]:
    if lifecycle is None:
        return "idle", "Nothing sent yet"
    tone, meaning = LIFECYCLE[lifecycle]
    if condition and condition in TERMINATION and tone == "good":
        tone = gravest((tone, TERMINATION[condition][1]))
    return tone, closing or f"{Lifecycle(lifecycle).label}. {meaning}"
