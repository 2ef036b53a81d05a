"""Options with columns: which of them to take, or how much of each, for the best total of one column."""

from __future__ import annotations

import re
from dataclasses import replace

from copilot.drafting.builtin.sheets.aims import aim_of, meant_aim
from copilot.drafting.builtin.sheets.basis import in_basis
from copilot.drafting.builtin.sheets.choice import Choice
from copilot.drafting.builtin.sheets.choices import written
from copilot.drafting.builtin.sheets.domains import (
    FAMILY,
    check_bounds,
    check_counted,
    check_scale,
    settle_averages,
    settle_domain,
)
from copilot.drafting.builtin.sheets.frame import EdgeLimit, Frame, edge_of, framed, leaning
from copilot.drafting.builtin.sheets.goal import Goal, explain_goals, goals_of
from copilot.drafting.builtin.sheets.groups import group_rules, groups_of, is_idle
from copilot.drafting.builtin.sheets.limits import Limit, meant_by, merged
from copilot.drafting.builtin.sheets.marks import marked_members, unread_marks
from copilot.drafting.builtin.sheets.numbers import read_whole
from copilot.drafting.builtin.sheets.problem import Doubt, NotRead, Problem
from copilot.drafting.builtin.sheets.rules import rules_of
from copilot.drafting.builtin.sheets.scaled import rescale
from copilot.drafting.builtin.sheets.sheet import Sheet, stems_of
from copilot.drafting.builtin.sheets.targets import Seeker, nouns_of
from copilot.drafting.builtin.words import load
from copilot.drafting.formulation import Formulation

_MOST_SHEETS = 3


def read(problem: Problem) -> Formulation:
    """The formulation. Raises NotRead or Doubt."""
    return written(chosen(problem))


def chosen(problem: Problem) -> Choice:
    """What the text says of its options. Raises NotRead or Doubt."""
    frame, others = _frame(problem)
    read_whole(problem.account)
    rescale(problem.text, problem.account, frame.sheet)
    goals = goals_of(problem)
    aims = [(goal, aim) for goal in goals if (aim := aim_of(goal, frame))]
    assumed = []
    if not goals and (meant := meant_aim(frame)) and problem.says(FAMILY, "asks"):
        aims = [(Goal("maximize", frozenset(), problem.account.sentence_at(0), ""), (meant, ""))]
        assumed = [f"The total {meant} is to be as large as possible."]
    if not aims:
        raise NotRead
    if len({(goal.sense, aim) for goal, aim in aims}) > 1:
        raise Doubt("It is not clear which column is to be made largest or smallest.")
    goal, (gain, loss) = aims[0]
    taken = {word for column in frame.sheet.columns for word in column.stems}
    marked = marked_members(problem.prose, frame.labels, taken, groups_of(frame))
    choice = Choice(problem, frame, marked, goal, gain, loss)
    choice.assumed += assumed
    choice.rules = [*group_rules(problem, frame), *rules_of(problem, marked)]
    nouns = choice.nouns = nouns_of(frame)
    listed = [
        Limit("column", one.relation, one.value, frame.sheet.place, one.column, said=_said(one))
        for one in (*frame.limits, *others)
    ]
    seeker = Seeker(problem, frame, marked, (gain, loss), nouns, goal.sense, [limit.column for limit in listed])
    choice.limits = merged([*listed, *in_basis(problem, frame, seeker.limits())])
    choice.assumed += seeker.assumed
    settle_domain(choice)
    settle_averages(choice)
    if each := problem.says(FAMILY, "each_taken"):
        raise Doubt(f"I did not understand “{each.group()}”.")
    _check(choice)
    return choice


def _said(limit: EdgeLimit) -> str:
    at = {"<=": "at most", ">=": "at least", "==": "exactly"}[limit.relation]
    return f'Total {limit.column} {at} {limit.value:,g}, by the row "{limit.row}" of the table.'


