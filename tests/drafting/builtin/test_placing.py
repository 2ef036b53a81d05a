"""Sites that open at a cost, choices that must reach everything, and records that stand in plain sentences."""

from __future__ import annotations

import itertools

import pytest

from copilot.drafting.builtin.families.records import layout_of
from tests.drafting.builtin.asking import ask, drafted, optimum

SITES = """A bakery decides where to open ovens so that every shop is served at the lowest total cost.

Opening costs:
- Harbour: $300
- Market: $200
- Station: $150

Capacity of each place (in loaves):
- Harbour: 90 loaves
- Market: 60 loaves
- Station: 50 loaves

Demand of the shops (in loaves):
- Shop A: 40 loaves
- Shop B: 30 loaves

Delivery cost of a loaf:
- From Harbour to shops: $1 to Shop A, $2 to Shop B
- From Market to shops: $3 to Shop A, $1 to Shop B
- From Station to shops: $2 to Shop A, $4 to Shop B

The demand of each shop must be met.
"""
MASTS = """A valley chooses which masts to build:
- Hill: costs $40 thousand and covers Ost, West, Au
- Tower: costs $30 thousand and covers Au, Bach
- Church: costs $25 thousand and covers Ost, Bach
- Barn: costs $20 thousand and covers West

Every village must be covered by at least one of them. Find the cheapest choice.
"""
FARMS = (
    "Ship hay from farms to stables. Aldhof has 30; Birkhof has 50. Stable A needs 20; Stable B needs 35; Stable C "
    "needs 15. Shipping from Aldhof to Stable A costs 2, from Aldhof to Stable B costs 4, from Aldhof to Stable C "
    "costs 5, from Birkhof to Stable A costs 3, from Birkhof to Stable B costs 1, from Birkhof to Stable C costs 6. "
    "No farm can ship more than it has, and every stable gets what it needs. Find the cheapest shipping plan."
)


def _sites_best() -> float:
    fixed, room = {"H": 300, "M": 200, "S": 150}, {"H": 90, "M": 60, "S": 50}
    unit = {"H": (1, 2), "M": (3, 1), "S": (2, 4)}
    best = float("inf")
    for count in (1, 2, 3):
        for opened in itertools.combinations("HMS", count):
            for shares in itertools.product(range(0, 41, 10), range(0, 31, 10), repeat=count):
                sent = [shares[2 * k : 2 * k + 2] for k in range(count)]
                fits = all(sum(pair) <= room[s] for s, pair in zip(opened, sent, strict=True))
                if fits and [sum(column) for column in zip(*sent, strict=True)] == [40, 30]:
                    costs = (fixed[s] + a * unit[s][0] + b * unit[s][1] for s, (a, b) in zip(opened, sent, strict=True))
                    best = min(best, sum(costs))
    return best


@pytest.mark.parametrize(
    ("text", "best"),
    [(SITES, _sites_best()), (MASTS, 65), (FARMS, 20 * 2 + 35 * 1 + 10 * 5 + 5 * 6)],
    ids=["facility", "covering", "sentences"],
)
def test_the_optimum_is_that_of_brute_force(text: str, best: float) -> None:
    assert optimum(drafted(text)) == pytest.approx(best)


@pytest.mark.parametrize(
    ("text", "twist"),
    [
        (SITES, "At most half of the places may open."),
        (SITES, "Each shop must be served from at least two places."),
        (SITES, "If Harbour opens, Market must stay closed."),
        (MASTS, "The tower and the church must both be built."),
        (MASTS, "Au must be covered twice."),
        (FARMS, "Aldhof must ship at least 10 to Stable C."),
        (FARMS, "Each road that is used costs an extra 20."),
    ],
)
def test_a_rule_beside_the_family_is_never_dropped(text: str, twist: str) -> None:
    assert ask(f"{text} {twist}\n").status != "complete"


def test_a_rule_that_is_read_is_in_the_model() -> None:
    few = drafted(f"{SITES} At most two places may open.\n").formulation
    assert "number_of_open_sites" in {one.name for one in few.constraints}
    single = drafted(f"{SITES} Each shop must be served from exactly one place.\n").formulation
    assert {one.domain for one in single.variables} == {"binary"}


def test_lists_under_headings_are_blocks_of_their_own() -> None:
    blocks = layout_of(SITES).blocks
    assert [len(block.records) for block in blocks] == [3, 3, 2, 3]
    assert [block.intro.split()[0] for block in blocks] == ["Opening", "Capacity", "Demand", "Delivery"]


def test_sentences_of_one_kind_are_records_and_a_name_said_twice_is_none() -> None:
    blocks = layout_of(FARMS).blocks
    assert [block.labels for block in blocks][:2] == [("Aldhof", "Birkhof"), ("Stable A", "Stable B", "Stable C")]
    assert layout_of("Ann has 3; Ann has 4. Bob needs 2; Bob needs 5.").blocks == ()


def test_two_that_exclude_each_other_are_a_rule_of_the_choice() -> None:
    draft = ask(f"{MASTS} The tower and the church cannot both be built.\n").draft
    assert draft is not None
    assert "at_most_one_of_tower_and_church" in [rule.name for rule in draft.formulation.constraints]
