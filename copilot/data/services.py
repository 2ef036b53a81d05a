"""Verbs on uploaded tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from copilot.accounts.models import User, Workspace
from copilot.data.models import Dataset
from copilot.data.reading import read_table


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived."""

    name: str
    content: bytes


def store_tables(*, workspace: Workspace, actor: User, uploads: Sequence[Upload]) -> list[Dataset]:
    """Read and store uploaded tables; the same content again gives the stored one.

    Raises DataError with a sentence that names file, line, column and rule; nothing is stored then.
    """
    limit = settings.COPILOT["TABLE_MEGABYTES"] << 20
    read = [(upload, read_table(upload.name, upload.content, max_bytes=limit)) for upload in uploads]
    return [
        Dataset.objects.get_or_create(
            workspace=workspace,
            name=table.name,
            content_hash=table.content_hash,
            defaults={
                "created_by": actor,
                "content": upload.content,
                "columns": list(table.columns),
                "row_count": table.row_count,
            },
        )[0]
        for upload, table in read
    ]
