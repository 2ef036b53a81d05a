"""No doorbell leaves a test that is not about one: it would be waited for where no broker is."""

from __future__ import annotations

import pytest

from copilot.runs import queue


@pytest.fixture(autouse=True)
def _no_doorbell(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker would be told; tests of a broker that is away ring for themselves."""
    if "broker_down" not in request.fixturenames:
        monkeypatch.setattr(queue, "ring_worker", lambda run_id: True)
