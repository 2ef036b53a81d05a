"""Doubts about rules without a number: is it a rule at all, and does "more" leave equality out?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from copilot.drafting.builtin.facts import Gap, Limit
from copilot.drafting.builtin.questions.doubts import Choice, Doubt, close, doubt_of, put, short, wording
from copilot.drafting.builtin.reading import Reading


def about_rule(reading: Reading, gap: Gap) -> Doubt | None:
    """A sentence that sounds like a rule: which, or none?"""
    if len(gap.limits) != 2:
        return None
    said, items = wording("rule"), reading.context.items
    phrase = short(_quoted(gap.reason))
    names = {"one": items[gap.limits[0].items[0]].label, "other": items[gap.limits[0].base[0]].label}
    choices = [
        Choice(said[name].format(phrase=phrase, **names), _taking(gap, limit))
        for name, limit in zip(("least", "most"), gap.limits, strict=True)
    ]
    choices.append(Choice(said["told"].format(phrase=phrase), lambda reading: close(reading, gap)))
    return doubt_of("rule", choices, gap=gap, phrase=phrase)


def preferences(reading: Reading, text: str) -> Iterator[Doubt]:
    """ "They prefer more A than B", which was read as a rule."""
    said, items = wording("rule"), reading.context.items
    for limit in reading.limits:
        if limit.kind != "comparison" or not limit.notes:
            continue
        phrase = short(text[limit.spans[0][0] : limit.spans[0][1]])
        name = "least" if limit.sign == ">=" else "most"
        names = {"one": items[limit.items[0]].label, "other": items[limit.base[0]].label}
        usual = Choice(said[name].format(phrase=phrase, **names), lambda _: None)
        told = Choice(said["told"].format(phrase=phrase), _dropping(limit))
        yield doubt_of("rule", (usual, told), usual=usual.sentence, phrase=phrase)


def strict(reading: Reading, text: str) -> Iterator[Doubt]:
    """ "More A than B" between whole amounts, which was read as at least one more."""
    said = wording("strict")
    for limit in reading.limits:
        if limit.kind != "comparison" or not limit.strict:
            continue
        phrase = short(text[limit.spans[0][0] : limit.spans[0][1]])
        usual = Choice(said["strict"].format(phrase=phrase), lambda _: None)
        equal = Choice(said["equal"].format(phrase=phrase), _allowing(limit))
        yield doubt_of("strict", (usual, equal), usual=usual.sentence, phrase=phrase)


def _quoted(reason: str) -> str:
    return reason.split('"')[1] if reason.count('"') > 1 else reason


def _taking(gap: Gap, limit: Limit) -> Callable[[Reading], None]:
    def apply(reading: Reading) -> None:
        close(reading, gap)
        reading.limits.append(limit)

    return apply


def _dropping(limit: Limit) -> Callable[[Reading], None]:
    return lambda reading: put(reading, limit)


def _allowing(limit: Limit) -> Callable[[Reading], None]:
    return lambda reading: put(reading, limit, replace(limit, strict=False))
