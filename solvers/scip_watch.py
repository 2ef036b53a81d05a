"""Listens to a running SCIP: its events and its printed lines become progress reports."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np

from solvers.outcome import relative_gap
from solvers.result import Progress, Report, Vector

INTERVAL_SECONDS = 0.2


class Watch:
    """Catches the events of one SCIP problem; nothing raised by a listener may cross SCIP's frames.

    Events come in the thread that solves, printed lines in another: reports are made one at a time.
    """

    def __init__(self, problem: Any, variables: list[Any], *, is_mip: bool, report: Report, started: float) -> None:
        self._problem, self._variables, self._is_mip = problem, variables, is_mip
        self._report, self._started = report, started
        self._seen = Progress("presolve", elapsed_seconds=0.0)
        self._log: list[str] = []
        self._sent_at = -math.inf
        self._fault: BaseException | None = None
        self._lock = threading.RLock()
        self._catch()

    def hear(self, line: str) -> None:
        """Take one printed line."""
        with self._lock:
            self._log.append(line)
            self._guarded(self._tick)

    def finish(self) -> None:
        """Report what the rate limit held back, then raise what a listener raised during the run, if anything."""
        if self._fault is not None:
            raise self._fault
        if self._log:
            self._send()

    def _catch(self) -> None:
        from pyscipopt.scip import PY_SCIP_EVENTTYPE as SCIP_EVENTTYPE

        looks = {
            self._on_incumbent: [SCIP_EVENTTYPE.BESTSOLFOUND],
            self._on_search: [
                SCIP_EVENTTYPE.NODESOLVED,
                SCIP_EVENTTYPE.FIRSTLPSOLVED,
                SCIP_EVENTTYPE.LPSOLVED,
                SCIP_EVENTTYPE.DUALBOUNDIMPROVED,
            ],
            self._on_presolve: [SCIP_EVENTTYPE.PRESOLVEROUND],
        }
        for number, (body, events) in enumerate(looks.items()):
            self._problem.attachEventHandlerCallback(self._listening(body), events, name=f"watch{number}")

    def _listening(self, body: Any) -> Any:
        def listen(problem: Any, event: Any) -> None:
            with self._lock:
                self._guarded(body)

        return listen

    def _guarded(self, body: Any) -> None:
        try:
            if self._fault is None:
                body()
        except BaseException as error:
            self._fault = error
        if self._fault is not None:
            interrupt(self._problem)

    def _on_presolve(self) -> None:
        self._tick()

    def _on_search(self) -> None:
        self._seen = replace(self._seen, phase="branch_and_bound" if self._is_mip else "simplex")
        if time.monotonic() - self._sent_at >= INTERVAL_SECONDS:
            self._look()
            self._send()

    def _on_incumbent(self) -> None:
        if not self._is_mip:
            return
        best = self._problem.getBestSol()
        self._look(value=float(self._problem.getSolObjVal(best)))  # the primal bound itself is raised only later
        self._send(incumbent=np.array([best[variable] for variable in self._variables], dtype=np.float64))

    def _look(self, value: float | None = None) -> None:
        problem = self._problem
        value = known(problem, problem.getPrimalbound()) if value is None else value
        bound = known(problem, problem.getDualbound())
        self._seen = replace(
            self._seen,
            objective_value=value,
            objective_bound=bound,
            relative_gap=relative_gap(value, bound),
            nodes=int(problem.getNNodes()) if self._is_mip else None,
            iterations=int(problem.getNLPIterations()),
        )

    def _tick(self) -> None:
        if time.monotonic() - self._sent_at >= INTERVAL_SECONDS:
            self._send()

    def _send(self, incumbent: Vector | None = None) -> None:
        now = time.monotonic()
        log, self._log = "".join(self._log), []
        self._sent_at = now
        self._report(replace(self._seen, elapsed_seconds=now - self._started, log=log, incumbent=incumbent))


def interrupt(problem: Any) -> None:
    """Ask SCIP to stop; on its way from one stage to the next it refuses the call, so ask more than once."""
    with contextlib.suppress(Exception):
        problem.interruptSolve()


def known(problem: Any, number: float) -> float | None:
    """Return `number` unless it is what SCIP writes for infinity, which means: not yet known."""
    return None if problem.isInfinity(abs(number)) else float(number)
