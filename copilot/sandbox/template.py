"""The template process: imports everything a program may use, once, and forks itself for each build.

It is started with an empty environment, never imports the web framework, and holds nothing worth reading. It ends
its children when the host closes a session, and itself when the host is gone.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import selectors
import signal
import socket
import sys
import time
from typing import Any

from copilot.sandbox import lockdown, wire

PRELOAD = (
    "abc", "array", "bisect", "calendar", "cmath", "collections", "copy", "csv", "dataclasses", "datetime", "decimal",
    "encodings.idna", "enum", "fractions", "functools", "heapq", "io", "itertools", "json", "linecache", "logging",
    "math", "numbers", "operator", "pprint", "random", "re", "statistics", "string", "textwrap", "time", "traceback",
    "types", "typing", "unicodedata", "warnings", "zoneinfo", "_strptime",
    "numpy", "numpy.linalg", "numpy.random", "numpy.fft", "numpy.polynomial", "numpy.ma",
    "scipy", "scipy.sparse", "scipy.sparse.linalg", "scipy.sparse.csgraph", "scipy.stats", "scipy.spatial",
    "scipy.special", "scipy.interpolate", "scipy.optimize",
    "pyomo.environ", "pyomo.core", "pyomo.core.base.component_order", "pyomo.gdp", "pyomo.gdp.plugins", "pyomo.dae",
    "pyomo.network", "pyomo.kernel", "pyomo.mpec", "pyomo.repn.plugins", "pyomo.core.expr",
)  # fmt: skip
OPTIONAL = ("pandas", "networkx")
REHEARSAL = """
from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Objective, Param, RangeSet, Set, Var, maximize

def build_model(data):
    m = ConcreteModel()
    m.I = Set(initialize=["a", "b"])
    m.w = Param(m.I, initialize=data["w"])
    m.x = Var(m.I, domain=NonNegativeReals, bounds=(0, 4))
    m.c = Constraint(m.I, rule=lambda m, i: m.x[i] <= m.w[i])
    m.d = Constraint(expr=(1, sum(m.x[i] for i in m.I), 3))
    m.o = Objective(expr=sum(m.w[i] * m.x[i] for i in m.I), sense=maximize)
    return m
"""
REHEARSAL_OF_ARRAYS = """
import numpy as np
from solvers.arrays import ArrayModel

def build_arrays(data):
    m = ArrayModel()
    x = m.add_columns("x", (2, 3), upper=4.0, integer=[[True], [False]])
    m.add_rows("c", 2, entries=[(np.arange(2)[:, None], x, 1.0)], blocks=[(np.eye(2), x[:, 0])], upper=1.0)
    return m
