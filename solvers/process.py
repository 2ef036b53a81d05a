"""One solver child as its parent sees it: started by exec, fed a job, heard through a pipe, and always ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from solvers import wire
from solvers.nursery import born
from solvers.result import SolveOptions

ROOT = str(Path(__file__).resolve().parents[1])
MAX_OUTPUT = 64 << 10
# Isolated mode ignores the environment and the working directory, so the package's own place is passed in. No compiled
# modules are written: of one that a full disk cuts off, this Python leaves half, and nothing could import it any more.
ISOLATED = ("-I", "-B")
_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from solvers.child import main; main(*map(int, sys.argv[2:]))"

Frame = tuple[dict[str, Any], bytes]
Sink = Callable[[Frame | None], None]


class SolverProcess:
    """A child in its own session; it ends with this process, whatever ends that."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._output = bytearray()
        reading, writing = os.pipe()
        try:
            self._popen = born(lambda: self._started(writing))
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self._events = os.fdopen(reading, "rb")
        self._max_body = 0
        self._readers: list[threading.Thread] = []
        self._writing = threading.Lock()

    def _started(self, writing: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  (our own interpreter and module, no shell)
            [sys.executable, *ISOLATED, "-c", _BOOT, ROOT, str(writing), str(self.owner)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(writing,),
            env={**environment(), **licences()},
            cwd="/",
            start_new_session=True,
            bufsize=0,
        )

    @property
    def pid(self) -> int:
        """The child's process id, which is also its process group."""
        return self._popen.pid

    def is_alive(self) -> bool:
        """Whether the child has not ended yet."""
        return self._popen.poll() is None

    def start(self, instance: bytes, *, solver: str, options: SolveOptions, max_body: int, sink: Sink) -> None:
        """Send the job without waiting for it to be read, and begin to listen.

        `sink` is called in a thread of this object with every frame whose body has at most `max_body` bytes, and with
        None, once, when the child's pipe has closed.
        """
        self._max_body = max_body
        job = wire.frame({"kind": "job", "solver": solver, "options": asdict(options)}, instance)
        self._readers = [
            threading.Thread(target=body, args=args, daemon=True, name=f"solver-{self.pid}")
            for body, args in ((self._listen, (sink,)), (self._collect, ()), (self._write, (job,)))
        ]
        for thread in self._readers:
            thread.start()

    def cancel(self) -> None:
        """Ask the child to stop; a child that has ended or cannot hear is no error."""
        threading.Thread(target=self._write, args=(wire.frame({"kind": "cancel"}),), daemon=True).start()

    def terminate(self) -> None:
        """Tell the child to end after the frame that it is writing; a library that holds Python's lock cannot hear."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the child and everything it started, at once."""
        self._signal(signal.SIGKILL)

    def close(self) -> int:
        """End the child if need be, release every descriptor and return its exit status (negative: the signal)."""
        try:
            status = self._popen.wait(timeout=1.0 if self._readers else 0.0)
        except subprocess.TimeoutExpired:
            self.kill()
            status = self._popen.wait()
        for thread in self._readers:
            thread.join(timeout=1.0)
        for stream in (self._popen.stdin, self._popen.stdout, self._events):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        return status

    def output(self) -> str:
        """Return what the child printed, cut in the middle when it is long."""
        return bytes(self._output).decode("utf-8", errors="replace")

    def _write(self, data: bytes) -> None:
        stream: IO[bytes] | None = self._popen.stdin
        view = memoryview(data)
        with self._writing, contextlib.suppress(OSError, ValueError):  # a wish to stop may not fall into a long job
            while view and stream is not None:
                view = view[stream.write(view) :]

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _listen(self, sink: Sink) -> None:
        with contextlib.suppress(OSError, ValueError):
            while (message := wire.read_frame(self._events, max_body=self._max_body)) is not None:
                sink(message)
        sink(None)

    def _collect(self) -> None:
        stream = self._popen.stdout
        with contextlib.suppress(OSError, ValueError):
            while stream is not None and (part := stream.read(1 << 16)):
                self._output += part
                if len(self._output) > MAX_OUTPUT:
                    half = MAX_OUTPUT // 2
                    self._output[half:-half] = b""


_KEPT = ("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "JAX_PLATFORMS", "JAX_COMPILATION_CACHE_DIR")


def environment() -> dict[str, str]:
    """Return the little that a child may know of its parent's environment."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # One BLAS thread and few arenas: each would take address space from the memory limit.
    return {**kept, "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


def licences() -> dict[str, str]:
    """Return what a solver finds its licence, its server or its executable by; only for processes that solve."""
    places = ("HOME", "GUROBI_HOME", "PATH")
    return {name: text for name, text in os.environ.items() if name in places or name.startswith(("GRB_", "CUOPT_"))}
