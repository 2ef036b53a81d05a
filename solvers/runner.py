"""One solve in one killable child process: live progress, hard limits from outside, and the truth about the result."""

from __future__ import annotations

import math
import queue
import signal
import time
from dataclasses import replace

from solvers import spare, wire
from solvers.certify import certified
from solvers.instance import Instance, InstanceError, Sense
from solvers.process import MAX_OUTPUT, Frame, SolverProcess
from solvers.registry import Choice, UnknownSolver, choose, instead
from solvers.result import Progress, Report, Result, ShouldStop, SolutionStatus, SolveOptions, TerminationCondition
from solvers.verdict import judged

POLL_SECONDS = 0.1
STOP_GRACE_SECONDS = 0.5  # presolve and first-order methods cannot be interrupted: after this the child is killed
REPORT_SECONDS = 0.2


def solve(
    instance: Instance,
    *,
    solver: str = "auto",
    options: SolveOptions | None = None,
    report: Report = lambda _: None,
    should_stop: ShouldStop = lambda: False,
) -> Result:
    """Solve `instance` in a fresh child process and return a result checked against it.

    `report` is called in this thread, at most five times a second and once per new incumbent; `should_stop` is asked
    at most ten times a second. Time and memory limits hold even if the solver ignores them. Whatever ends the solve,
    the best incumbent heard of is kept. Never raises for a failed solve: that is a status with a sentence; ValueError
    is for options without finite positive limits.
    """
    options = options or SolveOptions()
    if not 0 < options.time_limit_seconds < math.inf or options.memory_limit_bytes <= 0 or options.threads <= 0:
        raise ValueError("The limits of time, memory and threads must be positive and finite.")
    started = time.monotonic()
    try:
        instance.validate()
    except InstanceError as error:
        result = Result(
            TerminationCondition.INVALID_INSTANCE, SolutionStatus.NO_SOLUTION, solver="", message=str(error)
        )
        return replace(result, requested=solver)
    try:
        choice = choose(instance, solver)
    except UnknownSolver as error:
        result = Result(TerminationCondition.UNSUPPORTED, SolutionStatus.NO_SOLUTION, solver="", message=str(error))
        return replace(result, requested=solver)
    raw = _run(choice, instance, options, report, should_stop)
    if raw.termination_condition is TerminationCondition.LICENCE and not choice.is_fallback:
        # The licence looked fine beforehand: it has run out, or a size that only the solver knows was too large.
        left = max(options.time_limit_seconds - (time.monotonic() - started), 1.0)
        choice = instead(f"{choice.solver.name} ended with {raw.termination_condition} ({raw.message.rstrip('.')})")
        raw = _run(choice, instance, replace(options, time_limit_seconds=left), report, should_stop)
    result = certified(instance, judged(instance, raw, options), seconds=options.proof_seconds)
    return replace(result, requested=solver, seconds=time.monotonic() - started, options=_recorded(options))


