"""What a freshly forked child does to itself before it reads a line of the program, in order and for good."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable

from copilot.sandbox import landlock, seccomp
from copilot.sandbox.wire import Layers

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
REPLY_DESCRIPTOR = 3
MAX_DESCRIPTORS = 512  # of the template, so that a child knows how far to close
NOBODY = 65534


class LockdownError(Exception):
    """A layer that stood when the template started does not stand in this child."""


def load_libc() -> ctypes.CDLL:
    """The C library, loaded once in the template: a child could not open it any more."""
    return ctypes.CDLL(None, use_errno=True)


def thread_count() -> int:
    """Threads of this process, those of native libraries included where the kernel tells."""
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 — no pathlib here
    except OSError:
        return threading.active_count()


def drop_privileges() -> int:
    """Become nobody if we are root and may; returns the uid that we run under from here on."""
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
    return os.geteuid()


def hide(libc: ctypes.CDLL) -> None:
    """Close our memory and environment to others of our uid, and offer ourselves to the OOM killer first."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123 — no pathlib here
        score.write("800")
    if sys.platform == "linux":
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def detach(libc: ctypes.CDLL, channel: int, parent: int) -> None:
    """Leave the template: own session, ended with it, and no descriptor but the reply channel."""
    os.setsid()
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(channel, REPLY_DESCRIPTOR) if channel != REPLY_DESCRIPTOR else None
    for descriptor in range(REPLY_DESCRIPTOR):
        os.dup2(null, descriptor)
    os.closerange(REPLY_DESCRIPTOR + 1, MAX_DESCRIPTORS)


def apply(libc: ctypes.CDLL, *, cpu_seconds: int, memory_bytes: int) -> Layers:
    """Set every layer that this machine has, and say which hold; `memory_bytes` is added to what is mapped already."""
    rlimits = _limit_resources(cpu_seconds=cpu_seconds, memory_bytes=memory_bytes + _mapped_bytes())
    if sys.platform != "linux" or libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return Layers(seccomp=False, landlock=0, rlimits=rlimits)
    version, filtered = 0, False
    with contextlib.suppress(OSError):
        version = landlock.restrict(libc)
    with contextlib.suppress(OSError):
        seccomp.install(libc, platform.machine())
        filtered = True
    return Layers(seccomp=filtered, landlock=version, rlimits=rlimits)


def verify(layers: Layers, expected: Layers) -> None:
    """Knock on the wall from inside: raises LockdownError unless it answers as the template promised."""
    if layers != expected:
        raise LockdownError(f"expected {expected.as_dict()}, got {layers.as_dict()}")
    if layers.seccomp:
        for knock in (_open_root, socket.socket):
            _expect_refusal(knock)


def _open_root() -> int:
    return os.open("/", os.O_RDONLY)


def _expect_refusal(knock: Callable[[], object]) -> None:
    try:
        knock()
    except PermissionError:
        return
    raise LockdownError(f"{getattr(knock, '__name__', knock)} was not refused")


def _mapped_bytes() -> int:
    try:
        with open("/proc/self/statm") as numbers:  # noqa: PTH123 — as above
            return int(numbers.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _limit_resources(*, cpu_seconds: int, memory_bytes: int) -> bool:
    limits = {
        resource.RLIMIT_CPU: (cpu_seconds, cpu_seconds + 1),  # SIGXCPU first, SIGKILL a second later
        resource.RLIMIT_AS: (memory_bytes, memory_bytes),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_NOFILE: (16, 16),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NPROC: (0, 0),  # the kernel does not count it for root; seccomp refuses clone to all
    }
    held = True
    for name, pair in limits.items():
        ceiling = resource.getrlimit(name)[1]
        try:
            resource.setrlimit(name, pair if ceiling == resource.RLIM_INFINITY else _under(ceiling, pair))
        except (OSError, ValueError):
            held = False
    return held


def _under(ceiling: int, pair: tuple[int, int]) -> tuple[int, int]:
    return min(pair[0], ceiling), min(pair[1], ceiling)
