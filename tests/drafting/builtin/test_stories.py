"""Longer texts that tell their data in sentences: places, links and amounts, and the sentences beside them."""

from __future__ import annotations

import itertools

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

FLOW = """The vineyard of the abbey is watered from one spring, and the brothers would like to know how much better
they could do. Open channels run from the spring through four basins down to the terraces, each of them in one
direction.

- from the spring: 14 to basin A and 9 to basin B
- out of A: 6 to B, 7 to basin C
- out of B: 11 to basin D
- out of C: 8 to the terraces, 2 to D
- out of D: 10 to the terraces

The figures are cubic metres an hour. Water is not kept in the basins, so what comes in goes out again. Brother
Anselm, who has dug all of the channels himself, thinks little of arithmetic. What is the largest amount of water
per hour that can be brought from the spring to the terraces?
"""
TOUR = """Ottilie reads the water meters of an allotment colony. She leaves the office on her bicycle, calls at the
lodge, the nursery, the orchard and the pump house, each of them once, and comes back to the office, where her tea
is waiting.

From the office it is 7 minutes to the lodge, 12 to the nursery, 9 to the orchard and 15 to the pump house. From the
lodge it takes 4 minutes to the nursery, 11 to the orchard and 8 to the pump house. From the nursery she needs 6
minutes to the orchard and 5 to the pump house. The ride from the orchard to the pump house is 10 minutes.

The paths are level, so the minutes are the same in both directions. The order does not matter to anybody else. How
many minutes does she need for the shortest round?
"""
SHIPPING = """A bakery cooperative has two ovens and three shops, and the members argue about the delivery bill
every spring. The oven in Brunn has 80 crates of bread a day and the oven in Telgte 60. The shops want their bread:
the market shop needs 45 crates, the station shop 50 and the harbour shop 35.

- Brunn to the market shop €3, to the station shop €5, to the harbour shop €4
- Telgte to the market shop €6, to the station shop €2, to the harbour shop €7

Either oven may deliver to any shop, and a shop may be supplied by both. The vans belong to the members and there
are plenty of them. What is the lowest possible delivery bill for a day?
"""
SITES = """The museum of the valley wants to store its harps closer to the halls where they are played, and has been
offered three cellars. Renting a cellar has a flat yearly price, whatever is in it, and its room is limited.

- Oak Cellar: yearly rent $500, room for 60 harps; per harp $4 to Linden Hall, $9 to Maple Hall, $7 to Aspen Hall
- Elm Cellar: yearly rent $400, room for 50 harps; per harp $8 to Linden Hall, $3 to Maple Hall, $6 to Aspen Hall
- Ash Cellar: yearly rent $350, room for 40 harps; per harp $6 to Linden Hall, $7 to Maple Hall, $2 to Aspen Hall

The halls need the following numbers: Linden Hall 25 harps, Maple Hall 30 and Aspen Hall 20. A hall may be supplied
from more than one cellar. The harpists, as ever, have no opinion. What is the least total cost a year, rent and
carriage together?
"""
WAY = """A shepherd wants to bring his flock from the winter barn up to the summer pasture before the heat comes,
and the flock walks at its own pace. The tracks may be walked in both directions.

- winter barn to the mill, 5 hours
- winter barn to the chapel, 3 hours
- chapel to the mill, 1 hour
- mill to the ford, 6 hours
- chapel to the ford, 8 hours
- ford to the summer pasture, 2 hours
- mill to the summer pasture, 9 hours

He has walked them all his life. How many hours does the quickest way from the winter barn to the summer pasture
take?
"""


def _tour_best() -> float:
    listed = {"OL": 7, "ON": 12, "OR": 9, "OP": 15, "LN": 4, "LR": 11, "LP": 8, "NR": 6, "NP": 5, "RP": 10}
    both = {**listed, **{pair[::-1]: value for pair, value in listed.items()}}
    rounds = (("O", *order, "O") for order in itertools.permutations("LNRP"))
    return min(sum(both[a + b] for a, b in itertools.pairwise(trip)) for trip in rounds)


def _shipping_best() -> float:
    sent = itertools.product(range(46), range(51), range(36))  # from Brunn
    costs = [
        3 * a + 5 * b + 4 * c + 6 * (45 - a) + 2 * (50 - b) + 7 * (35 - c)
        for a, b, c in sent
        if a + b + c <= 80 and 130 - a - b - c <= 60
    ]
    return min(costs)


