"""Checks for the page: one badge for each thing that they are about, and of each check what it cannot see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copilot.chat.words import CHECK
from copilot.runs.checking.check import AXES, KINDS

GRAVEST = ("fail", "unknown", "pass")
OTHER = ("model", "")  # a check of an older release


@dataclass(frozen=True, slots=True)
class Check:
    """One check with its status in a word and a tone."""

    title: str
    word: str
    tone: str
    detail: str
    blind: str


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
    return Check(raw["title"], word, tone, raw["detail"], KINDS.get(raw.get("name", ""), OTHER)[1])
