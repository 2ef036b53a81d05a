"""Tables and lists with short prose: choosing among options, covering, packing, cutting, staffing, lots."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.drafting.builtin.asking import ask, drafted, optimum
from tests.drafting.builtin.test_families import DIET, KNAPSACK, PACKING

PROBE = """A balloon lifts at most 11 kg and has 40 W of power.

Device | mass (kg) | power (W) | value
Camera | 2.5 | 6 | 30
Laser | 4 | 13 | 45
Radar | 5.5 | 18 | 60
Drill | 3.5 | 11 | 38
Vane | 1.2 | 2.5 | 11
"""
ASKED = "Pick the devices with the highest total value."
DEVICES = {"C": (2.5, 6, 30), "L": (4, 13, 45), "R": (5.5, 18, 60), "D": (3.5, 11, 38), "V": (1.2, 2.5, 11)}
BEER = """How many of each should the brewery make this month to maximise revenue?

beer,hops (kg),malt (kg),price per keg
lager,1.2,18,95
stout,1.8,25,120
ale,1.5,20,102

Available: 90 kg hops, 1500 kg malt. {rule}
"""
MONEY = """An aunt has 250,000 euros. Yearly returns:

| Option | Return % |
|---|---|
| Gilts | 2.4 |
| Notes | 4.1 |
| Shares | 7.5 |

