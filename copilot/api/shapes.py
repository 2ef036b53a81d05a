"""Rows as the door tells them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from copilot.chat.mapping import Board, Field
from copilot.chat.models import Conversation, Message
from copilot.data.models import Dataset
from copilot.runs import questions
from copilot.runs.exports import FORMS
from copilot.runs.models import ModelVersion, Run, RunEvent

REACHED = ("objective_value", "objective_bound")


def told_run(run: Run) -> dict[str, Any]:
    """A run with its four statuses apart, an open question, and where to read on."""
    message = Message.objects.filter(run=run).only("id", "conversation_id").first()
    asked = questions.open_question(run)
    result = run.result or {}
    return {
        "id": str(run.id),
        "kind": run.kind,
        "status": run.lifecycle,
        "is_active": run.is_active,
        "termination_condition": run.termination_condition or None,
        "verification": run.verification,
        "certificate": run.certificate,
        "message": run.closing_message,
        **{name: result.get(name) for name in REACHED},
        "question": None if asked is None else {"asked": asked[0], **asked[1]},
        "conversation": str(message.conversation_id) if message else None,
        "version": _told_version_in_short(run.version),
        "base": _told_version_in_short(run.base),
        "datasets": [told_dataset_in_short(one) for one in run.datasets.defer("content", "preview").order_by("name")],
        **{name: getattr(run, name) for name in ("drafter", "solver", "method", "relative_gap", "pool_size", "seed")},
        "time_limit_seconds": run.time_limit_seconds,
        "attempt": run.attempt,
        "last_sequence": run.last_sequence,
        **{name: getattr(run, name) for name in ("created_at", "started_at", "finished_at")},
        "events": reverse("api-events", args=[run.id]),
        "result": reverse("api-result", args=[run.id]),
    }


def told_event(event: RunEvent) -> dict[str, Any]:
    """One event of a run."""
    return {"sequence": event.sequence, "type": event.type, "at": event.created_at, "payload": event.payload}


def told_message(message: Message) -> dict[str, Any]:
    """What was written, with the run that it started."""
    return {
        "id": message.pk,
        "conversation": str(message.conversation_id),
        "text": message.text,
        "author": message.author.get_username(),
        "created_at": message.created_at,
        "run": told_run(message.run),
    }


def told_conversation(conversation: Conversation) -> dict[str, Any]:
    """A conversation, and where its parts are."""
    parts = ("messages", "datasets", "versions")
    return {
        "id": str(conversation.id),
        "title": conversation.title,
        "workspace": conversation.workspace_id,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        **{part: reverse(f"api-conversation-{part}", args=[conversation.id]) for part in parts},
    }


def told_dataset_in_short(one: Dataset) -> dict[str, Any]:
    """Which version of which table."""
    return {"id": str(one.id), "name": one.name, "version": one.version}


def told_dataset(one: Dataset) -> dict[str, Any]:
    """One version of a table: columns with kind and unit, what was doubtful, and the first rows."""
    columns = [each if isinstance(each, dict) else {"name": str(each), "kind": "", "unit": ""} for each in one.columns]
    return told_dataset_in_short(one) | {
        "file": one.file,
        "sheet": one.sheet,
        "rows": one.row_count,
        "columns": columns,
        "warnings": one.warnings,
        "preview": one.preview,
        "content_hash": one.content_hash,
        "created_at": one.created_at,
    }


def told_version(version: ModelVersion) -> dict[str, Any]:
    """A version whole: formulation, program, checks, diff to the one before, and the files it can be had as."""
    return {
        "id": str(version.id),
        "number": version.number,
        "title": version.title,
        "parent": str(version.parent_id) if version.parent_id else None,
        "created_at": version.created_at,
        "drafter": version.drafter,
        "request_text": version.request_text,
        "formulation": version.formulation,
        "program": version.program,
        "instance": version.instance_summary,
        "fingerprint": version.fingerprint,
        "checks": version.checks,
        "diff": version.diff,
        "files": {form: reverse("api-version-file", args=[version.id, form]) for form in FORMS},
    }


def told_board(board: Board) -> dict[str, Any]:
    """What a version's program reads, and the columns that can give it."""
    return {
        "version": _told_version_in_short(board.version),
        "datasets": [told_dataset_in_short(one) for one in board.datasets],
        "wanted": [_told_field(one) for one in board.fields(None)],
    }


def _told_field(one: Field) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "shape": one.shape,
        "unit": one.unit,
        "now": one.now,
        "chosen": next((choice.value for choice in one.choices if choice.chosen), ""),
        "reason": one.reason,
        "options": [{"key": choice.value, "text": choice.text} for choice in one.choices],
    }


def _told_version_in_short(version: ModelVersion | None) -> dict[str, Any] | None:
    return None if version is None else {"id": str(version.id), "number": version.number, "title": version.title}
