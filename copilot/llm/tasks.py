"""Celery tasks: the tests of connections, which import what the web process never should."""

from __future__ import annotations

from celery import shared_task

from copilot.accounts.models import Workspace
from copilot.llm import services


@shared_task(name="llm.test")
def test(workspace_id: int | None) -> None:
    """Test every part's connection; what it costs counts for the workspace of who asked."""
    workspace = Workspace.objects.filter(pk=workspace_id).first() if workspace_id is not None else None
    for role in services.parts():
        services.try_connection(role, workspace=workspace)
