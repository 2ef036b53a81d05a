"""A sentence that states a rule or a figure is read, or the text is not answered."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask

TEXT = (
    "A workshop makes stools and benches. A stool takes 2 hours and a bench takes 5 hours, and 90 hours are available. "
    "A stool brings $12 and a bench brings $31. {rule} How many of each should be made to maximize profit?"
)


def test_the_text_alone_is_answered() -> None:
    assert ask(TEXT.format(rule="")).status == "complete"


@pytest.mark.parametrize(
    "rule",
    [
        "Only even numbers of stools are allowed.",
        "Stools and benches must never be sold on the same day.",
        "The owner wants to avoid benches.",
        "The order may not be changed once it is placed.",
        "The joiner insists on a pair of matching ones.",
        "Benches can't be made unless stools are.",
        "Nothing may be made on a holiday.",
        "The chores have to be divided fairly.",
        "Each order comes in multiples of 4.",
        "At least two different sorts must be made.",
        "Leftover wood has to be scrapped at $3 a plank.",
        "The difference between the highest and the lowest number must stay under 6.",
    ],
)
def test_a_rule_that_is_not_read_is_named(rule: str) -> None:
    outcome = ask(TEXT.format(rule=rule))
    assert outcome.draft is None
    assert any(rule.rstrip(".") in reason for reason in outcome.reasons), outcome.reasons


@pytest.mark.parametrize(
    "scene",
    [
        "The owner must decide what to make.",
        "Both must be made in whole numbers, as a stool cannot be split.",
        "Only whole stools and benches can be sold.",
        "The following conditions must also be met:",
        "Business is better than ever.",
    ],
)
def test_a_sentence_that_limits_nothing_changes_nothing(scene: str) -> None:
    assert ask(TEXT.format(rule=scene)).status == "complete"


def test_a_rule_that_is_read_is_no_gap() -> None:
    outcome = ask(TEXT.format(rule="The number of benches cannot be higher than the number of stools."))
    assert outcome.draft is not None
    assert len(outcome.draft.formulation.constraints) == 2


def test_a_figure_that_is_not_used_is_named() -> None:
    text = (
        "A planner chooses X and Y. The sum of X and Y must be at least 20. X must be at most 15. {said} "
        "The cost is $3 per unit of X and $5 per unit of Y. What is the minimum total cost?"
    )
    assert ask(text.format(said="")).status == "complete"
    outcome = ask(text.format(said="On the way 10% is lost."))
    assert outcome.draft is None
    assert any("10" in reason for reason in outcome.reasons), outcome.reasons


def test_a_limit_that_not_even_one_fits_into_is_doubted() -> None:
    text = "A workshop makes stools and benches. A stool takes 30 kg and a bench 50 kg of wood. At most 20 kg of wood. "
    outcome = ask(text + "A stool brings $12 and a bench $31. Maximize the profit.")
    assert outcome.draft is None
    assert any("Not even one" in reason for reason in outcome.reasons), outcome.reasons


@pytest.mark.parametrize(
    ("formula", "optimum_limit"),
    [("$2x + y \\geq 40$", (2.0, 1.0, ">=", 40.0)), ("$x - y \\leq 10$", (1.0, -1.0, "<=", 10.0))],
)
def test_a_formula_in_a_sentence_is_a_rule(formula: str, optimum_limit: tuple[float, float, str, float]) -> None:
    outcome = ask(
        f"A trader buys saffron (x) and vanilla (y). Orders require that {formula}. The sum of x and y must be at "
        "least 12. The cost is $7 per unit of x and $4 per unit of y. What is the minimum total cost?"
    )
    assert outcome.draft is not None
    first, second, relation, limit = optimum_limit
    rules = [
        ({term.variable: term.coefficient for term in rule.terms}, rule.relation, rule.limit)
        for rule in outcome.draft.formulation.constraints
    ]
    assert ({"x": first, "y": second}, relation, limit) in rules


@pytest.mark.parametrize(
    "said", ["refuses to make more than", "is unwilling to make more than", "will not make more than"]
)
def test_who_refuses_more_sets_an_upper_limit(said: str) -> None:
    outcome = ask(TEXT.format(rule=f"The joiner {said} 12 stools."))
    assert outcome.draft is not None
    assert any(rule.relation == "<=" and rule.limit == 12 for rule in outcome.draft.formulation.constraints)
