"""What plan a reading makes: counted in what, ending how, and whether doing nothing is best."""

from __future__ import annotations

from copilot.drafting.builtin.linear import goal_coefficients, outcome_of, rule_of
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.builtin.words import lexicon


def is_whole(reading: Reading) -> bool:
    """Whether the items are counted in whole numbers: not where they are measured (acres, hours, money)."""
    words = lexicon()
    context = reading.context
    return context.whole or not (
        context.fractional or context.invested or reading.context.measures & words.measure_stems
    )


def is_idle(reading: Reading) -> bool:
    """Whether a cheapest plan is to choose nothing: costs are positive, and no rule asks for anything."""
    goal, rows = reading.goal, reading.rows
    if goal is None or goal.sense != "minimize" or min(goal_coefficients(goal, rows).values(), default=0) < 0:
        return False
    rules = [rule_of(limit, rows, whole=is_whole(reading)) for limit in reading.limits]
    return all(rule.bound >= 0 if rule.sign == "<=" else rule.bound <= 0 for rule in rules)


def finite(reading: Reading) -> str:
    """bounded, unbounded or infeasible: what the relaxed problem is."""
    return best_value(reading)[0]


def best_value(reading: Reading) -> tuple[str, float]:
    """How the relaxed problem ends, and its best value to six digits behind the point."""
    assert reading.goal is not None
    whole = is_whole(reading)
    rules = [rule_of(limit, reading.rows, whole=whole) for limit in reading.limits]
    goal = goal_coefficients(reading.goal, reading.rows)
    outcome, value = outcome_of(
        goal, rules, maximize=reading.goal.sense == "maximize", item_count=len(reading.context.items)
    )
    return outcome, round(value, 6)
