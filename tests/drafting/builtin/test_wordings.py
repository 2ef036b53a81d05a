"""Everyday wordings: short forms, parts of a unit, wishes as far as possible, rules per piece, and what is open."""

from __future__ import annotations

import pytest

from copilot.drafting.builtin.aims import aims_of
from copilot.drafting.builtin.candidates import Item
from copilot.drafting.builtin.mentions import Mentions
from copilot.drafting.builtin.tokens import sentences_of
from tests.drafting.builtin.asking import ask, drafted, optimum

SHOP = (
    "A shop makes crates and pallets. A crate takes 2 planks and earns $5, a pallet takes 3 planks and earns $8. "
    "There are 60 planks. {rule} How many of each should it make to maximize profit?"
)


def numbers(text: str) -> list[tuple[float, str]]:
    return [
        (token.value, sentence[spot + 1].low)
        for sentence in sentences_of(text)
        for spot, token in enumerate(sentence[:-1])
        if token.kind == "number"
    ]


def words(text: str) -> list[str]:
    return [token.low for sentence in sentences_of(text) for token in sentence]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("They can't stay", ["they", "can", "not", "stay"]),
        ("What's left", ["what", "is", "left"]),
        ("He's got ten", ["he", "has", "got"]),
        ("We’ve none", ["we", "have", "none"]),
        ("The farmer's barn", ["the", "farmer's", "barn"]),
    ],
)
def test_short_forms_are_opened_and_possessives_are_not(text: str, said: list[str]) -> None:
    assert words(text)[: len(said)] == said


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("it takes half an hour here", [(0.5, "hour")]),
        ("it takes a quarter of an hour here", [(0.25, "hour")]),
        ("it takes an hour and a half here", [(1.5, "hour")]),
        ("it takes two and a half hours here", [(2.5, "hours")]),
        ("it takes two dozen eggs here", [(24, "eggs")]),
        (
            "a bench takes three boards and one hinge, a stool takes two hinges here",
            [(3, "boards"), (1, "hinge"), (2, "hinges")],
        ),
    ],
)
def test_parts_of_a_unit_are_numbers(text: str, read: list[tuple[float, str]]) -> None:
    assert numbers(text) == read


def test_a_number_behind_a_verb_is_no_label() -> None:
    assert numbers("Each coach seats 50 and costs $9. Each van seats 16 and costs $4.")[0] == (50, "and")


@pytest.mark.parametrize(
    ("text", "sense", "said"),
    [
        ("She wants to carry as many guests as possible", "maximize", ["guests"]),
        ("It should spend as little as it can", "minimize", ["spend"]),
        ("He wants to keep the sugar as low as possible", "minimize", ["the", "sugar"]),
        ("How should she feed them as cheaply as possible", "minimize", ["cost"]),
        ("What should they make to earn the most", "maximize", ["earn"]),
        ("What's the greatest number of panels that can be made", "maximize", ["number", "of", "panels"]),
        ("How many guests could be seated, at most", "maximize", ["guests"]),
        ("Find the plan so that profit is highest", "maximize", ["profit"]),
    ],
)
def test_an_aim_is_found_however_it_is_said(text: str, sense: str, said: list[str]) -> None:
    mentions = Mentions((Item("coach", ("coach",), 0, 0), Item("van", ("van",), 0, 0)))
    (aim,) = aims_of([mentions.parts(sentence) for sentence in sentences_of(text)])
    assert aim.sense == sense
    assert [part.low for part in aim.words] == said


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("", 160),
        ("At least two crates must be made for each pallet.", 154),
        ("For every pallet there must be at least 2 crates.", 154),
        ("The customer insists on at least as many crates as pallets.", 156),
        ("No fewer crates than pallets may be made.", 156),
    ],
)
def test_rules_per_piece_and_without_must_are_kept(rule: str, value: float) -> None:
    assert optimum(drafted(SHOP.format(rule=rule))) == pytest.approx(value)


def test_a_share_of_the_hours_weighs_the_hours() -> None:
    draft = drafted(
        "A depot hires drivers and loaders. A driver works 30 hours a week and costs $700, a loader works 20 hours a "
        "week and costs $300. At least 240 hours must be worked. The loaders may do at most 50% of all hours worked. "
        "Minimize the cost."
    )
    assert optimum(draft) == pytest.approx(4 * 700 + 6 * 300)


def test_amounts_of_one_kind_may_be_said_in_two_units() -> None:
    draft = drafted(
        "A mill grinds rye and oats. A sack of rye takes 30 minutes and a sack of oats takes 1 hour. The mill runs for "
        "20 hours. A sack of rye earns $4 and a sack of oats $9. Maximize the earnings."
    )
    assert optimum(draft) == pytest.approx(180)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SHOP.format(rule="The time that a pallet takes is not known yet."), "leaves a number open"),
        (SHOP.format(rule="There is a discount on planks for a large order."), "no plain sum"),
        (SHOP.format(rule="Crates should outnumber what pallets there are."), "sounds like a rule"),
        (
            "A farm keeps hens and ducks. A hen eats 2 pounds of grain a week and a duck eats 3 pounds a week. There "
            "are 40 pounds of grain a day. A hen earns $5 and a duck $7. Maximize the profit.",
            "for one period",
        ),
        (
            "A club hires canoes and row boats. A canoe seats 2 people and earns $9, a row boat seats 4 people and "
            "earns $15. The pond has space for 20 boats. At most 60 people may come. Maximize the earnings.",
            "all things to choose",
        ),
    ],
)
def test_what_cannot_be_read_for_sure_is_said(text: str, said: str) -> None:
    outcome = ask(text)
    assert outcome.draft is None
    assert said in " ".join(outcome.reasons)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("At least 25 crates and at least 10 pallets must be made.", "no plan can meet all"),
        ("He must make more than 5 pallets.", "5 itself is allowed"),
    ],
)
def test_a_conflict_and_a_strict_limit_are_remarked(rule: str, said: str) -> None:
    formulation = drafted(SHOP.format(rule=rule)).formulation
    assert said in " ".join(assumption.text for assumption in formulation.assumptions)
