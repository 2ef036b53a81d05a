"""One socket per live run: sends every event after the client's last sequence, with the fragments it changed."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer

from copilot.chat import fragments
from copilot.runs import bell, events, services
from copilot.runs.events import EventType

log = structlog.get_logger(__name__)
LOOK_SECONDS = 1.0  # a lost bell delays an event by no more than this
FINISHED, NOT_FOUND = 4000, 4404  # close codes after which a client does not come back
BATCH = 500


class RunConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels ships no types
    """Frames are JSON: run, sequence, type, data, and on the last of a batch `content`, the changed fragments."""

    channel_layer_alias = "none"  # Channels would refuse the socket while the broker is away; this one listens itself

    async def connect(self) -> None:
        """Accept a member of the run's workspace; everyone else learns only that there is nothing here."""
        self.run_id: UUID = self.scope["url_route"]["kwargs"]["run_id"]
        self.sequence = _after(self.scope["query_string"])
        self.bell = asyncio.Event()
        self.pump: asyncio.Task[None] | None = None
        self.ear: asyncio.Task[None] | None = None
        await self.accept()
        if not await self._visible():
            await self.close(code=NOT_FOUND)
            return
        bell.adopt_loop()
        await self._listen()  # before the first read, so that nothing falls between
        self.pump = asyncio.create_task(self._pump())

    async def disconnect(self, code: int) -> None:
        """Stop looking."""
        for task in (self.pump, self.ear):
            if task:
                task.cancel()

    async def _listen(self) -> None:
        """Join the run's group; without bells the socket looks once a second."""
        layer = get_channel_layer()
        try:
            channel = await asyncio.wait_for(layer.new_channel(), timeout=2)
            await asyncio.wait_for(layer.group_add(bell.group_of(self.run_id), channel), timeout=2)
        except Exception as error:  # any transport may fail here
            log.warning("socket.no_bell", run_id=str(self.run_id), error=str(error))
            return
        self.ear = asyncio.create_task(self._hear(layer, channel))

    async def _hear(self, layer: Any, channel: str) -> None:
        try:
            while True:
                await layer.receive(channel)
                self.bell.set()
        except Exception as error:
            log.warning("socket.no_bell", run_id=str(self.run_id), error=str(error))
        finally:
            with contextlib.suppress(Exception):  # the layer may be what broke
                await layer.group_discard(bell.group_of(self.run_id), channel)

    async def _pump(self) -> None:
        try:
            while not await self._send_missed():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.bell.wait(), timeout=LOOK_SECONDS)
                self.bell.clear()
            await self.close(code=FINISHED)
        except asyncio.CancelledError:
            raise
        except OSError as error:  # the browser went away in the middle of a frame
            log.debug("socket.gone", run_id=str(self.run_id), error=type(error).__name__)
        except Exception:
            log.exception("socket.failed", run_id=str(self.run_id))
            await self.close(code=1011)

    async def _send_missed(self) -> bool:
        """Send every event after the last one sent; returns whether the run is over and all of it was sent."""
        if not await self._visible():  # membership may have ended meanwhile
            return True
        frames = await database_sync_to_async(_frames)(self.run_id, self.sequence)
        for frame in frames:
            await self.send(text_data=json.dumps(frame))
            self.sequence = frame["sequence"]
        if frames and frames[-1]["type"] == EventType.RUN_FINISHED:
            return True
        if frames:
            return False
        return bool(await database_sync_to_async(_is_over)(self.run_id, self.sequence))

    async def _visible(self) -> bool:
        user = self.scope["user"]
        return await database_sync_to_async(services.visible_run)(user, self.run_id) is not None


def _after(query: bytes) -> int:
    value = parse_qs(query.decode("latin-1")).get("after", ["0"])[0]
    return int(value) if value.isdecimal() and len(value) < 10 else 0


def _frames(run_id: UUID, after: int) -> list[dict[str, Any]]:
    found = events.after(run_id, after, limit=BATCH)
    frames: list[dict[str, Any]] = [
        {"run": str(run_id), "sequence": event.sequence, "type": event.type, "data": fragments.data_of(event)}
        for event in found
    ]
    if frames:
        frames[-1]["content"] = fragments.render(run_id, {event.type for event in found})
    return frames


def _is_over(run_id: UUID, sequence: int) -> bool:
    run = services.run_state(run_id)
    return run is None or (not run.is_active and run.last_sequence <= sequence)
