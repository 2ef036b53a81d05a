"""A finished run as one JSON object and as plain text."""

from __future__ import annotations

from typing import Any

from copilot.runs import plans
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, Run, RunEvent

FOUND = ("conflict", "repairs", "ray", "sensitivity")  # only where there was something to find
SOLVED, FAILED, NEEDS_INPUT = 0, 1, 2


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
        "reasons": _last_payload(run, EventType.DRAFT_ABSTAINED).get("reasons", []),
        "drafter": version.drafter if version else proposed.get("drafter"),
        "solver": result.get("solver"),
        "instance": version.instance_summary if version else None,
        "fingerprint": version.fingerprint if version else None,
        "seed": run.seed,
        "pool": plans.answer_of(run),
    } | {name: result[name] for name in FOUND if name in result}


def exit_code(answer: dict[str, Any]) -> int:
    """0 when there is a plan, 2 when a person has to answer or say it differently, 1 otherwise."""
    if answer["status"] == Lifecycle.AWAITING_INPUT:
        return NEEDS_INPUT
    return SOLVED if answer["status"] == Lifecycle.SUCCEEDED and answer["variables"] else FAILED


def plain_text(answer: dict[str, Any]) -> str:
    """The answer for a terminal."""
    lines = [answer["message"]]
    lines += [f"  {row['label']}: {row['text']} {row['unit']}".rstrip() for row in answer["table"]]
    lines += _section("Binding", [f"{row['label']} ({row['text']})" for row in answer["binding"]])
    lines += _section("Plans kept", _other_plans(answer["pool"]))
    lines += _section("Assumed", answer["assumptions"])
    lines += _section("Question", [_question(question) for question in answer["questions"]])
    lines += _section("Checks", [f"{c['status']:7} {c['title']}: {c['detail']}" for c in answer["checks"]])
    statuses = (
        answer["status"],
        answer["termination_condition"] or "none",
        answer["verification"],
        answer["certificate"],
    )
    lines.append("Run {} · termination {} · verification {} · certificate {}".format(*statuses))
    return "\n".join(lines)


def _other_plans(pool: dict[str, Any] | None) -> list[str]:
    """What is promised of them, and each with its distance from the first and what it does otherwise."""
    if pool is None:
        return []
    lines = [pool["sentence"]]
    for place, plan in enumerate(pool["solutions"][1:], start=2):
        changes = plan["changes"]
        told = [f"{one['name']} = {one['here']:g} instead of {one['final']:g}" for one in changes["first"]]
        more = changes["count"] - len(told)
        differs = ", ".join(told) + (f" and {more} more" if more else "")
        away = "" if plan["distance"] is None else f" ({plan['distance']:.2%} away)"
        lines.append(f"plan {place}: {plan['objective_value']:.12g}{away}: {differs}")
    return lines


def _question(question: dict[str, Any]) -> str:
    options = " / ".join(question["options"])
    return f"{question['text']} ({options})" if options else str(question["text"])


def _section(title: str, entries: list[str]) -> list[str]:
    return [f"{title}:", *(f"  {entry}" for entry in entries)] if entries else []


def _last_payload(run: Run, event_type: EventType) -> dict[str, Any]:
    event = RunEvent.objects.filter(run=run, type=event_type).order_by("-sequence").first()
    return event.payload if event else {}
