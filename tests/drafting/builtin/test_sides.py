"""Rules beside a family's own, over items and over links, against an enumeration of all plans."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

import pytest

from copilot.drafting.builtin.families.members import marked_links, marked_records
from copilot.runs import checks
from solvers.from_pyomo import to_instance
from tests.drafting.builtin.asking import ask, built, drafted, optimum

GEAR = {"Parcel A": (7, 40), "Parcel B": (4, 25), "Parcel C": (3, 21), "Parcel D": (5, 22), "Parcel E": (2, 9)}
PARCELS = """A courier loads a bike:
{records}
{rules}
The bike carries at most 12 kg. Choose the parcels that maximize the total value. Each parcel is taken whole or left.
"""
POINTS = {"Ash": (0, 0), "Birch": (30, 11), "Cedar": (45, 42), "Elm": (8, 37), "Fir": (21, 60)}
WALK = """A ranger must visit five huts:
{points}
The paths between the huts have these lengths in metres:
{lengths}
{rules}
Find the shortest round trip that visits every hut exactly once and returns to the first hut.
"""


def parcels(rules: str) -> str:
    records = "\n".join(f"* {name}: weight {weight} kg, value {value}" for name, (weight, value) in GEAR.items())
    return PARCELS.format(records=records, rules=rules)


def best(allowed: Callable[[frozenset[str]], bool], extra: Mapping[str, int] = {}, bonus: int = 0) -> int:
    """The largest value of an allowed choice, by trying all; `extra` is room that an item takes away."""
    found = 0
    for size in range(len(GEAR) + 1):
        for chosen in itertools.combinations(GEAR, size):
            last = frozenset(name[-1] for name in chosen)
            weight = sum(GEAR[name][0] + extra.get(name[-1], 0) for name in chosen)
            if weight <= 12 and allowed(last):
                found = max(found, sum(GEAR[name][1] for name in chosen) + (bonus if chosen else 0))
    return found


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        (
            "Exactly one of Parcel B and Parcel E must be included.",
            lambda s: len(s & {*"BE"}) == 1,
        ),
        ("Because of a promise, exactly one of Parcel D or Parcel E must be loaded.", lambda s: len(s & {*"DE"}) == 1),
        ("Parcel A and Parcel B cannot be loaded together.", lambda s: len(s & {*"AB"}) <= 1),
        ("Parcels A, B and C are mutually exclusive.", lambda s: len(s & {*"ABC"}) <= 1),
        ("At least one of Parcel D and Parcel E must be taken.", lambda s: bool(s & {*"DE"})),
        ("If Parcel A is loaded, Parcel D must also be loaded.", lambda s: "A" not in s or "D" in s),
        ("If Parcel A is loaded, Parcel B cannot be loaded.", lambda s: not {*"AB"} <= s),
        ("Parcel D must be included.", lambda s: "D" in s),
        ("Parcel A cannot be loaded.", lambda s: "A" not in s),
        ("Parcel A requires Parcel E.", lambda s: "A" not in s or "E" in s),
    ],
)
def test_rules_over_items(rules: str, allowed: Callable[[frozenset[str]], bool]) -> None:
    assert optimum(drafted(parcels(rules))) == best(allowed)


def test_an_item_that_takes_room_away() -> None:
    draft = drafted(parcels("If Parcel C is loaded, it needs ice that reduces the capacity of the bike by 3 kg."))
    assert optimum(draft) == best(lambda s: True, {"C": 3}) < best(lambda s: True)


def test_a_bonus_for_anything_comes_once() -> None:
    rules = "A single bonus of 15 points is added to the total value if at least one parcel is loaded."
    draft = drafted(parcels(rules))
    assert optimum(draft) == best(lambda s: True, bonus=15)
    found = checks.before_solve(draft.formulation, to_instance(built(draft)), parcels(rules))
    assert not [check.summary for check in found if check.status == "failed"]


@pytest.mark.parametrize(
    "rules",
    [
        "The bike has a strict limit for its five distinct parcels.",
        "Each parcel, if loaded, brings its whole value.",
        "Each parcel has a priority score.",
    ],
)
def test_what_only_tells_of_the_items_is_no_rule(rules: str) -> None:
    assert optimum(drafted(parcels(rules))) == best(lambda s: True)


@pytest.mark.parametrize(
    "rules",
    [
        "The bike has a strict limit of five kilos for its front basket.",
        "Each parcel, if loaded, costs a fee of 2.",
        "Exactly one of Parcel A and Parcel B must be loaded unless it rains.",
        "If Parcel C is loaded, the fee falls by 3.",
        "Parcel A and Parcel B bring a discount when loaded together.",
        "A bonus of 15 points is added if at least three parcels are loaded.",
    ],
)
def test_a_rule_that_is_not_known_is_not_passed_over(rules: str) -> None:
    outcome = ask(parcels(rules))
    assert outcome.draft is None
    assert outcome.reasons


def walk(rules: str, *, without: Sequence[str] = (), points: bool = True, off: float = 0.0) -> str:
    listed = "\n".join(f"Hut {name}: ({x}, {y})" for name, (x, y) in POINTS.items())
    pairs = [(a, b) for a, b in itertools.combinations(POINTS, 2) if (a, b) != tuple(without)]
    lengths = "\n".join(f"{a} to {b}: {round(math.dist(POINTS[a], POINTS[b]) + off, 1)} m" for a, b in pairs)
    text = WALK.format(points=listed if points else "", lengths=lengths, rules=rules)
    return text if points else text.replace("five huts:", "five huts.")


def shortest(allowed: Callable[[set[frozenset[str]]], bool], decimals: int | None) -> float:
    found = math.inf
    for order in itertools.permutations(list(POINTS)[1:]):
        stops = ["Ash", *order]
        legs = [frozenset((a, b)) for a, b in zip(stops, [*stops[1:], "Ash"], strict=True)]
        if allowed(set(legs)):
            lengths = [math.dist(*(POINTS[end] for end in leg)) for leg in legs]
            found = min(found, sum(length if decimals is None else round(length, decimals) for length in lengths))
    return found


def test_a_closed_link_and_one_of_two_links_on_the_lengths_between_coordinates() -> None:
    rules = (
        "Due to a landslide, no direct path exists between Hut Ash and Hut Birch. Furthermore, the trip must use "
        "exactly one of two bridges: either the path between Birch and Cedar, or the path between Cedar and Elm."
    )
    one, other, closed = frozenset(("Birch", "Cedar")), frozenset(("Cedar", "Elm")), frozenset(("Ash", "Birch"))
    draft = drafted(walk(rules, without=("Ash", "Birch")))
    assert optimum(draft) == pytest.approx(
        shortest(lambda legs: closed not in legs and (one in legs) != (other in legs), None), abs=1e-6
    )
    assert "straight lines between the coordinates" in draft.formulation.assumptions[0].text
    found = checks.before_solve(draft.formulation, to_instance(built(draft)), walk(rules))
    assert not [check.summary for check in found if check.status == "failed"]


def test_rounded_lengths_without_coordinates_are_taken_as_written_and_their_reach_is_told() -> None:
    draft = drafted(walk("", points=False))
    assert optimum(draft) == pytest.approx(shortest(lambda legs: True, 1))
    assert "may differ by up to 0.25 m" in draft.formulation.assumptions[0].text


def test_lengths_that_the_coordinates_do_not_give_are_those_listed() -> None:
    draft = drafted(walk("", off=5.0))
    assert optimum(draft) == pytest.approx(shortest(lambda legs: True, 1) + 25)
    assert "differ from them" in draft.formulation.assumptions[0].text


def test_a_length_that_is_missing_and_not_closed_is_asked_for() -> None:
    assert "Ash to Birch is not given" in " ".join(ask(walk("", without=("Ash", "Birch"))).reasons)


def test_marks_keep_every_offset() -> None:
    text = "Take exactly one of Items A, B or C; the road between X and Y, or the road between Y and Z is closed."
    records = marked_records(text, ["Item A", "Item B", "Item C"])
    links = marked_links(text, ["X", "Y", "Z"])
    assert len(records.text) == len(links.text) == len(text)
    assert list(records.members.values()) == [("Item A", "Item B", "Item C")]
    assert list(links.members.values()) == [("X ↔ Y", "Y ↔ Z")]
    assert text.index("Items A") in records.members
