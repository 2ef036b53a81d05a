"""Sentences that state a rule or a figure and from which nothing was read: without this they are lost unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from copilot.drafting.builtin.facts import Gap
from copilot.drafting.builtin.families.phrases import compiled
from copilot.drafting.builtin.words import load

if TYPE_CHECKING:
    from copilot.drafting.builtin.reading import Reading

_ASKING = frozenset({"?", ":"})
_FIGURE = re.compile(r"[$€£]\s?\d|\d\s?%|\bpercent\b|(?<![\w.,-])(?:[5-9]|\d{2,})(?![\w-])")
_YEAR = re.compile(r"\b(?:in|since|during|until|year)\s(?:1[7-9]|20)\d\d\b(?!\s?%)", re.IGNORECASE)
_LONGEST = 1_000  # characters; what is longer is no sentence
_TOGETHER = re.compile(r"\b(?:together|combined|jointly|altogether|sum of)\b")
_JOINT = re.compile(r"[;:]|,\s(?=(?:and|but|while|whereas)\b)")
_UNCLEAR = "“{said}” counts several things together, and I found one only. Name all of them there."
_UNUSED = (
    "“{sentence}” has a number that I could not use. Say what it limits, takes or brings, or leave it out if it does "
    "not matter."
)
_REASON = (
    "“{sentence}” reads like a rule, and I could not read it. Say it with a number and “at most”, “at least” or "
    "“exactly”, or leave it out if it does not limit the choice."
)


def silent_rules(reading: Reading, text: str) -> Iterator[Gap]:
    """One gap for each sentence with the words of a rule that no rule, no aim and no fact comes from."""
    spoken = {limit.sentence for limit in reading.limits} | ({reading.goal.sentence} if reading.goal else set())
    spans = list(_read(reading))
    yield from _halved(reading, text)
    for index, (start, end) in enumerate(reading.offsets):
        sentence = " ".join(text[start:end].split())
        if len(sentence) < _LONGEST and any(
            rule.search(sentence) for rule in compiled(tuple(load("silent")["always"]))
        ):
            yield Gap(_REASON.format(sentence=sentence), ((start, end),), kind="silent")
        if index in spoken or any(first < end and last > start for first, last in spans):
            continue
        said = " ".join(text[start:end].split())
        if text[end : end + 1] not in _ASKING and states_rule(said):
            yield Gap(_REASON.format(sentence=said), ((start, end),), kind="silent")
        elif _FIGURE.search(_YEAR.sub(" ", said)):
            yield Gap(_UNUSED.format(sentence=said), ((start, end),), kind="silent")


def _halved(reading: Reading, text: str) -> Iterator[Gap]:
    """One gap for each limit on one thing whose words say that several are counted together."""
    for limit in reading.limits:
        facts = reading.rows[limit.row].facts if limit.row >= 0 else {}
        if facts and not any(fact.value for fact in facts.values()):
            yield Gap(
                "A rule has only zeros before its limit. Write it as an algebra line.", limit.spans, kind="silent"
            )
        if limit.kind != "bound" or limit.sentence >= len(reading.offsets) or not limit.spans:
            continue
        start = reading.offsets[limit.sentence][0]
        said = text[start : limit.spans[0][1]]
        clause = _JOINT.split(said)[-1]
        if _TOGETHER.search(clause):
            yield Gap(_UNCLEAR.format(said=" ".join(clause.split())), limit.spans, kind="silent")


def _read(reading: Reading) -> Iterator[tuple[int, int]]:
    """Where the numbers and words stand that something was made of, or that a gap already names."""
    for limit in reading.limits:
        yield from limit.spans
    for row in reading.rows:
        yield from (fact.quantity.span for fact in row.facts.values())
    for gap in reading.gaps:
        yield from gap.spans


@lru_cache(maxsize=1024)  # a text is read many times
def states_rule(sentence: str) -> bool:
    """Whether words of a rule remain once what is harmless is taken out."""
    words = load("silent")
    for phrase in compiled(tuple(words["harmless"])) if len(sentence) < _LONGEST else ():
        sentence = phrase.sub(" ", sentence)
    return any(phrase.search(sentence) for phrase in compiled(tuple(words["rules"])))
