"""The command `python -m solvers solve FILE`: the plan, the race as it goes, and the checked answer."""

from __future__ import annotations

import argparse
import json
import math
import signal
from dataclasses import asdict
from pathlib import Path
from typing import Any

from solvers import runner
from solvers.instance import Instance, InstanceError
from solvers.kkt import binding_rows
from solvers.mps import Reading, read
from solvers.plan import Plan
from solvers.pool import MAX_POOL
from solvers.pool_words import pool_data, pool_lines
from solvers.proof.command import proof_data, write_certificate
from solvers.registry import AUTO, SOLVERS, UnknownSolver
from solvers.result import (
    PROOF_SECONDS,
    LegReport,
    Progress,
    Result,
    SolutionStatus,
    SolveOptions,
    TerminationCondition,
)
from solvers.verdict import quality

PATIENT_PROOF_SECONDS = 600.0  # for a proof that was asked for

SOLVED = frozenset({TerminationCondition.OPTIMAL, TerminationCondition.OPTIMAL_WITHIN_TOLERANCE})
_ANSWERED = SOLVED | {
    TerminationCondition.LOCALLY_OPTIMAL,
    TerminationCondition.INFEASIBLE,
    TerminationCondition.UNBOUNDED,
}


def add_solve(commands: Any) -> None:
    """Add the command with its options to the subparsers of a parser."""
    solve = commands.add_parser("solve", help="solve a file and check the answer")
    solve.add_argument("file", type=Path)
    names = ", ".join((AUTO, *SOLVERS))
    solve.add_argument("--backend", "--solver", default=AUTO, help=f"{names}; highs:ipx; several to race: highs+pdlp")
    solve.add_argument("--method", default="choose", help="LP algorithm: choose, simplex, ipm; HiGHS: ipx, hipo")
    solve.add_argument("--crossover", action="store_true", help="after a first-order engine: move to a vertex")
    solve.add_argument("--time-limit", type=_seconds, default=60.0, help="seconds")
    solve.add_argument("--gap", type=float, default=1e-4, help="relative gap at which a MIP search ends")
    solve.add_argument("--pool", type=_pool, default=0, metavar="N", help="keep N solutions, not one")
    solve.add_argument("--threads", type=_positive, default=1, help="of one engine")
    solve.add_argument("--cores", type=_positive, help="on which engines may race; all by default")
    solve.add_argument("--no-race", dest="cores", action="store_const", const=1, help="one engine after the other")
    solve.add_argument("--plan", action="store_true", help="show what would be tried and why, and stop")
    solve.add_argument("--json", action="store_true", help="print one JSON object")
    solve.add_argument("--proof", type=Path, metavar="OUT.json", help="write a proof that `check` can check again")
    solve.set_defaults(command=_solve)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError("must be a positive number of seconds")
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be a positive whole number")
    return value


def _pool(text: str) -> int:
    value = int(text)
    if not 0 <= value <= MAX_POOL:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to {MAX_POOL}")
    return value


def _solve(options: argparse.Namespace) -> int:
    reading = read(options.file)
    limits = SolveOptions(
        time_limit_seconds=options.time_limit,
        relative_gap=options.gap,
        polish=options.crossover,
        threads=options.threads,
        method=options.method,
        pool_size=options.pool,
        proof_seconds=PROOF_SECONDS if options.proof is None else PATIENT_PROOF_SECONDS,
    )
    try:
        plan = runner.planned(reading.instance, solver=options.backend, options=limits, core_count=options.cores)
    except UnknownSolver as error:
        raise InstanceError(str(error)) from error
    if options.plan:
        _show_plan(plan, as_json=options.json)
        return 0
    result = _solved(reading.instance, limits, options)
    if options.json:
        print(json.dumps(_result_data(reading.instance, result, plan), indent=2))
    else:
        _show_result(reading, result)
        for line in () if result.pool is None else pool_lines(reading.instance, result.pool):
            print(line)
    if options.proof is not None:
        write_certificate(options.proof, result.proof)
    return 0 if result.termination_condition in _ANSWERED else 1


def _solved(instance: Instance, limits: SolveOptions, options: argparse.Namespace) -> Result:
    stopped = False

    def stop(signum: int, frame: object) -> None:
        nonlocal stopped
        stopped = True

    previous = signal.signal(signal.SIGINT, stop)  # Ctrl-C keeps the best solution found
    try:
        return runner.solve(
            instance,
            solver=options.backend,
            options=limits,
            core_count=options.cores,
            report=(lambda _: None) if options.json else _show_progress,
            should_stop=lambda: stopped,
        )
    finally:
        signal.signal(signal.SIGINT, previous)


