"""First-order LP by NVIDIA cuOpt on a GPU of this machine.

No interrupt reaches it, so cancelling it means ending its process. Where its own client would send the problem to a
server on a word of the environment, this adapter does not: that is the backend `cuopt_remote`, asked for by name.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from solvers.base import Availability, AvailabilityState, Capability
from solvers.console import captured
from solvers.cuopt_form import ITERATION, answer, data_model, device_named, failed, settings
from solvers.device import device_in_use
from solvers.first_order import NOT_VERIFIED, concluded, settled_simply
from solvers.instance import Instance
from solvers.printed import Listener
from solvers.probe import tried
from solvers.result import Report, Result, ShouldStop, SolveOptions, Vector

NAME = "cuopt"


class CuOpt:
    """cuOpt's PDLP (Apache licence; the packages cuopt-cu12 or cuopt-cu13, several GB): continuous instances only."""

    name = NAME
    capabilities = frozenset({Capability.LINEAR, Capability.DUALS})

    def availability(self) -> Availability:
        """Solve two tiny problems in a process of its own, once: ready, broken or absent."""
        if importlib.util.find_spec("cuopt") is None:
            reason = f"cuOpt is not installed here; it is the package cuopt-cu13 or cuopt-cu12. {NOT_VERIFIED}"
            return Availability(AvailabilityState.ABSENT, reason)
        return tried("cuOpt", NAME)

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        """Solve a validated continuous instance to `options.first_order_tolerance` (relative) in this process."""
        settled = settled_simply(instance, self, options)
        if settled is not None:
            return settled
        listener = Listener(report, ITERATION)
        devices: list[str] = []

        def hear(line: str) -> None:
            devices.append(device_named(line))
            listener.hear(line)

        with _kept_here(), captured(hear):
            result = concluded(instance, options, _attempt, should_stop)
        listener.flush()
        device = next(filter(None, devices), result.device)
        return replace(result, device=device)


@contextlib.contextmanager
def _kept_here() -> Iterator[None]:
    """Hide the server's name from cuOpt, which would send the problem there without a word."""
    names = [name for name in ("CUOPT_REMOTE_HOST", "CUOPT_REMOTE_PORT") if name in os.environ]
    hidden = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _attempt(instance: Instance, options: SolveOptions) -> tuple[Result, Vector | None]:
    import cuopt
    from cuopt import linear_programming

    started = time.monotonic()
    facts: dict[str, Any] = {"solver": NAME, "solver_version": f"cuOpt {cuopt.__version__}"}
    try:
        solution = linear_programming.Solve(data_model(instance), settings(options))
    except Exception as error:  # its own kinds of error are no part of its interface, but they name themselves
        fault = f"{type(error).__name__}: {error}"
        return failed(fault, seconds=time.monotonic() - started, **facts), None
    facts |= {"seconds": time.monotonic() - started, "device": device_in_use()}
    return answer(instance, solution, **facts)
