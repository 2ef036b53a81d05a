"""The order of drafting, told here alone: formulate, program, try, and repair until it is better or handed over.

Every step is kept in the log before the next begins; with what a log kept, the loop goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from copilot.drafting.base import (
    Draft,
    Drafter,
    DraftingError,
    DraftOutcome,
    DraftReport,
    DraftRequest,
    DraftsInStages,
    Feedback,
    Formulated,
)
from copilot.drafting.editing import compiled, follow
from copilot.drafting.prompting import case_text
from copilot.drafting.repair import Trial, is_same, signature, why_not_better

REPAIRS = 3
_CASE_SHOWN = 1_200


class Log(Protocol):
    """Where the steps are kept: as events of a run, or nowhere."""

    def formulated(self, formulated: Formulated) -> None:
        """The formulation is settled."""

    def proposed(self, draft: Draft, repair: int) -> None:
        """A draft is about to be tried; `repair` counts from 1, 0 is the first draft."""

    def tried(self, trial: Trial, mark: str, not_taken: str) -> None:
        """What came of the draft proposed last, and why it is not taken (empty: it is the best so far)."""

    def repairing(self, feedback: Feedback, repair: int) -> None:
        """A repair is about to be asked for."""


class NoLog:
    """Keeps nothing."""

    def formulated(self, formulated: Formulated) -> None:
        """Nothing."""

    def proposed(self, draft: Draft, repair: int) -> None:
        """Nothing."""

    def tried(self, trial: Trial, mark: str, not_taken: str) -> None:
        """Nothing."""

    def repairing(self, feedback: Feedback, repair: int) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who drafts, who tries a draft out (builds and checks it), who is told, and how many repairs there may be."""

    drafter: Drafter
    try_out: Callable[[Draft], Trial]
    report: DraftReport
    should_stop: Callable[[], bool] = lambda: False
    log: Log = field(default_factory=NoLog)
    repairs: int = REPAIRS


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier attempt at the same work had reached.

    `draft` is the best that was tried, `candidate` one that was proposed and not tried; `marks` are the refusals seen.
    """

    formulated: Formulated | None = None
    draft: Draft | None = None
    candidate: Draft | None = None
    repairs: int = 0
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Settled:
    """The best draft and what came of it; `handed_over` says why no further repair is made, with the failing case."""

    draft: Draft
    trial: Trial
    handed_over: str = ""


def first_draft(desk: Desk, request: DraftRequest, kept: Kept | None = None) -> DraftOutcome:
    """Formulate and write the program, or go on after the stage that was kept. Raises DraftingError."""
    kept = kept or Kept()
    if ready := kept.draft or kept.candidate:
        return DraftOutcome("complete", draft=ready)
    drafter, formulated = desk.drafter, kept.formulated
    if formulated is not None and request.previous is not None and (draft := follow(request.previous, formulated)):
        return DraftOutcome("complete", draft=draft)
    if not isinstance(drafter, DraftsInStages):
        if formulated is not None:
            return DraftOutcome("complete", draft=compiled(formulated, drafter.name))
        return drafter.draft(request, desk.report, desk.should_stop)
    if formulated is None:
        found = drafter.formulate(request, desk.report, desk.should_stop)
        if isinstance(found, DraftOutcome):
            return found
        formulated = found
        desk.log.formulated(formulated)
    return drafter.program(request, formulated, desk.report, desk.should_stop)


def settle(desk: Desk, request: DraftRequest, draft: Draft, kept: Kept | None = None) -> Settled:
    """Try the draft, and mend it while that makes it better; at most `desk.repairs` times, and no error twice."""
    kept = kept or Kept()
    if kept.draft is None and kept.candidate is None:
        desk.log.proposed(draft, 0)
    trial = desk.try_out(draft)
    if kept.draft is None:
        desk.log.tried(trial, _mark(trial, draft), "")
    marks = {*kept.marks, _mark(trial, draft)}
    candidate = kept.candidate if kept.draft is not None else None
    repairs, notes = kept.repairs, list[str]()
    while trial.feedback is not None:
        if candidate is None:
            if repairs >= desk.repairs:
                return _handed_over(draft, trial, f"After {_times(repairs)} the draft still fails", notes)
            repairs += 1
            candidate, why = _repaired(desk, request, draft, _with_notes(trial.feedback, notes), repairs)
            if candidate is None:
                return _handed_over(draft, trial, why, notes)
        new = desk.try_out(candidate)
        mark = _mark(new, candidate)
        not_taken = why_not_better(trial, new, draft, candidate)
        repeated = new.feedback is not None and mark in marks and (bool(not_taken) or new.built is None)
        desk.log.tried(new, mark, not_taken or ("the same error came back" if repeated else ""))
        if repeated:
            return _handed_over(draft, trial, "The same error came back after a repair", notes)
        marks.add(mark)
        if not_taken:
            notes.append(not_taken)
        else:
            draft, trial, notes = candidate, new, []
        candidate = None
    return Settled(draft, trial)


def _repaired(
    desk: Desk, request: DraftRequest, draft: Draft, feedback: Feedback, repair: int
) -> tuple[Draft | None, str]:
    """A mended draft to try, or None and why there is none."""
    desk.log.repairing(feedback, repair)
    try:
        outcome = desk.drafter.repair(request, draft, feedback, desk.report, desk.should_stop)
    except DraftingError as error:
        return None, str(error).rstrip(".")
    if outcome.draft is None:
        return None, " ".join(outcome.reasons).rstrip(".") or "The drafter knows no repair"
    if is_same(outcome.draft, draft):
        return None, "The drafter sent the same draft again"
    desk.log.proposed(outcome.draft, repair)
    return outcome.draft, ""


def _with_notes(feedback: Feedback, notes: list[str]) -> Feedback:
    return replace(feedback, details={**feedback.details, "not_taken": list(notes)}) if notes else feedback


def _mark(trial: Trial, draft: Draft) -> str:
    return signature(trial.feedback, draft.program) if trial.feedback is not None else ""


def _handed_over(draft: Draft, trial: Trial, why: str, notes: list[str]) -> Settled:
    assert trial.feedback is not None
    tried = f" A repair was not taken: {notes[-1]}." if notes else ""
    by_hand = "correct the formulation by hand, " if trial.built is not None else ""  # what built becomes a version
    advice = f"Say the part concerned in other words, {by_hand}or press Retry."
    case = case_text(trial.feedback, draft.program)[:_CASE_SHOWN]
    return Settled(draft, trial, f"{why}.{tried} It is yours now. {advice}\n{case}")


def _times(count: int) -> str:
    return "one repair" if count == 1 else f"{count} repairs"
