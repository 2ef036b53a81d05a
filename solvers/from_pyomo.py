"""A Pyomo model becomes an Instance: as written, with ranges, maximisation, offset and every variable accounted for.

Imported inside the sandbox's template process: everything Pyomo and SciPy load lazily is loaded with this module, so
that `to_instance` opens no file.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import scipy.sparse
from pyomo.common.enums import ObjectiveSense
from pyomo.common.errors import InfeasibleConstraintException, InvalidExpressionError, PyomoException
from pyomo.core.base import Block, Constraint, Objective, SortComponents, SOSConstraint, Var
from pyomo.core.base.block import BlockData
from pyomo.core.base.PyomoModel import ConcreteModel
from pyomo.core.expr import exp, sqrt
from pyomo.core.expr.numvalue import value
from pyomo.gdp import Disjunction
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from solvers.from_pyomo_beyond import ROUNDING, compiled_beyond
from solvers.instance import Instance, InstanceError, Sense
from solvers.pyomo_errors import TriviallyInfeasible, UnsupportedModel

MAX_VARIABLES = 2_000_000
MAX_NONZEROS = 50_000_000

_MAX_ROUNDED = 100
_BIG_M = "bound its variables and end with TransformationFactory('gdp.bigm').apply_to(model), or write it with binaries"
_KINDS = {
    "Disjunct": ("a disjunct", _BIG_M),
    "Disjunction": ("a disjunction", _BIG_M),
    "LogicalConstraint": ("a logical constraint", "write it as sums of binary variables"),
    "Complementarity": ("a complementarity condition", "write it with a binary variable or a product that is zero"),
}


def to_instance(
    pyomo_model: Any,
    *,
    max_variables: int = MAX_VARIABLES,
    max_nonzeros: int = MAX_NONZEROS,
) -> Instance:
    """Return the validated instance of a constructed Pyomo model.

    Columns are the free variables in use, in order of declaration; rows the active constraints, likewise. Fixed and
    unused variables are listed in `Instance.fixed`, an unused one with the value of its domain nearest to zero.
    Raises UnsupportedModel (one sentence naming the component) for everything an instance cannot hold.
    A model that is not linear takes a slower way, see `solvers.from_pyomo_beyond`.
    """
    objective = _single_objective(_constructed(pyomo_model))
    variables = _variables(pyomo_model, max_variables)
    compiled = _compiled(pyomo_model, variables)
    if compiled is None:
        return _beyond_linear(pyomo_model, objective, variables, max_nonzeros)
    if compiled.A.nnz > 2 * max_nonzeros:  # ranges are still two rows here
        raise UnsupportedModel(f"The model has more than {max_nonzeros} coefficients; build a smaller one.")
    matrix, lower, upper, row_names = _rows(compiled)
    columns = compiled.columns
    return _instance(
        pyomo_model,
        objective,
        variables,
        columns,
        objective_offset=float(compiled.c_offset[0]),
        cost=compiled.c.toarray()[0] if columns else np.zeros(0),
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=lower,
        row_upper=upper,
        row_names=row_names,
    )


def _beyond_linear(pyomo_model: Any, objective: Any, variables: list[Any], max_nonzeros: int) -> Instance:
    try:
        compiled = compiled_beyond(pyomo_model, objective, variables, max_nonzeros=max_nonzeros)
    except UnsupportedModel:
        raise
    except (ValueError, TypeError, KeyError, ArithmeticError, PyomoException) as error:
        raise _unknown(pyomo_model, str(error)) from error
    return _instance(
        pyomo_model,
        objective,
        variables,
        compiled.columns,
        objective_offset=compiled.offset,
        cost=compiled.cost,
        indptr=compiled.indptr,
        indices=compiled.indices,
        values=compiled.values,
        row_lower=compiled.row_lower,
        row_upper=compiled.row_upper,
        row_names=compiled.row_names,
        beyond=compiled.beyond,
    )


def _instance(pyomo_model: Any, objective: Any, variables: list[Any], columns: list[Any], **arrays: Any) -> Instance:
    try:
        return Instance(
            name=str(pyomo_model.name),
            sense=Sense.MAXIMIZE if objective.sense == ObjectiveSense.maximize else Sense.MINIMIZE,
            objective_name=objective.name,
            column_lower=_bounds((v.lb for v in columns), -math.inf),
            column_upper=_bounds((v.ub for v in columns), math.inf),
            integrality=np.fromiter((_is_integer(v) for v in columns), dtype=np.uint8, count=len(columns)),
            column_names=tuple(v.name for v in columns),
            fixed=_fixed(variables, columns),
            **arrays,
        ).validate()
    except InstanceError as error:
        raise UnsupportedModel(str(error)) from error


def _constructed(pyomo_model: Any) -> Any:
    if not isinstance(pyomo_model, BlockData):
        raise UnsupportedModel(f"The program returned a {type(pyomo_model).__name__}, not a Pyomo ConcreteModel.")
    if not pyomo_model.is_constructed():
        raise UnsupportedModel("The model is abstract; build a ConcreteModel, or call create_instance() first.")
    return pyomo_model


def _single_objective(pyomo_model: Any) -> Any:
    active = list(pyomo_model.component_data_objects(Objective, active=True, descend_into=Block))
    if not active:
        raise UnsupportedModel("The model has no active objective: say what to minimize or maximize.")
    if len(active) > 1:
        names = ", ".join(objective.name for objective in active[:5])
        raise UnsupportedModel(
            f"The model has {len(active)} active objectives ({names}): keep one, or weigh them in one."
        )
    return active[0]


def _variables(pyomo_model: Any, limit: int) -> list[Any]:
    found: list[Any] = []
    for variable in pyomo_model.component_data_objects(
        Var, active=True, descend_into=Block, sort=SortComponents.unsorted
    ):
        found.append(variable)
        if len(found) > limit:
            raise UnsupportedModel(f"The model has more than {limit} variables; build a smaller one.")
    return found


def _compiled(pyomo_model: Any, variables: list[Any]) -> Any:
    """Return the standard form of a linear model, or None for one that goes beyond it."""
    held: list[Any] = []
    try:
        while True:
            try:
                return LinearStandardFormCompiler().write(
                    pyomo_model, mixed_form=True, set_sense=None, column_order=variables
                )
            except InfeasibleConstraintException as error:
                held.append(_rounded(pyomo_model, str(error), tries=len(held)))
    except InvalidExpressionError:
        return None
    except AttributeError as error:  # Pyomo trips over its own mark of a number that is none
        if "InvalidNumber" not in str(error):
            raise
        return None
    except UnsupportedModel:
        raise
    except (ValueError, TypeError, KeyError, ArithmeticError, PyomoException) as error:
        if any(pyomo_model.component_data_objects(SOSConstraint, active=True, descend_into=Block)):
            return None
        raise _unknown(pyomo_model, str(error)) from error
    finally:
        for constraint in held:
            constraint.activate()


def _rounded(pyomo_model: Any, message: str, *, tries: int) -> Any:
    """Return the constant constraint just refused, set inactive, when it is only a rounding error away from true."""
    found = re.search(r"constraint,? '(.+)'", message, re.DOTALL)
    name = found.group(1) if found else "(unnamed)"
    constraint = pyomo_model.find_component(name) if found else None
    if constraint is None or tries >= _MAX_ROUNDED:
        raise TriviallyInfeasible(name)
    body, lower, upper = value(constraint.body, exception=False), constraint.lb, constraint.ub
    if body is None:  # every term cancelled, so the body is not a number by itself
        raise TriviallyInfeasible(name)
    below = 0.0 if lower is None else (lower - body) / (1 + abs(lower))
    above = 0.0 if upper is None else (body - upper) / (1 + abs(upper))
    if not max(below, above) <= ROUNDING:
        raise TriviallyInfeasible(name)
    constraint.deactivate()
    return constraint


def _unknown(pyomo_model: Any, message: str) -> UnsupportedModel:
    for kind in pyomo_model.collect_ctypes(active=True, descend_into=Block):
        if kind.__name__ in _KINDS:
            words, advice = _KINDS[kind.__name__]
            component = next(iter(pyomo_model.component_data_objects(kind, active=True, descend_into=Block)), None)
            name = kind.__name__ if component is None else component.name
            return UnsupportedModel(f"The model holds {words} ({name}), which an instance cannot: {advice}.")
    return UnsupportedModel(f"The model cannot be read as an instance: {' '.join(message.split())[:500]}")


def _rows(compiled: Any) -> tuple[Any, Any, Any, tuple[str, ...]]:
    """Merge the two rows of a range back into one; a row's kind is 0 (equal), 1 (upper side) or -1 (lower side)."""
    entries = compiled.rows
    rhs = np.asarray(compiled.rhs, dtype=np.float64)
    kinds = np.fromiter((entry.bound_type for entry in entries), dtype=np.int8, count=len(entries))
    first = np.fromiter(
        (i == 0 or entries[i].constraint is not entries[i - 1].constraint for i in range(len(entries))),
        dtype=np.bool_,
        count=len(entries),
    )
    place = np.cumsum(first) - 1
    count = int(first.sum())
    lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
    lower[place[kinds <= 0]] = rhs[kinds <= 0]
    upper[place[kinds >= 0]] = rhs[kinds >= 0]
    matrix = scipy.sparse.csr_array(compiled.A.tocsr()[np.flatnonzero(first)])
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.sort_indices()
    names = tuple(entries[i].constraint.name for i in np.flatnonzero(first).tolist())
    return matrix, lower, upper, names


