"""Starts child processes from one thread that lives as long as this process.

The kernel ends a child with its parent when the child has asked for it, and by parent it means the thread that started
the child: a child of a short-lived thread would die with that thread.
"""

from __future__ import annotations

import os
import queue
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future

Child = subprocess.Popen[bytes]
_Order = tuple[Callable[[], Child], "Future[Child]"]

_lock = threading.Lock()
_orders: queue.SimpleQueue[_Order] = queue.SimpleQueue()
_owner = 0


def born(start: Callable[[], Child]) -> Child:
    """Return what `start` returns when it is called in the one thread; raises what it raises."""
    child: Future[Child] = Future()
    _open().put((start, child))
    return child.result()


def _open() -> queue.SimpleQueue[_Order]:
    global _orders, _owner
    with _lock:
        if _owner != os.getpid():  # the first call, or a forked process, which has none of its parent's threads
            _orders, _owner = queue.SimpleQueue(), os.getpid()
            threading.Thread(target=_serve, args=(_orders,), daemon=True, name="nursery").start()
        return _orders


def _serve(orders: queue.SimpleQueue[_Order]) -> None:
    while True:
        start, child = orders.get()
        try:
            child.set_result(start())
        except BaseException as error:
            child.set_exception(error)
