"""The children of a process and theirs, wherever they have moved: read from the process table where there is one."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

PROCESS_TABLE = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """A process by its id and its start in clock ticks since boot, so that a reused id is not mistaken for it."""

    pid: int
    started: int


def descendants(pid: int) -> set[Process]:
    """Every living descendant of `pid`; empty where the system shows no process table."""
    children: dict[int, list[Process]] = {}
    for process, parent in _table():
        children.setdefault(parent, []).append(process)
    found: set[Process] = set()
    waiting = [pid]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found.add(child)
            waiting.append(child.pid)
    return found


def living(processes: set[Process]) -> set[Process]:
    """Those of `processes` that still run; a zombie does not."""
    return processes & {process for process, _ in _table()}


def kill(processes: set[Process]) -> None:
    """End at once those that still run."""
    for process in living(processes):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, signal.SIGKILL)


def _table() -> list[tuple[Process, int]]:
    """Each living process with the id of its parent."""
    rows = []
    for folder in PROCESS_TABLE.glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name in parentheses may hold anything; the fields after the last one are plain (proc(5)).
            state, parent, *rest = (folder / "stat").read_text().rpartition(")")[2].split()
            if state not in "ZX":
                rows.append((Process(int(folder.name), int(rest[17])), int(parent)))
    return rows
