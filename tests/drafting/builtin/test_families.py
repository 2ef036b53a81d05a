"""Records of a known family become an indexed model whose optimum is that of brute force; twists are refused."""

from __future__ import annotations

import ast
import itertools

import pytest

from copilot.drafting.builtin.families.records import layout_of
from copilot.drafting.builtin.families.route import formulate
from copilot.runs import checks
from solvers.from_pyomo import to_instance
from tests.drafting.builtin.asking import ask, built, drafted, optimum

KNAPSACK = """A hiker must decide which things to take on a trip:
* Tent: weight 7 kg, value 40
* Stove: weight 4 kg, value 25
* Camera: weight 3 kg, value 21
* Rope: weight 5 kg, value 22
The rucksack holds at most 11 kg. Choose what to pack to maximize the total value.
Each thing is taken whole or not at all.
"""
PACKING = """A clerk stores files in identical drawers. Files:
- Tax: 40 cm
- Law: 70 cm
- Staff: 30 cm
- Plans: 60 cm
- Maps: 25 cm
Each drawer holds up to 100 cm. Store all files using the fewest drawers;
each file must be placed in exactly one drawer.
"""
SHOP = """Three orders pass through two machines.
* Red: (Saw, 3) → (Drill, 2)
* Blue: (Drill, 4) → (Saw, 1)
* Green: (Saw, 2) → (Drill, 2)
Each operation must run without interruption, and each machine can only handle one order at a time.
Minimize the time until all orders are completed.
"""
TOUR = """A nurse must visit four villages. The distances are as follows:
* Aro to Bel: 12 km
* Aro to Cor: 20.5 km
* Aro to Dun: 9 km
* Bel to Cor: 11 km
* Bel to Dun: 16 km
* Cor to Dun: 14 km
Find the shortest round trip that visits each village exactly once and returns to the starting point.
"""
SHIPPING = """A dairy ships milk from 2 farms to 2 towns:
* Farm North: supply = 30 cans
* Farm South: supply = 25 cans
Each town has a daily need:
* Town Ost: demand = 20 cans
* Town West: demand = 28 cans
The roads have the following limits and costs (cost per can):
* From Farm North:
  - to Town Ost: limit = 15, cost = 2
  - to Town West: limit = 30, cost = 5
* From Farm South:
  - to Town Ost: limit = 20, cost = 4
  - to Town West: limit = 20, cost = 3
The dairy wants to minimize the total cost, while meeting the demand of all towns
and respecting the limits of the roads.
"""
STORE = """A shop plans its orders of a tonic over a 3-week season. The initial stock is 20 bottles.
In each week the supplier permits an order of between 0 and 40 bottles, which requires a lead time of 1 week.
* Week 1: demand 25 bottles
* Week 2: demand 10 bottles
* Week 3: demand 30 bottles
Demand that is not met is lost. The stock at any moment must not exceed the storage capacity of 50 bottles.
The total cost has three parts: the ordering cost is 2 per bottle ordered, the storage cost is 1 per bottle held
from one week to the next, and the penalty for unmet demand is 7 per bottle. Minimize the total cost.
"""

DIET = """A stable mixes feed. Each bag holds:
- Oats: 9 grams of protein, 60 grams of starch, for $4
- Beans: 24 grams of protein, 40 grams of starch, at just $7
- Hay: 6 grams of protein, 10 grams of starch, costing $1
The horse needs at least 50 grams of protein and 140 grams of starch. What is the least cost to meet these needs?
"""


def _diet_best() -> float:
    amounts = itertools.product(range(15), repeat=3)
    enough = ((o, b, h) for o, b, h in amounts if 9 * o + 24 * b + 6 * h >= 50 and 60 * o + 40 * b + 10 * h >= 140)
    return min(4 * o + 7 * b + h for o, b, h in enough)


def _knapsack_best() -> float:
    things = [(7, 40), (4, 25), (3, 21), (5, 22)]
    choices = itertools.product([0, 1], repeat=len(things))
    fitting = (c for c in choices if sum(w * x for (w, _), x in zip(things, c, strict=True)) <= 11)
    return max(sum(v * x for (_, v), x in zip(things, c, strict=True)) for c in fitting)


def _tour_best() -> float:
    listed = {"AB": 12.0, "AC": 20.5, "AD": 9.0, "BC": 11.0, "BD": 16.0, "CD": 14.0}
    rounds = (("A", *order, "A") for order in itertools.permutations("BCD"))
    return min(sum(listed["".join(sorted(leg))] for leg in itertools.pairwise(trip)) for trip in rounds)


def _store_best() -> float:
    def cost(first: int, second: int) -> float:
        stock, total = 20.0, 0.0
        for arrives, need in ((0, 25), (first, 10), (second, 30)):
            sold = min(stock + arrives, need)
            stock += arrives - sold
            total += stock + 7 * (need - sold)
        return total + 2 * (first + second)

    return min(cost(first, second) for first in range(41) for second in range(41))


@pytest.mark.parametrize(
    ("text", "best"),
    [
        (KNAPSACK, _knapsack_best()),
        (PACKING, 3),
        (SHOP, 8),
        (TOUR, _tour_best()),
        (SHIPPING, 15 * 2 + 5 * 4 + 20 * 3 + 8 * 5),
        (STORE, _store_best()),
        (DIET, _diet_best()),
    ],
    ids=["knapsack", "packing", "job shop", "tour", "transportation", "inventory", "diet"],
)
def test_a_family_solves_to_the_optimum_and_every_check_passes(text: str, best: float) -> None:
    draft = drafted(text)
    assert optimum(draft) == pytest.approx(best)
    numbers = [node.value for node in ast.walk(ast.parse(draft.program)) if isinstance(node, ast.Constant)]
    assert not [value for value in numbers if isinstance(value, int | float) and value not in (0, 1)]
    found = checks.before_solve(draft.formulation, to_instance(built(draft)), text)
    assert {check.name: check.status for check in found if check.status != "pass"} == {}


