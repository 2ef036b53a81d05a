"""The versions of a conversation, each with one line on what changed since the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from copilot.chat.models import Conversation, Message
from copilot.chat.words import VERDICTS
from copilot.review.models import ModelFile
from copilot.runs.models import ModelVersion, Run

HEAVY = ("instance", "formulation", "program", "data", "checks")
FILES = 20


@dataclass(frozen=True, slots=True)
class Revision:
    """One version: its number, a line for people, its verdict against its parent, and the turn that made it."""

    id: UUID
    number: int
    title: str
    message: str
    word: str
    tone: str
    parent_id: UUID | None
    parent: int
    run_id: UUID
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """A model that may be one side of a comparison."""

    id: UUID
    label: str


def revisions_of(conversation: Conversation) -> tuple[Revision, ...]:
    """The versions that messages of the conversation made, newest first; one query whatever their number."""
    made = Message.objects.filter(conversation=conversation, run__version__isnull=False)
    made = made.exclude(run__kind=Run.Kind.SOLVE).order_by("-created_at", "-id")
    found = made.select_related("run__version__parent").defer(
        *(f"run__version__{name}" for name in HEAVY), *(f"run__version__parent__{name}" for name in HEAVY)
    )
    return tuple(_revision(message, message.run.version) for message in found if message.run.version)


def choices_of(conversation: Conversation | None, *sides: ModelVersion | ModelFile) -> tuple[Choice, ...]:
    """What can be compared beside these sides: the conversation's versions, and the workspace's newest files."""
    versions = revisions_of(conversation) if conversation else ()
    found = {one.id: f"Version {one.number}: {one.title}"[:80] for one in versions}
    workspace = conversation.workspace_id if conversation else sides[0].workspace_id
    files = ModelFile.objects.filter(workspace=workspace).defer("instance")[:FILES]
    found |= {one.id: one.name for one in files}
    found |= {one.id: one.name for one in sides if isinstance(one, ModelFile)}
    return tuple(Choice(key, label) for key, label in found.items())


def conversation_of(sides: Sequence[ModelVersion | ModelFile]) -> tuple[Conversation | None, UUID | None]:
    """The conversation that the last of the sides belongs to, with the run that made it; none for two files."""
    for side in reversed(sides):
        if isinstance(side, ModelVersion):
            messages = Message.objects.filter(run__version=side).exclude(run__kind=Run.Kind.SOLVE)
            if message := messages.select_related("conversation__workspace").order_by("created_at").first():
                return message.conversation, message.run_id
    return None, None


def _revision(message: Message, version: ModelVersion) -> Revision:
    diff = version.diff or {}
    word, tone = VERDICTS.get(diff.get("verdict", ""), ("", "idle"))
    title = version.title or diff.get("summary") or "First version"
    return Revision(
        id=version.id,
        number=version.number,
        title=str(title),
        message=message.text,
        word=word,
        tone=tone,
        parent_id=version.parent_id,
        parent=version.parent.number if version.parent else 0,
        run_id=message.run_id,
        made_at=version.created_at,
    )
