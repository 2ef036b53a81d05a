"""A finished run as one JSON object, the same on the command line and at the API."""

from __future__ import annotations

from typing import Any

from copilot.runs import plans
from copilot.runs.events import EventType
from copilot.runs.models import Run, RunEvent

FOUND = ("conflict", "repairs", "ray", "sensitivity")  # only where there was something to find


def answer_of(run: Run) -> dict[str, Any]:
    """What happened, with the four statuses apart from each other."""
    result = run.result or {}
    version = run.version
    proposed = _last_payload(run, EventType.DRAFT_PROPOSED)
    formulation = version.formulation if version else proposed.get("formulation")
    return {
        "run_id": str(run.id),
        "status": run.lifecycle,
        "termination_condition": run.termination_condition or None,
        "verification": run.verification,
        "certificate": run.certificate,
        "message": run.closing_message,
        "objective_value": result.get("objective_value"),
        "objective_bound": result.get("objective_bound"),
        "relative_gap": result.get("relative_gap"),
        "variables": result.get("variables", {}),
        "table": result.get("table", []),
        "binding": result.get("binding", []),
        "residuals": result.get("residuals"),
        "checks": result.get("checks") or (version.checks if version else []),
        "formulation": formulation,
        "program": version.program if version else proposed.get("program"),
        "assumptions": [item["text"] for item in (formulation or {}).get("assumptions", [])],
        "questions": _last_payload(run, EventType.DRAFT_QUESTION).get("questions", []),
        "offered": _last_payload(run, EventType.DRAFT_OFFERED).get("questions", []),
        "reasons": _last_payload(run, EventType.DRAFT_ABSTAINED).get("reasons", []),
        "drafter": version.drafter if version else proposed.get("drafter"),
        "solver": result.get("solver"),
        "instance": version.instance_summary if version else None,
        "fingerprint": version.fingerprint if version else None,
        "seed": run.seed,
        "pool": plans.answer_of(run),
    } | {name: result[name] for name in FOUND if name in result}


def _last_payload(run: Run, event_type: EventType) -> dict[str, Any]:
    event = RunEvent.objects.filter(run=run, type=event_type).order_by("-sequence").first()
    return event.payload if event else {}
