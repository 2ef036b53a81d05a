"""Travelling salesman: visit every place once and come back, with the least total distance, time or cost.

Rules of position after Desrochers and Laporte (1991), "Improvements and extensions to the Miller-Tucker-Zemlin subtour
elimination constraints".
"""

from __future__ import annotations

from copilot.drafting.builtin.families.links import links_of, single
from copilot.drafting.builtin.families.phrases import patterns
from copilot.drafting.builtin.families.plan import Plan, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, Reading, constant_of, place_of
from copilot.drafting.formulation import Formulation

FAMILY = "tour"
_MOST = 60


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account = reading.account
    if len(reading.layout.blocks) != 1:
        raise NotThisFamily
    block = reading.layout.blocks[0]
    links = links_of(block)
    goal, back = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "back"))
    if not links or goal is None or account.says(patterns(FAMILY, "visit")) is None:
        raise NotThisFamily
    if back is None:
        raise InDoubt("The text does not say that the trip ends where it began.")
    lengths = _both_ways(single(links))
    places = list(dict.fromkeys(end for ends in lengths for end in ends))
    units = {cell.unit for link in links for cell in link.cells if cell.unit}
    if len(units) > 1:
        raise InDoubt(f"The distances have several units: {', '.join(sorted(units))}.")
    constant = constant_of(reading)
    reading.settle(FAMILY, len(places), len(places) - 1)
    return _written(reading, places, lengths, next(iter(units), ""), constant)


def _both_ways(lengths: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Distances in both directions: as listed, or the same both ways where each pair is listed once."""
    places = {end for ends in lengths for end in ends}
    count = len(places)
    if count < 3 or count > _MOST:
        raise NotThisFamily
    backwards = {(head, tail): value for (tail, head), value in lengths.items()}
    listed_once = not lengths.keys() & backwards.keys()
    both = {**backwards, **lengths} if listed_once else lengths
    if len(both) != count * (count - 1):
        missing = next((a, b) for a in sorted(places) for b in sorted(places) if a != b and (a, b) not in both)
        raise InDoubt(f"The distance from {missing[0]} to {missing[1]} is not given.")
    return both


def _written(
    reading: Reading, places: list[str], lengths: dict[tuple[str, str], float], unit: str, constant: float
) -> Formulation:
    account, block = reading.account, reading.layout.blocks[0]
    goal, visit = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "visit"))
    assert goal
    assert visit
    said, rule = account.sentence_at(goal.start()), account.sentence_at(visit.start())
    plan, place = Plan(reading.layout.text, reading.layout.sources), place_of(block)
    here, there = plan.index("places", places, place), plan.index("next places", places, place)
    later, after = plan.index("later places", places[1:], place), plan.index("places after", places[1:], place)
    full = {(a, b): lengths.get((a, b), 0.0) for a in places for b in places}
    length = plan.table("length", (here, there), dict(full), place, unit=unit, label="from one place to the next")
    go = plan.variable("go", (here, there), rule, domain="binary", label="goes straight from one place to the other")
    order = plan.variable("position", (here,), rule, label="how many legs after the start the place is reached")
    plan.rule("leave each place once", [term(go)], "==", 1, rule, kind="balance", indices=(here,))
    plan.rule("reach each place once", [term(go)], "==", 1, rule, kind="balance", indices=(there,))
    plan.rule("no leg to itself", [term(f"go[{here},{here}]")], "==", 0, rule, kind="logical", indices=(here,))
    count = len(places)
    legs, back, most = (
        plan.number("legs before the last", count - 1, place),
        plan.number("legs before the last but two", count - 3, place),
        plan.number("most apart", count - 2, place),
    )
    apart = [term(f"{_name(order)}[{later}]"), term(f"{_name(order)}[{after}]", minus=True)]
    apart += [term(f"go[{later},{after}]", legs), term(f"go[{after},{later}]", back)]
    plan.rule("one round", apart, "<=", most, rule, kind="logical", indices=(later, after))
    plan.rule("position at most", [term(f"{_name(order)}[{here}]")], "<=", legs, rule, kind="bound", indices=(here,))
    if any(value != int(value) for value in lengths.values()):
        plan.assume("The numbers between places are taken as written; lengths that were rounded before add up rounded.")
    title = "Round trip: visit every place once and come back"
    return plan.formulation(
        title, "total length of the trip", "minimize", [term(go, length)], said, constant=constant, unit=unit
    )


def _name(reference: str) -> str:
    return reference.partition("[")[0]
