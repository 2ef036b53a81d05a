"""Which fragments of a run's card an event changes, rendered for the socket and the page alike."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from copilot.runs.models import RunEvent


def render(run_id: UUID, types: set[str]) -> str:
    """The changed fragments as HTML; each has one root element with an id."""
    return ""


def data_of(event: RunEvent) -> dict[str, Any]:
    """What of an event's payload the browser's scripts need: the numbers of the gap chart."""
    return dict(event.payload) if event.type == "solve.progress" else {}
