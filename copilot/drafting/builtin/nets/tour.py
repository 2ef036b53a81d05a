"""Round trips: visit every place once, at the least total length, and come back or end elsewhere.

Rules of position after Desrochers and Laporte (1991), "Improvements and extensions to the Miller-Tucker-Zemlin subtour
elimination constraints".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.plan import Key, Place, Plan, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily
from copilot.drafting.builtin.families.rounds import one_round
from copilot.drafting.builtin.nets.data import Ends
from copilot.drafting.builtin.nets.pairs import closed_links
from copilot.drafting.builtin.nets.phrases import phrases
from copilot.drafting.builtin.nets.reading import Reading
from copilot.drafting.formulation import Formulation

FAMILY = "tour"
_MOST = 30
_SEVERAL = re.compile(
    r"\b(?:two|three|four|five|[2-9]) "
    r"(?:vehicles|trucks|vans|lorries|drivers|salesmen|salespeople|buses|boats|teams|crews)"
    r"\b"
)


@dataclass(frozen=True, slots=True)
class _Lengths:
    """The places, what lies between two of them, and where that stands."""

    places: tuple[str, ...]
    values: Mapping[Ends, float]
    place: Place
    unit: str = ""


@dataclass(frozen=True, slots=True)
class _Trip:
    """The order of the places (the start first), whether the trip comes back, and the rules beside."""

    lengths: _Lengths
    back: bool
    end: str
    before: tuple[Ends, ...]
    closed: frozenset[Ends]


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    lengths = _lengths(reading)
    goal = reading.heard(FAMILY, "goal") or reading.heard(FAMILY, "least_bare")
    if goal is None or reading.says(FAMILY, "visit") is None or reading.data.columns:
        raise NotThisFamily
    if _SEVERAL.search(reading.marks.prose):
        raise InDoubt("The text speaks of several vehicles, and a round trip is read for one.")
    trip = _trip(reading, lengths)
    count = len(lengths.places)
    reading.settle(FAMILY, count, count - 1)
    return _written(reading, trip, reading.sentence(goal.start()))


def _lengths(reading: Reading) -> _Lengths:
    """Lengths in both directions: as given, or the same both ways where each pair is given once."""
    data = reading.data
    if len(data.matrices) == 1 and not data.links:
        matrix = data.matrices[0]
        listed = {ends: value for ends, value in matrix.values.items() if ends[0] != ends[1]}
        labels, place, unit = dict.fromkeys((*matrix.rows, *matrix.heads)), matrix.place, matrix.unit
    elif len(data.links) == 1 and not data.matrices and not data.links[0].twice:
        links = data.links[0]
        if any(len(numbers) != 1 for numbers in links.values.values()):
            raise NotThisFamily
        listed = {ends: next(iter(numbers.values())) for ends, numbers in links.values.items()}
        labels, place, unit = dict.fromkeys(links.nodes), links.place, ""
    else:
        raise NotThisFamily
    if not 3 <= len(labels) <= _MOST or len(listed) < len(labels) * (len(labels) - 1) / 4:
        raise NotThisFamily
    back = {(b, a): value for (a, b), value in listed.items()}
    once = not listed.keys() & back.keys()
    return _Lengths(tuple(labels), {**back, **listed} if once else listed, place, unit)


def _trip(reading: Reading, lengths: _Lengths) -> _Trip:
    even = all(lengths.values.get((b, a)) == value for (a, b), value in lengths.values.items())
    reading.heard("network", "both_ways" if even else "one_way")
    closed = closed_links(reading, two_way=even)
    before = tuple(_orders(reading))
    start, end = _named(reading, "start"), _named(reading, "finish")
    back = reading.heard(FAMILY, "back") is not None
    if end and start and end != start:
        if back:
            raise InDoubt(f"The trip is said to end at {end} and to come back to {start}.")
    elif reading.heard(FAMILY, "no_return"):
        back, end = False, ""
    elif not back and not (end and end == start):
        raise InDoubt("The text does not say whether the trip ends where it began.")
    else:
        back, end = True, ""
    if (before or not back) and not start:
        raise InDoubt("The text does not name the place where the trip starts.")
    first = start or lengths.places[0]
    places = (first, *(place for place in lengths.places if place != first))
    missing = [ends for ends in _needed(places, back=back, end=end) if ends not in lengths.values]
    if not set(missing) <= {(places[0], end)} and reading.says("any", "gap") is None:
        raise InDoubt(f"The length from {missing[0][0]} to {missing[0][1]} is not given.")
    return _Trip(
        _Lengths(places, lengths.values, lengths.place, lengths.unit), back, end, before, frozenset({*closed, *missing})
    )


def _needed(places: Sequence[str], *, back: bool, end: str) -> Iterator[Ends]:
    """The legs that a trip may take."""
    for a in places:
        for b in places:
            if a != b and (back or (b != places[0] and a != end)):
                yield a, b


def _named(reading: Reading, key: str) -> str:
    """The one place that the text calls the start or the end of the trip; "" where it names none."""
    labels: set[str] = set()
    for match in reading.places(FAMILY, key):
        marks = reading.marks.within(*match.span())
        if marks and len(marks[0]) == 1:
            reading.account.explain(*match.span())
            labels.add(marks[0][0])
    if len(labels) > 1:
        raise InDoubt(f"It is not clear where the trip starts or ends: {', '.join(sorted(labels))}.")
    return next(iter(labels), "")


def _orders(reading: Reading) -> Iterator[Ends]:
    """ "Rome must be visited before Oslo": the first and the second, whichever is named first."""
    for key, turned in (("before", False), ("after", True)):
        for phrase in phrases(FAMILY, key):
            for match in phrase.finditer(reading.marks.text):
                marks = reading.marks.within(*match.span())
                if len(marks) != 2 or len(marks[0]) != 1 or all(reading.account.explained[match.start() : match.end()]):
                    continue
                reading.understood(*match.span())
                for other in marks[1]:
                    yield (other, marks[0][0]) if turned else (marks[0][0], other)


def _written(reading: Reading, trip: _Trip, said: Place) -> Formulation:
    places, place, unit = trip.lengths.places, trip.lengths.place, trip.lengths.unit
    plan = Plan(reading.data.text, reading.data.sources)
    here, there = plan.index("places", places, place), plan.index("next places", places, place)
    barred = {(a, b) for a in places for b in places if a == b or (a, b) in trip.closed or _is_return(trip, a, b)}
    full: dict[Key, float] = {(a, b): trip.lengths.values.get((a, b), 0.0) for a in places for b in places}
    if not trip.back:
        full |= {(a, places[0]): 0.0 for a in places}
        plan.assume("The trip ends at its last place; the way back to the start counts nothing.")
    length = plan.table("length", (here, there), full, place, unit=unit, label="from one place to the next")
    go = plan.variable("go", (here, there), said, domain="binary", label="goes straight from one place to the other")
    plan.rule("leave each place once", [term(go)], "==", 1, said, kind="balance", indices=(here,))
    plan.rule("reach each place once", [term(go)], "==", 1, said, kind="balance", indices=(there,))
    none: dict[Key, float] = {(a, b): float((a, b) in barred) for a in places for b in places}
    gap = plan.table("no_leg", (here, there), none, place, label="1 where no leg leads")
    plan.rule("only possible legs", [term(go, gap)], "==", 0, said, kind="logical")
    _ordered(plan, trip, (here, "go"), said)
    title = "Round trip: visit every place once" + (" and come back" if trip.back else "")
    return plan.formulation(title, "total length of the trip", "minimize", [term(go, length)], said, unit=unit)


def _is_return(trip: _Trip, tail: str, head: str) -> bool:
    """A leg to the start that is not from the place where the trip has to end."""
    first = trip.lengths.places[0]
    return bool(trip.end) and ((head == first and tail != trip.end) or (tail == trip.end and head != first))


def _ordered(plan: Plan, trip: _Trip, names: tuple[str, str], said: Place) -> None:
    """Positions along the trip, so that it is one round, and the places that come before others."""
    places, place, (here, go) = trip.lengths.places, trip.lengths.place, names
    name = one_round(plan, places, go, here=here, place=place, said=said)
    for one, other in trip.before:
        if places[0] in (one, other):
            if other == places[0]:
                raise InDoubt(f"{other} is where the trip starts, so nothing comes before it.")
            continue
        rows = [term(f"{name}[{one}]"), term(f"{name}[{other}]", minus=True)]
        plan.rule(f"{one} before {other}", rows, "<=", -1, said, kind="logical")