{rule} Maximise the expected return.
"""
FEED = """Three feeds, data per kg:
- hay: 60 g protein, 4 g calcium, costs 0.20
- oats: 110 g protein, 1 g calcium, costs 0.35
- pellets: 160 g protein, 9 g calcium, costs 0.60
A goat needs at least 180 g protein and 12 g of calcium but at most 2.5 kg of feed a day. Minimise cost per day.
"""


def _best(fits: Callable[[Sequence[str]], bool]) -> float:
    """The highest value of devices within mass and power that a rule lets through."""
    found = 0.0
    for size in range(len(DEVICES) + 1):
        for chosen in itertools.combinations(DEVICES, size):
            mass, power, value = (sum(DEVICES[name][at] for name in chosen) for at in range(3))
            if mass <= 11 and power <= 40 and fits(chosen):
                found = max(found, value)
    return found


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ("", lambda chosen: True),
        ("The drill is useless without the camera.", lambda chosen: "D" not in chosen or "C" in chosen),
        ("The vane must fly.", lambda chosen: "V" in chosen),
        ("At most 2 devices can be taken.", lambda chosen: len(chosen) <= 2),
        ("Radar and laser can't both be taken.", lambda chosen: not {"R", "L"} <= {*chosen}),
        ("Exactly one of the camera and the vane must be taken.", lambda chosen: len({"C", "V"} & {*chosen}) == 1),
        ("Exactly two of camera, laser and vane must be taken.", lambda chosen: len({"C", "L", "V"} & {*chosen}) == 2),
        ("If the radar flies, the drill must fly too.", lambda chosen: "R" not in chosen or "D" in chosen),
    ],
)
def test_options_are_taken_once_under_rules(rule: str, fits: Callable[[Sequence[str]], bool]) -> None:
    assert optimum(drafted(f"{PROBE}\n{rule} {ASKED}")) == pytest.approx(_best(fits))


def _beers(rows: Sequence[tuple[Sequence[float], float, float]]) -> float:
    cost = np.array([-95, -120, -102])
    rules = [LinearConstraint([[1.2, 1.8, 1.5], [18, 25, 20]], -np.inf, [90, 1500])]
    rules += [LinearConstraint([row], low, high) for row, low, high in rows]
    return float(-milp(cost, constraints=rules, integrality=np.ones(3), bounds=Bounds(0, np.inf)).fun)


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("Stout must be at least 10 kegs.", ([0, 1, 0], 10, np.inf)),
        ("Lager cannot be more than twice the ale.", ([1, 0, -2], -np.inf, 0)),
        ("At most 20 kegs of ale can be sold.", ([0, 0, 1], -np.inf, 20)),
        ("At most half of the kegs may be lager.", ([0.5, -0.5, -0.5], -np.inf, 0)),
    ],
)
def test_amounts_are_made_under_rules(rule: str, row: tuple[Sequence[float], float, float]) -> None:
    assert optimum(drafted(BEER.format(rule=rule))) == pytest.approx(_beers([row]))


@pytest.mark.parametrize(
    ("rule", "best"),
    [
        ("No option may get more than 40% of the money.", 100_000 * 0.075 + 100_000 * 0.041 + 50_000 * 0.024),
        ("At least 20% must go into gilts.", 50_000 * 0.024 + 200_000 * 0.075),
        ("At least €100,000 has to be in notes.", 100_000 * 0.041 + 150_000 * 0.075),
    ],
)
def test_money_is_split_under_rules(rule: str, best: float) -> None:
    assert optimum(drafted(MONEY.format(rule=rule))) == pytest.approx(best)


def test_an_average_is_limited() -> None:
    text = MONEY.format(rule="The average risk may not be above 3.5.")
    text = text.replace("Return % |", "Return % | Risk |").replace("|---|---|", "|---|---|---|")
    for told, risk in (("2.4 |", 1), ("4.1 |", 3), ("7.5 |", 6)):
        text = text.replace(told, f"{told} {risk} |")
    assert optimum(drafted(text)) == pytest.approx(125_000 * 0.024 + 125_000 * 0.075)


def test_needs_are_met_by_any_amounts() -> None:
    rows = LinearConstraint([[60, 110, 160], [4, 1, 9], [-1, -1, -1]], [180, 12, -2.5], np.inf)
    best = milp(np.array([0.2, 0.35, 0.6]), constraints=rows, bounds=Bounds(0, np.inf)).fun
    assert optimum(drafted(FEED)) == pytest.approx(best)


@pytest.mark.parametrize(
    ("text", "best"),
    [
        (
            "Vans. Each route serves some villages:\n\nRoute | Villages | Cost\nR1 | Ash, Birch, Cedar | 120\n"
            "R2 | Birch, Dale | 90\nR3 | Cedar, Elm, Fern | 140\nR4 | Dale, Elm | 85\nR5 | Ash, Fern | 95\n\n"
            "All villages must be served. Which routes give the minimum cost?",
            300,
        ),
        (
            "Put these parcels into as few sacks as possible. A sack takes 50 kg. "
            "Lamp and Vase must not share a sack.\n\n"
            "Lamp: 22 kg\nVase: 28 kg\nBooks: 31 kg\nTools: 19 kg\n",
            3,
        ),
        (
            "We cut 12-foot boards. Use as few boards as possible.\n\n"
            "| Length (ft) | Quantity |\n|---|---|\n| 5 | 4 |\n| 7 | 2 |\n",
            3,
        ),
        (
            "Cleaners needed: Monday 12, Tuesday 14, Wednesday 11, Thursday 16, Friday 18, Saturday 20, Sunday 15. "
            "A cleaner works five consecutive days followed by two days off. Find the smallest number of cleaners.",
            22,
        ),
        (
            "| Month | Demand | Setup | Capacity |\n|---|---|---|---|\n"
            "| 1 | 100 | 300 | 250 |\n| 2 | 130 | 300 | 250 |\n"
            "| 3 | 170 | 320 | 250 |\n\n"
            "Holding cost is $1 per unit and month. Opening inventory: 20 units. Minimise total cost.",
            300 + 130 + 320,
        ),
    ],
    ids=["covering", "packing", "cutting", "staffing", "lots"],
)
def test_a_kind_is_solved_to_its_optimum(text: str, best: float) -> None:
    assert optimum(drafted(text)) == pytest.approx(best)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (KNAPSACK, "The tent and the stove cannot be taken together."),
        (KNAPSACK, "At most 2 things fit."),
        (PACKING, "Tax and Law must not share a drawer."),
        (PACKING, "No drawer may hold more than 3 files."),
        (DIET, "Use at most 3 bags of beans."),
        (DIET, "Spend no more than $20."),
    ],
)
def test_a_rule_beside_a_family_is_written_down(text: str, rule: str) -> None:
    more, plain = (drafted(one).formulation.constraints for one in (f"{text} {rule}", text))
    assert len(more) > len(plain)


@pytest.mark.parametrize(
    "rule",
    [
        "If the laser flies, 3 W less are at hand.",
        "The camera takes twice the power when the radar is on.",
        "Devices come in pairs.",
        "The drill is only half as valuable without the laser.",
        "A bonus of 5 is won for each second device.",
    ],
)
def test_a_rule_that_is_not_read_is_never_dropped(rule: str) -> None:
    assert ask(f"{PROBE}\n{rule} {ASKED}").draft is None


def test_a_group_and_all_beyond_it_is_asked_about() -> None:
    text = MONEY.format(rule="").replace("| Option |", "| Option | Grade |").replace("|---|---|", "|---|---|---|")
    for name, grade in (("Gilts", "A"), ("Notes", "B"), ("Shares", "C")):
        text = text.replace(f"| {name} |", f"| {name} | {grade} |")
    assert ask(f"{text} At least half must be rated B or better.").draft is None
