"""Describes each number of a clause: what it counts, what was said before it, whose it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from copilot.drafting.builtin.clauses import Clause
from copilot.drafting.builtin.facts import Money, Quantity
from copilot.drafting.builtin.mentions import Part, Parts
from copilot.drafting.builtin.words import lexicon

_STOPS = frozenset({"due", "respectively", "that", "which", "who", "whom", "if", "while", "whereas", "but"})
_EACH = frozenset({"per", "each", "every", "a", "an", "one", "any", "single"})
_LINKS = frozenset(
    {"for", "on", "from", "of", "to", "in", "make", "produce", "making", "producing", "by", "at", "with"}
)
_GIVEN = frozenset({"allocated", "assigned", "dedicated", "invested", "devoted", "spent"})
_SKIPPED = frozenset(
    {"of", "worth", "more", "additional", "extra", "total", "different", "square", "sq", "cubic", "full"}
)
_JOINTS = (",", "and", "or", "plus")
_OPERATES = frozenset({"operate", "run", "use", "make", "produce", "keep", "open", "rent", "purchase", "buy"})
_TOGETHER = frozenset({"all", "both", "total", "together"})
_SHARED_OUT = frozenset({"allocat", "assign", "devot", "distribut", "dedicat"})


def quantities_of(clause: Clause) -> list[Quantity]:
    """The clause's numbers in order, each described."""
    found: list[Quantity] = []
    parts = clause.parts
    for position, part in enumerate(parts):
        if part.kind == "number":
            found.append(_described(clause, position, found[-1] if found else None))
    return found


def content(parts: Sequence[Part]) -> frozenset[str]:
    """Stems that tell one quantity from another."""
    words = lexicon()
    found = set()
    for position, part in enumerate(parts):
        before = parts[position - 1].low if position else ""
        rate = before in ("per", "each", "every") or (before in ("a", "an") and part.stem in words.period_stems)
        if part.kind == "word" and not rate and not words.is_small(part.low) and part.stem not in words.empty_stems:
            found.add(part.stem)
    return frozenset(found)


def _described(clause: Clause, position: int, earlier: Quantity | None) -> Quantity:
    parts = clause.parts
    after_end = _after_end(parts, position)
    after = parts[position + 1 : after_end]
    start = _before_start(parts, earlier, position)
    before = parts[start:position]
    linked = earlier is not None and not any(part.verb or part.kind == "item" for part in before)
    said, unit = content(before), _unit(after)
    if linked and earlier is not None:
        said = said or earlier.said
        counted = after_end < len(parts) and parts[after_end].kind == "item" and not after
        unit = unit or (earlier.unit if not counted and _elided(parts[position], after, earlier) else "")
    words = content(after) | ({unit} if unit else set())
    counts_item = not after and after_end < len(parts) and parts[after_end].kind == "item"
    money = _money(parts[position], after, before, unit, counts_item=counts_item)
    if linked and earlier is not None and not money and unit in ("", "unit"):
        money = earlier.money if earlier.part.shape == parts[position].shape else ""
    right, next_item = _right(parts, position, after_end)
    loss = _is_loss(parts[position], after, before, unit)
    return Quantity(
        part=replace(parts[position], value=-parts[position].value) if loss else parts[position],
        clause=parts,
        position=position,
        sentence=clause.sentence,
        after=after,
        before=before,
        unit=unit,
        words=frozenset(words),
        said=said,
        money="in" if loss else money,
        left=_left(clause, position, earlier),
        right=right,
        next_item=next_item,
        tail=content(_tail(parts, after_end)),
        linked=linked,
    )


def _tail(parts: Parts, start: int) -> Parts:
    """What is said between the counted phrase and the next number."""
    end = next((spot for spot in range(start, len(parts)) if parts[spot].kind == "number"), len(parts))
    if end == len(parts):
        return parts[start:]
    joints = [spot for spot in range(start, end) if parts[spot].low in _JOINTS]
    return parts[start : joints[-1] if joints else end]


def _before_start(parts: Parts, earlier: Quantity | None, position: int) -> int:
    """What was said before a number begins behind the phrase of the number before it."""
    if earlier is None:
        return 0
    start = earlier.position + 1 + len(earlier.after)
    joints = [spot for spot in range(start, position) if parts[spot].low in _JOINTS]
    return joints[-1] if joints else start


def _after_end(parts: Parts, position: int) -> int:
    """Where the counted phrase ends: at a number, a mark, "and", an item or a verb."""
    words = lexicon()
    end = position + 1
    while end < len(parts):
        part = parts[end]
        gerund = part.low.endswith("ing") or parts[end - 1].low == "to"
        joins = part.low in words.conjunctions and not _joins_nouns(parts, end)
        stops = part.kind in ("number", "mark", "item") or joins or part.low in _STOPS
        if stops or (part.verb and not gerund):
            break
        end += 1
    return end


def _joins_nouns(parts: Parts, joint: int) -> bool:
    """ "heating and cooling machine": the "and" stands inside one name."""
    if joint < 1 or joint + 2 >= len(parts):
        return False
    before, after, last = parts[joint - 1], parts[joint + 1], parts[joint + 2]
    return before.low.endswith("ing") and after.low.endswith("ing") and last.kind == "word" and not last.verb


