"""Word problems that were read wrongly once: each sentence against the rule that it states."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, optimum

FERRY = (
    "A club crosses a lake in rafts and canoes. A raft seats 7 guests and costs $40 a trip, while a canoe seats 3 "
    "guests and costs $22 a trip. {rule} At least 2 canoes are used. {rest}How many of each keep the cost lowest?"
)
PLOTS = (
    "A gardener splits beds between tulips ($X$), lilies ($Y$) and asters ($Z$). A bed of tulips costs $30, of lilies "
    "$24 and of asters $45. The beds of tulips and lilies together must be at least 12. {rule} Beds are only rented in "
    "whole beds. What is the lowest total cost?"
)


def test_those_who_are_there_are_to_be_carried() -> None:
    draft = ask(FERRY.format(rule="There are 40 guests.", rest="")).draft
    assert draft is not None
    assert optimum(draft) == pytest.approx(244)  # 5 rafts, 2 canoes: 41 seats


def test_what_is_only_available_is_a_limit_whatever_stood_before() -> None:
    draft = ask(FERRY.format(rule="If at least 40 guests come and only 4 rafts are available.", rest="")).draft
    assert draft is not None
    assert optimum(draft) == pytest.approx(160 + 4 * 22)


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("The beds of asters must be at least equal to the beds of lilies.", 12 * 30),
        ("Twice the beds of asters must be at least as large as the beds of tulips.", 12 * 24),
        ("Twice the beds of asters must be at least as large as the beds of tulips and lilies combined.", None),
    ],
)
def test_a_comparison_keeps_its_direction_and_its_factor(rule: str, value: float | None) -> None:
    draft = ask(PLOTS.format(rule=rule)).draft
    if value is None:
        assert draft is None or optimum(draft) == pytest.approx(12 * 24 + 6 * 45)
    else:
        assert draft is not None
        assert optimum(draft) == pytest.approx(value)


@pytest.mark.parametrize(
    "rule",
    [
        "The beds given to asters minus those given to the check-in desk cannot be less than 6.",
        "The asters cannot exceed the lilies, and the tulips must be at least 40% of all beds planted or fallow.",
    ],
)
def test_a_comparison_is_read_or_the_text_is_not(rule: str) -> None:
    draft = ask(PLOTS.format(rule=rule)).draft
    assert draft is None or any(len(one.terms) == 2 and one.limit == 0 for one in draft.formulation.constraints)


def test_a_number_in_a_name_is_no_amount() -> None:
    text = (
        "A vet mixes feed A and feed B. A bag of feed A costs $9 and has 8 units of omega-6 and 5 units of zinc. A bag "
        "of feed B costs $7 and has 4 units of omega-6 and 6 units of zinc. The herd needs at least 64 units of "
        "omega-6 and at least 60 units of zinc. Bags can be partially used. What is the least cost of the feed?"
    )
    draft = ask(text).draft
    assert draft is not None
    assert len(draft.formulation.constraints) == 2
    assert {one.domain for one in draft.formulation.variables} == {"continuous"}


VASES = (
    "A potter makes tall vases and low vases from 90 units of clay and 60 units of glaze. A tall vase takes 6 units of "
    "clay and 3 units of glaze, and a low vase takes 3 units of clay and 3 units of glaze. {rule} The profit is $30 on "
    "a tall vase and $12 on a low vase. How many of each make the most profit?"
)


def test_so_many_units_of_each_thing_are_so_many_of_it() -> None:
    draft = ask(VASES.format(rule="The potter must make at least 4 units of each tall and low vases.")).draft
    assert draft is not None
    assert optimum(draft) == pytest.approx(13 * 30 + 4 * 12)


def test_a_share_is_no_number_of_things() -> None:
    draft = ask(VASES.format(rule="The potter can at most make 40% of his work as low vases.")).draft
    assert draft is None or all(one.limit != 0.4 for one in draft.formulation.constraints)


@pytest.mark.parametrize(
    ("first", "second"),
    [("an energy drink", "grape juice"), ("a mango smoothie", "a tonic"), ("an oat bar or by eating", "rice cakes")],
)
def test_a_name_is_not_lengthened_by_the_last_word_of_the_next(first: str, second: str) -> None:
    names = [first.split(" ", 1)[1].replace(" or by eating", ""), second.removeprefix("a ")]
    joint = "" if "or by" in first else "or "
    text = (
        f"Lena can take {first} {joint}{second}. One unit of {names[0]} costs $5 and has 1 gram of zinc and 2 grams "
        f"of iron. One unit of {names[1]} costs $3 and has 4 grams of zinc and 1 gram of iron. She needs at least 10 "
        f"grams of zinc and 15 grams of iron. How many of each keep her cost lowest?"
    )
    draft = ask(text).draft
    assert draft is not None
    assert [one.name for one in draft.formulation.variables] == [name.replace(" ", "_") for name in names]


def test_two_guesses_are_one_too_many() -> None:
    text = (
        "A lodge brings guests up with a funicular or a chairlift. A funicular takes 20 riders per minute and a "
        "chairlift takes 5 riders per minute. The chairlifts must be at least ten times the funiculars. {rule} "
        "Find the minimum {aim}."
    )
    both = ask(text.format(rule="At least 500 hikers every minute must be moved.", aim="transport works"))
    one = ask(text.format(rule="At least 500 riders every minute must be moved.", aim="number of lifts"))
    assert one.draft is not None
    assert optimum(one.draft) == pytest.approx(79)  # 7 funiculars and 72 chairlifts
    assert both.draft is None or optimum(both.draft) == pytest.approx(79)


SMELTER = (
    "A smelter makes soft alloy and hard alloy. {said} A kg of soft alloy {takes} 2 kg of tin and 3 kg of lead, and a "
    "kg of hard alloy {takes} 4 kg of tin and 1 kg of lead. The profit is $15 per kg of soft alloy and $18 per kg of "
    "hard alloy. How much of each should be made to maximize profit?"
)


@pytest.mark.parametrize(
    ("said", "takes", "value"),
    [
        ("It produces 40 kg of tin and 30 kg of lead each week.", "requires", 8 * 15 + 6 * 18),
        ("Its mine extracts 40 kg of tin and 30 kg of lead.", "needs", 8 * 15 + 6 * 18),
        ("It produces 40 kg of tin and 30 kg of lead each week.", "leaves", None),
    ],
)
def test_what_a_maker_produces_and_its_goods_require_is_what_there_is(
    said: str, takes: str, value: float | None
) -> None:
    draft = ask(SMELTER.format(said=said, takes=takes)).draft
    assert (draft and optimum(draft)) == (value and pytest.approx(value))


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Mia is on a strict diet and insists on only eating oat bars and rice cakes.", True),
        ("Mia insists she can live on oat bars and rice cakes.", True),
        ("Mia eats oat bars and rice cakes and insists on an even number of each.", False),
        ("Mia eats oat bars and rice cakes and insists on only eating oat bars on Mondays.", False),
    ],
)
def test_who_insists_on_the_things_themselves_adds_no_rule(said: str, read: bool) -> None:
    text = (
        f"{said} An oat bar costs $2 and has 30 units of protein and 10 units of carbs. A rice cake costs $1 and has 5 "
        "units of protein and 20 units of carbs. She needs at least 150 units of protein and 130 units of carbs. How "
        "many of each keep the cost lowest?"
    )
    assert (ask(text).draft is not None) == read
