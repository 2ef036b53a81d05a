"""Intervals and paired tests, against values worked out by hand or by another formula."""

import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from copilot.evaluation.attempt import Attempt
from copilot.evaluation.counting import Share, paired, shares_of


def attempts(outcomes: Sequence[str], suite: str = "s") -> list[Attempt]:
    return [Attempt(str(place), suite, "", 0, outcome, "solved") for place, outcome in enumerate(outcomes)]


def test_wilson_interval_of_a_known_case() -> None:
    low, high = Share(48, 64).interval  # z = 1.959964
    assert math.isclose(low, 0.6318, abs_tol=1e-4)
    assert math.isclose(high, 0.8399, abs_tol=1e-4)


@given(st.integers(0, 300), st.integers(1, 300))
def test_an_interval_holds_its_share_and_stays_inside_nought_and_one(count: int, more: int) -> None:
    share = Share(count, count + more)
    low, high = share.interval
    assert 0 <= low <= share.value <= high <= 1


def test_unjudged_attempts_are_no_part_of_the_shares() -> None:
    shares = shares_of(attempts(["right", "right", "wrong", "unjudged"]))
    assert (shares["right"].count, shares["right"].total) == (2, 3)
    assert (shares["unjudged"].count, shares["unjudged"].total) == (1, 4)


def test_mcnemar_counts_only_where_the_two_differ() -> None:
    first = attempts(["right"] * 10 + ["wrong"] * 6 + ["abstained"] * 4)
    second = attempts(["right"] * 9 + ["wrong"] + ["right"] * 6 + ["abstained"] * 3 + ["right"])
    found = paired(first, second)
    assert (found.only_first, found.only_second) == (1, 7)
    assert math.isclose(found.p_value, 2 * (1 + 8) / 2**8)  # the two tails of a fair coin thrown 8 times
    assert (found.fewer_wrong, found.more_wrong) == (6, 1)


def test_settings_that_agree_everywhere_do_not_differ() -> None:
    same = attempts(["right", "wrong"])
    assert paired(same, same).p_value == 1.0
