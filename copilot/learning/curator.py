"""The part that a language model plays in learning, as a protocol, so that a test can play it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from copilot.drafting.base import InsightText
from copilot.learning.cases import Case
from copilot.library.content import Content, LabelPath

Verdict = Literal["positive", "negative", "invalid", "irrelevant", "unretrieved"]
VERDICTS: tuple[Verdict, ...] = ("positive", "negative", "invalid", "irrelevant", "unretrieved")


class CuratorError(Exception):
    """The language model gave nothing that can be used; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Another condition for an insight, with the labels under which it would stand."""

    applies_when: str
    not_when: str
    labels: tuple[LabelPath, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """Which of the insights that were shown (by place) become one, and what that one says."""

    places: tuple[int, ...]
    content: Content


class Curator(Protocol):
    """Writes and judges insights. Each method raises CuratorError for a useless reply and BudgetSpent."""

    model_id: str

    def extract(self, case: Case) -> tuple[Content, ...]:
        """Candidate insights from a failed attempt beside a program that is right."""

    def diagnose(self, case: Case, insights: Sequence[InsightText]) -> Mapping[str, Verdict]:
        """What each insight did for a task, by key; one that it cannot judge is left out."""

    def conditions(self, content: Content, misled: Sequence[str], missed: Sequence[str]) -> tuple[Condition, ...]:
        """Other conditions, that keep it from tasks like `misled` and lead to it on tasks like `missed`."""

    def applies(self, text: str, insights: Sequence[InsightText]) -> tuple[str, ...]:
        """Keys of the insights that apply to a request."""

    def merge(self, contents: Sequence[Content]) -> Merge | None:
        """One insight for several that say the same, or None where they do not."""
