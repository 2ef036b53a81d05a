"""A stand-in for cuOpt's linear programming: DataModel, SolverSettings, Solve and Solution."""

from __future__ import annotations

import os
from enum import IntEnum, auto
from typing import Any

import numpy as np

from tests.solvers.fakes.engine import minimised, script


class SolverMethod(IntEnum):
    """The methods by their numbers."""

    Concurrent = 0
    PDLP = auto()
    DualSimplex = auto()
    Barrier = auto()


class LPTerminationStatus(IntEnum):
    """Why a solve ended."""

    NoTermination = 0
    NumericalError = auto()
    Optimal = auto()
    PrimalInfeasible = auto()
    DualInfeasible = auto()
    IterationLimit = auto()
    TimeLimit = auto()
    PrimalFeasible = auto()
    UnboundedOrInfeasible = auto()


class ErrorStatus(IntEnum):
    """The kind of an error."""

    Success = 0
    ValidationError = auto()
    OutOfMemoryError = auto()
    RuntimeError = auto()


_PARAMETERS = frozenset(
    {
        "method", "time_limit", "infeasibility_detection", "per_constraint_residual", "log_to_console", "crossover",
        "presolve", "absolute_primal_tolerance", "relative_primal_tolerance", "relative_gap_tolerance",
    }
)  # fmt: skip
_STATUS = {
    "kOptimal": LPTerminationStatus.Optimal,
    "kInfeasible": LPTerminationStatus.PrimalInfeasible,
    "kUnbounded": LPTerminationStatus.DualInfeasible,
    "kTimeLimit": LPTerminationStatus.TimeLimit,
}


class DataModel:
    """Takes arrays of exactly the types that the real one takes."""

    def set_csr_constraint_matrix(self, A_values: Any, A_indices: Any, A_offsets: Any) -> None:
        """Take A by rows."""
        assert (A_values.dtype, A_indices.dtype, A_offsets.dtype) == (np.float64, np.int32, np.int32)
        self.matrix = (A_offsets, A_indices, A_values)

    def set_objective_coefficients(self, c: Any) -> None:
        """Take the costs."""
        self.c = c

    def set_objective_offset(self, objective_offset: float) -> None:
        """Take the constant of the objective."""
        self.offset = objective_offset

    def set_constraint_lower_bounds(self, constraint_lower_bounds: Any) -> None:
        """Take the lower sides of the rows."""
        self.row_lower = constraint_lower_bounds

    def set_constraint_upper_bounds(self, constraint_upper_bounds: Any) -> None:
        """Take the upper sides of the rows."""
        self.row_upper = constraint_upper_bounds

    def set_variable_lower_bounds(self, variable_lower_bounds: Any) -> None:
        """Take the lower bounds."""
        self.lower = variable_lower_bounds

    def set_variable_upper_bounds(self, variable_upper_bounds: Any) -> None:
        """Take the upper bounds."""
        self.upper = variable_upper_bounds


class SolverSettings:
    """Refuses names that the real one does not know."""

    def __init__(self) -> None:
        self.settings_dict: dict[str, Any] = {}

    def set_parameter(self, name: str, value: Any) -> None:
        """Set one parameter."""
        if name not in _PARAMETERS:
            raise ValueError("Invalid parameter. Please check documentation")
        self.settings_dict[name] = value

    def set_optimality_tolerance(self, eps_optimal: float) -> None:
        """Set every tolerance of a linear solve."""
        for name in _PARAMETERS:
            if name.endswith("tolerance"):
                self.settings_dict[name] = eps_optimal


class Solution:
    """What a solve returns; see the getters."""

    def __init__(self, status: LPTerminationStatus, x: Any, y: Any, error: tuple[ErrorStatus, str]) -> None:
        self._status, self._x, self._y, self._error = status, x, y, error

    def get_primal_solution(self) -> Any:
        """The point."""
        return self._x

    def get_dual_solution(self) -> Any:
        """The duals of the rows."""
        return self._y

    def get_termination_reason(self) -> str:
        """The status by its name."""
        return self._status.name

    def get_error_status(self) -> ErrorStatus:
        """The kind of an error."""
        return self._error[0]

    def get_error_message(self) -> str:
        """The words of an error."""
        return self._error[1]

    def get_lp_stats(self) -> dict[str, Any]:
        """Measures of the solve."""
        return {"primal_residual": 0.0, "dual_residual": 0.0, "gap": 0.0, "nb_iterations": 300}


def Solve(data_model: DataModel, solver_settings: SolverSettings | None = None) -> Solution:
    """Solve and print what the test wants printed."""
    for line in script.lines:
        os.write(1, f"{line}\n".encode())  # as C does: past Python's own output
    return solution_of(data_model, solver_settings)


def solution_of(data_model: DataModel, solver_settings: SolverSettings | None) -> Solution:
    """Solve silently."""
    script.calls.append(dict(solver_settings.settings_dict) if solver_settings else {})
    if script.error is not None:
        raise script.error
    if script.status == "out of memory":
        fault = (ErrorStatus.OutOfMemoryError, "std::bad_alloc: out_of_memory: CUDA error")
        return Solution(LPTerminationStatus.NoTermination, None, None, fault)
    rows, columns = (data_model.row_lower, data_model.row_upper), (data_model.lower, data_model.upper)
    found, x, y = minimised(data_model.c, *data_model.matrix, rows, columns)
    return Solution(_STATUS[script.status or found], x, y, (ErrorStatus.Success, ""))
