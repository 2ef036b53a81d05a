"""One problem taken down the line without a database: draft, build in the sandbox, check, solve, judge the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from copilot.drafting.base import Draft, Drafter, DraftingError, DraftOutcome, DraftRequest, Feedback, InsightText
from copilot.drafting.loop import Desk, first_draft, settle
from copilot.drafting.repair import Trial
from copilot.evaluation.problems import Problem
from copilot.evaluation.verdict import LIMITS, Outcome, dispute, judge, judged
from copilot.runs import checks as checking
from copilot.runs import judging
from copilot.runs.checking.literals import literals
from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import Limits
from solvers import runner
from solvers.instance import Instance
from solvers.result import Result, SolutionStatus, SolveOptions, TerminationCondition

REPAIRS = 3


@dataclass(frozen=True, slots=True)
class Tools:
    """What every attempt uses: a drafter, the sandbox with its limits, the solver, and the experience to draft with."""

    drafter: Drafter
    sandbox: Sandbox
    limits: Limits
    solver: str = "auto"
    options: SolveOptions = field(default_factory=SolveOptions)
    insights: Callable[[str], tuple[InsightText, ...]] = lambda _: ()
    repairs: int = REPAIRS


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a drafter did on one problem.

    `how` says at which step it ended and as what. `reading` is filled where the answer would have been met with the
    whole numbers of the draft left out ("continuous"), or with all variables whole ("integer"). `bound` is what no plan
    is better than, as far as the solver showed; `reason` says why an answer is no success. `insights` are the
    keys of those that it was drafted with.
    """

    id: str
    suite: str
    group: str
    seed: int
    outcome: Outcome
    how: str
    value: float | None = None
    bound: float | None = None
    answer: float | None = None
    reason: str = ""
    termination_condition: str = ""
    verification: str = ""
    reading: str = ""
    assumptions: int = 0
    insights: tuple[str, ...] = ()
    draft_seconds: float = 0.0
    build_seconds: float = 0.0
    solve_seconds: float = 0.0
    tokens: int = 0
    calls: int = 0

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


class _Told:
    """Counts what a drafter reports of its calls."""

    def __init__(self) -> None:
        self.tokens = self.calls = 0

    def __call__(self, event: str, payload: dict[str, object]) -> None:
        if "input_tokens" in payload:
            self.calls += 1
            counts = (payload.get("input_tokens"), payload.get("output_tokens"))
            self.tokens += sum(count for count in counts if isinstance(count, int))


def attempt(
    problem: Problem, tools: Tools, *, seed: int = 0, should_stop: Callable[[], bool] = lambda: False
) -> Attempt:
    """Draft, build, solve and judge one problem; a failure on the way is an outcome, never an exception."""
    told = _Told()
    blank = Attempt(problem.id, problem.suite, problem.group, seed, "error", "draft", answer=problem.answer)
    try:
        found = _walk(problem, tools, blank, told, should_stop)
    except DraftingError as error:
        found = replace(blank, how="drafter failed", reason=str(error))
    except Exception as error:  # a defect of ours is counted, named, and does not end the evaluation
        found = replace(blank, how="unexpected", reason=f"{type(error).__name__}: {error}")
    return replace(found, tokens=told.tokens, calls=told.calls)


def _walk(problem: Problem, tools: Tools, blank: Attempt, told: _Told, should_stop: Callable[[], bool]) -> Attempt:
    shown = tools.insights(problem.text)
    blank = replace(blank, insights=tuple(one.key for one in shown))
    request = DraftRequest(problem.text, tables=problem.tables, insights=shown, seed=blank.seed)
    trying = _Trying(problem, tools, blank.seed, should_stop)
    desk = Desk(tools.drafter, trying, told, should_stop, repairs=tools.repairs)
    started = time.perf_counter()
    outcome = first_draft(desk, request)
    if outcome.draft is None or outcome.status != "complete":
        return _abstained(replace(blank, draft_seconds=time.perf_counter() - started), outcome)
    settled = settle(desk, request, outcome.draft)
    drafting = time.perf_counter() - started - trying.seconds
    blank = replace(blank, draft_seconds=drafting, build_seconds=trying.seconds)
    if isinstance(settled.trial.built, Instance):
        return _solved(problem, tools, blank, settled.draft, settled.trial.built, should_stop)
    assert settled.trial.feedback is not None
    return replace(blank, how="build failed", reason=settled.trial.feedback.message)


