"""The verbs that doors may say about comparisons."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from copilot.accounts.models import User, Workspace
from copilot.accounts.services import may_write
from copilot.review import queue, work
from copilot.review.contract import lacks_step
from copilot.review.models import ATTEMPTS, WAITING, Comparison, ModelFile, Status
from copilot.review.sides import Side, digest_of, nonzeros_of
from copilot.runs.models import ModelVersion
from solvers.disk import DiskFull, needing_room
from solvers.equivalence import ENGINE
from solvers.equivalence.outcome import SECONDS, Level
from solvers.equivalence.report import Options
from solvers.instance import InstanceError
from solvers.mps import read

INLINE_NONZEROS = 200_000  # of the larger model; beyond, and for longer searches, a worker compares
LONG_SECONDS = 120.0
GROWTH = 8  # how many times larger than the largest file a model may be that was packed in one
HIGHEST: Level = "L4"
READ_SECONDS = 60.0
ANSWER = ("status", "result", "certificate", "changes", "finished_at")
ONLY_LOOK = "You may look at this workspace, but only planners and owners can change anything in it."
KINDS = ("variables", "constraints")


class ReviewError(Exception):
    """A comparison cannot be made or changed that way; the message is a sentence for the user."""


def store_model(*, workspace: Workspace, actor: User, name: str, content: bytes) -> ModelFile:
    """Read an LP, MPS (either also .gz) or instance file in a process of its own, and keep the model.

    The same content under the same name again gives the stored one. Raises ReviewError, which names file and line.
    """
    if not may_write(actor, workspace):
        raise ReviewError(ONLY_LOOK)
    plain = re.sub(r"[^\w. -]", "_", Path(name.replace("\\", "/")).name).strip(". ")[-120:] or "model"
    limit = settings.COPILOT["MODEL_MEGABYTES"]
    if len(content) > most_bytes():
        raise ReviewError(f"The file {plain} is larger than {limit} MB. COPILOT_MODEL_MEGABYTES raises the limit.")
    memory = settings.COPILOT["SOLVE_MEMORY_MB"] << 20
    try:
        with needing_room(), tempfile.TemporaryDirectory(prefix="model-") as folder:
            path = Path(folder) / plain
            path.write_bytes(content)
            reading = read(path, time_limit_seconds=READ_SECONDS, memory_limit_bytes=memory)
    except DiskFull as error:
        raise ReviewError(f"There is no room on the server to read {plain}. Nothing was stored; try later.") from error
    except InstanceError as error:
        raise ReviewError(_naming(plain, str(error))) from error
    stored: dict[str, Any] = {
        "created_by": actor,
        "instance": reading.instance.to_bytes(),
        "warnings": list(reading.warnings),
    }
    stored["nonzeros"] = reading.instance.nonzero_count
    if len(stored["instance"]) > GROWTH * most_bytes():
        raise ReviewError(f"The model in {plain} takes more than {GROWTH * limit} MB when it is unpacked.")
    digest = reading.instance.digest()
    return ModelFile.objects.get_or_create(workspace=workspace, name=plain, digest=digest, defaults=stored)[0]


def most_bytes() -> int:
    """Size of the largest file that is read; doors need read no more than one byte beyond it."""
    return int(settings.COPILOT["MODEL_MEGABYTES"]) << 20


def compare(*, first: Side, second: Side, actor: User, options: Options | None = None) -> Comparison:
    """The comparison of two models that the actor may see, answered already where that takes moments.

    The same question again gives the same row. Raises ReviewError when the sides belong to different workspaces.
    """
    if first.workspace_id != second.workspace_id:
        raise ReviewError("The two models belong to different workspaces.")
    asked = options or Options(SECONDS)
    size = max(nonzeros_of(first), nonzeros_of(second))
    question = [digest_of(first), digest_of(second), ENGINE, asked.to_json()]
    key = hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()
    sides = {
        **{f"first_{kind}": first if isinstance(first, table) else None for kind, table in _TABLES},
        **{f"second_{kind}": second if isinstance(second, table) else None for kind, table in _TABLES},
    }
    row, is_new = Comparison.objects.get_or_create(
        workspace_id=first.workspace_id,
        sides=f"{first.id}:{second.id}",
        key=key,
        defaults={"created_by": actor, "options": asked.to_json(), "nonzeros": size, **sides, **_answered(first, key)},
    )
    if is_new and row.is_waiting:
        _begin(row)
    row.refresh_from_db()
    if is_new and row.status == Status.DONE:
        look_at_other_data(comparison=row)
    return row


def look_at_other_data(*, comparison: Comparison) -> None:
    """Have a worker compare two versions on other data, where that has not been done."""
    if lacks_step(comparison):
        transaction.on_commit(lambda: queue.ring_worker(comparison.id))


def correct(*, comparison: Comparison, actor: User, kind: str, old: str, new: str) -> Comparison:
    """Compare anew, with a family's counterpart as the actor says; an empty `new` takes the correction back."""
    _check_writes(actor, comparison)
    if kind not in KINDS or not old or len(old) > 200 or len(new) > 200:
        raise ReviewError("Choose the counterpart of a family of the list.")
    asked = Options.from_json(comparison.options)
    kept = tuple(one for one in asked.renamed if one[:2] != (kind, old))
    renamed = (*kept, (kind, old, new)) if new else kept
    options = replace(asked, renamed=renamed)
    return compare(first=comparison.first, second=comparison.second, actor=actor, options=options)


