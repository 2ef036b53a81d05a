"""A sum of terms as a line that people can edit, and back: `4 * desks + hours[ITEMS] * make[ITEMS] - (1 - a) * b`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from copilot.drafting.base import DraftingError
from copilot.drafting.formulation import Formulation, Term

_VARIABLE = re.compile(r"[A-Za-z]\w*(?:\[[^\[\]]*\])?")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+")
_EXPONENT = re.compile(r"[\d.][eE]$")
_EXPRESSION = re.compile(r"(?:\s*(?:[A-Za-z]\w*(?:\[[^\[\]]*\])?|\d+(?:\.\d+)?|[-+*/()]))+\s*")
_OPEN, _CLOSED = "([", ")]"
HINT = "Write it like 4 * desks + 3 * chairs."


def sum_text(terms: Sequence[Term]) -> str:
    """The terms as one line; `read_sum` gives them back."""
    parts: list[str] = []
    for term in terms:
        sign, factor = _factor(term)
        body = f"{factor} * {term.variable}" if factor else term.variable
        parts.append(f"{sign} {body}" if parts else f"{'-' if sign == '-' else ''}{body}")
    return " ".join(parts)


def read_sum(text: str, formulation: Formulation) -> tuple[Term, ...]:
    """The line as terms over the formulation's variables; a term may lead with a number or an expression of parameters.

    Raises DraftingError with a sentence that names what is not understood.
    """
    variables = {item.name for item in formulation.variables}
    parameters = {item.name: item.value for item in formulation.parameters}
    return tuple(_term(sign, body, variables, parameters) for sign, body in _split(text))


def _factor(term: Term) -> tuple[str, str]:
    sign = "-" if term.coefficient < 0 else "+"
    source = term.parameter.strip()
    if not source:
        size = abs(term.coefficient)
        return sign, "" if size == 1 else f"{size:.17g}" if size != int(size) else f"{int(size)}"
    if source.startswith("-"):
        sign, source = "-", source[1:].strip()
    return sign, f"({source})" if _is_sum(source) else source


def _term(sign: int, body: str, variables: set[str], parameters: Mapping[str, object]) -> Term:
    factor, name = _last_product(body)
    if not _VARIABLE.fullmatch(name) or name.partition("[")[0] not in variables:
        raise DraftingError(f"“{body}” does not end in a decision of the formulation. {HINT}")
    if not factor:
        return Term(coefficient=float(sign), variable=name)
    if _NUMBER.fullmatch(factor):
        return Term(coefficient=sign * float(factor.replace(",", "")), variable=name)
    source = factor[1:-1].strip() if factor.startswith("(") and _closes_last(factor) else factor
    if not _EXPRESSION.fullmatch(source):
        raise DraftingError(f"“{source}” is no number and no expression of numbers of the formulation.")
    unknown = [one for one in re.findall(r"[A-Za-z]\w*(?=\s*(?:\[|[-+*/)]|$))", source) if one not in parameters]
    if unknown:
        raise DraftingError(f"“{unknown[0]}” in “{body}” is no number of the formulation.")
    value = parameters.get(source)
    size = abs(float(value)) if isinstance(value, int | float) and value else 1.0
    return Term(coefficient=sign * size, variable=name, parameter=source)


def _split(text: str) -> Iterator[tuple[int, str]]:
    """(sign, term) of a sum, cut at each plus and minus outside brackets that is no sign of an exponent."""
    line, depth, start, sign = text.replace("−", "-").replace("×", "*").replace("·", "*"), 0, 0, 1
    for place, letter in enumerate(line):
        depth += (letter in _OPEN) - (letter in _CLOSED)
        if letter not in "+-" or depth or _EXPONENT.search(line[:place]):
            continue
        if body := line[start:place].strip():
            yield sign, body
            sign = 1
        elif start and line[start - 1] in "+-":
            raise DraftingError(f"Two signs follow each other in “{text.strip()}”. {HINT}")
        sign, start = (-1 if letter == "-" else 1), place + 1
    if depth:
        raise DraftingError(f"A bracket of “{text.strip()}” does not close.")
    if not (body := line[start:].strip()):
        raise DraftingError(f"The sum is empty or ends in a sign. {HINT}")
    yield sign, body


def _last_product(body: str) -> tuple[str, str]:
    """What stands before the last star outside brackets, and after it; a number may also stand before a space."""
    depth = 0
    for place in range(len(body) - 1, -1, -1):
        depth += (body[place] in _CLOSED) - (body[place] in _OPEN)
        if body[place] == "*" and not depth:
            return body[:place].strip(), body[place + 1 :].strip()
    number, space, name = body.partition(" ")
    return (number, name.strip()) if space and _NUMBER.fullmatch(number) else ("", body)


def _is_sum(source: str) -> bool:
    depth = 0
    for place, letter in enumerate(source):
        depth += (letter in _OPEN) - (letter in _CLOSED)
        if letter in "+-" and not depth and place:
            return True
    return False


def _closes_last(factor: str) -> bool:
    """Whether the first bracket closes at the very end."""
    depth = 0
    for place, letter in enumerate(factor):
        depth += (letter in _OPEN) - (letter in _CLOSED)
        if not depth:
            return place == len(factor) - 1
    return False
