"""A warm spare: a child that has already loaded its libraries and waits for its instance, so a solve starts at once."""

from __future__ import annotations

import os
import threading

from solvers.process import SolverProcess

_lock = threading.Lock()
_waiting: SolverProcess | None = None
_wanted = False


def keep() -> None:
    """From now on keep one spare child ready in this process; it ends with this process."""
    global _wanted
    _wanted = True
    _refill()


def drop() -> None:
    """End the spare child, if any, and start no more."""
    global _wanted, _waiting
    with _lock:
        _wanted = False
        process, _waiting = _waiting, None
    if process is not None and process.owner == os.getpid():
        process.kill()
        process.close()


def take() -> SolverProcess:
    """Return a child that waits for its job: the spare if it is ready and alive, else a new one."""
    global _waiting
    with _lock:
        process, _waiting = _waiting, None
    if _wanted:
        threading.Thread(target=_refill, daemon=True).start()
    if process is None or process.owner != os.getpid():  # a forked process must not speak to its parent's child
        return SolverProcess()
    if process.is_alive():
        return process
    process.close()
    return SolverProcess()


def _refill() -> None:
    global _waiting
    with _lock:
        if not _wanted or (_waiting is not None and _waiting.owner == os.getpid() and _waiting.is_alive()):
            return
        _waiting = SolverProcess()
