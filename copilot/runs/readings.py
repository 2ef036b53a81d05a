"""What each answer to a question would lead to: the request is read with it, built and solved, before anybody is asked.

A question whose answers all come to the same best value is not worth a person's time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from copilot.drafting.base import Draft, Drafter, DraftRequest, Question
from copilot.runs.builds import trial_build
from copilot.runs.explain import NO_POINT
from copilot.runs.stage import Stage
from copilot.runs.words import number, objective_label
from solvers import runner
from solvers.instance import Instance
from solvers.result import Result, SolveOptions, TerminationCondition

T = TerminationCondition
MOST = 5  # options that are tried
SECONDS = 2.0  # of one solve
SAME = 1e-6  # relative: two best values that are no different
FURTHER = "one more question"
NO_PLAN = {T.INFEASIBLE: "no plan is possible", T.UNBOUNDED: "nothing limits it"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One option and what it leads to: a draft, a further question, or, with `reasons`, no model at all.

    `value` is the best value (None: there is none, or it was not found in time), `words` says the outcome.
    """

    option: str
    draft: Draft | None = None
    reasons: tuple[str, ...] = ()
    termination_condition: str = ""
    value: float | None = None
    words: str = ""


def explored(stage: Stage, drafter: Drafter, request: DraftRequest, question: Question) -> tuple[Reading, ...]:
    """Every option read, built and solved; none for a drafter whose readings cost money, or for too many options."""
    if drafter.name != "builtin" or not 0 < len(question.options) <= MOST:
        return ()
    return tuple(_read(stage, drafter, request, option) for option in question.options)


def _read(stage: Stage, drafter: Drafter, request: DraftRequest, option: str) -> Reading:
    with_answer = replace(request, text=f"{request.text}\n\n{option}")
    outcome = drafter.draft(with_answer, _quiet, stage.lease.should_stop)
    stage.check()
    if outcome.status == "abstained":
        return Reading(option, reasons=outcome.reasons or ("It is not understood with this answer either.",))
    if outcome.status == "question":
        return Reading(option, words=FURTHER)
    draft = outcome.draft if outcome.status == "complete" else None
    built = trial_build(stage)(draft.program, draft.data).instance if draft else None
    return _solved(stage, option, draft, built) if draft and built is not None else Reading(option)


def all_alike(readings: Sequence[Reading]) -> bool:
    """Whether every option leads to the same: the same best value, or the same lack of one."""
    first, *others = readings
    if not others or any(one.draft is None or not one.termination_condition for one in readings):
        return False
    return all(one.termination_condition == first.termination_condition and _same(one, first) for one in others)


def _same(one: Reading, other: Reading) -> bool:
    if one.value is None or other.value is None:
        return one.value is other.value
    return math.isclose(one.value, other.value, rel_tol=SAME, abs_tol=SAME)


def _solved(stage: Stage, option: str, draft: Draft, instance: Instance) -> Reading:
    options = SolveOptions(time_limit_seconds=SECONDS, threads=1, seed=stage.run.seed % 2**31, relative_gap=1e-6)
    result = runner.solve(instance, solver="highs", options=options, core_count=1, should_stop=stage.lease.should_stop)
    stage.check()
    ended = result.termination_condition
    if ended not in (T.OPTIMAL, T.OPTIMAL_WITHIN_TOLERANCE, *NO_POINT):
        return Reading(option, draft)  # not known in time
    value = result.objective_value if ended not in NO_POINT else None
    return Reading(option, draft, (), str(ended), value, _words(draft, result, value))


def _words(draft: Draft, result: Result, value: float | None) -> str:
    if value is None:
        return NO_PLAN.get(result.termination_condition, "no best plan")
    return f"{objective_label(draft.formulation)}: {number(value, draft.formulation.objective.unit)}"


def _quiet(event_type: str, payload: dict[str, object]) -> None:
    """Nothing is told of a trial."""
