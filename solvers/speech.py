"""The functions of a tape in the words that a solver has: its own, or others that mean the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from solvers.tape import Code

Words = Mapping[Code, Callable[[Any], Any]]


class UnknownFunction(ValueError):
    """The solver has no words for a function; the text is the function's name, as in `atan`."""


def spoken(word: Code, argument: Any, words: Words) -> Any:
    """Return the function `word` of `argument` in a solver's own `words`; raises UnknownFunction."""
    if word in words:
        return words[word](argument)
    composed = _COMPOSED.get(word)
    if composed is None or not composed[0] <= words.keys():
        raise UnknownFunction(word.name.lower())
    return composed[1](argument, words)


def _tan(x: Any, words: Words) -> Any:
    return words[Code.SIN](x) / words[Code.COS](x)


def _sinh(x: Any, words: Words) -> Any:
    return 0.5 * (words[Code.EXP](x) - words[Code.EXP](-1.0 * x))


def _cosh(x: Any, words: Words) -> Any:
    return 0.5 * (words[Code.EXP](x) + words[Code.EXP](-1.0 * x))


def _tanh(x: Any, words: Words) -> Any:
    return 1.0 - 2.0 / (words[Code.EXP](2.0 * x) + 1.0)


def _asinh(x: Any, words: Words) -> Any:
    return words[Code.LOG](x + words[Code.SQRT](x * x + 1.0))


def _acosh(x: Any, words: Words) -> Any:
    return words[Code.LOG](x + words[Code.SQRT](x * x - 1.0))


def _atanh(x: Any, words: Words) -> Any:
    return 0.5 * words[Code.LOG]((1.0 + x) / (1.0 - x))


def _log10(x: Any, words: Words) -> Any:
    return words[Code.LOG](x) * (1.0 / math.log(10.0))


_COMPOSED: dict[Code, tuple[frozenset[Code], Callable[[Any, Words], Any]]] = {
    Code.TAN: (frozenset({Code.SIN, Code.COS}), _tan),
    Code.SINH: (frozenset({Code.EXP}), _sinh),
    Code.COSH: (frozenset({Code.EXP}), _cosh),
    Code.TANH: (frozenset({Code.EXP}), _tanh),
    Code.ASINH: (frozenset({Code.LOG, Code.SQRT}), _asinh),
    Code.ACOSH: (frozenset({Code.LOG, Code.SQRT}), _acosh),
    Code.ATANH: (frozenset({Code.LOG}), _atanh),
    Code.LOG10: (frozenset({Code.LOG}), _log10),
}


def multiplied(factors: Sequence[Any]) -> Any:
    """Return the product of expressions, whose own `*` is all they need."""
    product = factors[0]
    for factor in factors[1:]:
        product = product * factor
    return product