"""
REHEARSAL_DATA = {"w": {"a": 1.0, "b": 2.0}}


def main(control_descriptor: int, host: int) -> None:
    """Prepare, say hello on the control socket with what holds here, and serve until the host is gone."""
    control = socket.socket(fileno=control_descriptor)
    started = time.perf_counter()
    try:
        hello = _prepare()
    except BaseException as error:  # the host shows it; there is nobody else to tell
        control.sendall(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode() + b"\n")
        return
    hello["seconds"] = time.perf_counter() - started
    control.sendall(json.dumps(hello).encode() + b"\n")
    _Server(control, host=host, layers=wire.Layers(**hello["layers"])).serve()


def _prepare() -> dict[str, Any]:
    libc = lockdown.load_libc()
    for name in PRELOAD:
        importlib.import_module(name)
    for name in OPTIONAL:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    guest = importlib.import_module("copilot.sandbox.guest")
    for program in (REHEARSAL, REHEARSAL_OF_ARRAYS):
        request = wire.Request(program, REHEARSAL_DATA, 0, True, 60, 1 << 30, 1 << 16)
        header, body = wire.read_reply(guest.build(request))
        if header["failure"] or not body:
            raise RuntimeError(f"The rehearsal build failed: {header['failure']}")
    os.environ.clear()
    resource.setrlimit(resource.RLIMIT_NOFILE, (lockdown.MAX_DESCRIPTORS, lockdown.MAX_DESCRIPTORS))
    lockdown.hide(libc)
    uid = lockdown.drop_privileges()
    lockdown.hide(libc)
    gc.collect()
    gc.freeze()
    if lockdown.thread_count() != 1:
        raise RuntimeError("The template has more than one thread, so it cannot be forked safely.")
    return {"uid": uid, "pid": os.getpid(), "layers": _probe(libc).as_dict()}


def _probe(libc: ctypes.CDLL) -> wire.Layers:
    """Lock a first child down, and see what held."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            layers = lockdown.apply(libc, cpu_seconds=5, memory_bytes=1 << 28)
            with contextlib.suppress(lockdown.LockdownError):
                lockdown.verify(layers, layers)
                os.write(writer, json.dumps(layers.as_dict()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as replies:
        reply = replies.read()
    os.waitpid(child, 0)
    return wire.Layers(**json.loads(reply)) if reply else wire.Layers(seccomp=False, landlock=0, rlimits=False)


class _Server:
    """One loop over the control socket, the sessions and the deaths of children."""

    def __init__(self, control: socket.socket, *, host: int, layers: wire.Layers) -> None:
        self._control, self._host, self._layers = control, host, layers
        self._libc = lockdown.load_libc()
        self._pid = os.getpid()
        self._sessions: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._bell, ringer = socket.socketpair()
        self._bell.setblocking(False)
        ringer.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(ringer.fileno(), warn_on_full_buffer=False)
        self._ringer = ringer

    def serve(self) -> None:
        """Until the host closes the control socket or dies; a forked copy of the host may hold the socket open."""
        self._selector.register(self._control, selectors.EVENT_READ, self._accept)
        self._selector.register(self._bell, selectors.EVENT_READ, self._reap)
        while os.getppid() == self._host:
            for key, _ in self._selector.select(timeout=1.0):
                if key.data is None:
                    self._end(key.fileobj)
                elif key.data() is False:
                    return self._close()
        self._close()

    def _accept(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, 1, 2)
        if not message:
            return False
        if len(descriptors) != 2:
            for descriptor in descriptors:
                os.close(descriptor)
            return True
        status, channel = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        try:
            child = os.fork()
        except OSError as error:
            _tell(status, {"error": str(error)})
            status.close()
            channel.close()
            return True
        if child == 0:
            self._become_child(channel)
        channel.close()
        self._sessions[child] = status
        self._selector.register(status, selectors.EVENT_READ, None)
        return True

    def _become_child(self, channel: socket.socket) -> None:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            lockdown.detach(self._libc, channel.fileno(), self._pid)
            request = wire.read_request(_read_frame())
            held = lockdown.apply(self._libc, cpu_seconds=request.cpu_seconds, memory_bytes=request.memory_bytes)
            lockdown.verify(held, self._layers)
            sys.modules["copilot.sandbox.guest"].answer(request)
        except lockdown.LockdownError as error:
            facts = {"kind": "refused", "line": None, "exception": "", "text": str(error)}
            os.write(lockdown.REPLY_DESCRIPTOR, wire.write_reply({"failure": facts}))
        finally:
            os._exit(0)

    def _end(self, status: object) -> None:
        """The host said kill, or went away: the reason does not matter, the group goes."""
        for child, owner in self._sessions.items():
            if owner is status:
                self._selector.unregister(owner)
                _kill(child)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(4096)
        while self._sessions:
            child, wait_status, usage = os.wait4(-1, os.WNOHANG)
            if child == 0:
                return
            status = self._sessions.pop(child, None)
            if status is None:
                continue
            with contextlib.suppress(KeyError):
                self._selector.unregister(status)
            seconds = usage.ru_utime + usage.ru_stime
            _tell(status, {"status": wait_status, "cpu_seconds": seconds, "max_rss_kilobytes": usage.ru_maxrss})
            status.close()

    def _close(self) -> None:
        for child in self._sessions:
            _kill(child)


def _kill(child: int) -> None:
    for end in (os.killpg, os.kill):  # before its setsid the child leads no group yet
        with contextlib.suppress(OSError):
            end(child, signal.SIGKILL)


def _tell(status: socket.socket, report: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        status.sendall(json.dumps(report).encode())


def _read_frame() -> bytes:
    (length,) = wire.REQUEST_HEAD.unpack(_read_exactly(wire.REQUEST_HEAD.size))
    return _read_exactly(length)


def _read_exactly(count: int) -> bytes:
    parts: list[bytes] = []
    while count > 0:
        part = os.read(lockdown.REPLY_DESCRIPTOR, min(count, 1 << 20))
        if not part:
            os._exit(1)
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