def _sites_best() -> float:
    rents, rooms, needs = (500, 400, 350), (60, 50, 40), (25, 30, 20)
    costs = ((4, 9, 7), (8, 3, 6), (6, 7, 2))
    best = float("inf")
    steps = [range(0, need + 1, 5) for need in needs]  # all numbers are multiples of five
    shares = [
        [(x, y, n - x - y) for x in each for y in each if x + y <= n] for n, each in zip(needs, steps, strict=True)
    ]
    for plan in itertools.product(*shares):
        loads = [sum(hall[site] for hall in plan) for site in range(3)]
        if all(load <= room for load, room in zip(loads, rooms, strict=True)):
            carriage = sum(costs[site][at] * hall[site] for at, hall in enumerate(plan) for site in range(3))
            best = min(best, carriage + sum(rent for rent, load in zip(rents, loads, strict=True) if load))
    return best


@pytest.mark.parametrize(
    ("text", "best"),
    [
        (FLOW, 17),
        (TOUR, _tour_best()),
        (SHIPPING, _shipping_best()),
        (SITES, _sites_best()),
        (WAY, 3 + 1 + 6 + 2),
    ],
    ids=["flow", "tour", "shipping", "sites", "way"],
)
def test_a_story_solves_to_the_optimum(text: str, best: float) -> None:
    assert optimum(drafted(text)) == pytest.approx(best)


@pytest.mark.parametrize(
    ("text", "twist"),
    [
        (FLOW, "At least 3 cubic metres must run from A to B."),
        (FLOW, "Only one of the channels out of the spring may be open."),
        (FLOW, "Basin C must be closed when it freezes."),
        (TOUR, "She can only call at the nursery after the orchard."),
        (TOUR, "She has 30 minutes."),
        (TOUR, "The path from the lodge to the orchard may not be used."),
        (SHIPPING, "Each shop is supplied by a single oven."),
        (SHIPPING, "If the oven in Telgte is lit at all, that costs €40."),
        (SHIPPING, "Deliveries are made in full van loads."),
        (SITES, "At most two of the cellars can be rented."),
        (SITES, "Oak Cellar must be rented."),
        (WAY, "He must pass the chapel twice."),
        (WAY, "If he passes the mill, the ford is closed."),
        (FLOW, "The brothers want to avoid the second one."),
        (TOUR, "The first and the last one listed must never be used together."),
        (SHIPPING, "The members insist that the work is shared fairly."),
        (WAY, "The third one needs a permit that he does not have."),
    ],
)
def test_a_rule_beside_a_story_is_never_dropped(text: str, twist: str) -> None:
    assert ask(f"{text}{twist}\n").status != "complete"


def test_a_story_with_a_missing_number_is_refused() -> None:
    assert ask(SHIPPING.replace(", to the harbour shop €7", "")).status != "complete"
    assert ask(TOUR.replace("The ride from the orchard to the pump house is 10 minutes.", "")).status != "complete"


def test_one_site_for_each_client_is_read() -> None:
    text = SITES.replace(
        "A hall may be supplied from\nmore than one cellar.", "A hall gets all its harps from one and the same cellar."
    )
    assert optimum(drafted(text)) >= optimum(drafted(SITES))


def test_an_aside_with_words_of_duty_is_let_pass() -> None:
    text = """You must plan the meals of a camp and you should do so without burning a hole in the pocket of the club.
The cook, a patient man, has to be consulted as well, and the treasurer may be asked too, but they want you to find the
plan on your own. Here is what a portion holds:
- Lentils: 18 grams of protein, 40 grams of carbohydrates, $2
- Cheese: 25 grams of protein, 1 gram of carbohydrates, $4
- Bread: 9 grams of protein, 49 grams of carbohydrates, $1
A camper needs at least 80 grams of protein and at least 200 grams of carbohydrates. What is the least cost?
"""
    aside, hard = "The kitchen must be cleaned.", "Cheese must not be served with bread."
    assert ask(f"{text}{aside}\n").status == "complete"
    assert ask(f"{text}{hard}\n").status != "complete"
