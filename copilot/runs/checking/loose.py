"""Whether the parts of a formulation hang together: numbers that are used, indices that run over a set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from copilot.drafting.formulation import Constraint, Formulation, Objective
from copilot.runs.checking.check import Check

USED = "Every number that was read is used in the model"
BOUND = "Every index of a rule runs over a set, and no rule picks out one label unsaid"
_LISTED = 0.5  # of the labels of a set
_NAME = re.compile(r"[A-Za-z]\w*")
_INDEXED = re.compile(r"([A-Za-z]\w*)\[([^\]]*)\]")
_READ = re.compile(r"""\[\s*["']([A-Za-z]\w*)["']\s*\]|get\(\s*["']([A-Za-z]\w*)["']""")


def parameters(formulation: Formulation, program: str = "") -> Check | None:
    """Fail for a number that no rule and no goal names; unknown where only the program reads it; None without any."""
    if not formulation.parameters:
        return None
    said = " ".join(_sources(formulation))
    named = set(_NAME.findall(said))
    loose = [item.name for item in formulation.parameters if item.name not in named]
    read = {first or second for first, second in _READ.findall(program)}
    unread = [item.name for item in formulation.parameters if item.name in loose and item.name not in read]
    unread = [name for name in unread if name not in _shapers(formulation)]
    formulas = [rule for rule in formulation.constraints if not rule.terms]
    if unread and not formulas:
        detail = f"No rule and no goal uses {', '.join(unread[:4])}."
        return Check("parameters", USED, "fail", detail, tuple(unread), items=tuple(unread[:3]))
    shaping = _shapers(formulation)
    if not formulas and (only := [name for name in loose if name not in shaping]):
        return Check("parameters", USED, "unknown", f"Only the program uses {', '.join(only[:4])}.")
    return Check("parameters", USED, "pass", f"{len(formulation.parameters)} numbers and tables.")


def shaping(formulation: Formulation) -> set[str]:
    """Numbers that stand in no sum and yet shape the model."""
    named = set(_NAME.findall(" ".join(_sources(formulation))))
    return _shapers(formulation) - named


def _shapers(formulation: Formulation) -> set[str]:
    """Small whole numbers beside sets: a delay of 2 weeks decides which labels meet, and stands in no sum."""
    largest = max((len(item.elements) for item in formulation.sets), default=0)
    scalars = {item.name: item.value for item in formulation.parameters if isinstance(item.value, int | float)}
    return {name for name, value in scalars.items() if value == int(value) and 0 <= value <= largest}


def indices(formulation: Formulation, text: str) -> Check | None:
    """Fail for an index that is no set, or one label picked out without a word; None without sets."""
    sets = {item.name: item.elements for item in formulation.sets}
    if not sets:
        return None
    found = [(item.name, problem) for item in _ruled(formulation) for problem in _problems(item, sets, text)]
    found += [(name, f"{name} has no label") for name, labels in sets.items() if not labels]
    if found:
        detail = "; ".join(dict.fromkeys(problem for _, problem in found[:3]))
        return Check("indices", BOUND, "fail", f"{detail}.", items=tuple(name for name, _ in found[:3]))
    return Check("indices", BOUND, "pass", f"{len(sets)} sets, {len(formulation.constraints)} rules.")


def _problems(item: Objective | Constraint, sets: Mapping[str, tuple[str, ...]], text: str) -> Iterator[str]:
    fixed = set(getattr(item, "indices", ()))
    yield from (f"{item.name} is for each {name}, which is no set" for name in fixed - sets.keys())
    labels = {label for elements in sets.values() for label in elements}
    words = _words(item, text, sets)
    for term in item.terms:
        inside = _inside(term.variable)
        bound = fixed | {name for name in inside if name in sets}
        for name in _inside(term.parameter):
            if name in sets and name not in bound:
                yield f"{item.name} uses {term.parameter}, and nothing says for which {name}"
        for name in inside:
            if name in sets:
                continue
            if name not in labels:
                yield f"{item.name} uses {term.variable}, and {name} is neither a set nor a label"
            elif not any(label.lower() in words for label in _siblings(name, sets)):
                yield f"{item.name} takes {term.variable} alone, and no word of it says why {name}"
    for name in _inside(getattr(item, "limit_parameter", "")):
        if name in sets and name not in fixed:
            yield f"{item.name} is limited by {item.limit_parameter}, and nothing says for which {name}"  # type: ignore[union-attr]


def _siblings(label: str, sets: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The labels of the sets that a label is in: a rule that names one of them is about single labels."""
    return (other for elements in sets.values() if label in elements for other in elements)


def _words(item: Objective | Constraint, text: str, sets: Mapping[str, tuple[str, ...]]) -> str:
    """Name, label, sentence and phrases of an item, in which a label must be named that it picks out; a phrase that
    names most labels of a set lists them and picks out none."""
    said = [item.name.replace("_", " "), item.label, item.sentence]
    for span in item.spans:
        phrase = text[span.start : span.end]
        listed = (sum(label in phrase for label in labels) / max(1, len(labels)) for labels in sets.values())
        said.append("" if any(share > _LISTED for share in listed) else phrase)
    limit = getattr(item, "limit_parameter", "")
    return " ".join([*said, *_inside(limit)]).lower()


def _inside(reference: str) -> list[str]:
    return [part.strip() for match in _INDEXED.finditer(reference) for part in match.group(2).split(",")]


def _ruled(formulation: Formulation) -> tuple[Objective | Constraint, ...]:
    return (formulation.objective, *formulation.constraints)


def _sources(formulation: Formulation) -> Iterator[str]:
    for item in _ruled(formulation):
        yield item.latex if not item.terms else ""
        yield from (term.parameter for term in item.terms)
        yield getattr(item, "limit_parameter", "")
