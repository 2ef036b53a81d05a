"""The command that explains a file: why there is no plan, why there is no end, or what the plan depends on."""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from solvers import runner, spare
from solvers.explain.budget import Budget, through_runner
from solvers.explain.conflict import ConflictState, find_conflict
from solvers.explain.ranging import Ranging, ranged
from solvers.explain.ray import find_ray
from solvers.explain.repair import find_repairs
from solvers.explain.report import as_lines, conflict_data, ray_data, repairs_data, sensitivity_data
from solvers.explain.sensitivity import sensitivity
from solvers.explain.suggestion import from_solvers
from solvers.instance import Instance, InstanceError
from solvers.mps import read
from solvers.result import Result, SolveOptions, TerminationCondition

SECONDS = 60.0
_EMPTY = (TerminationCondition.INFEASIBLE, TerminationCondition.INFEASIBLE_OR_UNBOUNDED)
_ENDLESS = (TerminationCondition.UNBOUNDED, TerminationCondition.INFEASIBLE_OR_UNBOUNDED)


def explain_main(argv: Sequence[str]) -> int:
    """Explain the file named in `argv`; return 0 when there was something to say, 1 when not, 2 for a bad file."""
    options = _parser().parse_args(list(argv))
    stopped = False

    def stop(signum: int, frame: object) -> None:
        nonlocal stopped
        stopped = True

    previous = signal.signal(signal.SIGINT, stop)  # Ctrl-C keeps what was found so far
    spare.keep()
    try:
        instance = read(options.file).instance
        budget = Budget(seconds=options.time_limit, solves=options.solves, should_stop=lambda: stopped)
        data = explained(instance, budget=budget, locked=options.lock, seconds=options.time_limit)
    except InstanceError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    finally:
        spare.drop()
        signal.signal(signal.SIGINT, previous)
    if options.json:
        sys.stdout.write(json.dumps(data, indent=2, allow_nan=False) + "\n")
    else:
        sys.stdout.write("\n".join(as_lines(data)) + "\n")
    return 0 if data.keys() & {"conflict", "ray", "sensitivity"} else 1


def explained(
    instance: Instance, *, budget: Budget, locked: Sequence[str] = (), seconds: float = SECONDS
) -> dict[str, Any]:
    """Return what there is to say about the instance as plain data, in the order in which a reader wants it."""
    unknown = sorted(set(locked) - set(instance.row_names) - set(instance.column_names))
    if unknown:
        raise InstanceError(f"There is no row or column called {unknown[0]} to lock.")
    limits = SolveOptions(time_limit_seconds=seconds)
    result = runner.solve(instance, options=limits, should_stop=budget.should_stop)
    data: dict[str, Any] = {
        "name": instance.name,
        "termination_condition": result.termination_condition,
        "message": result.message,
    }
    solve = through_runner(budget, options=limits)
    condition = result.termination_condition
    feasible = condition not in _EMPTY
    if not feasible:
        conflict = find_conflict(instance, solve, budget=budget, suggest=from_solvers(budget))
        feasible = conflict.state is ConflictState.FEASIBLE
        data["conflict"] = conflict_data(conflict)
        data["repairs"] = repairs_data(find_repairs(instance, solve, locked=locked, budget=budget))
    if condition in _ENDLESS or (feasible and result.x is None):  # a presolver may call an endless instance infeasible
        data["ray"] = ray_data(find_ray(instance, solve, budget=budget))
    if result.x is not None:
        data["objective_value"] = result.objective_value
        data["sensitivity"] = _sensitivity(instance, result, budget)
    return data


def _sensitivity(instance: Instance, result: Result, budget: Budget) -> dict[str, Any]:
    limits = SolveOptions(time_limit_seconds=max(budget.left_seconds, 1.0))

    def ranger(given: Instance) -> Ranging:
        return ranged(given, options=limits, should_stop=budget.should_stop)

    return sensitivity_data(sensitivity(instance, result, ranger=ranger))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m solvers.explain",
        description="Say why a file has no plan, why its objective has no end, or what its plan depends on.",
    )
    parser.add_argument("file", type=Path, help="an .mps, .lp (or .gz) or instance file")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--time-limit", type=_seconds, default=SECONDS, metavar="S", help="seconds for everything")
    parser.add_argument("--solves", type=int, default=500, metavar="N", help="solves at most (default 500)")
    parser.add_argument("--lock", action="append", default=[], metavar="NAME", help="a row or column that must stay")
    return parser


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError("must be a positive number of seconds")
    return value