@dataclass(slots=True)
class _Trying:
    """Builds a draft in the sandbox and checks it, as the line does; `seconds` is what that took."""

    problem: Problem
    tools: Tools
    seed: int
    should_stop: Callable[[], bool]
    seconds: float = 0.0

    def __call__(self, draft: Draft) -> Trial:
        started = time.perf_counter()
        built = self.tools.sandbox.build(
            draft.program, draft.data, limits=self.tools.limits, seed=self.seed, should_stop=self.should_stop
        )
        if built.instance is None:
            assert built.failure is not None
            trial = judging.refused(Feedback("build", built.failure.kind, built.failure.message, built.failure.line))
        else:
            found = checking.before_solve(
                draft.formulation, built.instance, self.problem.text, tables=self.problem.tables
            )
            written = literals(draft, self.problem.text, self.problem.tables)
            found += [written] if written is not None else []
            trial = judging.judged(built.instance, found)
        self.seconds += time.perf_counter() - started
        return trial


def _abstained(blank: Attempt, outcome: DraftOutcome) -> Attempt:
    said = (*outcome.reasons, *(question.text for question in outcome.questions))
    return replace(blank, outcome="abstained", how=outcome.status, reason=" ".join(said))


def _solved(
    problem: Problem, tools: Tools, blank: Attempt, draft: Draft, instance: Instance, should_stop: Callable[[], bool]
) -> Attempt:
    before = checking.before_solve(draft.formulation, instance, problem.text, tables=problem.tables)
    result = runner.solve(instance, solver=tools.solver, options=tools.options, core_count=1, should_stop=should_stop)
    checks = [*before, *checking.after_solve(draft.formulation, instance, result)]
    known = replace(
        blank,
        how="solved",
        value=result.objective_value if result.solution_status is not SolutionStatus.NO_SOLUTION else None,
        bound=result.objective_bound,
        termination_condition=str(result.termination_condition),
        verification=str(checking.verdict(checks)),
        assumptions=len(draft.formulation.assumptions),
        solve_seconds=result.seconds,
    )
    return _explained(problem, tools, replace(known, outcome=judge(problem, result)), instance, result)


def _explained(problem: Problem, tools: Tools, known: Attempt, instance: Instance, result: Result) -> Attempt:
    """The attempt with why it is no success, and which other reading would have met the label."""
    if known.outcome == "wrong" and (why := dispute(problem, instance, result)):
        cut_off = result.termination_condition in LIMITS
        return replace(known, outcome="unproven" if cut_off else "disputed", reason=why)
    if known.outcome in ("error", "unproven"):
        return replace(known, reason=result.message)
    if known.outcome == "wrong" and problem.answer is not None:
        return replace(known, reading=_other_reading(problem, tools, instance))
    return known


def rejudged(attempts: Sequence[Attempt], problems: Sequence[Problem]) -> list[Attempt]:
    """The attempts under the labels of `problems`, from what was recorded of them; others stay as they are."""
    known = {(problem.suite, problem.id): problem for problem in problems}
    return [_again(one, known.get((one.suite, one.id))) for one in attempts]


def _again(one: Attempt, problem: Problem | None) -> Attempt:
    if problem is None or one.how != "solved":
        return one
    found = judged(problem, TerminationCondition(one.termination_condition), one.value, one.bound)
    if found == "wrong" and one.outcome == "disputed" and problem.answer == one.answer:
        return one
    return replace(one, outcome=found, answer=problem.answer)


def _other_reading(problem: Problem, tools: Tools, instance: Instance) -> str:
    """Which other reading of whole numbers would have met the answer; empty where none does."""
    whole = bool(np.any(instance.integrality))
    other = replace(instance, integrality=np.full_like(instance.integrality, 0 if whole else 1))
    options = replace(tools.options, time_limit_seconds=min(10.0, tools.options.time_limit_seconds))
    result = runner.solve(other, solver=tools.solver, options=options, core_count=1)
    if result.objective_value is None or not problem.meets(result.objective_value):
        return ""
    return "continuous" if whole else "integer"
