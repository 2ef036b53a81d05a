"""Reads rules that compare items: shares of a total, multiples of one another, "more A than B"."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.bases import is_of_money, weighed_by
from copilot.drafting.builtin.clauses import Clause
from copilot.drafting.builtin.context import Context
from copilot.drafting.builtin.cues import comparison
from copilot.drafting.builtin.facts import Gap, Limit, Quantity, RawLimit, Row
from copilot.drafting.builtin.mentions import Part
from copilot.drafting.builtin.words import lexicon
from copilot.drafting.formulation import Relation

_MODALS = frozenset(
    {"must", "should", "cannot", "can", "has", "have", "needs", "need", "wants", "want", "prefers", "prefer", "shall"}
    | {
        "may",
        "required",
        "decides",
        "decided",
        "aims",
        "expects",
        "plans",
        "intends",
        "will",
        "would",
        "likes",
        "limits",
        "requires",
        "require",
        "ensure",
        "not",
    }
)
_PREFERS = frozenset({"prefers", "prefer", "likes", "would"})
_JOINS = frozenset(
    {"number", "amount", "quantity", "the", "of", "used", "made", "be", "that", "in", "those", "trips", "money"}
)
_DEGREES = frozenset({"more", "fewer", "less"})
_DONE = frozenset({"must", "should", "may", "can", "cannot", "has", "have", "needs", "need", "are", "is", "be", "will"})
_AS_MANY = {"many": "as", "much": "as"}


def share_limit(raw: RawLimit, rows: Sequence[Row], context: Context) -> tuple[Limit | None, Gap | None]:
    """The ratio or multiple that a percentage, fraction or "twice" says."""
    quantity = raw.quantity
    if raw.weak and not _MODALS & {part.low for part in quantity.clause}:
        text = f'It is not clear what "{_around(quantity)}" compares.'
        return None, Gap(text, (quantity.span,), kind="share", raw=raw)
    ahead, behind = _ahead(quantity), _behind(quantity)
    multiple = quantity.part.shape == "multiple" or _speaks_of_number(quantity)
    if len(behind) >= 2 and (multiple or _as_many(quantity)):
        return _multiple(raw, behind[:1], behind[1:2]), None
    if len(behind) == 1 and multiple and _prefers_alone(quantity):
        others = tuple(item for item in context.everything if item != behind[0])
        if len(others) == 1:
            return _multiple(raw, behind, others), None
        behind = ()
    if len(behind) == 1 and ahead and ahead[-1] != behind[0] and (multiple or _is_of_item(quantity)):
        return _multiple(raw, ahead[-1:], behind), None
    if quantity.part.shape != "multiple":
        target = behind if len(behind) == 1 else ahead[-1:] if len(ahead) >= 1 and not behind else ()
        if _is_of_part(quantity, target):
            text = f'"{_around(quantity)}" is a part of one thing, and no limit on how much of it is chosen.'
            return None, Gap(text, (quantity.span,), kind="share")
        if len(target) == 1 and not raw.weak and not is_of_money(quantity, context):
            return replace(_ratio(raw, target, context), row=weighed_by(quantity, rows, context)), None
    text = f'It is not clear what "{_around(quantity)}" compares.'
    return None, Gap(text, (quantity.span,), kind="share", raw=raw)


def comparison_limits(clause: Clause, *, told: bool = False) -> tuple[list[Limit], list[Gap]]:
    """ "the number of A must not exceed the number of B", "more A than B": rules without a number.

    A clause without "must" or the like is only a remark, unless the user is `told` to be giving rules.
    """
    parts = clause.parts
    if any(part.kind == "number" for part in parts) or len(clause.items) < 2:
        return [], []
    low = [part.low for part in parts]
    if not told and not (_MODALS & set(low) or "number" in low or _says_as_many(low)):
        return [], []
    spots = [spot for spot, part in enumerate(parts) if part.kind == "item"]
    for first, second in itertools.pairwise(spots):
        if parts[first].item == parts[second].item:
            continue
        found = _pattern(low, first, second)
        if found is not None:
            return [_compared(clause, parts[first], parts[second], *found)], []
    if _sounds_like_rule(low):
        text = f'"{_sentence(parts)}" sounds like a rule that I could not read.'
        one, two = (next(part for part in parts if part.item == item) for item in clause.items[:2])
        either = tuple(_compared(clause, one, two, sign, strict=False) for sign in (">=", "<="))
        return [], [Gap(text, ((parts[0].start, parts[-1].end),), kind="rule", limits=either)]
    return [], []


def _says_as_many(low: Sequence[str]) -> bool:
    """ "insists on at least as many A as B": a rule without "must"."""
    text = " ".join(low)
    return any(f"at {bound} as {amount}" in text for bound in ("least", "most") for amount in ("many", "much"))


def _pattern(low: Sequence[str], first: int, second: int) -> tuple[Relation, bool] | None:
    between = low[first + 1 : second]
    before = low[max(0, first - 6) : first]
    if "than" in between or "as" in between:
        ahead = [word for word in before if word not in _JOINS]
        negated = bool({"not", "cannot", "no", "n't", "never"} & set(before))
        if ahead[-2:-1] and ahead[-2] in _DEGREES and ahead[-1] not in ("many", "much"):
            ahead = ahead[:-1]  # "no fewer beds of kale"
        if ahead and ahead[-1] == "more":
            return ("<=", False) if negated else (">=", True)
        if ahead and ahead[-1] in ("fewer", "less"):
            return (">=", False) if negated else ("<=", True)
        if ahead[-4:] == ["at", "least", "as", "many"] or ahead[-4:] == ["at", "least", "as", "much"]:
            return ">=", False
        if ahead[-4:] in (["at", "most", "as", "many"], ["at", "most", "as", "much"]):
            return "<=", False
    return _relation_between(low, first, second)


def _relation_between(low: Sequence[str], first: int, second: int) -> tuple[Relation, bool] | None:
    end = second
    while end > first + 1 and low[end - 1] in _JOINS:
        end -= 1
    window = list(low[first + 1 : end])
    for words, sign in ((["as", "many", "as"], ">="), (["as", "much", "as"], ">=")):
        if window[-3:] == words:
            least = "least" in window
            most = "most" in window
            return ("<=" if most else ">=" if least else "==", False)
        del sign
    return comparison(window, 0, len(window))


def _compared(clause: Clause, first: Part, second: Part, sign: Relation, strict: bool) -> Limit:
    prefers = bool(_PREFERS & {part.low for part in clause.parts})
    note = "A preference is read as a rule that allows equality." if prefers else ""
    span = (clause.parts[0].start, clause.parts[-1].end)
    return Limit(
        "comparison",
        sign,
        (first.item,),
        clause.sentence,
        (span,),
        base=(second.item,),
        strict=strict and not prefers,
        notes=(note,) if note else (),
    )


def _sounds_like_rule(low: Sequence[str]) -> bool:
    text = " ".join(low)
    if " as they can" in text or " as possible" in text:
        return False
    if "more" in low and "than" in low and _PREFERS & set(low):
        return True
    return any(cue in text for cue in ("exceed", "at least", "at most", " than the number", "as many", "no more"))


def _ratio(raw: RawLimit, target: tuple[int, ...], context: Context) -> Limit:
    quantity = raw.quantity
    return Limit(
        "ratio",
        raw.sign,
        target,
        quantity.sentence,
        (quantity.span,),
        base=context.everything,
        share=quantity,
    )


def _multiple(raw: RawLimit, items: Sequence[int], base: Sequence[int]) -> Limit:
    quantity = raw.quantity
    return Limit(
        "multiple",
        raw.sign,
        tuple(items),
        quantity.sentence,
        ((quantity.clause[0].start, quantity.clause[-1].end),),
        base=tuple(base),
        share=quantity,
    )


def _ahead(quantity: Quantity) -> tuple[int, ...]:
    found = [part.item for part in quantity.before if part.kind == "item"]
    return tuple(dict.fromkeys(found)) or quantity.left


def _behind(quantity: Quantity) -> tuple[int, ...]:
    found = []
    for part in quantity.clause[quantity.position + 1 :]:
        if part.kind == "number":
            break
        if part.kind == "item":
            found.append(part.item)
    return tuple(dict.fromkeys(found))


def _as_many(quantity: Quantity) -> bool:
    ahead = [part.low for part in quantity.clause[quantity.position + 1 : quantity.position + 5]]
    return any(_AS_MANY.get(word) in ahead for word in ahead) or "than" in [part.low for part in quantity.clause]


def _prefers_alone(quantity: Quantity) -> bool:
    """ "3 times as many people prefer to sit in A": more than in what is left, for nothing follows "than"."""
    behind = quantity.clause[quantity.position + 1 :]
    item = next((spot for spot, part in enumerate(behind) if part.kind == "item"), 0)
    low = [part.low for part in behind]
    prefers = any(part.verb and part.stem in ("prefer", "choos", "lik") for part in behind[:item])
    return prefers and "many" in low[:item] and "than" not in low and "as" not in low[item:]


def _speaks_of_number(quantity: Quantity) -> bool:
    """ "a third of the number of B", "half as many as": a comparison with another item's count."""
    ahead = [part.low for part in quantity.clause[quantity.position + 1 : quantity.position + 6]]
    counted = bool({"number", "amount", "many", "much", "quantity"} & set(ahead))
    return counted and not {"total", "whole", "entire", "overall", "all"} & set(ahead)


