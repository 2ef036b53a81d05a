"""A websocket client of the application, without a server between."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter

from copilot.accounts.models import Viewer
from copilot.chat.routing import websocket_urlpatterns

APPLICATION = URLRouter(websocket_urlpatterns)


class Socket:
    """One connection to a run; frames come parsed, a close comes as its code."""

    def __init__(self, run_id: UUID, user: Viewer, *, after: object = 0) -> None:
        path = f"/ws/runs/{run_id}/"
        query = f"after={after}".encode()
        scope = {"type": "websocket", "path": path, "query_string": query, "headers": [], "user": user}
        self._app = ApplicationCommunicator(APPLICATION, scope)

    async def open(self) -> None:
        """Shake hands."""
        await self._app.send_input({"type": "websocket.connect"})
        assert (await self._app.receive_output(timeout=5))["type"] == "websocket.accept"

    async def next(self) -> dict[str, Any] | int:
        """The next frame, or the code with which the server closed."""
        output = await self._app.receive_output(timeout=5)
        return int(output["code"]) if output["type"] == "websocket.close" else json.loads(output["text"])

    async def rest(self) -> tuple[list[dict[str, Any]], int]:
        """All frames until the server closes, and its code."""
        frames: list[dict[str, Any]] = []
        while not isinstance(found := await self.next(), int):
            frames.append(found)
        return frames, found

    async def leave(self) -> None:
        """Go without a word, as a closed laptop does."""
        await self._app.send_input({"type": "websocket.disconnect", "code": 1006})
        await self._app.wait(timeout=5)
