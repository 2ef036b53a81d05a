"""Which doubts of a reading are worth a question, the one that moves the best plan most first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from copilot.drafting.builtin.facts import Gap
from copilot.drafting.builtin.plans import is_idle
from copilot.drafting.builtin.questions.domains import domains
from copilot.drafting.builtin.questions.doubts import Choice, Doubt, changed, is_settled
from copilot.drafting.builtin.questions.goals import about_goal, about_unused, goals
from copilot.drafting.builtin.questions.limits import about_direction, about_target, about_two, directions
from copilot.drafting.builtin.questions.rules import about_rule, preferences, strict
from copilot.drafting.builtin.questions.shares import about_share, bases
from copilot.drafting.builtin.questions.values import alike, spread, value_of
from copilot.drafting.builtin.reading import Reading

MOST = 3  # questions of one request; with more open, a grid shows it all at once
_TRIALS = 60  # answers tried in one search, a millisecond or two each
_FOLLOWS = ("unused", "limitless")  # gaps that an answer about another one may close
_ABOUT: Mapping[str, Callable[[Reading, Gap], Doubt | None]] = {
    "target": about_target,
    "direction": about_direction,
    "share": about_share,
    "unused": about_unused,
    "rule": about_rule,
    "twice": about_two,
}


def open_doubts(reading: Reading) -> tuple[Doubt, ...]:
    """The questions that would complete a reading; none where some gap cannot be asked about, or too much is open."""
    doubts = _askable(reading, _Budget())
    return tuple(sorted(doubts, key=lambda doubt: -_weight(reading, doubt)))


@dataclass(slots=True)
class _Budget:
    """How many answers may still be tried: their number grows with every further question."""

    left: int = _TRIALS

    def spend(self) -> bool:
        """Take one; False where none is left, and the answer counts as one that leads nowhere."""
        self.left -= 1
        return self.left >= 0


def _askable(reading: Reading, budget: _Budget) -> list[Doubt]:
    """The doubts of an unfinished reading, each with answers that lead on; none where one of them has none."""
    if reading.unchecked is None or not reading.gaps:
        return []
    needs = _needs(reading)
    if needs is None or not 0 < len(needs) <= MOST:
        return []
    doubts = []
    for doubt in needs:
        alive = _alive(reading, doubt, budget)
        if alive is None:
            return []
        doubts.append(alive)
    return doubts


def offered_doubts(reading: Reading, text: str) -> tuple[Doubt, ...]:
    """Of a complete reading: what it was read as for want of better, where another reading has another best plan."""
    if reading.unchecked is None or reading.gaps:
        return ()
    found, budget = [], _Budget()
    for doubt in (one for one in _offers(reading, text) if not is_settled(reading, one)):
        choices = [
            choice for choice in doubt.choices if choice.sentence == doubt.usual or _leads(reading, choice, budget)
        ]
        values = [value_of(changed(reading, choice)) for choice in choices]
        if len(choices) > 1 and not alike(values):
            found.append((spread(values), replace(doubt, choices=tuple(choices))))
    found.sort(key=lambda pair: -pair[0])
    return tuple(doubt for _, doubt in found[:MOST])


def _offers(reading: Reading, text: str) -> Iterator[Doubt]:
    yield from goals(reading)
    yield from directions(reading)
    yield from bases(reading)
    yield from preferences(reading, text)
    yield from strict(reading, text)
    yield from domains(reading)


def _needs(reading: Reading) -> list[Doubt] | None:
    """One doubt for each gap; None where a gap has no question. What an answer to another would settle needs none."""
    doubts: list[Doubt] = []
    loose = [gap for gap in reading.gaps if gap.kind not in _FOLLOWS]
    for gap in loose or reading.gaps:
        about = about_goal if gap.about_goal else _ABOUT.get(gap.kind)
        doubt = about(reading, gap) if about else None
        if doubt is None or not doubt.choices:
            return None
        doubts.append(doubt)
    return doubts


def _alive(reading: Reading, doubt: Doubt, budget: _Budget) -> Doubt | None:
    """The doubt with the answers that lead on: to a plan, or to a further question."""
    choices = tuple(choice for choice in doubt.choices if _leads(reading, choice, budget))
    if len(choices) < 2:
        return None
    usual = doubt.usual if any(choice.sentence == doubt.usual for choice in choices) else ""
    return replace(doubt, choices=choices, usual=usual)


def _leads(reading: Reading, choice: Choice, budget: _Budget) -> bool:
    if not budget.spend():
        return False
    then = changed(reading, choice)
    if then.gaps:
        return _size(then) < _size(reading) and bool(_askable(then, budget))
    value = value_of(then)
    return value is None or (value[0] == "bounded" and not is_idle(then))


def _size(reading: Reading) -> tuple[int, int]:
    """How much is open: gaps of their own, then those that hang on them."""
    own = sum(gap.kind not in _FOLLOWS for gap in reading.gaps)
    return own, len(reading.gaps) - own


def _weight(reading: Reading, doubt: Doubt) -> float:
    return spread([value_of(changed(reading, choice)) for choice in doubt.choices])
