"""What every stage of the line is given: the run, its lease, and a fenced way to tell what happens."""

from __future__ import annotations

import time
from dataclasses import dataclass

from copilot.runs import events
from copilot.runs.events import EventType, Payload
from copilot.runs.lease import Lease
from copilot.runs.models import Run


class StageFailed(Exception):
    """The line cannot go on; the message is a sentence for the user with the next step."""


class NeedsInput(Exception):
    """The line waits for a person: a question, or a request that was not understood."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Stage:
    """One run under one lease."""

    run: Run
    lease: Lease

    def record(self, event_type: EventType, payload: Payload | None = None) -> None:
        """Append an event, fenced by this lease's owner; raises LeaseLost or Cancelled when it is time to stop."""
        events.record(self.run.id, event_type, payload, owner=self.lease.owner)

    def check(self) -> None:
        """Stop here when a person asked for it or another worker took over."""
        self.lease.check()


class Throttle:
    """Lets at most one call through per interval; the caller keeps what was held back."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last = float("-inf")

    def due(self) -> bool:
        """Whether enough time passed since the last call that was let through."""
        now = time.monotonic()
        if now - self._last < self._seconds:
            return False
        self._last = now
        return True
