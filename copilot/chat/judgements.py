"""Checks for the page: one badge for each thing that they are about, and of each check what it cannot see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from copilot.chat.words import CHECK
from copilot.drafting.mathml import mathml
from copilot.runs.checking.check import AXES, KINDS

GRAVEST = ("fail", "unknown", "pass")
OTHER = ("model", "")  # a check of an older release


@dataclass(frozen=True, slots=True)
class Shown:
    """An item that a failing check is about: the phrase of the request, the sentence, and the formula."""

    phrase: str
    sentence: str
    mathml: SafeString


@dataclass(frozen=True, slots=True)
class Check:
    """One check with its status in a word and a tone; `example` is a case that shows a failure."""

    title: str
    word: str
    tone: str
    detail: str
    blind: str
    example: str = ""
    shown: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """What some checks are about, with the gravest of their words; `telling` is the first that has it."""

    title: str
    word: str
    tone: str
    checks: tuple[Check, ...]

    @property
    def telling(self) -> Check:
        """The check that gave the axis its word."""
        return next(check for check in self.checks if check.tone == self.tone)


def axes_of(raw: Iterable[Mapping[str, Any]]) -> tuple[Axis, ...]:
    """The axes that have checks, in the order of AXES, from checks as they are stored."""
    found: dict[str, list[Mapping[str, Any]]] = {axis: [] for axis in AXES}
    for one in raw:
        found[KINDS.get(one.get("name", ""), OTHER)[0]].append(one)
    return tuple(_axis(title, found[axis]) for axis, title in AXES.items() if found[axis])


def _axis(title: str, checks: Sequence[Mapping[str, Any]]) -> Axis:
    statuses = {check["status"] for check in checks}
    gravest = next((status for status in GRAVEST if status in statuses), "unknown")
    word, tone = CHECK[gravest]
    return Axis(title, word, tone, tuple(map(_check, checks)))


def _check(raw: Mapping[str, Any]) -> Check:
    word, tone = CHECK.get(raw["status"], CHECK["unknown"])
    blind = KINDS.get(raw.get("name", ""), OTHER)[1]
    shown = tuple(_shown(item) for item in raw.get("evidence", ()))
    return Check(raw["title"], word, tone, raw["detail"], blind, raw.get("example", ""), shown)


def _shown(raw: Mapping[str, Any]) -> Shown:
    formula = raw.get("latex", "")
    # The markup is built element by element from a closed list of names; every text inside it is escaped.
    markup = mark_safe(mathml(formula)) if formula else SafeString("")  # noqa: S308
    return Shown(raw.get("phrase", ""), raw.get("sentence", ""), markup)
