"""A race without children: the first leg of a plan runs in this process, for tests of what is made of its result."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from solvers import runner
from solvers.instance import Instance
from solvers.plan import Plan
from solvers.registry import SOLVERS
from solvers.result import LegOutcome, LegReport, Report, Result, ShouldStop, SolveOptions
from solvers.verdict import judged


class RaceAtHome:
    """Takes the place of `race.Race`; what the runner does before and after it stays as it is."""

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
        self._plan, self._instance, self._leg = plan, instance, plan.legs[0]
        self._options = self._leg.options(options)
        self._report, self._should_stop = report, should_stop

    def run(self) -> Result:
        """Solve by the first leg and judge the answer."""
        raw = SOLVERS[self._leg.solver].solve(
            self._instance, options=self._options, report=self._report, should_stop=self._should_stop
        )
        result = judged(self._instance, raw, self._options)
        told = LegReport(self._leg.solver, self._leg.method, LegOutcome.WON, result.termination_condition)
        return replace(result, reason=self._plan.reason, options=asdict(self._options), legs=(told,))


@pytest.fixture
def solved_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """No solve of this test starts a process."""
    monkeypatch.setattr(runner, "Race", RaceAtHome)
