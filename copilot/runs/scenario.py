"""What a scenario run adds to the explanation: whose words, how far to look, and the comparison with its base run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from copilot.drafting.formulation import Formulation
from copilot.runs.checks import Check
from copilot.runs.findings import Reach
from copilot.runs.levers import FIXED
from copilot.runs.models import ModelVersion, Run
from copilot.runs.telling import Teller
from copilot.runs.words import number
from solvers.explain.whatif import Lever
from solvers.instance import Instance
from solvers.result import TerminationCondition

SOLVES = 5_000  # of an explanation that was asked for, which its seconds bound
CLOSE = 1e-9


def reach_of(run: Run) -> Reach:
    """How far to look into the ending of a run: within a small budget unasked, as long as it takes when asked."""
    held = fixed_by(run)
    if run.kind != Run.Kind.EXPLAIN:
        return Reach(locked=held)
    locked = frozenset(run.question.get("locked", ())) | held
    return Reach(seconds=run.time_limit_seconds, solves=SOLVES, nonzeros=None, locked=locked)


def fixed_by(run: Run) -> frozenset[str]:
    """The columns that a scenario fixes; a repair must not undo the question."""
    return frozenset(change["name"] for change in run.changes if change["lever"] == FIXED)


def teller(run: Run, version: ModelVersion, formulation: Formulation, instance: Instance) -> Teller:
    """Tells findings in the words of the version's request."""
    locked = run.question.get("locked", ())
    return Teller(formulation, instance, version.request_text, held=fixed_by(run), locked=locked)


def applicable(run: Run, checks: list[Check]) -> list[Check]:
    """The checks without the one that asks for the request's own costs, where a scenario has other ones."""
    if any(change["lever"] == Lever.COST for change in run.changes):
        return [check for check in checks if check.name != "value"]
    return checks


def compared(run: Run, explained: Mapping[str, Any]) -> dict[str, Any]:
    """The scenario's changes and its objective before and after, with the difference in the headline."""
    if run.kind != Run.Kind.SCENARIO:
        return {}
    before_result = (run.base_run.result if run.base_run else None) or {}
    before, after = before_result.get("objective_value"), explained["objective_value"]
    unit, label = explained["objective_unit"], explained["objective_label"]
    told = {
        "changes": run.changes,
        "label": label,
        "before": before,
        "after": after,
        "before_text": _objective(before_result, unit),
        "after_text": _objective(explained, unit),
        "difference_text": "",
        "is_proven": _is_proven(explained) and _is_proven(before_result),
    }
    if before is None or after is None:
        return {"scenario": told}
    difference = after - before
    same = abs(difference) <= CLOSE * (1.0 + abs(before))
    told["difference_text"] = (
        "no difference" if same else f"{number(abs(difference), unit)} {_more_or_less(difference)}"
    )
    against = f"as before ({told['before_text']})" if same else f"than before ({told['before_text']})"
    amount = "The same" if same else told["difference_text"].capitalize()
    unproven = "" if told["is_proven"] else " Not both are proven best, so the difference is only what was found."
    return {"scenario": told, "headline": f"{explained['headline']} {amount} {against}.{unproven}"}


def _objective(result: Mapping[str, Any], unit: str) -> str:
    """The objective value; without one, whether there is no plan or none was found."""
    value = result.get("objective_value")
    return without_plan(result.get("termination_condition", "")) if value is None else number(value, unit)


def without_plan(condition: str) -> str:
    """What stands in the place of an objective value: only an infeasible model has no plan."""
    return "no plan" if condition == TerminationCondition.INFEASIBLE else "none found"


def _more_or_less(difference: float) -> str:
    return "more" if difference > 0 else "less"


def _is_proven(result: Mapping[str, Any]) -> bool:
    return result.get("solution_status") == "optimal"
