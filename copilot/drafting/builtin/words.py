"""The lexicon: word lists read from data files, and the reduction of a word to its stem."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from copilot.drafting.formulation import Relation

_FOLDER = Path(__file__).parent / "lexicon"
_VOWELS = frozenset("aeiouy")
Words = tuple[str, ...]
_SIBILANT = ("sses", "xes", "ches", "shes", "zes")


@dataclass(frozen=True, slots=True)
class Cues:
    """Limit phrases (tuples of lower-case words, longest first) and the weaker words of having and wanting.

    `ending`: by its last word, each phrase before a number, and its sign.
    """

    upper: tuple[Words, ...]
    lower: tuple[Words, ...]
    exact: tuple[Words, ...]
    ending: Mapping[str, Sequence[tuple[Words, Relation]]]
    after_upper: tuple[Words, ...]
    after_lower: tuple[Words, ...]
    strict: frozenset[Words]
    have_strong: frozenset[str]
    have: frozenset[str]
    want_strong: frozenset[str]
    want: frozenset[str]
    logical: tuple[Words, ...]
    maximize: frozenset[str]
    minimize: frozenset[str]
    aim_strong: frozenset[str]
    aim_ends: frozenset[str]
    aim_asks: frozenset[str]
    able_maximize: frozenset[str]
    able_minimize: frozenset[str]
    aim_stands_for: Mapping[str, str]
    spend_stems: frozenset[str]
    part_with_stems: frozenset[str]
    due: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word lists; lists named `*_stems` hold stems, the others lower-case words."""

    numbers: Mapping[str, float]
    scales: Mapping[str, float]
    multiples: Mapping[str, float]
    fractions: Mapping[str, float]
    money_before: frozenset[str]
    money_after: frozenset[str]
    cents: frozenset[str]
    measure_stems: frozenset[str]
    container_stems: frozenset[str]
    period_stems: frozenset[str]
    determiners: frozenset[str]
    conjunctions: frozenset[str]
    breaks: frozenset[str]
    prepositions: frozenset[str]
    pronouns: frozenset[str]
    auxiliaries: frozenset[str]
    empty_stems: frozenset[str]
    verb_stems: frozenset[str]
    verb_forms: frozenset[str]
    irregular_verbs: frozenset[str]
    also_nouns: frozenset[str]
    money_in_stems: frozenset[str]
    money_out_stems: frozenset[str]
    total_stems: frozenset[str]
    money_names: Mapping[str, str]
    full_names: Mapping[str, str]
    generic_stems: frozenset[str]
    table_stems: frozenset[str]
    abbreviations: frozenset[str]
    announced_stems: frozenset[str]
    term_stems: frozenset[str]
    place_stems: frozenset[str]
    cues: Cues

    def is_small(self, low: str) -> bool:
        """Whether a word only joins others: article, preposition, conjunction, pronoun, auxiliary or break."""
        return (
            low in self.determiners
            or low in self.prepositions
            or low in self.conjunctions
            or low in self.pronouns
            or low in self.auxiliaries
            or low in self.breaks
        )


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The word without plural, -ing, -ed and final e; units in their full name: "mins" -> "minut"."""
    low = word.lower().removesuffix("'s").removesuffix("’s").removesuffix("'").removesuffix("’")
    singular = _singular(low)
    if singular in _kept():
        return singular
    return _root(_same().get(singular, singular))


def _singular(low: str) -> str:
    irregular = _plurals()
    if low in irregular:
        return irregular[low]
    if len(low) > 4 and low.endswith("ies"):
        return f"{low[:-3]}y"
    if len(low) > 4 and low.endswith(_SIBILANT):
        return low[:-2]
    if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return low[:-1]
    return low


def _root(low: str) -> str:
    for ending, shortest in (("ing", 6), ("ed", 5)):
        body = low.removesuffix(ending)
        if body != low and len(low) >= shortest and not low.endswith("eed") and _VOWELS & set(body):
            low = body[:-1] if len(body) > 3 and body[-1] == body[-2] and body[-1] not in "lsz" else body
            break
    return low.removesuffix("e") if len(low) > 3 else low


@cache
def _plurals() -> Mapping[str, str]:
    return {key: str(value) for key, value in load("grammar")["plurals"].items()}


@cache
def _kept() -> frozenset[str]:
    return frozenset(load("grammar")["kept"])


@cache
def _same() -> Mapping[str, str]:
    return {key: str(value) for key, value in load("units")["same"].items()}


@cache
def load(name: str) -> Mapping[str, Any]:
    """A data file of the lexicon."""
    with (_FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def lexicon() -> Lexicon:
    """The lexicon, read once."""
    numbers, units, grammar = load("numbers"), load("units"), load("grammar")
    return Lexicon(
        numbers=numbers["words"],
        scales=numbers["scales"],
        multiples=numbers["multiples"],
        fractions=numbers["fractions"],
        money_before=frozenset(numbers["money"]["before"]),
        money_after=frozenset(numbers["money"]["after"]),
        cents=frozenset(numbers["money"]["cents"]),
        measure_stems=_stems(units["measures"]),
        container_stems=_stems(units["containers"]),
        period_stems=_stems(units["periods"]),
        determiners=frozenset(grammar["determiners"]),
        conjunctions=frozenset(grammar["conjunctions"]),
        breaks=frozenset(grammar["breaks"]),
        prepositions=frozenset(grammar["prepositions"]),
        pronouns=frozenset(grammar["pronouns"]),
        auxiliaries=frozenset(grammar["auxiliaries"]),
        empty_stems=_stems(grammar["empty"]),
        verb_stems=_stems(grammar["verbs"]),
        verb_forms=frozenset(form for verb in grammar["verbs"] for form in _verb_forms(verb)),
        irregular_verbs=frozenset(grammar["irregular_verbs"]),
        also_nouns=frozenset(grammar["also_nouns"]),
        money_in_stems=_stems(grammar["money_in"]),
        money_out_stems=_stems(grammar["money_out"]),
        full_names={stem(word): word for word in (*units["measures"], *units["containers"])},
        money_names={stem(key): value for key, value in grammar["money_names"].items()},
        total_stems=_stems(grammar["totals"]),
        abbreviations=frozenset(grammar["abbreviations"]),
        announced_stems=_stems(grammar["announced"]),
        term_stems=_stems(grammar["terms"]),
        place_stems=_stems(grammar["places"]),
        table_stems=_stems(grammar["table_words"]),
        generic_stems=_stems(grammar["generic_items"]),
        cues=_cues(),
    )


def _cues() -> Cues:
    cues = load("cues")
    return Cues(
        upper=_phrases(cues["upper"]),
        lower=_phrases(cues["lower"]),
        exact=_phrases(cues["exact"]),
        ending=_by_last_word({"<=": cues["upper"], ">=": cues["lower"], "==": cues["exact"]}),
        after_upper=_phrases(cues["after_upper"]),
        after_lower=_phrases(cues["after_lower"]),
        strict=frozenset(_phrases(cues["strict"])),
        have_strong=frozenset(cues["have_strong"]),
        have=frozenset(cues["have"]),
        want_strong=frozenset(cues["want_strong"]),
        want=frozenset(cues["want"]),
        logical=_phrases(cues["logical"]),
        maximize=frozenset(cues["objective"]["maximize"]),
        minimize=frozenset(cues["objective"]["minimize"]),
        aim_strong=frozenset(cues["objective"]["strong"]),
        aim_ends=frozenset(cues["objective"]["ends"]),
        aim_asks=frozenset(cues["objective"]["asks"]),
        able_maximize=frozenset(cues["objective"]["able_maximize"]),
        able_minimize=frozenset(cues["objective"]["able_minimize"]),
        aim_stands_for=cues["objective"]["stands_for"],
        spend_stems=_stems(cues["spend"]),
        part_with_stems=_stems(cues["part_with"]),
        due=frozenset(cues["due"]),
    )


def _by_last_word(lines: Mapping[Relation, Iterable[str]]) -> Mapping[str, Sequence[tuple[Words, Relation]]]:
    found: dict[str, list[tuple[Words, Relation]]] = {}
    known = [(phrase, sign) for sign, said in lines.items() for phrase in _phrases(said)]
    for phrase, sign in sorted(known, key=lambda one: -len(one[0])):
        found.setdefault(phrase[-1], []).append((phrase, sign))
    return found


def said_among(phrases: Iterable[Words], low: Sequence[str]) -> Iterator[Words]:
    """The phrases that stand in a row of words, in their own order."""
    present = set(low)
    for phrase in phrases:
        if phrase[0] in present and any(tuple(low[at : at + len(phrase)]) == phrase for at in range(len(low))):
            yield phrase


def _verb_forms(verb: str) -> Iterable[str]:
    body = verb.removesuffix("e")
    third = f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{verb}s"
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        yield f"{verb}es"
    yield from (verb, third, f"{body}ed", f"{body}ing", f"{verb}ing", f"{verb[:-1]}ied")
    yield from (f"{verb}{verb[-1]}ed", f"{verb}{verb[-1]}ing")


def _stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in words)


def _phrases(lines: Iterable[str]) -> tuple[Words, ...]:
    return tuple(sorted({tuple(line.split()) for line in lines}, key=lambda phrase: (-len(phrase), phrase)))
