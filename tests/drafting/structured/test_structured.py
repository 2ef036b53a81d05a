"""Whatever plan is drawn, its structured text is read back as that plan: never as another, and nearly always at all."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from copilot.drafting.builtin import pasted
from tests.drafting.builtin.asking import ask, optimum
from tests.drafting.structured import algebra, english, grids
from tests.drafting.structured.plan import Plan, is_same, plan_of

TRIES = 30
RIGHT_AT_LEAST = 0.98


def verdict(text: str, plan: Plan) -> str:
    """right, wrong or abstained."""
    draft = ask(text).draft
    if draft is None:
        return "abstained"
    return "right" if is_same(plan, plan_of(draft.formulation)) else "wrong"


@pytest.mark.parametrize("writer", [algebra.written, algebra.latex], ids=["lines", "latex"])
def test_algebra_is_read_as_the_plan_it_was_written_from(writer: Callable[[Plan, random.Random], str]) -> None:
    counts: Counter[str] = Counter()
    for number in range(3 * TRIES):
        rng = random.Random(f"{writer.__name__}-{number}")
        plan = algebra.drawn(rng)
        text = writer(plan, rng)
        counts[verdict(text, plan)] += 1
        assert not counts["wrong"], text
    assert counts["right"] >= RIGHT_AT_LEAST * counts.total(), counts


@pytest.mark.parametrize("form", english.FORMS)
def test_short_sentences_are_read_as_the_plan_they_were_written_from(form: str) -> None:
    counts: Counter[str] = Counter()
    for number in range(TRIES):
        text, plan = english.drawn(random.Random(f"{form}-{number}"), english.FORMS[form])
        counts[verdict(text, plan)] += 1
        assert not counts["wrong"], text
    assert counts["right"] >= RIGHT_AT_LEAST * TRIES, counts


@pytest.mark.parametrize("form", english.FORMS)
def test_a_draft_written_out_as_algebra_is_read_as_the_same_draft(form: str) -> None:
    for number in range(TRIES // 6):
        rng = random.Random(f"echo-{form}-{number}")
        text, plan = english.drawn(rng, english.FORMS[form])
        draft = ask(text).draft
        if draft is not None:
            read = plan_of(draft.formulation)
            assert verdict(algebra.written(read, rng), read) == "right", text
            assert is_same(plan, read), text


@pytest.mark.parametrize(
    "text",
    [
        "max 3x + 2y, x + y <= 4, x <= 3",
        "Maximize\n obj: 3 x + 2 y\nSubject To\n c1: x + y <= 4\nBounds\n 0 <= x <= 3\nGenerals\n x\nEnd",
        "maximize 3 x + 2 y\nx + y <= 4\nx <= 3\nx, y >= 0 and integer",
        "maximize 3 x + 2 y\nx + y <= 4\nx <= 3\nx and y ≥ 0",
        r"\begin{aligned} \max\ & 3 x_{1} + 2 x_{2} \\ \text{s.t. } & x_{1} + x_{2} \leqslant 4 \\"
        r" & x_1 \le 3, x_1 \in \mathbb{Z}_{+} \end{aligned}",
        r"$\max 3x + \frac{4}{2} y$; $x + y \le 4$; $x \le 3$; $x, y \ge 0$",
    ],
)
def test_other_ways_to_write_one_plan(text: str) -> None:
    draft = ask(text).draft
    assert draft is not None
    assert plan_of(draft.formulation).optimum() == pytest.approx(11)


@pytest.mark.parametrize("text", ["maximize x + y\nx, y >= 0, z <= 3\nx + y <= 4 and", "maximize x y\nx, y <= 3"])
def test_a_list_of_names_hides_no_mistake(text: str) -> None:
    draft = ask(text).draft
    assert draft is None or plan_of(draft.formulation).optimum() == pytest.approx(4)


@pytest.mark.parametrize("shape", ["markdown", "csv"])
@pytest.mark.parametrize("family", grids.FAMILIES)
def test_a_pasted_table_is_solved_to_its_optimum(family: str, shape: str) -> None:
    counts: Counter[str] = Counter()
    for number in range(TRIES // 2):
        text, best = grids.drawn(random.Random(f"{family}-{shape}-{number}"), family, shape)
        draft = ask(text).draft
        if draft is not None:
            assert optimum(draft) == pytest.approx(best), text
        counts["right" if draft is not None else "abstained"] += 1
    assert counts["right"] >= RIGHT_AT_LEAST * counts.total(), counts


def test_the_numbers_of_a_pasted_table_are_traced_to_the_text() -> None:
    text = "Maximize total profit with at most 10 hours.\n\nproduct,profit,hours\ndesk,5,2\nchair,3,1\nshelf,4,3"
    draft = ask(text).draft
    assert draft is not None
    assert {item.source for item in draft.formulation.parameters} == {"text"}
    spans = [span for item in draft.formulation.parameters for span in item.spans]
    assert any("desk,5,2" in text[span.start : span.end] for span in spans)


@pytest.mark.parametrize(
    "text",
    [
        "Maximize profit.\n\nproduct,profit\ndesk,5\nchair\n",
        "We sell desks, chairs, and shelves,\nwhich is fine, and so on,\nand we are happy, too, here.",
        "Find the cheapest plan.\n\n| a | a |\n|---|---|\n| x | 1 |\n| y | 2 |",
    ],
)
def test_what_is_no_even_table_is_not_taken_for_one(text: str) -> None:
    assert pasted.taken_out(text) is None


def test_values_follow_the_order_in_which_symbols_were_named() -> None:
    text = (
        "A utility plans the output of hydro (H), solar (S) and gas (G) plants. The cost of one unit is 20, 35 and 55 "
        "dollars respectively. The total output must be at least 900 units. The output of H is at most 400 units. "
        "The output of S is at most 100 units. Find the minimum total cost."
    )
    draft = ask(text).draft
    assert draft is None or plan_of(draft.formulation).optimum() == pytest.approx(400 * 20 + 100 * 35 + 400 * 55)
