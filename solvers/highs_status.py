"""The status map of HiGHS: its words on the left, ours on the right; unknown is a value, not a crash."""

from __future__ import annotations

from solvers.result import TerminationCondition

TERMINATION = {
    "kOptimal": TerminationCondition.OPTIMAL,
    "kModelEmpty": TerminationCondition.OPTIMAL,
    "kInfeasible": TerminationCondition.INFEASIBLE,
    "kUnbounded": TerminationCondition.UNBOUNDED,
    "kUnboundedOrInfeasible": TerminationCondition.INFEASIBLE_OR_UNBOUNDED,
    "kTimeLimit": TerminationCondition.TIME_LIMIT,
    "kIterationLimit": TerminationCondition.ITERATION_LIMIT,
    "kSolutionLimit": TerminationCondition.NODE_LIMIT,
    "kMemoryLimit": TerminationCondition.MEMORY_LIMIT,
    "kInterrupt": TerminationCondition.INTERRUPTED,
    "kHighsInterrupt": TerminationCondition.INTERRUPTED,
    "kObjectiveBound": TerminationCondition.FEASIBLE,
    "kObjectiveTarget": TerminationCondition.FEASIBLE,
    "kUnknown": TerminationCondition.NUMERICAL,
    "kLoadError": TerminationCondition.ERROR,
    "kModelError": TerminationCondition.INVALID_INSTANCE,
    "kPresolveError": TerminationCondition.ERROR,
    "kSolveError": TerminationCondition.ERROR,
    "kPostsolveError": TerminationCondition.ERROR,
    "kNotset": TerminationCondition.ERROR,
}
