"""The datasets of a conversation, brought with a message or on its data page; the last of a name is in use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from copilot.accounts.models import User
from copilot.accounts.services import may_write
from copilot.chat.models import Attachment, Conversation, Message
from copilot.data.models import Dataset
from copilot.data.services import Upload, store_tables
from copilot.runs.models import Run
from copilot.runs.services import RunError


@dataclass(frozen=True, slots=True)
class Held:
    """A dataset in use, and the earlier versions of its name in this conversation, newest first."""

    dataset: Dataset
    earlier: tuple[Dataset, ...]


@transaction.atomic
def bring(*, conversation: Conversation, actor: User, uploads: Sequence[Upload]) -> list[Dataset]:
    """Store the tables of the files and put them to use in the conversation.

    Raises DataError, with file, place and rule, and RunError when the user may only look; nothing is stored then.
    """
    if not may_write(actor, conversation.workspace):
        raise RunError("You may look at this conversation, but only planners and owners can bring data to it.")
    datasets = store_tables(workspace=conversation.workspace, actor=actor, uploads=uploads)
    put_to_use(conversation, datasets)
    return datasets


def put_to_use(conversation: Conversation, datasets: Iterable[Dataset]) -> None:
    """From now on these are the versions in use; doing it twice changes nothing."""
    for dataset in datasets:
        Attachment.objects.update_or_create(
            conversation=conversation, dataset=dataset, defaults={"brought_at": timezone.now()}
        )


def in_use(conversation: Conversation) -> list[Dataset]:
    """The datasets in use, by name, without their contents."""
    return [held.dataset for held in held_by(conversation)]


def for_message(conversation: Conversation, last: Run | None) -> list[Dataset]:
    """What a message is read with: the tables that the run before it read, as they are now, and those brought since."""
    held = in_use(conversation)
    if last is None:
        return held
    read = set(last.datasets.values_list("name", flat=True))
    since = Message.objects.get(run=last).created_at
    brought = Attachment.objects.filter(conversation=conversation, brought_at__gt=since)
    new = set(brought.values_list("dataset_id", flat=True))
    return [dataset for dataset in held if dataset.name in read or dataset.id in new]


def held_by(conversation: Conversation) -> list[Held]:
    """Every name with its versions; two queries whatever their number."""
    brought = dict(Attachment.objects.filter(conversation=conversation).values_list("dataset_id", "brought_at"))
    of_runs = Q(runs__message__conversation=conversation)
    found = Dataset.objects.filter(Q(attachments__conversation=conversation) | of_runs).defer("content").distinct()
    names: dict[str, list[Dataset]] = {}
    for dataset in sorted(found, key=lambda one: (brought.get(one.id, one.created_at), one.version), reverse=True):
        names.setdefault(dataset.name, []).append(dataset)
    return [Held(versions[0], tuple(versions[1:])) for _, versions in sorted(names.items())]


def of_conversation(conversation: Conversation, dataset_id: UUID) -> Dataset | None:
    """A dataset of the conversation, with its content."""
    known = {one.id for held in held_by(conversation) for one in (held.dataset, *held.earlier)}
    return Dataset.objects.filter(id=dataset_id).first() if dataset_id in known else None
