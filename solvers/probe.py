"""Tries a library in a process of its own, so that a broken one can neither crash nor slow down the asker."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import dataclass

from solvers.base import Availability, AvailabilityState
from solvers.process import environment, licences

TIMEOUT_SECONDS = 20.0
BROKEN_SECONDS = 300.0  # a licence server comes back: a bad answer is not believed for ever


@dataclass(frozen=True, slots=True)
class _Known:
    availability: Availability
    until: float


_known: dict[tuple[str, tuple[tuple[str, str], ...]], _Known] = {}
_lock = threading.Lock()


def probed(name: str, program: str) -> Availability:
    """Return what `program` prints on its last line, `state` then `reason`, when run by a fresh interpreter.

    The answer is kept for this process as long as the licence variables of the environment stay the same; a bad one
    only for a few minutes. `name` is for people: it begins the reason when the program ends without an answer.
    """
    key = (program, tuple(sorted(licences().items())))
    with _lock:
        known = _known.get(key)
        if known is None or known.until < time.monotonic():
            availability = _run(name, program)
            lasting = bool(availability)
            known = _Known(availability, float("inf") if lasting else time.monotonic() + BROKEN_SECONDS)
            _known[key] = known
        return known.availability


def forget() -> None:
    """Drop every remembered answer, for an operator who has just repaired something."""
    with _lock:
        _known.clear()


def _run(name: str, program: str) -> Availability:
    try:
        ended = subprocess.run(  # noqa: S603  (our own interpreter and text, no shell)
            [sys.executable, "-I", "-c", program],
            capture_output=True,
            env={**environment(), **licences()},
            cwd="/",
            timeout=TIMEOUT_SECONDS,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return _broken(f"{name} did not answer within {TIMEOUT_SECONDS:g} seconds.")
    except OSError as error:
        return _broken(f"{name} could not be tried: {error.strerror}.")
    lines = ended.stdout.decode("utf-8", errors="replace").strip().splitlines()
    word, _, reason = lines[-1].partition(" ") if lines else ("", "", "")
    if ended.returncode == 0 and word in set(AvailabilityState):
        return Availability(AvailabilityState(word), reason)
    faults = ended.stderr.decode("utf-8", errors="replace").strip().splitlines()
    why = faults[-1][:300] if faults else f"it ended with code {ended.returncode}"
    return _broken(f"{name} does not work here: {why}.")


def _broken(reason: str) -> Availability:
    return Availability(AvailabilityState.BROKEN, reason)
