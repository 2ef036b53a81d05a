"""The trial stage: a program that somebody else wrote is built and solved again with changed numbers."""

from __future__ import annotations

from copilot.drafting.builtin import BuiltinDrafter
from copilot.runs.builds import trial_build
from copilot.runs.checking.check import Check
from copilot.runs.checking.moves import Known, moves
from copilot.runs.drafts import draft_of
from copilot.runs.models import ModelVersion, Run
from copilot.runs.stage import Stage
from solvers import runner
from solvers.instance import Instance
from solvers.result import Result, SolveOptions, TerminationCondition

QUICK = 1.0  # seconds: a model that took longer is not solved again and again
OPTIMAL = (TerminationCondition.OPTIMAL, TerminationCondition.OPTIMAL_WITHIN_TOLERANCE)


def changed_numbers(stage: Stage, version: ModelVersion, instance: Instance, result: Result) -> list[Check]:
    """What changed numbers do to the best value; none for what our own writer wrote, or what took long to solve."""
    is_ours = version.drafter == BuiltinDrafter.name
    if is_ours or stage.run.kind != Run.Kind.DRAFT or result.termination_condition not in OPTIMAL:
        return []
    if result.objective_value is None or result.seconds > QUICK or stage.lease.should_stop():
        return []
    options = SolveOptions(time_limit_seconds=QUICK, threads=1, seed=stage.run.seed % 2**31)

    def solve(changed: Instance) -> Result:
        return runner.solve(changed, solver="highs", options=options, core_count=1, should_stop=stage.lease.should_stop)

    known = Known(draft_of(version), instance, result.objective_value, stage.run.relative_gap)
    return list(moves(known, trial_build(stage), solve))
