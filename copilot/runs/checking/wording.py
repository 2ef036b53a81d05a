"""Whether a rule points the way its own phrase does: "at most 240 hours" must not have become a least amount."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.drafting.formulation import RELATION_WORDS, Constraint, Formulation, Relation
from copilot.drafting.grounding import GroundingError, ground_rows
from copilot.runs.checking.check import Check

TITLE = "Each limit points the way its phrase does"
BEFORE = 40  # characters: a phrase may begin at its number
_UPPER = (
    r"at most|no more than|not more than|up to|(?:can|must|may|should|shall|does|do|to)\s*not\s+exceed|limited to"
    r"|(?:a |the )?maximum of|no greater than|not greater than"
)
_LOWER = r"at least|no less than|not less than|no fewer than|not fewer than|(?:a |the )?minimum of"
_LIMIT = re.compile(
    rf"\b(?:(?P<upper>{_UPPER})|(?P<lower>{_LOWER}))\s+(?:[a-z]+\s+){{0,2}}?[$€£]?\s*(?P<number>\d[\d,]*(?:\.\d+)?)(?P<part>\s*%)?",
    re.IGNORECASE,
)


def wording(formulation: Formulation, text: str) -> Check | None:
    """Pass or fail for rules whose phrase says a direction next to their own limit; None where no rule's does."""
    told, wrong = 0, []
    for rule in formulation.constraints:
        phrases = dict(_directions(rule, text, _limits(formulation, rule)))
        if len(phrases) != 1 or rule.relation in (None, "=="):
            continue
        told += 1
        (direction, phrase), *_ = phrases.items()
        if direction != rule.relation:
            read = f"“{rule.label}” was read as {RELATION_WORDS[rule.relation]}, but the request says “{phrase}”"
            wrong.append((rule.name, read))
    if wrong:
        detail = "; ".join(read for _, read in wrong[:3])
        return Check("wording", TITLE, "fail", f"{detail}.", items=tuple(name for name, _ in wrong[:3]))
    return Check("wording", TITLE, "pass", f"{told} limits compared with their phrases.") if told else None


def _directions(rule: Constraint, text: str, limits: frozenset[float]) -> Iterator[tuple[Relation, str]]:
    """(direction, phrase) right before a number that is the rule's limit."""
    for span in rule.spans:
        for match in _LIMIT.finditer(text, max(0, span.start - BEFORE), span.end):
            number = float(match["number"].replace(",", ""))
            if not match["part"] and number in limits:
                yield "<=" if match["upper"] else ">=", " ".join(match.group().split())


def _limits(formulation: Formulation, rule: Constraint) -> frozenset[float]:
    """The right-hand sides of the rule's rows, when all its terms stand on the left with a plus; else none."""
    try:
        rows = ground_rows(formulation, rule)
    except GroundingError:
        return frozenset()
    if any(value < 0 for row in rows for value in row.terms.values()):
        return frozenset()
    return frozenset(row.limit for row in rows if row.limit > 0)
