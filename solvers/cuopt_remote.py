"""First-order LP by NVIDIA cuOpt on another machine: a job for its gRPC server, polled, heard, cancelled and deleted.

The server is named by CUOPT_REMOTE_HOST and CUOPT_REMOTE_PORT, its TLS by cuOpt's own CUOPT_TLS_* variables.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import time
from typing import Any

import numpy as np

from solvers.base import Availability, AvailabilityState, Capability
from solvers.cuopt_form import ITERATION, answer, data_model, device_named, failed, settings
from solvers.first_order import NOT_VERIFIED, concluded, ended, settled_simply
from solvers.instance import Instance
from solvers.printed import Listener
from solvers.probe import tried
from solvers.result import Report, Result, ShouldStop, SolveOptions, TerminationCondition, Vector

NAME = "cuopt_remote"
HOST, PORT = "CUOPT_REMOTE_HOST", "CUOPT_REMOTE_PORT"
POLL_SECONDS = 0.1
PATIENCE_SECONDS = 2.0  # past the time limit, which the server does not hold to the moment
_WAITING = ("QUEUED", "PROCESSING")


class CuOptRemote:
    """cuOpt's server, asked through its Python client: continuous instances, cancelled by a request."""

    name = NAME
    capabilities = frozenset({Capability.LINEAR, Capability.DUALS, Capability.INTERRUPT})

    def availability(self) -> Availability:
        """Have the server solve two tiny problems, once: ready, broken or absent."""
        if not os.environ.get(HOST) or not os.environ.get(PORT):
            reason = f"No cuOpt server is named here; set {HOST} and {PORT}. {NOT_VERIFIED}"
            return Availability(AvailabilityState.ABSENT, reason)
        if importlib.util.find_spec("cuopt") is None:
            reason = f"cuOpt's client is not installed here; it is the package cuopt-cu13. {NOT_VERIFIED}"
            return Availability(AvailabilityState.ABSENT, reason)
        return tried("cuOpt's server", NAME)

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        """Have the server solve a validated continuous instance to `options.first_order_tolerance` (relative)."""
        settled = settled_simply(instance, self, options)
        if settled is not None:
            return settled
        if should_stop():
            return ended(NAME, TerminationCondition.INTERRUPTED)
        listener = Listener(report, ITERATION)
        result = concluded(
            instance, options, lambda problem, within: _attempt(problem, within, listener, should_stop), should_stop
        )
        listener.flush()
        return result


def _attempt(
    instance: Instance, options: SolveOptions, listener: Listener, should_stop: ShouldStop
) -> tuple[Result, Vector | None]:
    client_class, grpc_error = _client()
    started = time.monotonic()
    try:
        client = client_class(os.environ[HOST], int(os.environ[PORT]))
        job = client.submit(data_model(instance), settings(options))
    except (grpc_error, KeyError, ValueError) as error:
        message = f"The cuOpt server cannot be used: {' '.join(str(error).split()).rstrip('.')}."
        return ended(NAME, TerminationCondition.ERROR, message), None
    log = _Log(listener)
    try:
        client.start_log_stream(job, log)
        early = _waited(client, job, options, log, should_stop, started)
        facts: dict[str, Any] = {"seconds": time.monotonic() - started, "solver_version": "cuOpt's server"}
        if early is not None:
            client.cancel(job)
            log.raise_fault()
            return ended(NAME, early, device=log.device, **facts), None
        with contextlib.suppress(grpc_error):
            client.join_log_stream(job, 1.0)
        log.raise_fault()
        solution = client.result(job)
        return answer(instance, solution, solver=NAME, device=log.device, **facts)
    except grpc_error as error:
        return _refused(instance, str(error), device=log.device, seconds=time.monotonic() - started), None
    finally:
        with contextlib.suppress(grpc_error):
            client.delete(job)


def _waited(
    client: Any, job: str, options: SolveOptions, log: _Log, should_stop: ShouldStop, started: float
) -> TerminationCondition | None:
    """Wait until the job has ended (None) or must not go on."""
    while client.status(job).name in _WAITING:
        if should_stop() or log.fault is not None:
            return TerminationCondition.INTERRUPTED
        if time.monotonic() - started > options.time_limit_seconds + PATIENCE_SECONDS:
            return TerminationCondition.TIME_LIMIT
        time.sleep(POLL_SECONDS)
    return None


def _refused(instance: Instance, fault: str, *, device: str, seconds: float) -> Result:
    # The server calls an infeasible problem a failed job. Without an objective none is unbounded.
    facts: dict[str, Any] = {"device": device, "seconds": seconds}
    if "infeasible" not in fault.lower():
        return failed(fault, solver=NAME, **facts)
    either = TerminationCondition.INFEASIBLE_OR_UNBOUNDED if np.any(instance.cost) else TerminationCondition.INFEASIBLE
    return ended(NAME, either, raw_status=fault[:200], **facts)


class _Log:
    """Takes the lines of a log stream, in the client's thread; nothing raised by a listener may cross its frames."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.device = ""
        self.fault: BaseException | None = None

    def __call__(self, line: str, job_complete: bool = False) -> bool:
        """Take one line; False ends the stream."""
        self.device = self.device or device_named(line)
        try:
            self._listener.hear(line.rstrip("\n") + "\n")
        except BaseException as error:
            self.fault = error
        return self.fault is None

    def raise_fault(self) -> None:
        """Raise what a listener raised during the job, if anything."""
        if self.fault is not None:
            raise self.fault


def _client() -> tuple[Any, type[Exception]]:
    try:
        from cuopt.grpc import linear_programming as module
    except ImportError:  # the name of later versions
        from cuopt.grpc import mathematical_optimization as module
    return module.Client, module.GrpcError
