"""Lot sizing over periods: what to make or order in each period, with setups, stock and what bounds them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.plan import Plan, label_of, term
from copilot.drafting.builtin.sheets.goal import explain_goals, goals_of
from copilot.drafting.builtin.sheets.limits import explain_cues, relation_of, window_of
from copilot.drafting.builtin.sheets.marks import marked_members
from copilot.drafting.builtin.sheets.numbers import read_whole
from copilot.drafting.builtin.sheets.problem import Doubt, NotRead, Problem, phrases
from copilot.drafting.builtin.sheets.sheet import Column, Sheet
from copilot.drafting.builtin.words import load
from copilot.drafting.formulation import Formulation

FAMILY = "lots"
_ROLES = ("setup", "holding", "demand", "capacity", "room", "unit")
_AGAIN = re.compile(r"\b(?:these|those)\s+$", re.IGNORECASE)
_BY_PERIOD = ("demand", "setup", "unit", "holding", "capacity")
_PERIOD = re.compile(
    r"(?:period|week|wk|month|mo|day|quarter|year|season|shift|p|w|m|d|q|t)?[\s.]*\d{1,2}|(?:mon|tues?|wed|thurs?|fri|sat|sun)[a-z]*"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*|spring|summer|autumn|fall|winter|q[1-4]",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Line:
    """A number for each period by role, and the numbers that hold for all of them."""

    periods: tuple[str, ...]
    place: tuple[int, int]
    series: dict[str, list[float]] = field(default_factory=dict)
    fixed: dict[str, Said] = field(default_factory=dict)

    def each(self, role: str) -> list[float] | None:
        """A number for each period, where there is one."""
        if role in self.series:
            return self.series[role]
        return [self.fixed[role].value] * len(self.periods) if role in self.fixed else None


def read(problem: Problem) -> Formulation:
    """The formulation. Raises NotRead or Doubt."""
    goals = [goal for goal in goals_of(problem) if goal.sense == "minimize"]
    if not goals or not problem.sheets:
        raise NotRead
    line = _line(_joined(problem.sheets))
    stocked = problem.says(FAMILY, "stock")
    if stocked is None and "holding" not in line.series:
        raise NotRead
    read_whole(problem.account)
    _fixed(problem, line)
    if line.each("holding") is None:
        raise Doubt("I found no cost of keeping a unit from one period to the next.")
    if line.each("setup") is None and line.each("unit") is None:
        raise Doubt("I found neither a cost of a setup nor one of a unit.")
    told = [role for role in ("setup", "unit", "holding") if role in line.series]
    fixed = {"holding", "setup"} <= {*line.fixed} or {"holding", "unit"} <= {*line.fixed}
    if not (told or fixed) or "room" in line.fixed:
        raise Doubt("Give the costs of a setup, of a unit and of keeping one as columns of the table.")
    _absorb(problem)
    explain_goals(problem, goals[0])
    count = len(line.periods)
    problem.settle(FAMILY, count)
    return _written(problem, line, goals[0].place)


def _absorb(problem: Problem) -> None:
    for key in ("empty", "no_limit", "in_time", "telling"):
        problem.absorb(FAMILY, key)


def _joined(sheets: Sequence[Sheet]) -> Sheet:
    """Lists over the same periods as one sheet, each column named by the words before its list."""
    first = sheets[0]
    if len(sheets) == 1:
        return first
    columns = []
    for sheet in sheets:
        if sheet.labels != first.labels or len(sheet.columns) != 1:
            raise NotRead
        head = sheet.intro.rstrip(": ") or sheet.columns[0].head
        columns.append(replace(sheet.columns[0], name=head.lower(), head=head))
    return replace(first, columns=tuple(columns))


def _line(sheet: Sheet) -> _Line:
    """Periods as rows and a column for each role. NotRead where the sheet is something else."""
    heads = [column.head for column in sheet.columns]
    if len(heads) > 1 and all(_PERIOD.fullmatch(head.strip()) for head in heads):
        sheet = sheet.turned()
    elif not all(_PERIOD.fullmatch(label.strip()) for label in sheet.labels):
        raise NotRead
    line = _Line(tuple(label_of(label) for label in sheet.labels), sheet.place)
    for column in sheet.columns:
        role = _role(column, alone=len(sheet.columns) == 1)
        if role is None or role in line.series or not column.numeric:
            if not any(_role(other, alone=False) in ("setup", "holding") for other in sheet.columns):
                raise NotRead
            raise Doubt(f"I did not understand the column “{column.head}”.")
        line.series[role] = list(column.values)
    if "demand" not in line.series:
        raise NotRead
    return line


def _role(column: Column, *, alone: bool) -> str | None:
    """What a column tells."""
    if re.search(r"\b(?:per|each|/)\s*\w*$|\bunit\b", (column.head or column.name).lower()) and not re.search(
        r"hold|stor|keep|carry|inventor|stock", (column.head or column.name).lower()
    ):
        return "unit" if any(p.search(column.head) for p in phrases(FAMILY, "unit_head")) else None
    found = []
    for role in _ROLES:
        for phrase in phrases(FAMILY, f"{role}_head"):
            if phrase.search(column.head or column.name):
                found.append(role)
                break
    if alone and not found:
        return "demand"
    return found[0] if found else None


def _fixed(problem: Problem, line: _Line) -> None:
    """Numbers of the prose by their role; a number for the same role twice is a doubt."""
    account = problem.account
    _by_label(problem, line)
    marked = marked_members(problem.prose, ())
    for said in sorted(account.numbers, key=lambda one: one.start):
        window = window_of(problem, marked, said)
        if said.value == len(line.periods) and re.match(
            r"[\s-]*(?:\w+\s)?(?:week|month|day|period|quarter|year)", window.right
        ):
            continue
        if any(said.value == one.value for one in line.fixed.values()) and _AGAIN.search(problem.prose[: said.start]):
            account.counts.append(account.take(said))
            continue
        near = replace(window, left=window.near_left)
        money = said.unit[:1] in ("$", "€", "£")
        relation = relation_of(replace(near, near_right="") if money else near)
        role = _role_of(problem, said, window.left, window.near_right, relation)
        if role is None:
            continue
        if role in line.fixed and line.fixed[role].value != said.value:
            raise Doubt(f"There are two numbers for the {role} ({line.fixed[role].value:g}, {said.value:g}).")
        if role in line.series:
            raise Doubt(f"The {role} is told in the table and in the text.")
        line.fixed[role] = said
        account.taken.append(account.take(said))
        explain_cues(problem, said, window)


def _by_label(problem: Problem, line: _Line) -> None:
    """ "1,000 in April, 1,100 in May": a number for each period in a sentence."""
    account, prose = problem.account, problem.prose
    names = [re.escape(period) for period in line.periods]
    found: list[Said] = []
    for name in names:
        hits = [
            n
            for n in account.numbers
            if re.match(rf"\s*(?:in|for|on|during)\s+{name}\b", prose[n.end :], re.IGNORECASE)
        ]
        if len(hits) != 1:
            return
        found += hits
    first = min(found, key=lambda said: said.start)
    role = _role_of(problem, first, prose[first.sentence[0] : first.start], "", None)
    if role not in ("unit", "setup", "holding", "capacity") or role in line.series:
        raise Doubt("There is a number for each period in a sentence, and I cannot tell what it is.")
    line.series[role] = [said.value for said in found]
    for said in found:
        account.taken.append(account.take(said))


def _role_of(problem: Problem, said: Said, left: str, right: str, relation: str | None) -> str | None:
    """The role whose words stand nearest to the number, among those that its direction allows."""
    money = said.start > 0 and problem.prose[: said.start].rstrip()[-1:] in "$€£"
    sentence = problem.sentence(said)
    ranked: list[tuple[int, int, str]] = []
    for order, role in enumerate(("initial", "final", "holding", "setup", "room", "capacity", "unit")):
        if role in ("initial", "final", "room", "capacity") and money:
            continue
        if role in ("room", "capacity") and relation != "<=" and not re.search("capacity", sentence, re.IGNORECASE):
            continue
        if role in ("holding", "setup", "unit") and relation is not None:
            continue
        if role in ("initial", "final") and re.search(r"\b(?:each|every|any|all|never|always)\b", sentence):
            continue
        for phrase in phrases(FAMILY, role):
            ranked += [(len(left) - match.end(), order, role) for match in phrase.finditer(left)]
            ranked += [(match.start(), order, role) for match in phrase.finditer(right)]
    if any(role in ("holding", "setup") for _, _, role in ranked):
        ranked = [one for one in ranked if one[2] != "unit"]
    return min(ranked)[2] if ranked else None


def _written(problem: Problem, line: _Line, said: tuple[int, int]) -> Formulation:
    plan = Plan(problem.text)
    place, count = line.place, len(line.periods)
    time = plan.index("periods", line.periods, place)
    demand = line.series["demand"]
    series = {role: line.each(role) for role in _BY_PERIOD}
    tables = {
        role: plan.table(f"{role}_of_period", (time,), dict(zip(line.periods, values, strict=True)), place)
        for role, values in series.items()
        if values is not None
    }
    initial = line.fixed["initial"].value if "initial" in line.fixed else 0.0
    final = line.fixed["final"].value if "final" in line.fixed else 0.0
    make = plan.variable("make", (time,), said, label="amount made or ordered in each period")
    stock = plan.variable("stock", (time,), said, label="stock at the end of each period")
    total = [term(stock, tables["holding"])]
    if "unit" in tables:
        total.append(term(make, tables["unit"]))
    if "setup" in tables:
        ready = plan.variable("setup", (time,), said, domain="binary", label="something is made in the period")
        total.append(term(ready, tables["setup"]))
        later = [sum(demand[at:]) + final for at in range(count)]
        most = plan.table("still_needed", (time,), dict(zip(line.periods, later, strict=True)), place)
        link = [term(make), term(ready, most, minus=True)]
        plan.rule("only with a setup", link, "<=", 0, said, kind="logical", indices=(time,))
    for at, period in enumerate(line.periods):
        terms = [term(f"make[{period}]"), term(f"stock[{period}]", minus=True)]
        terms += [term(f"stock[{line.periods[at - 1]}]")] if at else []
        limit = f"demand_of_period[{period}]" if at else demand[0] - initial
        plan.rule(f"balance of {period}", terms, "==", limit, place, kind="balance")
    _bounds(problem, plan, line, (make, stock, time), (initial, final))
    if "capacity" in tables:
        _reachable(series["capacity"] or [], demand, initial, final)
    if "initial" not in line.fixed and problem.says(FAMILY, "empty") is None:
        plan.assume("There is no stock at the start.", stock)
    return plan.formulation("Lot sizing at least cost", "total cost", "minimize", total, said)


def _bounds(problem: Problem, plan: Plan, line: _Line, names: tuple[str, str, str], ends: tuple[float, float]) -> None:
    make, stock, time = names
    if "capacity" in {*line.series, *line.fixed}:
        place = line.fixed["capacity"].sentence if "capacity" in line.fixed else line.place
        plan.rule(
            "most in a period", [term(make)], "<=", f"capacity_of_period[{time}]", place, kind="bound", indices=(time,)
        )
    if "room" in line.fixed:
        room = plan.said("room in store", line.fixed["room"])
        plan.rule(
            "stock at most", [term(stock)], "<=", room, line.fixed["room"].sentence, kind="bound", indices=(time,)
        )
    if ends[1]:
        last = plan.said("stock at the end", line.fixed["final"])
        terms = [term(f"stock[{line.periods[-1]}]")]
        plan.rule("stock left at the end", terms, ">=", last, line.fixed["final"].sentence, kind="requirement")
    del problem


def _reachable(capacity: Sequence[float], demand: Sequence[float], initial: float, final: float) -> None:
    """Doubt where demand cannot be met in time."""
    have = initial
    for at, need in enumerate(demand):
        have += capacity[at]
        if have < need + (final if at == len(demand) - 1 else 0) - 1e-9:
            raise Doubt(
                f"By period {at + 1} more is needed than can be made and is in stock, so demand cannot be met in time."
            )
        have -= need


def roles() -> Sequence[str]:
    """The roles that a column may have."""
    return tuple(role for role in _ROLES if f"{role}_head" in load("sheets")[FAMILY])
