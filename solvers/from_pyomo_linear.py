"""Compiles a Pyomo model whose rows and objective are linear: one walk over its expressions, straight into arrays.

Pyomo's own compiler of a standard form is not used: given the order of the columns, it takes the fixed members of an
indexed variable for its free ones (6.10.1), and it builds an object for each row that is thrown away again.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse
from pyomo.core.base import Block, Constraint, Objective, SortComponents, SOSConstraint, Suffix
from pyomo.core.expr.numvalue import native_types, value
from pyomo.repn.linear import LinearRepnVisitor
from pyomo.repn.util import InvalidNumber, categorize_valid_components

from solvers.beyond import LINEAR
from solvers.from_pyomo_beyond import KNOWN, Compiled, must_hold, too_many_nonzeros
from solvers.pyomo_names import names_of

_LINEAR_ONLY = KNOWN - {SOSConstraint}


class _Columns:
    """What Pyomo's visitor asks for variables: the free ones, with their numbers."""

    def __init__(self, variables: Sequence[Any]) -> None:
        self.found = list(variables)
        self.var_map = {id(variable): variable for variable in variables if not variable.fixed}
        self.number = {id(variable): place for place, variable in enumerate(variables)}

    def add(self, variable: Any) -> None:
        """Number a variable that is outside the active blocks."""
        self.var_map[id(variable)] = variable
        self.number[id(variable)] = len(self.found)
        self.found.append(variable)


@dataclass(slots=True)
class _Rows:
    constraints: list[Any] = field(default_factory=list)
    lower: array[float] = field(default_factory=lambda: array("d"))
    upper: array[float] = field(default_factory=lambda: array("d"))
    indptr: array[int] = field(default_factory=lambda: array("i", [0]))
    indices: array[int] = field(default_factory=lambda: array("i"))
    values: array[float] = field(default_factory=lambda: array("d"))


def compiled_linear(
    pyomo_model: Any, objective: Any, variables: Sequence[Any], *, max_nonzeros: int
) -> Compiled | None:
    """Return the arrays of a constructed model with one active objective, or None where something is not linear.

    `variables` gives the order of the columns. Raises TriviallyInfeasible for a constraint of constants that is false,
    UnsupportedModel for more than `max_nonzeros` coefficients, and what Pyomo raises for expressions without a value.
    """
    _, unknown = categorize_valid_components(
        pyomo_model, active=True, sort=SortComponents.unsorted, valid=_LINEAR_ONLY, targets={Suffix, Objective}
    )
    if unknown:
        return None
    columns = _Columns(variables)
    visitor = LinearRepnVisitor({}, var_recorder=columns)
    total = visitor.walk_expression(objective.expr)
    if not _is_linear(total):
        return None
    rows = _walked(pyomo_model, visitor, columns.number, max_nonzeros)
    return None if rows is None else _compiled(columns, rows, total)


def _walked(pyomo_model: Any, visitor: Any, numbers: dict[int, int], max_nonzeros: int) -> _Rows | None:
    rows = _Rows()
    for constraint in pyomo_model.component_data_objects(
        Constraint, active=True, descend_into=Block, sort=SortComponents.unsorted
    ):
        lower, body, upper = constraint.to_bounded_expression()
        if lower is None and upper is None:
            continue
        lower = -math.inf if lower is None else lower if lower.__class__ in native_types else value(lower)
        upper = math.inf if upper is None else upper if upper.__class__ in native_types else value(upper)
        repn = visitor.walk_expression(body)
        if not _is_linear(repn):
            return None
        if not repn.linear:
            must_hold(constraint, repn.constant, lower, upper)
            continue
        rows.indices.extend(map(numbers.__getitem__, repn.linear))
        rows.values.extend(repn.linear.values())
        rows.indptr.append(len(rows.values))
        rows.lower.append(lower - repn.constant)
        rows.upper.append(upper - repn.constant)
        rows.constraints.append(constraint)
        if len(rows.values) > max_nonzeros:
            raise too_many_nonzeros(max_nonzeros)
    return rows


def _is_linear(repn: Any) -> bool:
    """Whether it is, with numbers that are ones; what is not goes the slower way, which names it."""
    return repn.nonlinear is None and InvalidNumber not in {repn.constant.__class__, *map(type, repn.linear.values())}


def _compiled(columns: _Columns, rows: _Rows, total: Any) -> Compiled:
    """Keep the columns in use, in their order, and give them numbers from 0."""
    count = len(columns.found)
    cost_at = np.fromiter((columns.number[name] for name in total.linear), dtype=np.int64, count=len(total.linear))
    indices = np.frombuffer(rows.indices, dtype=np.intc) if rows.indices else np.zeros(0, dtype=np.intc)
    used = np.zeros(count, dtype=np.bool_)
    used[cost_at] = used[indices] = True
    number = (np.cumsum(used) - 1).astype(np.int32)
    cost = np.zeros(count)
    cost[cost_at] = np.fromiter(total.linear.values(), dtype=np.float64, count=len(total.linear))
    kept = np.flatnonzero(used)
    matrix = scipy.sparse.csr_array(
        (np.array(rows.values), number[indices], np.array(rows.indptr)), shape=(len(rows.lower), kept.size)
    )
    matrix.sort_indices()
    return Compiled(
        columns=[columns.found[place] for place in kept.tolist()],
        cost=cost[kept],
        offset=float(total.constant),
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=np.array(rows.lower),
        row_upper=np.array(rows.upper),
        row_names=names_of(rows.constraints),
        beyond=LINEAR,
    )
