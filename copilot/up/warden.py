"""Ends the supervised process groups when the supervisor is gone without having done so, even by kill -9.

Runs as its own process on the standard library alone. Lines on standard input name the groups: `+123` watches one,
`-123` forgets it; the end of the input is the end of the supervisor.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

PATIENCE_SECONDS = 5.0


def main() -> None:
    """Follow the list of groups until the input ends, then end those that are left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        (groups.add if line.startswith("+") else groups.discard)(group)
    if groups:
        end(groups)


def end(groups: set[int]) -> None:
    """Ask every group to end, and kill those that have not after a while."""
    _send(groups, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(_lives(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    _send(groups, signal.SIGKILL)


def _send(groups: set[int], number: int) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
