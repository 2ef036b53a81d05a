"""A sentence that states a rule or a figure is read, or the text is not answered."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted

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


@pytest.mark.parametrize(
    "rule",
    [
        "Benches must be ordered in dozens.",
        "The number of benches must be odd.",
        "Only whole dozens of stools can be sold.",
        "Stools come in lots of 4.",
        "Stools have to be finished before any benches are started.",
        "Benches must be kept to a minimum.",
        "At the same time, as few benches as possible should be made.",
        "We want a mix that is as balanced as possible.",
        "Stools should be chosen wherever possible.",
        "Every stool must be accompanied by a bench.",
        "Customers who take a bench also take two stools.",
        "Benches are only sold together with stools.",
        "Benches can only be made on weekdays.",
        "Stools must be made in the morning and benches in the afternoon.",
        "Two stools take the place of one bench.",
        "All of the time has to be spent.",
        "Whatever happens, some benches must be made.",
        "Stools and benches exclude each other.",
        "You can have stools or benches, but not the two of them.",
        "Benches are out of the question.",
        "It is best to leave out benches.",
        "The total must be a round number.",
        "The supply of everything is doubled next week.",
        "The shop closes if it makes no benches.",
    ],
)
def test_a_rule_without_a_number_is_not_passed_over(rule: str) -> None:
    assert ask(TEXT.format(rule=rule)).draft is None


@pytest.mark.parametrize(
    "rule",
    [
        "Either no stools at all are made, or at least 25 of them.",
        "Stools may be made only if the number of benches is above 3.",
        "Unless at least 10 stools are made, no benches are made.",
        "If at least 4 stools are made, then at least 3 benches must be made.",
        "At least 5 benches are needed whenever stools are made.",
        "Should any benches be made, at least 10 stools are needed.",
        "Benches will be dropped if fewer than 20 are made.",
        "It takes at least 20 stools before any benches can be made.",
        "One in five must be benches.",
        "A minimum order of 8 applies to benches.",
        "At most half of the stools may be sold abroad.",
        "At least 30% of the stools must be painted.",
        "The number of stools must be within 5 of the number of benches.",
        "Benches must never be more than 8 ahead of stools.",
        "There are penalties of $4 for each missing bench.",
        "Stools have priority over benches.",
        "Neither of the two can be less than 3 or else.",
        "At most 9 benches can be made, and 40% of all pieces must be stools.",
    ],
)
def test_a_number_under_a_condition_is_no_plain_limit(rule: str) -> None:
    assert ask(TEXT.format(rule=rule)).draft is None


@pytest.mark.parametrize(
    "rule",
    [
        "Because of a fair, at least 12 stools are needed, in case of a rush.",
        "Since most guests try one only once, at least 12 stools are needed.",
    ],
)
def test_a_reason_is_no_condition(rule: str) -> None:
    draft = drafted(TEXT.format(rule=rule))
    assert 12 in [limit.limit for limit in draft.formulation.constraints] + [
        variable.lower for variable in draft.formulation.variables
    ]


@pytest.mark.parametrize(
    ("rule", "relation"),
    [
        ("Both have to be at least 4.", ">="),
        ("Each of them must be at least 4.", ">="),
        ("Each kind must be at least 4.", ">="),
        ("Neither may exceed 4.", "<="),
    ],
)
def test_a_limit_on_each_is_no_limit_on_the_sum(rule: str, relation: str) -> None:
    outcome = ask(TEXT.format(rule=rule))
    assert outcome.draft is not None, outcome.reasons
    found = [one for one in outcome.draft.formulation.constraints if one.limit == 4]
    assert [(len(one.terms), one.relation) for one in found] == [(1, relation), (1, relation)]


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("Stools must be at least double benches.", {((1.0, -2.0), ">=", 0.0)}),
        (
            "At most 9 benches can be made, and twice as many stools as benches must be made.",
            {((0.0, 1.0), "<=", 9.0), ((1.0, -2.0), "==", 0.0)},
        ),
        (
            "It was decided that at least 2 but at most 9 benches be made. As many stools as benches must be made.",
            {((0.0, 1.0), ">=", 2.0), ((0.0, 1.0), "<=", 9.0), ((1.0, -1.0), "==", 0.0)},
        ),
    ],
)
def test_a_number_stays_with_what_it_counts(rule: str, rows: set[tuple[tuple[float, float], str, float]]) -> None:
    outcome = ask(TEXT.format(rule=rule))
    assert outcome.draft is not None, outcome.reasons
    found = set()
    for one in outcome.draft.formulation.constraints[1:] + outcome.draft.formulation.constraints[:1]:
        terms = {term.variable: term.coefficient for term in one.terms}
        found.add(((terms.get("stools", 0.0), terms.get("benches", 0.0)), one.relation, one.limit))
    assert rows <= found


def test_limits_at_odds_are_told_and_none_is_lost() -> None:
    text = TEXT.format(rule="At least 9 benches must be made, and three times as many stools as benches must be made.")
    outcome = ask(text)
    assert outcome.draft is not None
    assert len(outcome.draft.formulation.constraints) == 3
    assert any("no plan" in one.text for one in outcome.draft.formulation.assumptions)
