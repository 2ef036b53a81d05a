"""The trial of a first-order engine, in a process of its own: can it be imported, is it right, and on what device?"""

from __future__ import annotations

import math
from dataclasses import replace

from solvers.base import AvailabilityState
from solvers.device import driver
from solvers.first_order import NOT_VERIFIED
from solvers.instance import Instance, Sense
from solvers.registry import SOLVERS
from solvers.result import Result, SolveOptions, TerminationCondition

TOLERANCE = 1e-3
OPTIMUM = 6.0
_OPTIONS = SolveOptions(time_limit_seconds=30.0, first_order_tolerance=1e-6)


def main(engine: str) -> None:
    """Print the state of `engine`, its device between bars, and the reason, for `solvers.probe` to read."""
    state, device, reason = tried(engine)
    print(state, f"|{device}|", " ".join(reason.split()))  # noqa: T201  (this is how a trial answers)


def tried(engine: str) -> tuple[AvailabilityState, str, str]:
    """Return the state, the device and the reason that two tiny problems with known answers give."""
    broken = AvailabilityState.BROKEN
    try:
        best, none = (_solved(engine, instance) for instance in (_toy(4.0), _toy(-1.0)))
    except ImportError as error:
        return broken, "", f"{engine} is installed but cannot be loaded: {error}; {_seen()}. {NOT_VERIFIED}"
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"[:300]
        return broken, "", f"{engine} is installed but fails: {fault}; {_seen()}. {NOT_VERIFIED}"
    value = best.objective_value
    if value is None or abs(value - OPTIMUM) > TOLERANCE:
        return broken, best.device, f"{engine} fails on a tiny problem: {best.message} {NOT_VERIFIED}"
    if none.termination_condition is not TerminationCondition.INFEASIBLE:
        return broken, best.device, f"{engine} does not see that a tiny problem is infeasible. {NOT_VERIFIED}"
    if best.device == "cpu":
        return AvailabilityState.CPU_ONLY, "cpu", f"it computes on the CPU here, slowly; {_seen()}. {NOT_VERIFIED}"
    return AvailabilityState.READY, best.device, f"on {best.device or 'a device that it does not name'}. {NOT_VERIFIED}"


def _solved(engine: str, instance: Instance) -> Result:
    return SOLVERS[engine].solve(instance, options=_OPTIONS, report=lambda _: None, should_stop=lambda: False)


def _seen() -> str:
    found = driver()
    return found.reason or f"the NVIDIA driver sees {', '.join(found.devices)}"


def _toy(limit: float) -> Instance:
    """Maximise x + 2y + z, x + y + z <= limit, y - z <= 2, x <= 10: the best for 4 is y = 3, z = 1 with 7, less x."""
    inf = math.inf
    toy = Instance(
        name="toy",
        sense=Sense.MAXIMIZE,
        objective_name="gain",
        objective_offset=-1.0,
        cost=[1.0, 2.0, 1.0],  # type: ignore[arg-type]
        indptr=[0, 3, 5],  # type: ignore[arg-type]
        indices=[0, 1, 2, 1, 2],  # type: ignore[arg-type]
        values=[1.0, 1.0, 1.0, 1.0, -1.0],  # type: ignore[arg-type]
        row_lower=[-inf, -inf],  # type: ignore[arg-type]
        row_upper=[4.0, 2.0],  # type: ignore[arg-type]
        column_lower=[0.0, 0.0, 0.0],  # type: ignore[arg-type]
        column_upper=[10.0, inf, inf],  # type: ignore[arg-type]
        integrality=[0, 0, 0],  # type: ignore[arg-type]
        row_names=("limit", "lead"),
        column_names=("x", "y", "z"),
    )
    return replace(toy, row_upper=[limit, 2.0])  # type: ignore[arg-type]
