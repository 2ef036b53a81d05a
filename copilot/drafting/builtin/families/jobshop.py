"""Job shop: jobs visit machines in a given order, a machine does one thing at a time, all done as early as possible."""

from __future__ import annotations

import itertools
import re

from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.phrases import patterns
from copilot.drafting.builtin.families.plan import Key, Place, Plan, label_of, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, Reading, place_of, stems
from copilot.drafting.builtin.families.records import Layout
from copilot.drafting.builtin.families.steps import with_steps
from copilot.drafting.formulation import Formulation

FAMILY = "jobshop"


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account = reading.account
    goal, single = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "single"))
    if len(reading.layout.blocks) != 1 or goal is None:
        raise NotThisFamily
    if not all(record.stops for record in reading.layout.blocks[0].records):
        told = with_steps(reading) if single else None
        if told is None:
            raise NotThisFamily
        reading.layout = told
    block = reading.layout.blocks[0]
    if single is None:
        raise InDoubt("The text does not say that a machine does one thing at a time.")
    routes = routes_of(block)
    machines = sorted({place for route in routes.values() for place, _ in route})
    longest = max(len(route) for route in routes.values())
    _one_of_each(reading, machines)
    account.absorb(patterns(FAMILY, "format"))
    reading.settle(FAMILY, len(routes), len(machines), longest)
    said, rule = account.sentence_at(goal.start()), account.sentence_at(single.start())
    return written(reading.layout, routes, machines, said, rule)


def _one_of_each(reading: Reading, machines: list[str]) -> None:
    """Raise InDoubt for "two ovens", where the oven is a machine by name."""
    named = set().union(*(stems(machine) for machine in machines if not re.search(r"\d", machine)))
    for said in reading.account.numbers:
        if said.value > 1 and stems(said.unit.split(" ")[0]) & named:
            raise InDoubt(f"There are {said.value:g} of one machine, which the built-in drafter does not read.")


def routes_of(block: Block) -> dict[str, list[tuple[str, float]]]:
    routes = {label_of(r.label): [(label_of(stop.place), stop.time) for stop in r.stops] for r in block.records}
    if len(routes) < len(block.records):
        raise InDoubt("Two jobs have the same name; give each its own.")
    for job, route in routes.items():
        if len({place for place, _ in route}) < len(route):
            raise InDoubt(f"{job} visits a machine twice, which the built-in drafter does not read.")
    return routes


def written(
    layout: Layout, routes: dict[str, list[tuple[str, float]]], machines: list[str], said: Place, rule: Place
) -> Formulation:
    """The plan; `said` is the place of the goal and `rule` of what says that a machine does one thing at a time."""
    place = place_of(layout.blocks[0])
    plan = Plan(layout.text, layout.sources)
    jobs, others = plan.index("jobs", routes, place), plan.index("other jobs", routes, place)
    shops = plan.index("machines", machines, place)
    unit = next((stop.unit for record in layout.blocks[0].records for stop in record.stops), "")
    times: dict[Key, float] = {
        (job, machine): dict(routes[job]).get(machine, 0.0) for job in routes for machine in machines
    }
    time = plan.table("time", (jobs, shops), times, place, unit=unit, label="time of each job on each machine")
    differ: dict[Key, float] = {(a, b): float(a != b) for a in routes for b in routes}
    distinct = plan.table("two_jobs", (jobs, others), differ, place, label="1 for two different jobs")
    whole = plan.number("time of all together", sum(times.values()), place, unit=unit)
    start = plan.variable("start", (jobs, shops), place, label="start of each job on each machine", unit=unit)
    first = plan.variable(
        "before", (jobs, others, shops), rule, domain="binary", label="job is on the machine before the other"
    )
    end = plan.variable("finish", (), said, label="when all jobs are done", unit=unit)
    plan.rule(
        "all done", [term(end), term(start, minus=True)], ">=", time, said, kind="requirement", indices=(jobs, shops)
    )
    for job, route in routes.items():
        for (one, _), (two, _) in itertools.pairwise(route):
            ahead = [term(f"start[{job},{two}]"), term(f"start[{job},{one}]", minus=True)]
            words = f"{job} on {one} ahead of {two}"
            plan.rule(words, ahead, ">=", f"time[{job},{one}]", place, kind="logical")
    order = [term(f"before[{jobs},{others},{shops}]"), term(f"before[{others},{jobs},{shops}]")]
    plan.rule("one of two goes first", order, "==", distinct, rule, kind="logical", indices=(jobs, others, shops))
    apart = [term(f"start[{others},{shops}]"), term(start, minus=True), term(first, whole, minus=True)]
    limit = f"{time} - {whole}"
    plan.rule("one at a time", apart, ">=", limit, rule, kind="logical", indices=(jobs, others, shops))
    return plan.formulation(
        "Job shop: all jobs done as early as possible", "finish", "minimize", [term(end)], said, unit=unit
    )
