"""Writes a Pyomo expression as a tape, without recursion, so that no depth of nesting can break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.expr import numeric_expr as nodes
from pyomo.core.expr.numvalue import value
from pyomo.repn.util import InvalidNumber

from solvers.pyomo_errors import UnsupportedModel
from solvers.tape import Code

MAX_WORDS = 2_000_000  # of all expressions of a model together; each takes a byte and a number in the instance
_FUNCTIONS = {
    word.name.lower(): word
    for word in Code
    if word >= Code.EXP  # the words before it are arithmetic
}
_ADVICE = {
    "Expr_ifExpression": "a choice (Expr_if): write it with a binary variable",
    "MaxExpression": "a maximum of variables: write it with one inequality per argument",
    "MinExpression": "a minimum of variables: write it with one inequality per argument",
    "ExternalFunctionExpression": "an external function: write it as a formula",
    "ceil": "rounding (ceil): write it with an integer variable",
    "floor": "rounding (floor): write it with an integer variable",
    "EqualityExpression": "a comparison inside a formula: write it as a constraint of its own",
    "InequalityExpression": "a comparison inside a formula: write it as a constraint of its own",
    "RangedExpression": "a comparison inside a formula: write it as a constraint of its own",
}


class TapeWriter:
    """Collects the words of the tapes of one model, up to `limit` of them."""

    def __init__(self, column: Callable[[Any], int], *, limit: int = MAX_WORDS) -> None:
        self._column, self._limit = column, limit
        self.codes: list[int] = []
        self.operands: list[float] = []

    def write(self, expression: Any, *, where: str) -> None:
        """Append the words of `expression`, which stands in the component `where`, in postfix order."""
        codes, operands, stack = self.codes, self.operands, [expression]
        start = len(codes)
        while stack:  # written from the root down, the last argument first, and turned round at the end
            node = stack.pop()
            code, operand, arguments = self._word(node, where)
            if code is not None:
                codes.append(int(code))
                operands.append(operand)
            stack.extend(arguments)
            if len(codes) > self._limit:
                raise too_long(self._limit)
        codes[start:] = codes[start:][::-1]
        operands[start:] = operands[start:][::-1]

    def _word(self, node: Any, where: str) -> tuple[Code | None, float, tuple[Any, ...]]:
        if node.__class__ in native_numeric_types:
            return Code.CONSTANT, float(node), ()
        if isinstance(node, complex | InvalidNumber):
            raise no_value(where)
        if not node.is_potentially_variable():
            return Code.CONSTANT, _constant(node, where), ()
        if node.is_variable_type():
            if node.fixed:
                return Code.CONSTANT, _constant(node, where), ()
            return Code.COLUMN, float(self._column(node)), ()
        if node.is_named_expression_type():
            return None, 0.0, (node.expr,)
        arguments = tuple(node.args)
        word = _operation(node)
        if word is None:
            raise UnsupportedModel(f"{where} holds {_named(node)}.")
        return word, float(len(arguments)) if word in (Code.SUM, Code.PRODUCT) else 0.0, arguments


def check_size(expression: Any, *, budget: int, limit: int) -> int:
    """Return the nodes of `expression`, counted as often as used; raises UnsupportedModel past `budget` of `limit`."""
    count = 0
    stack = [iter((expression,))]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
            continue
        count += 1
        if count > budget:
            raise too_long(limit)
        if node.__class__ not in native_numeric_types and node.is_expression_type():
            stack.append(_arguments(node))
    return count


def no_value(where: str) -> UnsupportedModel:
    """Return the refusal of a component whose constants have no value."""
    return UnsupportedModel(
        f"{where} has no finite value whatever is decided: its data hold a number that is missing, a division by zero "
        "or a function outside its domain."
    )


def too_long(limit: int) -> UnsupportedModel:
    """Return the refusal of a model with more than `limit` words."""
    return UnsupportedModel(
        f"The formulas of the model have more than {limit} terms and operations together, counting a part as often as "
        "it is used: give a part that is used twice a variable of its own, with an equation."
    )


def _arguments(node: Any) -> Iterator[Any]:
    return (argument for argument in node.args if argument is not None)


def _constant(node: Any, where: str) -> float:
    number = value(node, exception=False)
    if number is None:
        raise UnsupportedModel(f"{where} uses {node.name}, which has no value: give it one.")
    return float(number)


def _operation(node: Any) -> Code | None:
    if isinstance(node, nodes.SumExpression):
        return Code.SUM
    if isinstance(node, nodes.ProductExpression):
        return Code.PRODUCT
    if isinstance(node, nodes.DivisionExpression):
        return Code.QUOTIENT
    if isinstance(node, nodes.PowExpression):
        return Code.POWER
    if isinstance(node, nodes.NegationExpression):
        return Code.NEGATION
    if isinstance(node, nodes.UnaryFunctionExpression):
        return _FUNCTIONS.get(node.getname())
    return None


def _named(node: Any) -> str:
    kind = node.getname() if isinstance(node, nodes.UnaryFunctionExpression) else type(node).__name__
    known = _ADVICE.get(kind.removeprefix("NPV_"))
    return known or f"{kind}, which an instance cannot: write it with sums, products, powers, exp, log or sqrt"
