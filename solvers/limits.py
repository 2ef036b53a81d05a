"""Limits that a child process puts on itself before it touches its input."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1  # of <linux/prctl.h>


def limit_process(*, memory_bytes: int, cpu_seconds: int, reserves: bool = False) -> None:
    """Cap address space and processor time, and leave no core file; limits already lower stay as they are.

    Libraries that drive a GPU reserve far more addresses than they use: for a process that `reserves`, the cap is on
    writable memory of its own instead (Linux; elsewhere such a cap means less).
    Where the system does not support a cap (address space on macOS), that one is left out.
    """
    _lower(resource.RLIMIT_DATA if reserves else resource.RLIMIT_AS, memory_bytes)
    _lower(resource.RLIMIT_CPU, cpu_seconds)
    _lower(resource.RLIMIT_CORE, 0)


def end_with_parent(parent: int) -> bool:
    """Ask the kernel to kill this process when its parent dies, even in the middle of a library call; False: it has.

    The signal comes when the *thread* that started this process ends (prctl(2)), see `solvers.nursery`. Only Linux
    has it; elsewhere a closed pipe has to do.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return os.getppid() == parent  # the parent may have died before the kernel was asked


def _lower(kind: int, limit: int) -> None:
    _, hard = resource.getrlimit(kind)
    ceiling = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (ceiling, ceiling))
