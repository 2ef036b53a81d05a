"""Whether a number stands with the item that its own clause names: the hours of a desk must not be a chair's."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from copilot.drafting.builtin.tokens import Sentence, Token
from copilot.drafting.builtin.words import stem
from copilot.drafting.formulation import Constraint, Formulation, Objective, Parameter
from copilot.drafting.measures import scale_of
from copilot.drafting.render import number_text
from copilot.runs.checking.check import Check
from copilot.runs.checking.request import sentences

TITLE = "Each number stands with the item that its clause names"
_CUTS = frozenset({",", "while", "whereas", "but", "(", ")", "\n", "*"})
_MOST_SUMMED = 8
_RULES = frozenset({"resource", "requirement", "sum", "bound", "other"})
_WORD = re.compile(r"[^\W\d_]{2,}|[^\W\d_]+\d+")
_LINE = re.compile(r"^[ \t]*[-*•][ \t]+(?P<line>.+)$", re.MULTILINE)
_DULL = frozenset(
    stem(word)
    for word in [
        "number",
        "amount",
        "of",
        "the",
        "a",
        "an",
        "to",
        "in",
        "on",
        "and",
        "for",
        "from",
        "units",
        "each",
        "per",
    ]
)
Names = Mapping[str, frozenset[str]]  # item -> stems of the words that tell it from the others


def places(formulation: Formulation, text: str) -> Check | None:
    """Fail where a clause names one item beside a number that only others have; None where nothing can be told."""
    names, owners = _families(formulation)
    if len(names) < 2 and not formulation.sets:
        return None
    compared, wrong = 0, list[str]()
    limits = _limits(formulation)
    told = [*_attributed(text, names), *_listed(formulation, text)]
    said = _said(told)
    owners = _without_sums(owners, said)
    for token, item in told:
        values = (token.value, token.value / 100, token.value * 100)
        having = [name for name, numbers in owners.items() if any(_is_in(value, numbers) for value in values)]
        if not having or (item in names and any(_is_in(value, limits) for value in values)):
            continue
        compared += 1
        if item not in having and item in owners and not any(token.value in said[name] for name in having):
            shown = text[max(0, token.start - 40) : token.end + 20]
            wrong.append(f"{number_text(token.value)} is a number of {having[0]}, but stands with {item} in"
                         f" “…{' '.join(shown.split())}…”")  # fmt: skip
    if wrong:
        return Check("places", TITLE, "fail", f"{'; '.join(wrong[:2])}.")
    return Check("places", TITLE, "pass", f"{compared} numbers found beside their item.") if compared else None


def _families(formulation: Formulation) -> tuple[Names, Mapping[str, set[float]]]:
    """The items by the words that tell them apart, and the numbers that each of them has: single decisions by their
    terms, labels by the tables over their one set."""
    words: dict[str, frozenset[str]] = {}
    owners: defaultdict[str, set[float]] = defaultdict(set)
    for item in formulation.variables:
        if not item.indices:
            words[item.name] = _stems(f"{item.label} {item.name.replace('_', ' ')}")
    rules: list[Objective | Constraint] = [formulation.objective]
    for rule in (*rules, *(one for one in formulation.constraints if one.kind in _RULES)):
        for term in rule.terms:
            if term.variable in words:
                owners[term.variable].add(abs(term.coefficient))
    for index_set in formulation.sets:
        for label in index_set.elements:
            words.setdefault(label, _stems(label))
    for table in formulation.parameters:
        for name, number in _by_label(table):
            owners[name].add(abs(number))
    common = Counter(word for known in words.values() for word in known)
    telling = {name: frozenset(w for w in known if common[w] == 1) for name, known in words.items()}
    return {name: known for name, known in telling.items() if known}, owners


def _said(told: Sequence[tuple[Token, str]]) -> defaultdict[str, set[float]]:
    """The numbers that stand with each item in the request."""
    said: defaultdict[str, set[float]] = defaultdict(set)
    for token, item in told:
        said[item].add(token.value)
    return said


def _without_sums(owners: Mapping[str, set[float]], said: defaultdict[str, set[float]]) -> Mapping[str, set[float]]:
    """The numbers of each item but those that are sums of what is told of it: hours of two kinds taken together."""
    sums = {
        item: {sum(some) for size in (2, 3) for some in combinations(sorted(values)[:_MOST_SUMMED], size)}
        for item, values in said.items()
    }
    return {
        item: {one for one in numbers if _is_in(one, said[item]) or not _is_in(one, sums.get(item, set()))}
        for item, numbers in owners.items()
    }


def _by_label(item: Parameter) -> Iterator[tuple[str, float]]:
    if not isinstance(item.value, int | float):
        yield from ((label, number) for key, number in item.value for label in key)


def _stems(label: str) -> frozenset[str]:
    words = [word.lower() for word in _WORD.findall(label)]
    return frozenset(stem(word) for word in words if scale_of(word) is None) - _DULL


def _limits(formulation: Formulation) -> set[float]:
    """Numbers that bound a whole sum: they belong to no item."""
    named = {rule.limit_parameter for rule in formulation.constraints}
    found = {abs(rule.limit) for rule in formulation.constraints if rule.limit is not None}
    found |= {abs(p.value) for p in formulation.parameters if p.name in named and isinstance(p.value, int | float)}
    found |= {abs(side) for v in formulation.variables for side in (v.lower, v.upper) if side is not None}
    return found


def _attributed(text: str, names: Names) -> Iterator[tuple[Token, str]]:
    """(number, the one item of its clause)."""
    for sentence in sentences(text):
        if any(token.low == "respectively" for token in sentence):
            continue
        for clause in _cut(sentence, _CUTS):
            found = _mentioned(clause, names)
            if len(found) == 1:
                yield from ((token, found[0]) for token in clause if _is_figure(token))
            elif len(found) > 1:
                yield from _by_and(clause, names)


def _listed(formulation: Formulation, text: str) -> Iterator[tuple[Token, str]]:
    """(number, label) for the lines of a list that begin with a label: "- Week 2: 40 sacks"."""
    for labels in (item.elements for item in formulation.sets):
        heads = sorted(labels, key=len, reverse=True)
        for match in _LINE.finditer(text):
            label = next((one for one in heads if re.match(rf"{re.escape(one)}(?!\w)", match["line"])), "")
            start = match.start("line") + len(label)
            if label and not any(other in match["line"][len(label) :] for other in labels):
                tokens = (token for sentence in sentences(text) for token in sentence)
                inside = (token for token in tokens if start <= token.start < match.end())
                yield from ((token, label) for token in inside if _is_figure(token))


def _by_and(clause: Sequence[Token], names: Names) -> Iterator[tuple[Token, str]]:
    """ "$40 on a lamp and $15 on a mirror": each part with a number has one item of its own, and no other part has."""
    parts = list(_cut(clause, frozenset({"and"})))
    found = [_mentioned(part, names) for part in parts]
    counts = [sum(map(_is_figure, part)) for part in parts]
    if all((len(one) == 1) == (count == 1) and len(one) < 2 for one, count in zip(found, counts, strict=True)):
        for part, one in zip(parts, found, strict=True):
            yield from ((token, one[0]) for token in part if _is_figure(token))


def _is_figure(token: Token) -> bool:
    """Whether it is a number in figures: "two kinds" counts what is spoken of."""
    return token.kind == "number" and not token.worded


def _cut(sentence: Sentence | Sequence[Token], marks: frozenset[str]) -> Iterator[Sequence[Token]]:
    clause: list[Token] = []
    for token in sentence:
        if token.low in marks:
            yield clause
            clause = []
        else:
            clause.append(token)
    yield clause


def _mentioned(clause: Sequence[Token], names: Names) -> list[str]:
    stems = {token.stem for token in clause if token.kind == "word"}
    return [name for name, known in names.items() if known & stems]


def _is_in(value: float, numbers: set[float]) -> bool:
    return any(math.isclose(value, number, rel_tol=1e-9, abs_tol=1e-12) for number in numbers)
