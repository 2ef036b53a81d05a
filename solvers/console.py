"""Catches what a C library prints on standard output, line by line while it runs."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Callable, Iterator

_LINE_BUFFERED = 1  # _IOLBF of <stdio.h>


@contextlib.contextmanager
def captured(on_line: Callable[[str], None]) -> Iterator[None]:
    """Send every line printed on descriptor 1 to `on_line`, called in a thread of its own, until the block ends.

    It changes the whole process, so it belongs in a process of one solve. What `on_line` raises is raised at the end.
    """
    libc = ctypes.CDLL(None)
    libc.fflush(None)
    # Into a pipe, C output would otherwise wait for a full buffer, and be lost with a process that is killed.
    libc.setvbuf(ctypes.c_void_p.in_dll(libc, "stdout"), None, _LINE_BUFFERED, 0)
    saved = os.dup(1)
    reading, writing = os.pipe()
    os.dup2(writing, 1)
    os.close(writing)
    faults: list[BaseException] = []
    thread = threading.Thread(target=_read, args=(reading, on_line, faults), daemon=True)
    thread.start()
    try:
        yield
    finally:
        libc.fflush(None)
        os.dup2(saved, 1)  # closes the last writing end, so the reader sees the end
        os.close(saved)
        thread.join()
    if faults:
        raise faults[0]


def _read(descriptor: int, on_line: Callable[[str], None], faults: list[BaseException]) -> None:
    with os.fdopen(descriptor, "r", encoding="utf-8", errors="replace") as stream:
        for line in stream:
            if not faults:
                try:
                    on_line(line)
                except BaseException as error:
                    faults.append(error)
