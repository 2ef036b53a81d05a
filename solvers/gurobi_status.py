"""The status map and the error map of Gurobi: its numbers on the left, ours on the right; unknown is a value."""

from __future__ import annotations

from solvers.result import TerminationCondition

# Names and numbers of GRB.Status.
TERMINATION = {
    1: ("LOADED", TerminationCondition.ERROR),
    2: ("OPTIMAL", TerminationCondition.OPTIMAL),
    3: ("INFEASIBLE", TerminationCondition.INFEASIBLE),
    4: ("INF_OR_UNBD", TerminationCondition.INFEASIBLE_OR_UNBOUNDED),
    5: ("UNBOUNDED", TerminationCondition.UNBOUNDED),
    6: ("CUTOFF", TerminationCondition.ERROR),
    7: ("ITERATION_LIMIT", TerminationCondition.ITERATION_LIMIT),
    8: ("NODE_LIMIT", TerminationCondition.NODE_LIMIT),
    9: ("TIME_LIMIT", TerminationCondition.TIME_LIMIT),
    10: ("SOLUTION_LIMIT", TerminationCondition.NODE_LIMIT),
    11: ("INTERRUPTED", TerminationCondition.INTERRUPTED),
    12: ("NUMERIC", TerminationCondition.NUMERICAL),
    13: ("SUBOPTIMAL", TerminationCondition.NUMERICAL),
    14: ("INPROGRESS", TerminationCondition.ERROR),
    15: ("USER_OBJ_LIMIT", TerminationCondition.FEASIBLE),
    16: ("WORK_LIMIT", TerminationCondition.TIME_LIMIT),
    17: ("MEM_LIMIT", TerminationCondition.MEMORY_LIMIT),
}

# Numbers of GRB.Error: no licence, too large for it, and the ways a licence server can refuse.
ERRORS = {
    10001: TerminationCondition.MEMORY_LIMIT,
    10009: TerminationCondition.LICENCE,
    10010: TerminationCondition.LICENCE,
    10022: TerminationCondition.LICENCE,
    10023: TerminationCondition.LICENCE,
    10028: TerminationCondition.LICENCE,
    10030: TerminationCondition.LICENCE,
}


def from_status(status: int) -> tuple[str, TerminationCondition]:
    """Return Gurobi's word for `status` and ours."""
    return TERMINATION.get(status, (f"status {status}", TerminationCondition.ERROR))
