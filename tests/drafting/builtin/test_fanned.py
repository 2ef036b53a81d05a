"""Networks told place by place: "leaving A, she pays 4 to B and 9 to C"; what such texts add is a rule or no data."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

_TOUR = """A vet calls at three farms, Ash, Birch and Cedar, and her surgery. She sees every place exactly once
and {back}.
{lines}
What is the least total cost of the round?"""
_BACK = "finally returns to where she began"
_PAYS = """Leaving the surgery, she pays 4 to Ash, 9 to Birch, and 7 to Cedar.
Leaving Ash, she pays 5 to the surgery, 3 to Birch, and 8 to Cedar.
Leaving Birch, she pays 6 to the surgery, 4 to Ash, and 2 to Cedar.
Leaving Cedar, she pays 7 to the surgery, 9 to Ash, and 5 to Birch."""
_MIXED = """- The cost to drive from Surgery to Ash is 4 units, to Birch is 9 units, and to Cedar is 7 units.
- From Ash, it costs 5 units to reach Surgery, 3 units to reach Birch, and 8 units to get to Cedar.
- If the car is in Birch, the cost is 6 units to Surgery, 4 units to Ash, and 2 units to Cedar.
- Lastly, from Cedar, driving to Surgery costs 7 units, to Ash costs 9 units, and to Birch costs 5 units."""
_FARES = """1. The cost of riding from Surgery is 4 to Ash, 9 to Birch, and 7 to Cedar.
2. The cost of riding from Ash is 5 to Surgery, 3 to Birch, and 8 to Cedar.
3. The cost of riding from Birch is 6 to Surgery, 4 to Ash, and 2 to Cedar.
4. The cost of riding from Cedar is 7 to Surgery, 9 to Ash, and 5 to Birch."""
_FLOW = """{head}
- From Point 0 (Quarry): {verb} Point 1 (7 carts), Point 2 (9 carts).
- From Point 1: {verb} Point 2 (2 carts), Point 3 (6 carts).
- From Point 2: {verb} Point 1 (3 carts), Point 3 (5 carts).
- From Point 3 (Harbour): {last}
{more}What is the greatest number of carts that can be brought from Point 0 to Point 3?"""
_SITES = """A dairy has outgrown its single depot and decides which of three depots to open for two shops. {rule}

1. Opening cost of each depot (in dollars):
   - Depot 1: $300
   - Depot 2: $200
   - Depot 3: $450

2. Freight cost per crate (in dollars):
   - Depot 1: $2 to Shop 1, $6 to Shop 2
   - Depot 2: $5 to Shop 1, $3 to Shop 2
   - Depot 3: $1 to Shop 1, $2 to Shop 2

3. Demand of each shop (in crates):
   - Shop 1: 60
   - Shop 2: 80
{capacity}
What is the lowest total cost of opening and freight{ask}?"""
_CAPACITY = """
4. Capacity of each depot (in crates):
   - Depot 1: 100
   - Depot 2: 90
   - Depot 3: 130
