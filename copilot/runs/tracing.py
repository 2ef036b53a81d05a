"""A run told line by line from its events, with what its language model was asked: for the record and for diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from copilot.llm.models import LlmCall
from copilot.runs.events import EventType as E
from copilot.runs.models import Run, RunEvent

Payload = Mapping[str, Any]
_WIDTH = 150


def trace(run: Run) -> Iterator[str]:
    """One line per event that changed something, then the sums of the calls."""
    events = (
        RunEvent.objects.filter(run=run).exclude(type__in=(E.SOLVE_PROGRESS, E.SOLUTION_FOUND)).order_by("sequence")
    )
    begun = None
    for event in events:
        begun = begun or event.created_at
        seconds = (event.created_at - begun).total_seconds()
        detail = _TOLD.get(event.type, _message)(event.payload)
        yield f"{event.sequence:4d} {seconds:8.2f}s  {event.type:22s} {detail[:_WIDTH]}".rstrip()
    calls = LlmCall.objects.filter(run_id=run.id)
    if calls:
        read, written = (sum(getattr(one, f"{kind}_tokens") or 0 for one in calls) for kind in ("input", "output"))
        outcomes = ", ".join(f"{one.stage} {one.outcome}" for one in calls)
        yield f"calls: {len(calls)} ({outcomes}); {read:,} tokens read, {written:,} written"


def _message(payload: Payload) -> str:
    return " ".join(str(payload.get("message", "")).split())


def _attempt(payload: Payload) -> str:
    tokens = f"{payload.get('input_tokens')} + {payload.get('output_tokens')} tokens"
    model = f"{payload.get('llm')} ({payload.get('method')})"
    asked = f"{payload.get('stage')}, try {payload.get('attempt')}, {model}, {tokens}"
    problem = " ".join(str(payload.get("problem", "")).split())
    return f"{asked}: refused: {problem}" if problem else f"{asked}: understood"


def _partial(payload: Payload) -> str:
    return f"{len(payload.get('items', ()))} items so far"


def _formulated(payload: Payload) -> str:
    found = payload.get("formulation") or {}
    counts = [f"{len(found.get(name, ()))} {name}" for name in ("parameters", "variables", "constraints")]
    return ", ".join(counts) + (f"; edited: {', '.join(payload['changed'])}" if payload.get("changed") else "")


def _proposed(payload: Payload) -> str:
    lines = len(str(payload.get("program", "")).strip().splitlines())
    return f"repair {payload['repair']}, {lines} lines" if payload.get("repair") else f"first draft, {lines} lines"


def _tried(payload: Payload) -> str:
    failing = ", ".join(payload.get("failing", ())) or "nothing"
    return f"fails: {failing}; " + (f"not taken: {payload['not_taken']}" if payload.get("not_taken") else "taken")


def _repair(payload: Payload) -> str:
    return f"number {payload.get('repair')}, because of the {payload.get('step')}: {payload.get('because')}"


def _built(payload: Payload) -> str:
    return f"{payload.get('rows')} rows, {payload.get('columns')} columns, tier {payload.get('tier')}"


def _checks(payload: Payload) -> str:
    checks = payload.get("checks", ())
    counts = {word: sum(one["status"] == word for one in checks) for word in ("pass", "fail", "unknown")}
    failed = "; ".join(f"{one['name']}: {one['detail']}" for one in checks if one["status"] == "fail")
    return ", ".join(f"{count} {word}" for word, count in counts.items()) + (f": {failed}" if failed else "")


def _solved(payload: Payload) -> str:
    return f"{payload.get('termination_condition')}, objective {payload.get('objective_value')}"


def _finished(payload: Payload) -> str:
    return f"{payload.get('lifecycle')}: {_message(payload)}"


_TOLD: Mapping[str, Callable[[Payload], str]] = {
    E.DRAFT_ATTEMPT: _attempt,
    E.DRAFT_PARTIAL: _partial,
    E.DRAFT_FORMULATED: _formulated,
    E.DRAFT_PROPOSED: _proposed,
    E.DRAFT_TRIED: _tried,
    E.DRAFT_REPAIR: _repair,
    E.INSTANCE_BUILT: _built,
    E.CHECKS_FINISHED: _checks,
    E.SOLVE_FINISHED: _solved,
    E.RUN_FINISHED: _finished,
}
