"""Word problems: what is read carries its phrase, its unit and its name, and what is not read is said."""

from __future__ import annotations

import time

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

WORKSHOP = (
    "A workshop makes desks and chairs. A desk brings $70 and takes 4 hours of carpentry and 2 of finishing; a chair "
    "brings $40 and takes 3 and 1. There are 240 hours of carpentry and 100 of finishing. How many of each?"
)


def test_elided_units_are_put_back() -> None:
    formulation = drafted(WORKSHOP).formulation
    values = {parameter.name: (parameter.value, parameter.unit) for parameter in formulation.parameters}
    assert values == {
        "profit_desks": (70, "$"),
        "profit_chairs": (40, "$"),
        "hours_of_carpentry_desks": (4, "hours"),
        "hours_of_carpentry_chairs": (3, "hours"),
        "hours_of_carpentry_limit": (240, "hours"),
        "hours_of_finishing_desks": (2, "hours"),
        "hours_of_finishing_chairs": (1, "hours"),
        "hours_of_finishing_limit": (100, "hours"),
    }


def test_every_item_points_at_its_phrase() -> None:
    formulation = drafted(WORKSHOP).formulation
    phrases = {
        item.name: [WORKSHOP[span.start : span.end] for span in item.spans]
        for item in (*formulation.parameters, *formulation.variables, *formulation.constraints, formulation.objective)
    }
    assert phrases["desks"] == ["desks"]
    assert phrases["hours_of_finishing_desks"] == ["2 of finishing"]
    assert phrases["hours_of_carpentry"] == ["240 hours of carpentry"]
    assert phrases["profit"] == ["$70"]


def test_labels_are_written_for_people() -> None:
    formulation = drafted(WORKSHOP).formulation
    assert formulation.objective.label == "maximize profit"
    assert [rule.label for rule in formulation.constraints] == [
        "hours of carpentry: at most 240",
        "hours of finishing: at most 100",
    ]
    assert [rule.kind for rule in formulation.constraints] == ["resource", "resource"]
    assert "There are 240 hours of carpentry" in formulation.constraints[0].sentence


def test_a_direction_that_is_not_said_is_an_assumption() -> None:
    texts = [assumption.text for assumption in drafted(WORKSHOP).formulation.assumptions]
    assert any("does not say what to make largest" in text for text in texts)
    assert any("whole numbers" in text for text in texts)


def test_the_program_and_the_formulation_have_one_optimum() -> None:
    assert optimum(drafted(WORKSHOP)) == pytest.approx(3700)


def test_the_same_text_always_gives_the_same_draft() -> None:
    assert drafted(WORKSHOP) == drafted(WORKSHOP)


@pytest.mark.parametrize(
    ("items", "names"),
    [
        ("classes and lambdas", {"classes", "lambdas"}),
        ("imports and exports", {"imports", "exports"}),
        ("sums and models", {"sums", "models"}),
    ],
)
def test_items_named_like_words_of_python_still_give_a_program(items: str, names: set[str]) -> None:
    one, two = (name.removesuffix("s") if not name.endswith("ss") else name for name in items.split(" and "))
    one = "class" if one == "classe" else one
    text = (
        f"We choose between {items}. A {one} earns $3. A {two} earns $4. A {one} takes 2 hours. A {two} takes 3 hours. "
        "There are 60 hours available. How many of each to maximize the total profit?"
    )
    draft = drafted(text)
    assert optimum(draft) == pytest.approx(90)
    assert {variable.label.removeprefix("number of ") for variable in draft.formulation.variables} == names


def test_a_torn_limit_is_asked_about_and_an_answer_settles_it() -> None:
    torn = (
        "A shop makes kites and drums. A kite takes 2 hours of sewing and 1 hour of painting. A drum takes 3 hours of "
        "sewing and 2 hours of painting. A kite earns $5 and a drum earns $9. At most 150 hours can be worked each "
        "week. How many of each to maximize profit?"
    )
    outcome = ask(torn)
    assert outcome.status == "question"
    assert len(outcome.questions) == 1
    assert "150 hours" in outcome.questions[0].text
    answered = ask(f"{torn}\n\n{outcome.questions[0].options[0]}")
    assert answered.status == "complete", answered.reasons
    assert answered.draft is not None
    assert [rule.label for rule in answered.draft.formulation.constraints] == ["hours of sewing: at most 150"]
    assert optimum(answered.draft) == pytest.approx(450)


def test_an_objective_that_is_not_named_is_asked_about() -> None:
    text = (
        "A clinic gives small doses and large doses. A small dose contains 2 grams of salt and costs $3. A large dose "
        "contains 5 grams of salt and costs $7. At least 40 grams of salt must be given. How many of each to "
        "minimize the total discomfort?"
    )
    outcome = ask(text)
    assert outcome.status in ("question", "complete")
    if outcome.draft:
        assert any("discomfort" in item.text for item in outcome.draft.formulation.assumptions)


def test_a_message_of_200_kilobytes_is_refused_at_once() -> None:
    started = time.process_time()
    outcome = ask("A desk takes 4 hours. " * 9_100)
    assert time.process_time() - started < 0.5
    assert outcome.status == "abstained"
    assert "20,000" in outcome.reasons[0]


@pytest.mark.parametrize(
    "piece", ["A desk takes 4 hours and ", "a, b and c or d, ", "twice as many ", "1/2 ", "x <= ", "(", "$", "- "]
)
def test_a_long_odd_text_takes_bounded_time(piece: str) -> None:
    started = time.process_time()
    outcome = ask((piece * 20_000)[:20_000])
    assert time.process_time() - started < 5
    assert outcome.status in ("abstained", "question")


@pytest.mark.parametrize(
    "text", ["\x00\x01", "🙂 🙂 🙂", "a\u2028b", "١٢٣ ٤٥٦", "maximize", "≤ ≥", "%%%", "$", "how many", "é" * 300]
)
def test_odd_characters_are_refused_with_a_sentence(text: str) -> None:
    outcome = ask(text)
    assert outcome.status == "abstained"
    assert outcome.reasons[0].endswith((".", "?", "”"))


def test_drafting_is_quick() -> None:
    ask(WORKSHOP)
    started = time.process_time()
    for _ in range(5):
        ask(WORKSHOP)
    assert (time.process_time() - started) / 5 < 0.25
