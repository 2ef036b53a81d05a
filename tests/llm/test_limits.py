"""What a call may take, to the token, and the sentence when there is no room for it."""

from __future__ import annotations

import pytest

from copilot.llm.environment import prices
from copilot.llm.limits import Limits, Need, Spent, cost_of, need_of, refusal

PRICES = {"openai:x": (2.0, 10.0)}


def test_a_reservation_holds_the_whole_prompt_and_the_longest_reply() -> None:
    need = need_of("openai:x", 10_000, 8_000, PRICES)
    assert need.tokens == 5_001 + 8_000
    assert need.money == pytest.approx((5_001 * 2 + 8_000 * 10) / 1e6)
    assert need_of("openai:y", 10_000, 8_000, PRICES).money is None
    assert cost_of("openai:x", 1_000_000, 0, PRICES) == 2.0


def test_a_call_that_just_fits_is_made_and_one_token_more_is_not() -> None:
    limits = Limits(tokens_per_day=1_000)
    assert refusal("m", Need(400, None), Spent(tokens_day=600), limits) == ""
    why = refusal("m", Need(401, None), Spent(tokens_day=600), limits)
    assert "600 tokens of 1,000 tokens are used today" in why
    assert "kept" in why
    assert "Retry tomorrow" in why


@pytest.mark.parametrize(
    ("limits", "spent", "name"),
    [
        (Limits(tokens_per_month=10), Spent(tokens_month=10), "TOKENS_PER_MONTH"),
        (Limits(money_per_day=1.0), Spent(money_day=0.9), "MONEY_PER_DAY"),
        (Limits(money_per_month=1.0), Spent(money_month=0.9), "MONEY_PER_MONTH"),
    ],
)
def test_every_limit_holds_and_names_its_setting(limits: Limits, spent: Spent, name: str) -> None:
    assert name in refusal("m", Need(1, 0.2), spent, limits)


def test_a_model_without_a_price_is_not_asked_where_money_is_limited() -> None:
    why = refusal("openai:y", Need(1, None), Spent(), Limits(money_per_day=5.0))
    assert "price of openai:y is not known" in why
    assert refusal("openai:y", Need(1, None), Spent(), Limits(tokens_per_day=5)) == ""


def test_without_limits_everything_is_let_through() -> None:
    assert refusal("m", Need(10**9, None), Spent(tokens_day=10**9), Limits()) == ""


def test_prices_are_read_and_junk_is_named() -> None:
    assert prices("openai:x=1.25/10, openai:llama=3=0/0,") == {"openai:x": (1.25, 10.0), "openai:llama=3": (0.0, 0.0)}
    for junk in ("openai:x", "openai:x=1", "=1/2", "openai:x=a/b", "openai:x=-1/2"):
        with pytest.raises(ValueError, match="COPILOT_LLM_PRICES"):
            prices(junk)
