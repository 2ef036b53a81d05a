"""Listens to a running HiGHS: its callbacks become progress reports, a wish to stop becomes an interrupt."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from solvers.result import Progress, Report, ShouldStop, Vector

INTERVAL_SECONDS = 0.2
_LP_ITERATION = re.compile(r"^\s+(\d+)\s+-?\d\.\d+e[+-]\d+\s")
_PHASES = (
    ("Presolving model", "presolve"),
    ("Solving MIP model", "branch_and_bound"),
    ("Using EKK", "simplex"),
    ("Using dual simplex", "simplex"),
    ("IPX model", "interior_point"),
    ("Running crossover", "crossover"),
    ("PDLP", "first_order"),
)


class Watch:
    """Subscribes to every callback of one Highs object; nothing raised by a listener may cross HiGHS's frames."""

    def __init__(
        self,
        highs: Any,
        *,
        is_mip: bool,
        report: Report,
        should_stop: ShouldStop,
        started: float,
    ) -> None:
        self.phase = "loading"
        self._highs, self._is_mip = highs, is_mip
        self._report, self._should_stop, self._started = report, should_stop, started
        self._seen = Progress(phase="loading", elapsed_seconds=0.0)
        self._log: list[str] = []
        self._sent_at = -math.inf
        self._fault: BaseException | None = None
        highs.cbLogging.subscribe(self._guarded(self._on_log))
        highs.cbMipLogging.subscribe(self._guarded(self._on_mip))
        highs.cbMipInterrupt.subscribe(self._guarded(self._on_mip))
        highs.cbMipImprovingSolution.subscribe(self._guarded(self._on_incumbent))
        highs.cbSimplexInterrupt.subscribe(self._guarded(self._on_simplex))
        highs.cbIpmInterrupt.subscribe(self._guarded(self._on_ipm))

    def raise_fault(self) -> None:
        """Raise what a listener raised during the run, if anything."""
        if self._fault is not None:
            raise self._fault

    def flush(self) -> None:
        """Report what was seen but held back by the rate limit."""
        if self._log and self._fault is None:
            self._send()

    def _guarded(self, body: Callable[[Any], None]) -> Callable[[Any], None]:
        def listen(event: Any) -> None:
            try:
                if self._fault is None:
                    body(event)
                if event.data_in is not None and (self._fault is not None or self._should_stop()):
                    event.interrupt()
            except BaseException as error:
                self._fault = error

        return listen

    def _on_log(self, event: Any) -> None:
        text = str(event.message)
        self._log.append(text)
        before = self.phase
        for mark, phase in _PHASES:
            if mark in text and self.phase != "feasibility":
                self.phase = phase
        if self.phase != before:
            self._sent_at = -math.inf  # at once: the next word may take long
        iteration = _LP_ITERATION.match(text)
        if iteration and not self._is_mip:
            self._seen = replace(self._seen, iterations=int(iteration.group(1)))
        self._tick()

    def _on_mip(self, event: Any) -> None:
        self._read_mip(event.data_out)
        self._tick()

    def _on_incumbent(self, event: Any) -> None:
        if self.phase == "feasibility":
            return  # its objective is zero by construction: not the user's incumbent
        self._read_mip(event.data_out)
        value = _known(event.data_out.objective_function_value)
        self._seen = replace(self._seen, objective_value=value)
        self._send(incumbent=np.array(event.data_out.mip_solution, dtype=np.float64))

    def _on_simplex(self, event: Any) -> None:
        if not self._is_mip:
            self._count(event.data_out.simplex_iteration_count)

    def _on_ipm(self, event: Any) -> None:
        if not self._is_mip:
            self._count(event.data_out.ipm_iteration_count)

    def _count(self, iterations: int) -> None:
        if iterations >= 0:  # negative while not yet known
            self._seen = replace(self._seen, iterations=int(iterations))
        self._tick()

    def _read_mip(self, out: Any) -> None:
        if self.phase == "feasibility":
            return
        value, bound = _known(out.mip_primal_bound), _known(out.mip_dual_bound)
        gap = abs(value - bound) / abs(value) if value and bound is not None else None
        self._seen = replace(
            self._seen,
            objective_value=value,
            objective_bound=bound,
            relative_gap=0.0 if value is not None and value == bound else gap,
            nodes=max(int(out.mip_node_count), 0),
        )

    def _tick(self) -> None:
        if time.monotonic() - self._sent_at >= INTERVAL_SECONDS:
            self._send()

    def _send(self, incumbent: Vector | None = None) -> None:
        now = time.monotonic()
        log, self._log = "".join(self._log), []
        self._sent_at = now
        self._report(
            replace(self._seen, phase=self.phase, elapsed_seconds=now - self._started, log=log, incumbent=incumbent)
        )


def _known(value: float) -> float | None:
    # HiGHS writes "not yet known" as an infinity.
    return float(value) if math.isfinite(value) and abs(value) < 1e300 else None
