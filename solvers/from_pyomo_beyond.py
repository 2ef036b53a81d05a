"""Compiles a Pyomo model that is not linear: products of two variables, formulas as tapes, special ordered sets.

Loaded with `solvers.from_pyomo` inside the sandbox's template process; it opens no file afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pyomo.core.base import (
    Block,
    Constraint,
    Expression,
    ExternalFunction,
    Objective,
    Param,
    RangeSet,
    Set,
    SortComponents,
    SOSConstraint,
    Suffix,
    Var,
)
from pyomo.core.expr.numvalue import value
from pyomo.network import Port
from pyomo.repn.quadratic import QuadraticRepnVisitor
from pyomo.repn.util import InvalidNumber, OrderedVarRecorder, categorize_valid_components

from solvers.beyond import OBJECTIVE, Beyond
from solvers.pyomo_errors import TriviallyInfeasible, UnsupportedModel
from solvers.pyomo_tape import MAX_WORDS, TapeWriter, check_size, no_value
from solvers.tape import Code

ROUNDING = 1e-9  # a constraint of constants may miss by this much (relative) and still hold
KNOWN = {Block, Constraint, Var, Param, Expression, ExternalFunction, Set, RangeSet, Port, SOSConstraint}


@dataclass(slots=True)
class Parts:
    """What was compiled; positions of columns are those of the model's variables until `renumbered`."""

    cost: dict[int, float] = field(default_factory=dict)
    offset: float = 0.0
    row_names: list[str] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    indptr: list[int] = field(default_factory=lambda: [0])
    indices: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    quadratic: list[tuple[int, int, int, float]] = field(default_factory=list)
    tape_row: list[int] = field(default_factory=list)
    tape_indptr: list[int] = field(default_factory=lambda: [0])
    sets: list[tuple[str, int, list[int], list[float]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A model as arrays over the `columns` in use; the rest as `Instance` has it."""

    columns: list[Any]
    cost: Any
    offset: float
    indptr: Any
    indices: Any
    values: Any
    row_lower: Any
    row_upper: Any
    row_names: Sequence[str]
    beyond: Beyond


def compiled_beyond(
    pyomo_model: Any, objective: Any, variables: list[Any], *, max_nonzeros: int, max_words: int = MAX_WORDS
) -> Compiled:
    """Return the arrays of a constructed model with one active objective; `variables` gives the order of the columns.

    Raises UnsupportedModel with a sentence for a formula that an instance cannot hold, ValueError for a component.
    """
    _, unknown = categorize_valid_components(
        pyomo_model, active=True, sort=SortComponents.unsorted, valid=KNOWN, targets={Suffix, Objective}
    )
    if unknown:
        raise ValueError(f"It holds {', '.join(sorted(str(kind.__name__) for kind in unknown))}.")
    return _Compiler(variables, max_nonzeros=max_nonzeros, max_words=max_words).run(pyomo_model, objective)


def must_hold(constraint: Any, constant: float, lower: float, upper: float) -> None:
    """Raise TriviallyInfeasible unless `constant` is between the sides, but for a rounding error (relative)."""
    below, above = (lower - constant) / (1 + abs(lower)), (constant - upper) / (1 + abs(upper))
    if max(below if lower > -math.inf else 0.0, above if upper < math.inf else 0.0) > ROUNDING:
        raise TriviallyInfeasible(constraint.name)


def too_many_nonzeros(limit: int) -> UnsupportedModel:
    """Return the refusal of a model with more than `limit` coefficients."""
    return UnsupportedModel(f"The model has more than {limit} coefficients; build a smaller one.")


class _Compiler:
    def __init__(self, variables: list[Any], *, max_nonzeros: int, max_words: int) -> None:
        self._order = {id(variable): place for place, variable in enumerate(variables)}
        self._known = {id(variable): variable for variable in variables if not variable.fixed}
        recorder = OrderedVarRecorder({}, {}, SortComponents.unsorted)
        recorder.var_map, recorder.var_order = self._known, self._order
        self._visitor = QuadraticRepnVisitor({}, var_recorder=recorder)
        self._budget = self._max_words = max_words
        self._max_nonzeros = max_nonzeros
        self._tapes = TapeWriter(self._place, limit=max_words)
        self._parts = Parts()

    def run(self, pyomo_model: Any, objective: Any) -> Compiled:
        repn = self._walked(objective.expr, f"Objective {objective.name}")
        where = f"Objective {objective.name}"
        self._parts.cost = self._linear(repn)
        self._parts.offset = _finite(repn.constant, where)
        self._nonlinear(repn, OBJECTIVE, where)
        for constraint in pyomo_model.component_data_objects(Constraint, active=True, descend_into=Block):
            self._row(constraint)
        for special in pyomo_model.component_data_objects(SOSConstraint, active=True, descend_into=Block):
            self._set(special)
        return _renumbered(self._parts, self._tapes, self._order, self._known)

    def _walked(self, expression: Any, where: str) -> Any:
        self._budget -= check_size(expression, budget=max(self._budget, 0), limit=self._max_words)
        try:
            repn = self._visitor.walk_expression(expression)
        except AttributeError as error:  # Pyomo trips over its own mark of a number that is none
            if InvalidNumber.__name__ not in str(error):
                raise
            raise no_value(where) from error
        except ArithmeticError as error:  # such as x / (y - y), or a power out of range
            raise no_value(where) from error
        except TypeError as error:  # the root of a negative number
            if complex.__name__ not in str(error):
                raise
            raise no_value(where) from error
        for number in (repn.constant, *repn.linear.values(), *(repn.quadratic or {}).values()):
            if number.__class__ is InvalidNumber:
                raise no_value(where)
        return repn

    def _place(self, variable: Any) -> int:
        if id(variable) not in self._order:
            self._visitor.var_recorder.add(variable)
        self._known[id(variable)] = variable
        return self._order[id(variable)]

    def _linear(self, repn: Any) -> dict[int, float]:
        return {self._order[name]: float(number) for name, number in repn.linear.items() if number}

    def _nonlinear(self, repn: Any, row: int, where: str) -> None:
        parts = self._parts
        for (first, second), number in (repn.quadratic or {}).items():
            if number:
                one, other = sorted((self._order[first], self._order[second]))
                parts.quadratic.append((row, one, other, float(number)))
        if repn.nonlinear is not None:
            self._tapes.write(repn.nonlinear, where=where)
            parts.tape_row.append(row)
            parts.tape_indptr.append(len(self._tapes.codes))
        if len(parts.values) + len(parts.quadratic) > self._max_nonzeros:
            raise too_many_nonzeros(self._max_nonzeros)

    def _row(self, constraint: Any) -> None:
        where, parts = f"Constraint {constraint.name}", self._parts
        lower, body, upper = constraint.to_bounded_expression()
        lower = -math.inf if lower is None else float(value(lower))
        upper = math.inf if upper is None else float(value(upper))
        if lower == -math.inf and upper == math.inf:
            return
        repn = self._walked(body, where)
        constant, linear = _finite(repn.constant, where), self._linear(repn)
        if not linear and repn.nonlinear is None and not any((repn.quadratic or {}).values()):
            must_hold(constraint, constant, lower, upper)
            return
        row = len(parts.row_names)
        parts.row_names.append(constraint.name)
        parts.lower.append(lower - constant)
        parts.upper.append(upper - constant)
        for column in sorted(linear):
            parts.indices.append(column)
            parts.values.append(linear[column])
        parts.indptr.append(len(parts.values))
        self._nonlinear(repn, row, where)

    def _set(self, special: Any) -> None:
        items = sorted(
            ((float(weight), variable) for variable, weight in special.get_items()), key=lambda item: item[0]
        )
        if special.level not in (1, 2):
            raise UnsupportedModel(f"The special ordered set {special.name} is of kind {special.level}: use 1 or 2.")
        for _, variable in items:
            if variable.fixed:
                raise UnsupportedModel(
                    f"The special ordered set {special.name} holds {variable.name}, which is fixed: "
                    "leave it out, or bound it instead of fixing it."
                )
        places = [self._place(variable) for _, variable in items]
        self._parts.sets.append((special.name, int(special.level), places, [weight for weight, _ in items]))


def _finite(number: Any, where: str) -> float:
    found = float(number)
    if not math.isfinite(found):
        raise no_value(where)
    return found


def _renumbered(parts: Parts, tapes: TapeWriter, order: dict[int, int], known: dict[int, Any]) -> Compiled:
    """Keep the columns in use, in their order, and give them numbers from 0."""
    codes, operands = np.array(tapes.codes, dtype=np.uint8), np.array(tapes.operands)
    in_tapes = operands[codes == Code.COLUMN].astype(np.int64)
    products = np.array([pair for _, *pair, _ in parts.quadratic], dtype=np.int64).reshape(-1, 2)
    in_sets = np.array([place for _, _, places, _ in parts.sets for place in places], dtype=np.int64)
    in_rows = np.array(parts.indices, dtype=np.int64)
    used = np.unique(np.concatenate((list(parts.cost), in_rows, in_tapes, products.ravel(), in_sets)).astype(np.int64))
    number = np.full(max(order.values(), default=-1) + 1, -1, dtype=np.int64)
    number[used] = np.arange(used.size)
    cost = np.zeros(used.size)
    for place, coefficient in parts.cost.items():
        cost[number[place]] = coefficient
    operands[codes == Code.COLUMN] = number[in_tapes]
    variables = {order[name]: variable for name, variable in known.items()}
    return Compiled(
        columns=[variables[place] for place in used.tolist()],
        cost=cost,
        offset=parts.offset,
        indptr=_ints(parts.indptr),
        indices=number[in_rows].astype(np.int32),
        values=np.array(parts.values, dtype=np.float64),
        row_lower=np.array(parts.lower, dtype=np.float64),
        row_upper=np.array(parts.upper, dtype=np.float64),
        row_names=tuple(parts.row_names),
        beyond=_beyond(parts, codes, operands, number),
    )


def _beyond(parts: Parts, codes: Any, operands: Any, number: Any) -> Beyond:
    products = np.array([pair for _, *pair, _ in parts.quadratic], dtype=np.int64).reshape(-1, 2)
    in_sets = np.array([place for _, _, places, _ in parts.sets for place in places], dtype=np.int64)
    return Beyond(
        quadratic_row=_ints(row for row, *_ in parts.quadratic),
        quadratic_first=number[products[:, 0]].astype(np.int32),
        quadratic_second=number[products[:, 1]].astype(np.int32),
        quadratic_value=np.array([term[3] for term in parts.quadratic], dtype=np.float64),
        set_kind=np.array([kind for _, kind, _, _ in parts.sets], dtype=np.uint8),
        set_indptr=np.cumsum([0, *(len(places) for _, _, places, _ in parts.sets)]).astype(np.int32),
        set_indices=number[in_sets].astype(np.int32),
        set_weights=np.array([weight for *_, weights in parts.sets for weight in weights], dtype=np.float64),
        set_names=tuple(name for name, *_ in parts.sets),  # type: ignore[arg-type]
        tape_row=_ints(parts.tape_row),
        tape_indptr=_ints(parts.tape_indptr),
        tape_code=codes,
        tape_operand=operands,
    )


def _ints(numbers: Iterable[int]) -> Any:
    return np.fromiter(numbers, dtype=np.int32)
