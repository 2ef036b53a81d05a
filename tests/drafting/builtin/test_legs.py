"""Links told in sentences: round trips, flows and the names of their places; twists beside them are never dropped."""

from __future__ import annotations

import itertools

import pytest

from copilot.drafting.builtin.families.records import layout_of
from tests.drafting.builtin.asking import ask, drafted, optimum

COURIER = """A courier has to call at four towns, Town 1 to Town 4. She may start in any of the towns, must visit each
town exactly once and then return to the town where she began. The fares are as follows:
- The fare from Town 1 to Town 2 is 14 coins, to Town 3 is 30 coins, and to Town 4 is 21 coins.
- From Town 2, it takes 14 coins to get to Town 1, 17 coins to reach Town 3, and a steep 40 coins to Town 4.
- If she leaves from Town 3, going to Town 1 costs 30 coins, moving to Town 2 costs 17, and it is 12 coins to Town 4.
- Lastly, from Town 4, the fares are 21 coins to Town 1, 40 coins to Town 2, and 12 coins to Town 3.

What is the lowest total fare of the round trip?
"""
FARES = {(1, 2): 14, (1, 3): 30, (1, 4): 21, (2, 3): 17, (2, 4): 40, (3, 4): 12}
LANES = """A band plans its loop. Its van visits Hall P, Hall Q, Hall R and Hall S once each and
comes back.

From Hall P (1), the drive to Hall Q (2) takes 50 minutes, to R (3) takes 35 minutes, and to S (4) takes 20 minutes.

From Hall Q (2), it takes 50 minutes to Hall P (1), 45 minutes to R (3) and 25 minutes to S (4).
"""
MAINS = """Gas flows through mains with a limited capacity between four stations. Here is what each main can carry:
- From Station 0 (Well): gas can be sent to Station 1 (9 tons), Station 2 (7 tons), and Station 3 (0 tons).
- From Station 1: gas can go on to Station 2 (3 tons) and Station 3 (6 tons).
- From Station 2: gas can be passed to Station 3 (8 tons) and Station 1 (2 tons).

A capacity of "0" means that there is no direct main between those two stations. What is the largest amount of gas that
can be sent from Station 0, the well, to Station 3, the town, without exceeding the capacity of any main?
"""
EDGES = (
    "A network has four nodes joined by directed edges. Node A, which is the starting point, is joined to two other "
    "nodes: there is an edge from node A to node B with a capacity of 6. There is an edge from node A to node C with a "
    "capacity of 4. An edge leads from node B to node C with a capacity of 3. An edge leads from node B to node D with "
    "a capacity of 2. An edge leads from node C to node D with a capacity of 9. Node D is the terminal. Find the "
    "maximum flow of the network."
)


WARDS = """Four clinics share vaccine. Here is what each clinic has and what it needs:
- Clinic 1 has 40 units of vaccine but needs only 10 units.
- Clinic 2 has 5 units but needs 20 units.
- Clinic 3 has 12 units but needs 12 units.
- Clinic 4 currently has 3 units but needs 13 units.

Moving a unit costs money:
- Moving from/to Clinic 1: To Clinic 2 costs 4, to Clinic 3 costs 2, to Clinic 4 costs 9.
- Moving from/to Clinic 2: To Clinic 1 costs 5, to Clinic 3 costs 3, to Clinic 4 costs 3.
- Moving from/to Clinic 3: To Clinic 1 costs 6, to Clinic 2 costs 3, and to Clinic 4 costs 4.
- Moving from/to Clinic 4: To Clinic 1 costs 2, to Clinic 2 costs 2, to Clinic 3 costs 2.

Each clinic has to get what it needs, but at the lowest possible total cost. What is that cost?
"""
WARDS_BEST = 15 * 4 + 10 * (2 + 4)


def _round_trip() -> int:
    lengths = FARES | {(b, a): value for (a, b), value in FARES.items()}
    orders = itertools.permutations((2, 3, 4))
    return min(sum(lengths[pair] for pair in itertools.pairwise((1, *order, 1))) for order in orders)


CLOSED = f"{COURIER} The road from Town 1 to Town 4 is closed and cannot be used."


@pytest.mark.parametrize(
    ("text", "best"),
    [(COURIER, _round_trip()), (CLOSED, 14 + 40 + 12 + 30), (MAINS, 14), (EDGES, 9), (WARDS, WARDS_BEST)],
    ids=["tour", "closed", "mains", "edges", "wards"],
)
def test_links_of_sentences_solve_to_the_optimum(text: str, best: float) -> None:
    assert optimum(drafted(text)) == pytest.approx(best)


@pytest.mark.parametrize(
    ("text", "twist"),
    [
        (COURIER, "Town 3 must be visited before Town 2."),
        (COURIER, "Twice she has to come home in between."),
        (COURIER, "She does not have to come back."),
        (MAINS, "At most two mains may be used."),
        (MAINS, "Station 1 may pass on only 4 tons."),
        (EDGES, "Node B must not pass on more than it can store."),
    ],
)
def test_a_twist_beside_links_is_never_dropped(text: str, twist: str) -> None:
    assert ask(f"{text} {twist}").status != "complete"


def test_a_number_behind_a_name_is_a_label_where_other_numbers_stand_beside_it() -> None:
    block = layout_of(LANES).blocks[0]
    legs = [leg for record in block.records for leg in record.legs]
    assert [(leg.tail, leg.head, leg.cells[0].value) for leg in legs][:3] == [
        ("Hall P", "Hall Q", 50),
        ("Hall P", "R", 35),
        ("Hall P", "S", 20),
    ]


def test_a_sentence_with_a_rule_is_no_list_of_links() -> None:
    assert layout_of("From A to B it costs 5. From A to C it costs 7, unless B is closed. From B to C: 4.").blocks == ()
