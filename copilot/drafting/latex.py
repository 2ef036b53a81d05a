"""Objectives and rules written as maths."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from copilot.drafting.formulation import Constraint, Formulation, IndexSet, Objective, Term, Variable

_SIGNS = {"<=": r"\le", ">=": r"\ge", "==": "="}
_INDEXED = re.compile(r"^(\w+)\[(.+)\]$")
_REFERENCE = re.compile(r"[A-Za-z]\w*(?:\[[^\]]*\])?")
_SUM = re.compile(r"\s[-+]\s|\w[-+]\w")
_INDICES = "ijklmnpqrstuvw"

Letters = Mapping[str, str]  # index set -> the letter that stands for any one of its labels


def letters_of(sets: Iterable[IndexSet]) -> Letters:
    """One letter per set of a formulation, the same in each of its formulas."""
    return {item.name: _letter(position) for position, item in enumerate(sets)}


def number(value: float) -> str:
    """A number as a person writes it: 240, 2.5, 15{,}000."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}".replace(",", "{,}")
    return f"{value:.10g}"


def text(words: str) -> str:
    """Words inside a formula."""
    plain = re.sub(r"[\\{}$^~#%&]", "", words).replace("_", " ")
    return rf"\text{{{plain}}}"


def rule(item: Constraint, letters: Letters) -> str:
    """`4\\,\\text{desks} + 3\\,\\text{chairs} \\le 240`; a family ends in "for all"."""
    if item.relation is None:
        return ""
    left = total(item.terms, letters, fixed=item.indices)
    return f"{left} {_SIGNS[item.relation]} {_limit(item, letters)}{_for_all(item.indices, letters)}"


def objective(item: Objective, letters: Letters) -> str:
    """`\\max\\; 70\\,\\text{desks} + 40\\,\\text{chairs}`."""
    word = r"\max" if item.sense == "maximize" else r"\min"
    constant = "" if not item.constant else f" {'+' if item.constant > 0 else '-'} {number(abs(item.constant))}"
    return rf"{word}\; {total(item.terms, letters)}{constant}"


def domain(item: Variable, letters: Letters) -> str:
    """Domain and bounds of a variable: `\\text{desks} \\in \\mathbb{Z},\\quad \\text{desks} \\ge 0`."""
    symbol = _symbol(f"{item.name}[{','.join(item.indices)}]" if item.indices else item.name, letters)
    every = _for_all(item.indices, letters)
    if item.domain == "binary":
        return rf"{symbol} \in \{{0, 1\}}{every}"
    kind = r"\mathbb{Z}" if item.domain == "integer" else r"\mathbb{R}"
    low = "" if item.lower is None else rf",\quad {symbol} \ge {number(item.lower)}"
    high = "" if item.upper is None else rf",\quad {symbol} \le {number(item.upper)}"
    return rf"{symbol} \in {kind}{low}{high}{every}"


def total(terms: Sequence[Term], letters: Letters, *, fixed: Collection[str] = ()) -> str:
    """A sum of terms; an index that names a set is summed over, unless it is one of `fixed`."""
    parts: list[str] = []
    for term in terms:
        negative = term.coefficient < 0
        body = _term(term, letters, fixed)
        if parts:
            parts.append(f" - {body}" if negative else f" + {body}")
        else:
            parts.append(f"-{body}" if negative else body)
    return "".join(parts) or "0"


def filled(formulation: Formulation) -> Formulation:
    """The formulation with `latex` written wherever terms say it and it is still empty."""
    letters = letters_of(formulation.sets)
    goal = formulation.objective
    if not goal.latex:
        goal = goal.model_copy(update={"latex": objective(goal, letters)[:4000]})
    rules = tuple(
        item if item.latex else item.model_copy(update={"latex": rule(item, letters)[:4000]})
        for item in formulation.constraints
    )
    return formulation.model_copy(update={"objective": goal, "constraints": rules})


def _term(term: Term, letters: Letters, fixed: Collection[str]) -> str:
    match = _INDEXED.match(term.variable)
    size = abs(term.coefficient)
    if not match:
        return text(term.variable) if size == 1 else f"{number(size)}\\,{text(term.variable)}"
    names = dict.fromkeys(name.strip() for name in match.group(2).split(","))
    free = [name for name in names if name in letters and name not in fixed]
    sums = "".join(rf"\sum_{{{letters[name]} \in {text(name)}}} " for name in free)
    coefficient = f"{_product(term.parameter.lstrip('-'), letters)}\\," if term.parameter else ""
    if not coefficient and size != 1:
        coefficient = f"{number(size)}\\,"
    return f"{sums}{coefficient}{_symbol(term.variable, letters)}"


def _limit(item: Constraint, letters: Letters) -> str:
    """The parameter where the limit is one that has no number of its own, else the number."""
    if item.limit_parameter and (item.limit is None or "[" in item.limit_parameter):
        return _expression(item.limit_parameter, letters)
    return number(item.limit or 0.0)


def _for_all(indices: Sequence[str], letters: Letters) -> str:
    every = ",\\ ".join(rf"{letters.get(name, text(name))} \in {text(name)}" for name in indices)
    return rf"\quad \forall {every}" if every else ""


def _product(source: str, letters: Letters) -> str:
    """An expression as a factor: a sum stands in parentheses."""
    written = _expression(source, letters)
    return rf"\left({written}\right)" if _SUM.search(source) else written


def _expression(source: str, letters: Letters) -> str:
    """References of an expression as symbols; a product has a thin space."""
    found = _REFERENCE.sub(lambda match: _symbol(match.group(), letters), source)
    return found.replace(" * ", r"\,").replace("*", r"\,")


def _symbol(reference: str, letters: Letters) -> str:
    """A name with its indices: the letter of a set, or the label of one of its members in words."""
    match = _INDEXED.match(reference)
    if not match:
        return text(reference)
    inside = (part.strip() for part in match.group(2).split(","))
    return f"{text(match.group(1))}_{{{','.join(letters.get(part) or text(part) for part in inside)}}}"


def _letter(position: int) -> str:
    return _INDICES[position] if position < len(_INDICES) else f"i_{{{position}}}"
