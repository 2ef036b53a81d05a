"""Why there is no plan: the rules that clash, the smallest change that helps, or the quantities that nothing limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from copilot.drafting.formulation import Formulation
from copilot.runs.words import column_label, label_of, number
from solvers import runner
from solvers.explain.budget import Budget
from solvers.explain.infeasibility import Infeasibility, Relaxation
from solvers.explain.infeasibility import diagnose as diagnose_infeasibility
from solvers.explain.unboundedness import runaway_columns
from solvers.instance import Instance
from solvers.result import Result, SolveOptions, TerminationCondition

MAX_NONZEROS = 100_000
SECONDS, SOLVES = 30.0, 60  # for the whole explanation; a solve under way may end after them
OPTIONS = SolveOptions(time_limit_seconds=10.0)
UNBOUNDED = (TerminationCondition.UNBOUNDED, TerminationCondition.INFEASIBLE_OR_UNBOUNDED)


@dataclass(frozen=True, slots=True)
class Cause:
    """One sentence that names the cause, one that names the next step, and the rows or columns meant."""

    sentence: str
    next_step: str
    names: tuple[str, ...]


def diagnose(
    formulation: Formulation, instance: Instance, result: Result, *, should_stop: Callable[[], bool]
) -> Cause | None:
    """The cause of an ending without a plan; None when there is a plan, or the instance is too large to look into."""
    if instance.nonzero_count > MAX_NONZEROS or should_stop():
        return None
    condition = result.termination_condition
    budget = Budget(seconds=SECONDS, solves=SOLVES, should_stop=should_stop)

    def solve(variant: Instance) -> Result:
        return runner.solve(variant, options=OPTIONS, should_stop=should_stop)

    if condition is TerminationCondition.INFEASIBLE:
        found = diagnose_infeasibility(instance, solve, budget=budget)
        if not found.is_feasible:
            return _infeasible(formulation, found)
        condition = TerminationCondition.INFEASIBLE_OR_UNBOUNDED  # presolve sometimes confuses the two
    if condition in UNBOUNDED and (names := runaway_columns(instance, solve, budget=budget)):
        listed = _listed([column_label(name, formulation) for name in names[:4]])
        sentence = f"Nothing limits {listed}, so the objective can be improved without end."
        return Cause(
            sentence, "Add the limit that is missing: what is there at most of it, or what does it use up?", names
        )
    return None


def _infeasible(formulation: Formulation, found: Infeasibility) -> Cause:
    labels = [f"“{label_of(name, formulation)}”" for name in found.conflict[:5]]
    if len(labels) > 1:
        sentence = f"No plan exists: {_listed(labels)} cannot all hold at once."
    elif labels and not found.columns:
        sentence = f"No plan exists: {labels[0]} can never hold."
    elif labels:
        sentence = f"No plan exists: {labels[0]} cannot hold together with the bounds of the quantities."
    else:
        sentence = f"No plan exists. {found.reason}"
    if not found.repair:
        return Cause(sentence, "Check the smallest and largest allowed value of each quantity.", found.conflict)
    changes = [_change(relaxation, formulation) for relaxation in found.repair[:3]]
    return Cause(sentence, f"The smallest change that would make one possible: {_listed(changes)}.", found.conflict)


def _change(relaxation: Relaxation, formulation: Formulation) -> str:
    verb = "raise" if relaxation.side == "at most" else "lower"
    old, new = number(relaxation.limit), number(relaxation.new_limit)
    if relaxation.is_bound:
        which = "the largest" if relaxation.side == "at most" else "the smallest"
        return f"{verb} {which} allowed “{column_label(relaxation.row, formulation)}” from {old} to {new}"
    return f"{verb} “{label_of(relaxation.row, formulation)}” from {old} to {new}"


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
