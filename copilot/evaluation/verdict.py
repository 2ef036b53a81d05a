"""What an answer is worth: right, wrong, not proven in the time, or at odds with a label that its own text refutes."""

from __future__ import annotations

from typing import Literal

import numpy as np

from copilot.evaluation.problems import Problem
from solvers.instance import Instance
from solvers.result import Result, SolutionStatus, TerminationCondition

Outcome = Literal["right", "wrong", "disputed", "unproven", "abstained", "error", "unjudged"]
T = TerminationCondition
SAME_STATUS = {
    "infeasible": {T.INFEASIBLE, T.INFEASIBLE_OR_UNBOUNDED},
    "unbounded": {T.UNBOUNDED, T.INFEASIBLE_OR_UNBOUNDED},
}
LIMITS = frozenset({T.TIME_LIMIT, T.NODE_LIMIT, T.ITERATION_LIMIT, T.MEMORY_LIMIT, T.INTERRUPTED})
_DECIDED = frozenset({T.INFEASIBLE, T.UNBOUNDED, T.INFEASIBLE_OR_UNBOUNDED})
_FINEST = 3  # decimals: finer numbers cannot move an answer beyond its tolerance
_EXACT = 1e-9


def judge(problem: Problem, result: Result) -> Outcome:
    """Right, wrong, unproven where a limit came first, an error where the solver failed, unjudged without a label."""
    found = result.objective_value if result.solution_status is not SolutionStatus.NO_SOLUTION else None
    return judged(problem, result.termination_condition, found, result.objective_bound)


def judged(problem: Problem, ended: TerminationCondition, value: float | None, bound: float | None) -> Outcome:
    """The same from what a record holds.

    An answer that a limit cut off is right where it meets the label; wrong where no optimum between it and the bound
    can; and else unproven, for nobody knows what the optimum is.
    """
    if problem.status != "optimal":
        if ended in SAME_STATUS[problem.status]:
            return "right"
        undecided = ended in LIMITS and (value is None or problem.status == "unbounded")
        return "unproven" if undecided else "wrong"
    if value is None and ended not in _DECIDED:
        return "unproven" if ended in LIMITS else "error"
    if not problem.is_judged:
        return "unjudged"
    if value is not None and problem.meets(value):
        return "right"
    return "unproven" if ended in LIMITS and value is not None and _open(problem, value, bound) else "wrong"


def _open(problem: Problem, value: float, bound: float | None) -> bool:
    """Whether the optimum of a search that was cut off can still be the label."""
    if problem.answer is None or bound is None or not np.isfinite(bound):
        return True
    slack = max(problem.absolute, problem.relative * abs(problem.answer))
    return min(value, bound) - slack <= problem.answer <= max(value, bound) + slack


def dispute(problem: Problem, instance: Instance, result: Result) -> str:
    """Why the label cannot belong to the numbers of the text though it tells the same plan; empty where it can.

    Two reasons can be shown: the label has more digits than any whole plan over the numbers as written, and the answer
    is as near to it as their rounding allows; or the label tells the same total in thousands.
    """
    label, value = problem.answer, result.objective_value
    if label is None or value is None or result.x is None:
        return ""
    costs, counts = instance.cost, np.abs(result.x)
    used = costs != 0
    if not np.any(used) or not instance.is_linear:
        return ""
    if label and abs(value - 1000 * label) <= _EXACT * abs(value) and _multiples(costs[used], 1000.0):
        return f"All amounts are whole thousands, and the label {label:g} tells the same total in thousands."
    step = _step(np.append(costs[used], instance.objective_offset))
    whole = bool(np.all(instance.integrality[used] == 1))
    if step is None or not whole or abs(label / step - round(label / step)) < 1e-3:
        return ""
    reach = float(counts[used].sum()) * step / 2
    if abs(value - label) > reach:
        return ""
    return (
        f"The numbers are written to {step:g}, so no plan has the value {label:.10g}: it was computed from finer "
        f"numbers. The answer is within the {reach:g} that rounding them can move it."
    )


def _step(numbers: np.ndarray) -> float | None:
    """The last decimal place that the numbers are written to; None for whole numbers and for finer ones."""
    for decimals in range(1, _FINEST + 1):
        step = 10.0**-decimals
        if _multiples(numbers, step):
            return None if _multiples(numbers, 1.0) else step
    return None


def _multiples(numbers: np.ndarray, step: float) -> bool:
    return bool(np.all(np.abs(numbers / step - np.round(numbers / step)) < 1e-6))
