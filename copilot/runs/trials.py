"""The trial stage: a solved draft is put to tests that need no known optimum; one written by others, to solves too."""

from __future__ import annotations

from copilot.drafting.builtin import BuiltinDrafter
from copilot.runs.builds import trial_build
from copilot.runs.checking.alone import alone
from copilot.runs.checking.check import Check
from copilot.runs.checking.idle import idle
from copilot.runs.checking.moves import Build, Known, Solve, moves
from copilot.runs.checking.refused import refused
from copilot.runs.checking.switches import switches
from copilot.runs.drafts import draft_of
from copilot.runs.models import ModelVersion, Run
from copilot.runs.stage import Stage
from solvers import runner
from solvers.instance import Instance
from solvers.result import Result, SolveOptions, TerminationCondition

QUICK = 1.0  # seconds: a model that took longer is not solved again and again
OPTIMAL = (TerminationCondition.OPTIMAL, TerminationCondition.OPTIMAL_WITHIN_TOLERANCE)


def put_to_test(stage: Stage, version: ModelVersion, instance: Instance, result: Result) -> list[Check]:
    """What tiny cases say of the best plan of a draft; and of a draft that our own writer did not write, and that is
    solved quickly, what broken rules and changed numbers do to it."""
    if stage.run.kind != Run.Kind.DRAFT or result.termination_condition not in OPTIMAL:
        return []
    if result.objective_value is None or stage.lease.should_stop():
        return []
    known = Known(draft_of(version), instance, result.objective_value, stage.run.relative_gap)
    checks = by_hand(known, result)
    if version.drafter == BuiltinDrafter.name or result.seconds > QUICK:
        return checks
    options = SolveOptions(time_limit_seconds=QUICK, threads=1, seed=stage.run.seed % 2**31)

    def solve(changed: Instance) -> Result:
        return runner.solve(changed, solver="highs", options=options, core_count=1, should_stop=stage.lease.should_stop)

    return checks + tried(known, version.request_text, trial_build(stage), solve)


def by_hand(known: Known, result: Result) -> list[Check]:
    """What arithmetic alone says of the best plan."""
    found = alone(known.draft.formulation, known.instance, known.value, known.relative_gap), idle(known, result)
    return [check for check in found if check is not None]


def tried(known: Known, text: str, build: Build, solve: Solve) -> list[Check]:
    """What a solved draft does when a rule is broken on purpose, or its numbers change."""
    found = refused(known.draft.formulation, known.instance, solve), switches(known, text, build, solve)
    return [*(check for check in found if check is not None), *moves(known, build, solve)]
