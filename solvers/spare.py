"""Warm spares: children that have loaded their libraries and wait for an instance, so that a solve starts at once."""

from __future__ import annotations

import os
import threading

from solvers.process import SolverProcess

REFILL_SECONDS = 5.0  # loading a child takes processor time that a solve which has just begun needs more
_lock = threading.Lock()
_waiting: list[SolverProcess] = []
_wanted = 0


def keep(count: int = 1) -> None:
    """From now on keep `count` spare children ready in this process; they end with this process."""
    global _wanted
    _wanted = count
    _refill()


def drop() -> None:
    """End the spare children, if any, and start no more."""
    global _wanted
    with _lock:
        _wanted = 0
        dropped = [process for process in _waiting if process.owner == os.getpid()]
        _waiting.clear()
    for process in dropped:
        process.kill()
        process.close()


def take() -> SolverProcess:
    """Return a child that waits for its job: the oldest spare that is alive, else a new one."""
    with _lock:
        process = _waiting.pop(0) if _waiting else None
    if _wanted:
        _later(REFILL_SECONDS)
    if process is None or process.owner != os.getpid():  # a forked process must not speak to its parent's child
        return SolverProcess()
    if process.is_alive():
        return process
    process.close()
    return take()


def refill() -> None:
    """Start what is missing, in the background: now is a good moment."""
    if _wanted:
        _later(0.0)


def _later(seconds: float) -> None:
    timer = threading.Timer(seconds, _refill)
    timer.daemon = True
    timer.start()


def _refill() -> None:
    with _lock:
        _waiting[:] = [process for process in _waiting if process.owner == os.getpid() and process.is_alive()]
        while len(_waiting) < _wanted:
            _waiting.append(SolverProcess())
