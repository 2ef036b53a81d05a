"""What is to be made largest or smallest: the direction, and the words that say what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from copilot.drafting.builtin.families.phrases import patterns
from copilot.drafting.builtin.sheets.problem import Problem, phrases
from copilot.drafting.builtin.sheets.sheet import stems_of

Sense = Literal["maximize", "minimize"]
_BOUND = re.compile(r"\bat (?:the )?(?:very )?(?:the )?(?:least|most)$", re.IGNORECASE)
_END = re.compile(
    r"[.?!;:()]|,(?!\d)|\b(?:while|subject|given|if|without|such that|so that|provided|with|under|when)\b"
)


@dataclass(frozen=True, slots=True)
class Goal:
    """The direction, the stems of what is named, and the sentence that says it."""

    sense: Sense
    stems: frozenset[str]
    place: tuple[int, int]
    words: str
    behind: str = ""


def goals_of(problem: Problem) -> list[Goal]:
    """All phrases that say what is wanted, the firm ones alone where there are any."""
    for strength in ("firm", "weak"):
        found = []
        for sense, key in (("maximize", "most"), ("minimize", "least")):
            for phrase in phrases("goal", f"{key}_{strength}"):
                found += [_goal(problem, match, sense) for match in problem.account.matches(phrase)]
        found = [goal for goal in found if goal is not None]
        if found:
            return found  # type: ignore[return-value]
    return []


def _goal(problem: Problem, match: re.Match[str], sense: str) -> Goal | None:
    prose = problem.prose
    start, end = problem.account.sentence_at(match.start())
    if (
        (_BOUND.search(prose[start : match.end()]) and not _asks(prose, match, end))
        or re.search(r"\d\s*$", prose[start : match.start()])
        or re.match(r"\s*\d", prose[match.end() :])
    ):
        return None
    cut = _END.search(prose, match.end(), end)
    behind = prose[match.start() : cut.start() if cut else end]
    begins = max(
        (m.end() for m in re.finditer(r"[,;:().]|\b(?:and|but|while)\b", prose[start : match.start()])), default=0
    )
    words = f"{prose[start + begins : match.start()]} {behind}"
    return Goal("maximize" if sense == "maximize" else "minimize", stems_of(words), (start, end), words, behind)


def _asks(prose: str, match: re.Match[str], end: int) -> bool:
    """Whether a question ends with its direction: "how much can it earn at most?" """
    return match.group().lower().startswith("how") and prose[match.end() : end].strip() == "?"


def explain_goals(problem: Problem, goal: Goal) -> None:
    """The words of the goal are understood, and small words of duty beside them."""
    for key in ("most_firm", "least_firm", "most_weak", "least_weak"):
        problem.absorb("goal", key)
    for phrase in patterns("any", "soft"):
        for match in phrase.finditer(problem.prose, *goal.place):
            if match.group().lower() not in ("not", "no", "cannot", "can not"):
                problem.account.explain(*match.span())
