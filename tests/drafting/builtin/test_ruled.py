"""Rulings and quotes in a text part it in one way only: no reader tries all ways to cut a line of dashes."""

from __future__ import annotations

import pytest

from copilot.drafting.builtin.families import phrases as families
from copilot.drafting.builtin.nets import phrases as nets
from tests.drafting.builtin.asking import ask

RULING = "|-----------|----------|---------|" * 12


@pytest.mark.timeout(20)
@pytest.mark.parametrize("compiled", [families.compiled(("total ~ smallest ~",))[0], nets.pattern("total ~ smallest")])
def test_a_phrase_with_a_gap_gives_a_ruling_up(compiled: object) -> None:
    assert compiled.search(f"total {RULING} least") is None  # type: ignore[attr-defined]
    assert compiled.search("total of all, by hand, smallest of all")  # type: ignore[attr-defined]


@pytest.mark.timeout(60)
def test_a_table_of_one_cell_rows_is_answered_at_all() -> None:
    rows = "\n".join(f"| {number} | ({number},{number}) | 3 |" for number in range(1, 13))
    text = (
        f"Trucks deliver to twelve shops:\n\n| SHOP | (x,y) | DEMAND(kg) |\n{RULING}\n{rows}\n\n"
        "Each must be back before noon. What is the shortest total travel distance, as straight lines?"
    )
    assert ask(text).draft is None


BOXES = (
    "Pack these parcels into as few boxes of 20 kg as possible:\n- lamp: 7 kg\n- vase: 9 kg\n- books: 14 kg\n"
    "- globe: 6 kg\n- stand: 11 kg\n"
)


def test_the_parcels_alone_are_packed() -> None:
    assert ask(BOXES).status == "complete"


@pytest.mark.parametrize(
    "rule",
    [
        "The first and the last one listed must never be used together.",
        "The union insists that the work is shared fairly.",
        "We want to avoid the second one.",
        "Only even numbers are allowed.",
    ],
)
def test_a_rule_beside_a_list_is_read_or_the_text_is_not(rule: str) -> None:
    assert ask(f"{BOXES}\n{rule}").draft is None
