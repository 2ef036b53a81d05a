"""Units: what a sum of amounts is called."""

from __future__ import annotations

import pytest

from copilot.drafting.measures import spent


@pytest.mark.parametrize(
    ("unit", "word"),
    [("h", "time"), ("minutes", "time"), ("km", "distance"), ("$", "cost"), ("", "cost"), ("$ per hour", "cost")],
)
def test_a_sum_is_called_by_what_its_unit_measures(unit: str, word: str) -> None:
    assert spent(unit) == word
