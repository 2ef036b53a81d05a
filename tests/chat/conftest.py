"""No bell leaves a test: neither to a worker nor to sockets elsewhere."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from copilot.chat import backends
from copilot.runs import bell, queue


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[UUID]:
    """The runs that a worker would have been told of."""
    told: list[UUID] = []
    monkeypatch.setattr(queue, "ring_worker", told.append)
    monkeypatch.setattr(bell, "ring", lambda run_id: None)
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    return told


@pytest.fixture(autouse=True)
def backends_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked in the background; what works here is as good as known."""
    monkeypatch.setattr(backends, "_look", lambda: backends._looking.clear())
