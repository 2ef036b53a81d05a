"""Refinement of conditions: which other condition is better on stored uses, by measurement and not by assumption."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.learning.curator import Condition

REPEATS = 2
FEWEST = 5  # uses on which a score means something
KEEP = 0.95
Retrieves = Callable[[Condition, str, int], bool]  # condition, text of the task, repeat


@dataclass(frozen=True, slots=True)
class StoredUses:
    """Texts of the tasks on which an insight helped, misled, and would have helped had it been retrieved."""

    helped: tuple[str, ...] = ()
    misled: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()

    @property
    def many(self) -> int:
        """How many uses there are."""
        return len(self.helped) + len(self.misled) + len(self.missed)


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is the share of uses on which the condition does what is wanted; `kept` that of tasks it helped on."""

    value: float
    kept: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The accepted condition or None, with the measured scores and a sentence."""

    accepted: Condition | None
    before: Score | None
    after: Score | None
    why: str


def score(condition: Condition, uses: StoredUses, retrieves: Retrieves) -> Score:
    """Measure a condition on every stored use, REPEATS times."""
    helped, misled, missed = (
        [retrieves(condition, text, repeat) for text in texts for repeat in range(REPEATS)]
        for texts in (uses.helped, uses.misled, uses.missed)
    )
    wanted = sum(helped) + sum(missed) + sum(not one for one in misled)
    return Score(wanted / (uses.many * REPEATS), sum(helped) / len(helped) if helped else 1.0)


def choose(present: Condition, others: Sequence[Condition], uses: StoredUses, retrieves: Retrieves) -> Choice:
    """The best of the others, where its measured score beats the present one's and it keeps what helped."""
    if uses.many < FEWEST:
        return Choice(None, None, None, f"Only {uses.many} uses are known; {FEWEST} are needed.")
    before = score(present, uses, retrieves)
    best: tuple[Score, Condition] | None = None
    lost = 0
    for other in others:
        after = score(other, uses, retrieves)
        if after.kept < KEEP * before.kept:
            lost += 1
        elif after.value > before.value and (best is None or after.value > best[0].value):
            best = (after, other)
    if best is None:
        told = (
            f"None of {len(others)} conditions scores above {before.value:.2f}; {lost} lose tasks on which it helped."
        )
        return Choice(None, before, None, told)
    return Choice(
        best[1], before, best[0], f"The score on {uses.many} uses rose from {before.value:.2f} to {best[0].value:.2f}."
    )