def _show_plan(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_plan_data(plan), indent=2))
        return
    if plan.reason:
        print(plan.reason)
    for position, leg in enumerate(plan.legs):
        when = "at once" if position < plan.at_once else "in reserve"
        print(f"  {leg.name} ({when}): {leg.reason}")


def _show_progress(progress: Progress) -> None:
    if progress.objective_value is None and progress.iterations is None:
        return
    value = "–" if progress.objective_value is None else f"{progress.objective_value:g}"
    bound = "–" if progress.objective_bound is None else f"{progress.objective_bound:g}"
    gap = "–" if progress.relative_gap is None else f"{progress.relative_gap:.2%}"
    effort = f"nodes {progress.nodes}" if progress.nodes is not None else f"iterations {progress.iterations}"
    print(f"{progress.elapsed_seconds:8.1f} s  {progress.phase}  best {value}  bound {bound}  gap {gap}  {effort}")


def _show_result(reading: Reading, result: Result) -> None:
    instance = reading.instance
    for warning in reading.warnings[:10]:
        print(f"note: {warning}")
    print(f"{result.termination_condition}: {result.message}")
    if result.reason:
        print(f"solver: {result.solver or '–'} ({result.reason})")
    if len(result.legs) > 1:
        for leg in result.legs:
            print(f"  {_leg_text(leg)}")
    if result.proof is not None:
        print(f"proof: {result.proof.sentence}")
    if result.x is None:
        return
    value = f"objective {result.objective_value:.12g}  bound {result.objective_bound}"
    print(f"{quality(result)}: {value}  in {result.seconds:.2f} s")
    if result.residuals is not None:
        checked = result.residuals
        whole = checked.max_rounded_violation
        print(
            f"checked: row violation {checked.max_row_violation:.1e} {checked.worst_row}, bound "
            f"{checked.max_bound_violation:.1e}, integrality {checked.max_integrality_violation:.1e}"
            + ("" if whole is None else f", with whole numbers {whole:.1e} {checked.worst_rounded}")
        )
        print(f"({checked.convention})")
    for name, value in zip(instance.column_names, result.x.tolist(), strict=True):
        if value:
            print(f"  {name} = {value:.10g}")


def _leg_text(leg: LegReport) -> str:
    name = leg.solver if leg.method == "choose" else f"{leg.solver}:{leg.method}"
    said = f" ({leg.termination_condition})" if leg.termination_condition else ""
    return f"{name}: {leg.outcome.replace('_', ' ')}{said} after {leg.seconds:.2f} s"


def _plan_data(plan: Plan) -> dict[str, Any]:
    legs = [{"solver": leg.solver, "method": leg.method, "reason": leg.reason} for leg in plan.legs]
    return {"requested": plan.requested, "reason": plan.reason, "at_once": plan.at_once, "legs": legs}


def _result_data(instance: Instance, result: Result, plan: Plan) -> dict[str, Any]:
    checked = result.residuals
    point = result.x is not None and result.solution_status is not SolutionStatus.INFEASIBLE_POINT
    return {
        "termination_condition": result.termination_condition,
        "solution_status": result.solution_status,
        "quality": quality(result),
        "proof": proof_data(result.proof),
        "message": result.message,
        "objective_value": result.objective_value,
        "objective_bound": result.objective_bound,
        "relative_gap": result.relative_gap,
        "variables": dict(zip(instance.column_names, result.x.tolist(), strict=True)) if result.x is not None else {},
        "binding": [f"{b.kind} {b.name} ({b.side})" for b in binding_rows(instance, result.x)]
        if point and result.x is not None
        else [],
        "residuals": None if checked is None else {name: getattr(checked, name) for name in checked.__slots__},
        "certificate": result.certificate,
        "backend": result.solver,
        "method": result.options.get("method", ""),
        "requested": result.requested,
        "reason": result.reason,
        "seconds": result.seconds,
        "raw_status": result.raw_status,
        "solver_version": result.solver_version,
        "device": result.device,
        "pool": pool_data(instance, result.pool),
        "plan": _plan_data(plan),
        "legs": [asdict(leg) for leg in result.legs],
    }
