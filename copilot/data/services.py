"""Verbs on uploaded tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from copilot.accounts.models import User, Workspace
from copilot.data import apart, stored
from copilot.data.errors import DataError
from copilot.data.models import Dataset
from copilot.data.reading import read_table
from copilot.data.table import DataTable, hash_of, storable

PREVIEW_ROWS = 20
_CELL_CHARACTERS = 80
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived."""

    name: str
    content: bytes


def store_tables(*, workspace: Workspace, actor: User, uploads: Sequence[Upload]) -> list[Dataset]:
    """Read and store every table of the files; the same content again gives the stored version, other content the next.

    Raises DataError with a sentence that names file, sheet, cell or line, and rule; nothing is stored then.
    """
    limit, seconds = settings.COPILOT["TABLE_MEGABYTES"] << 20, settings.COPILOT["TABLE_SECONDS"]
    read = [
        (upload, table, _content(upload, table, several=len(tables) > 1))
        for upload, tables in (
            (upload, apart.read(upload.name, upload.content, max_bytes=limit, seconds=seconds)) for upload in uploads
        )
        for table in tables
    ]
    _check_names(read)
    with transaction.atomic():
        stored_ones = [_version(workspace, actor, upload, table, content) for upload, table, content in read]
    return list({dataset.id: dataset for dataset in stored_ones}.values())


def table_of(dataset: Dataset) -> DataTable:
    """The typed table with all its rows. Raises DataError when what is stored cannot be read any more."""
    content = bytes(dataset.content)
    if stored.is_stored(content):
        return stored.from_bytes(content, name=dataset.name, file=dataset.file)
    return read_table(dataset.name, content)


def dataset_of(user: User, dataset_id: UUID) -> Dataset | None:
    """The dataset, when the user may see it."""
    return Dataset.objects.visible_to(user).filter(id=dataset_id).select_related("workspace").first()


def versions_of(dataset: Dataset) -> list[Dataset]:
    """Every version of the name in its workspace, newest first, without their contents."""
    same = Dataset.objects.filter(workspace=dataset.workspace_id, name=dataset.name)
    return list(same.defer("content", "preview").order_by("-version"))


def _content(upload: Upload, table: DataTable, *, several: bool) -> bytes:
    """A file of text with one table is kept as it came; a table among several, or of a sheet, by itself."""
    return stored.to_bytes(table) if several or table.sheet else upload.content


def _check_names(read: Sequence[tuple[Upload, DataTable, bytes]]) -> None:
    """Two tables of one name in one upload would be versions of each other."""
    seen: dict[str, tuple[str, bytes]] = {}
    for upload, table, content in read:
        if table.name in seen and seen[table.name][1] != content:
            raise DataError(
                f"{seen[table.name][0]} and {upload.name} both have a table named {table.name}. Rename the sheet or "
                "file of one of them, or upload them one after the other if the second replaces the first."
            )
        seen[table.name] = (upload.name, content)


def _version(workspace: Workspace, actor: User, upload: Upload, table: DataTable, content: bytes) -> Dataset:
    """The stored version with this content, or the next number; two that come at once take turns."""
    name = storable(table.name)
    same = Dataset.objects.filter(workspace=workspace, name=name)
    hashed = hash_of(content)
    for _ in range(_TRIES):
        if known := same.filter(content_hash=hashed).first():
            return known
        number = (same.aggregate(last=Max("version"))["last"] or 0) + 1
        try:
            with transaction.atomic():
                return Dataset.objects.create(
                    workspace=workspace,
                    created_by=actor,
                    name=name,
                    version=number,
                    file=storable(upload.name[-255:]),
                    sheet=storable(table.sheet[:200]),
                    content=content,
                    content_hash=hashed,
                    columns=described(table),
                    row_count=table.row_count,
                    warnings=[storable(warning) for warning in table.warnings],
                    preview=preview_of(table),
                )
        except IntegrityError:
            continue
    raise DataError(f"{upload.name} could not be stored: too many uploads of {table.name} at once. Try again.")


def described(table: DataTable) -> list[dict[str, str]]:
    """Each column's name, kind and unit."""
    return [
        {"name": storable(name), "kind": table.kinds[name], "unit": storable(table.units.get(name, ""))}
        for name in table.columns
    ]


def preview_of(table: DataTable, rows: int = PREVIEW_ROWS) -> list[list[str | float | int | bool | None]]:
    """The first rows, long texts cut."""
    shown = islice(zip(*table.columns.values(), strict=True), rows)
    return [[_shown(cell) if isinstance(cell, str) else cell for cell in row] for row in shown]


def _shown(text: str) -> str:
    return storable(text if len(text) <= _CELL_CHARACTERS else f"{text[:_CELL_CHARACTERS]}…")
