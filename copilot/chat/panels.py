"""What the run panel shows: four statuses, the solver's numbers as they move, its log, and the solution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from copilot.chat.legs import engine_name, legs_of
from copilot.chat.milestones import Findings, findings_of
from copilot.chat.whatif import Study, study_of
from copilot.chat.words import TIERS, Status, plural, seconds_text, statuses_of
from copilot.runs.events import EventType as E
from copilot.runs.models import Run, RunEvent
from copilot.runs.words import number

POINTS = 400
LOG_CHARACTERS = 20_000
LIVE_LOGS = 40
HISTORY = 12
VALUES = 100
Look = tuple[int, Mapping[str, Any]]
Point = tuple[int, float, float | None, float | None]
SOLVING = (E.INSTANCE_BUILT, E.BUILD_FAILED, E.SOLVE_STARTED, E.SOLVE_FINISHED)


@dataclass(frozen=True, slots=True)
class Fact:
    """A number or word with its name; `hint` says what it means."""

    name: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """One variable of the solution."""

    label: str
    name: str
    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A rule that holds with equality, and what one more unit of its limit would bring (LP only)."""

    label: str
    side: str
    text: str
    dual: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One look at the solve, for the table beside the chart."""

    elapsed: str
    incumbent: str
    bound: str
    gap: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything of the run that the right side of the page shows."""

    id: UUID
    is_active: bool
    is_solving: bool
    statuses: tuple[Status, ...]
    objective: Fact | None
    solver: tuple[Fact, ...]
    built: tuple[Fact, ...]
    progress: tuple[Fact, ...]
    has_chart: bool
    points: tuple[Point, ...]
    moments: tuple[Moment, ...]
    log: str
    values: tuple[Value, ...]
    more_values: int
    binding: tuple[Binding, ...]
    has_duals: bool
    residuals: tuple[Fact, ...]
    certificate_words: str
    findings: Findings | None
    study: Study


def panel_of(run: Run, *, live: bool = False) -> Panel:
    """The panel of a run loaded with its version; `live` reads only the newest progress, for frequent updates.

    `points` are (sequence, seconds, incumbent, bound), at most 400 of them, newest included.
    """
    payloads = _payloads(run)
    started: Mapping[str, Any] = payloads.get(E.SOLVE_STARTED) or {}
    finished: Mapping[str, Any] = payloads.get(E.SOLVE_FINISHED) or {}
    looks = _looks(run, limit=LIVE_LOGS if live else None)
    if finished and looks:
        looks.append(_last_look(looks[-1], finished))
    result: Mapping[str, Any] = run.result or {}
    latest = finished or (looks[-1][1] if looks else {})
    findings = None if live else findings_of(run)
    table: Sequence[Mapping[str, Any]] = result.get("table") or ()
    shown = VALUES if findings and findings.count else len(table)  # the others have a page of their own
    return Panel(
        id=run.id,
        is_active=run.is_active,
        is_solving=bool(started) and not finished and run.is_active,
        statuses=statuses_of(run),
        objective=_objective(result),
        solver=tuple(_solver(started, finished)),
        built=tuple(_built(run, payloads)),
        progress=tuple(_progress(latest)),
        has_chart=bool(started.get("integers")) and (not finished or _can_be_drawn(looks)),
        points=_points(looks),
        moments=_moments(looks),
        log=_log(finished, looks),
        values=tuple(Value(row["label"], row["name"], row["text"], row["unit"]) for row in table[:shown]),
        more_values=max(0, len(table) - shown),
        binding=tuple(_binding(row) for row in result.get("binding") or ()),
        has_duals=any(row.get("dual") is not None for row in result.get("binding") or ()),
        residuals=tuple(_residuals(result.get("residuals") or {}) + _proof(result.get("proof") or {})),
        certificate_words=str(result.get("certificate_words", "")),
        findings=findings,
        study=study_of(run),
    )


def _payloads(run: Run) -> dict[str, Any]:
    events = RunEvent.objects.filter(run=run, type__in=SOLVING).order_by("sequence")
    return dict(events.values_list("type", "payload"))


def _looks(run: Run, *, limit: int | None) -> list[Look]:
    newest = RunEvent.objects.filter(run=run, type=E.SOLVE_PROGRESS).order_by("-sequence")
    rows = list(newest.values_list("sequence", "payload")[:limit])
    return rows[::-1]


def _last_look(before: Look, finished: Mapping[str, Any]) -> Look:
    """The answer as one more look, so that the lines of the chart meet where the solver says."""
    sequence, look = before
    elapsed = max(finished.get("seconds") or 0.0, look.get("elapsed_seconds") or 0.0)
    names = ("objective_value", "objective_bound", "relative_gap")
    return sequence + 1, {"elapsed_seconds": elapsed} | {name: finished.get(name) for name in names}


def _can_be_drawn(looks: Sequence[Look]) -> bool:
    """A line needs two points, and one that is there already when the solver ends tells nothing."""
    return sum(look.get("objective_value") is not None for _, look in looks) > 2


def _objective(result: Mapping[str, Any]) -> Fact | None:
    if result.get("objective_value") is None:
        return None
    label = str(result.get("objective_label", "Objective")).capitalize()
    return Fact(label, number(result["objective_value"], result.get("objective_unit", "")))


def _solver(started: Mapping[str, Any], finished: Mapping[str, Any]) -> list[Fact]:
    if not started:
        return []
    used = finished.get("solver_version") or engine_name(started["solver"])
    facts = [Fact("Solver", used, finished.get("reason") or started.get("reason", ""))]
    facts += [Fact(name, text, hint) for name, text, hint in legs_of(started, finished)]
    if finished.get("device"):
        facts.append(Fact("Device", finished["device"], "What the solver said that it computed on."))
    if started.get("time_limit_seconds"):
        facts.append(Fact("Time limit", seconds_text(started["time_limit_seconds"])))
    return facts


