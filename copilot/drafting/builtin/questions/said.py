"""Answers that stand in a request: paragraphs that say one of the sentences a question offers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.drafting.builtin.questions.asked import MOST, offered_doubts, open_doubts
from copilot.drafting.builtin.questions.doubts import changed, settled_note
from copilot.drafting.builtin.reading import Reading

_PARAGRAPH = re.compile(r"[^\s][^\n]*(?:\n(?!\s*\n)[^\n]*)*")
_LONGEST = 700


@dataclass(frozen=True, slots=True)
class Said:
    """A request without the answers in it (blank in their place, so that offsets hold), and the answers in order."""

    text: str
    answers: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


def parted(text: str) -> Said:
    """The request and what looks like an answer: later paragraphs of one sentence with a quotation."""
    found = list(_PARAGRAPH.finditer(text))[1:]
    answers = [match for match in found if _is_answer(match.group())][-2 * MOST :]
    kept = text
    for match in answers:
        kept = kept[: match.start()] + " " * len(match.group()) + kept[match.end() :]
    spans = tuple((match.start(), match.start() + len(match.group().rstrip())) for match in answers)
    return Said(kept.rstrip(), tuple(text[start:end] for start, end in spans), spans)


def answered(reading: Reading, said: Said) -> Reading | None:
    """The reading with every answer applied, each to a question that it leads to; None where one answers nothing."""
    for sentence, span in zip(said.answers, said.spans, strict=True):
        doubts = open_doubts(reading) if reading.gaps else offered_doubts(reading, said.text)
        choice = next((one for doubt in doubts for one in doubt.choices if one.sentence == sentence), None)
        if choice is None:
            return None
        reading = changed(reading, choice)
        reading.told = reading.told | {settled_note(sentence): (span, *choice.explains)}
    return reading


def _is_answer(paragraph: str) -> bool:
    return "\n" not in paragraph.strip() and "“" in paragraph and len(paragraph) <= _LONGEST