def search_longer(*, comparison: Comparison, actor: User) -> Comparison:
    """Ask the same question with more time, of a worker, and up to the highest level that the engine knows."""
    asked = Options.from_json(comparison.options)
    options = replace(asked, seconds=LONG_SECONDS, max_level=HIGHEST, eliminate=True)
    return compare(first=comparison.first, second=comparison.second, actor=actor, options=options)


def accept(*, comparison: Comparison, actor: User) -> None:
    """Record that the actor accepts what changed; the first one to do so stays recorded."""
    _check_writes(actor, comparison)
    if comparison.status != Status.DONE:
        raise ReviewError("There is no answer yet that could be accepted.")
    rows = Comparison.objects.filter(id=comparison.id, accepted_at=None)
    rows.update(accepted_by=actor, accepted_at=timezone.now())


def cancel(*, comparison: Comparison, actor: User) -> None:
    """Stop a comparison that waits; asking twice, or asking a closed one, changes nothing."""
    _check_writes(actor, comparison)
    if Comparison.objects.filter(id=comparison.id, status=Status.QUEUED).exists():
        work.close(comparison.id, Status.CANCELLED, work.STOPPED)
    Comparison.objects.filter(id=comparison.id, status__in=WAITING).update(cancel_requested="discard")


def retry(*, comparison: Comparison, actor: User) -> None:
    """Queue a comparison that failed or was stopped once more."""
    rows = Comparison.objects.filter(id=comparison.id, status__in=(Status.FAILED, Status.CANCELLED))
    fresh = {"attempt": 0, "max_attempts": ATTEMPTS, "cancel_requested": "", "closing_message": "", "owner": ""}
    if rows.update(status=Status.QUEUED, queued_at=timezone.now(), **fresh):
        _begin(comparison)


_TABLES: tuple[tuple[str, type[ModelVersion] | type[ModelFile]], ...] = (("version", ModelVersion), ("file", ModelFile))


def _answered(side: Side, key: str) -> dict[str, object]:
    """The answer that the workspace has to the same question already, asked of other rows with the same content."""
    known = Comparison.objects.filter(workspace_id=side.workspace_id, key=key, status=Status.DONE)
    return dict(known.values(*ANSWER).first() or {})


def _begin(row: Comparison) -> None:
    if row.nonzeros <= INLINE_NONZEROS and float(row.options["seconds"]) <= SECONDS:
        work.execute(row.id, patience=0.0)  # somebody waits for the page
    else:
        transaction.on_commit(lambda: queue.ring_worker(row.id))


def _check_writes(actor: User, comparison: Comparison) -> None:
    if not may_write(actor, comparison.workspace):
        raise ReviewError(ONLY_LOOK)


def _naming(name: str, sentence: str) -> str:
    return sentence if name in sentence else f"The file {name} cannot be read: {sentence}"


def visible_comparison(user: User, comparison_id: UUID) -> Comparison | None:
    """The comparison, when the user may see it."""
    related = ("workspace", "first_version", "first_file", "second_version", "second_file", "accepted_by")
    return Comparison.objects.visible_to(user).filter(id=comparison_id).select_related(*related).first()
