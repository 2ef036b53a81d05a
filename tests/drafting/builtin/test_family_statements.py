"""A rule that a family has anyway may be said in many ways; one that changes the rule is never passed over."""

from __future__ import annotations

import pytest

from copilot.drafting.builtin.families.route import formulate
from copilot.drafting.formulation import Formulation
from tests.drafting.builtin.asking import drafted, optimum

SHOP = """Three vases go through two workshops.
* Tall: (Kiln, 3) → (Glaze, 2)
* Round: (Glaze, 4) → (Kiln, 1)
* Flat: (Kiln, 2) → (Glaze, 2)
{single} {whole} {goal}
"""
SINGLE = [
    "No workshop can treat two vases at the same time.",
    "A workshop works on only one vase at a time.",
    "A workshop cannot handle more than one vase at once.",
]
WHOLE = ["No step may be interrupted.", "A step runs without a break until it is done.", "A step must not be paused."]
GOAL = [
    "Find the order in which all vases are done as early as possible.",
    "Make the time until all vases are finished as short as possible.",
]


@pytest.mark.parametrize("single", SINGLE)
@pytest.mark.parametrize("whole", WHOLE)
@pytest.mark.parametrize("goal", GOAL)
def test_a_job_shop_may_be_said_in_many_ways(single: str, whole: str, goal: str) -> None:
    assert optimum(drafted(SHOP.format(single=single, whole=whole, goal=goal))) == pytest.approx(8)


@pytest.mark.parametrize(
    "rule",
    [
        "The kiln must rest after each vase.",
        "No step may be interrupted unless the kiln is hot.",
        "No workshop can treat two vases at the same time before noon.",
    ],
)
def test_a_rule_that_says_more_is_not_passed_over(rule: str) -> None:
    text = SHOP.format(single=SINGLE[0], whole=rule, goal=GOAL[0])
    assert not isinstance(formulate(text), Formulation)


PACKING = """Crates travel in equal lorries:
* Glass: 4 t
* Metal: 6 t
* Wood: 3 t
* Wool: 2 t
Each lorry can carry 9 t. Every crate goes into exactly one lorry. {rule} Use as few lorries as possible.
"""


def test_a_limit_may_be_told_again_and_another_one_is_asked_about() -> None:
    told = PACKING.format(rule="No lorry may carry more than its limit.")
    assert optimum(drafted(told)) == pytest.approx(2)
    for rule in ("No lorry may carry more glass than the metal beside it.", "No lorry may exceed the one behind it."):
        assert not isinstance(formulate(PACKING.format(rule=rule)), Formulation)
