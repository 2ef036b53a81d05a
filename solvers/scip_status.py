"""The status map of SCIP: its words on the left, ours on the right; unknown is a value, not a crash."""

from __future__ import annotations

from solvers.result import TerminationCondition

# The words of pyscipopt's getStatus().
TERMINATION = {
    "optimal": TerminationCondition.OPTIMAL,
    "gaplimit": TerminationCondition.OPTIMAL,  # the gap that was asked for
    "infeasible": TerminationCondition.INFEASIBLE,
    "unbounded": TerminationCondition.UNBOUNDED,
    "inforunbd": TerminationCondition.INFEASIBLE_OR_UNBOUNDED,
    "timelimit": TerminationCondition.TIME_LIMIT,
    "memlimit": TerminationCondition.MEMORY_LIMIT,
    "nodelimit": TerminationCondition.NODE_LIMIT,
    "totalnodelimit": TerminationCondition.NODE_LIMIT,
    "stallnodelimit": TerminationCondition.NODE_LIMIT,
    "sollimit": TerminationCondition.NODE_LIMIT,
    "bestsollimit": TerminationCondition.NODE_LIMIT,
    "restartlimit": TerminationCondition.NODE_LIMIT,
    "primallimit": TerminationCondition.FEASIBLE,
    "duallimit": TerminationCondition.FEASIBLE,
    "userinterrupt": TerminationCondition.INTERRUPTED,
    "terminate": TerminationCondition.INTERRUPTED,
}


def from_status(word: str) -> TerminationCondition:
    """Return our condition for SCIP's word."""
    return TERMINATION.get(word, TerminationCondition.ERROR)
