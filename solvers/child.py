"""The process of one solve: reads a job from its standard input, writes frames to one descriptor, then ends.

It ends on its own when its parent does: the kernel ends it where it can, and everywhere the closed standard input,
of which the parent holds the only writing end.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import signal
import sys
import threading
from typing import Any

from solvers import wire
from solvers.disk import DiskFull, needing_room
from solvers.instance import InstanceError
from solvers.instance_file import decode
from solvers.limits import end_with_parent, limit_process
from solvers.polish import polished
from solvers.registry import FIRST_ORDER, ON_DEVICES, SOLVERS
from solvers.result import Progress, Result, SolutionStatus, SolveOptions, TerminationCondition

PARENT_GONE = 70
TERMINATED = 128 + signal.SIGTERM
MAX_JOB = 1 << 40


def main(event_descriptor: int, parent: int) -> None:
    """Serve exactly one job of the process `parent`; never returns."""
    if not end_with_parent(parent):
        os._exit(PARENT_GONE)
    channel = Channel(event_descriptor)
    # Blocked before a library starts a thread that could receive it, and waited for by a thread of ours.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    threading.Thread(target=_end_when_told, args=(channel,), daemon=True).start()
    _preload()
    jobs = os.fdopen(0, "rb", buffering=0)
    received = wire.read_frame(_Patient(jobs), max_body=MAX_JOB)
    if received is None:
        os._exit(0)
    header, body = received
    stop = threading.Event()
    threading.Thread(target=_obey, args=(jobs, stop), daemon=True).start()
    try:
        with needing_room():
            result = _solve(header, body, channel, stop)
    except MemoryError:
        result = _out_of_memory()
    except ImportError as error:
        # The loader's own words when a library does not fit below the limit.
        small = "failed to map" in str(error) or "allocate memory" in str(error)
        message = f"The solver's library cannot be loaded: {str(error).rpartition('/')[2]}."
        result = _out_of_memory() if small else _failed(TerminationCondition.ERROR, message)
    except DiskFull as error:
        result = _failed(TerminationCondition.ERROR, str(error))
    except Exception as error:
        result = _failed(TerminationCondition.ERROR, f"The solver failed: {type(error).__name__}: {error}"[:2000])
    channel.send(wire.pack_result(result))
    sys.stdout.flush()
    os._exit(0)


def _preload() -> None:
    """Load the default library while the parent is still writing, or long before in a spare."""
    with contextlib.suppress(ImportError):
        importlib.import_module("highspy")


class Channel:
    """The writing end towards the parent; a closed pipe means that nobody is left to solve for."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def send(self, data: bytes) -> None:
        """Write one frame completely."""
        view = memoryview(data)
        with self._lock:
            try:
                while view:
                    view = view[os.write(self._descriptor, view) :]
            except OSError:
                os._exit(PARENT_GONE)

    def close(self, status: int) -> None:
        """End the process with `status` between two frames, with everything flushed that C libraries print."""
        with self._lock:
            ctypes.CDLL(None).fflush(None)
            os._exit(status)

    def report(self, progress: Progress) -> None:
        """Send one look at the running solve."""
        self.send(wire.pack_progress(progress))


def _end_when_told(channel: Channel) -> None:
    signal.sigwait({signal.SIGTERM})
    channel.close(TERMINATED)


class _Patient:
    """Reads exactly as many bytes as asked from an unbuffered pipe, so nothing of the next frame is swallowed."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def read(self, size: int, /) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            part = self._raw.read(min(size - len(parts), 1 << 20))
            if not part:
                break
            parts += part
        return bytes(parts)


def _obey(jobs: Any, stop: threading.Event) -> None:
    stream = _Patient(jobs)
    while True:
        try:
            message = wire.read_frame(stream, max_body=0)
        except wire.WireError:
            message = None
        if message is None:
            os._exit(PARENT_GONE)
        if message[0].get("kind") == "cancel":
            stop.set()


def _solve(header: dict[str, Any], body: bytes, channel: Channel, stop: threading.Event) -> Result:
    options = SolveOptions(**header["options"])
    # The cap on processor time is a last resort, should the parent die while a library call holds every Python thread.
    on_device = header["solver"] in ON_DEVICES  # such engines choose the number of their threads themselves
    threads = max(options.threads, 2, os.cpu_count() or 1 if on_device else 1)
    cpu_seconds = int((options.time_limit_seconds + 60) * threads)
    limit_process(memory_bytes=options.memory_limit_bytes, cpu_seconds=cpu_seconds, reserves=on_device)
    try:
        instance = decode(body, names=False)  # no name is ever shown here
    except InstanceError as error:
        return _failed(TerminationCondition.INVALID_INSTANCE, str(error))
    solver = SOLVERS[header["solver"]]  # chosen by the parent, which also knows why
    result = solver.solve(instance, options=options, report=channel.report, should_stop=stop.is_set)
    if options.polish and solver.name in FIRST_ORDER:
        return polished(instance, result, options, report=channel.report, should_stop=stop.is_set)
    return result


def _out_of_memory() -> Result:
    return _failed(TerminationCondition.MEMORY_LIMIT, "The solve needed more memory than its limit allows.")


def _failed(condition: TerminationCondition, message: str) -> Result:
    return Result(condition, SolutionStatus.NO_SOLUTION, solver="", message=message)
