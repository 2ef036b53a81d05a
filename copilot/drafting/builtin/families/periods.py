"""What holds in one period only: "in week 2, at most 31 may be ordered", "on day 5, the stock is at least 18"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.phrases import patterns, words
from copilot.drafting.builtin.families.reading import InDoubt, Reading
from copilot.drafting.formulation import Relation

FAMILY = "periods"
_NUMBERED = re.compile(r"(?P<last>\d+)(?:st|nd|rd|th)\b")
_EXCEPTION = re.compile(r"\b(?:unless|except|if|otherwise|either|average)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PeriodLimit:
    """A limit on the order or on the stock of one period."""

    what: Literal["order", "stock"]
    period: int
    relation: Relation
    said: Said


def period_limits(reading: Reading, nouns: Sequence[str], count: int) -> list[PeriodLimit]:
    """The limits that a sentence sets for one of `count` periods called by `nouns`; InDoubt where two are at odds.

    What says them is taken from the account.
    """
    account, prose = reading.account, reading.layout.prose
    ordinals = "|".join(words(FAMILY)["ordinals"])
    names = "|".join(re.escape(noun) for noun in sorted({*nouns, *words(FAMILY)["nouns"]}, key=len, reverse=True))
    opening = re.compile(
        rf"(?:\b(?:{'|'.join(words(FAMILY)['also'])}),?\s+)?\b(?:{'|'.join(words(FAMILY)['openings'])})\s+"
        rf"(?:(?:the\s+)?(?P<ordinal>{ordinals}|\d+(?:st|nd|rd|th))\s+(?:{names})|(?:{names})\s+(?P<number>\d+))\b",
        re.IGNORECASE,
    )
    found: list[PeriodLimit] = []
    for match in opening.finditer(prose):
        start, end = account.sentence_at(match.start())
        inside = [n for n in account.numbers if match.end() <= n.start < end]
        if match.start() != start or len(inside) != 1 or _EXCEPTION.search(prose, start, end):
            continue
        what, relation = _kind(prose[match.end() : inside[0].start])
        period = _period(match, words(FAMILY)["ordinals"])
        if what is None or relation is None or not 1 <= period <= count:
            continue
        if any((one.what, one.period, one.relation) == (what, period, relation) for one in found):
            raise InDoubt(f"There are two limits of one kind in period {period}.")
        for said in [n for n in account.numbers if start <= n.start < end]:
            account.take(said)
        account.explain(start, end)
        found.append(PeriodLimit(what, period, relation, inside[0]))
    return found


def _period(match: re.Match[str], ordinals: Sequence[str]) -> int:
    if match["number"]:
        return int(match["number"])
    numbered = _NUMBERED.fullmatch(match["ordinal"])
    return int(numbered["last"]) if numbered else list(ordinals).index(match["ordinal"].lower()) + 1


def _kind(said: str) -> tuple[Literal["order", "stock"] | None, Relation | None]:
    """What the words between the period and the number limit, and in which direction; None where they do not tell."""
    stock, order, most, least = (
        any(phrase.search(said) for phrase in patterns(FAMILY, key)) for key in ("stock", "order", "most", "least")
    )
    if stock == order or most == least:
        return None, None
    return ("stock" if stock else "order"), ("<=" if most else ">=")


def unreachable(
    limits: Sequence[PeriodLimit], demand: Sequence[float], *, initial: float, lead: int, most: float, room: float
) -> PeriodLimit | None:
    """The first least stock that cannot be on hand unless demand is turned away in earlier periods.

    Orders are as large as they may be, and stock is used as soon as there is demand.
    """
    caps = {one.period: one.said.value for one in limits if (one.what, one.relation) == ("order", "<=")}
    floors = {one.period: one for one in limits if (one.what, one.relation) == ("stock", ">=")}
    stock = initial
    for period, wanted in enumerate(demand, start=1):
        ordered = period - lead
        arriving = min(most, caps.get(ordered, math.inf)) if ordered >= 1 else 0.0
        on_hand = min(room, stock + arriving)
        if period in floors and on_hand < floors[period].said.value:
            return floors[period]
        stock = max(0.0, on_hand - wanted)
    return None
