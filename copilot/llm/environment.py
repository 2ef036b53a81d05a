"""What the environment says of language models; each part falls back to the drafter's endpoint."""

from __future__ import annotations

from typing import Any


def language_models(env: Any) -> dict[str, Any]:
    """Endpoints by part, the limits of one call, and the budgets of a workspace. Raises ValueError for bad prices."""
    return {
        "LLM": env.str("COPILOT_LLM", default=""),  # provider:model; empty: the built-in drafter
        "LLM_BASE_URL": env.str("COPILOT_LLM_BASE_URL", default=""),
        "LLM_API_KEY": env.str("COPILOT_LLM_API_KEY", default=""),
        "LLM_METHOD": env.str("COPILOT_LLM_METHOD", default=""),  # empty: as the connection was tested
        "LLM_TIMEOUT_SECONDS": env.float("COPILOT_LLM_TIMEOUT_SECONDS", default=120.0),
        "LLM_MAX_TOKENS": env.int("COPILOT_LLM_MAX_TOKENS", default=8_000),
        "LLM_CHECKER": env.str("COPILOT_LLM_CHECKER", default=""),
        "LLM_CHECKER_BASE_URL": env.str("COPILOT_LLM_CHECKER_BASE_URL", default=""),
        "LLM_CHECKER_API_KEY": env.str("COPILOT_LLM_CHECKER_API_KEY", default=""),
        "LLM_CURATOR": env.str("COPILOT_LLM_CURATOR", default=""),
        "LLM_CURATOR_BASE_URL": env.str("COPILOT_LLM_CURATOR_BASE_URL", default=""),
        "LLM_CURATOR_API_KEY": env.str("COPILOT_LLM_CURATOR_API_KEY", default=""),
        "LLM_TOKENS_PER_DAY": env.int("COPILOT_LLM_TOKENS_PER_DAY", default=2_000_000),
        "LLM_TOKENS_PER_MONTH": env.int("COPILOT_LLM_TOKENS_PER_MONTH", default=20_000_000),
        "LLM_MONEY_PER_DAY": env.float("COPILOT_LLM_MONEY_PER_DAY", default=0.0),
        "LLM_MONEY_PER_MONTH": env.float("COPILOT_LLM_MONEY_PER_MONTH", default=0.0),
        "LLM_CALLS_PER_MINUTE": env.int("COPILOT_LLM_CALLS_PER_MINUTE", default=60),
        "LLM_RECORD_DAYS": env.int("COPILOT_LLM_RECORD_DAYS", default=90),  # what was sent and came back; 0: for good
        "LLM_PRICES": prices(env.str("COPILOT_LLM_PRICES", default="")),
    }


def prices(text: str) -> dict[str, tuple[float, float]]:
    """Model -> what a million tokens cost, read and written: `openai:x=1.25/10, openai:y=0/0`."""
    found = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, pair = entry.rpartition("=")
        try:
            read, written = (float(number) for number in pair.split("/"))
        except ValueError:
            read = written = -1.0
        if not name.strip() or read < 0 or written < 0:
            raise ValueError(f"COPILOT_LLM_PRICES: write {entry!r} as MODEL=READ/WRITTEN, such as openai:x=1.25/10.")
        found[name.strip()] = (read, written)
    return found
