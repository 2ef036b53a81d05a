"""Rings a run's bell: tells listening sockets to look at the event table. May be lost at any time without harm."""

from __future__ import annotations

import asyncio
import threading
from typing import Any
from uuid import UUID

import structlog
from channels.layers import get_channel_layer
from django.conf import settings

log = structlog.get_logger(__name__)


class _Ringer:
    """One event loop per process that sends bells, so that a thread never opens a connection of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def adopt(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send from this loop (the web server's: its in-memory layer is not safe to touch from elsewhere)."""
        self._loop = loop

    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop in use; starts one in a daemon thread when there is none."""
        with self._lock:
            if self._loop is None or self._loop.is_closed():
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="bell", daemon=True).start()
            return self._loop


_ringer = _Ringer()


def group_of(run_id: UUID) -> str:
    """Name of the channel group that hears this run's bell."""
    return f"run.{run_id}"


def adopt_loop() -> None:
    """Called from the web server's loop where web and worker share one process."""
    if settings.IN_PROCESS:
        _ringer.adopt(asyncio.get_running_loop())


def ring(run_id: UUID) -> None:
    """Tell listeners to look; returns at once, never raises."""
    asyncio.run_coroutine_threadsafe(_send(run_id), _ringer.loop())


async def _send(run_id: UUID) -> None:
    layer: Any = get_channel_layer()
    try:
        await asyncio.wait_for(layer.group_send(group_of(run_id), {"type": "run.bell"}), timeout=2)
    except Exception as error:  # any transport may fail here; sockets also look every second
        log.debug("bell.lost", run_id=str(run_id), error=str(error))
