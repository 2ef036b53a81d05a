"""Why there is no plan, in a sentence or two: the rules that clash, the smallest change, or what nothing limits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from copilot.drafting.formulation import Formulation
from copilot.runs.findings import Findings
from copilot.runs.levers import Change, lever_of, words
from copilot.runs.words import column_label, short_label
from solvers.explain.conflict import Conflict, ConflictState
from solvers.explain.items import Kind
from solvers.explain.ray import RayState
from solvers.explain.repair import Aim, Repairs

NEARLY = "Yet no limit is broken by more than its own tolerance: the model is feasible, or very nearly."


@dataclass(frozen=True, slots=True)
class Cause:
    """One sentence that names the cause, one that names the next step, and the rows or columns meant."""

    sentence: str
    next_step: str
    names: tuple[str, ...]


def cause_of(formulation: Formulation, findings: Findings, *, held: Collection[str] = ()) -> Cause | None:
    """The cause of an ending without a plan; None when there is a plan, or nothing was found out.

    `held` names the columns that a scenario fixes.
    """
    if findings.ray is not None and findings.ray.state is RayState.UNBOUNDED:
        names = tuple(step.name for step in findings.ray.steps)
        listed = _listed([column_label(name, formulation) for name in names[:4]])
        sentence = f"Nothing limits {listed}, so the objective can be improved without end."
        return Cause(
            sentence, "Add the limit that is missing: what is there at most of it, or what does it use up?", names
        )
    if findings.conflict is None:
        return None
    if findings.conflict.state is ConflictState.FEASIBLE:
        return Cause(f"The solver found no plan. {NEARLY}", "Try another solver, or loosen the rules a little.", ())
    sentence, names = _contradiction(formulation, findings.conflict, held)
    return Cause(sentence, _next_step(formulation, findings.repairs), names)


def _contradiction(formulation: Formulation, conflict: Conflict, held: Collection[str]) -> tuple[str, tuple[str, ...]]:
    rows = tuple(dict.fromkeys(item.name for item in conflict.items if item.is_row))
    others = [item for item in conflict.items if not item.is_row]
    labels = [f"“{short_label(name, formulation)}”" for name in rows[:5]]
    if labels and any(item.name in held for item in others):
        verb = "cannot hold" if len(labels) == 1 else "cannot all hold"
        return f"No plan exists: {_listed(labels)} {verb} together with the value that is forced here.", rows
    if len(labels) > 1:
        return f"No plan exists: {_listed(labels)} cannot all hold at once.", rows
    if labels and not others:
        return f"No plan exists: {labels[0]} can never hold.", rows
    if labels:
        return f"No plan exists: {labels[0]} cannot hold together with the bounds of the quantities.", rows
    if others:
        whole = any(item.kind is Kind.INTEGRALITY for item in others)
        with_whole = ", and that they must be whole," if whole else ""
        return f"No plan exists. The bounds of the quantities{with_whole} alone already contradict each other.", ()
    return f"No plan exists. {conflict.reason}".strip(), ()


def _next_step(formulation: Formulation, repairs: Repairs | None) -> str:
    """The least total relative change, which is the one that is found first."""
    found = repairs.found if repairs else ()
    if not found:
        return "Check the smallest and largest allowed value of each quantity."
    least = next((repair for repair in found if Aim.RELATIVE_TOTAL in repair.aims), found[0])
    moved = [
        Change(lever_of(change.item), change.item.name, change.item.limit, change.new_limit) for change in least.changes
    ]
    told = [words(change, formulation) for change in moved[:3]]
    more = [f"{len(moved) - 3} more"] if len(moved) > 3 else []
    return f"The smallest change that would make one possible: {_listed([*told, *more])}."


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
