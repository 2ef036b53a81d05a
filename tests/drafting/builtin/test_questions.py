"""What the drafter asks: each kind of doubt with its answers, what they lead to, and when nothing is asked."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from copilot.drafting.base import DraftOutcome, Question
from tests.drafting.builtin.asking import ask, optimum

KITES = (
    "A shop makes kites and drums. A kite takes 2 hours of sewing and 1 hour of painting. A drum takes 3 hours of "
    "sewing and 2 hours of painting. A kite earns $5 and a drum earns $9. At most 150 hours can be worked each week. "
    "How many of each to maximize profit?"
)
HEAT = (
    "A farm packs apples and pears into boxes. A box of apples gives off 2 units of heat and a box of pears gives off "
    "3 units of heat. A box of apples takes 4 minutes of labor and a box of pears takes 6 minutes of labor. A box of "
    "apples brings $8 and a box of pears brings $11. There are 480 minutes of labor available. How many boxes of each "
    "to maximize profit?"
)
MILLING = (
    "A plant makes pumps and valves. A pump takes 2 hours of milling and 3 hours of testing. A valve takes 1 hour of "
    "milling and 4 hours of testing. A pump brings $50 and a valve brings $30. At most 150 hours of milling can be "
    "worked. At most 200 hours of milling can be worked. How many of each to maximize profit?"
)
CLUB = (
    "A club hires clowns and singers. A clown costs $80 and a singer costs $90. A clown pleases 10 guests and a singer "
    "pleases 25 guests. At least 310 guests must be pleased. {rule} How many of each to minimize the total cost?"
)


@dataclass(frozen=True)
class Case:
    """A text, the trigger it is asked about, and each answer's last words with the best value it leads to."""

    text: str
    trigger: str
    answers: dict[str, float]
    usual: str = ""


