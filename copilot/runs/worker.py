"""What a worker process does besides taking messages: warms the sandbox and brings lost runs back."""

from __future__ import annotations

import threading
from typing import Any

import structlog
from celery.signals import worker_init, worker_shutdown

from copilot.runs import engines
from copilot.runs.reaper import Reaper
from solvers import spare

log = structlog.get_logger(__name__)
_reapers: list[Reaper] = []


@worker_init.connect  # not worker_ready, which waits for the broker: runs are taken up without one
def begin(**_: Any) -> None:
    """Start the reaper, and the sandbox's template process so that the first build is quick."""
    reaper = Reaper()
    reaper.start()
    _reapers.append(reaper)
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()


@worker_shutdown.connect
def end(**_: Any) -> None:
    """Stop the reaper and the sandbox's template process."""
    while _reapers:
        _reapers.pop().stop()
    spare.drop()
    engines.close()


def _warm_up() -> None:
    spare.keep(2)  # a race of two starts as quickly as one engine
    try:
        engines.sandbox().start()
    except Exception:
        log.exception("sandbox.unavailable")
