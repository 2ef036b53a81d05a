"""Says in words why a reading is not complete, and asks where one answer would complete it."""

from __future__ import annotations

from copilot.drafting.base import Question
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.builtin.rownames import row_name

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
    """One question, where its answer would settle all that is open."""
    open_gaps = [gap for gap in reading.gaps if gap.options]
    if len(open_gaps) == len(reading.gaps) == 1:
        gap = open_gaps[0]
        return (Question(text=gap.question, options=gap.options, why=gap.reason),)
    return _about_goal(reading)


def _about_goal(reading: Reading) -> tuple[Question, ...]:
    """No objective could be matched, and nothing else is open but the rows that it may be."""
    if reading.goal is not None or not reading.rows or not reading.limits:
        return ()
    limited = {limit.row for limit in reading.limits}
    free = [row for index, row in enumerate(reading.rows) if index not in limited]
    complete = [row for row in free or reading.rows if len(row.facts) == len(reading.context.items)]
    others = [gap for gap in reading.gaps if not gap.about_goal and not gap.unused]
    if others or not complete:
        return ()
    options = []
    for row in complete[:3]:
        sense = "Maximize" if row.money == "in" or (not row.money and not reading.limits) else "Minimize"
        options.append(f"{sense} the total {row_name(row)}.")
    why = next((gap.reason for gap in reading.gaps if gap.about_goal), "")
    return (Question(text="What should be made largest or smallest?", options=tuple(options), why=why),)
