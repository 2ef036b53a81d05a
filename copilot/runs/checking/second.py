"""Two paths to one model: our own program of the formulation, and the built-in drafter's own reading of the request."""

from __future__ import annotations

from collections.abc import Callable

from copilot.drafting.base import Data, Draft, DraftingError, DraftRequest
from copilot.drafting.builtin import BuiltinDrafter
from copilot.drafting.program import data_of, write_program
from copilot.runs.checking.check import Check, Status
from copilot.sandbox.outcome import BuildOutcome
from solvers.equivalence.compare import Equivalence, equivalence
from solvers.instance import Instance

Build = Callable[[str, Data], BuildOutcome]
PROGRAM = "A program that we wrote from the formulation builds the same model"
READING = "The built-in drafter, reading the request alone, comes to the same model"
SECONDS = 2.0
MAX_NONZEROS = 200_000


def second_program(draft: Draft, instance: Instance, build: Build) -> Check | None:
    """The formulation as our own writer says it, against the draft's program; None where there is no second path."""
    if draft.drafter == BuiltinDrafter.name or instance.nonzero_count > MAX_NONZEROS:
        return None
    try:
        program, data = write_program(draft.formulation), data_of(draft.formulation)
    except DraftingError:
        return None  # not all of it is written as plain sums: the comparison of rows says so
    built = build(program, data)
    if built.instance is None:
        reason = built.failure.message if built.failure else "nothing was built"
        return Check("program", PROGRAM, "unknown", f"The formulation cannot be built as it is written: {reason}")
    return judged_alike("program", PROGRAM, equivalence(built.instance, instance, seconds=SECONDS), differs="fail")


def second_reading(draft: Draft, instance: Instance, request: DraftRequest, build: Build) -> Check | None:
    """What the built-in drafter makes of the same request; None where it wrote the draft itself or abstains."""
    is_alone = request.previous is None
    if draft.drafter == BuiltinDrafter.name or not is_alone or instance.nonzero_count > MAX_NONZEROS:
        return None
    try:
        outcome = BuiltinDrafter().draft(request, lambda _kind, _payload: None, lambda: False)
    except DraftingError:
        return None
    if outcome.status != "complete" or outcome.draft is None:
        return None
    built = build(outcome.draft.program, outcome.draft.data)
    if built.instance is None:
        return None
    return judged_alike("reading", READING, equivalence(built.instance, instance, seconds=SECONDS), differs="unknown")


def judged_alike(name: str, title: str, found: Equivalence, *, differs: Status) -> Check:
    """The check that a comparison of two models amounts to; `differs` is its status where they are different."""
    if found.verdict in ("identical", "equivalent"):
        return Check(name, title, "pass", f"Compared row by row: {found.verdict}.")
    if found.verdict == "different":
        where = f" Seen in: {found.witness}." if found.witness else ""
        return Check(name, title, differs, f"The two models are different, so at least one of them is wrong.{where}")
    return Check(name, title, "unknown", f"Not decided: {found.reason}")
