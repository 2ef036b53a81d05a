"""Words for the plan of a solve: which engines run, why, and how each of them ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from copilot.chat.words import TERMINATION, seconds_text
from solvers.registry import TITLES
from solvers.result import LegOutcome

_METHODS = {"choose": "", "ipm": "interior point", "ipx": "IPX", "hipo": "HiPO", "hipdlp": "HiPDLP"}
_OUTCOMES: Mapping[str, str] = {
    LegOutcome.WON: "first verified answer",
    LegOutcome.STOPPED: "stopped",
    LegOutcome.NOT_VERIFIED: "answer not verified",
    LegOutcome.FAILED: "failed",
    LegOutcome.NOT_STARTED: "not needed",
}


def legs_of(started: Mapping[str, Any], finished: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (engine, what became of it, why it was chosen) for each leg of a plan by which several engines run."""
    planned, ended = started.get("plan") or (), finished.get("legs") or ()
    tried = [leg for leg in ended if leg["outcome"] != LegOutcome.NOT_STARTED]
    if len(planned) < 2 or max(started.get("at_once", 1), len(tried)) < 2:
        return
    reasons = {(leg["solver"], leg["method"]): leg["reason"] for leg in planned}
    if finished:
        for leg in ended:
            yield _name(leg), _ending(leg), reasons.get((leg["solver"], leg["method"]), "")
        return
    for position, leg in enumerate(planned):
        yield _name(leg), "running" if position < started.get("at_once", 1) else "in reserve", leg["reason"]


def engine_name(solver: str, method: str = "choose") -> str:
    """The name of a backend for people, with its method where one is chosen."""
    return f"{TITLES.get(solver, solver)} {_METHODS.get(method, method)}".strip()


def _name(leg: Mapping[str, Any]) -> str:
    return engine_name(leg["solver"], leg["method"])


def _ending(leg: Mapping[str, Any]) -> str:
    words = _OUTCOMES.get(leg["outcome"], leg["outcome"])
    said = TERMINATION.get(leg.get("termination_condition") or "")
    if said and leg["outcome"] in (LegOutcome.NOT_VERIFIED, LegOutcome.FAILED):
        words = f"{words} ({said[0].lower()})"
    return words if leg["outcome"] == LegOutcome.NOT_STARTED else f"{words} after {seconds_text(leg['seconds'])}"
