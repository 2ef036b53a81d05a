"""The arithmetic of ranking: the index as data, BM25 against its formula, votes, and the published library held out."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.library.ranking import bm25, fusion
from copilot.library.ranking.postings import NotAnIndex, Postings, counted_in, joined
from copilot.library.ranking.words import counted, terms
from tests.library import held_out
from tests.library.test_formats import with_bench

WORDS = ["flow", "node", "stock", "period", "truck", "shift", "recipe", "binary"]
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine
texts = st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), min_size=1, max_size=8)


def index_of(*found: str) -> bm25.Index:
    return bm25.build((held_out.key(place), text) for place, text in enumerate(found))


def postings_of(*found: str) -> Postings:
    return counted_in((held_out.key(place), text) for place, text in enumerate(found))


FAMILIES = (
    "schedule schedules scheduling scheduled",
    "capacity capacities",
    "assign assigned assigning",
    "facility facilities",
)


def scores_of(index: bm25.Index, query: str, beside: bm25.Index | None = None) -> list[float]:
    found = dict(index.best(counted(query), index.size, beside=beside))
    return [found.get(place, 0.0) for place in range(index.size)]


def test_words_meet_in_one_term_whatever_their_ending() -> None:
    for family in FAMILIES:
        assert len(set(terms(family))) == 1, family
    assert terms("The of and 12 a") == []


@few
@given(texts, st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join))
def test_scores_follow_the_formula(found: list[str], query: str) -> None:
    scores = scores_of(index_of(*found), query)
    counts = [Counter(terms(text)) for text in found]
    mean = max(sum(sum(count.values()) for count in counts) / len(counts), 1.0)
    for place, count in enumerate(counts):
        expected = 0.0
        for term, asked in Counter(terms(query)).items():
            holders = sum(term in other for other in counts)
            rarity = math.log1p((len(counts) - holders + 0.5) / (holders + 0.5))
            length = 1 - bm25.B + bm25.B * sum(count.values()) / mean
            saturated = count[term] * (bm25.K1 + 1) / (count[term] + bm25.K1 * length) if count[term] else 0.0
            expected += rarity * (1 + math.log(asked)) * saturated
        assert scores[place] == pytest.approx(expected, rel=1e-4, abs=1e-6)


@few
@given(texts)
def test_an_index_is_read_back_from_its_bytes(found: list[str]) -> None:
    postings = postings_of(*found)
    again = bm25.Index.over(Postings.from_bytes(postings.to_bytes()))
    query = " ".join(WORDS)
    assert scores_of(again, query) == scores_of(index_of(*found), query)
    assert [again.key(place) for place in range(again.size)] == [held_out.key(place) for place in range(len(found))]


@few
@given(texts, texts, st.lists(st.booleans(), min_size=8, max_size=8))
def test_joined_postings_are_those_of_the_texts_that_were_kept(
    first: list[str], later: list[str], keep: list[bool]
) -> None:
    kept = [np.array(keep[: len(first)], bool), np.array(keep[::-1][: len(later)], bool)]
    made = joined([postings_of(*first), postings_of(*later)], kept)
    pairs = [*zip(first, kept[0], strict=True), *zip(later, kept[1], strict=True)]
    expected = postings_of(*(text for text, stays in pairs if stays))
    query = " ".join(WORDS)
    assert scores_of(bm25.Index.over(made), query) == scores_of(bm25.Index.over(expected), query)
    assert set(made.rows) == set(expected.rows)


def test_two_parts_score_as_one_collection_would() -> None:
    whole, first, second = index_of("flow node", "stock flow"), index_of("flow node"), index_of("stock flow")
    query = "flow stock"
    parts = scores_of(first, query, second) + scores_of(second, query, first)
    assert parts == pytest.approx(scores_of(whole, query))


@few
@given(texts)
def test_whole_rows_of_common_terms_give_the_same_scores(found: list[str]) -> None:
    query = " ".join(WORDS)
    exact = scores_of(index_of(*found), query)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bm25, "_SMALL", 0)
        patch.setattr(bm25, "COMMON", 2)
        assert scores_of(index_of(*found), query) == pytest.approx(exact, rel=0.02, abs=0.01)


@pytest.mark.parametrize("data", [b"", b"no index", counted_in(()).to_bytes()[:-3]])
def test_other_bytes_are_no_index(data: bytes) -> None:
    with pytest.raises(NotAnIndex):
        Postings.from_bytes(data)


@few
@given(st.lists(st.integers(0, 4), max_size=20), st.integers(1, 25))
def test_the_best_are_the_best(values: list[int], many: int) -> None:
    found = bm25.leading(np.array(values, dtype=float), many)
    expected = sorted(
        (place for place, value in enumerate(values) if value > 0), key=lambda place: (-values[place], place)
    )
    assert found == expected[:many]


def test_the_shared_words_of_a_document_are_told() -> None:
    index = index_of("flow node stock", "period", "stock stock flow")
    assert [set(words) for words in index.shared(counted("stock node truck"), [0, 1, 2], 9)] == [
        {"stock", "node"},
        set(),
        {"stock"},
    ]


def test_a_vote_is_a_share_held_back_by_the_prior() -> None:
    votes = fusion.votes([(2.0, ["a"]), (1.0, ["a", "b"])], {"a": 0.1, "c": 0.5})
    weight = fusion.PRIOR_TASKS + 1.5
    assert votes.share("a") == pytest.approx((1.5 + fusion.PRIOR_TASKS * 0.1) / weight)
    assert votes.share("b") == pytest.approx(0.5 / weight)
    assert votes.share("c") == pytest.approx(fusion.PRIOR_TASKS * 0.5 / weight)
    assert votes.share("d") == 0.0
    assert votes.leaders(2) == ["c", "a"]


def test_a_signal_without_spread_says_nothing() -> None:
    assert list(fusion.fused(np.array([1.0, 1.0]), np.array([0.0, 0.25]))) == [-1.0, 1.0]


@with_bench
@pytest.mark.bench
@pytest.mark.parametrize("without_twins", [False, True])
def test_recall_on_the_published_library_with_each_task_held_out(without_twins: bool) -> None:
    assert held_out.recall(held_out.published(), 5, without_twins=without_twins) >= 0.70
