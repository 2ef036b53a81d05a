"""Runs the legs of a plan side by side until one of them has an answer that our own check carries."""

from __future__ import annotations

import queue
import time
from dataclasses import dataclass, replace

from solvers import cores, spare
from solvers.instance import Instance
from solvers.placing import outcome_of, rank, told_why
from solvers.plan import MEMORY_PER_LEG, Leg, Plan
from solvers.pool import room
from solvers.process import Frame
from solvers.registry import SOLVERS
from solvers.result import (
    LegOutcome,
    LegReport,
    Progress,
    Report,
    Result,
    ShouldStop,
    SolutionStatus,
    SolveOptions,
    TerminationCondition,
)
from solvers.supervision import Job, Supervision, capped
from solvers.verdict import judged

POLL_SECONDS = 0.1
REPORT_SECONDS = 0.2
LATE_SHARE = 0.5  # of the time limit: from then on one leg more than there are cores is the better bet
PRESOLVE_SHARE, PRESOLVE_SECONDS, PRESOLVE_LEAST = 0.2, 60.0, 5.0  # patience with a presolve that gives no sign of life


@dataclass(frozen=True, slots=True)
class _Ended:
    leg: Leg
    result: Result
    report: LegReport


class Race:
    """One solve by the legs of one plan, watched by the thread that calls `run`."""

    def __init__(
        self,
        plan: Plan,
        instance: Instance,
        options: SolveOptions,
        *,
        core_limit: int,
        report: Report,
        should_stop: ShouldStop,
    ) -> None:
        self._plan, self._options = plan, options
        self._report, self._should_stop = report, should_stop
        self._job = Job(instance, instance.to_bytes(), time.monotonic(), room(instance, options))
        # The limit of memory is the solve's: legs that run together share it, and too small a share makes no leg.
        self._at_once = max(1, min(len(plan.legs), plan.at_once, options.memory_limit_bytes // MEMORY_PER_LEG))
        self._memory = options.memory_limit_bytes // self._at_once
        self._core_limit = core_limit
        self._inbox: queue.SimpleQueue[tuple[Supervision, Frame | None]] = queue.SimpleQueue()
        self._waiting = list(plan.legs)
        self._running: list[Supervision] = []
        self._ended: list[_Ended] = []
        self._cause: TerminationCondition | None = None
        self._asked_at = 0.0
        self._is_unstuck = False

    def run(self) -> Result:
        """Return the first verified answer, else the best of what the legs ended with, judged by our own residuals."""
        try:
            self._start_due()
            while self._running:
                self._hear()
                self._watch(time.monotonic())
                self._start_due()
        finally:
            self._stop_running()
        return self._answer()

    def _start_due(self) -> None:
        while self._waiting and self._may_start():
            self._start(self._waiting.pop(0))
        if not (self._waiting or self._running) and self._may_retry():
            self._memory = self._options.memory_limit_bytes
            self._start(replace(self._ended[0].leg, reason="Again, alone, with all of the memory."))

    def _may_start(self) -> bool:
        if self._cause is not None or self._winner() is not None or self._left() <= 0:
            return False
        if not self._running:
            return cores.take(self._options.threads)
        if self._left() < (1 - LATE_SHARE) * self._options.time_limit_seconds:
            return len(self._running) <= self._at_once and cores.take(self._options.threads)
        return len(self._running) < self._at_once and cores.take(self._options.threads, limit=self._core_limit)

    def _may_retry(self) -> bool:
        conditions = {ended.result.termination_condition for ended in self._ended}
        starved = conditions == {TerminationCondition.MEMORY_LIMIT}
        return starved and self._memory < self._options.memory_limit_bytes and self._may_start()

    def _left(self) -> float:
        return self._options.time_limit_seconds - (time.monotonic() - self._job.started)

    def _start(self, leg: Leg) -> None:
        """Start one leg, whose cores are taken already."""
        options = leg.options(self._options)
        seconds = min(self._left() + 0.05, options.time_limit_seconds) if self._ended else options.time_limit_seconds
        options = replace(options, time_limit_seconds=max(seconds, 0.05), memory_limit_bytes=self._memory)
        interval = REPORT_SECONDS * self._at_once
        supervision = Supervision(self._job, leg, options, report=self._heard, interval=interval)
        availability = SOLVERS[leg.solver].availability()
        if not availability:
            cores.give(self._options.threads)
            refusal = Result(
                TerminationCondition.UNSUPPORTED, SolutionStatus.NO_SOLUTION, leg.solver, message=availability.reason
            )
            self._note(supervision, refusal, LegOutcome.FAILED)
            return
        self._running.append(supervision)
        supervision.start(spare.take(), lambda sender, frame: self._inbox.put((sender, frame)))

    def _hear(self) -> None:
        try:
            sender, frame = self._inbox.get(timeout=POLL_SECONDS)
        except queue.Empty:
            return
        if sender not in self._running:
            return  # it was stopped, and this is what was still in its pipe
        if frame is not None:
            sender.handle(frame)
            return
        result = judged(self._job.instance, sender.conclude(), sender.options)
        self._running.remove(sender)
        cores.give(self._options.threads)
        self._note(sender, result, outcome_of(result, sender.leg, was_stopped=sender.cause is not None))
        if self._winner() is not None:
            self._stop_running()

    def _watch(self, now: float) -> None:
        if self._cause is None and now - self._asked_at >= POLL_SECONDS:
            self._asked_at = now
            if self._should_stop():
                self._cause = TerminationCondition.INTERRUPTED
        for supervision in list(self._running):
            if self._cause is not None:
                supervision.stop(self._cause)
            supervision.enforce(now)
            self._watch_presolve(supervision, now)

    def _watch_presolve(self, supervision: Supervision, now: float) -> None:
        patience = max(PRESOLVE_LEAST, min(PRESOLVE_SECONDS, PRESOLVE_SHARE * self._options.time_limit_seconds))
        leg = supervision.leg
        if self._is_unstuck or self._cause is not None or supervision.silent_seconds(now) < patience:
            return
        if leg.solver == "highs" and supervision.options.presolve:
            self._is_unstuck = True
            reason = f"The presolve of {leg.name} gave no sign of life for {patience:.0f} s."
            cores.take(self._options.threads)
            self._start(replace(leg, presolve=False, reason=reason))

    def _stop_running(self) -> None:
        while self._running:
            supervision = self._running.pop()
            supervision.discard()
            cores.give(self._options.threads)
            stopped = Result(TerminationCondition.INTERRUPTED, SolutionStatus.NO_SOLUTION, supervision.leg.solver)
            self._note(supervision, stopped, LegOutcome.STOPPED)

    def _heard(self, progress: Progress) -> None:
        if self._plan.is_race and progress.log:
            progress = replace(progress, log=_prefixed(progress.log, progress.solver))
        self._report(progress)

    def _winner(self) -> _Ended | None:
        return next((ended for ended in self._ended if ended.report.outcome is LegOutcome.WON), None)

    def _note(self, supervision: Supervision, result: Result, outcome: LegOutcome) -> None:
        leg = supervision.leg
        said = "" if outcome is LegOutcome.STOPPED and self._cause is None else result.termination_condition
        told = leg.reason if leg.presolve is False else ""
        seconds = time.monotonic() - supervision.started
        message = " ".join(part for part in (told, result.message) if part)
        report = LegReport(leg.solver, leg.method, outcome, said, round(seconds, 3), message)
        self._ended.append(_Ended(leg, result, report))

    def _answer(self) -> Result:
        best = self._winner() or min(self._ended, key=lambda ended: rank(ended.result, self._job.instance))
        result = told_why(best.result, [ended.result for ended in self._ended])
        not_started = [LegReport(leg.solver, leg.method, LegOutcome.NOT_STARTED) for leg in self._waiting]
        chosen = best.leg.options(self._options)
        return replace(
            result,
            reason=self._reason(best),
            log=self._log(),
            options={name: getattr(chosen, name) for name in chosen.__dataclass_fields__},
            legs=(*(ended.report for ended in self._ended), *not_started),
        )

    def _reason(self, best: _Ended) -> str:
        if self._winner() is None or len(self._ended) == 1 or not self._plan.reason:
            return self._plan.reason
        return f"{self._plan.reason} The first verified answer came from {best.leg.name}."

    def _log(self) -> str:
        logs = [(ended.leg.name, ended.result.log) for ended in self._ended if ended.result.log]
        if len(logs) == 1:
            return logs[0][1]
        return capped("\n".join(f"[{name}]\n{log}" for name, log in logs))


def _prefixed(log: str, name: str) -> str:
    return "".join(f"[{name}] {line}" for line in log.splitlines(keepends=True))
