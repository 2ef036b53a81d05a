"""How phrases of the lexicon become patterns: words, endings, choices inside choices, options and gaps."""

from __future__ import annotations

import pytest

from copilot.drafting.builtin.families.phrases import Account
from copilot.drafting.builtin.phrasing import Dialect

PLAIN = Dialect(r"[\s,-]+", r"(?:[\s,-]+(?!not\b)[^\s,.-]+){0,8}?")


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("at most", "It is At  most 3", "At  most"),
        ("at most", "cat most", None),
        ("deliver* to", "delivered to all", "delivered to"),
        ("(no|not a single) road", "there is not a single road", "not a single road"),
        ("(the)? cost", "cost of the cost", "cost"),
        ("all (of (the|these))? jobs", "all of these jobs", "all of these jobs"),
        ("all (of (the|these))? jobs", "all jobs", "all jobs"),
        ("each ~ once", "each one of the towns, just once", "each one of the towns, just once"),
        ("each ~ once", "each may not be seen once", None),
        ("each ~ once", "each town. Come once", None),
        ("a (b|c ~ d) e", "a c x y d e", "a c x y d e"),
    ],
)
def test_a_phrase_is_found_where_it_is_said(phrase: str, text: str, found: str | None) -> None:
    match = PLAIN.pattern(phrase).search(text)
    assert (match.group() if match else None) == found


def test_an_option_without_brackets_is_a_fault_of_the_lexicon() -> None:
    with pytest.raises(ValueError, match="only a choice in brackets"):
        PLAIN.pattern("the limits? of")


@pytest.mark.parametrize(
    ("prose", "is_bound"),
    [
        ("Use at least four cost components.", True),
        ("Use no more than four of the sites.", True),
        ("It stands for exactly four sites.", True),
        ("Each may hold over four pallets.", True),
        ("There is a fee of $4 for it.", True),
        ("The loads are multiples of 4.", True),
        ("The plan runs for four weeks.", False),
        ("Demand is known over four weeks.", False),
        ("The work is spread over four sites.", False),
        ("It is considering opening up to four sites.", False),
        ("It may open up to four sites.", True),
    ],
)
def test_a_number_that_ends_what_may_be_counts_no_records(prose: str, is_bound: bool) -> None:
    account = Account(prose)
    assert [account.bounds(said) for said in account.numbers] == [is_bound]
    account.count(4)
    assert [said.value for said in account.counts] == ([] if is_bound else [4])
