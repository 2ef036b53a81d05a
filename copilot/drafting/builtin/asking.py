"""Says in words why a reading is not complete, and asks where one answer would complete it."""

from __future__ import annotations

from copilot.drafting.base import Question
from copilot.drafting.builtin.questions.asked import offered_doubts, open_doubts
from copilot.drafting.builtin.questions.doubts import Doubt
from copilot.drafting.builtin.reading import Reading

_NEXT = (
    "Say it in short sentences such as “A desk takes 4 hours of carpentry.”, “There are 240 hours of carpentry "
    "available.”, “At most 30 desks can be made.”, or give the model as algebra lines."
)
_MOST = 8


def reasons_of(reading: Reading) -> tuple[str, ...]:
    """The ledger in sentences, the heaviest first, and the next step."""
    heavy = sorted(reading.gaps, key=lambda gap: -gap.weight)
    said = list(dict.fromkeys(gap.reason for gap in heavy))[:_MOST]
    return (*said, _NEXT)


def questions_of(reading: Reading) -> tuple[Question, ...]:
    """The questions whose answers would settle all that is open, the weightiest first."""
    return tuple(_question(doubt) for doubt in open_doubts(reading))


def offers_of(reading: Reading, text: str) -> tuple[Question, ...]:
    """What a complete reading took for granted though its plan depends on it; the default is how it was read."""
    return tuple(_question(doubt) for doubt in offered_doubts(reading, text))


def _question(doubt: Doubt) -> Question:
    return Question(
        doubt.ask, tuple(choice.sentence for choice in doubt.choices), doubt.usual, doubt.why, doubt.trigger
    )
