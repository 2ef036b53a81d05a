"""Travelling salesman: visit every place once and come back, with the least total distance, time or cost.

Rules of position after Desrochers and Laporte (1991), "Improvements and extensions to the Miller-Tucker-Zemlin subtour
elimination constraints".
"""

from __future__ import annotations

from dataclasses import dataclass

from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.links import links_of, single
from copilot.drafting.builtin.families.members import ends_of, marked_links
from copilot.drafting.builtin.families.phrases import patterns
from copilot.drafting.builtin.families.plan import Plan, term
from copilot.drafting.builtin.families.points import Points, called, points_of, same_lengths, step_of
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, Reading, constant_of, place_of
from copilot.drafting.builtin.families.rounds import one_round
from copilot.drafting.builtin.families.sides import Side, sides_of, written
from copilot.drafting.formulation import Formulation

FAMILY = "tour"
_MOST = 60


@dataclass(frozen=True, slots=True)
class _Trip:
    """The places in order, what lies between two of them, and what the text says beside that."""

    places: list[str]
    lengths: dict[tuple[str, str], float]
    block: Block
    unit: str
    constant: float
    sides: list[Side]
    points: Points | None


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account = reading.account
    block, points = _blocks(reading)
    links = links_of(block)
    goal, back = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "back"))
    if not links or goal is None or account.says(patterns(FAMILY, "visit")) is None:
        raise NotThisFamily
    if back is None or account.says(patterns(FAMILY, "open")):
        raise InDoubt("The text does not say that the trip ends where it began.")
    units = {cell.unit for link in links for cell in link.cells if cell.unit}
    if len(units) > 1:
        raise InDoubt(f"The distances have several units: {', '.join(sorted(units))}.")
    listed = single(links)
    places = list(dict.fromkeys(end for ends in listed for end in ends))
    sides = sides_of(reading, marked_links(reading.layout.prose, places))
    lengths = _both_ways(listed, places, sides)
    if points is not None:
        points = called(points, places)
        if points is None:
            raise InDoubt("The places with coordinates are not those that the distances join.")
    constant = constant_of(reading)
    reading.settle(FAMILY, len(places), len(places) - 1)
    return _written(reading, _Trip(places, lengths, block, next(iter(units), ""), constant, sides, points))


def _blocks(reading: Reading) -> tuple[Block, Points | None]:
    """The block of the links, and the points where a second block gives coordinates."""
    blocks = reading.layout.blocks
    if len(blocks) == 1:
        return blocks[0], None
    found = [points_of(block, reading.layout.text) for block in blocks]
    if len(blocks) != 2 or len([points for points in found if points]) != 1:
        raise NotThisFamily
    return blocks[0 if found[1] else 1], found[0] or found[1]


def _both_ways(
    lengths: dict[tuple[str, str], float], places: list[str], sides: list[Side]
) -> dict[tuple[str, str], float]:
    """Distances in both directions: as listed, or the same both ways where each pair is listed once.

    A link that the text closes may have none.
    """
    count = len(places)
    if count < 3 or count > _MOST:
        raise NotThisFamily
    backwards = {(head, tail): value for (tail, head), value in lengths.items()}
    listed_once = not lengths.keys() & backwards.keys()
    both = {**backwards, **lengths} if listed_once else dict(lengths)
    closed = {ends_of(member) for side in sides if side.kind == "forbidden" for member in side.members}
    missing = [(a, b) for a in places for b in places if a != b and (a, b) not in both]
    lacking = [(a, b) for a, b in missing if (a, b) not in closed and (b, a) not in closed]
    if lacking:
        raise InDoubt(f"The distance from {lacking[0][0]} to {lacking[0][1]} is not given.")
    return both


def _measured(plan: Plan, trip: _Trip) -> dict[tuple[str, str], float]:
    """The lengths to reckon with: from the coordinates, where these say the same with more digits."""
    step = step_of(list(trip.lengths.values()))
    if trip.points is None:
        _rounded(plan, trip, step)
        return trip.lengths
    if same_lengths(trip.points, trip.lengths, step):
        plan.assume(
            f"Lengths are the straight lines between the coordinates; those listed are the same, rounded to {step:g}."
        )
        return {ends: trip.points.length(*ends) for ends in trip.lengths}
    plan.assume("Lengths are those listed; the straight lines between the coordinates differ from them.")
    return trip.lengths


def _rounded(plan: Plan, trip: _Trip, step: float) -> None:
    """Tell what rounding in the text may hide; whole numbers and fine ones are taken as they are."""
    if 1e-3 < step < 1:
        legs, unit = len(trip.places), f" {trip.unit}" if trip.unit else ""
        plan.assume(
            f"The numbers between places are exact as written. If they were rounded to {step:g}, the true total of "
            f"{legs} legs may differ by up to {legs * step / 2:g}{unit}, and a trip that close may be the best."
        )


def _written(reading: Reading, trip: _Trip) -> Formulation:
    account, places = reading.account, trip.places
    goal, visit = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "visit"))
    assert goal
    assert visit
    said, rule = account.sentence_at(goal.start()), account.sentence_at(visit.start())
    plan, place = Plan(reading.layout.text, reading.layout.sources), place_of(trip.block)
    here, there = plan.index("places", places, place), plan.index("next places", places, place)
    lengths = _measured(plan, trip)
    full = {(a, b): lengths.get((a, b), 0.0) for a in places for b in places}
    length = plan.table("length", (here, there), dict(full), place, unit=trip.unit, label="from one place to the next")
    go = plan.variable("go", (here, there), rule, domain="binary", label="goes straight from one place to the other")
    plan.rule("leave each place once", [term(go)], "==", 1, rule, kind="balance", indices=(here,))
    plan.rule("reach each place once", [term(go)], "==", 1, rule, kind="balance", indices=(there,))
    plan.rule("no leg to itself", [term(f"go[{here},{here}]")], "==", 0, rule, kind="logical", indices=(here,))
    one_round(plan, places, go, here=here, place=place, said=rule)
    written(plan, trip.sides, lambda link: [term(f"go[{a},{b}]") for a, b in (ends_of(link), ends_of(link)[::-1])])
    title = "Round trip: visit every place once and come back"
    return plan.formulation(
        title, "total length of the trip", "minimize", [term(go, length)], said, constant=trip.constant, unit=trip.unit
    )
