"""Diets: how needs, whole portions and the question are said; and zones that must be reached more than once."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

FOODS = """A shepherd packs three foods for a week on the alp. {whole}

- Rusks: 4 grams of protein, 30 grams of carbohydrates, and 150 calories for $1.
- Ham: The most protein of all at 20 grams, plus 2 grams of carbohydrates and 180 calories, for $4.
- Curd: Gives 10 grams of protein, 6 grams of carbohydrates, and 110 calories for $3.

{needs}
{goal}
"""
WHOLE = "Every food comes in portions that cannot be divided."
NEEDS = "The bag must hold at least 60 grams of protein, 100 grams of carbohydrates, and 900 calories."
LISTED = "- 60 grams of protein\n- 100 grams of carbohydrates\n- 900 calories\n"
GOAL = "What is the lowest cost?"

TOWERS = """A forester rents huts. The table tells which valleys can be seen from a hut and what it costs in dollars.

| Hut | V1 | V2 | V3 | Cost |
|---|---|---|---|---|
| Ash | yes | yes | no | 50 |
| Birch | no | yes | yes | 40 |
| Cedar | yes | no | yes | 70 |

Every valley has to be seen from at least one rented hut{more}. What is the minimum cost?
"""


def _foods(whole: str = WHOLE, needs: str = NEEDS, goal: str = GOAL) -> str:
    return FOODS.format(whole=whole, needs=needs, goal=goal)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"whole": "You can only buy entire packages."},
        {"whole": "Only whole portions can be packed."},
        {"needs": NEEDS.replace("at least", "no fewer than")},
        {"needs": f"Per week he needs at least:\n\n{LISTED}"},
        {"goal": "With how little money can he do it?"},
        {
            "goal": "Put together a cheapest bag. "
            + GOAL
            + " Make sure that your answer only contains the optimal value."
        },
    ],
)
def test_a_diet_is_read_however_it_is_said(changed: dict[str, str]) -> None:
    assert optimum(drafted(_foods(**changed))) == pytest.approx(_best())


@pytest.mark.parametrize(
    "changed",
    [
        {"needs": f"He should not eat ham. {NEEDS}"},
        {"whole": "Only whole portions of ham can be packed."},
        {"goal": "Ham and curd must never be put together. " + GOAL},
        {"whole": WHOLE + " Only one portion of ham may be packed with each rusk."},
        {"needs": f"He should not eat ham and needs at least:\n\n{LISTED}"},
    ],
)
def test_a_rule_of_its_own_beside_a_diet_is_refused(changed: dict[str, str]) -> None:
    assert ask(_foods(**changed)).status != "complete"


def _best() -> float:
    plans = ((r, h, c) for r in range(30) for h in range(10) for c in range(10))
    enough = (
        (r, h, c)
        for r, h, c in plans
        if 4 * r + 20 * h + 10 * c >= 60 and 30 * r + 2 * h + 6 * c >= 100 and 150 * r + 180 * h + 110 * c >= 900
    )
    return float(min(r + 4 * h + 3 * c for r, h, c in enough))


@pytest.mark.parametrize(("more", "best"), [("", 90), ("; valley V1 has to be seen from at least two", 120)])
def test_one_that_must_be_seen_twice_binds_itself_alone(more: str, best: float) -> None:
    assert optimum(drafted(TOWERS.format(more=more))) == best


def test_a_number_for_all_the_others_is_not_taken_for_the_one_that_is_named() -> None:
    more = "; valley V1 may be seen once, all others have to be seen from at least two"
    assert ask(TOWERS.format(more=more)).status != "complete"
