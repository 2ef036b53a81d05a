"""What speaks for two different formulations being the same without proving it: the same optimum on several data.

It is never an equivalence. Two models can have the same best value and not the same plans, and a solver works with
tolerances.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from solvers import runner
from solvers.equivalence.budget import Budget
from solvers.instance import Instance, Sense
from solvers.result import Result, SolveOptions
from solvers.result import TerminationCondition as T

SAME = 1e-6  # relative to 1 + the larger value
RELATIVE_GAP = 1e-9
LEAST_SECONDS = 0.5
ENDS = {T.INFEASIBLE: "no plan", T.UNBOUNDED: "no end"}
Solve = Callable[[Instance], Result]


@dataclass(frozen=True, slots=True)
class Agreement:
    """On how many of `draws` both models have the `same` optimum, or each an `other` one; `sentence` says it."""

    draws: int
    same: int
    other: int
    sentence: str


def agreement(pairs: Sequence[tuple[Instance, Instance]], *, budget: Budget, solve: Solve | None = None) -> Agreement:
    """Solve both instances of each pair, the same data in two formulations, and compare their optima.

    Pairs that the time does not suffice for are said to be open, not guessed.
    """
    solve = solve or _through_runner(budget)
    same, other, shown = 0, 0, ""
    for first, second in pairs:
        if budget.is_spent():
            break
        ends = _end(first, solve(first)), _end(second, solve(second))
        if ends[0] is None or ends[1] is None:
            continue
        if _alike(ends[0], ends[1]):
            same += 1
        else:
            other += 1
            shown = shown or f" ({_text(ends[0])} and {_text(ends[1])})"
    return Agreement(len(pairs), same, other, _sentence(len(pairs), same, other, shown))


def _through_runner(budget: Budget) -> Solve:
    def solve(instance: Instance) -> Result:
        seconds = max(budget.left_seconds, LEAST_SECONDS)
        options = SolveOptions(time_limit_seconds=seconds, relative_gap=RELATIVE_GAP, proof_seconds=0.0)
        return runner.solve(instance, options=options, should_stop=budget.is_spent)

    return solve


def _end(instance: Instance, result: Result) -> float | str | None:
    """Return the optimum as a minimum, or why there is none; None where the solver did not come to an end."""
    if result.termination_condition in ENDS:
        return ENDS[result.termination_condition]
    if result.termination_condition is not T.OPTIMAL or result.objective_value is None:
        return None
    return -result.objective_value if instance.sense is Sense.MAXIMIZE else result.objective_value


def _alike(first: float | str, second: float | str) -> bool:
    if isinstance(first, str) or isinstance(second, str):
        return first == second
    return abs(first - second) <= SAME * (1.0 + max(abs(first), abs(second)))


def _text(end: float | str) -> str:
    return end if isinstance(end, str) else f"{end:.9g}"


def _sentence(draws: int, same: int, other: int, shown: str) -> str:
    unsolved = draws - same - other
    left = f"; {unsolved} not solved to the end" if unsolved else ""
    if other:
        return f"different: another optimum on {other} of {draws} draws{shown}{left}"
    if same:
        return f"different formulation; same optimum on {same} of {draws} draws{left}"
    return f"no evidence: none of {draws} draws was solved to the end"
