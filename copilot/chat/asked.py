"""Questions of a run as its card shows them: one that it waits for, one that it went on without, those of the past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from copilot.chat.steps import Happening
from copilot.runs.events import EventType as E


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be picked, and what it leads to where that is known."""

    text: str
    outcome: str
    is_usual: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the drafter, put by event number `sequence`; `number` counts the questions of the run."""

    sequence: int
    number: int
    text: str
    options: tuple[Option, ...]
    default: str
    why: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A question of the past, its answer, and whether somebody chose it."""

    question: str
    answer: str
    skipped: bool


def question_of(happened: Sequence[Happening]) -> Question | None:
    """The question that was put last."""
    return _last(happened, E.DRAFT_QUESTION)


def offered_of(happened: Sequence[Happening]) -> Question | None:
    """The question beside a plan, whose default is how the request was read."""
    found = _last(happened, E.DRAFT_OFFERED)
    return found if found is not None and found.default and len(found.options) > 1 else None


def answered_of(happened: Iterable[Happening]) -> tuple[Answered, ...]:
    """What was asked and answered, in order."""
    told = [happening.payload for happening in happened if happening.type == E.DRAFT_ANSWERED]
    return tuple(Answered(str(one["question"]), str(one["answer"]), bool(one["skipped"])) for one in told)


def _last(happened: Sequence[Happening], event_type: E) -> Question | None:
    asked = next((one for one in reversed(happened) if one.type == event_type), None)
    if asked is None or not asked.payload.get("questions"):
        return None
    first: dict[str, Any] = asked.payload["questions"][0]
    default = first.get("default", "")
    options: Sequence[str] = first.get("options", ())
    outcomes = [*first.get("outcomes", ()), *[""] * len(options)]
    picks = tuple(Option(text, words, text == default) for text, words in zip(options, outcomes, strict=False))
    return Question(asked.sequence, first.get("number", 1), first["text"], picks, default, first.get("why", ""))
