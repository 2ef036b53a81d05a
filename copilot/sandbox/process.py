"""The host's handle on a template process: start it, open sessions with it, end it."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from copilot.sandbox.outcome import Tier
from copilot.sandbox.wire import Layers

START_SECONDS = 60.0
_PACKAGES = ("solvers", "numpy", "scipy", "pyomo")
# The package `copilot` is entered without running its __init__, which belongs to the web application.
_BOOT = """
import sys, types
sys.path[:0] = {paths!r}
package = types.ModuleType("copilot")
package.__path__ = [{room!r}]
sys.modules["copilot"] = package
from copilot.sandbox.template import main
main({control!r}, {host!r})
"""


class TemplateError(Exception):
    """The template process could not be started or is gone; the message is a sentence for the operator."""


class Session:
    """One child: `channel` carries request and reply, `status` the report of its end; closing it ends the child."""

    def __init__(self) -> None:
        self.channel, self._child_channel = socket.socketpair()
        self.status, self._template_status = socket.socketpair()

    def hand_over(self, control: socket.socket) -> None:
        """Give the far ends to the template, which forks the child."""
        far = [self._template_status.fileno(), self._child_channel.fileno()]
        socket.send_fds(control, [b"f"], far)
        self._close_far_ends()

    def kill(self) -> None:
        """Have the template end the child's process group."""
        with contextlib.suppress(OSError):
            self.status.send(b"k")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        self._close_far_ends()
        self.channel.close()
        self.status.close()

    def _close_far_ends(self) -> None:
        self._template_status.close()
        self._child_channel.close()


class Template:
    """A running template process; `layers` are those that a probe child of it really got."""

    def __init__(self) -> None:
        if not hasattr(os, "fork"):
            raise TemplateError("This operating system cannot fork a process, which the sandbox needs.")
        self._control, far = socket.socketpair()
        self._lock = threading.Lock()
        self.owner = os.getpid()
        with far:
            self._process = subprocess.Popen(  # noqa: S603 — our own interpreter, our own text, an environment we list
                _command(far.fileno()),
                env={"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(far.fileno(),),
                start_new_session=True,
            )
        try:
            hello = self._hello()
        except BaseException:
            self.close()
            raise
        self.pid = self._process.pid
        self.uid = int(hello["uid"])
        self.start_seconds = float(hello["seconds"])
        self.layers = Layers(**hello["layers"])

    @property
    def tier(self) -> Tier:
        """What the layers amount to."""
        if not (self.layers.seccomp and self.layers.rlimits):
            return Tier.NONE
        return Tier.FULL if self.layers.landlock else Tier.NO_LANDLOCK

    @property
    def is_alive(self) -> bool:
        """Whether it runs, and is ours: a fork of the host must start its own."""
        return self.owner == os.getpid() and self._process.poll() is None

    def open(self) -> Session:
        """Fork one child; raises TemplateError if the template is gone."""
        session = Session()
        try:
            with self._lock:
                session.hand_over(self._control)
        except OSError as error:
            session.__exit__(None, None, None)
            raise TemplateError("The template process of the sandbox is gone; it will be started again.") from error
        return session

    def close(self) -> None:
        """End the template and with it every child; safe to call twice."""
        self._control.close()
        if self.owner != os.getpid():
            return
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=5)

    def kill(self) -> None:
        """End a template that does not answer; its children are ended by the kernel."""
        if self.owner == os.getpid() and self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=5)

    def _hello(self) -> dict[str, Any]:
        self._control.settimeout(START_SECONDS)
        line = b""
        try:
            while not line.endswith(b"\n"):
                part = self._control.recv(65536)
                if not part:
                    raise TemplateError("The template process of the sandbox ended while it started.")
                line += part
        except TimeoutError as error:
            raise TemplateError(f"The template process did not start within {START_SECONDS:g} seconds.") from error
        hello: dict[str, Any] = json.loads(line)
        if "error" in hello:
            raise TemplateError(f"The template process of the sandbox could not start: {hello['error']}")
        self._control.settimeout(5)
        return hello


def _command(control: int) -> list[str]:
    """`-S` and `-P` keep the interpreter's own search out; `-I` would ignore the fixed PYTHONHASHSEED."""
    boot = _BOOT.format(paths=_paths(), room=str(Path(__file__).parents[1]), control=control, host=os.getpid())
    return [sys.executable, "-s", "-S", "-P", "-c", boot]


def _paths() -> list[str]:
    """The folders that hold the packages a program needs, in the order of our own search path."""
    folders: list[str] = []
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise TemplateError(f"The package {name} is not installed; the sandbox cannot build models without it.")
        folder = str(Path(spec.origin).parents[1])
        if folder not in folders:
            folders.append(folder)
    return folders
