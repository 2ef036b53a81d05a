"""Watches one child from its start to its end, without ever waiting, so that one thread can watch several."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from solvers import wire
from solvers.first_order import OUT_OF_DEVICE_MEMORY
from solvers.instance import Instance, Sense
from solvers.plan import Leg
from solvers.process import MAX_OUTPUT, Frame, SolverProcess
from solvers.result import Progress, Report, Result, SolutionStatus, SolveOptions, TerminationCondition

# The ladder when a solve has to stop. Presolve and first-order methods cannot be interrupted, and whoever asked sees
# an answer within a second: the flag, then a signal that lets the child end between two frames, then the end.
TERMINATE_SECONDS = 0.4
KILL_SECONDS = 0.6
SILENT_PHASES = frozenset({"", "loading", "presolve"})


@dataclass(frozen=True, slots=True)
class Job:
    """What is common to all children of one solve: the instance, and the same as bytes."""

    instance: Instance
    payload: bytes
    started: float
    pool_room: int = 0

    @property
    def max_body(self) -> int:
        """Bytes of the largest frame: a point with its duals, or a ray with a conflict, a basis, a pool."""
        points = 8 * self.pool_room * self.instance.column_count
        return 32 * (self.instance.row_count + self.instance.column_count) + points + 4096


class Supervision:
    """One leg in one child; `handle`, `enforce` and `conclude` are for the thread that watches."""

    def __init__(self, job: Job, leg: Leg, options: SolveOptions, *, report: Report, interval: float) -> None:
        self.leg, self.options = leg, options
        self.started = time.monotonic()
        self.cause: TerminationCondition | None = None
        self._job, self._report, self._interval = job, report, interval
        self._process: SolverProcess | None = None
        self._best: Progress | None = None
        self._last: Progress | None = None
        self._waiting: Progress | None = None
        self._reported_at = 0.0
        self._heard_at = self.started
        self._final: Result | None = None
        self._log: list[str] = []
        self._asked_at = math.inf
        limit = options.time_limit_seconds
        self._deadline = self.started + limit + min(10.0, 1.0 + 0.1 * limit)

    def start(self, process: SolverProcess, sink: Callable[[Supervision, Frame | None], None]) -> None:
        """Give the job to `process`; `sink` gets what it says, in another thread, and None when it has ended."""
        self._process = process
        process.start(
            self._job.payload,
            solver=self.leg.solver,
            options=self.options,
            max_body=self._job.max_body,
            sink=lambda frame: sink(self, frame),
        )

    def handle(self, frame: Frame) -> None:
        """Take one frame; a child that cannot be understood is ended, so what it would still say is not waited for."""
        header, body = frame
        self._heard_at = time.monotonic()
        try:
            if header.get("kind") == "progress":
                self._progressed(wire.unpack_progress(header, body))
            elif header.get("kind") == "result":
                self._final = wire.unpack_result(header, body)
        except wire.WireError:
            self.kill()

    def stop(self, cause: TerminationCondition) -> None:
        """Begin the ladder, once: ask now, `enforce` does the rest."""
        if self.cause is None and self._process is not None:
            self.cause, self._asked_at = cause, time.monotonic()
            self._process.cancel()

    def enforce(self, now: float) -> None:
        """Report what was held back, and hold the child to its limits and to a stop that was asked for."""
        if self._waiting is not None and now - self._reported_at >= self._interval:
            self._flush()
        if now >= self._deadline:
            self.stop(TerminationCondition.TIME_LIMIT)
        if self._process is not None and now - self._asked_at >= KILL_SECONDS:
            self._process.kill()
        elif self._process is not None and now - self._asked_at >= TERMINATE_SECONDS:
            self._process.terminate()

    def kill(self) -> None:
        """End the child at once."""
        if self._process is not None:
            self._process.kill()

    def silent_seconds(self, now: float) -> float:
        """Return for how long nothing was heard while loading or presolving; 0 in any later phase."""
        phase = self._last.phase if self._last else ""
        return now - self._heard_at if phase in SILENT_PHASES and self._final is None else 0.0

    def conclude(self) -> Result:
        """Return what the child said, or what can be said about its end, and release everything it held."""
        assert self._process is not None
        self._flush()
        status = self._process.close()
        raw = self._conclusion(status, self._process.output())
        return replace(raw, solver=self.leg.solver, seconds=raw.seconds or time.monotonic() - self.started)

    def discard(self) -> None:
        """End the child and release everything it held, without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.close()

    def _progressed(self, progress: Progress) -> None:
        elapsed = progress.elapsed_seconds + self.started - self._job.started
        progress = replace(progress, solver=self.leg.name, elapsed_seconds=elapsed)
        self._last = progress
        if progress.log:
            self._log.append(progress.log)
        if progress.incumbent is not None and len(progress.incumbent) == self._job.instance.column_count:
            if self._is_better(progress):
                self._best = progress
            self._say(progress)
        elif time.monotonic() - self._reported_at >= self._interval:
            self._say(progress)
        else:
            held = self._waiting.log if self._waiting else ""
            self._waiting = replace(progress, log=held + progress.log)

    def _is_better(self, progress: Progress) -> bool:
        if self._best is None or self._best.incumbent is None or progress.incumbent is None:
            return True
        instance = self._job.instance
        new, old = (instance.objective_at(point) for point in (progress.incumbent, self._best.incumbent))
        return new >= old if instance.sense is Sense.MAXIMIZE else new <= old

    def _say(self, progress: Progress) -> None:
        if self._waiting is not None:
            progress = replace(progress, log=self._waiting.log + progress.log)
        self._waiting, self._reported_at = None, time.monotonic()
        self._report(progress)

    def _flush(self) -> None:
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self._say(waiting)

    def _conclusion(self, status: int, output: str) -> Result:
        log = capped("".join(self._log) + output)
        if self._final is None:
            condition, message = self._explain_end(status, output)
            return self._with_incumbent(condition, message, log)
        final = replace(self._final, log=log)
        condition = final.termination_condition
        if self.cause is TerminationCondition.TIME_LIMIT and condition is TerminationCondition.INTERRUPTED:
            message = "The time limit ended the search from outside."
            final = replace(final, termination_condition=self.cause, message=message)
        if final.x is None and self._best is not None and final.termination_condition in _MAY_KEEP_INCUMBENT:
            kept = self._with_incumbent(final.termination_condition, final.message, log)
            return replace(kept, raw_status=final.raw_status, solver_version=final.solver_version)
        return final

    def _explain_end(self, status: int, output: str) -> tuple[TerminationCondition, str]:
        if self.cause is TerminationCondition.INTERRUPTED:
            return self.cause, "The search was stopped on request."
        if self.cause is TerminationCondition.TIME_LIMIT:
            return self.cause, "The solver did not end at its time limit, so its process was ended."
        if "bad_alloc" in output or "MemoryError" in output:
            return TerminationCondition.MEMORY_LIMIT, "The solve needed more memory than its limit allows."
        if "cudaErrorMemoryAllocation" in output:  # with which cuPDLPx ends its process
            return TerminationCondition.MEMORY_LIMIT, OUT_OF_DEVICE_MEMORY
        if status < 0:
            name = signal.Signals(-status).name
            return TerminationCondition.CRASHED, f"The solver's process was ended by {name} before it had answered."
        return TerminationCondition.CRASHED, f"The solver's process ended with code {status} before it had answered."

    def _with_incumbent(self, condition: TerminationCondition, message: str, log: str) -> Result:
        best, last = self._best, self._last
        found = best is not None
        return Result(
            termination_condition=condition,
            solution_status=SolutionStatus.FEASIBLE if found else SolutionStatus.NO_SOLUTION,
            solver="",
            message=message + (" The best solution found so far was kept." if found else ""),
            objective_value=best.objective_value if best else None,
            objective_bound=last.objective_bound if last else None,
            relative_gap=last.relative_gap if last else None,
            x=best.incumbent if best else None,
            iterations=last.iterations if last else None,
            nodes=last.nodes if last else None,
            log=log,
        )


_MAY_KEEP_INCUMBENT = frozenset(
    {
        TerminationCondition.INTERRUPTED,
        TerminationCondition.TIME_LIMIT,
        TerminationCondition.MEMORY_LIMIT,
        TerminationCondition.NODE_LIMIT,
        TerminationCondition.ERROR,
    }
)


def capped(log: str) -> str:
    """Return a log cut in the middle when it is longer than a result may carry."""
    half = MAX_OUTPUT // 2
    return (
        log
        if len(log) <= MAX_OUTPUT
        else f"{log[:half]}\n… {len(log) - MAX_OUTPUT} characters left out …\n{log[-half:]}"
    )
