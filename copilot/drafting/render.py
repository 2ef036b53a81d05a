"""The formulation for people: a plain sentence and a formula per item, and the request cut into linked phrases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from copilot.drafting import latex
from copilot.drafting.formulation import (
    RELATION_WORDS,
    Constraint,
    Formulation,
    IndexSet,
    Objective,
    Parameter,
    Span,
    Term,
    Variable,
)
from copilot.drafting.mathml import mathml

__all__ = [
    "FormulationLine",
    "formulation_lines",
    "highlight_segments",
    "in_own_words",
    "mathml",
    "number_text",
    "spans_by_item",
]

Element = Literal["set", "parameter", "variable", "objective", "constraint", "assumption", "unexplained"]
_WHOLE_RULE = ("at most", "at least", "exactly", "more than", "fewer than")  # a label that says the rule by itself
_LABELS_SHOWN = 6
_TERMS_SHOWN = 8
_LARGEST_DENOMINATOR = 12


@dataclass(frozen=True, slots=True)
class FormulationLine:
    """One item: its element, name, sentence, LaTeX (may be empty) and phrases of the request."""

    element: Element
    name: str
    sentence: str
    latex: str = ""
    spans: tuple[Span, ...] = ()

    @property
    def mathml(self) -> str:
        """The formula as safe MathML; empty where there is none."""
        return mathml(self.latex) if self.latex else ""


def formulation_lines(formulation: Formulation) -> tuple[FormulationLine, ...]:
    """All items in reading order; an item's own sentence is kept, a missing one is written from its numbers."""
    filled = latex.filled(formulation)
    labels = {item.name: item.label or _spoken(item.name) for item in filled.variables}
    goal = filled.objective
    return (
        *(FormulationLine("set", s.name, s.sentence or _set_sentence(s), spans=s.spans) for s in filled.sets),
        *(
            FormulationLine("parameter", p.name, p.sentence or _parameter_sentence(p), spans=p.spans)
            for p in filled.parameters
        ),
        *(
            FormulationLine("variable", v.name, v.sentence or _variable_sentence(v), spans=v.spans)
            for v in filled.variables
        ),
        _with_formula("objective", goal, goal.sentence or _objective_sentence(goal, labels)),
        *(_with_formula("constraint", c, c.sentence or _constraint_sentence(c, labels)) for c in filled.constraints),
        *(FormulationLine("assumption", a.about, a.text, spans=a.spans) for a in filled.assumptions),
        *(FormulationLine("unexplained", "", e.reason, spans=e.spans) for e in filled.ledger),
    )


def in_own_words(formulation: Formulation, text: str) -> Formulation:
    """Without sentences that only repeat the request: what was read into them is said from the numbers instead."""
    request = " ".join(text.split())

    def repeats(item: Variable | Objective | Constraint) -> bool:
        can_be_said = isinstance(item, Variable) or bool(item.terms)
        return can_be_said and bool(item.sentence) and " ".join(item.sentence.split()) in request

    goal = formulation.objective
    silent = {"sentence": ""}
    return formulation.model_copy(
        update={
            "variables": tuple(v.model_copy(update=silent) if repeats(v) else v for v in formulation.variables),
            "objective": goal.model_copy(update=silent) if repeats(goal) else goal,
            "constraints": tuple(_quiet(c) if repeats(c) else c for c in formulation.constraints),
        }
    )


def _quiet(rule: Constraint) -> Constraint:
    # A line of algebra is label and sentence at once; its name is label enough.
    label = "" if rule.label == rule.sentence else rule.label
    return rule.model_copy(update={"sentence": "", "label": label})


def spans_by_item(formulation: Formulation) -> dict[str, tuple[Span, ...]]:
    """Phrases of every named item; names are unique across the elements of a formulation except by accident."""
    found: dict[str, tuple[Span, ...]] = {}
    groups = (formulation.sets, formulation.parameters, formulation.variables, formulation.constraints)
    for item in (*(entry for group in groups for entry in group), formulation.objective):
        if item.spans:
            found[item.name] = (*found.get(item.name, ()), *item.spans)
    return found


def highlight_segments(text: str, spans: Mapping[str, Sequence[Span]]) -> list[tuple[str, tuple[str, ...]]]:
    """Cut `text` where any phrase begins or ends; each piece comes with the names of all items that cover it.

    The pieces joined give `text` again. Phrases may overlap, touch, repeat, or reach past the end.
    """
    starts: dict[int, list[str]] = {}
    ends: dict[int, list[str]] = {}
    for name, phrases in spans.items():
        for phrase in phrases:
            start, end = min(phrase.start, len(text)), min(phrase.end, len(text))
            if start < end:
                starts.setdefault(start, []).append(name)
                ends.setdefault(end, []).append(name)
    segments: list[tuple[str, tuple[str, ...]]] = []
    open_now: list[str] = []
    cuts = sorted({0, len(text), *starts, *ends})
    for start, end in pairwise(cuts):
        for name in ends.get(start, ()):
            open_now.remove(name)
        open_now += starts.get(start, ())
        segments.append((text[start:end], tuple(dict.fromkeys(open_now))))
    return segments


def number_text(value: float) -> str:
    """A number for people: 1,200 and 0.5, and 1/3 where the decimals would not end."""
    if not abs(value) < 1e15:  # infinite and undefined ones too
        return f"{value:g}"
    if value == int(value):
        return f"{int(value):,}"
    short = f"{value:,.6f}".rstrip("0")
    if abs(float(short.replace(",", "")) - value) > 1e-12 * abs(value):
        near = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
        if near and abs(float(near) - value) <= 1e-9 * abs(value):
            return f"{near.numerator:,}/{near.denominator}"
        return f"{value:.6g}"
    return short


