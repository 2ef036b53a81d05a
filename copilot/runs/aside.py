"""The stage of questions about a version that stands: its instance with a scenario's changes, and sweeps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from copilot.drafting.formulation import Formulation
from copilot.runs import events, levers, scenario, versions
from copilot.runs.events import EventType, LeaseLost
from copilot.runs.levers import changes_of
from copilot.runs.models import Lifecycle, ModelVersion, Run, RunEvent, Verification
from copilot.runs.solving import Outcome, options_of
from copilot.runs.stage import Stage, StageFailed
from copilot.runs.words import number, objective_label, unit_of
from solvers.explain.budget import Budget, SolveInstance, through_runner
from solvers.explain.whatif import Lever, SweepPoint, Turn
from solvers.explain.whatif import sweep as sweep_over
from solvers.instance import Instance, InstanceError
from solvers.result import Certificate, SolutionStatus

SWEEP = "sweep"
SHARE, LEAST_SECONDS = 0.95, 0.5
WITH_PLAN = (SolutionStatus.OPTIMAL, SolutionStatus.FEASIBLE)


def is_sweep(run: Run) -> bool:
    """Whether the run asks how the objective follows one number."""
    return bool(run.question.get("ask") == SWEEP)


def opened(stage: Stage) -> tuple[ModelVersion, Instance]:
    """The version in question and its instance with the run's changes; the stored ones stay as they are."""
    version = stage.run.base
    if version is None:
        raise StageFailed("The version that this scenario asks about is gone. Start from a newer run.")
    try:
        instance = levers.applied(versions.instance_of(version), changes_of(stage.run.changes))
    except InstanceError as error:
        raise StageFailed(str(error)) from error
    if stage.run.changes:
        stage.record(EventType.SCENARIO_APPLIED, {"changes": stage.run.changes, "version": version.number})
    return version, instance


def sweep(stage: Stage, version: ModelVersion, instance: Instance) -> Outcome:
    """Solve the instance once per value of one number; a stop keeps the points so far, and a lost worker too."""
    question = stage.run.question
    formulation = Formulation.model_validate(version.formulation)
    points, values = _kept(stage.run), question["values"]
    budget = Budget(seconds=stage.run.time_limit_seconds, solves=len(values) + 1, should_stop=stage.lease.should_stop)
    turn, reason = Turn(Lever(question["lever"]), question["name"]), ""
    stage.record(EventType.EXPLAIN_STARTED, {"message": f"{len(points)} of {len(values)} points", "of": len(values)})
    for value in values[len(points) :]:
        solve = _fair(stage.run, budget, points_left=len(values) - len(points))
        try:
            found = sweep_over(instance, turn, [value], solve, budget=budget)
        except InstanceError as error:
            raise StageFailed(str(error)) from error
        # A solve that a stop cut short says nothing about its value.
        if not found.points or stage.lease.should_stop():
            reason = budget.over()
            break
        points.append(_point(found.points[0], formulation, turn))
        message = f"{len(points)} of {len(values)} points"
        stage.record(EventType.EXPLAIN_PROGRESS, {"message": message, "point": points[-1], "of": len(values)})
    return _stored(stage, formulation, points, reason)


def _fair(run: Run, budget: Budget, *, points_left: int) -> SolveInstance:
    """A solve with the share of the time that is left for each point, so that a hard one does not use up all of it."""
    share = max(SHARE * budget.left_seconds / points_left, LEAST_SECONDS)
    return through_runner(budget, options=replace(options_of(run), time_limit_seconds=share), solver=run.solver)


def _kept(run: Run) -> list[dict[str, Any]]:
    """The points that an earlier worker had solved."""
    told = RunEvent.objects.filter(run=run, type=EventType.EXPLAIN_PROGRESS).order_by("sequence")
    return [payload["point"] for payload in told.values_list("payload", flat=True) if "point" in payload]


def _point(point: SweepPoint, formulation: Formulation, turn: Turn) -> dict[str, Any]:
    has_plan = point.solution_status in WITH_PLAN and point.objective_value is not None
    unit = formulation.objective.unit if turn.lever is Lever.COST else unit_of(turn.name, formulation)
    return {
        "value": point.value,
        "value_text": number(point.value, unit),
        "termination_condition": point.termination_condition,
        "solution_status": point.solution_status,
        "objective_value": point.objective_value if has_plan else None,
        "objective_text": number(point.objective_value, formulation.objective.unit)
        if has_plan
        else scenario.without_plan(point.termination_condition),
        "relative_gap": point.relative_gap,
    }


def _stored(stage: Stage, formulation: Formulation, points: list[dict[str, Any]], reason: str) -> Outcome:
    question, label = stage.run.question, objective_label(formulation)
    missing = len(question["values"]) - len(points)
    told = [point for point in points if point["objective_value"] is not None]
    headline = _headline(question["label"], label, points, told)
    if missing:
        headline = f"{len(points)} of {len(question['values'])} points are kept. {reason} {headline}".strip()
    sweep_data = {key: question[key] for key in ("lever", "name", "label")}
    sweep_data |= {"objective_label": label, "points": points, "missing": missing, "reason": reason}
    payload = {"headline": headline, "sweep": sweep_data}
    stored = Run.objects.filter(id=stage.run.id, owner=stage.lease.owner).update(
        result=events.plain(payload), verification=_verification(points), certificate=_certificate(told)
    )
    if not stored:
        raise LeaseLost(str(stage.run.id))
    stage.record(EventType.RESULT_EXPLAINED, payload)
    if stage.lease.cancelled and missing:
        return Outcome(Lifecycle.CANCELLED, f"Cancelled. {headline}")
    return Outcome(Lifecycle.TIMED_OUT if missing else Lifecycle.SUCCEEDED, headline)


def _headline(parameter: str, objective: str, points: list[dict[str, Any]], told: list[dict[str, Any]]) -> str:
    if not points:
        return ""
    if not told:
        return f"No value of “{parameter}” from {points[0]['value_text']} to {points[-1]['value_text']} gave a plan."
    span = f"{objective} goes from {told[0]['objective_text']} to {told[-1]['objective_text']}"
    where = f"as “{parameter}” goes from {told[0]['value_text']} to {told[-1]['value_text']}"
    without = len(points) - len(told)
    return f"{span} {where}." + (f" {without} of {len(points)} values gave no plan." if without else "")


def _verification(points: list[dict[str, Any]]) -> Verification:
    """Each point was judged by our own residuals; one without a plan is only the solver's word."""
    statuses = {point["solution_status"] for point in points}
    if SolutionStatus.INFEASIBLE_POINT in statuses:
        return Verification.FAILED
    return Verification.PASSED if statuses and statuses <= set(WITH_PLAN) else Verification.INCONCLUSIVE


def _certificate(told: list[dict[str, Any]]) -> Certificate:
    return Certificate.RESIDUALS_CHECKED if told else Certificate.UNVERIFIED
