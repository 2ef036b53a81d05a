"""Sentences beside the data: what tells of the time of day is let pass, what binds the choice is read or refused."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask

DIET = """The canteen of a shipyard plans its cheapest lunch box out of four dishes that the cook can prepare. {aside}

Per portion:

- Lentils: 9 grams of protein, 20 grams of carbohydrates, 116 calories, cost $2.
- Salmon: 22 grams of protein, 1 gram of carbohydrates, 206 calories, cost $7.
- Rice: 3 grams of protein, 28 grams of carbohydrates, 130 calories, cost $1.
- Yoghurt: 10 grams of protein, 7 grams of carbohydrates, 97 calories, cost $3.

A box has to hold at least 40 grams of protein, at least 60 grams of carbohydrates, and at least 700 calories.

Which portions of the dishes cost the least in total? {rule}
"""
LOAD = """A museum packs a van with whole crates, each at most once:

| crate | mass (kg) | appeal |
|---|---|---|
| A | 31 | 141 |
| B | 38 | 88 |
| C | 12 | 188 |
| D | 27 | 155 |

The van takes 70 kg. Which crates give the greatest appeal? {rule}
"""


@pytest.mark.parametrize(
    "aside",
    [
        "",
        "Trade is slow until payday.",
        "The team puts the boxes together before dawn, when the ovens are free.",
        "Everything is eaten fresh, without wasting any of it.",
    ],
)
def test_what_only_tells_of_the_day_is_let_pass(aside: str) -> None:
    assert ask(DIET.format(aside=aside, rule="")).status == "complete"


@pytest.mark.parametrize(
    "rule",
    [
        "At least three different dishes have to be chosen.",
        "The difference between the largest and the smallest must stay below 3.",
        "Management refuses to use the first one.",
        "Portions come in multiples of 5.",
        "The work has to be shared fairly.",
        "Salmon may be served only before noon.",
        "A guest should not eat salmon and needs at least 2 grams of protein per bite.",
        "A dish that is cooked must be cooked together with another one.",
    ],
)
def test_what_binds_the_choice_is_refused(rule: str) -> None:
    assert ask(DIET.format(aside="", rule=rule)).draft is None


@pytest.mark.parametrize("rule", ["No crate can be divided.", "A crate can never be split.", ""])
def test_what_cannot_be_divided_is_whole(rule: str) -> None:
    draft = ask(LOAD.format(rule=rule)).draft
    assert draft is not None
    assert [one.domain for one in draft.formulation.variables] == ["binary"]


def test_a_column_in_percent_does_not_add_up_to_an_amount() -> None:
    text = (
        "A school buys mixed packs of pencils from three shops:\n\n| shop | price | percent red | percent blue |\n"
        "|---|---|---|---|\n| A | 5 | 40 | 60 |\n| B | 4 | 70 | 30 |\n| C | 6 | 50 | 50 |\n\n"
        "At least 300 red and at least 200 blue pencils are needed. How many of each keep the cost lowest?"
    )
    assert ask(text).draft is None