def _with_formula(
    element: Literal["objective", "constraint"], item: Objective | Constraint, sentence: str
) -> FormulationLine:
    return FormulationLine(element, item.name, sentence, item.latex, item.spans)


def _set_sentence(item: IndexSet) -> str:
    shown = ", ".join(item.elements[:_LABELS_SHOWN])
    more = len(item.elements) - _LABELS_SHOWN
    return f"{_spoken(item.name)}: {shown}" + (f" and {more:,} more" if more > 0 else "")


def _parameter_sentence(item: Parameter) -> str:
    label = item.label or _spoken(item.name)
    if isinstance(item.value, int | float):
        return f"{label}: {_amount(item.value, item.unit)}"
    by = f" by {' and '.join(_spoken(index) for index in item.indices)}" if item.indices else ""
    source = f", from {item.source.removeprefix('table:')}" if item.source.startswith("table:") else ""
    unit = f" ({item.unit})" if item.unit else ""
    return f"{label}{by}: {len(item.value):,} numbers{unit}{source}"


def _variable_sentence(item: Variable) -> str:
    label = item.label or _spoken(item.name)
    each = f" for each {' and '.join(_spoken(index) for index in item.indices)}" if item.indices else ""
    if item.domain == "binary":
        return f"{label}{each}: yes or no"
    parts = ["a whole number" if item.domain == "integer" else "any amount"]
    parts += [] if item.lower is None else [f"at least {_amount(item.lower, item.unit)}"]
    parts += [] if item.upper is None else [f"at most {_amount(item.upper, item.unit)}"]
    return f"{label}{each}: {', '.join(parts)}"


def _objective_sentence(item: Objective, labels: Mapping[str, str]) -> str:
    size = "large" if item.sense == "maximize" else "small"
    subject = _without_verb(item.label) or _spoken(item.name)
    total = _sum_text(item.terms, labels)
    return f"Make {subject} as {size} as possible" + (f": {total}" if total else "")


def _without_verb(label: str) -> str:
    verb, _, subject = label.partition(" ")
    return subject if verb.lower() in ("maximize", "minimize", "maximise", "minimise") else label


def _constraint_sentence(item: Constraint, labels: Mapping[str, str]) -> str:
    label = item.label or _spoken(item.name)
    if item.relation is None or (item.limit is None and not item.limit_parameter):
        return label
    each = f", for each {' and '.join(_spoken(index) for index in item.indices)}" if item.indices else ""
    if any(word in label for word in _WHOLE_RULE):
        return f"{label}{each}"
    words = RELATION_WORDS[item.relation]
    limit = _spoken(item.limit_parameter) if item.limit is None else _amount(item.limit, item.unit)
    single = len(item.terms) == 1 and item.terms[0].coefficient == 1.0 and not _factor(item.terms[0])
    if single:
        return f"{words} {limit} {'' if item.unit == '' else 'of '}{_label(item.terms[0].variable, labels)}{each}"
    if item.kind == "resource" and item.label and item.unit:
        return f"{words} {limit} of {label}{each}"
    left, right = _sides(item, labels)
    if right:
        return f"{left} must be {words} {right}{each}"
    return f"{label}: {left} must be {words} {limit}{each}" if left else f"{label}: {words} {limit}{each}"


def _sides(item: Constraint, labels: Mapping[str, str]) -> tuple[str, str]:
    """A comparison with zero reads better with its negative terms on the right-hand side."""
    negative = tuple(term for term in item.terms if term.coefficient < 0)
    positive = tuple(term for term in item.terms if term.coefficient >= 0)
    if item.limit == 0 and negative and positive:
        flipped = tuple(term.model_copy(update={"coefficient": -term.coefficient}) for term in negative)
        return _sum_text(positive, labels), _sum_text(flipped, labels)
    return _sum_text(item.terms, labels), ""


def _sum_text(terms: Sequence[Term], labels: Mapping[str, str]) -> str:
    parts: list[str] = []
    for term in terms[:_TERMS_SHOWN]:
        words, factor = _label(term.variable, labels), _factor(term)
        body = f"{factor} × {words}" if factor else words
        sign = "−" if term.coefficient < 0 else "+"
        parts.append(f"{sign} {body}" if parts else (f"−{body}" if term.coefficient < 0 else body))
    more = len(terms) - _TERMS_SHOWN
    return " ".join(parts) + (f" + {more:,} more" if more > 0 else "")


def _factor(term: Term) -> str:
    """What multiplies the decision: a number, or the numbers of a family; empty where nothing does."""
    size = abs(term.coefficient)
    if size != 1:
        return number_text(size)
    return _label(term.parameter, {}) if "[" in term.parameter else ""


def _label(variable: str, labels: Mapping[str, str]) -> str:
    name, bracket, rest = variable.partition("[")
    label = labels.get(name, _spoken(name))
    return f"{label} ({rest.rstrip(']')})" if bracket else label


def _amount(value: float, unit: str) -> str:
    number = number_text(value)
    if not unit:
        return number
    return f"{unit}{number}" if unit in "$€£¥" else f"{number} {unit}"


def _spoken(name: str) -> str:
    return name.replace("_", " ")
