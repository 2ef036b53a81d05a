"""The status map of the .sol files that Ipopt and its kin write: hundreds of codes, and the words of their message."""

from __future__ import annotations

from solvers.result import TerminationCondition

SOLVED, ACCEPTABLE = range(1), range(1, 200)
# AMPL's ranges of solve_result_num.
_RANGES = (
    (SOLVED, TerminationCondition.LOCALLY_OPTIMAL),
    (ACCEPTABLE, TerminationCondition.FEASIBLE),  # at a lower accuracy than was asked for
    (range(200, 300), TerminationCondition.LOCALLY_INFEASIBLE),
    (range(300, 400), TerminationCondition.UNBOUNDED),
    (range(400, 500), TerminationCondition.ITERATION_LIMIT),
    (range(500, 600), TerminationCondition.NUMERICAL),
)
_CLOCKS = ("time exceeded", "walltime", "wallclock", "cputime")  # the codes for time and iterations are not agreed on


def from_code(code: int, message: str) -> TerminationCondition:
    """Return our condition for a code and the sentence beside it; what Ipopt calls optimal is a local optimum."""
    for codes, condition in _RANGES:
        if code in codes:
            timed = condition is TerminationCondition.ITERATION_LIMIT and any(
                word in message.lower() for word in _CLOCKS
            )
            return TerminationCondition.TIME_LIMIT if timed else condition
    return TerminationCondition.ERROR
