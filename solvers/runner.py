"""One solve by one plan: live progress, hard limits from outside, and the truth about the result."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from solvers import spare
from solvers.base import Capability
from solvers.certify import certified
from solvers.instance import Instance, InstanceError
from solvers.plan import Leg, Plan
from solvers.pool import MAX_POOL, wants_pool
from solvers.pooling import pooled
from solvers.race import Race
from solvers.registry import AUTO, SOLVERS, UnknownSolver, choose, instead, resources
from solvers.result import Progress, Report, Result, ShouldStop, SolutionStatus, SolveOptions
from solvers.result import TerminationCondition as T


def solve(
    instance: Instance,
    *,
    solver: str = AUTO,
    options: SolveOptions | None = None,
    core_count: int | None = None,
    report: Report = lambda _: None,
    should_stop: ShouldStop = lambda: False,
) -> Result:
    """Solve `instance` by its plan (`registry.choose`), each engine in a fresh child; return a checked result.

    Engines race on `core_count` cores (None: all of this process, 1: one after the other), each with
    `options.threads` threads, and share the memory limit. `report` is called in this thread, at most five times a
    second and once per incumbent; `should_stop` is asked ten times a second. Limits hold even if a solver ignores them.
    The best incumbent heard of is kept. A failed solve is a status with a sentence; ValueError is for options without
    finite positive limits.
    """
    options, started = _limited(options or SolveOptions()), time.monotonic()
    try:
        instance.validate()
        plan = planned(instance, solver=solver, options=options, core_count=core_count)
    except (InstanceError, UnknownSolver) as error:
        condition = T.UNSUPPORTED if isinstance(error, UnknownSolver) else T.INVALID_INSTANCE
        return Result(condition, SolutionStatus.NO_SOLUTION, solver="", message=str(error), requested=solver)

    def run(chosen: Plan, limits: SolveOptions) -> Result:
        limit, limits = resources(instance, core_count=core_count).cores, _possible(chosen, instance, limits)
        return Race(chosen, instance, limits, core_limit=limit, report=report, should_stop=should_stop).run()

    try:
        result = run(plan, options)
        if result.termination_condition is T.LICENCE and not plan.is_fallback:
            left = max(options.time_limit_seconds - (time.monotonic() - started), 1.0)
            first, other = result.legs, _without_licence(instance, solver, result, core_count, options)
            later = run(other, replace(options, time_limit_seconds=left))
            result = replace(later, legs=first + later.legs)
    finally:
        spare.refill()
    result = certified(instance, pooled(instance, result, options), seconds=options.proof_seconds)
    return replace(result, requested=solver, seconds=time.monotonic() - started)


def _limited(options: SolveOptions) -> SolveOptions:
    if not 0 < options.time_limit_seconds < math.inf or options.memory_limit_bytes <= 0 or options.threads <= 0:
        raise ValueError("The limits of time, memory and threads must be positive and finite.")
    if not 0 <= options.pool_size <= MAX_POOL:
        raise ValueError(f"A pool has at most {MAX_POOL} solutions.")
    return options


def _possible(plan: Plan, instance: Instance, options: SolveOptions) -> SolveOptions:
    """Return the options without a pool where no engine of the plan keeps one, which its reason says."""
    able = all(Capability.POOL in SOLVERS[leg.solver].capabilities for leg in plan.legs)
    return options if able or not wants_pool(instance, options) else replace(options, pool_size=0)


def _without_licence(
    instance: Instance, solver: str, result: Result, core_count: int | None, options: SolveOptions
) -> Plan:
    """Return the plan after a licence that looked fine has run out, or does not reach as far as the solver knew."""
    said = f"{result.solver} ended with {result.termination_condition} ({result.message.rstrip('.')})"
    at_hand = replace(resources(instance, core_count=core_count), licensed=frozenset())
    pool = wants_pool(instance, options)
    return instead(said, solver, instance=instance, at_hand=at_hand, pool=pool, failed=result.solver)


def planned(
    instance: Instance, *, solver: str = AUTO, options: SolveOptions | None = None, core_count: int | None = None
) -> Plan:
    """Return the plan by which `solve` would solve a validated instance; raises UnknownSolver.

    A method among the options is a wish for one engine: the default backend with that method, unless `solver` is named.
    """
    options = options or SolveOptions()
    at_hand = resources(instance, core_count=core_count, threads=options.threads)
    plan = choose(instance, solver, at_hand=at_hand, pool=wants_pool(instance, options))
    is_auto = (solver.strip().lower() or AUTO) == AUTO
    if options.method == "choose" or plan.is_fallback or (is_auto and wants_pool(instance, options)):
        return plan  # a method is meant for one backend, and these were chosen for something else
    legs = tuple(leg if ":" in solver else replace(leg, method=options.method) for leg in plan.legs)
    if not is_auto:
        return replace(plan, legs=legs)
    reason = f"The method {options.method} was asked for."
    return replace(plan, legs=(Leg("highs", options.method, reason),), reason=reason, at_once=1)


__all__ = ["Progress", "Report", "planned", "solve"]
