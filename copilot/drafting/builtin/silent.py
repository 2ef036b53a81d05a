"""Sentences that state a rule or a figure and from which nothing was read: without this they are lost unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from copilot.drafting.builtin.facts import Gap
from copilot.drafting.builtin.families.phrases import compiled
from copilot.drafting.builtin.scales import misses_scale
from copilot.drafting.builtin.words import load, stem

if TYPE_CHECKING:
    from copilot.drafting.builtin.reading import Reading

_ASKING = frozenset({"?", ":"})
_FIGURE = re.compile(r"[$€£]\s?\d|\d\s?%|\bpercent\b|(?<![\w.,-])(?:[5-9]|\d{2,})(?![\w-])")
_YEAR = re.compile(r"\b(?:in|since|during|until|year)\s(?:1[7-9]|20)\d\d\b(?!\s?%)", re.IGNORECASE)
_LONGEST = 1_000  # characters; what is longer is no sentence
_TOGETHER = re.compile(r"\b(?:together|combined|jointly|altogether|sum of)\b", re.IGNORECASE)
_BOTH = 2
_EACH = re.compile(
    r"\b(?:both|each|neither)(?: of (?:them|these|those|the two|the three|which)|"
    r" (?:product|item|kind|type|sort|option)s?)?"
    r" (?:must|may|can|cannot|should|shall|will|has|have|needs?|is|are)\b",
    re.IGNORECASE,
)
_IF = re.compile(
    r"\w.*\bif\b|^\W*in case\b|\bif\b[^,]*,.*\b(?:then|must|has to|have to|should|shall|cannot|can't|may)\b",
    re.IGNORECASE,
)
_BARE_SHARE = re.compile(
    r"(?:,|\b(?:and|but)\b) \d+(?:\.\d+)? ?(?:%|percent)[^,;]*\b(?:must|should|has to|have to)\b", re.IGNORECASE
)
_CONDITION = "“{sentence}” holds only under a condition, which no plain sum can say."
_GOES = re.compile(
    r"\b(?:(?<!to )go|goes|spent|devoted|given|reserved|allotted|allocated|assigned|dedicated)\s+(?:to|on|for)\b"
)
_PART = "“{said}” is of some of the things only. Name them before the limit."
_JOINT = re.compile(r"[;:]|,\s(?=(?:and|but|while|whereas)\b)")
_UNCLEAR = "“{said}” counts several things together, and I found one only. Name all of them there."
_SCALE = "The answer is asked in thousands or millions, and the amounts are not all told so. Write all in one scale."
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
    if misses_scale(text):
        yield Gap(_SCALE, (), kind="silent")
    yield from _halved(reading, text)
    yield from _partly(reading, text)
    yield from _one_sided(reading, text)
    yield from _bare_shares(reading, text)
    yield from _not_each(reading, text)
    yield from _conditional(reading, text)
    for index, (start, end) in enumerate(reading.offsets):
        said = " ".join(text[start:end].split())
        if len(said) < _LONGEST and any(rule.search(said) for rule in compiled(tuple(load("silent")["unsayable"]))):
            yield Gap(_REASON.format(sentence=said), ((start, end),), kind="silent")
            continue
        if index in spoken or any(first < end and last > start for first, last in spans):
            continue
        if index - 1 in spoken and _explains(said):
            continue
        if text[end : end + 1] not in _ASKING and states_rule(said, told=True):
            yield Gap(_REASON.format(sentence=said), ((start, end),), kind="silent")
        elif _FIGURE.search(_YEAR.sub(" ", said)):
            yield Gap(_UNUSED.format(sentence=said), ((start, end),), kind="silent")


def _explains(said: str) -> bool:
    """ "This ensures that Y does not lag behind": what the rule before is for, in a sentence without a number."""
    opens = any(phrase.match(said) for phrase in compiled(tuple(load("silent")["explains"])))
    return opens and not any(letter.isdigit() for letter in said)


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


def _partly(reading: Reading, text: str) -> Iterator[Gap]:
    """One gap for each limit of a quantity whose words behind it name some of the things only."""
    items = reading.context.items
    for limit in reading.limits:
        if limit.row < 0 or limit.quantity is None or reading.rows[limit.row].said_as_sum:
            continue
        start, stop = limit.quantity.span[1], reading.offsets[limit.sentence][1]
        said = _JOINT.split(text[start:stop].replace(",", ";"))[0]
        if not _GOES.search(said):
            continue
        stems = {stem(word) for word in said.lower().split()}
        named = [item for item in items if set(item.stems) & stems]
        if 0 < len(named) < len(reading.rows[limit.row].facts):
            yield Gap(_PART.format(said=" ".join(said.split())), limit.spans, kind="silent")


def _one_sided(reading: Reading, text: str) -> Iterator[Gap]:
    """One gap for each sentence that says "in either direction", and of which no two rules were made."""
    for index, (start, end) in enumerate(reading.offsets):
        either = any(phrase.search(text[start:end]) for phrase in compiled(tuple(load("silent")["either"])))
        if either and sum(limit.sentence == index for limit in reading.limits) < _BOTH:
            said = " ".join(text[start:end].split())
            yield Gap(_REASON.format(sentence=said), ((start, end),), kind="silent")


def _bare_shares(reading: Reading, text: str) -> Iterator[Gap]:
    """One gap for each sentence whose "and 40% of all must be vans" made no share."""
    for index, (start, end) in enumerate(reading.offsets):
        told = any(limit.sentence == index and limit.kind == "ratio" for limit in reading.limits)
        if not told and end - start < _LONGEST and _BARE_SHARE.search(text, start, end):
            said = " ".join(text[start:end].split())
            yield Gap(_REASON.format(sentence=said), ((start, end),), kind="silent")


def _not_each(reading: Reading, text: str) -> Iterator[Gap]:
    """One gap for each sentence that limits "each" or "neither" of the things, and that was read of some or of all."""
    for index, (start, end) in enumerate(reading.offsets):
        alone = None if end - start > _LONGEST or _TOGETHER.search(text[start:end]) else _EACH.search(text, start, end)
        counted = [
            limit
            for limit in reading.limits
            if alone and limit.sentence == index and limit.kind in ("bound", "sum")
            if alone.end() <= limit.spans[0][0] and "," not in text[alone.end() : limit.spans[0][0]]
        ]
        bound = {item for limit in counted if limit.kind == "bound" for item in limit.items}
        if counted and bound != set(reading.context.everything):
            said = " ".join(text[start:end].split())
            yield Gap(_REASON.format(sentence=said), ((start, end),), kind="silent")


def _conditional(reading: Reading, text: str) -> Iterator[Gap]:
    """One gap for each sentence with a limit that holds only if something else is so; a question tells what is so."""
    for index in sorted({limit.sentence for limit in reading.limits}):
        if index >= len(reading.offsets) or (reading.goal and reading.goal.sentence == index):
            continue
        start, end = reading.offsets[index]
        said = " ".join(text[start:end].split())
        if len(said) < _LONGEST and (
            _IF.search(said) or any(phrase.search(said) for phrase in compiled(tuple(load("silent")["conditions"])))
        ):
            yield Gap(_CONDITION.format(sentence=said), ((start, end),), kind="silent")


def _read(reading: Reading) -> Iterator[tuple[int, int]]:
    """Where the numbers and words stand that something was made of, or that a gap already names."""
    for limit in reading.limits:
        yield from limit.spans
    for row in reading.rows:
        yield from (fact.quantity.span for fact in row.facts.values())
    for gap in reading.gaps:
        yield from gap.spans


@lru_cache(maxsize=1024)  # a text is read many times
def states_rule(sentence: str, *, told: bool = False) -> bool:
    """Whether words of a rule remain once what is harmless is taken out.

    `told`: the sentence is no aim of a table's problem, where "as low as possible" is what is asked for.
    """
    words = load("silent")
    if told and len(sentence) < _LONGEST and any(one.search(sentence) for one in compiled(tuple(words["plain"]))):
        return True
    for phrase in compiled(tuple(words["harmless"])) if len(sentence) < _LONGEST else ():
        sentence = phrase.sub(" ", sentence)
    return any(phrase.search(sentence) for phrase in compiled(tuple(words["rules"])))
