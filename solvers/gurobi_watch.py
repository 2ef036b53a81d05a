"""Listens to a running Gurobi: its one callback becomes progress reports."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import numpy as np

from solvers.outcome import relative_gap
from solvers.result import Progress, Report

INTERVAL_SECONDS = 0.2
UNKNOWN = 1e100  # GRB.INFINITY: "not yet known"


class Watch:
    """The callback of one optimize(); nothing raised by a listener may cross Gurobi's frames.

    `columns` are the instance's own, `sign` is -1 for a maximisation.
    """

    def __init__(self, columns: Any, *, sign: int, report: Report, started: float) -> None:
        from gurobipy import GRB

        self._columns, self._sign = columns, sign
        self._report, self._started = report, started
        self._codes = GRB.Callback
        self._bodies = {
            GRB.Callback.MESSAGE: self._on_message,
            GRB.Callback.PRESOLVE: self._on_presolve,
            GRB.Callback.SIMPLEX: self._on_simplex,
            GRB.Callback.BARRIER: self._on_barrier,
            GRB.Callback.MIP: self._on_mip,
            GRB.Callback.MIPSOL: self._on_incumbent,
        }
        self._seen = Progress("loading", elapsed_seconds=0.0)
        self._log: list[str] = []
        self._sent_at = -math.inf
        self._fault: BaseException | None = None

    def __call__(self, problem: Any, where: int) -> None:
        """Take one call of Gurobi."""
        body = self._bodies.get(where)
        if body is None or self._fault is not None:
            return
        try:
            body(problem)
        except BaseException as error:
            self._fault = error
            problem.terminate()

    def finish(self) -> None:
        """Report what the rate limit held back, then raise what a listener raised during the run, if anything."""
        if self._fault is not None:
            raise self._fault
        if self._log:
            self._send()

    def _on_message(self, problem: Any) -> None:
        self._log.append(str(problem.cbGet(self._codes.MSG_STRING)))
        self._tick()

    def _on_presolve(self, problem: Any) -> None:
        self._seen = replace(self._seen, phase="presolve")
        self._tick()

    def _on_simplex(self, problem: Any) -> None:
        self._seen = replace(self._seen, phase="simplex", iterations=int(problem.cbGet(self._codes.SPX_ITRCNT)))
        self._tick()

    def _on_barrier(self, problem: Any) -> None:
        iterations = int(problem.cbGet(self._codes.BARRIER_ITRCNT))
        self._seen = replace(self._seen, phase="interior_point", iterations=iterations)
        self._tick()

    def _on_mip(self, problem: Any) -> None:
        self._see_mip(
            value=problem.cbGet(self._codes.MIP_OBJBST),
            bound=problem.cbGet(self._codes.MIP_OBJBND),
            nodes=problem.cbGet(self._codes.MIP_NODCNT),
        )
        self._seen = replace(self._seen, iterations=int(problem.cbGet(self._codes.MIP_ITRCNT)))
        self._tick()

    def _on_incumbent(self, problem: Any) -> None:
        found, best = problem.cbGet(self._codes.MIPSOL_OBJ), problem.cbGet(self._codes.MIPSOL_OBJBST)
        if self._sign * found >= self._sign * best:
            return  # a candidate that is no better than what was known before it
        self._see_mip(
            value=found,
            bound=problem.cbGet(self._codes.MIPSOL_OBJBND),
            nodes=problem.cbGet(self._codes.MIPSOL_NODCNT),
        )
        point = np.array(problem.cbGetSolution(self._columns), dtype=np.float64)
        self._send(incumbent=point)

    def _see_mip(self, *, value: float, bound: float, nodes: float) -> None:
        known_value, known_bound = (number if abs(number) < UNKNOWN else None for number in (value, bound))
        if known_value is not None and known_bound is not None and self._sign * known_bound > self._sign * known_value:
            known_bound = known_value  # a search for several goes on behind the best one
        self._seen = replace(
            self._seen,
            phase="branch_and_bound",
            objective_value=known_value,
            objective_bound=known_bound,
            relative_gap=relative_gap(known_value, known_bound),
            nodes=int(nodes),
        )

    def _tick(self) -> None:
        if time.monotonic() - self._sent_at >= INTERVAL_SECONDS:
            self._send()

    def _send(self, incumbent: Any = None) -> None:
        now = time.monotonic()
        log, self._log = "".join(self._log), []
        self._sent_at = now
        self._report(replace(self._seen, elapsed_seconds=now - self._started, log=log, incumbent=incumbent))
