"""Limits on all options together: "at most 4 projects", "invest $80,000", "a batch of 1000 kg"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.sheets.limits import Limit, Window, first_word
from copilot.drafting.builtin.sheets.problem import phrases
from copilot.drafting.builtin.sheets.sheet import stems_of, units_of
from copilot.drafting.builtin.words import lexicon, load, stem
from copilot.drafting.formulation import Relation

if TYPE_CHECKING:
    from copilot.drafting.builtin.sheets.targets import Seeker

_MONEY = frozenset("$€£¥")
_LARGE = 1000
_BEFORE = re.compile(r"\b(?:on|over|of|into|put|with|have|has|for|spread|split|invest|divide|allocate)\s+[$€£¥]?$")
_ALL = re.compile(r"\ball(?: of)?(?: the| these| those)? $", re.IGNORECASE)
_MEASURES = {"weigh": "weigh weight mass load kg g lb", "last": "last duration time hours minutes days"}
_MEASURING = re.compile(rf"\b({'|'.join(_MEASURES)})(?:s|ed|ing)?\b[^.;]*$", re.IGNORECASE)
_ALONE = re.compile(r"\s*(?:of (?:them|these|the)\b|[.,;?!]|$)")


def limit_on_all(seeker: Seeker, said: Said, window: Window, relation: Relation | None) -> Limit | None:
    """The limit; None where the number does not tell of all options."""
    words = f"{window.left}|{window.near_right}"
    together = _says(words, "total")
    if _names_some(seeker, said) and not together:
        return None
    if said.value == 1 and relation == "==" and adds_up(window):
        return Limit("amount", "==", said.value, said.sentence, unit=said.unit)
    noun = bool({stem(first_word(window))} & seeker.nouns)
    if relation == "==" and not noun and _counts_others(seeker, said, window):
        return None
    if relation and (noun or together or _ALONE.match(window.near_right)):
        return Limit("amount", relation, said.value, said.sentence, unit=said.unit)
    if not _is_measured(seeker, said, window):
        return None
    if relation and _is_of_mix(seeker, window):
        return Limit("amount", relation, said.value, said.sentence, unit=said.unit)
    told = relation or _told(seeker, window, words)
    return Limit("amount", told, said.value, said.sentence, unit=said.unit) if told else None


def is_of_other(seeker: Seeker, window: Window) -> bool:
    """ "It may weigh at most 900 g": a measure that no column gives, of things that are counted and not mixed."""
    said = _MEASURING.search(window.left)
    given = frozenset[str]().union(*(column.stems for column in seeker.frame.sheet.columns))
    return said is not None and not given & stems_of(_MEASURES[said[1].lower()]) and not _says_mixed(seeker)


def _counts_others(seeker: Seeker, said: Said, window: Window) -> bool:
    """ "All three requirements": a number in words, of things that are neither options nor a measure."""
    led = _ALL.search(seeker.problem.prose[: said.start]) is not None
    worded = not seeker.problem.prose[said.start].isdigit()
    return led and worded and first_word(window) != "" and not _is_measured(seeker, said, window)


def adds_up(window: Window) -> bool:
    """Whether shares add up to the number: "the fractions must sum to 1"."""
    left = window.left.rstrip()
    return any(match.end() == len(left) for phrase in phrases("limits", "adds_up") for match in phrase.finditer(left))


def _told(seeker: Seeker, window: Window, words: str) -> Relation | None:
    """What making, mixing or spending an amount says of it; None where there are such words and a direction."""
    if _says(window.left, "fee") or re.match(r"\s*(?:each|apiece|per)\b", window.right):
        return None
    everything = _says(seeker.problem.prose, "everything")
    if _says(words, "all_of") or (everything and _says(words, "spend")):
        return "=="
    if _says(words, "spend"):
        return "<="
    if _says_mixed(seeker) and seeker.sense == "minimize":
        return "=="
    alone = not any(limit.kind == "amount" for limit in seeker.found)
    return "<=" if alone and seeker.sense == "maximize" and _BEFORE.search(window.left) else None


def _says_mixed(seeker: Seeker) -> bool:
    return any(phrase.search(seeker.problem.prose) for phrase in phrases("options", "mixed"))


def _says(words: str, key: str) -> bool:
    return any(phrase.search(words) for phrase in phrases("limits", key))


def _names_some(seeker: Seeker, said: Said) -> bool:
    start, end = said.sentence
    count = len(seeker.frame.labels)
    return any(start <= at < end and len(one) < count for at, one in seeker.marked.members.items())


def _is_of_mix(seeker: Seeker, window: Window) -> bool:
    """Whether an amount is one of what is mixed, and not of something else: "3 kg of feed"."""
    behind = re.sub(r"^\s*[^\W\d_]+[²³23]?", "", window.near_right)
    known = {*load("sheets")["names"]["beside_total"]}
    mixed = phrases("options", "mixed")
    return all(
        word.lower() in known or stem(word) in seeker.nouns or any(phrase.match(word) for phrase in mixed)
        for word in re.findall(r"[^\W\d_]+", behind)
    )


def _is_measured(seeker: Seeker, said: Said, window: Window) -> bool:
    words = units_of(first_word(window))
    known = lexicon().measure_stems | lexicon().container_stems | {*load("sheets")["measures"]["words"]}
    invested = said.value >= _LARGE and _says(seeker.problem.sentence(said), "spend")
    return bool(set(said.unit) & _MONEY or words & known or invested)