@pytest.mark.parametrize(
    ("text", "twist"),
    [
        (KNAPSACK, "If the camera is taken, so is the rope."),
        (SHOP, "Green must be completed before Blue starts."),
        (SHOP, "The saw is in maintenance for the first 2 hours."),
        (TOUR, "Dun must be visited before Cor."),
        (TOUR, "The trip must not take longer than 60 km."),
        (SHIPPING, "Milk of Farm North must not be mixed with milk of Farm South in one town."),
        (SHIPPING, "If a road is used, it costs an extra 10."),
        (STORE, "At least 15 bottles must be left at the end."),
        (DIET, "Hay may only be used together with oats."),
        (STORE, "No two consecutive weeks may have an order."),
    ],
)
def test_a_rule_that_the_family_does_not_know_is_never_dropped(text: str, twist: str) -> None:
    assert not hasattr(formulate(f"{text}{twist}\n"), "objective")
    assert ask(f"{text}{twist}\n").status != "complete"


def test_a_doubt_names_the_family_and_the_sentence() -> None:
    outcome = ask(f"{KNAPSACK}If the camera is taken, so is the rope.\n")
    assert "knapsack" in outcome.reasons[0]
    assert "If the camera is taken, so is the rope" in " ".join(outcome.reasons)


MARKDOWN = """Which of these things should a hiker pack?

| thing | weight (kg) | value |
|---|---|---|
| Tent | 7 | 40 |
| Stove | 4 | 25 |
| Camera | 3 | 21 |
| Rope | 5 | 22 |

Choose the things that maximize the total value. Their total weight must not exceed 11 kg.
"""
SENTENCES = """A museum must select paintings for a van:
1. Lake: value 40, weight 7 kg
2. Mill: value 25, weight 4 kg
3. Sea: value 21, weight 3 kg
4. Moor: value 22, weight 5 kg

The van can carry up to 11 kg. Select the combination with the highest total value.
Every painting is loaded or left behind.
"""


@pytest.mark.parametrize("text", [MARKDOWN, SENTENCES], ids=["markdown", "numbered"])
def test_a_knapsack_said_in_other_ways_has_the_same_optimum(text: str) -> None:
    assert optimum(drafted(text)) == pytest.approx(_knapsack_best())


def test_a_follow_up_to_a_family_never_changes_it_silently() -> None:
    message = "The rucksack holds at most 15 kg."
    outcome = ask(f"{KNAPSACK}\n{message}", previous=drafted(KNAPSACK), start=len(KNAPSACK) + 1)
    assert outcome.status == "abstained"
    assert outcome.reasons


def test_two_records_of_one_name_are_refused() -> None:
    assert ask(KNAPSACK.replace("Rope", "Tent")).status == "abstained"


def test_a_text_without_records_has_no_layout_of_blocks() -> None:
    assert layout_of("A bakery makes 3 kinds of bread.\nEach takes 2 hours.").blocks == ()
    assert formulate("A bakery makes 3 kinds of bread.\nEach takes 2 hours.") is None


def test_a_clause_that_repeats_the_family_may_speak_of_duty_and_the_next_clause_may_not() -> None:
    again = "Every file must be placed in exactly one drawer"
    assert ask(f"{PACKING}{again}.\n").status == "complete"
    assert ask(f"{PACKING}{again}, and the drawer of Law must be the top one.\n").status != "complete"
    assert ask(f"{PACKING}{again}, but no drawer can be left half empty.\n").status != "complete"


def test_a_tour_over_rounded_distances_says_so() -> None:
    said = [assumption.text for assumption in drafted(TOUR).formulation.assumptions]
    assert any("rounded" in text for text in said)


def test_an_extra_that_comes_whatever_is_chosen_is_added_to_the_trip() -> None:
    extra = (
        "Because of checks at the gates, she must add a fixed delay of 10 km to the trip, regardless of the order.\n"
    )
    assert optimum(drafted(TOUR + extra)) == pytest.approx(_tour_best() + 10)


def test_what_is_ordered_and_comes_the_next_week_has_a_lead_of_one() -> None:
    said = STORE.replace(
        "which requires a lead time of 1 week.", "which becomes available for use only in the following week."
    )
    assert optimum(drafted(said)) == pytest.approx(_store_best())


def test_a_choice_among_whole_options_is_no_mix() -> None:
    text = KNAPSACK.replace("Each thing is taken whole or not at all.\n", "").replace(
        "Choose what to pack to maximize the total value.", "Find the subset with the largest total value."
    )
    outcome = ask(text)
    assert outcome.draft is None or optimum(outcome.draft) == pytest.approx(_knapsack_best())


def test_the_first_sentence_may_describe_and_must_not_rule() -> None:
    scene = "A hiker must decide which things to take on a three-day trip:"
    assert ask(KNAPSACK.replace("A hiker must decide which things to take on a trip:", scene)).status == "complete"
    ruled = "A hiker must decide which things to take, and at most two of a kind:"
    ruled = KNAPSACK.replace("A hiker must decide which things to take on a trip:", ruled)
    assert ask(ruled).status != "complete"
