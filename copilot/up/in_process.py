"""The worker inside the web process, for a machine that has no broker at all: same tasks, same rows, one process."""

from __future__ import annotations

import os
import sys
import threading
from types import TracebackType
from typing import Any, Self

from celery.apps.worker import Worker
from celery.worker import state

from copilot.celery import app
from copilot.runs import worker as duties

START_SECONDS, STOP_SECONDS = 20.0, 3.0


class InProcessWorker:
    """A Celery worker in a thread of this process while the `with` block runs; its broker is this process's memory."""

    def __init__(self) -> None:
        self._worker: Any = Worker(
            app=app,
            hostname="inside@localhost",
            quiet=True,
            redirect_stdouts=False,  # this process's own logging stands
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        self._thread = threading.Thread(target=self._worker.start, name="worker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop taking runs; one in progress keeps its row and goes on at the next start."""
        state.should_stop = 0  # type: ignore[assignment]  # Celery declares None and means an exit status
        self._thread.join(STOP_SECONDS)
        if self._thread.is_alive():
            # The pool's threads would hold the interpreter until their runs end.
            duties.end()
            sys.stdout.flush()
            os._exit(0)
