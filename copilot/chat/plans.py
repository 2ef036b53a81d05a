"""The plans that a run keeps beside its final one, in words: how far behind each is, and what it does otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.chat.solutions import Point, point_of
from copilot.chat.tables import figure
from copilot.runs.instances import Names, known_of
from copilot.runs.models import Run, Solution, Verification
from copilot.runs.pool import Change, Changes, Pool, pool_of

FIRST = 2  # the number of the first other plan; the final one is plan 1
PRECISE = 1e-4  # a smaller distance is told by its first figures, not rounded to nothing


@dataclass(frozen=True, slots=True)
class Difference:
    """One variable that has another value than in the final plan: what it is called, and both values."""

    label: str
    final: str
    here: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One other plan, for a list; `number` is its solution's, `more` counts the changes that are not named."""

    number: int
    title: str
    objective: str
    distance: str
    check: str
    violation: str
    differences: tuple[Difference, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Plans:
    """What is promised of the plans of a run, in a sentence, and those beside the final one, the best first."""

    sentence: str
    final: int | None
    objective: str
    others: tuple[Plan, ...]


def plans_of(pool: Pool | None, names: Names) -> Plans | None:
    """The same in words; None where no other plans were asked for."""
    if pool is None:
        return None
    final = pool.final
    return Plans(
        str(pool.said["message"]),
        None if final is None else final.number,
        figure(None if final is None else final.objective_value),
        tuple(_plan(pool, one, title_of(place), names) for place, one in enumerate(pool.others, start=FIRST)),
    )


def points_of(run: Run) -> list[tuple[str, Point]]:
    """The final plan and those kept beside it, each with its title; empty where there are no others.

    Raises UnreadableVector or InstanceError where what is stored cannot be read.
    """
    pool = pool_of(run)
    known = known_of(run)
    if pool is None or pool.final is None or known is None:
        return []
    rows = (pool.final, *pool.others) if pool.others else ()
    whole = (Solution.objects.get(id=row.id) for row in rows)
    return [(title_of(place), point_of(row, known)) for place, row in enumerate(whole, start=1)]


def title_of(place: int) -> str:
    """What a plan is called: by its place, the final one being the first."""
    return f"Plan {place}"


def place_of(chosen: Solution, found: Sequence[Solution]) -> int | None:
    """The place of a solution among the plans of its run; None for one that is not kept beside the final one."""
    pooled = [one.id for one in found if one.kind == Solution.Kind.POOLED]
    return pooled.index(chosen.id) + FIRST if chosen.id in pooled else None


def distance_text(distance: float | None) -> str:
    """How far an objective is from the final one's, relative to that: `equal`, `3.20%`, `0.0012%`."""
    if distance is None:
        return "–"
    if distance == 0:
        return "equal"
    return f"{distance:.2%}" if distance >= PRECISE else f"{100 * distance:.2g}%"


def _plan(pool: Pool, one: Solution, title: str, names: Names) -> Plan:
    changes = Changes.from_json(one.changes)
    return Plan(
        one.number,
        title,
        figure(one.objective_value),
        distance_text(pool.distance(one)),
        Verification(one.verification).label,
        figure(one.violation),
        tuple(_difference(change, names) for change in changes.first),
        changes.count - len(changes.first),
    )


def _difference(change: Change, names: Names) -> Difference:
    position = names.position.get(change.name)
    index = change.name.partition("[")[2].removesuffix("]")
    label = names.families[names.family_of[position]].label if position is not None else change.name
    label = f"{label}: {index}" if index and position is not None else label
    return Difference(label, figure(change.final), figure(change.here))
