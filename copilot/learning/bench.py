"""The bench of the product: the connected drafter, the sandbox and the solver, under one budget for every arm."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from copilot.drafting.base import Draft, Drafter, DraftOutcome, DraftReport, DraftRequest, Feedback, InsightText
from copilot.drafting.wire import data_to_json
from copilot.evaluation.attempt import Attempt, Tools, attempt
from copilot.evaluation.problems import Problem
from copilot.learning.budget import Budget
from copilot.learning.cases import Ending, Program, Task, Tried
from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import Limits
from solvers import runner
from solvers.instance import Instance
from solvers.result import SolutionStatus, SolveOptions

REPAIRS = 1  # of each attempt: what an insight does shows in the first draft
CALLS = 6  # the most that one attempt makes: formulation, program and a repair, each with a second chance
_SILENT = ("drafter failed", "unexpected")  # says something about the service, nothing about the insight


@dataclass(slots=True)
class LineBench:
    """Attempts as `manage.py evaluate` makes them, each with the same limits; `should_stop` ends one half-way."""

    drafter: Drafter
    sandbox: Sandbox
    limits: Limits
    budget: Budget
    model_id: str = ""
    solver: str = "highs"
    options: SolveOptions = field(default_factory=lambda: SolveOptions(time_limit_seconds=30.0))
    should_stop: Callable[[], bool] = lambda: False
    _known: dict[str, Ending] = field(default_factory=dict)

    def made(
        self, problem: Problem, insights: Sequence[InsightText], seed: int, drafter: Drafter | None = None
    ) -> Attempt:
        """Draft, build, solve and judge, within the budget; raises BudgetSpent."""
        self.budget.require(CALLS)
        used = drafter or self.drafter
        shown = tuple(insights)
        tools = Tools(
            used, self.sandbox, self.limits, self.solver, self.options, insights=lambda _: shown, repairs=REPAIRS
        )
        made = attempt(problem, tools, seed=seed, should_stop=self.should_stop)
        self.budget.spend(made.calls, made.tokens)
        return made

    def attempt(self, task: Task, insights: Sequence[InsightText], seed: int) -> Tried:
        """Draft, build and solve; of the task the drafter is given the text and the tables."""
        keeping = _Keeping(self.drafter)
        made = self.made(task.problem, insights, seed, keeping)
        judged = {"right": True, "unjudged": None}.get(made.outcome, False)
        silent = is_silent(made.how) or self.should_stop()
        return Tried(
            None if silent else judged,
            made.how,
            Ending(made.termination_condition or made.how, made.value),
            Program(keeping.kept.program, keeping.kept.data) if keeping.kept else None,
            made.reason,
            made.calls,
            made.tokens,
            made.draft_seconds + made.build_seconds + made.solve_seconds,
        )

    def ending(self, program: Program) -> Ending:
        """Build and solve, each program once."""
        key = json.dumps([program.text, data_to_json(program.data)])
        if key not in self._known:
            self._known[key] = self._ending(program)
        return self._known[key]

    def _ending(self, program: Program) -> Ending:
        instance, failed = self._built(program)
        if instance is None:
            return Ending(f"failed: {failed}")
        solved = runner.solve(
            instance, solver=self.solver, options=self.options, core_count=1, should_stop=self.should_stop
        )
        found = solved.solution_status is not SolutionStatus.NO_SOLUTION
        return Ending(str(solved.termination_condition), solved.objective_value if found else None)

    def digest(self, program: Program) -> str:
        """The hash of what it builds."""
        instance, _ = self._built(program)
        return instance.digest() if instance else ""

    def _built(self, program: Program) -> tuple[Instance | None, str]:
        built = self.sandbox.build(program.text, program.data, limits=self.limits, seed=0, should_stop=self.should_stop)
        return built.instance, str(built.failure.kind) if built.failure else ""


@cache
def solver_used(name: str) -> str:
    """A solver as trials name it: with its version, so that what another one showed is seen to be outdated."""
    package = {"highs": "highspy", "gurobi": "gurobipy", "scip": "pyscipopt"}.get(name, name)
    try:
        found = version(package)
    except PackageNotFoundError:
        return name
    return f"{name} {'.'.join(found.split('.')[:2])}"


def is_silent(how: str) -> bool:
    """Whether an attempt that ended so tells of the service and not of what it was drafted with."""
    return how in _SILENT


class _Keeping:
    """A drafter that remembers its last draft."""

    def __init__(self, drafter: Drafter) -> None:
        self.name = drafter.name
        self.kept: Draft | None = None
        self._drafter = drafter

    def draft(self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]) -> DraftOutcome:
        """Draft, and keep it."""
        return self._keep(self._drafter.draft(request, report, should_stop))

    def repair(
        self,
        request: DraftRequest,
        draft: Draft,
        feedback: Feedback,
        report: DraftReport,
        should_stop: Callable[[], bool],
    ) -> DraftOutcome:
        """Repair, and keep it."""
        return self._keep(self._drafter.repair(request, draft, feedback, report, should_stop))

    def _keep(self, outcome: DraftOutcome) -> DraftOutcome:
        self.kept = outcome.draft or self.kept
        return outcome
