"""First-order LP on JAX by MPAX: on a GPU where JAX has one, else on the CPU, slowly; no compiler is needed."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from solvers.base import Availability, AvailabilityState, Capability
from solvers.first_order import (
    CLAIMS,
    NOT_VERIFIED,
    OUT_OF_DEVICE_MEMORY,
    concluded,
    ended,
    looked_at,
    pointed,
    ray_claim,
    settled_simply,
)
from solvers.instance import Instance, Sense
from solvers.probe import tried
from solvers.result import Progress, Report, Result, ShouldStop, SolveOptions, TerminationCondition, Vector

if TYPE_CHECKING:
    from solvers.mpax_engine import Look, Search

NAME = "mpax"
CHUNK_SECONDS = 0.5  # so long nobody can look or stop
MOST_ROUNDS = 1 << 20

# mpax.utils.TerminationStatus, which counts from one
_CONDITIONS = {
    2: TerminationCondition.OPTIMAL,
    3: TerminationCondition.INFEASIBLE,
    4: TerminationCondition.UNBOUNDED,  # or infeasible too: examined afterwards
    7: TerminationCondition.NUMERICAL,
}

_Tell = Callable[["Look", float], None]


class Mpax:
    """MPAX (MIT licence; packages mpax and jax): no basis, continuous instances only, stopped between chunks."""

    name = NAME
    capabilities = frozenset({Capability.LINEAR, Capability.DUALS, Capability.INTERRUPT})

    def availability(self) -> Availability:
        """Solve two tiny problems in a process of its own, once: ready on a GPU, cpu_only, broken or absent."""
        if importlib.util.find_spec("mpax") is None or importlib.util.find_spec("jax") is None:
            reason = f"MPAX is not installed here; it is the packages mpax and jax. {NOT_VERIFIED}"
            return Availability(AvailabilityState.ABSENT, reason)
        return tried("MPAX", NAME)

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        """Solve a validated continuous instance to `options.first_order_tolerance` (relative) in this process."""
        settled = settled_simply(instance, self, options)
        if settled is not None:
            return settled
        sign = -1.0 if instance.sense is Sense.MAXIMIZE else 1.0

        def tell(look: Look, elapsed: float) -> None:
            report(looked_at(instance, look.x, sign * look.row_dual, iterations=look.iterations, elapsed=elapsed))

        def attempt(problem: Instance, within: SolveOptions) -> tuple[Result, Vector | None]:
            # The second search, for any point at all, has an objective that is not the user's: nothing of it is shown.
            shown = tell if np.any(problem.cost) or not np.any(instance.cost) else _unheard
            return _attempt(problem, within, shown, should_stop)

        report(Progress("compiling", elapsed_seconds=0.0))
        return concluded(instance, options, attempt, should_stop)


def _attempt(
    instance: Instance, options: SolveOptions, tell: _Tell, should_stop: ShouldStop
) -> tuple[Result, Vector | None]:
    """Return the result of one search, and the vector by which it may call the instance infeasible."""
    started = time.monotonic()
    if should_stop():
        return ended(NAME, TerminationCondition.INTERRUPTED), None
    import jax

    from solvers.mpax_engine import Search

    facts: dict[str, Any] = {"solver_version": f"MPAX {version('mpax')}, JAX {version('jax')}"}
    try:
        # MPAX measures a row against the largest right-hand side, our check against the row's own.
        search = Search(instance, tolerance=options.first_order_tolerance / 2)
        condition, look = _searched(search, instance, options, tell, should_stop, started)
    except jax.errors.JaxRuntimeError as error:
        if "RESOURCE_EXHAUSTED" not in str(error):
            raise
        return ended(NAME, TerminationCondition.MEMORY_LIMIT, OUT_OF_DEVICE_MEMORY, **facts), None
    facts |= {"device": search.device, "seconds": time.monotonic() - started}
    if look is None:
        return ended(NAME, condition, **facts), None
    facts |= {"iterations": look.iterations, "raw_status": str(look.status)}
    if condition in CLAIMS:
        return ended(NAME, condition, **facts), look.row_dual
    return pointed(instance, condition, look.x, look.row_dual, solver=NAME, **facts), None


def _searched(
    search: Search, instance: Instance, options: SolveOptions, tell: _Tell, should_stop: ShouldStop, started: float
) -> tuple[TerminationCondition, Look | None]:
    rounds, look = 1, None
    while True:
        begun = time.monotonic()
        if should_stop():
            return TerminationCondition.INTERRUPTED, look
        left = options.time_limit_seconds - (begun - started)
        if left <= 0:
            return TerminationCondition.TIME_LIMIT, look
        look = search.advance(rounds)
        now = time.monotonic()
        tell(look, now - started)
        if look.is_done:
            return _CONDITIONS.get(look.status, TerminationCondition.ERROR), look
        claim = ray_claim(instance, (look.x_step,), (look.row_dual_step,))
        if claim is not None:
            return claim, replace(look, row_dual=look.row_dual_step)
        pace = rounds * min(CHUNK_SECONDS, left) / max(now - begun, 1e-6)
        rounds = min(max(int(pace), 1), 2 * rounds, MOST_ROUNDS)


def _unheard(look: Look, elapsed: float) -> None:
    """Say nothing."""
