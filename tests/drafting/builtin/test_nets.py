"""Networks and matchings in tables, lists and sentences have the optimum of brute force; twists are refused."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest

from copilot.runs import checks
from solvers.from_pyomo import to_instance
from tests.drafting.builtin.asking import ask, built, drafted, optimum

NURSES = """Five night shifts have to be staffed with five nurses. The table shows the pay for each shift.
Every nurse works one shift and every shift gets one nurse. Find the cheapest roster.

| Nurse | Mon | Tue | Wed | Thu | Fri |
|---|---|---|---|---|---|
| Anna | 120 | 135 | 110 | 140 | 125 |
| Bella | 115 | 130 | 118 | 122 | 138 |
| Clara | 128 | 119 | 131 | 117 | 120 |
| Doris | 140 | 126 | 122 | 119 | 133 |
| Elsa | 112 | 121 | 127 | 136 | 118 |
"""
PAY = [[120, 135, 110, 140, 125], [115, 130, 118, 122, 138], [128, 119, 131, 117, 120], [140, 126, 122, 119, 133]]
PAY += [[112, 121, 127, 136, 118]]
RELAY = """A coach needs a relay team out of five swimmers. Times in seconds:

            back   breast  fly   free
Alex        37.7   43.4   33.3   29.2
Ben         32.9   33.1   28.5   26.4
Carl        33.8   42.2   38.9   29.6
Dirk        37.0   34.7   30.4   28.5
Emil        35.4   41.8   33.6   31.1

Who swims what to get the lowest total time? One stroke per swimmer at most.
"""
TIMES = [[37.7, 43.4, 33.3, 29.2], [32.9, 33.1, 28.5, 26.4], [33.8, 42.2, 38.9, 29.6], [37.0, 34.7, 30.4, 28.5]]
TIMES += [[35.4, 41.8, 33.6, 31.1]]
GARAGE = """Repair times (h) of three mechanics:
- Igor: brakes 2.5, clutch 6, exhaust 1.5
- Jan: brakes 3, clutch 5, exhaust 2
- Kai: brakes 2, clutch 7, exhaust 1
Who should do what, one job each, so that the total time is smallest?
"""
HOURS = [[2.5, 6, 1.5], [3, 5, 2], [2, 7, 1]]
BEER = """Shipping cost in euros per hectolitre:

| | D1 | D2 | D3 | Capacity |
|---|---|---|---|---|
| Brewery A | 8 | 6 | 10 | 35 |
| Brewery B | 9 | 12 | 13 | 50 |
| Demand | 15 | 20 | 18 | |

How should the beer be shipped to minimise the total transport costs while satisfying all distributors?
"""
FUEL = """Refinery R1 can deliver 80 kilolitres a day, R2 can deliver 60. Airport X needs 45, airport Y needs 50 and
airport Z needs 35. The tariff per kilolitre is: R1-X 3, R1-Y 5, R1-Z 7, R2-X 6, R2-Y 2, R2-Z 4.
What is the minimum daily tariff?
"""
STREETS = """Driving minutes (all streets can be used in both directions):

Airport - Ring: 8
Airport - Harbour: 11
Ring - Station: 6
Harbour - Station: 4
Ring - University: 13
Station - University: 5
Station - Market: 12
University - Market: 3

A courier wants the quickest route from the Airport to the Market.
"""
DATA = """link,capacity
S-A,10
S-B,8
A-B,3
A-C,7
B-D,9
C-T,8
D-T,6
C-D,2

Data goes from S to T; each link works in the listed direction. Compute the maximum throughput.
"""
HUBS = """A company ships 40 units from plant P to customer C. Arc data:

| arc | cost | capacity |
|---|---|---|
| P → H1 | 4 | 25 |
| P → H2 | 3 | 30 |
| H1 → H2 | 1 | 10 |
| H1 → C | 5 | 30 |
| H2 → C | 6 | 25 |

Find the cheapest way to ship everything.
"""
FLIGHTS = """Flight hours between the cities: London-Paris 1.2, London-Rome 2.5, London-Madrid 2.4, London-Berlin 1.9,
Paris-Rome 2.1, Paris-Madrid 2, Paris-Berlin 1.8, Rome-Madrid 2.6, Rome-Berlin 2.2, Madrid-Berlin 3.1.
Starting and ending in London, in which order should she visit the other cities to spend as little time as possible?
"""
AIR = {"LP": 1.2, "LR": 2.5, "LM": 2.4, "BL": 1.9, "PR": 2.1, "MP": 2, "BP": 1.8, "MR": 2.6, "BR": 2.2, "BM": 3.1}
YARDS = """Possible depots: Bonn (rent 900, capacity 120 t), Essen (rent 1100, capacity 150 t), Hagen (rent 700, \
capacity 90 t). Customers: Aachen 60 t, Krefeld 50 t, Siegen 40 t. Transport cost in €/t:

        Aachen  Krefeld  Siegen
Bonn      5       6        4
Essen     8       2        7
Hagen     9       5        3

Find the cheapest set of depots. Not both Bonn and Hagen may be rented.
"""
STATIONS = """We can afford two stations out of the four candidate places. Minutes from each place to each district:

