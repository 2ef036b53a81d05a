"""A Pyomo model becomes an Instance: as written, with ranges, maximisation, offset and every variable accounted for.

Imported inside the sandbox's template process: everything Pyomo and SciPy load lazily is loaded with this module, so
that `to_instance` opens no file.
"""

from __future__ import annotations

import contextlib
from typing import Any

from pyomo.common.enums import ObjectiveSense
from pyomo.common.errors import InvalidExpressionError, PyomoException
from pyomo.core.base import Block, Constraint, Objective, SortComponents, SOSConstraint, Var
from pyomo.core.base.block import BlockData
from pyomo.core.base.PyomoModel import ConcreteModel
from pyomo.core.expr import exp, sqrt
from pyomo.gdp import Disjunction
from pyomo.repn.util import InvalidNumber

from solvers.from_pyomo_beyond import Compiled, compiled_beyond
from solvers.from_pyomo_linear import compiled_linear
from solvers.instance import Instance, InstanceError, Sense
from solvers.pyomo_errors import UnsupportedModel
from solvers.pyomo_names import names_of
from solvers.pyomo_variables import bounds_of, fixed_values, integrality_of

MAX_VARIABLES = 2_000_000
MAX_NONZEROS = 50_000_000

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
    try:
        compiled = _compiled(pyomo_model, objective, variables, max_nonzeros)
    except UnsupportedModel:
        raise
    except (ValueError, TypeError, KeyError, ArithmeticError, PyomoException) as error:
        raise _unknown(pyomo_model, str(error)) from error
    return _instance(pyomo_model, objective, variables, compiled)


def _instance(pyomo_model: Any, objective: Any, variables: list[Any], compiled: Compiled) -> Instance:
    columns = compiled.columns
    lower, upper = bounds_of(columns)
    try:
        return Instance(
            name=str(pyomo_model.name),
            sense=Sense.MAXIMIZE if objective.sense == ObjectiveSense.maximize else Sense.MINIMIZE,
            objective_name=objective.name,
            column_lower=lower,
            column_upper=upper,
            integrality=integrality_of(columns),
            column_names=names_of(columns),
            fixed=fixed_values(variables, columns),
            objective_offset=compiled.offset,
            cost=compiled.cost,
            indptr=compiled.indptr,
            indices=compiled.indices,
            values=compiled.values,
            row_lower=compiled.row_lower,
            row_upper=compiled.row_upper,
            row_names=compiled.row_names,
            beyond=compiled.beyond,
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


def _compiled(pyomo_model: Any, objective: Any, variables: list[Any], max_nonzeros: int) -> Compiled:
    linear = None
    try:
        linear = compiled_linear(pyomo_model, objective, variables, max_nonzeros=max_nonzeros)
    except (InvalidExpressionError, ArithmeticError, TypeError):  # such as x / (y - y): the slower way names it
        pass
    except AttributeError as error:  # Pyomo trips over its own mark of a number that is none
        if InvalidNumber.__name__ not in str(error):
            raise
    if linear is not None:
        return linear
    return compiled_beyond(pyomo_model, objective, variables, max_nonzeros=max_nonzeros)


def _unknown(pyomo_model: Any, message: str) -> UnsupportedModel:
    for kind in pyomo_model.collect_ctypes(active=True, descend_into=Block):
        if kind.__name__ in _KINDS:
            words, advice = _KINDS[kind.__name__]
            component = next(iter(pyomo_model.component_data_objects(kind, active=True, descend_into=Block)), None)
            name = kind.__name__ if component is None else component.name
            return UnsupportedModel(f"The model holds {words} ({name}), which an instance cannot: {advice}.")
    return UnsupportedModel(f"The model cannot be read as an instance: {' '.join(message.split())[:500]}")


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
