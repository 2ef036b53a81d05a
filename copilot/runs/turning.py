"""Reads what a person wants to turn: a rule or quantity by its words, and a number; every fault gets a sentence."""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from copilot.drafting.formulation import Formulation
from copilot.runs.levers import FIXED, OF_COLUMNS, OF_ROWS, Change, current
from copilot.runs.words import label_of, number, objective_label, short_label
from solvers.explain.whatif import Lever
from solvers.instance import Instance

LISTED = 400
POINTS = 41
KNOBS: dict[str, str] = {
    Lever.AT_MOST: "at most",
    Lever.AT_LEAST: "at least",
    Lever.RIGHT_HAND_SIDE: "exactly",
    FIXED: "forced to be",
    Lever.COST: "counts in the objective",
    Lever.LOWER_BOUND: "smallest allowed",
    Lever.UPPER_BOUND: "largest allowed",
}
BETWEEN = " · "


class TurnError(ValueError):
    """What was asked cannot be turned; the text is a sentence for the user that says what to change."""


@dataclass(frozen=True, slots=True)
class Option:
    """One number that may be turned: the text to pick, and what it is now."""

    text: str
    now: str
    subject: str
    is_forced: bool


@dataclass(frozen=True, slots=True)
class Board:
    """Every number of one instance that may be turned; `locked` names rows and columns that must stay."""

    instance: Instance
    formulation: Formulation
    locked: Collection[str] = ()

    def options(self) -> tuple[Option, ...]:
        """What to pick from, rules first, at most 400; the others are reached by writing their name."""
        found: list[Option] = []
        for names, is_rule in ((self.instance.row_names, True), (self.instance.column_names, False)):
            for name, text in zip(names[:LISTED], self._texts(names[:LISTED]), strict=True):
                levers = self._levers(name, is_rule=is_rule)
                found += [self._option(each, name, text) for each in levers]
        return tuple(found[:LISTED])

    def _option(self, lever: str, name: str, text: str) -> Option:
        return Option(f"{text}{BETWEEN}{KNOBS[lever]}", self._now(lever, name), text, lever == FIXED)

    def change(self, target: str, value: str) -> Change:
        """The change asked for in words; raises TurnError with a sentence."""
        lever, name = self.target(target)
        wanted = number_of(value)
        change = Change(lever, name, current(self.instance, lever, name), wanted)
        self.check(change)
        return change

    def target(self, text: str) -> tuple[str, str]:
        """Lever and name of "carpentry hours · at most"; a name alone is enough where it has one number."""
        subject, _, knob = " ".join(text.split()).partition(BETWEEN.strip())
        subject, knob = subject.strip(), knob.strip()
        if not subject:
            raise TurnError("Pick a rule or a quantity from the list, or write its name.")
        places = self._places(subject)
        levers = [(lever, name) for name, is_rule in places for lever in self._levers(name, is_rule=is_rule)]
        if not places:
            raise TurnError(f"There is no rule or quantity called “{subject}”.{self._nearest(subject)}")
        if knob:
            levers = [(lever, name) for lever, name in levers if KNOBS[lever] == knob]
        if len(levers) == 1:
            return levers[0]
        if not levers:
            raise TurnError(f"“{subject}” has no number called “{knob}”. Pick one from the list.")
        listed = ", ".join(f"“{subject}{BETWEEN}{KNOBS[lever]}”" for lever, _ in levers[:4])
        raise TurnError(f"Say which number of “{subject}” to change: {listed}.")

    def check(self, change: Change) -> None:
        """Refuse a change that is locked, changes nothing, or contradicts the number beside it; raises TurnError."""
        label = short_label(change.name, self.formulation)
        if change.name in self.locked:
            raise TurnError(f"“{label}” is locked here: unlock it first, or change another number.")
        if change.value == change.old:
            raise TurnError(f"“{label}” is {number(change.value)} already: choose another number.")
        lower, upper = self._sides(change.name, is_rule=change.lever in OF_ROWS)
        if change.lever == FIXED:
            self._check_fixed(change, label)
        elif change.lever in (Lever.AT_MOST, Lever.UPPER_BOUND) and change.value < lower:
            raise TurnError(_crossed(label, "at least", lower, "at most", change.value))
        elif change.lever in (Lever.AT_LEAST, Lever.LOWER_BOUND) and change.value > upper:
            raise TurnError(_crossed(label, "at most", upper, "at least", change.value))

    def _check_fixed(self, change: Change, label: str) -> None:
        place = self.instance.column_names.index(change.name)
        if self.instance.integrality[place] and change.value != round(change.value):
            raise TurnError(f"“{label}” must be a whole number: {number(change.value)} is none.")

    def _levers(self, name: str, *, is_rule: bool) -> tuple[str, ...]:
        lower, upper = self._sides(name, is_rule=is_rule)
        if not is_rule:
            return OF_COLUMNS
        if lower == upper:
            return (Lever.RIGHT_HAND_SIDE,)
        sides = {Lever.AT_MOST: upper, Lever.AT_LEAST: lower}
        return tuple(lever for lever, side in sides.items() if math.isfinite(side))

    def _sides(self, name: str, *, is_rule: bool) -> tuple[float, float]:
        lower, upper = (Lever.AT_LEAST, Lever.AT_MOST) if is_rule else (Lever.LOWER_BOUND, Lever.UPPER_BOUND)
        return current(self.instance, lower, name), current(self.instance, upper, name)

    def _now(self, lever: str, name: str) -> str:
        value = current(self.instance, lever, name)
        if lever == Lever.COST:
            return f"now {number(value, self.formulation.objective.unit)} in {objective_label(self.formulation)}"
        return f"now {number(value)}" if math.isfinite(value) else ""

    def _texts(self, names: Iterable[str]) -> list[str]:
        """Their words; where two have the same, the name tells them apart."""
        labels = {name: short_label(name, self.formulation) for name in names}
        often = Counter(labels.values())
        return [label if often[label] == 1 else name for name, label in labels.items()]

    def _places(self, subject: str) -> list[tuple[str, bool]]:
        """Rows and columns of that name, or else of those words."""
        groups = ((self.instance.row_names, True), (self.instance.column_names, False))
        named = [(subject, is_rule) for names, is_rule in groups if subject in names]
        if named:
            return named
        wanted = subject.strip("“”\"'").lower()
        return [
            (name, is_rule)
            for names, is_rule in groups
            for name in names
            if wanted in (short_label(name, self.formulation).lower(), label_of(name, self.formulation).lower())
        ]

    def _nearest(self, subject: str) -> str:
        names = (*self.instance.row_names[:LISTED], *self.instance.column_names[:LISTED])
        known = {text.lower(): text for text in (*self._texts(names), *names)}
        near = difflib.get_close_matches(subject.lower(), known, n=1, cutoff=0.6)
        return f" Did you mean “{known[near[0]]}”?" if near else " Pick one from the list."


