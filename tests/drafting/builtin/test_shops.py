"""Job shops whose steps are told in plain lines or in the cells of a row; a shop of another kind is refused."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

THEN = """Three gowns are finished in a tailor's shop with one loom, one iron and one bench.
Gown A: loom 2 h, then iron 4 h, then bench 1 h.
Gown B: iron 3 h, then loom 2 h, then bench 5 h.
Gown C: bench 2 h, then iron 1 h, then loom 3 h.
{}A station serves one gown at a time and is not interrupted. When can everything be finished at the earliest?
"""
ROW = """Workshop plan. There are two stands: ramp and wash. Each takes one bus at a time.

| bus | first | then |
|---|---|---|
| Red | ramp 10 min | wash 25 min |
| Blue | wash 20 min | ramp 15 min |
| Grey | ramp 5 min | wash 30 min |

{}Once begun, a step is carried through. Plan the work so that the last bus is ready as soon as possible.
"""
LISTED = """* Soup: stove 3, oven 2
* Roast: oven 5, stove 1
* Pie: oven 2, stove 4
{}The kitchen owns a single stove and a single oven. What is the shortest makespan?
"""
ORDERED = "Steps are in the order given. "


@pytest.mark.parametrize(
    ("text", "best"),
    [(THEN.format(""), 11), (ROW.format(""), 75), (LISTED.format(ORDERED), 9)],
    ids=["lines with then", "rows", "lines in order"],
)
def test_steps_may_be_told_in_lines_and_rows(text: str, best: float) -> None:
    assert optimum(drafted(text)) == pytest.approx(best)


@pytest.mark.parametrize(
    "text",
    [
        THEN.format("There are two irons in the shop. "),
        THEN.format("Gown C must be finished before Gown A is begun. "),
        ROW.format("Half an hour is lost whenever a bus changes stands. "),
        LISTED.format("The steps of a dish may be done in any order. "),
        LISTED.format(""),
    ],
    ids=["two of one machine", "one job before another", "time between steps", "no order", "order untold"],
)
def test_another_shop_is_refused(text: str) -> None:
    assert ask(text).status == "abstained"
