"""Flow over links of the text or of an uploaded table, and families whose numbers stay in their tables."""

from __future__ import annotations

import ast

import pytest

from copilot.drafting.base import Draft, Table
from tests.drafting.builtin.asking import ask, drafted, optimum

PIPES = """Water flows through pipes, each in one direction, with these capacities:
- Well to Mill: capacity 12
- Well to Farm: capacity 9
- Mill to Farm: capacity 4
- Mill to Town: capacity 8
- Farm to Town: capacity 10

What is the maximum flow from Well to Town?
"""
ROADS = Table(
    "roads.csv",
    {
        "from": ["A", "A", "B", "B", "C"],
        "to": ["B", "C", "C", "D", "D"],
        "cost": [4, 2, 1, 5, 8],
        "capacity": [20, 10, 30, 15, 12],
    },
)
TRAINS = """Twenty wagons have to get from the port of Lund to Ystad. Trains run Lund-Malmo (up to 15 wagons, £2 each),
Lund-Sjobo (up to 12, £5 each), Malmo-Sjobo (up to 8, £1 each), Malmo-Ystad (up to 10, £6 each) and
Sjobo-Ystad (up to 16, £2 each). {rule}What do we pay at the least?
"""
LENGTHS = Table("roads.csv", {name: cells for name, cells in ROADS.columns.items() if name != "capacity"})
PLANTS = Table("plants", {"plant": ["P1", "P2"], "supply": [30, 50]})
SHOPS = Table("shops", {"shop": ["S1", "S2", "S3"], "demand": [20, 35, 15]})
COSTS = Table("costs", {"from": ["P1", "P2"], "S1": [2, 3], "S2": [4, 1], "S3": [5, 6]})
ARCS = Table(
    "arcs.csv",
    {
        "from": ["P1", "P1", "P1", "P2", "P2", "P2"],
        "to": ["S1", "S2", "S3", "S1", "S2", "S3"],
        "cost": [2, 4, 5, 3, 1, 6],
    },
)
SHIP = "Meet every demand without exceeding any supply. Ship at the lowest total cost."
SHIPPED = 20 * 2 + 35 * 1 + 10 * 5 + 5 * 6


def _sources(draft: Draft) -> dict[str, str]:
    return {parameter.name: parameter.source for parameter in draft.formulation.parameters}


@pytest.mark.parametrize(
    ("text", "tables", "best"),
    [
        (PIPES, (), 18),
        ("Find the shortest path from A to D over the roads.", (LENGTHS,), 9),
        ("Carry 25 tons from A to D over the roads. Find the cheapest way.", (ROADS,), 15 * 9 + 10 * 10),
        (SHIP, (PLANTS, SHOPS, COSTS), SHIPPED),
        (SHIP, (PLANTS, SHOPS, ARCS), SHIPPED),
    ],
    ids=["largest", "path", "cheapest", "matrix", "arcs"],
)
def test_the_optimum_is_that_of_the_network(text: str, tables: tuple[Table, ...], best: float) -> None:
    draft = drafted(text, tables=tables)
    assert optimum(draft) == pytest.approx(best)
    numbers = [node.value for node in ast.walk(ast.parse(draft.program)) if isinstance(node, ast.Constant)]
    assert not [value for value in numbers if isinstance(value, int | float) and value not in (0, 1)]


def test_numbers_of_a_table_say_which_column_they_come_from() -> None:
    sources = _sources(drafted(SHIP, tables=(PLANTS, SHOPS, ARCS)))
    assert sources == {"supply": "table:plants.supply", "demand": "table:shops.demand", "cost": "table:arcs.csv.cost"}
    assert _sources(drafted(SHIP, tables=(PLANTS, SHOPS, COSTS)))["cost"] == "table:costs"
    places = drafted(SHIP, tables=(PLANTS, SHOPS, ARCS)).formulation.sets
    assert [item.spans for item in places] == [(), ()]


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        (f"{PIPES}A tenth of what enters Farm is lost.", ()),
        ("Find the shortest path from A to D over the roads. It must pass C.", (LENGTHS,)),
        (
            "Carry 25 tons from A to D over the roads. Find the cheapest way. Each road used costs an extra 10.",
            (ROADS,),
        ),
        (f"{SHIP} P1 must not serve both S1 and S3.", (PLANTS, SHOPS, ARCS)),
    ],
)
def test_a_rule_beside_the_network_is_never_dropped(text: str, tables: tuple[Table, ...]) -> None:
    assert ask(text, tables=tables).status != "complete"


def test_a_closed_link_of_a_table_is_a_rule() -> None:
    ruled = drafted(f"{SHIP} P1 must not serve S1.", tables=(PLANTS, SHOPS, ARCS))
    assert optimum(ruled) > optimum(drafted(SHIP, tables=(PLANTS, SHOPS, ARCS)))


def test_items_and_periods_of_a_table_reach_their_families() -> None:
    items = Table("items", {"item": ["a", "b", "c", "d"], "weight": [7, 4, 3, 5], "value": [40, 25, 21, 22]})
    text = "Choose the items that maximize the total value. The total weight must not exceed 11. Take each item whole."
    assert optimum(drafted(text, tables=(items,))) == pytest.approx(65)
    boxes = Table("boxes", {"box": ["a", "b", "c"], "size": [60, 50, 40]})
    text = "Store all boxes, each in exactly one crate, in as few crates as possible. Each crate holds up to 100."
    assert optimum(drafted(text, tables=(boxes,))) == pytest.approx(2)


def test_a_table_with_words_that_may_be_a_rule_is_no_family() -> None:
    boxes = Table("boxes", {"box": ["a", "b"], "size": [60, 40], "kind": ["fragile", "heavy"]})
    text = "Store all boxes, each in exactly one crate, in as few crates as possible. Each crate holds up to 100."
    assert ask(text, tables=(boxes,)).status == "abstained"


@pytest.mark.parametrize("rule", ["", "Nothing can be left in Malmo or Sjobo. "])
def test_a_flow_leaves_nothing_on_the_way(rule: str) -> None:
    assert optimum(drafted(TRAINS.format(rule=rule))) == pytest.approx(128)


def test_a_flow_that_must_pass_a_place_is_not_read_as_free() -> None:
    assert ask(TRAINS.format(rule="At least 5 wagons must be left in Malmo. ")).status != "complete"
