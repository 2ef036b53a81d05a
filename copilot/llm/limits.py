"""What a call may cost and whether there is room for it; arithmetic alone, so that it can be tested to the token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_CHARACTERS_PER_TOKEN = 2  # real text has about four: what is reserved must not be too little
Prices = Mapping[str, tuple[float, float]]
_KEPT = "Your text and everything drafted so far are kept."


@dataclass(frozen=True, slots=True)
class Limits:
    """Most tokens, money and calls of a workspace; 0 means that there is no such limit."""

    tokens_per_day: int = 0
    tokens_per_month: int = 0
    money_per_day: float = 0.0
    money_per_month: float = 0.0
    calls_per_minute: int = 0

    @property
    def has_money(self) -> bool:
        """Whether money is limited."""
        return bool(self.money_per_day or self.money_per_month)


@dataclass(frozen=True, slots=True)
class Spent:
    """What counts against the limits already."""

    tokens_day: int = 0
    tokens_month: int = 0
    money_day: float = 0.0
    money_month: float = 0.0


@dataclass(frozen=True, slots=True)
class Need:
    """The most that a call can take; `money` is None where the price of its model is not known."""

    tokens: int
    money: float | None


def need_of(model: str, characters: int, max_tokens: int, prices: Prices) -> Need:
    """The reservation of a call of so many characters and at most so many tokens of reply."""
    read = characters // _CHARACTERS_PER_TOKEN + 1
    return Need(read + max_tokens, cost_of(model, read, max_tokens, prices))


def cost_of(model: str, read: int, written: int, prices: Prices) -> float | None:
    """What the tokens cost, or None where the model has no price."""
    if model not in prices:
        return None
    per_read, per_written = prices[model]
    return (read * per_read + written * per_written) / 1_000_000


def refusal(model: str, need: Need, spent: Spent, limits: Limits) -> str:
    """Why the call is not made, with what to do; empty where there is room for it."""
    if limits.has_money and need.money is None:
        return (
            f"This workspace has a budget in money, and the price of {model} is not known, so it is not asked. {_KEPT} "
            f"Set COPILOT_LLM_PRICES, such as {model}=1.25/10, and press Retry."
        )
    money = need.money or 0.0
    rows = (
        (spent.tokens_day, need.tokens, limits.tokens_per_day, "tokens", "today", "COPILOT_LLM_TOKENS_PER_DAY"),
        (
            spent.tokens_month,
            need.tokens,
            limits.tokens_per_month,
            "tokens",
            "this month",
            "COPILOT_LLM_TOKENS_PER_MONTH",
        ),
        (spent.money_day, money, limits.money_per_day, "money", "today", "COPILOT_LLM_MONEY_PER_DAY"),
        (spent.money_month, money, limits.money_per_month, "money", "this month", "COPILOT_LLM_MONEY_PER_MONTH"),
    )
    for used, wanted, most, what, when, name in rows:
        if most and used + wanted > most:
            return (
                f"The budget of this workspace for language models is reached: {_amount(used, what)} of "
                f"{_amount(most, what)} are used {when}, and this call may take {_amount(wanted, what)} more. {_KEPT} "
                f"Press Retry {'tomorrow' if when == 'today' else 'next month'}, use the built-in drafter, or have "
                f"{name} raised."
            )
    return ""


def _amount(value: float, what: str) -> str:
    return f"{value:,.0f} tokens" if what == "tokens" else f"{value:,.4g} units of money"