def _bounds(sides: Iterable[Any], missing: float) -> Any:
    return np.array([missing if side is None else side for side in sides], dtype=np.float64)


def _is_integer(variable: Any) -> bool:
    if variable.is_continuous():
        return False
    if variable.is_integer():  # true for binaries as well: their bounds come with the domain
        return True
    raise UnsupportedModel(
        f"Variable {variable.name} has the domain {variable.domain.name}, which is neither an interval of real numbers "
        "nor one of integers: use a binary variable per value."
    )


def _fixed(variables: list[Any], columns: list[Any]) -> tuple[tuple[str, float], ...]:
    used = {id(variable) for variable in columns}
    return tuple((variable.name, _value_of(variable)) for variable in variables if id(variable) not in used)


def _value_of(variable: Any) -> float:
    if variable.fixed:
        if variable.value is None:
            raise UnsupportedModel(f"Variable {variable.name} is fixed but has no value: give it one, or unfix it.")
        return float(variable.value)
    lower = -math.inf if variable.lb is None else float(variable.lb)
    upper = math.inf if variable.ub is None else float(variable.ub)
    if _is_integer(variable):
        lower = math.ceil(lower) if math.isfinite(lower) else lower
        upper = math.floor(upper) if math.isfinite(upper) else upper
    if lower > upper:
        raise UnsupportedModel(
            f"Variable {variable.name} has contradictory bounds: at least {lower:g}, at most {upper:g}."
        )
    return float(min(max(0.0, lower), upper))


def _warm_up() -> None:
    """Compile and write two toys once: Pyomo and this package defer several imports to their first use."""
    toy = ConcreteModel()
    toy.x = Var([1, 2], bounds=(0, 1))
    toy.c = Constraint(expr=(0, toy.x[1] + toy.x[2], 1))
    toy.o = Objective(expr=toy.x[1] + 1)
    Instance.from_bytes(to_instance(toy).to_bytes())
    toy.q = Constraint(expr=toy.x[1] * toy.x[2] + toy.x[1] ** 2 <= exp(toy.x[1]) + sqrt(toy.x[2]) / toy.x[1])
    toy.s = SOSConstraint(var=toy.x, sos=1)
    Instance.from_bytes(to_instance(toy).to_bytes())
    toy.d = Disjunction(expr=[[toy.x[1] >= 1], [toy.x[2] >= 1]])
    with contextlib.suppress(UnsupportedModel):
        to_instance(toy)


_warm_up()
