"""An expression as a tape: a list of codes and operands in postfix order, data that any reader can evaluate.

CONSTANT and COLUMN push a number; SUM and PRODUCT take as many values as their operand says; the others take one or
two. A tape leaves exactly one value. Nothing of it is ever run as a program.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Code(enum.IntEnum):
    """The words of a tape; their numbers are part of the instance file and never change."""

    CONSTANT = 0
    COLUMN = 1
    SUM = 2
    PRODUCT = 3
    QUOTIENT = 4
    POWER = 5
    NEGATION = 6
    EXP = 7
    LOG = 8
    LOG10 = 9
    SQRT = 10
    SIN = 11
    COS = 12
    TAN = 13
    ASIN = 14
    ACOS = 15
    ATAN = 16
    SINH = 17
    COSH = 18
    TANH = 19
    ASINH = 20
    ACOSH = 21
    ATANH = 22
    ABS = 23


UNARY: dict[Code, Callable[[Any], Any]] = {
    Code.NEGATION: np.negative,
    Code.EXP: np.exp,
    Code.LOG: np.log,
    Code.LOG10: np.log10,
    Code.SQRT: np.sqrt,
    Code.SIN: np.sin,
    Code.COS: np.cos,
    Code.TAN: np.tan,
    Code.ASIN: np.arcsin,
    Code.ACOS: np.arccos,
    Code.ATAN: np.arctan,
    Code.SINH: np.sinh,
    Code.COSH: np.cosh,
    Code.TANH: np.tanh,
    Code.ASINH: np.arcsinh,
    Code.ACOSH: np.arccosh,
    Code.ATANH: np.arctanh,
    Code.ABS: np.abs,
}
BINARY: dict[Code, Callable[[Any, Any], Any]] = {Code.QUOTIENT: np.divide, Code.POWER: np.power}
_COUNTED = (Code.SUM, Code.PRODUCT)
Tape = tuple[NDArray[np.uint8], NDArray[np.float64]]


def folded(
    code: NDArray[np.uint8],
    operand: NDArray[np.float64],
    *,
    constant: Callable[[float], Any],
    column: Callable[[int], Any],
    apply: Callable[[Code, Sequence[Any]], Any],
) -> Any:
    """Return the one value of a checked tape, built from its leaves up: numbers, a solver's expressions, or a text."""
    stack: list[Any] = []
    for raw, given in zip(code.tolist(), operand.tolist(), strict=True):
        word = Code(raw)
        if word is Code.CONSTANT:
            stack.append(constant(given))
        elif word is Code.COLUMN:
            stack.append(column(int(given)))
        else:
            count = taken(word, given)
            arguments = stack[len(stack) - count :]
            del stack[len(stack) - count :]
            stack.append(apply(word, arguments))
    return stack[0]


def value_of(code: NDArray[np.uint8], operand: NDArray[np.float64], x: NDArray[np.float64]) -> float:
    """Return the value of a checked tape at x, nan where it has none."""
    with np.errstate(all="ignore"):
        value = folded(code, operand, constant=np.float64, column=lambda j: x[j], apply=numeric)
    return float(value)


def fault_of(code: NDArray[np.uint8], operand: NDArray[np.float64], column_count: int) -> str:
    """Return what keeps a tape from being one expression over `column_count` columns, or an empty string."""
    depth = 0
    for raw, given in zip(code.tolist(), operand.tolist(), strict=True):
        if raw not in _CODES:
            return f"has the unknown code {raw}"
        word = Code(raw)
        if word in (Code.CONSTANT, Code.COLUMN):
            depth += 1
            if not np.isfinite(given):
                return f"holds the number {given}"
            if word is Code.COLUMN and (given != int(given) or not 0 <= given < column_count):
                return f"refers to column number {given:g}, but there are {column_count} columns"
            continue
        if word in _COUNTED and (not np.isfinite(given) or given != int(given) or given < 1):
            return f"sums or multiplies {given:g} values"
        depth -= taken(word, given) - 1
        if depth < 1:
            return "takes a value that is not there"
    return "" if depth == 1 else f"leaves {depth} values instead of one"


def taken(word: Code, operand: float) -> int:
    """Return how many values `word` takes from the stack."""
    if word in _COUNTED:
        return int(operand)
    return 2 if word in BINARY else 1


def columns_of(code: NDArray[np.uint8], operand: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return the columns that a tape reads, each once, ascending."""
    return np.unique(operand[code == Code.COLUMN]).astype(np.int32)


def numeric(word: Code, arguments: Sequence[Any]) -> Any:
    """Return `word` of numbers; nan or an infinity where it has no value."""
    if word is Code.SUM:
        return sum(arguments)
    if word is Code.PRODUCT:
        return np.prod(arguments)
    if word in BINARY:
        return BINARY[word](*arguments)
    return UNARY[word](arguments[0])


_CODES = frozenset(int(word) for word in Code)
