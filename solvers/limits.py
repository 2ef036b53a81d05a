"""Limits that a child process puts on itself before it touches its input."""

from __future__ import annotations

import contextlib
import resource


def limit_process(*, memory_bytes: int, cpu_seconds: int, reserves: bool = False) -> None:
    """Cap address space and processor time, and leave no core file; limits already lower stay as they are.

    Libraries that drive a GPU reserve far more addresses than they use: for a process that `reserves`, the cap is on
    writable memory of its own instead (Linux; elsewhere such a cap means less).
    Where the system does not support a cap (address space on macOS), that one is left out.
    """
    _lower(resource.RLIMIT_DATA if reserves else resource.RLIMIT_AS, memory_bytes)
    _lower(resource.RLIMIT_CPU, cpu_seconds)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(kind: int, limit: int) -> None:
    _, hard = resource.getrlimit(kind)
    ceiling = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (ceiling, ceiling))