def forced(subject: str) -> str:
    """The target that forces a quantity, from its name or words alone."""
    return subject if BETWEEN.strip() in subject or not subject.strip() else f"{subject}{BETWEEN}{KNOBS[FIXED]}"


def number_of(text: str) -> float:
    """The number that a person wrote, thousands separated or not; raises TurnError."""
    plain = text.strip().replace(",", "").lstrip("$€£¥")
    try:
        value = float(plain) if plain.isascii() else math.nan
    except ValueError:
        value = math.nan
    if not plain:
        raise TurnError("The new value is missing: write a number, such as 260.")
    if not math.isfinite(value):
        raise TurnError(f"“{text.strip()[:40]}” is not a number that can be used here: write it like 260 or 12.5.")
    return value


def values_between(start: str, end: str, points: str) -> list[float]:
    """Evenly spaced values from start to end, both included; raises TurnError."""
    first, last = number_of(start), number_of(end)
    count = int(points) if points.strip().isdecimal() and len(points) < 6 else 0
    if not 2 <= count <= POINTS:
        raise TurnError(f"The number of points must be a whole number from 2 to {POINTS}.")
    if first == last:
        raise TurnError("From and to are the same number: a sweep needs two different ones.")
    # Rounded so that 0.1 + 0.2 does not show; the ends stay as written.
    inner = [float(f"{first + (last - first) * k / (count - 1):.12g}") for k in range(1, count - 1)]
    return [first, *inner, last]


def _crossed(label: str, kept: str, limit: float, asked: str, value: float) -> str:
    return (
        f"“{label}” must be {kept} {number(limit)}, so it cannot be {asked} {number(value)}. "
        f"Change the number {kept} first, or choose another one."
    )
