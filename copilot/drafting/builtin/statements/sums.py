"""Finds the sum that a piece of a statement names, and how statements are put down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from copilot.drafting.builtin.letters.lexemes import Lexeme
from copilot.drafting.builtin.letters.rules import Rule
from copilot.drafting.builtin.letters.sums import Terms, parsed
from copilot.drafting.formulation import Relation

_LOOSE = (
    "word",
    "verb",
    "break",
    "may",
    "must",
    "more",
    "fewer",
    "join",
    "comma",
    "colon",
    "open",
    "close",
    "by",
    "deny",
    "harm",
)
Pairs = tuple[tuple[Lexeme, Lexeme], ...]


@dataclass(frozen=True, slots=True)
class Given:
    """Numbers of decisions: what each takes or brings."""

    pairs: Pairs
    lexemes: tuple[Lexeme, ...]


@dataclass(frozen=True, slots=True)
class Aside:
    """Words that say nothing to be written; `item` is the one decision that they speak of, or -1."""

    item: int = -1
    lexemes: tuple[Lexeme, ...] = ()


Statement = Rule | Given | Aside


def sum_of(region: Sequence[Lexeme], item_count: int, *, together: bool = False) -> Terms | None:
    """The sum that a region names; None where it names none, or more than one."""
    together = together or any(lexeme.kind == "total" for lexeme in region)
    either = any(lexeme.kind == "join" and lexeme.low == "or" for lexeme in region)
    together = together or (either and not any(lexeme.kind in ("plus", "minus", "factor") for lexeme in region))
    start, end = 0, len(region)
    while start < end and region[start].kind in (*_LOOSE, "total", "all"):
        start += 1
    while end > start and region[end - 1].kind in (*_LOOSE, "total", "all"):
        end -= 1
    told = [lexeme for lexeme in region[start:end] if lexeme.kind not in ("may", "must", "colon")]
    if not told or any(lexeme.kind in ("relation", "exceed", "by", "unsafe", "differ", "deny") for lexeme in told):
        return None
    if any(lexeme.kind == "factor" for lexeme in told):
        told.extend(lexeme for lexeme in region[end:] if lexeme.kind == "total")  # "a quarter of X and Y combined"
    spots = [spot for spot, one in enumerate(told) if one.kind == "item"]
    apart = any(one.kind == "difference" for one in told)
    inner = range(spots[0] + 1, spots[-1]) if spots else range(0)
    if not apart and any(told[at].kind in ("verb", "break") and told[at - 1].kind != "item" for at in inner):
        return None
    return parsed(tuple(told), item_count, together=together) or None


def items_in(region: Sequence[Lexeme]) -> list[int]:
    """The decisions that a region names, each once."""
    return list(dict.fromkeys(lexeme.item for lexeme in region if lexeme.kind == "item"))


def numbers_in(region: Sequence[Lexeme]) -> list[Lexeme]:
    """The numbers and factors of a region."""
    return [lexeme for lexeme in region if lexeme.kind in ("number", "factor")]


def related(
    terms: Terms, sign: Relation, number: Lexeme, chunk: Sequence[Lexeme], *, value: float | None = None
) -> Rule:
    """A rule: the sum of these terms, related to a number that stands in the chunk."""
    limit = replace(number.part, kind="number", value=number.value if value is None else value)
    money = number.part.shape == "money"
    return Rule(terms, sign, limit, (chunk[0].part.start, chunk[-1].end), money=money)
