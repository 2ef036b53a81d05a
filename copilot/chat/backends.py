"""Which solvers work here and why not, asked in the background: an answer takes seconds, and a page never waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from copilot.chat.words import SOLVER_NAMES, solver_name
from solvers.base import Availability, AvailabilityState
from solvers.registry import AUTO, SOLVERS

log = structlog.get_logger(__name__)
FRESH_SECONDS = 300.0  # afterwards it is asked again, and the last answer stands meanwhile
WORDS: Mapping[str, tuple[str, str]] = {
    AvailabilityState.READY: ("ready", "good"),
    AvailabilityState.LIMITED: ("limited", "warn"),
    AvailabilityState.ABSENT: ("not installed", "idle"),
    AvailabilityState.BROKEN: ("does not work here", "bad"),
    "cpu_only": ("CPU only", "good"),
}


@dataclass(frozen=True, slots=True)
class Backend:
    """One choice of the solver list; `word` is its state in a word or two, `reason` a sentence."""

    name: str
    label: str
    word: str
    tone: str
    reason: str
    is_usable: bool

    @property
    def text(self) -> str:
        """The choice with its state, where that is anything but ready."""
        return self.label if self.word in ("", "ready") else f"{self.label} ({self.word})"


def here() -> tuple[Backend, ...]:
    """Auto and every backend as far as it is known now; starts to look when that is too long ago."""
    with _lock:
        if not _looking.is_set() and _asked.get("until", 0.0) < time.monotonic():
            _looking.set()
            threading.Thread(target=_look, name="backends", daemon=True).start()
        found = dict(_found)
    auto = Backend(AUTO, SOLVER_NAMES[AUTO], "", "good", "Chooses by the kind and size of the model.", is_usable=True)
    return auto, *(_backend(name, found.get(name)) for name in SOLVERS)


def forget() -> None:
    """Know nothing again."""
    with _lock:
        _found.clear()
        _asked.clear()


_lock = threading.Lock()
_looking = threading.Event()
_found: dict[str, Availability] = {}
_asked: dict[str, float] = {}


def _look() -> None:
    """Ask each backend in turn; each answers from a process of its own."""
    try:
        for name, solver in SOLVERS.items():
            availability = solver.availability()
            with _lock:
                _found[name] = availability
    except Exception:
        log.exception("backends.look_failed")
    finally:
        with _lock:
            _asked["until"] = time.monotonic() + FRESH_SECONDS
            _looking.clear()


def _backend(name: str, found: Availability | None) -> Backend:
    label = solver_name(name)
    if found is None:
        return Backend(name, label, "checking…", "busy", "Not known yet; load the page again in a moment.", True)
    word, tone = WORDS.get(found.state, (str(found.state).replace("_", " "), "idle"))
    return Backend(name, label, word, tone, found.reason, bool(found))
