"""The steps of a run as people watch them, folded from its events."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from copilot.chat.words import TERMINATION, plural, seconds_text
from copilot.runs.events import EventType as E
from copilot.runs.models import Lifecycle
from copilot.runs.words import number

Payload = Mapping[str, Any]
Wording = Callable[[Payload], str]


class StepState(enum.StrEnum):
    """How far a step is."""

    WAITING = "waiting"
    ACTIVE = "active"
    DONE = "done"
    ATTENTION = "attention"
    FAILED = "failed"
    STOPPED = "stopped"
    SKIPPED = "skipped"


WORDS: Mapping[StepState, str] = {
    StepState.WAITING: "waiting",
    StepState.ACTIVE: "working",
    StepState.DONE: "done",
    StepState.ATTENTION: "needs you",
    StepState.FAILED: "failed",
    StepState.STOPPED: "stopped",
    StepState.SKIPPED: "not reached",
}
TITLES: Mapping[str, str] = {
    "read": "Understand the request",
    "program": "Write the program",
    "build": "Build the instance",
    "checks": "Check the draft",
    "diff": "Compare with the last version",
    "solve": "Solve",
    "explain": "Explain the result",
}
# Runs that ask about a version that stands, or solve its program on other data, have a shorter line.
ASIDE: Mapping[str, Mapping[str, str]] = {
    "scenario": {"apply": "Apply the changes", "solve": "Solve", "explain": "Explain the result"},
    "explain": {"solve": "Solve again", "explain": "Explain the result"},
    "sweep": {"explain": "Solve each point"},
    "solve": {"solve": "Solve", "explain": "Explain the result"},
    "data": {
        "read": "Put the new data in",
        **{key: TITLES[key] for key in ("build", "checks", "diff", "solve", "explain")},
    },
}
ENDINGS: Mapping[str, StepState] = {
    Lifecycle.CANCELLED: StepState.STOPPED,
    Lifecycle.FAILED: StepState.FAILED,
    Lifecycle.TIMED_OUT: StepState.FAILED,
    Lifecycle.AWAITING_INPUT: StepState.ATTENTION,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its title, state, the state in a word, and what came of it."""

    key: str
    title: str
    state: StepState
    word: str
    detail: str


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as the fold needs it; the payload is empty where it was not loaded."""

    sequence: int
    type: str
    payload: Payload


@dataclass(slots=True)
class _Fold:
    states: dict[str, StepState] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    before: tuple[dict[str, StepState], dict[str, str]] = ({}, {})

    def set(self, key: str, state: StepState, detail: str) -> None:
        self.states[key] = state
        self.details[key] = detail or ("" if state is StepState.ACTIVE else self.details.get(key, ""))

    def restart(self, *kept: str) -> None:
        self.before = (dict(self.states), dict(self.details))
        self.states = {key: state for key, state in self.states.items() if key in kept}
        self.details = {key: detail for key, detail in self.details.items() if key in kept}

    def restore(self) -> None:
        """A repair that came to nothing: the draft before it stands."""
        if "build" not in self.states:
            states, details = self.before
            self.states, self.details = dict(states), dict(details)


def steps_of(happenings: Iterable[Happening], *, lifecycle: str, compares: bool, aside: str = "") -> tuple[Step, ...]:
    """The steps after the events given, in order of the line; `compares` tells whether there is a version before.

    `aside` names the shorter line of a run that drafts nothing: scenario, explain, sweep, solve or data.
    """
    titles = ASIDE.get(aside) or {key: title for key, title in TITLES.items() if key != "diff" or compares}
    fold = _Fold()
    for happening in happenings:
        if happening.type == E.DRAFT_STARTED:
            fold.restart()
        if happening.type == E.DRAFT_REPAIR:
            fold.restart("read")
        if happening.type == E.DRAFT_HANDED_OVER:
            fold.restore()
        for key, state, wording in EFFECTS.get(happening.type, ()):
            fold.set(key, state, wording(happening.payload))
    _close(fold, lifecycle, tuple(titles))
    if aside == "sweep" and lifecycle in ENDINGS:  # the points so far are told, and still it was cut short
        fold.set("explain", ENDINGS[lifecycle], "")
    return tuple(_step(fold, key, title, over=lifecycle not in _OPEN) for key, title in titles.items())


def _step(fold: _Fold, key: str, title: str, *, over: bool) -> Step:
    state = fold.states.get(key, StepState.SKIPPED if over else StepState.WAITING)
    return Step(key, title, state, WORDS[state], fold.details.get(key, ""))


_OPEN = (Lifecycle.QUEUED, Lifecycle.RUNNING, Lifecycle.CANCELLING)


def _close(fold: _Fold, lifecycle: str, keys: Sequence[str]) -> None:
    """A run that ended leaves no step at work: the one it stood at tells how it ended."""
    ending = ENDINGS.get(lifecycle)
    if ending is None:
        return
    at_work = [key for key in keys if fold.states.get(key) is StepState.ACTIVE]
    settled = any(fold.states.get(key) in (StepState.FAILED, StepState.ATTENTION) for key in keys)
    finished = all(fold.states.get(key) is StepState.DONE for key in keys)
    for key in at_work:
        fold.set(key, ending, fold.details.get(key, ""))
    if not at_work and not settled and not finished:
        left = next(key for key in keys if fold.states.get(key) is not StepState.DONE)
        fold.set(left, ending, "")


def _nothing(payload: Payload) -> str:
    return ""


def _drafter(payload: Payload) -> str:
    name = str(payload.get("drafter", ""))
    if name == "new data":
        return "Reading the tables; nothing is drafted"
    if name != "llm" or not payload.get("model"):
        return "Reading, with the built-in drafter" if name == "builtin" else f"Reading, with {name}" if name else ""
    patience = seconds_text(float(payload["patience_seconds"]))
    return f"Waiting for {payload['model']}, for at most {patience} until it begins to reply"


def _understood(payload: Payload) -> str:
    formulation = payload.get("formulation") or {}
    if not formulation:
        return ""
    parts = [
        plural(len(formulation.get("variables", ())), "decision"),
        plural(len(formulation.get("constraints", ())), "rule"),
    ]
    if assumptions := formulation.get("assumptions"):
        parts.append(plural(len(assumptions), "assumption"))
    return ", ".join(parts)


def _so_far(payload: Payload) -> str:
    elements = [item.get("element") for item in payload.get("items", ())]
    nouns = {"variable": "decision", "constraint": "rule", "parameter": "number"}
    parts = [plural(elements.count(key), noun) for key, noun in nouns.items() if key in elements]
    return f"So far {', '.join(parts)}" if parts else ""


def _handed_over(payload: Payload) -> str:
    return str(payload.get("message", "")).splitlines()[0] if payload.get("message") else ""


def _written(payload: Payload) -> str:
    program = str(payload.get("program", ""))
    return f"{plural(len(program.strip().splitlines()), 'line')} of Pyomo" if program else ""


def _size(payload: Payload) -> str:
    if "rows" not in payload:
        return ""
    parts = [plural(payload[f"{noun}s"], noun) for noun in ("row", "column", "nonzero")]
    if payload.get("integers"):
        parts.append(f"{payload['integers']:,} whole")
    return ", ".join(parts)


def _checked(payload: Payload) -> str:
    statuses = [check.get("status") for check in payload.get("checks", ())]
    words = {"pass": "passed", "fail": "failed", "unknown": "unknown"}
    return ", ".join(f"{statuses.count(key)} {word}" for key, word in words.items() if key in statuses)


def _compared(payload: Payload) -> str:
    diff = payload.get("diff") or {}
    parts = [str(diff.get("summary", ""))]
    unasked = sum(family.get("requested") == "no" for family in diff.get("families", ()))
    parts += [f"{unasked} not asked for"] if unasked else []
    parts += ["agrees by accident only, see Diff"] if (diff.get("parametric") or {}).get("accidental") else []
    return "; ".join(filter(None, parts))


def _message(payload: Payload) -> str:
    return str(payload.get("message", ""))


def _because(payload: Payload) -> str:
    return f"Trying once more: {payload.get('because', '')}".rstrip(": ")


def _solver(payload: Payload) -> str:
    return f"With {payload['solver']}" if payload.get("solver") else ""


def _progress(payload: Payload) -> str:
    parts = []
    if payload.get("objective_value") is not None:
        parts.append(f"best so far {number(payload['objective_value'])}")
    if payload.get("relative_gap") is not None:
        parts.append(f"gap {payload['relative_gap']:.2%}")
    elapsed = payload.get("elapsed_seconds")
    return ", ".join([*parts, seconds_text(elapsed)] if elapsed is not None else parts).capitalize()


def _solved(payload: Payload) -> str:
    condition = str(payload.get("termination_condition", ""))
    word = TERMINATION[condition][0] if condition in TERMINATION else condition
    return f"{word} in {seconds_text(payload['seconds'])}" if payload.get("seconds") is not None else word


def _applied(payload: Payload) -> str:
    return ", ".join(str(change.get("words", "")) for change in payload.get("changes", ()))


def _explained(payload: Payload) -> str:
    """What was found beyond the answer, in a few words."""
    parts = []
    if items := (payload.get("conflict") or {}).get("items"):
        parts.append(f"{plural(len(items), 'demand')} that clash")
    if repairs := (payload.get("repairs") or {}).get("found"):
        parts.append(plural(len(repairs), "repair"))
    if (payload.get("ray") or {}).get("steps"):
        parts.append("a direction that nothing limits")
    if (payload.get("sensitivity") or {}).get("rows"):
        parts.append("what each limit is worth")
    if points := (payload.get("sweep") or {}).get("points"):
        parts.append(plural(len(points), "point"))
    return ", ".join(parts).capitalize()


A, D, F = StepState.ACTIVE, StepState.DONE, StepState.FAILED
EFFECTS: Mapping[str, tuple[tuple[str, StepState, Wording], ...]] = {
    E.DRAFT_STARTED: (("read", A, _drafter),),
    E.DRAFT_PARTIAL: (("read", A, _so_far),),
    E.DRAFT_FORMULATED: (("read", D, _understood), ("program", A, _nothing)),
    E.DRAFT_PROPOSED: (("read", D, _understood), ("program", D, _written)),
    E.DRAFT_QUESTION: (("read", StepState.ATTENTION, _nothing),),
    E.DRAFT_ABSTAINED: (("read", StepState.ATTENTION, _nothing),),
    E.DRAFT_REPAIR: (("read", D, _nothing), ("program", A, _because)),
    E.DRAFT_HANDED_OVER: (("checks", StepState.ATTENTION, _handed_over),),
    E.BUILD_STARTED: (("build", A, _nothing),),
    E.BUILD_FAILED: (("build", F, _message),),
    E.INSTANCE_BUILT: (("build", D, _size),),
    E.CHECKS_FINISHED: (("checks", D, _checked),),
    E.DIFF_COMPUTED: (("diff", D, _compared),),
    E.SOLVE_STARTED: (("solve", A, _solver),),
    E.SOLVE_PROGRESS: (("solve", A, _progress),),
    E.SOLVE_FINISHED: (("solve", D, _solved), ("explain", A, _nothing)),
    E.SCENARIO_APPLIED: (("apply", D, _applied),),
    E.EXPLAIN_STARTED: (("explain", A, _message),),
    E.EXPLAIN_PROGRESS: (("explain", A, _message),),
    E.RESULT_EXPLAINED: (("explain", D, _explained),),
}
