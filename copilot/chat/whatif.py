"""What the run panel shows beyond the plan: conflict, repairs, ray, prices, a scenario's comparison, a sweep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from copilot.chat.words import TERMINATION
from copilot.runs.events import EventType as E
from copilot.runs.models import Run, RunEvent
from copilot.runs.scenarios import version_of
from copilot.runs.words import number

Told = Mapping[str, Any]
EVIDENCE: Mapping[str, str] = {
    "shown in exact arithmetic": "Shown in exact arithmetic, without the solver.",
    "recomputed in floating point": "Recomputed in floating point, without the solver.",
    "the solver's word": "The solver's word: arithmetic of our own could not show it.",
}
AIMS: Mapping[str, str] = {
    "least total relative change": "least in all, each change measured by its limit",
    "least total change": "least sum",
    "least largest relative change": "smallest largest change",
    "fewest limits changed": "fewest limits",
}
ENDS = (E.EXPLAIN_STARTED, E.EXPLAIN_PROGRESS)
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 320, 180, 56, 12, 14, 28  # of the chart, in its own units


@dataclass(frozen=True, slots=True)
class Lock:
    """A rule or quantity that a repair may be told to leave alone."""

    name: str
    label: str
    is_locked: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the chart; `has_plan` is false for a value that allows none, which is marked at the foot."""

    x: float
    y: float
    has_plan: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A sweep as drawing: dots, the lines between neighbours that have a plan, and the ends of both axes."""

    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    highest: str
    lowest: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a sweep with its answer in words."""

    value: str
    objective: str
    word: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """How the objective follows one number, as far as it is known."""

    label: str
    objective: str
    rows: tuple[Row, ...]
    chart: Chart | None
    has_gaps: bool
    of: int
    reason: str


@dataclass(frozen=True, slots=True)
class Study:
    """Everything found out about a run's ending, in the words of its request; None where there is nothing."""

    looking: str
    conflict: Told | None
    evidence: str
    repairs: Told | None
    locks: tuple[Lock, ...]
    ray: Told | None
    sensitivity: Told | None
    scenario: Told | None
    sweep: Sweep | None
    remarks: tuple[str, ...]
    unfinished: str
    seconds: float
    can_ask: bool


def study_of(run: Run) -> Study:
    """The study of a run loaded with its version and base; one query while it is active, none after."""
    result: Told = run.result or {}
    told = list(_told(run)) if run.is_active else []
    conflict, repairs = result.get("conflict"), result.get("repairs")
    return Study(
        looking=str(told[-1].get("message", "")) if told else "",
        conflict=conflict,
        evidence=EVIDENCE.get((conflict or {}).get("evidence", ""), ""),
        repairs=_repairs(repairs) if repairs else None,
        locks=_locks(run, conflict, repairs),
        ray=result.get("ray"),
        sensitivity=result.get("sensitivity"),
        scenario=_scenario(run, result),
        sweep=_sweep(run, result, told),
        remarks=tuple(result.get("remarks", ())),
        unfinished=str(result.get("unfinished", "")),
        seconds=settings.COPILOT["SOLVE_SECONDS"],
        can_ask=not run.is_active and bool(run.result) and version_of(run) is not None,
    )


def _told(run: Run) -> Iterable[Told]:
    return RunEvent.objects.filter(run=run, type__in=ENDS).order_by("sequence").values_list("payload", flat=True)


def _scenario(run: Run, result: Told) -> Told | None:
    """The comparison, or while it is being worked out the changes alone."""
    return result.get("scenario") or ({"changes": run.changes} if run.changes else None)


def _repairs(repairs: Told) -> Told:
    found = [repair | {"aim_words": _aims(repair["aims"])} for repair in repairs["found"]]
    skipped = [(AIMS.get(aim, aim), reason) for aim, reason in repairs["skipped"]]
    return {**repairs, "found": found, "skipped": skipped}


def _aims(aims: Sequence[str]) -> str:
    return ", ".join(AIMS.get(aim, aim) for aim in aims)


def _locks(run: Run, conflict: Told | None, repairs: Told | None) -> tuple[Lock, ...]:
    """Whatever the conflict and the repairs name, once each; what a scenario fixes is the question itself."""
    items = list((conflict or {}).get("items", ()))
    items += [change for repair in (repairs or {}).get("found", ()) for change in repair["changes"]]
    labels = {item["name"]: item["label"] for item in reversed(items) if item.get("kind") != "integrality"}
    fixed = {change["name"] for change in run.changes if change["lever"] == "fixed value"}
    locked = set(run.question.get("locked", ()))
    names = sorted((labels.keys() | locked) - fixed)
    return tuple(Lock(name, labels.get(name, name), name in locked) for name in names)


def _sweep(run: Run, result: Told, told: Sequence[Told]) -> Sweep | None:
    if run.question.get("ask") != "sweep":
        return None
    stored = result.get("sweep")
    points = stored["points"] if stored else [payload["point"] for payload in told if "point" in payload]
    return Sweep(
        label=run.question["label"],
        objective=str((stored or {}).get("objective_label", "Objective")),
        rows=tuple(Row(point["value_text"], point["objective_text"], _word(point)) for point in points),
        chart=_chart(points, run.question["values"]),
        has_gaps=any(point["objective_value"] is None for point in points),
        of=len(run.question["values"]),
        reason=str((stored or {}).get("reason", "")),
    )


def _word(point: Told) -> str:
    condition = str(point["termination_condition"])
    return TERMINATION[condition][0] if condition in TERMINATION else condition


def _chart(points: Sequence[Told], values: Sequence[float]) -> Chart | None:
    """The drawing of two plans or more; the horizontal axis spans all values asked, solved yet or not."""
    heights = [point["objective_value"] for point in points if point["objective_value"] is not None]
    if len(heights) < 2:
        return None
    low, high, first, last = min(heights), max(heights), min(values), max(values)

    def place(point: Told) -> Dot:
        x = LEFT + (WIDTH - LEFT - RIGHT) * (point["value"] - first) / (last - first)
        value = point["objective_value"]
        share = 0.5 if high == low else (value - low) / (high - low) if value is not None else 0.0
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share
        return Dot(round(x, 1), round(y if value is not None else HEIGHT - BOTTOM, 1), value is not None)

    dots = sorted((place(point) for point in points), key=lambda dot: dot.x)
    return Chart(tuple(dots), _lines(dots), number(high), number(low), number(first), number(last))


def _lines(dots: Sequence[Dot]) -> tuple[str, ...]:
    """Runs of neighbours with a plan, as points of a polyline; a gap in the plans is a gap in the line."""
    runs: list[list[str]] = [[]]
    for dot in dots:
        if dot.has_plan:
            runs[-1].append(f"{dot.x},{dot.y}")
        elif runs[-1]:
            runs.append([])
    return tuple(" ".join(run) for run in runs if len(run) > 1)
