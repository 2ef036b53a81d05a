"""The only writer of the library's log; always called inside the transaction of what it tells."""

from __future__ import annotations

from typing import Any

from django.db import models

from copilot.accounts.models import User, Workspace
from copilot.library.models import AuditEntry


def note(
    verb: str,
    subject: models.Model,
    *,
    actor: User | None,
    workspace: Workspace | None = None,
    reason: str = "",
    **details: Any,
) -> None:
    """Add who did what to which row, and why; without an actor it was the product itself."""
    AuditEntry.objects.create(
        verb=verb,
        subject=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        actor=actor,
        actor_name=actor.get_username() if actor else "",
        workspace=workspace,
        reason=reason,
        details=details,
    )
