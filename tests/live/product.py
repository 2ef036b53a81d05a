"""`manage.py up` as a person starts it, and a small client that signs in, posts and listens."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parents[2]


class Product:
    """Everything started by one command on a data folder of its own; `close` presses Ctrl-C."""

    def __init__(self, folder: Path, **environment: str) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("COPILOT_", "REDIS_", "DATABASE_"))}
        clean |= {"COPILOT_DATA_DIR": str(folder), "COPILOT_LEASE_SECONDS": "3", "PYTHONUNBUFFERED": "1"}
        self.environment = clean | environment
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", "0"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = self._read_until_ready()
        self.url = _found(r"Open (http://\S+?)/? in a browser", self.said)
        self.password = _found(r"(?m)^ +password +(\S+)", self.said)

    def worker_pid(self) -> int:
        """The process that takes messages."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and self._is_worker(entry):
                return int(entry.name)
        raise AssertionError("there is no worker")

    def close(self) -> None:
        """Ctrl-C, and wait until everything has stopped."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)

    def _is_worker(self, entry: Path) -> bool:
        try:
            command = (entry / "cmdline").read_bytes().decode().split("\0")
            environment = (entry / "environ").read_bytes().decode()
        except OSError:
            return False
        return "copilot.up.worker" in command and f"COPILOT_DATA_DIR={self.folder}\0" in environment

    def _read_until_ready(self) -> str:
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if "Ctrl-C stops everything" in line:
                return said
        raise AssertionError(f"it did not start:\n{said}")


class Client:
    """A signed-in person without a browser."""

    def __init__(self, product: Product, *, user: str = "owner") -> None:
        self._base = product.url
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self.get("/login/")
        self.post("/login/", username=user, password=product.password)

    def get(self, path: str) -> str:
        """The body of a page; errors raise HTTPError."""
        with self._opener.open(self._base + path, timeout=30) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: str) -> tuple[str, str]:
        """Send a form; returns the address it ended at, and the body."""
        fields["csrfmiddlewaretoken"] = self._cookie("csrftoken")
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self._base + path, body, headers={"Referer": self._base + path})
        with self._opener.open(request, timeout=30) as answer:
            return answer.geturl(), answer.read().decode()

    def socket(self, run: str, after: int) -> ClientConnection:
        """A live socket of a run, from a sequence on."""
        address = f"{self._base.replace('http', 'ws', 1)}/ws/runs/{run}/?after={after}"
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)
        return connect(address, additional_headers={"Cookie": cookies}, origin=self._base, max_size=None)

    def _cookie(self, name: str) -> str:
        return next(cookie.value or "" for cookie in self._jar if cookie.name == name)


def frames(socket: ClientConnection, *, seconds: float) -> Iterator[dict[str, Any]]:
    """Frames as they come, until the time is up or the server closes."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        try:
            yield json.loads(socket.recv(timeout=left))
        except (TimeoutError, ConnectionClosed):
            return


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, text
    return match.group(1)
