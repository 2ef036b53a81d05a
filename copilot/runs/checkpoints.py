"""Drafting as the events of a run keep it: written before each next step, and folded again by whoever takes over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from copilot.drafting.base import Draft, Feedback, Formulated
from copilot.drafting.formulation import Formulation
from copilot.drafting.loop import Kept
from copilot.drafting.repair import Trial
from copilot.drafting.wire import data_from_json, data_to_json
from copilot.runs.events import EventType as E
from copilot.runs.events import Payload
from copilot.runs.models import Run, RunEvent
from copilot.runs.stage import Stage

OF_RUN = "experience_of"  # in `draft.formulated` of a run that tries again: the run that chose the experience
STEPS = (E.DRAFT_FORMULATED, E.DRAFT_PROPOSED, E.DRAFT_TRIED, E.DRAFT_REPAIR, E.DRAFT_HANDED_OVER, E.DRAFT_ANSWERED)


@dataclass(slots=True)
class EventLog:
    """Keeps each step of the loop as an event of the run; `alone` marks that the newest message was read by itself."""

    stage: Stage
    alone: bool = False

    def formulated(self, formulated: Formulated) -> None:
        """`draft.formulated`."""
        self.stage.check()
        self.stage.record(E.DRAFT_FORMULATED, formulated_payload(formulated) | {"alone": self.alone})

    def proposed(self, draft: Draft, repair: int) -> None:
        """`draft.proposed`."""
        self.stage.check()
        self.stage.record(E.DRAFT_PROPOSED, _proposed(draft) | {"repair": repair, "alone": self.alone})

    def tried(self, trial: Trial, mark: str, not_taken: str) -> None:
        """`draft.tried`."""
        told: Payload = {
            "builds": trial.built is not None,
            "failing": sorted(trial.failing),
            "unknown": sorted(trial.unknown),
            "mark": mark,
            "not_taken": not_taken,
        }
        self.stage.record(E.DRAFT_TRIED, told)

    def repairing(self, feedback: Feedback, repair: int) -> None:
        """`draft.repair`."""
        self.stage.check()
        self.stage.record(E.DRAFT_REPAIR, {"because": feedback.message, "repair": repair, "step": feedback.stage})


@dataclass(frozen=True, slots=True)
class Reached:
    """Where drafting stands, and whether it reads the newest message alone."""

    kept: Kept
    alone: bool = False


def reached(run: Run) -> Reached:
    """What the run's events keep of drafting, whichever worker wrote them."""
    steps = RunEvent.objects.filter(run=run, type__in=STEPS).order_by("sequence")
    return folded(steps.values_list("type", "payload"))


def folded(steps: Iterable[tuple[str, Any]]) -> Reached:
    """The steps, in order, as the loop takes them up."""
    kept, alone = Kept(), False
    for event_type, payload in steps:
        alone = bool(payload.get("alone", alone))
        if event_type == E.DRAFT_ANSWERED:  # the request has grown: what was read before is read anew
            kept, alone = Kept(), False
        elif event_type == E.DRAFT_FORMULATED:
            kept = Kept(formulated=_formulated(payload))
        elif event_type == E.DRAFT_PROPOSED:
            kept = replace(kept, candidate=_draft(payload))
        elif event_type == E.DRAFT_TRIED:
            best = kept.draft if payload["not_taken"] else kept.candidate
            marks = kept.marks | ({payload["mark"]} if payload["mark"] else set())
            kept = replace(kept, draft=best, candidate=None, marks=marks)
        elif event_type == E.DRAFT_REPAIR:
            kept = replace(kept, repairs=int(payload.get("repair", kept.repairs + 1)))
    return Reached(kept, alone)


def settled_before(run: Run) -> Payload | None:
    """The formulation that a run has settled, for a run that tries again: it is not paid for twice.

    None where it settled none. One that came to a version or was handed over is read anew, unless a person edited it.
    """
    if run.version_id is not None or RunEvent.objects.filter(run=run, type=E.DRAFT_HANDED_OVER).exists():
        return settled_by_person(run)
    found = _settled(RunEvent.objects.filter(run=run))
    return None if found is None else {OF_RUN: str(run.id)} | found


def settled_by_person(run: Run) -> Payload | None:
    """The formulation that a run began with, because a person edited it."""
    return _settled(RunEvent.objects.filter(run=run, payload__by="person"))


def _settled(rows: QuerySet[RunEvent]) -> Payload | None:
    event = rows.filter(type=E.DRAFT_FORMULATED).order_by("-sequence").first()
    return dict(event.payload) if event else None


def edited_by_hand(run: Run) -> tuple[str, ...]:
    """Names of the items that a person edited before the run began; none for a run that began with a message."""
    edits = RunEvent.objects.filter(run=run, type=E.DRAFT_FORMULATED, payload__by="person")
    payload = edits.values_list("payload", flat=True).first()
    return tuple(str(item).rpartition(" ")[2] for item in payload["changed"]) if payload else ()


def formulated_payload(formulated: Formulated) -> Payload:
    """A settled formulation as `draft.formulated` holds it."""
    return {
        "formulation": formulated.formulation.model_dump(mode="json"),
        "insights": list(formulated.insights_adopted),
        "changed": list(formulated.changed),
    }


def _formulated(payload: Payload) -> Formulated:
    formulation = Formulation.model_validate(payload["formulation"])
    return Formulated(formulation, tuple(payload.get("insights", ())), tuple(payload.get("changed", ())))


def _proposed(draft: Draft) -> Payload:
    return {
        "drafter": draft.drafter,
        "formulation": draft.formulation.model_dump(mode="json"),
        "program": draft.program,
        "data": data_to_json(draft.data),
        "insights": list(draft.insights_adopted),
    }


def _draft(payload: Payload) -> Draft:
    return Draft(
        formulation=Formulation.model_validate(payload["formulation"]),
        program=payload["program"],
        data=data_from_json(payload["data"]),
        drafter=payload["drafter"],
        insights_adopted=tuple(payload.get("insights", ())),
    )