def _run(choice: Choice, instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
    availability = choice.solver.availability()
    if not availability:
        condition = TerminationCondition.UNSUPPORTED
        return Result(condition, SolutionStatus.NO_SOLUTION, solver=choice.solver.name, message=availability.reason)
    if choice.is_fallback:
        options = replace(options, method="choose")  # the method was meant for another backend
    raw = _Supervision(instance, options, report, should_stop).run(spare.take(), choice.solver.name)
    return replace(raw, solver=choice.solver.name, reason=choice.reason)


def _recorded(options: SolveOptions) -> dict[str, float | int | str | bool]:
    return {name: getattr(options, name) for name in options.__dataclass_fields__}


class _Supervision:
    """Watches one child from its start to its end."""

    def __init__(self, instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> None:
        self._instance, self._options = instance, options
        self._report, self._should_stop = report, should_stop
        self._best: Progress | None = None
        self._last: Progress | None = None
        self._waiting: Progress | None = None
        self._reported_at = 0.0
        self._final: Result | None = None
        self._log: list[str] = []
        self._cause: TerminationCondition | None = None
        self._kill_at: float | None = None
        self._asked_at = -math.inf
        limit = options.time_limit_seconds
        self._deadline = time.monotonic() + limit + min(10.0, 1.0 + 0.1 * limit)

    def run(self, process: SolverProcess, solver: str) -> Result:
        """Return what the child said, or what can be said about its end."""
        try:
            process.start(self._instance, solver=solver, options=self._options)
            while (message := self._next(process)) is not None:
                self._take(message)
                self._enforce(process)
            self._flush()
        except wire.WireError:
            process.kill()  # what it says cannot be understood, so what it would still say is not waited for
        except BaseException:
            process.kill()
            raise
        finally:
            status = process.close()
        return self._conclusion(status, process.output())

    def _next(self, process: SolverProcess) -> Frame | None:
        while True:
            try:
                return process.messages.get(timeout=POLL_SECONDS)
            except queue.Empty:
                self._flush()
                self._enforce(process)

    def _take(self, message: Frame) -> None:
        header, body = message
        kind = header.get("kind")
        if kind == "progress":
            self._progressed(wire.unpack_progress(header, body))
        elif kind == "result":
            self._final = wire.unpack_result(header, body)

    def _progressed(self, progress: Progress) -> None:
        self._last = progress
        if progress.log:
            self._log.append(progress.log)
        if progress.incumbent is not None and len(progress.incumbent) == self._instance.column_count:
            if self._is_better(progress):
                self._best = progress
            self._say(progress)
        elif time.monotonic() - self._reported_at >= REPORT_SECONDS:
            self._say(progress)
        else:
            held = self._waiting.log if self._waiting else ""
            self._waiting = replace(progress, log=held + progress.log)

    def _is_better(self, progress: Progress) -> bool:
        if self._best is None or self._best.incumbent is None or progress.incumbent is None:
            return True
        new, old = (self._instance.objective_at(point) for point in (progress.incumbent, self._best.incumbent))
        return new >= old if self._instance.sense is Sense.MAXIMIZE else new <= old

    def _say(self, progress: Progress) -> None:
        if self._waiting is not None:
            progress = replace(progress, log=self._waiting.log + progress.log)
        self._waiting, self._reported_at = None, time.monotonic()
        self._report(progress)

    def _flush(self) -> None:
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self._say(waiting)

    def _enforce(self, process: SolverProcess) -> None:
        now = time.monotonic()
        if self._kill_at is None:
            if self._is_asked_to_stop(now):
                self._cause = TerminationCondition.INTERRUPTED
            elif now >= self._deadline:
                self._cause = TerminationCondition.TIME_LIMIT
            if self._cause is not None:
                process.cancel()
                self._kill_at = now + STOP_GRACE_SECONDS
        elif now >= self._kill_at:
            process.kill()

    def _is_asked_to_stop(self, now: float) -> bool:
        if now - self._asked_at < POLL_SECONDS:
            return False
        self._asked_at = now
        return self._should_stop()

    def _conclusion(self, status: int, output: str) -> Result:
        log = _capped("".join(self._log) + output)
        if self._final is None:
            condition, message = self._explain_end(status, output)
            return self._with_incumbent(condition, message, log)
        final = replace(self._final, log=log)
        if self._cause is TerminationCondition.TIME_LIMIT and final.termination_condition.value == "interrupted":
            final = replace(
                final, termination_condition=self._cause, message="The time limit ended the search from outside."
            )
        if final.x is None and self._best is not None and final.termination_condition in _MAY_KEEP_INCUMBENT:
            kept = self._with_incumbent(final.termination_condition, final.message, log)
            return replace(kept, raw_status=final.raw_status, solver_version=final.solver_version)
        return final

    def _explain_end(self, status: int, output: str) -> tuple[TerminationCondition, str]:
        if self._cause is TerminationCondition.INTERRUPTED:
            return self._cause, "The search was stopped on request."
        if self._cause is TerminationCondition.TIME_LIMIT:
            return self._cause, "The solver did not end at its time limit, so its process was ended."
        if "bad_alloc" in output or "MemoryError" in output:
            return TerminationCondition.MEMORY_LIMIT, "The solve needed more memory than its limit allows."
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


def _capped(log: str) -> str:
    half = MAX_OUTPUT // 2
    return (
        log
        if len(log) <= MAX_OUTPUT
        else f"{log[:half]}\n… {len(log) - MAX_OUTPUT} characters left out …\n{log[-half:]}"
    )
