"""An OpenAI-compatible server on loopback that behaves as badly as a test asks."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class StubServer(ThreadingHTTPServer):
    """`behaviours` is used up one per request: a reply text, or a word such as `429`; `bodies` keeps what was asked."""

    daemon_threads = True

    def __init__(self, behaviours: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviours = behaviours
        self.bodies: list[dict[str, Any]] = []
        self.hung_up = threading.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@contextmanager
def stub_server(*behaviours: str) -> Iterator[StubServer]:
    server = StubServer(list(behaviours))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: StubServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body | {"authorization": self.headers.get("Authorization", "")})
        behaviour = self.server.behaviours.pop(0)
        if behaviour in ("400", "401", "404", "429", "500"):
            self._error(int(behaviour))
        elif behaviour == "garbage":
            self._send(200, "application/json", b"{not json at all")
        elif behaviour == "disconnect":
            self._begin_stream()
            self._chunk({"content": '{"title": "half a rep'})
            self.connection.close()
        elif behaviour == "silence":
            self._wait(1.5)
        else:
            self._stream(behaviour)

    def _wait(self, seconds: float) -> None:
        readable, _, _ = select.select([self.connection], [], [], seconds)
        if readable and not self.connection.recv(1, socket.MSG_PEEK):
            self.server.hung_up.set()

    def _stream(self, text: str) -> None:
        slow, cut = text.startswith("slow:"), text.startswith("cut:")
        text = text.removeprefix("slow:").removeprefix("cut:")
        self._begin_stream()
        try:
            for start in range(0, len(text), 50):
                self._chunk({"content": text[start : start + 50]})
                time.sleep(0.05 if slow else 0)
            self._chunk({}, finish_reason="length" if cut else "stop")
            usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
            self._write({"choices": [], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.server.hung_up.set()

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()

    def _chunk(self, delta: dict[str, str], finish_reason: str | None = None) -> None:
        self._write(
            {"choices": [{"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish_reason}]}
        )

    def _write(self, payload: dict[str, Any]) -> None:
        common = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "stub"}
        self.wfile.write(b"data: " + json.dumps(common | payload).encode() + b"\n\n")
        self.wfile.flush()

    def _error(self, status: int) -> None:
        error = {"error": {"message": f"stub says {status} to key sk-secret-123", "type": "stub", "code": None}}
        self._send(status, "application/json", json.dumps(error).encode(), retry_after="0")

    def _send(self, status: int, content_type: str, body: bytes, *, retry_after: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""
