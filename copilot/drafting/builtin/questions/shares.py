"""Doubts about a share: of the number of things, or of what they amount to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from copilot.drafting.builtin.facts import Gap, Limit, Quantity, RawLimit
from copilot.drafting.builtin.questions.doubts import (
    MOST_CHOICES,
    Choice,
    Doubt,
    close,
    doubt_of,
    listed,
    put,
    row_names,
    short,
    wording,
)
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.formulation import RELATION_WORDS, Relation


def about_share(reading: Reading, gap: Gap) -> Doubt | None:
    """A share whose item is not clear: of which item is it?"""
    raw, said = gap.raw, wording("share")
    if raw is None or raw.quantity.part.shape == "multiple" or not 1 < len(reading.context.items) < MOST_CHOICES:
        return None
    phrase, everything = _phrase(raw.sign, raw.quantity), listed(reading.context)
    choices = tuple(
        Choice(said["of_item"].format(phrase=phrase, item=item.label, items=everything), _adding(gap, raw, index))
        for index, item in enumerate(reading.context.items)
    )
    return doubt_of("share", choices, gap=gap, phrase=phrase)


def bases(reading: Reading) -> Iterator[Doubt]:
    """Shares that were read as shares of a number, where the text does not say of what."""
    said, named = wording("share"), row_names(reading)
    for limit in reading.limits:
        if limit.kind != "ratio" or limit.share is None or limit.row >= 0 or _says_base(limit.share, reading):
            continue
        phrase = _phrase(limit.sign, limit.share)
        usual = Choice(said["count"].format(phrase=phrase, items=listed(reading.context)), lambda _: None)
        others = [
            Choice(said["row"].format(phrase=phrase, name=named[index]), _weighing(limit, index))
            for index, row in enumerate(reading.rows)
            if len(row.facts) == len(reading.context.items) and not row.is_rate and not row.money
        ]
        if others:
            yield doubt_of("share", (usual, *others), usual=usual.sentence, phrase=phrase)


def _phrase(sign: Relation, quantity: Quantity) -> str:
    """ "at least 30 %", with the sign of per cent or the word as written."""
    mark = quantity.part.text if quantity.part.shape != "percent" else f"{quantity.part.value * 100:.6g} %"
    return short(f"{RELATION_WORDS[sign]} {mark}")


def _says_base(share: Quantity, reading: Reading) -> bool:
    """ "30 % of the trips", "of all desks": the words behind the share name the things that are counted."""
    behind = share.clause[share.position + 1 : share.position + 6]
    if not behind or behind[0].low != "of":
        return False
    context = reading.context
    named = [part for part in behind[1:] if part.kind == "item" or part.stem in context.hypernyms | context.measures]
    return bool(named)


def _adding(gap: Gap, raw: RawLimit, item: int) -> Callable[[Reading], None]:
    def apply(reading: Reading) -> None:
        close(reading, gap)
        quantity = raw.quantity
        everything = reading.context.everything
        reading.limits.append(
            Limit("ratio", raw.sign, (item,), quantity.sentence, (quantity.span,), base=everything, share=quantity)
        )

    return apply


def _weighing(limit: Limit, row: int) -> Callable[[Reading], None]:
    return lambda reading: put(reading, limit, replace(limit, row=row))
