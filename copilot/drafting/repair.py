"""When to stop mending, and what counts as better: a repeated error, an unchanged draft, a check that newly fails."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.drafting.base import Draft, Feedback

# Addresses, counts and quoted names move with every attempt; what is left says whether it is the same error.
_MOVING = re.compile(r"0x[0-9a-f]+|\d+")


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a draft further down the line.

    `built` is what the line goes on with, None where the program did not build. `failing` names every case that fails,
    `unknown` every check that cannot tell; `feedback` says in words what a drafter may mend, None where nothing is.
    """

    built: object | None
    failing: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    feedback: Feedback | None = None


def signature(feedback: Feedback, program: str) -> str:
    """What makes two refusals the same: step, kind, the message without its numbers, and the failing line."""
    message = _MOVING.sub("#", " ".join(feedback.message.lower().split()))[:500]
    source = program.splitlines()
    line = ""
    if feedback.line is not None and 0 < feedback.line <= len(source):
        line = " ".join(source[feedback.line - 1].split())
    return "|".join((feedback.stage, feedback.kind, message, line))


def why_not_better(old: Trial, new: Trial, before: Draft, after: Draft) -> str:
    """Why a repair is not taken, in words; empty where it is better: it builds where nothing built, or fewer checks
    fail, none newly, none that could tell before has become unknown, and no rule of the formulation was lost."""
    if lost := _rules_of(before) - _rules_of(after):
        return f"it drops {_listed(lost)} from the formulation"
    if new.built is None:
        return "" if old.built is None else "the program does not build any more"
    if old.built is None:
        return ""
    if worse := new.failing - old.failing:
        return f"now {_listed(worse)} fails as well"
    if hidden := new.unknown - old.unknown:
        return f"the check {_listed(hidden)} can no longer tell"
    if new.failing == old.failing:
        return "the same checks fail as before"
    return ""


def is_same(first: Draft, second: Draft) -> bool:
    """Whether two drafts have the same formulation and data, and programs that differ in spaces or comments alone."""
    same = _bare(first.program) == _bare(second.program)
    return same and first.data == second.data and first.formulation == second.formulation


def _rules_of(draft: Draft) -> set[str]:
    return {rule.name for rule in draft.formulation.constraints}


def _listed(names: set[str] | frozenset[str]) -> str:
    shown = sorted(names)
    more = f" and {len(shown) - 4} more" if len(shown) > 4 else ""
    return ", ".join(shown[:4]) + more


def _bare(program: str) -> list[str]:
    lines = (" ".join(line.split()) for line in program.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