def _built(run: Run, payloads: Mapping[str, Any]) -> list[Fact]:
    built = payloads.get(E.INSTANCE_BUILT)
    if built is None and run.kind == Run.Kind.SOLVE and run.version:
        built = run.version.instance_summary | {"fingerprint": run.version.fingerprint}
    if not built or "rows" not in built:
        failed = payloads.get(E.BUILD_FAILED)
        return [Fact("Sandbox", failed["tier"], TIERS.get(failed["tier"], ""))] if failed and "tier" in failed else []
    size = f"{built['rows']:,} × {built['columns']:,}"
    facts = [Fact("Instance", size, f"rows × columns, {plural(built['nonzeros'], 'nonzero')}")]
    if built.get("integers"):
        facts.append(Fact("Whole-number columns", f"{built['integers']:,}"))
    if built.get("fingerprint"):
        facts.append(Fact("Fingerprint", built["fingerprint"][:12], "The same for the same model, whatever its order."))
    if "tier" in built:
        facts.append(Fact("Sandbox", built["tier"], TIERS.get(built["tier"], "")))
    if built.get("seconds") is not None:
        facts.append(Fact("Build time", f"{built['seconds'] * 1000:,.0f} ms"))
    return facts


def _progress(latest: Mapping[str, Any]) -> list[Fact]:
    if not latest:
        return []
    gap = latest.get("relative_gap")
    facts = [
        Fact("Best so far", _number(latest.get("objective_value"))),
        Fact("Bound", _number(latest.get("objective_bound"))),
        Fact("Gap", "–" if gap is None else f"{gap:.2%}"),
    ]
    if "termination_condition" in latest:  # over: what is still unknown now will stay so
        facts = [fact for fact in facts if fact.text != "–"]
    for name in ("nodes", "iterations"):
        if latest.get(name) is not None:
            facts.append(Fact(name.capitalize(), f"{latest[name]:,}"))
    elapsed = latest.get("elapsed_seconds", latest.get("seconds"))
    if elapsed is not None:
        facts.append(Fact("Time", seconds_text(elapsed)))
    return facts


def _number(value: float | None) -> str:
    return "–" if value is None else number(value)


def _points(looks: Sequence[Look]) -> tuple[Point, ...]:
    step = max(1, -(-len(looks) // POINTS))
    kept = looks[::-1][::step][::-1]
    return tuple(
        (sequence, look.get("elapsed_seconds") or 0.0, look.get("objective_value"), look.get("objective_bound"))
        for sequence, look in kept
    )


def _moments(looks: Sequence[Look]) -> tuple[Moment, ...]:
    """Where the incumbent changed, and the last look: what a chart tells, in a few lines."""
    told, best = [], None
    for position, (_, look) in enumerate(looks):
        value = look.get("objective_value")
        if value != best or position in (0, len(looks) - 1):
            told.append(look)
        best = value
    return tuple(
        Moment(
            seconds_text(look.get("elapsed_seconds") or 0.0),
            _number(look.get("objective_value")),
            _number(look.get("objective_bound")),
            "–" if look.get("relative_gap") is None else f"{look['relative_gap']:.2%}",
        )
        for look in told[-HISTORY:]
    )


def _log(finished: Mapping[str, Any], looks: Sequence[Look]) -> str:
    whole = finished.get("log") or "".join(str(look.get("log", "")) for _, look in looks)
    return str(whole)[-LOG_CHARACTERS:].strip("\n")


def _binding(row: Mapping[str, Any]) -> Binding:
    label = row["name"] if row["label"].startswith(f"{row['name']}:") else row["label"]  # a whole line of algebra
    sides = {"upper": "at its upper limit", "lower": "at its lower limit", "equal": "an equation"}
    dual = row.get("dual")
    return Binding(label, sides.get(row["side"], row["side"]), row["text"], "" if dual is None else number(dual))


def _residuals(raw: Mapping[str, Any]) -> list[Fact]:
    if not raw:
        return []
    rows = (
        ("Largest row violation", "max_row_violation", raw.get("worst_row", "")),
        ("Largest bound violation", "max_bound_violation", raw.get("worst_column", "")),
        ("Largest integrality violation", "max_integrality_violation", ""),
        ("Largest violation with whole numbers", "max_rounded_violation", raw.get("worst_rounded", "")),
        ("Objective, recomputed minus reported", "objective_error", ""),
        ("Largest dual violation", "max_dual_violation", ""),
    )
    facts = []
    for name, key, where in rows:
        value = raw.get(key)
        if value is not None:
            facts.append(Fact(name, f"{value:.2g}", f"worst in {where}" if where and value else ""))
    return facts


def _proof(raw: Mapping[str, Any]) -> list[Fact]:
    """One line of what exact arithmetic shows; nothing where it was not tried, because that is no fact of the plan."""
    words = {
        "optimal": ("Optimum proven in exact arithmetic", raw.get("exact")),
        "bound": ("Bound proven in exact arithmetic", raw.get("exact")),
        "weak": ("Weaker bound, proven in exact arithmetic", raw.get("exact")),
        "infeasible": ("Contradiction", "proven in exact arithmetic"),
    }
    name, text = words.get(str(raw.get("state")), ("", None))
    return (
        [Fact(name, str(text), "" if raw.get("proven") else "farther from the value than verified asks")]
        if text
        else []
    )
