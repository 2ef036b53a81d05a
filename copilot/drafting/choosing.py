"""Which pieces of experience apply to a request: one question to the language model, its reply read strictly."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.base import InsightText
from copilot.drafting.prompting import Message, block, prompt
from copilot.drafting.reply import ReplyError, extract_json

MOST = 8
_REQUEST_SHOWN = 8_000
_EXPLANATION_SHOWN = 240


def choosing_messages(text: str, insights: Sequence[InsightText]) -> list[Message]:
    """The question; insights by number, with condition and the beginning of the reason."""
    listed = [_listed(number, insight) for number, insight in enumerate(insights, 1)]
    asked = "\n\n".join([block("REQUEST", text[:_REQUEST_SHOWN]), block("EXPERIENCE", "\n\n".join(listed))])
    return [("system", prompt("choose").replace("{{most}}", str(MOST))), ("human", asked)]


def chosen_keys(reply: str, insights: Sequence[InsightText]) -> tuple[str, ...]:
    """The keys that a reply names, in its order. Raises ReplyError for anything but a list of numbers that exist."""
    found = extract_json(reply)
    numbers = found.get("apply") if found is not None else None
    if not isinstance(numbers, list):
        raise ReplyError("The reply has no list named apply.")
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= len(insights):
            raise ReplyError(f"The reply names {str(number)[:40]!r}, which is the number of no insight.")
    return tuple(insights[number - 1].key for number in dict.fromkeys(numbers))[:MOST]


def _listed(number: int, insight: InsightText) -> str:
    head = f"{number}. about: {insight.taxonomy}\napplies when: {insight.condition}"
    return f"{head}\n{insight.explanation[:_EXPLANATION_SHOWN]}"
