"""Job shop from lines such as "Order 1: lathe 3, mill 2": each job on its machines in the order of its line."""

from __future__ import annotations

import re

from copilot.drafting.builtin.families import jobshop
from copilot.drafting.builtin.families.blocks import Block, Record
from copilot.drafting.builtin.families.cells import Stop
from copilot.drafting.builtin.families.reading import InDoubt
from copilot.drafting.builtin.families.records import Layout
from copilot.drafting.builtin.sheets.lists import Items
from copilot.drafting.builtin.sheets.problem import Doubt, NotRead, Problem
from copilot.drafting.formulation import Formulation

FAMILY = "jobs"
_STOP = re.compile(
    r"\s*(?:on |at |to )?(?P<place>[^\W\d_][\w /-]*?|[A-Z]?\d+)\s*(?:\(|for |[:=]\s*|\s)\s*(?P<time>\d+(?:\.\d+)?)\s*"
    r"(?P<unit>[^\W\d_]*)\s*\)?\s*"
)
_LINK = re.compile(r"\s*(?:→|->|=>|>|,|;|\bthen\b|,\s*then\b|\band then\b|—|–)\s*")


def read(problem: Problem) -> Formulation:
    """The formulation. Raises NotRead or Doubt."""
    if problem.says(FAMILY, "goal") is None:
        raise NotRead
    records = _listed(problem.lists[0]) if len(problem.lists) == 1 and len(problem.sheets) <= 1 else None
    flow = problem.says(FAMILY, "flow")
    arrows = records is not None and all(re.search(r"→|->|=>", item.rest) for item in problem.lists[0].items)
    tabled = _cells(problem) if records is None else None
    records = records or tabled
    if records is not None and not arrows and tabled is None and problem.says(FAMILY, "ordered") is None:
        raise Doubt("Say that each job visits its machines in the order of its line.")
    if records is None and flow is not None:
        records = _columns(problem)
    if records is None:
        raise NotRead
    goal, single = problem.says(FAMILY, "goal"), problem.says(FAMILY, "single")
    if single is None:
        raise Doubt("The text does not say that a machine does one thing at a time.")
    block = Block(tuple(records), "", records[0].start, records[-1].end)
    layout = Layout(problem.text, problem.prose, (block,))
    try:
        routes = jobshop.routes_of(block)
    except InDoubt as doubt:
        raise Doubt(*doubt.args) from doubt
    machines = sorted({place for route in routes.values() for place, _ in route})
    for key in ("goal", "single", "ordered", "flow"):
        problem.absorb(FAMILY, key)
    account = problem.account
    said, rule = account.sentence_at(goal.start() if goal else 0), account.sentence_at(single.start())
    problem.settle(FAMILY, len(routes), len(machines), max(len(route) for route in routes.values()))
    return jobshop.written(layout, routes, machines, said, rule)


def _listed(items: Items) -> list[Record] | None:
    records = []
    for item in items.items:
        stops = _stops(item.rest, item.start)
        if not stops:
            return None
        records.append(Record(item.label, item.start, item.end, stops=stops))
    return records


def _stops(rest: str, start: int) -> tuple[Stop, ...]:
    found: list[Stop] = []
    at = 0
    body = rest.strip(" .")
    while at < len(body):
        match = _STOP.match(body, at)
        if match is None:
            return ()
        place = re.sub(r"\s+(?:for|takes)$", "", match["place"].strip())
        found.append(Stop(place, float(match["time"]), match["unit"], start, start + len(rest)))
        at = match.end()
        link = _LINK.match(body, at)
        if link is None and at < len(body):
            return ()
        at = link.end() if link else at
    return tuple(found)


def _cells(problem: Problem) -> list[Record] | None:
    """A table whose cells name a machine and a time: "M1 (4)"."""
    if len(problem.sheets) != 1:
        return None
    sheet = problem.sheets[0]
    records = []
    for at, label in enumerate(sheet.labels):
        stops = [_stops(column.cells[at].text, sheet.start) for column in sheet.columns if not column.cells[at].blank]
        if not stops or any(len(one) != 1 for one in stops):
            return None
        records.append(Record(label, *sheet.place, stops=tuple(one[0] for one in stops)))
    return records


def _columns(problem: Problem) -> list[Record] | None:
    """A table of times whose columns are the machines in their order."""
    if len(problem.sheets) != 1 or not all(column.numeric for column in problem.sheets[0].columns):
        return None
    sheet = problem.sheets[0]
    return [
        Record(
            label,
            *sheet.place,
            stops=tuple(Stop(c.head, c.values[at], "", *sheet.place) for c in sheet.columns),
        )
        for at, label in enumerate(sheet.labels)
    ]
