"""The list of recent conversations, each with how its newest run stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from copilot.accounts.models import User
from copilot.chat.models import Conversation
from copilot.chat.words import LIFECYCLE
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
    found = Conversation.objects.visible_to(user).annotate(
        lifecycle=Subquery(newest.values("lifecycle")[:1]), closing=Subquery(newest.values("closing_message")[:1])
    )
    rows = found.values_list("id", "title", "lifecycle", "closing", "updated_at")[:SHOWN]
    return tuple(Recent(key, title, *_state(lifecycle, closing), at) for key, title, lifecycle, closing, at in rows)


def _state(lifecycle: str | None, closing: str | None) -> tuple[str, str]:
    if lifecycle is None:
        return "idle", "Nothing sent yet"
    tone, meaning = LIFECYCLE[lifecycle]
    return tone, closing or f"{Lifecycle(lifecycle).label}. {meaning}"
