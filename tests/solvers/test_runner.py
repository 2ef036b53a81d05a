"""One solve in one child: limits, cancelling, crashes and the honesty of what is kept."""

from __future__ import annotations

from solvers import runner
from solvers.result import Certificate, SolutionStatus, TerminationCondition
from tests.solvers import instances


def test_workshop_is_solved_in_a_child_and_checked() -> None:
    result = runner.solve(instances.workshop())
    assert result.termination_condition is TerminationCondition.OPTIMAL
    assert result.solution_status is SolutionStatus.OPTIMAL
    assert result.certificate is Certificate.RESIDUALS_CHECKED
    assert result.objective_value == 3700
    assert result.x is not None
    assert result.x.tolist() == [30, 40]
