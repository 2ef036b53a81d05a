"""Reads sums said in words: "twice X plus three times Y must be at least 30"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from copilot.drafting.builtin.candidates import Items
from copilot.drafting.builtin.cues import Cue, cue_before
from copilot.drafting.builtin.facts import Fact, Limit, Quantity, Row
from copilot.drafting.builtin.mentions import Part, Parts
from copilot.drafting.builtin.tokens import Sentence
from copilot.drafting.builtin.words import lexicon

_SUMS = frozenset({"plus", "minus", "difference", "sum"})
_ALL = frozenset({"combined", "total", "sum", "together"})
_MORE = frozenset({"more", "greater", "higher"})
_FEWER = frozenset({"fewer", "less", "lower"})
_STARTS = frozenset({"difference", "sum", "combined"})
_EXPLAINS = frozenset({"calculated", "which", "expressed", "quantified", "measured", "defined", "computed", "as"})
_JOINS = frozenset({"and", "plus", "minus", ","})
_BEYOND = frozenset({"doubled", "tripled", "halved", "squared", "multiplied", "divided"})
_STATES = frozenset({"requires", "require", "needs", "need", "takes", "take", "costs", "cost", "yields", "has", "have"})


@dataclass(frozen=True, slots=True)
class Expression:
    """Sum of coefficient x item with a limit; `coefficients` pairs each part that says a number with its value."""

    coefficients: dict[int, tuple[Part, float]]
    cue: Cue
    limit: Part
    sentence: int
    clause: Parts

    @property
    def plain(self) -> bool:
        """Whether every coefficient is one."""
        return all(value == 1.0 for _, value in self.coefficients.values())


def says_sum(sentences: Sequence[Sentence]) -> bool:
    """Whether a text has the words of a sum at all."""
    return any(token.low in _SUMS for sentence in sentences for token in sentence)


def extracted(parted: Sequence[Parts]) -> tuple[list[Parts], list[Expression]]:
    """The sentences without the sums that could be read, and those sums."""
    rest: list[Parts] = []
    found: list[Expression] = []
    for index, parts in enumerate(parted):
        kept: list[Part] = []
        start = 0
        for position, part in enumerate(parts):
            if part.kind != "number" or position < start:
                continue
            expression, end = _ending_at(parts, start, position, index)
            if expression is not None:
                found.append(expression)
                kept.extend(part for part in parts[start:end] if part.low == ",")
            else:
                kept.extend(parts[start:end])
            start = end
        rest.append((*kept, *parts[start:]))
    return rest, found


def _ending_at(parts: Parts, start: int, position: int, sentence: int) -> tuple[Expression | None, int]:
    """The sum whose limit is the number at that place, and where the next sum may begin."""
    cue = cue_before(parts, position)
    if cue is None or cue.start < start or parts[position].shape not in ("plain", "money"):
        return None, start
    end = _unit_end(parts, position)
    compared = _compared(parts, start, cue, end)
    if compared:
        coefficients, end = compared
        return Expression(coefficients, cue, parts[position], sentence, parts[start:end]), end
    region = parts[start : cue.start]
    behind = _item_behind(parts, end)
    if behind:
        return Expression({behind[0].item: (behind[0], 1.0)}, cue, parts[position], sentence, parts[start:end]), behind[
            1
        ]
    terms = _terms(region)
    if len(terms) > 1 and _is_torn(region):
        return None, end
    if not terms or not _is_sum(region, terms):
        if any(part.kind == "number" for part in region):
            return None, end
        region = _last_statement(region)
        terms = _terms(region)
        if len(terms) != 1 or not _is_sum(region, terms):
            return None, end
    return Expression(terms, cue, parts[position], sentence, parts[start:end]), end


def _unit_end(parts: Parts, position: int) -> int:
    """Behind the words that only name the limit's unit."""
    end = position + 1
    while end < len(parts) and parts[end].kind == "word" and not parts[end].verb:
        if lexicon().is_small(parts[end].low) or parts[end].low in _MORE | _FEWER:
            break
        end += 1
    return end


def _last_statement(region: Parts) -> Parts:
    """What stands behind the last mark or joining word: "Y" in "within bounds: X at most 5, while Y has"."""
    joints = lexicon().breaks | {",", ":", "/"}
    start = max((spot for spot, part in enumerate(region) if part.low in joints), default=-1)
    return region[start + 1 :]


def _item_behind(parts: Parts, end: int) -> tuple[Part, int] | None:
    """ "at least 10 units for X": the one item that the number is said to be for, and where its phrase ends."""
    while end < len(parts) and (parts[end].verb or parts[end].low == "be"):
        end += 1  # "at least 40 employees must be assigned to X"
    if end >= len(parts) or parts[end].low not in ("for", "of", "to", "in"):
        return None
    spot = end + 1
    while spot < len(parts) and parts[spot].low in lexicon().determiners - {"both", "each", "all", "either"}:
        spot += 1
    if spot >= len(parts) or parts[spot].kind != "item":
        return None
    following = [part.low for part in parts[spot + 1 : spot + 3]]
    listed = following[:1] in (["and"], ["or"], ["plus"], ["minus"]) and any(
        part.kind == "item" for part in parts[spot + 2 : spot + 3]
    )
    return None if listed or "combined" in following else (parts[spot], spot + 1)


