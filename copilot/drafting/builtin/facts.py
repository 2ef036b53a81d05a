"""The typed intermediates between sentences and a formulation: quantities, facts, rows and limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from copilot.drafting.builtin.mentions import Part, Parts
from copilot.drafting.builtin.words import lexicon
from copilot.drafting.formulation import ConstraintKind, Relation

Money = Literal["", "in", "out", "unknown"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its surroundings: what is counted (`after`), what was said before it, and whose it may be."""

    part: Part
    clause: Parts
    position: int
    sentence: int
    after: Parts
    before: Parts
    unit: str
    words: frozenset[str]
    said: frozenset[str]
    money: Money
    left: tuple[int, ...]
    right: tuple[int, ...]
    next_item: int
    linked: bool = False
    tail: frozenset[str] = frozenset()

    @property
    def span(self) -> tuple[int, int]:
        """Characters from the number to the end of what it counts."""
        return self.part.start, self.after[-1].end if self.after else self.part.end

    @property
    def head(self) -> str:
        """Stem of the noun that is counted: methods in "100 transportation methods for customers"."""
        head = ""
        for part in self.after:
            if part.kind != "word" or lexicon().is_small(part.low) or part.verb:
                break
            head = part.stem
        return head

    @property
    def phrase(self) -> str:
        """The counted thing as written."""
        return " ".join(part.text for part in self.after if part.kind in ("word", "item"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One coefficient: `value` of a quantity for each of one item."""

    item: int
    value: float
    quantity: Quantity
    order: int = 0


@dataclass(slots=True)
class Row:
    """One attribute over the items: hours of sanding, profit; or a sum that the text says term by term."""

    facts: dict[int, Fact] = field(default_factory=dict)
    said_as_sum: bool = False

    @property
    def words(self) -> frozenset[str]:
        """Stems of what is counted, over all facts."""
        return frozenset().union(*(fact.quantity.words for fact in self.facts.values()))

    @property
    def said(self) -> frozenset[str]:
        """Stems of what was said before the numbers."""
        return frozenset().union(*(fact.quantity.said for fact in self.facts.values()))

    @property
    def unit(self) -> str:
        """The unit's stem, where one is given."""
        return next((fact.quantity.unit for fact in self.facts.values() if fact.quantity.unit), "")

    @property
    def is_rate(self) -> bool:
        """Whether the row holds percentages."""
        return any(fact.quantity.part.shape == "percent" for fact in self.facts.values())

    @property
    def money(self) -> Money:
        """Whether the row is money, and in which direction it flows."""
        kinds = {fact.quantity.money for fact in self.facts.values()}
        return next((kind for kind in ("in", "out", "unknown") if kind in kinds), "")


@dataclass(frozen=True, slots=True)
class RawLimit:
    """A limit as read, before its target is known; `sign` is its relation, `weak` marks a guess from "has"."""

    sign: Relation
    quantity: Quantity
    weak: bool = False
    strict: bool = False
    item: int = -1


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule over the items.

    bound, sum: sum of `items` against `quantity`. resource, requirement: row `row`, and those of `also`, over `items`
    against `quantity`. ratio: `items` against the share `share` of `base`, both weighed by `row` if there is one.
    multiple, comparison: `items` against `share` times `base`.
    """

    kind: ConstraintKind
    sign: Relation
    items: tuple[int, ...]
    sentence: int
    spans: tuple[tuple[int, int], ...]
    base: tuple[int, ...] = ()
    row: int = -1
    quantity: Quantity | None = None
    share: Quantity | None = None
    strict: bool = False
    notes: tuple[str, ...] = ()
    also: tuple[int, ...] = ()

    @property
    def all_rows(self) -> tuple[int, ...]:
        """The rows that are summed; none for a rule over amounts."""
        return (self.row, *self.also) if self.row >= 0 else ()


@dataclass(frozen=True, slots=True)
class Goal:
    """What is made largest or smallest: weights by item; `rows` are the attributes with their sign."""

    sense: Literal["maximize", "minimize"]
    rows: tuple[tuple[int, float], ...]
    count: tuple[int, ...]
    label: str
    sentence: int
    span: tuple[int, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Something in the text that the reading does not explain.

    `kind` says which question could close it: target, direction, share, rule, twice, unused or limitless (none closes
    a silent one, or a gate that the text itself shuts); `raw` is the number that it is about, `rows` are the rows, and
    `limits` the rules that it wavers between.
    """

    reason: str
    spans: tuple[tuple[int, int], ...]
    weight: float = 1.0
    about_goal: bool = False
    unused: bool = False
    rows: tuple[int, ...] = ()
    kind: str = ""
    raw: RawLimit | None = None
    limits: tuple[Limit, ...] = ()
