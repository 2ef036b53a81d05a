"""The doubt about what is counted: whole numbers, or parts too?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from copilot.drafting.builtin.plans import is_whole
from copilot.drafting.builtin.questions.doubts import Choice, Doubt, doubt_of, listed, wording
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.builtin.words import stem


def domains(reading: Reading) -> Iterator[Doubt]:
    """Whether half a unit is possible, where the text counts in a unit that leaves it open and does not say."""
    context, said = reading.context, wording("whole")
    if context.whole or context.fractional or context.invested:
        return
    units, items = _counted_in(reading), listed(context)
    if not units:
        return
    whole = Choice(said["whole"].format(units=units, items=items), lambda reading: _count(reading, whole=True))
    parts = Choice(said["parts"].format(units=units, items=items), lambda reading: _count(reading, whole=False))
    usual = whole if is_whole(reading) else parts
    yield doubt_of("whole", (whole, parts), usual=usual.sentence, units=units)


def _counted_in(reading: Reading) -> str:
    """The doubtful unit that the items are counted in: "batches" in "a batch of soup"."""
    return next((word for word in wording("whole")["doubtful"] if stem(word) in reading.context.measures), "")


def _count(reading: Reading, *, whole: bool) -> None:
    reading.context = replace(reading.context, whole=whole, fractional=not whole)