district,L1,L2,L3,L4
North,4,9,12,7
South,11,5,8,13
East,9,12,3,10
West,6,8,14,4

Choose the stations so that the total time of the districts to their closest station is minimal.
"""
MINUTES = [[4, 9, 12, 7], [11, 5, 8, 13], [9, 12, 3, 10], [6, 8, 14, 4]]


def _matched(costs: Sequence[Sequence[float]], barred: Sequence[tuple[int, int]] = ()) -> float:
    """The cheapest way to give each column another row."""
    rows = itertools.permutations(range(len(costs)), len(costs[0]))
    ways = ([(row, column) for column, row in enumerate(order)] for order in rows)
    return min(sum(costs[a][b] for a, b in way) for way in ways if not set(way) & set(barred))


def _round(lengths: Mapping[str, float], start: str, others: str) -> float:
    trips = (f"{start}{''.join(order)}{start}" for order in itertools.permutations(others))
    return min(sum(lengths["".join(sorted(leg))] for leg in itertools.pairwise(trip)) for trip in trips)


def _nearest(minutes: Sequence[Sequence[float]], count: int) -> float:
    chosen = itertools.combinations(range(len(minutes[0])), count)
    return min(sum(min(row[site] for site in sites) for row in minutes) for sites in chosen)


SOLVED = [
    (NURSES, _matched(PAY)),
    (f"{NURSES}\nClara is on holiday on Wednesday and Elsa cannot work on Monday.\n", _matched(PAY, [(4, 0)])),
    (RELAY, _matched(TIMES)),
    (GARAGE, _matched(HOURS)),
    (f"{GARAGE}Jan isn't trained for the clutch.\n", _matched(HOURS, [(1, 1)])),
    (BEER, 15 * 9 + 20 * 6 + 15 * 10 + 3 * 13),
    (FUEL, 45 * 3 + 25 * 5 + 25 * 2 + 35 * 4),
    (STREETS, 8 + 6 + 5 + 3),
    (f"{STREETS}The street from Ring to Station is closed.\n", 11 + 4 + 5 + 3),
    (DATA, 13),
    (HUBS, 20 * 9 + 20 * 9),
    (FLIGHTS, _round(AIR, "L", "PRMB")),
    (YARDS, 1100 + 60 * 8 + 50 * 2 + 40 * 7),
    (STATIONS, _nearest(MINUTES, 2)),
]


@pytest.mark.parametrize(("text", "best"), SOLVED)
def test_the_optimum_is_that_of_the_network(text: str, best: float) -> None:
    draft = drafted(text)
    assert optimum(draft) == pytest.approx(best)
    found = checks.before_solve(draft.formulation, to_instance(built(draft)), text)
    assert {check.name: check.status for check in found if check.status == "fail"} == {}


@pytest.mark.parametrize(
    ("text", "twist"),
    [
        (NURSES, "Anna and Bella should not work on two days in a row."),
        (NURSES, "If Anna works on Monday, Bella works on Friday."),
        (GARAGE, "Igor and Kai prefer different jobs."),
        (BEER, "At least 40 % of the beer must come from Brewery B."),
        (BEER, "Brewery A only ships to D1 when D2 is served."),
        (FUEL, "Each pipeline that is used costs another 20."),
        (STREETS, "The way should pass either Ring or Harbour, never both."),
        (STREETS, "After 10 minutes a break of 5 minutes must be taken."),
        (DATA, "A third of what enters B is lost."),
        (HUBS, "Using the arc P → H2 costs an extra 15."),
        (FLIGHTS, "She has to be in Rome on the first or the second day."),
        (FLIGHTS, "Each stop takes 5 hours."),
        (FLIGHTS, "The shortest flight is closed."),
        (STREETS, "It is not allowed to drive through Ring and Harbour on one day."),
        (YARDS, "Siegen should be served from the same depot as Aachen."),
        (STATIONS, "No district may be farther than 8 minutes from its station."),
    ],
)
def test_a_rule_that_is_not_known_is_never_dropped(text: str, twist: str) -> None:
    assert ask(f"{text}\n{twist}\n").status != "complete"


def test_more_needed_than_there_is_is_asked_about() -> None:
    outcome = ask(FUEL.replace("R2 can deliver 60", "R2 can deliver 40"))
    assert outcome.status == "abstained"
    assert "need 130 in total and only 120" in " ".join(outcome.reasons)


def test_a_list_that_leads_with_a_rule_keeps_the_rule() -> None:
    text = FUEL.replace("The tariff per kilolitre is:", "Only one of these may be used, with the tariff:")
    assert ask(text).status != "complete"


def test_a_name_that_sounds_like_a_limit_is_a_name() -> None:
    text = GARAGE.replace("Kai", "Max")
    assert optimum(drafted(text)) == pytest.approx(_matched(HOURS))


def test_a_word_for_links_in_any_direction_is_read() -> None:
    one_way = "A - B: 4\nC - B: 1\nC - D: 5\n\nWhat is the quickest way from A to D?"
    assert optimum(drafted(f"Minutes (both directions):\n{one_way}")) == pytest.approx(10)
