"""The doorbell of learning jobs; the row is the truth, so a lost message loses nothing."""

from __future__ import annotations

from uuid import UUID

from copilot.runs.queue import ring


def ring_worker(row_id: UUID) -> None:
    """Tell a worker that a row waits; without a broker the worker finds it by looking."""
    ring("learning.execute", row_id)
