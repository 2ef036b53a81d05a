"""How phrases of the lexicon become patterns: words, endings, choices inside choices, options and gaps."""

from __future__ import annotations

import pytest

from copilot.drafting.builtin.families import wordings
from copilot.drafting.builtin.families.account import Account
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
    match = PLAIN.phrase(phrase).search(text)
    assert (match.group() if match else None) == found


def test_an_option_without_brackets_is_a_fault_of_the_lexicon() -> None:
    with pytest.raises(ValueError, match="only a choice in brackets"):
        PLAIN.phrase("the limits? of")


@pytest.mark.parametrize(
    ("phrase", "needs"),
    [
        ("at most", (("most",), ("at",))),
        ("deliver* (to)? every", (("deliver",), ("every",))),
        ("(no|not a single) road ~ closed", (("closed",), ("road",), ("no", "single"))),
        ("(the)? (of)?", ()),
    ],
)
def test_a_phrase_knows_the_words_it_needs(phrase: str, needs: tuple[tuple[str, ...], ...]) -> None:
    assert PLAIN.phrase(phrase).needs == needs


@pytest.mark.parametrize("text", ["At MOST 3", "İ at most 3", "it is at moſt 3"])
def test_odd_letters_and_capitals_are_found_at_their_place(text: str) -> None:
    found = PLAIN.phrase("at most").search(text, 0, len(text) - 2)
    assert found is not None
    assert found.span() == (len(text) - 9, len(text) - 2)


@pytest.mark.parametrize("said", ["on Mondays", "in two runs", "unless it is wet"])
def test_the_gap_of_a_statement_holds_no_word_of_a_rule(said: str) -> None:
    statement = wordings.dialect().phrase("each ~ is watered")
    assert statement.search("each bed of tulips is watered") is not None
    assert statement.search(f"each bed {said} is watered") is None


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
