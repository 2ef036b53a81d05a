"""The status map of HiGHS: its words on the left, ours and a sentence on the right; unknown is a value, not a crash."""

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

_SENTENCES = {
    TerminationCondition.OPTIMAL: "The solver proved its solution optimal.",
    TerminationCondition.INFEASIBLE: "No point satisfies all constraints together.",
    TerminationCondition.UNBOUNDED: "The objective can be improved without end: a limit is missing from the model.",
    TerminationCondition.INFEASIBLE_OR_UNBOUNDED: "Either no point satisfies the constraints, or a limit is missing.",
    TerminationCondition.TIME_LIMIT: "The time limit ended the search.",
    TerminationCondition.NODE_LIMIT: "The node limit ended the search.",
    TerminationCondition.ITERATION_LIMIT: "The iteration limit ended the search.",
    TerminationCondition.MEMORY_LIMIT: "The memory limit ended the search; allow more memory or shrink the model.",
    TerminationCondition.INTERRUPTED: "The search was stopped on request.",
    TerminationCondition.NUMERICAL: "The solver could not reach its accuracy; rescaling the data usually helps.",
    TerminationCondition.INVALID_INSTANCE: "The solver found a fault in the instance.",
    TerminationCondition.ERROR: "The solver ended with an error of its own.",
}


def sentence(condition: TerminationCondition) -> str:
    """Return the sentence for the user that goes with `condition`."""
    return _SENTENCES.get(condition, "")