"""


def _sites(rule: str, capacity: str = _CAPACITY, ask: str = "") -> str:
    return _SITES.format(rule=rule, capacity=capacity, ask=ask)


def _flow(**other: str) -> str:
    usual = {
        "head": "Carts run over tracks.",
        "verb": "carts can run to",
        "last": "No track leaves the port.",
        "more": "",
    }
    return _FLOW.format(**{**usual, **other})


@pytest.mark.parametrize("lines", [_PAYS, _MIXED, _FARES])
@pytest.mark.parametrize(
    "back",
    [
        _BACK,
        "when the last one is done, returns to the place she began from",
        "flies back to the town where the tour began",
    ],
)
def test_a_round_is_told_place_by_place(lines: str, back: str) -> None:
    assert optimum(drafted(_TOUR.format(lines=lines, back=back))) == pytest.approx(4 + 3 + 2 + 7)


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"verb": "tracks lead to"},
        {"verb": "Can carry ore to"},
        {"last": "nothing leaves here."},
        {"more": "Pairs of points that are not mentioned have no track. "},
        {"more": "If a pair of points is not mentioned above, there is no track in that direction between them. "},
        {"head": "A clerk watches over 4 points, numbered from 0 to 3. A track can carry only a limited number."},
        {"head": "Tracks are used from the place named first to the place named second."},
        {"more": "Go on without overloading a single track. "},
    ],
)
def test_what_leads_from_a_place_may_be_called_anything(other: dict[str, str]) -> None:
    assert optimum(drafted(_flow(**other))) == pytest.approx(11)


@pytest.mark.parametrize(
    "other",
    [
        {"last": "no more than half of it is unloaded."},
        {"more": "No track leaves Point 1 on Mondays. "},
        {"more": "Only one track may be overloaded. "},
    ],
)
def test_a_rule_beside_the_links_is_not_dropped(other: dict[str, str]) -> None:
    assert ask(_flow(**other)).status != "complete"


@pytest.mark.parametrize(
    "rule",
    [
        "Each depot can ship only a limited number of crates.",
        "Any of the three depots can be opened, and a depot that stays closed cannot ship anything.",
        "Opening is a one-off cost. None of the depots can ship more than its capacity.",
        "A closed depot ships nothing. A shop may be served by several depots at the same time.",
        "Nothing can be shipped from a depot that has not been opened.",
    ],
)
def test_what_limits_a_depot_is_told_again(rule: str) -> None:
    assert optimum(drafted(_sites(rule))) == pytest.approx(300 + 200 + 120 + 240)


@pytest.mark.parametrize(
    ("rule", "capacity"),
    [
        ("Each depot can ship only a limited number of crates.", ""),
        (
            "A closed depot ships nothing. Each shop must be served by a single depot or by several that share it.",
            _CAPACITY,
        ),
        ("Depots that stay closed cost $50.", _CAPACITY),
        ("No depot may ship to more than one shop.", _CAPACITY),
    ],
)
def test_a_limit_that_is_not_given_refuses_the_text(rule: str, capacity: str) -> None:
    assert ask(_sites(rule, capacity)).status != "complete"


def test_the_routers_of_a_network_are_no_load() -> None:
    text = """A message crosses a network of four routers, N1 to N4. Shown is the delay of each link (row to column).

| | N1 | N2 | N3 | N4 |
|---|---|---|---|---|
| N1 | - | 3 | 8 | - |
| N2 | - | - | 2 | 9 |
| N3 | 4 | - | - | 3 |
| N4 | - | 1 | - | - |

What is the smallest total delay from N1 to N4?"""
    assert optimum(drafted(text)) == pytest.approx(8)


_STALLS = """Two sheds may be leased, and each village {served}.

Monthly lease:
- Shed North: $90
- Shed South: $100

Orders a shed can handle in a month:
- Shed North: {most} orders
- Shed South: 60 orders

Orders to be expected in a month:
- Elm: 30 orders
- Oak: 40 orders

Delivery cost per order:
- From North: $1 to Elm, $4 to Oak
- From South: $3 to Elm, $2 to Oak

Which sheds should be leased? State the minimum monthly total of leases and deliveries."""


@pytest.mark.parametrize(
    ("served", "most", "best"),
    [
        ("is served by one single shed", 80, 90 + 30 + 160),
        ("can be served by both", 80, 90 + 30 + 160),
        ("is served by one single shed", 40, 90 + 100 + 30 + 80),
    ],
)
def test_what_a_site_can_handle_is_its_capacity(served: str, most: int, best: float) -> None:
    assert optimum(drafted(_STALLS.format(served=served, most=most))) == pytest.approx(best)


@pytest.mark.parametrize(
    "rule",
    [
        "The trade-off is delicate: a depot that is cheap may lie far from the markets.",
        "A dear depot could lower the freight bill. It is decided so that the demand of all the shops is met in full.",
    ],
)
def test_a_remark_on_the_choice_of_sites_is_no_rule(rule: str) -> None:
    assert optimum(drafted(_sites(rule))) == pytest.approx(300 + 200 + 120 + 240)


def test_what_one_crate_costs_is_no_whole_cost() -> None:
    text = _sites(
        "", ask=", counting both the cost of opening depots and the freight, if the demand of all shops is met"
    )
    assert optimum(drafted(text)) == pytest.approx(300 + 200 + 120 + 240)
