"""A stand-in for cuPDLPx; `newer` chooses between the interfaces of 0.1 and 0.3."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import scipy.sparse as sp

from tests.solvers.fakes.engine import minimised, script

newer = False
_CODES = {"kOptimal": 0, "kInfeasible": 1, "kUnbounded": 2, "kUnboundedOrInfeasible": 5, "kTimeLimit": 3}
_NAMES = {0: "OPTIMAL", 1: "PRIMAL_INFEASIBLE", 2: "DUAL_INFEASIBLE", 3: "TIME_LIMIT", 5: "INFEASIBLE_OR_UNBOUNDED"}
_ALIASES = {
    "TimeLimit": "time_sec_limit",
    "OutputFlag": "verbose",
    "OptimalityTol": "eps_optimal_relative",
    "FeasibilityTol": "eps_feasible_relative",
}


def Model(
    objective_vector: Any,
    constraint_matrix: Any,
    constraint_lower_bound: Any,
    constraint_upper_bound: Any,
    variable_lower_bound: Any = None,
    variable_upper_bound: Any = None,
    objective_constant: float = 0.0,
) -> _Model:
    """Return a model of the version that the test chose."""
    made = (_Newer if newer else _Older)()
    if not newer and not isinstance(constraint_matrix, np.ndarray | sp.spmatrix):
        raise TypeError("setConstraintMatrix: A must be a numpy.ndarray or scipy.sparse matrix")
    made.A, made.c, made.c0 = constraint_matrix.tocsr(), objective_vector, float(objective_constant)
    made.rows = (constraint_lower_bound, constraint_upper_bound)
    made.columns = (variable_lower_bound, variable_upper_bound)
    return made


class _Model:
    A: Any
    c: Any
    c0: float
    rows: tuple[Any, Any]
    columns: tuple[Any, Any]

    def __init__(self) -> None:
        self.Params: dict[str, Any] = dict.fromkeys(_ALIASES.values())
        self.X = self.Pi = self.IterCount = None

    def setParams(self, /, **kwargs: Any) -> None:
        for name, value in kwargs.items():
            key = _ALIASES.get(name, name)
            if newer and key not in self.Params:
                raise KeyError(f"Unknown parameter '{name}'.")
            self.Params[key] = value

    def optimize(self) -> None:
        script.calls.append(dict(self.Params))
        for line in script.lines:
            os.write(1, f"{line}\n".encode())  # as C does: past Python's own output
        if script.error is not None:
            raise script.error
        found, self.X, self.Pi = minimised(self.c, self.A.indptr, self.A.indices, self.A.data, self.rows, self.columns)
        self._code = _CODES[script.status or found]
        self.IterCount = 200


class _Older(_Model):
    @property
    def Status(self) -> str:
        return _NAMES[self._code]

    @property
    def StatusCode(self) -> int:
        return self._code


class _Newer(_Model):
    def __init__(self) -> None:
        super().__init__()
        self.Params |= {"presolve": True, "optimality_norm": "l2"}

    @property
    def Status(self) -> int:
        return self._code

    @property
    def StatusName(self) -> str:
        return _NAMES[self._code]