ASKED = {
    "target": Case(
        KITES,
        "target",
        {
            "limits the hours of sewing.": 450,
            "limits the hours of painting.": 750,
            "limits hours of sewing and hours of painting together.": 270,
        },
    ),
    "direction": Case(
        "A garden centre sells ferns and palms. A fern brings $3 and a palm brings $8. At most 60 palms fit. At most "
        "90 ferns fit. The season: 100 plants. How many plants of each to maximize profit?",
        "direction",
        {"is the most there": 600, "is the least there": 750, "must be met exactly": 600, "limits nothing": 750},
        usual="“100 plants” is the most there may be.",
    ),
    "share": Case(
        "A depot sends vans and trucks. A van carries 10 crates and a truck carries 30 crates. A van costs $40 and a "
        "truck costs $90. At least 600 crates must be sent. At least 30% should be used. How many of each to minimize "
        "the total cost?",
        "share",
        {"is the share of vans in the number of vans and trucks.": 1890, "is the share of trucks in the number": 1800},
    ),
    "goal": Case(
        "A studio paints vases and bowls. A vase takes 3 hours of painting and a bowl takes 2 hours. A vase "
        "needs 2 tubes of paint and a bowl needs 4 tubes. At most 120 hours of painting can be worked. At "
        "most 160 tubes of paint can be used. Maximize the fame.",
        "goal",
        {"“hours of painting”": 120, "“tubes of paint”": 160, "“the number of vases and bowls together”": 50},
    ),
    "goal of income and cost": Case(
        "A studio paints vases and bowls. A vase brings $3 and costs $2. A bowl brings $5 and costs $3. There are 40 "
        "hours of painting. A vase takes 1 hour of painting and a bowl takes 2 hours. What is the best plan?",
        "goal",
        {"Maximize “profit less cost”.": 40},
    ),
    "rule": Case(
        "A school buys tables and benches. A table costs $80 and a bench costs $60. A table seats 6 pupils and a bench "
        "seats 3 pupils. At least 90 pupils must be seated. The board prefers more sitting at tables rather than on "
        "benches. How many of each to minimize the total cost?",
        "rule",
        {"at least as many tables as benches": 1200, "at most as many tables as benches": 1400, "is no rule": 1200},
    ),
    "unused": Case(
        HEAT, "unused", {"“units of heat” is only told by the way.": 960, "“units of heat” instead of “profit”.": 240}
    ),
    "unused money": Case(
        "A forge makes hinges and locks. A hinge sells for $6 and costs $2 to make. A lock sells for $15 and costs $9 "
        "to make. A hinge takes 4 minutes of filing and a lock takes 10 minutes of filing. There are 800 minutes of "
        "filing available. How many of each to maximize the revenue?",
        "unused",
        {"“cost” is only told by the way.": 1200, "“cost” is paid for out of “revenue”.": 800},
    ),
    "unused as a limit": Case(
        "A garden centre sells ferns and palms. A fern needs 2 litres of water and a palm needs 5 litres of water. A "
        "fern brings $3 and a palm brings $8. At most 60 palms fit. At most 90 ferns fit. Water for the ferns and "
        "palms: 400 litres. How many of each to maximize profit?",
        "unused",
        {"“400 litres” is the most there may be.": 630, "“400 litres” is the least there must be.": 750},
    ),
    "twice": Case(
        MILLING,
        "twice",
        {
            "“at most 150 hours of milling” the hours of milling.": 3300,
            "“at most 200 hours of milling” the hours": 2500,
        },
        usual="“at most 150 hours of milling” counts, and “at most 200 hours of milling” does not.",
    ),
}
OFFERED = {
    "goal": Case(
        "A clinic gives small doses and large doses. A small dose contains 2 grams of salt and 3 grams of iron. A "
        "large dose contains 5 grams of salt and 4 grams of iron. At least 40 grams of salt must be given. How many of "
        "each to minimize the discomfort?",
        "goal",
        {"Minimize “grams of iron”.": 32, "the number of small doses and large doses together": 8},
        usual="Minimize “grams of iron”.",
    ),
    "direction": Case(
        "A port uses barges and ships. A barge carries 30 tons and a ship carries 50 tons. A barge costs $520 and a "
        "ship costs $500. The load is 1010 tons. How many of each to minimize the total cost?",
        "direction",
        {"is the least there must be": 10500, "must be met exactly": 10540},
        usual="“1010 tons” is the least there must be.",
    ),
    "share": Case(
        "A ferry line runs small boats and large boats. A small boat carries 20 tons and a large boat carries 50 tons. "
        "A small boat costs $300 and a large boat costs $600. At least 2000 tons must be carried. At least 40% must go "
        "by small boats. How many boats of each kind to minimize the total cost?",
        "share",
        {"of the number of small boat and large boat.": 25500, "is a share of the tons.": 26400},
        usual="“at least 40 %” is a share of the number of small boat and large boat.",
    ),
    "preference": Case(
        CLUB.format(rule="The guests prefer more clowns than singers."),
        "rule",
        {"means at least as many clowns as singers.": 1530, "is no rule.": 1160},
        usual="“The guests prefer more clowns than singers” means at least as many clowns as singers.",
    ),
    "strict": Case(
        CLUB.format(rule="There must be more clowns than singers."),
        "strict",
        {"leaves equal": 1600, "allows equal": 1530},
        usual="“There must be more clowns than singers” leaves equal numbers out.",
    ),
    "whole": Case(
        "A kitchen cooks soup and stew. A batch of soup takes 3 hours of cooking and a batch of stew takes 5 hours of "
        "cooking. A batch of soup brings $40 and a batch of stew brings $70. There are 52 hours of cooking available. "
        "At most 7 batches of stew can be sold. How many batches of each to maximize profit?",
        "whole",
        {"are not possible:": 710, "are possible:": 716.6666667},
        usual="“Parts of batches” are not possible: soup and stew are whole numbers.",
    ),
}


def answered(text: str, question: Question, words: str) -> DraftOutcome:
    """The outcome after the one option that holds these words."""
    (option,) = (option for option in question.options if words in option)
    return ask(f"{text}\n\n{option}")


def value(outcome: DraftOutcome) -> float:
    assert outcome.draft is not None, outcome.reasons or outcome.questions
    return optimum(outcome.draft)