def _frame(problem: Problem) -> tuple[Frame, list[EdgeLimit]]:
    """The sheet of options and the limits that a second sheet lists by the names of its columns."""
    sheets = list(problem.sheets)
    if not sheets or len(sheets) > _MOST_SHEETS or len([s for s in sheets if s.listed]) < len(problem.lists):
        raise NotRead
    frames = [framed(sheet) for sheet in sheets]
    main = max(frames, key=lambda frame: len(frame.amounts) * len(frame.labels))
    others = [frame.sheet for frame in frames if frame is not main]
    beside = [sheet for sheet in others if _alike(sheet, main)]
    for sheet in beside:
        more = framed(replace(_ordered(sheet, main), columns=(*main.sheet.columns, *_ordered(sheet, main).columns)))
        more.limits, more.sheet = main.limits, replace(more.sheet, start=main.sheet.start, end=main.sheet.end)
        main = more
    if len(main.labels) < 2 or not main.amounts:
        raise NotRead
    return main, [limit for sheet in others if sheet not in beside for limit in _listed(sheet, main)]


def _alike(sheet: Sheet, main: Frame) -> bool:
    """Whether a sheet tells more of the same options."""
    return {label.lower() for label in sheet.labels} == {label.lower() for label in main.labels}


def _ordered(sheet: Sheet, main: Frame) -> Sheet:
    """The sheet with its rows in the order of the other's."""
    spots = {label.lower(): at for at, label in enumerate(sheet.labels)}
    order = [spots[label.lower()] for label in main.labels]
    columns = tuple(replace(c, cells=tuple(c.cells[at] for at in order)) for c in sheet.columns)
    return replace(sheet, labels=main.labels, columns=columns, corner=main.sheet.corner)


def _listed(sheet: Sheet, frame: Frame) -> list[EdgeLimit]:
    """ "protein: at least 50", one line for each column."""
    for standing in (sheet, sheet.turned()):
        names = [[c.name for c in frame.amounts if c.stems & _stems(label)] for label in standing.labels]
        if not all(len(name) == 1 for name in names):
            continue
        found = []
        for column in standing.columns:
            for name, cell in zip(names, column.cells, strict=True):
                if cell.value is None:
                    continue
                relation = cell.relation or edge_of(column.head or column.name) or edge_of(sheet.intro)
                relation = relation or meant_by(sheet.intro) or leaning(sheet.intro)
                if relation is None:
                    raise Doubt(f"It is not clear whether {cell.text} of {name[0]} is a minimum or a maximum.")
                found.append(EdgeLimit(name[0], relation, cell.value, column.head))
        return found
    raise NotRead


def _stems(label: str) -> frozenset[str]:
    """Stems of a name and of what else it is called: "Carbohydrates" and "Carbs"."""
    return stems_of(label) | stems_of(load("sheets")["names"]["aliases"].get(label.lower(), ""))


def _check(choice: Choice) -> None:
    """Doubt where a column says something that no rule uses, or words are left."""
    frame = choice.frame
    used = {limit.column for limit in choice.limits} | {choice.gain, choice.loss}
    idle = [column.name for column in frame.amounts if column.name not in used]
    if idle:
        raise Doubt(f"I found no limit and no need for: {', '.join(idle)}.")
    members = {one for limit in choice.limits for one in limit.members} | {m for r in choice.rules for m, _ in r.terms}
    for column in frame.told:
        if re.search(r"\bif\b", column.name) or (not members and not is_idle(frame, column, choice.problem.prose)):
            raise Doubt(f"I did not understand the column “{column.head}”.")
    if not choice.limits and not frame.most:
        raise NotRead
    check_scale(choice)
    check_bounds(choice)
    check_counted(choice)
    loose = unread_marks(choice.problem, choice.marked, len(frame.labels))
    if loose:
        raise Doubt(f"I did not understand what the text says of “{loose[0]}” beside its row.")
    explain_goals(choice.problem, choice.goal)
    choice.problem.settle(FAMILY, len(frame.labels), len(frame.amounts), len(frame.amounts) - 1)