def _is_of_item(quantity: Quantity) -> bool:
    """ "a third of the mangos": the share is of an item that is named at once; "60 % in mangos" is of everything."""
    behind = quantity.clause[quantity.position + 1 :]
    words = lexicon()
    of = quantity.part.shape != "percent" or (bool(behind) and behind[0].low == "of")
    for part in behind:
        if part.kind == "item":
            return of
        named = part.kind == "word" and not words.is_small(part.low) and part.stem not in words.container_stems
        if part.verb or part.low in ("total", "all") or (named and quantity.part.shape == "percent"):
            return False
    return False


def _is_of_part(quantity: Quantity, target: Sequence[int]) -> bool:
    """ "at most half of the stools may be sold abroad": what is done with some of them, not how many there are."""
    behind = quantity.clause[quantity.position + 1 :]
    low = [part.low for part in behind]
    start = 2 if low[:2] in (["of", "the"], ["of", "its"], ["of", "their"], ["of", "his"], ["of", "her"]) else 1
    if low[:1] != ["of"] or [part.item for part in behind[start : start + 1] if part.kind == "item"] != list(target):
        return False
    return bool(_DONE & set(low[start + 1 : start + 4])) and not any(
        part.kind == "item" for part in behind[start + 1 :]
    )


def _around(quantity: Quantity) -> str:
    return f"{quantity.part.text} {quantity.phrase}".strip()


def _sentence(parts: Sequence[Part]) -> str:
    return " ".join(part.text for part in parts)
