"""A dozen harmless attacks, each with the trace that it would leave outside the sandbox if it got through."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from copilot.sandbox.outcome import BuildOutcome, Limits

VARIABLE = "SANDBOX_CANARY"


class Cage:
    """A secret in a file and in our environment, two listeners, a process to hurt and a place to write to."""

    def __init__(self) -> None:
        self.secret = f"canary-{secrets.token_hex(8)}"
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-canary-")))
        folder.chmod(0o777)  # what stops the canary must be the wall, not a permission bit
        self.file, self.target = folder / "secret", folder / "target"
        self.file.write_text(self.secret)
        self.file.chmod(0o666)
        os.environ[VARIABLE] = self.secret
        self._stack.callback(os.environ.pop, VARIABLE, None)
        self.tcp = self._listener(socket.SOCK_STREAM)
        self.tcp.listen()
        self.udp = self._listener(socket.SOCK_DGRAM)
        self.victim = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
        self._stack.callback(self.victim.wait)
        self._stack.callback(self.victim.kill)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def data(self) -> dict[str, Any]:
        """What a canary is told."""
        return {
            "file": str(self.file),
            "target": str(self.target),
            "tcp": self.tcp.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "victim": self.victim.pid,
        }

    def leaked(self, outcome: BuildOutcome) -> bool:
        """Whether the secret came back."""
        return self.secret in repr(outcome)

    def written(self, outcome: BuildOutcome) -> bool:
        """Whether something was made in the open folder."""
        made = self.target.exists()
        self.target.unlink(missing_ok=True)
        return made

    def reached(self, outcome: BuildOutcome) -> bool:
        """Whether a listener heard something."""
        with contextlib.suppress(BlockingIOError):
            self.tcp.accept()[0].close()
            return True
        with contextlib.suppress(BlockingIOError):
            return bool(self.udp.recv(16))
        return False

    def harmed(self, outcome: BuildOutcome) -> bool:
        """Whether the victim was ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.victim.wait(0.02)
        return self.victim.returncode is not None

    def _listener(self, kind: int) -> socket.socket:
        listener = self._stack.enter_context(socket.socket(socket.AF_INET, kind))
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        return listener


Trace = Callable[[Cage, BuildOutcome], bool]


@dataclass(frozen=True, slots=True)
class Canary:
    """`lines` run inside build_model; `got_through` looks for their trace."""

    name: str
    lines: tuple[str, ...]
    got_through: Trace
    limits: Limits = field(default_factory=lambda: Limits(wall_seconds=5, cpu_seconds=3))

    @property
    def program(self) -> str:
        """The canary as a program."""
        return "def build_model(data):\n" + "".join(f"    {line}\n" for line in self.lines)


def _said(cage: Cage, outcome: BuildOutcome) -> bool:
    return "SANG" in outcome.printed


def _unlimited(kind: str) -> Trace:
    return lambda _, outcome: outcome.failure is None or outcome.failure.kind != kind


_MAP_EXECUTABLE = (
    "import ctypes",
    "call = ctypes.CDLL(None).mmap",
    "call.restype = ctypes.c_void_p",
    "call.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]",
    "if call(None, 4096, 7, 0x22, -1, 0) != 2**64 - 1: print('SANG')",
)
CANARIES = (
    Canary("read a file", ("print(open(data['file']).read())",), Cage.leaked),
    Canary("read the application's environment", ("import os", "print(os.environ)"), Cage.leaked),
    Canary("write a file", ("open(data['target'], 'w').write('x')",), Cage.written),
    Canary(
        "connect by TCP",
        ("import socket", "socket.create_connection(('127.0.0.1', data['tcp']), 1)"),
        Cage.reached,
    ),
    Canary(
        "send by UDP",
        ("import socket", "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', data['udp']))"),
        Cage.reached,
    ),
    Canary("run a command", ("import os", "os.system('touch ' + data['target'])"), Cage.written),
    Canary("end another process", ("import os", "os.kill(data['victim'], 9)"), Cage.harmed),
    Canary(
        "start a process",
        ("import os", "child = os.fork()", "if child == 0: os._exit(0)", "print('SANG')"),
        _said,
    ),
    Canary("make memory executable", _MAP_EXECUTABLE, _said),
    Canary(
        "find an inherited descriptor",
        ("import os", "for number in range(4, 256):", "    try: os.fstat(number)", "    except OSError: continue",
         "    print('SANG')"),
        _said,
    ),
    Canary("take three gigabytes", ("bytearray(3 * 2**30)",), _unlimited("memory")),
    Canary("print without end", ("while True: print('x' * 10**6)",), _unlimited("output")),
    Canary("loop without end", ("while True: pass",), _unlimited("timeout"), Limits(wall_seconds=0.3, cpu_seconds=3)),
)  # fmt: skip
