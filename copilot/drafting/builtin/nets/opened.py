"""How many sites are opened, and rules over which: "at most two", "W1 must be open", "not both Leeds and York"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.reading import InDoubt
from copilot.drafting.builtin.nets.data import Place
from copilot.drafting.builtin.nets.phrases import phrases
from copilot.drafting.builtin.nets.reading import Reading
from copilot.drafting.builtin.sheets.sheet import units_of
from copilot.drafting.builtin.words import lexicon
from copilot.drafting.formulation import Relation

_OTHERS = re.compile(
    r"\b(?:kinds?|types?|sorts?|times?|things|days?|weeks?|months?|years?|hours?|minutes?)\b", re.IGNORECASE
)
_EACH = re.compile(r"\b(?:each|every|any|per|no)\b", re.IGNORECASE)
_KINDS: dict[str, tuple[Relation, float]] = {
    "must_open": ("==", 1.0),
    "must_stay_shut": ("==", 0.0),
    "not_both": ("<=", 1.0),
    "one_of": (">=", 1.0),
    "just_one_of": ("==", 1.0),
}


@dataclass(frozen=True, slots=True)
class OpenRule:
    """A sum over sites that are open; a term with True is subtracted."""

    words: str
    terms: tuple[tuple[str, bool], ...]
    relation: Relation
    limit: float
    place: Place


def sites_opened(reading: Reading, sites: int) -> tuple[Relation, Said] | None:
    """How many sites are opened; the number is taken. Raises InDoubt where several numbers say it."""
    found: list[tuple[Relation, Said]] = []
    ways: Sequence[tuple[str, Relation]] = (("count_most", "<="), ("count_least", ">="), ("count_exactly", "=="))
    for said in tuple(reading.account.numbers):
        if _OTHERS.search(said.unit) or units_of(" ".join(said.unit.split()[:1])) & lexicon().measure_stems:
            continue
        for key, relation in ways:
            match = next(_around(reading, key, said), None)
            each = _EACH.search(reading.marks.prose, said.sentence[0], said.start) and key != "count_exactly"
            if match is not None and not each and (said.value < sites or key != "count_exactly"):
                reading.account.explain(*match.span())
                reading.take(said)
                found.append((relation, said))
                break
    if len(found) > 1 and len({(relation, said.value) for relation, said in found}) > 1:
        raise InDoubt("The text says in two ways how many sites are to be opened.")
    return found[0] if found else None


def uniform_cost(reading: Reading) -> Said | None:
    """ "Opening any plant costs 500": one fixed cost for every site; the number is taken."""
    for said in tuple(reading.account.numbers):
        match = next(_around(reading, "uniform", said), None)
        if match is not None and len(reading.numbers_in(*match.span())) == 1:
            reading.account.explain(*match.span())
            reading.take(said)
            return said
    return None


def _around(reading: Reading, key: str, said: Said) -> Iterator[re.Match[str]]:
    """Phrases over a number, which stands in them as "N*"."""
    start, end = said.sentence
    text = reading.marks.text
    marked = text[start : said.start] + "N" * (said.end - said.start) + text[said.end : end]
    for phrase in phrases("facility", key):
        for match in phrase.finditer(marked):
            if start + match.start() <= said.start < start + match.end():
                yield re.compile(r".*", re.DOTALL).match(text, start + match.start(), start + match.end())  # type: ignore[misc]


def open_rules(reading: Reading, sites: Sequence[str]) -> list[OpenRule]:
    """The rules of the prose over single sites; what says them is explained."""
    found: list[OpenRule] = []
    for match in reading.places("facility", "implies"):
        marks = reading.marks.within(*match.span())
        if len(marks) == 2 and all(len(mark) == 1 and mark[0] in sites for mark in marks):
            terms = ((marks[0][0], False), (marks[1][0], True))
            found.append(
                OpenRule(f"{marks[0][0]} only with {marks[1][0]}", terms, "<=", 0.0, reading.sentence(match.start()))
            )
            reading.understood(*match.span())
    for key, (relation, limit) in _KINDS.items():
        for match in reading.places("facility", key):
            if all(reading.account.explained[match.start() : match.end()]):
                continue
            labels = [label for mark in reading.marks.within(*match.span()) for label in mark]
            if (
                not labels
                or not set(labels) <= set(sites)
                or (relation == "==" and key.startswith("must") and len(labels) > 1)
            ):
                continue
            words = f"{key.replace('_', ' ')}: {' and '.join(labels)}"
            place = reading.sentence(match.start())
            found.append(OpenRule(words, tuple((label, False) for label in labels), relation, limit, place))
            reading.understood(*match.span())
    return found