def _unit(after: Parts) -> str:
    """The stem of the unit: the first noun, or the measure that ends a name such as "teller hours"."""
    words, first = lexicon(), ""
    for part in after:
        if part.low in _SKIPPED and not first:
            if part.low == "of":
                return ""
            continue
        if part.kind != "word" or words.is_small(part.low):
            break
        if part.stem in words.measure_stems and part.low.endswith("s"):
            return part.stem
        first = first or part.stem
    return first


def _elided(part: Part, after: Parts, earlier: Quantity) -> bool:
    """ "4 hours of carpentry and 2 of finishing": the second number counts the same unit."""
    if part.shape != earlier.part.shape or earlier.money:
        return False
    return not after or lexicon().is_small(after[0].low)


def _money(part: Part, after: Parts, before: Parts, unit: str, *, counts_item: bool = False) -> Money:
    words = lexicon()
    if counts_item and part.shape == "plain":
        return ""  # "sells at least 30 ovens"
    if part.shape == "plain" and _is_number_of(before):
        return ""  # "the number of hats they can sell is at most 170"
    near = [word.stem for word in after] + [word.stem for word in reversed(before)]
    rate = {"pay"} if part.shape == "percent" else set()  # an account pays 3 %, and nobody is paid in percents
    asks = {"charg"} if {"he", "she", "they", "we", "i"} & {word.low for word in before} else set()
    kinds = [
        "in" if stem in words.money_in_stems | rate | asks else "out"
        for stem in near
        if stem in words.money_in_stems or stem in words.money_out_stems
    ]
    if part.shape == "money":
        return kinds[0] if kinds else "unknown"  # type: ignore[return-value]
    counted = [word.low for word in after[:2]]
    plain = counted[:1] in (["units"], ["unit"]) and counted[1:] != ["of"]  # "costs are quantified as 4 and 3 units"
    if plain and _SHARED_OUT & {word.stem for word in before}:
        return ""  # "the capital allocated to both must be at least 900 units"
    bare = not unit or plain or unit in words.money_in_stems or unit in words.money_out_stems
    if part.shape in ("plain", "percent") and kinds and bare:
        return kinds[0]  # type: ignore[return-value]
    return ""


def _is_number_of(before: Parts) -> bool:
    """Whether what is said before a number makes it a number of things."""
    low = [part.low for part in before]
    return any(pair in (("number", "of"), ("how", "many")) for pair in pairwise(low))


def _is_loss(part: Part, after: Parts, before: Parts, unit: str) -> bool:
    """ "results in a $3 loss": less than nothing comes in."""
    told = "loss" in {word.low for word in after[:2]} or [word.low for word in before[-2:]] == ["loss", "of"]
    return told and (part.shape == "money" or unit in ("", "loss"))


def _left(clause: Clause, position: int, earlier: Quantity | None) -> tuple[int, ...]:
    """The nearest group of items before the number; items linked to an earlier number do not count."""
    group: list[int] = []
    limit = -1
    if earlier is not None and earlier.right and not earlier.left:
        limit = earlier.position
    for spot in range(position - 1, limit, -1):
        part = clause.parts[spot]
        if part.kind == "item":
            group.insert(0, part.item)
        elif (
            group
            and part.low not in lexicon().conjunctions | lexicon().determiners
            and part.low not in (",", "of", "for")
        ):
            break
    if group:
        return tuple(dict.fromkeys(group))
    if earlier is not None and limit < 0:
        return earlier.left
    return clause.inherited if limit < 0 else ()


def _made_on(parts: Parts, start: int) -> int:
    """ "$50 is made on each A": the item behind a verb and a preposition, or -1."""
    if start >= len(parts) or not parts[start].verb:
        return -1
    words = lexicon()
    linked, given = False, parts[start].low in _GIVEN
    for part in parts[start : start + 5]:
        if part.kind == "item":
            return part.item if linked else -1
        linked = linked or part.low in ("on", "from", "per", "for", "by") or (given and part.low in ("to", "in"))
        if not (part.verb or part.low in words.determiners or linked):
            return -1
    return -1


def _right(parts: Parts, position: int, end: int) -> tuple[tuple[int, ...], int]:
    """(items that the number is said to be per, the item that stands right behind the phrase or -1)."""
    if end >= len(parts) or parts[end].kind != "item":
        made = _made_on(parts, end)
        return ((made,), -1) if made >= 0 else ((), -1)
    index = parts[end].item
    group = [index]
    for spot in range(end + 1, len(parts)):
        if parts[spot].kind == "item":
            group.append(parts[spot].item)
        elif parts[spot].low not in lexicon().conjunctions | lexicon().determiners and parts[spot].low != ",":
            break
    gap = [part.low for part in parts[position + 1 : end]]
    if not gap:
        return (), index
    if parts[position].shape == "money" and gap[-1] == "the" and gap[-2:-1] in (["in"], ["at"], ["on"], ["for"]):
        gap.pop()  # "$500 per day to operate in the north"
    last = gap[-1]
    if "with" in gap and any(part.verb and part.low.endswith("ing") for part in parts[end + 1 : end + 2]):
        return (), index  # "a budget of $900 with each desk costing $30"
    if last in _OPERATES and gap[-2:-1] == ["to"] and len(group) == 1:
        return (index,), index  # "$500 per day to operate farm 1"
    each = last in _EACH and not _TOGETHER & set(gap)
    linked = each or (last in _LINKS - {"of"} and len(group) == 1) or (last == "of" and len(gap) > 2 and "per" in gap)
    return (tuple(dict.fromkeys(group)) if linked else ()), index
