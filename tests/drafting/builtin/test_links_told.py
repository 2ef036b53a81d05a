"""Places and links as planners paste them: fans of a place, names in brackets, and the model's own rules told again."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

TRAMS = """During the evening rush, riders stream from the Old Terminal (Stop 0) to the Lake Terminal (Stop 5). Each
segment can move only so many hundred riders per hour, and trams run in the stated direction only.

- **Stop 0 (Old Terminal):** to Stop 1 (14), to Stop 2 (9)
- **Stop 1:** to Stop 2 (3), to Stop 3 (8)
- **Stop 2:** to Stop 3 (4), to Stop 4 (7)
- **Stop 3:** to Stop 5 (10)
- **Stop 4:** to Stop 3 (2), to Stop 5 (6)

Nobody waits at the stops in between, so whoever arrives at a stop also leaves it. What is the maximum number of
hundreds of riders per hour that can be carried from the Old Terminal to the Lake Terminal?
"""
KIOSKS = """Marek starts at the depot, has to drop a bundle at each of the kiosks K1, K2, K3 and K4 one time only and
then cycles back to the depot. It makes no difference in which direction he rides a street. The riding times:

- depot to K1 is 7 minutes, to K2 12 minutes, to K3 9 minutes and to K4 15 minutes
- K1 to K2 is 6 minutes, to K3 8 minutes and to K4 11 minutes
- K2 to K3 is 5 minutes and to K4 10 minutes
- K3 to K4 is 4 minutes

What is the least time that Marek needs for his round?
"""
RIDES = {"01": 7, "02": 12, "03": 9, "04": 15, "12": 6, "13": 8, "14": 11, "23": 5, "24": 10, "34": 4}
TENTS = """A circus opens the season in one of the cities, moves to each other city exactly once, and finally returns to
the city of departure. The cost of moving is the same in both directions:

- Moving from Avila to Burgos costs 54, to Cuenca 63, and to Denia 88.
- Moving from Burgos to Avila costs 54, to Cuenca 71, and to Denia 93.
- Moving from Cuenca to Avila costs 63, to Burgos 71, and to Denia 47.
- Moving from Denia to Avila costs 88, to Burgos 93, and to Cuenca 47.

What is the minimum total cost of such a season?
"""
STREETS = """A fire engine has to get from the station to the school as quickly as possible. The streets, which can be
driven either way, take the following minutes:

* Station and Mill: 4
* Station and Bridge: 7
* Mill and Bridge: 2
* Mill and Square: 9
* Bridge and Square: 5
* Bridge and School: 11
* Square and School: 3

Which route should it take, and how many minutes does it need at the least?
"""
PACKETS = """Data packets leave router R1 and must reach router R6. The delays of the one-way links, in milliseconds:
From R1: R2 takes 12 and R3 takes 20. From R2: R3 takes 5, R4 takes 18. From R3: R4 takes 9, R5 takes 14.
From R4: R6 takes 11. From R5: R4 takes 3, R6 takes 8. What is the smallest possible total delay?
"""
NIGHT = """A data centre must move 20 terabytes from node S to node T overnight. Each link has a limit and a price:

- S to A: up to 12 terabytes, $4 each
- S to B: up to 10 terabytes, $6 each
- A to B: up to 5 terabytes, $1 each
- A to T: up to 9 terabytes, $7 each
- B to T: up to 14 terabytes, $3 each

Data that reaches an intermediate node has to be passed on. Determine the minimum price for the whole transfer.
"""
PACKS = """Three springs send water to two camps.

- From Spring A (stock of 80): Camp 1 for $6, Camp 2 for $9.
- From Spring B (stock of 65): Camp 2 for $5. The track to Camp 1 is washed out, so nothing can be sent there.
- From Spring C (stock of 55): Camp 1 for $11, Camp 2 for $4.

Requests of the camps:
- Camp 1: 70
- Camp 2: 90

Not every drop has to be sent, but each camp must receive exactly what it asked for. What is the lowest total cost?
"""
CENTRES = """A city plans recycling centres for two districts.

Given Data:
- Number of possible locations: 2
- Number of districts: 2

Opening cost of each location (in dollars):
- Location 1: $5,500
- Location 2: $4,200

Transport cost per tonne (in dollars):
- From Location 1: $3 to District 1, $7 to District 2
- From Location 2: $6 to District 1, $4 to District 2

Waste of each district (in tonnes):
- District 1: 320 tonnes
- District 2: 280 tonnes

Capacity of each location (in tonnes):
- Location 1: 700 tonnes
- Location 2: 650 tonnes

No location can take more tonnes than its capacity. What is the minimum of opening and transport cost taken together?
"""
POSTS = """Two ambulances are to be placed. Every quarter is looked after by exactly one post.

- Post 1 lies at these distances from quarters A to C in minutes: 6, 14, 9.
- Post 2 lies at these distances from quarters A to C in minutes: 12, 5, 16.
- Post 3 lies at these distances from quarters A to C in minutes: 17, 11, 4.

The quarters are A, B and C. At which two posts should they be placed so that the sum of the minutes is smallest?
"""


def _round(legs: Mapping[str, float], places: str) -> float:
    trips = (f"{places[0]}{''.join(order)}{places[0]}" for order in itertools.permutations(places[1:]))
    return min(sum(legs["".join(sorted(leg))] for leg in itertools.pairwise(trip)) for trip in trips)


@pytest.mark.parametrize(
    ("text", "best"),
    [
        (TRAMS, 16),
        (KIOSKS, _round(RIDES, "01234")),
        (TENTS, 54 + 93 + 47 + 63),
        (STREETS, 4 + 2 + 5 + 3),
        (PACKETS, 12 + 5 + 9 + 11),
        (NIGHT, 187),
        (PACKS, 70 * 6 + 55 * 4 + 35 * 5),
        (CENTRES, 4200 + 320 * 6 + 280 * 4),
        (POSTS, 6 + 5 + 9),
    ],
    ids=["brackets", "running", "moving", "couples", "sentences", "amounts", "stock", "dollars", "same words"],
)
def test_the_optimum_is_that_of_brute_force(text: str, best: float) -> None:
    assert optimum(drafted(text)) == pytest.approx(best)


@pytest.mark.parametrize(
    ("text", "twist"),
    [
        (TRAMS, "Half of the riders get off at the stops in between."),
        (TRAMS, "Everything has to be a multiple of 4."),
        (KIOSKS, "K3 must be served before noon."),
        (KIOSKS, "Two kiosks are skipped."),
        (TENTS, "Not every city has to be visited."),
        (STREETS, "It must not pass the Bridge twice."),
        (PACKS, "On Fridays only one of them may be used."),
        (PACKS, "At least three different kinds have to be chosen."),
        (NIGHT, "If node A is used, node B is closed."),
        (CENTRES, "No district may be more than 5 km away."),
    ],
)
def test_a_rule_beside_the_links_is_never_dropped(text: str, twist: str) -> None:
    assert ask(f"{text}\n{twist}\n").status != "complete"


def test_a_sentence_is_no_link_and_a_place_has_one_name() -> None:
    assert optimum(drafted(STREETS.replace("Mill and Bridge", "the Mill and the Bridge"))) == pytest.approx(14)
    assert optimum(drafted(f"{STREETS}The street from Mill to Bridge is closed.")) == pytest.approx(15)