def _compared(parts: Parts, start: int, cue: Cue, end: int) -> tuple[dict[int, tuple[Part, float]], int] | None:
    """ "X must be at least 10 more than Y": the difference of the two."""
    ahead = [part for part in parts[start : cue.start] if part.kind == "item"]
    word = parts[end].low if end < len(parts) else ""
    than = next((at for at in range(end + 1, min(end + 4, len(parts))) if parts[at].low == "than"), -1)
    if than < 0 or word not in _MORE | _FEWER or not ahead:
        return None
    spot = next((at for at in range(than + 1, min(than + 8, len(parts))) if parts[at].kind == "item"), -1)
    if spot < 0 or any(part.kind == "number" for part in parts[than:spot]):
        return None
    first, second = ahead[-1], parts[spot]
    if first.item == second.item or len({part.item for part in ahead}) > 1:
        return None
    sign = 1.0 if word in _MORE else -1.0
    return {first.item: (first, sign), second.item: (second, -sign)}, spot + 1


def _terms(region: Parts) -> dict[int, tuple[Part, float]]:
    """Coefficient by item, or nothing where a number belongs to no item or an item stands twice."""
    terms: dict[int, tuple[Part, float]] = {}
    pending: Part | None = None
    sign, apart = 1.0, False
    for part in region:
        if part.kind == "number":
            if pending is not None or part.shape == "money":
                return {}
            pending = part
        elif part.low in _BEYOND or (pending is not None and part.low in _STATES):
            return {}
        elif part.low == "minus":
            sign = -1.0
        elif part.low == "difference":
            apart = True
        elif part.kind == "item":
            if part.item in terms:
                if pending is not None:
                    return {}
                terms, apart = {}, apart  # an item named before the sum began: "for X and Y, the sum of X and Y"
            negative = sign < 0 or (apart and bool(terms))
            source = pending or part
            value = pending.value if pending is not None else 1.0
            terms[part.item] = (source, -value if negative else value)
            pending, sign = None, 1.0
    return {} if pending is not None else terms


def _is_torn(region: Parts) -> bool:
    """ "3 times X and Y", "the difference of X and Y and Z": what a factor or a difference is of is not clear."""
    items = [spot for spot, part in enumerate(region) if part.kind == "item"]
    for first, second in pairwise(items):
        before, between = region[:first], region[first:second]
        told = {part.low for part in before}
        scaled = any(part.kind == "number" for part in before[-6:])
        joined = any(part.low in ("and", "or") for part in between)
        owned = any(part.kind == "number" or part.low in ("plus", "minus") for part in between)
        if joined and scaled and not owned and (told & {"plus", "minus"} or not told & _ALL):
            return True
    return False


def _is_sum(region: Parts, terms: dict[int, tuple[Part, float]]) -> bool:
    """Whether the words before the limit say a sum, and not two things with a limit each."""
    low = {part.low for part in region}
    multiplied = any(part.kind == "number" for part in region)
    if low & {"each", "respectively", "both"} or (low & _ALL and len(terms) == 1):
        return False
    if len(terms) == 1 and not multiplied:
        return region[-1].verb or region[-1].low in ("by", "to", "is", "be", "a", "the")
    verbs = [part for part in region if part.verb and part.low in ("costs", "cost", "requires", "takes", "yields")]
    same = any(part.low == "that" and after.low == "of" for part, after in pairwise(region))
    together = len(terms) > 1 and (same or bool(low & _ALL))
    return not verbs and _joints(region) < len(terms) and (bool(low & _SUMS) or multiplied or together)


def _joints(region: Parts) -> int:
    """How often the sum joins two summands; with as many joints as items, a summand is no item."""
    first = next(spot for spot, part in enumerate(region) if part.kind in ("number", "item"))
    last = max(spot for spot, part in enumerate(region) if part.kind == "item")
    starts = [spot for spot, part in enumerate(region[:first]) if part.low in _STARTS]
    explained = [spot for spot, part in enumerate(region[:first]) if part.low in _EXPLAINS]
    added = [spot for spot, part in enumerate(region[:first]) if part.low in ("plus", "minus")]
    start = starts[-1] if starts and not any(spot > starts[-1] for spot in explained) else min([first, *added])
    joins = [part.low in _JOINS for part in region[start : last + 1]]
    return sum(here and not before for before, here in pairwise([False, *joins]))


def rules_of(expressions: Sequence[Expression], rows: list[Row]) -> list[Limit]:
    """The rules that the sums say; those with coefficients other than one add a row each to `rows`."""
    limits: list[Limit] = []
    for expression in expressions:
        quantity = _quantity(expression.limit, expression)
        items = tuple(sorted(expression.coefficients))
        span = (expression.clause[0].start, expression.clause[-1].end)
        kind = {"<=": "resource", ">=": "requirement", "==": "balance"}[expression.cue.sign]
        row = -1
        if expression.plain:
            kind = "sum" if len(items) > 1 else "bound"
        else:
            facts = {
                item: Fact(item, value, _quantity(replace(part, kind="number", value=value, shape="plain"), expression))
                for item, (part, value) in expression.coefficients.items()
            }
            rows.append(Row(facts, said_as_sum=True))
            row = len(rows) - 1
        limits.append(
            Limit(
                kind,  # type: ignore[arg-type]
                expression.cue.sign,
                items,
                expression.sentence,
                (span,),
                row=row,
                quantity=quantity,
                strict=expression.cue.strict,
            )
        )
    return limits


def notes_of(expressions: Sequence[Expression], items: Items) -> list[str]:
    """What is assumed where a text says "difference", which may also mean the distance between two amounts."""
    notes = []
    for expression in expressions:
        signs = sorted((-value, item) for item, (_, value) in expression.coefficients.items())
        if any(part.low == "difference" for part in expression.clause) and len(signs) > 1:
            first, last = items[signs[0][1]].label, items[signs[-1][1]].label
            notes.append(f"The difference is read as {first} less {last}, which may be negative.")
    return notes


def _quantity(part: Part, expression: Expression) -> Quantity:
    words = frozenset({"weighted", "sum"})
    return Quantity(part, expression.clause, 0, expression.sentence, (), (), "", words, words, "", (), (), -1)
