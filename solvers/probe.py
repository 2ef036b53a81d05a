"""Tries a library in a process of its own, so that a broken one can neither crash nor slow down the asker."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import dataclass

from solvers.base import Availability, AvailabilityState
from solvers.process import ROOT, environment, licences

TIMEOUT_SECONDS = 20.0
TRIAL_SECONDS = 120.0  # an engine that compiles, or wakes a GPU, before it solves
BROKEN_SECONDS = 300.0  # a licence server comes back: a bad answer is not believed for ever


@dataclass(frozen=True, slots=True)
class _Known:
    availability: Availability
    until: float


_known: dict[tuple[str, tuple[tuple[str, str], ...]], _Known] = {}
_lock = threading.Lock()


_TRIAL = "import sys; sys.path.insert(0, {root!r}); from solvers.trial import main; main({engine!r})"


def tried(name: str, engine: str) -> Availability:
    """Return what `solvers.trial` finds of the backend named `engine`, in a process of its own, as `probed` does."""
    return probed(name, _TRIAL.format(root=ROOT, engine=engine), timeout_seconds=TRIAL_SECONDS)


def probed(name: str, program: str, *, timeout_seconds: float | None = None) -> Availability:
    """Return what `program` prints on its last line, `state` then `reason`, when run by a fresh interpreter.

    A device is named between two bars before the reason: `ready |NVIDIA H100| reason`. The answer is kept for this
    process as long as the licence variables of the environment stay the same; a bad one only for a few minutes. `name`
    is for people: it begins the reason when the program ends without an answer.
    """
    key = (program, tuple(sorted(licences().items())))
    with _lock:
        known = _known.get(key)
        if known is None or known.until < time.monotonic():
            availability = _run(name, program, timeout_seconds or TIMEOUT_SECONDS)
            lasting = bool(availability)
            known = _Known(availability, float("inf") if lasting else time.monotonic() + BROKEN_SECONDS)
            _known[key] = known
        return known.availability


def forget() -> None:
    """Drop every remembered answer, for an operator who has just repaired something."""
    with _lock:
        _known.clear()


def _run(name: str, program: str, timeout_seconds: float) -> Availability:
    try:
        ended = subprocess.run(  # noqa: S603  (our own interpreter and text, no shell)
            [sys.executable, "-I", "-c", program],
            capture_output=True,
            env={**environment(), **licences()},
            cwd="/",
            timeout=timeout_seconds,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return _broken(f"{name} did not answer within {timeout_seconds:g} seconds.")
    except OSError as error:
        return _broken(f"{name} could not be tried: {error.strerror}.")
    lines = ended.stdout.decode("utf-8", errors="replace").strip().splitlines()
    word, _, reason = lines[-1].partition(" ") if lines else ("", "", "")
    if ended.returncode == 0 and word in set(AvailabilityState):
        device, rest = reason[1:].split("| ", 1) if reason.startswith("|") else ("", reason)
        return Availability(AvailabilityState(word), rest, device=device)
    faults = ended.stderr.decode("utf-8", errors="replace").strip().splitlines()
    why = faults[-1][:300] if faults else f"it ended with code {ended.returncode}"
    return _broken(f"{name} does not work here: {why}.")


def _broken(reason: str) -> Availability:
    return Availability(AvailabilityState.BROKEN, reason)
