"""Asks a running solver to stop, from a thread of its own, as soon as somebody wishes it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from solvers.result import ShouldStop

POLL_SECONDS = 0.02


@contextlib.contextmanager
def stopping(should_stop: ShouldStop, interrupt: Callable[[], object]) -> Iterator[None]:
    """Call `interrupt` once `should_stop` says so, and again until the block ends: it may come before the search.

    For libraries that release Python's lock while they run and whose interrupt may come from another thread. What
    `should_stop` raises stops the search too, and is raised at the end of the block.
    """
    over = threading.Event()
    faults: list[BaseException] = []

    def watch() -> None:
        asked = False
        while not over.wait(POLL_SECONDS):
            try:
                asked = asked or should_stop()
            except BaseException as error:
                faults.append(error)
                asked = True
            if asked:
                interrupt()

    thread = threading.Thread(target=watch, daemon=True, name="stopping")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if faults:
        raise faults[0]
