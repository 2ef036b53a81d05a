"""Objectives and rules written as maths."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from copilot.drafting.formulation import Constraint, Formulation, Objective, Term, Variable

_SIGNS = {"<=": r"\le", ">=": r"\ge", "==": "="}
_INDEXED = re.compile(r"^(\w+)\[(.+)\]$")
_REFERENCE = re.compile(r"[A-Za-z]\w*(?:\[[^\]]*\])?")
_SUM = re.compile(r"\s[-+]\s|\w[-+]\w")
_INDICES = "ijkl"


def number(value: float) -> str:
    """A number as a person writes it: 240, 2.5, 15{,}000."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}".replace(",", "{,}")
    return f"{value:.10g}"


def text(words: str) -> str:
    """Words inside a formula."""
    plain = re.sub(r"[\\{}$^~#%&]", "", words).replace("_", " ")
    return rf"\text{{{plain}}}"


def rule(item: Constraint, *, sets: Collection[str] = ()) -> str:
    """`4\\,\\text{desks} + 3\\,\\text{chairs} \\le 240`; a family ends in "for all"."""
    if item.relation is None:
        return ""
    right = _limit(item)
    letters = _letters(item.indices)
    every = ",\\ ".join(rf"{letters[name]} \in {text(name)}" for name in item.indices)
    family = rf"\quad \forall {every}" if every else ""
    return f"{total(item.terms, sets=set(sets) - set(item.indices))} {_SIGNS[item.relation]} {right}{family}"


def objective(item: Objective, *, sets: Collection[str] = ()) -> str:
    """`\\max\\; 70\\,\\text{desks} + 40\\,\\text{chairs}`."""
    word = r"\max" if item.sense == "maximize" else r"\min"
    constant = "" if not item.constant else f" {'+' if item.constant > 0 else '-'} {number(abs(item.constant))}"
    return rf"{word}\; {total(item.terms, sets=sets)}{constant}"


def domain(item: Variable) -> str:
    """Domain and bounds of a variable: `\\text{desks} \\in \\mathbb{Z},\\quad \\text{desks} \\ge 0`."""
    symbol = text(item.name)
    if item.indices:
        symbol += "_{" + ",".join(_INDICES[position % len(_INDICES)] for position in range(len(item.indices))) + "}"
    if item.domain == "binary":
        return rf"{symbol} \in \{{0, 1\}}"
    kind = r"\mathbb{Z}" if item.domain == "integer" else r"\mathbb{R}"
    low = "" if item.lower is None else rf",\quad {symbol} \ge {number(item.lower)}"
    high = "" if item.upper is None else rf",\quad {symbol} \le {number(item.upper)}"
    return rf"{symbol} \in {kind}{low}{high}"


def total(terms: Sequence[Term], *, sets: Collection[str] = ()) -> str:
    """A sum of terms; an index that names one of `sets` is summed over."""
    parts: list[str] = []
    for term in terms:
        negative = term.coefficient < 0
        body = _term(term, sets)
        if parts:
            parts.append(f" - {body}" if negative else f" + {body}")
        else:
            parts.append(f"-{body}" if negative else body)
    return "".join(parts) or "0"


def filled(formulation: Formulation) -> Formulation:
    """The formulation with `latex` written wherever terms say it and it is still empty."""
    sets = {item.name for item in formulation.sets}
    goal = formulation.objective
    if not goal.latex:
        goal = goal.model_copy(update={"latex": objective(goal, sets=sets)[:4000]})
    rules = tuple(
        item if item.latex else item.model_copy(update={"latex": rule(item, sets=sets)[:4000]})
        for item in formulation.constraints
    )
    return formulation.model_copy(update={"objective": goal, "constraints": rules})


def _term(term: Term, sets: Collection[str]) -> str:
    match = _INDEXED.match(term.variable)
    size = abs(term.coefficient)
    if not match:
        return text(term.variable) if size == 1 else f"{number(size)}\\,{text(term.variable)}"
    names = [name.strip() for name in match.group(2).split(",")]
    letters = _letters(names)
    sums = "".join(rf"\sum_{{{letters[name]} \in {text(name)}}} " for name in names if name in sets)
    coefficient = f"{_product(term.parameter.lstrip('-'))}\\," if term.parameter else ""
    if not coefficient and size != 1:
        coefficient = f"{number(size)}\\,"
    return f"{sums}{coefficient}{_symbol(term.variable)}"


def _limit(item: Constraint) -> str:
    """The parameter where the limit is one that has no number of its own, else the number."""
    if item.limit_parameter and (item.limit is None or "[" in item.limit_parameter):
        return _expression(item.limit_parameter)
    return number(item.limit or 0.0)


def _product(source: str) -> str:
    """An expression as a factor: a sum stands in parentheses."""
    return rf"\left({_expression(source)}\right)" if _SUM.search(source) else _expression(source)


def _expression(source: str) -> str:
    """References of an expression as symbols; a product has a thin space."""
    return _REFERENCE.sub(lambda match: _symbol(match.group()), source).replace(" * ", r"\,").replace("*", r"\,")


def _symbol(reference: str) -> str:
    match = _INDEXED.match(reference)
    if not match:
        return text(reference)
    names = [name.strip() for name in match.group(2).split(",")]
    return f"{text(match.group(1))}_{{{','.join(_letters(names)[name] for name in names)}}}"


def _letters(sets: Sequence[str]) -> Mapping[str, str]:
    return {name: _INDICES[position % len(_INDICES)] for position, name in enumerate(dict.fromkeys(sets))}
