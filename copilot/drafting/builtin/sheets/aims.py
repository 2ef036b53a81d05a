"""Which column of a frame a goal is about."""

from __future__ import annotations

import re

from copilot.drafting.builtin.sheets.frame import Frame
from copilot.drafting.builtin.sheets.goal import Goal
from copilot.drafting.builtin.sheets.sheet import Column, stems_of
from copilot.drafting.builtin.words import load, stem

_MONEY = frozenset("$€£¥")


def aim_of(goal: Goal, frame: Frame) -> tuple[str, str] | None:
    """(the column of the goal, one to take off it); None where no column is meant."""
    edged = {limit.column for limit in frame.limits}
    scored = sorted(
        ((_score(goal, column, column.name in edged), column.name) for column in frame.amounts), reverse=True
    )
    scored = [one for one in scored if one[0] > 0]
    if not scored:
        return None
    best = [name for score, name in scored if score == scored[0][0]]
    margin = _margin(goal, frame)
    if margin:
        return margin
    return (best[0], "") if len(best) == 1 else None


def _score(goal: Goal, column: Column, edged: bool) -> float:
    """How well a column fits the words of a goal."""
    general = {stem(word) for word in load("sheets")["names"]["columns"]}
    telling = column.stems - general or column.stems
    score = 4.0 * len(telling & goal.stems)
    words = load("sheets")
    for name, listed in words["synonyms"].items():
        group = {stem(word) for word in listed} | set(listed)
        said = goal.stems & group or any(word in goal.words.lower().split() for word in listed)
        money = name in ("cost", "income") and bool(set(column.unit) & _MONEY)
        share = name == "income" and "%" in column.unit and not column.stems & stems_of("risk")
        if said and (telling & group or money or share or column.unit in listed):
            score = max(score, 2.5 if telling & group or share else 2.0)
    kind = words["goal"]["worth" if goal.sense == "maximize" else "cost"]
    if not score and _is_open(goal) and (telling & stems_of(" ".join(kind)) or set(column.unit) & _MONEY):
        score = 1.0
    return score / 2 if edged else score


def _is_open(goal: Goal) -> bool:
    """Whether the words of a goal name nothing of their own: "the best plan"."""
    known = {*load("sheets")["goal"]["open"]}
    return all(word in known for word in re.findall(r"[^\W\d_]+", goal.behind.lower()))


def _margin(goal: Goal, frame: Frame) -> tuple[str, str] | None:
    """(what an option brings, what it costs), where the goal is a profit that no column gives."""
    profit = stems_of("profit margin earnings earn net")
    if goal.sense != "maximize" or not goal.stems & profit or any(c.stems & profit for c in frame.amounts):
        return None
    brings = [c.name for c in frame.amounts if c.stems & stems_of("price revenue sells sell sales income")]
    beside = [c for c in frame.amounts if c.name not in brings]
    costs = [c.name for c in beside if c.stems & stems_of("cost materials expense") or set(c.unit) & _MONEY]
    return (brings[0], costs[0]) if len(brings) == len(costs) == 1 else None


def meant_aim(frame: Frame) -> str | None:
    """The one column of profit of a table whose question does not name it."""
    found = [c.name for c in frame.amounts if c.stems & stems_of("profit revenue benefit gain margin contribution")]
    return found[0] if len(found) == 1 else None
