"""Rules beside a table, a list or a network: what no reader can write refuses the text, and scenery does not."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

ROUND = """A baker leaves her shop at Umea, calls at every kiosk once and comes back to Umea. Distances in km:

| | Umea | Vara | Ystad | Lund |
|---|---|---|---|---|
| Umea | 0 | 13 | 24 | 16 |
| Vara | 13 | 0 | 8 | 15 |
| Ystad | 24 | 8 | 0 | 12 |
| Lund | 16 | 15 | 12 | 0 |

Which round trip is the shortest? {rule}"""
DRAINS = """Drain capacities in litres per second:

| from | to | capacity |
|---|---|---|
| S | A | 11 |
| S | B | 7 |
| A | B | 3 |
| B | S | 2 |
| A | T | 6 |
| B | T | 9 |

What is the maximum flow from S to T? {rule}"""
FEED = """A stable plans the cheapest feed from three kinds.

| feed | protein (g) | fat (g) | cost per bag |
|---|---|---|---|
| Oats | 31 | 18 | 6 |
| Maize | 9 | 5 | 2 |
| Barley | 24 | 9 | 5 |

The horses need at least 190 g of protein and at least 80 g of fat. How many bags of each should be bought to minimize
the cost? {rule}"""
FUNDS = """| scheme | cost | return |
|---|---|---|
| Dam | 42 | 71 |
| Quay | 53 | 86 |
| Mole | 31 | 44 |
| Lock | 26 | 52 |

The budget is 100. Which schemes should be chosen for the largest total return? {rule}"""
SITES = """A firm may open stores at three sites. Opening costs and capacities:

| site | opening cost | capacity |
|---|---|---|
| Vik | 410 | 60 |
| Moss | 310 | 50 |
| Hamar | 340 | 70 |

Customers: K1 needs 20, K2 needs 30, K3 needs 25. Delivery cost per unit:

| | K1 | K2 | K3 |
|---|---|---|---|
| Vik | 3 | 5 | 8 |
| Moss | 6 | 2 | 4 |
| Hamar | 7 | 6 | 3 |

Minimize the total cost of opening and delivering. {rule}"""


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (ROUND, "The trip ends at Vara."),
        (ROUND, "Vara may be left out."),
        (ROUND, "Nothing goes from Ystad to Vara."),
        (ROUND, "Ystad follows Vara directly."),
        (DRAINS, "A is fed by B alone."),
        (DRAINS, "A loses 2 on the way."),
        (DRAINS, "No more than 5 units pass through S."),
        (FEED, "The first five cost nothing."),
        (FEED, "Every third bag is free."),
        (FEED, "Whoever takes Oats also takes Maize."),
        (FEED, "Each bag that is missing costs 3."),
        (FUNDS, "Beyond two schemes the price falls by a fifth."),
        (FUNDS, "The road from Dam to Mole is closed in one direction."),
        (FUNDS, "The whole must fit into one hour."),
        (SITES, "The first three units are free."),
        (SITES, "They weigh at most 900 g."),
        (SITES, "A tenth of it is lost on the way."),
    ],
)
def test_a_rule_that_is_not_written_refuses_the_text(text: str, rule: str) -> None:
    assert ask(text.format(rule="")).status == "complete"
    assert ask(text.format(rule=rule)).status != "complete"


@pytest.mark.parametrize(
    ("text", "aside", "best"),
    [
        (ROUND, "The trip ends at Umea.", 13 + 8 + 12 + 16),
        (DRAINS, "No more than 5 units pass through A.", 12),
        (FUNDS, "The mayor likes a busy harbour.", 71 + 44 + 52),
        (SITES, "At most two of them are opened.", 310 + 340 + 120 + 60 + 75),
    ],
)
def test_what_is_read_or_scenery_is_answered(text: str, aside: str, best: float) -> None:
    assert optimum(drafted(text.format(rule=aside))) == pytest.approx(best)