@pytest.mark.parametrize("name", ASKED)
def test_what_cannot_be_read_without_an_answer_is_asked(name: str) -> None:
    case = ASKED[name]
    outcome = ask(case.text)
    assert outcome.status == "question", outcome.reasons
    question = outcome.questions[0]
    assert (question.trigger, question.default) == (case.trigger, case.usual)
    assert 2 <= len(question.options) <= 4
    assert question.why.endswith(".")
    for words, best in case.answers.items():
        assert value(answered(case.text, question, words)) == pytest.approx(best)


@pytest.mark.parametrize("name", OFFERED)
def test_a_doubtful_reading_is_drafted_and_its_question_offered(name: str) -> None:
    case = OFFERED[name]
    outcome = ask(case.text)
    assert outcome.status == "complete", outcome.reasons
    (question,) = outcome.questions
    assert (question.trigger, question.default) == (case.trigger, case.usual)
    assert value(outcome) == pytest.approx(value(ask(f"{case.text}\n\n{question.default}")))
    for words, best in case.answers.items():
        assert value(answered(case.text, question, words)) == pytest.approx(best)


def test_an_answer_stands_in_the_request_and_among_the_assumptions() -> None:
    option = ask(KITES).questions[0].options[0]
    draft = ask(f"{KITES}\n\n{option}").draft
    assert draft is not None
    told = [one.text for one in draft.formulation.assumptions]
    assert f"Settled: {option}" in told
    assert 'Nothing limits "hours of painting".' in told
    (span,) = draft.formulation.constraints[0].spans
    assert KITES[span.start : span.end].startswith("150 hours")


def test_answers_follow_one_another() -> None:
    first = ask(MILLING).questions[0]
    text = f"{MILLING}\n\n{first.options[0]}"
    second = ask(text)
    assert second.status == "question"
    (question,) = second.questions
    assert question.trigger == "unused"
    assert value(answered(text, question, "told by the way")) == pytest.approx(4500)


def test_own_words_are_read_like_the_rest_of_the_text() -> None:
    own = ask(f"{HEAT}\n\nAt most 200 units of heat are allowed.")
    assert value(own) == pytest.approx(8 * 100)


def test_answers_and_own_words_stand_side_by_side() -> None:
    first = ask(MILLING).questions[0].options[0]
    own = ask(f"{MILLING}\n\n{first}\n\nAt most 160 hours of testing can be worked.")
    assert own.draft is not None, own.reasons
    assert [rule.label for rule in own.draft.formulation.constraints] == [
        "hours of milling: at most 150",
        "hours of testing: at most 160",
    ]


def test_the_question_that_moves_the_plan_most_comes_first() -> None:
    text = (
        "A kitchen cooks soup and stew. A batch of soup gives 10 litres and a batch of stew gives 4 litres. A batch of "
        "soup costs $30 and a batch of stew costs $9. At least 101 litres must be cooked. At least 50% should be soup. "
        "How many batches of each to minimize the total cost?"
    )
    triggers = [question.trigger for question in ask(text).questions]
    assert len(triggers) == 2
    assert triggers[0] == "share"


def test_a_doubt_that_moves_nothing_is_not_raised() -> None:
    even = OFFERED["whole"].text.replace("52 hours", "30 hours").replace("$70", "$60")
    outcome = ask(even)
    assert outcome.status == "complete"
    assert outcome.questions == ()


@pytest.mark.parametrize(
    "text",
    [
        "A shop makes kites and drums. A kite takes 2 hours. A drum takes something. At most 150 wishes come true.",
        HEAT.replace("There are 480 minutes of labor available.", "The week is long."),
        KITES.replace("At most 150 hours can be worked each week.", "Either 3 kites or 4 drums, but not both."),
    ],
)
def test_what_a_question_cannot_settle_is_not_asked(text: str) -> None:
    outcome = ask(text)
    assert outcome.status == "abstained"
    assert outcome.reasons


def test_a_sentence_that_answers_no_question_is_no_answer() -> None:
    outcome = ask(f"{KITES}\n\n“At most 150 hours” limits the hours of dreaming.")
    assert outcome.status != "complete"
