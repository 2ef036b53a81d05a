"""What a text says outright of whole things and of parts stands above what a reader takes for usual."""

from __future__ import annotations

import pytest

from copilot.drafting.builtin.wholeness import contrary_to
from tests.drafting.builtin.asking import ask, drafted, optimum

FOOD = """A shelter stocks up on dry food. It can get

- Oat flakes: costs $5, has 370 calories and 13 grams of protein
- Lentils: costs $4, has 340 calories and 25 grams of protein
- Walnuts: costs $9, has 650 calories and 15 grams of protein

All of it together must supply at least 5,000 calories and at least 260 grams of protein. {said} What is the least cost?
"""


def _least(*, step: int) -> float:
    """The least cost over all counts in steps of a part, by trying them out."""
    tried = [
        (a / step, b / step, c / step) for a in range(16 * step) for b in range(16 * step) for c in range(9 * step)
    ]
    return min(
        5 * a + 4 * b + 9 * c
        for a, b, c in tried
        if 370 * a + 340 * b + 650 * c >= 5000 - 1e-9 and 13 * a + 25 * b + 15 * c >= 260 - 1e-9
    )


@pytest.mark.parametrize(
    "said",
    [
        "The bags are sold whole.",
        "Everything is bought as whole bags.",
        "The merchant takes orders for full sacks only.",
        "No fractional bags can be bought.",
        "The merchant does not sell partial bags.",
        "The merchant won't deliver half a bag.",
        "The numbers of bags must be integers.",
    ],
)
def test_what_is_said_to_be_whole_is_counted(said: str) -> None:
    draft = drafted(FOOD.format(said=said))
    assert {variable.domain for variable in draft.formulation.variables} == {"integer"}
    assert optimum(draft) == pytest.approx(_least(step=1))


@pytest.mark.parametrize(
    "said",
    [
        "It can be bought in any quantity, including fractions of a bag.",
        "Fractional bags are allowed.",
        "The amounts need not be whole numbers.",
    ],
)
def test_what_is_said_to_come_in_parts_is_not(said: str) -> None:
    draft = drafted(FOOD.format(said=said))
    assert {variable.domain for variable in draft.formulation.variables} == {"continuous"}
    assert optimum(draft) < _least(step=1)


def test_a_draft_that_says_the_contrary_is_doubted() -> None:
    counted = drafted(FOOD.format(said="The bags are sold whole.")).formulation
    free = drafted(FOOD.format(said="Fractional bags are allowed.")).formulation
    assert "any part" in contrary_to(free, "Bags are sold whole.")
    assert "whole numbers" in contrary_to(counted, "It comes in any quantity.")
    assert not contrary_to(free, "The order is delivered in full.")
    assert not contrary_to(counted, "Bags are sold whole.")
    assert not contrary_to(counted, "Bags are sold whole, and flour in any quantity.")


def test_a_doubt_names_what_the_text_says() -> None:
    outcome = ask(
        "A brewery makes lager and stout. A hectolitre of lager earns $40 and one of stout earns $55. Lager takes 2 kg "
        "of malt per hectolitre and stout takes 3 kg. There are 100 kg of malt. At least 7 hectolitres of stout are "
        "needed. Hectolitres are sold whole. How many hectolitres of each maximize the profit?"
    )
    if outcome.draft:
        assert {variable.domain for variable in outcome.draft.formulation.variables} == {"integer"}
    else:
        assert any("Hectolitres" in reason or "sold whole" in reason for reason in outcome.reasons)


def _lightest(most: float) -> float:
    """The least cost in whole bags of 400, 500 and 250 grams within a weight, by trying them out."""
    tried = [(a, b, c) for a in range(16) for b in range(16) for c in range(9)]
    return min(
        5 * a + 4 * b + 9 * c
        for a, b, c in tried
        if 370 * a + 340 * b + 650 * c >= 5000
        and 13 * a + 25 * b + 15 * c >= 260
        and 400 * a + 500 * b + 250 * c <= most
    )


@pytest.mark.parametrize(
    "said", ["All of it may weigh at most 900 g.", "The parcel must not weigh more than 9 kg in total."]
)
def test_a_measure_that_no_column_gives_limits_no_other_column(said: str) -> None:
    assert ask(FOOD.format(said=said)).status == "abstained"


def test_a_measure_that_a_column_gives_is_read() -> None:
    weighed = FOOD.replace("costs $5,", "costs $5, weighs 400 grams,").replace(
        "costs $4,", "costs $4, weighs 500 grams,"
    )
    weighed = weighed.replace("costs $9,", "costs $9, weighs 250 grams,")
    draft = drafted(weighed.format(said="The parcel may weigh at most 5,000 grams. The bags are sold whole."))
    assert optimum(draft) == pytest.approx(_lightest(5000))
