"""Finds the rules of a sentence: sums with a limit, comparisons of sums, limits with their target behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from copilot.drafting.builtin.letters.lexemes import Lexeme, Lexemes
from copilot.drafting.builtin.letters.regions import (
    amount_behind,
    apart_behind,
    behind_unit,
    constant_behind,
    explained_behind,
    less,
    names_any,
    number_behind,
    reach,
    sum_before,
    sum_behind,
    target_behind,
    than_behind,
)
from copilot.drafting.builtin.letters.shares import share_of_all, weights_in
from copilot.drafting.builtin.letters.sums import Terms, parsed
from copilot.drafting.builtin.mentions import Part
from copilot.drafting.formulation import Relation

_FALLING = frozenset({"less", "fewer", "lower", "smaller", "below", "under"})
_VERBS = frozenset({"exceed", "exceeds", "equal", "equals", "equal to"})


@dataclass(frozen=True, slots=True)
class Rule:
    """Sum of `terms` related to the number in `limit`; with no terms, `words` name what the limit is of."""

    terms: Terms
    sign: Relation
    limit: Part
    span: tuple[int, int]
    strict: bool = False
    words: frozenset[str] = frozenset()
    money: bool = False
    pending: bool = False
    apart: bool = False  # said as a "difference", which may also mean the distance

    @property
    def is_distance(self) -> bool:
        """Whether it limits how far one decision may be above another."""
        return self.sign == "<=" and sorted(value for _, value in self.terms.values()) == [-1.0, 1.0]

    def turned(self) -> Rule:
        """The same limit on what is left when the sides change places: "in either direction"."""
        return replace(self, terms={item: (part, -value) for item, (part, value) in self.terms.items()})


@dataclass(slots=True)
class Found:
    """Rules of a sentence, the pieces that they leave, and a sum that waits for its limit."""

    rules: list[Rule] = field(default_factory=list)
    rest: list[Lexemes] = field(default_factory=list)
    waiting: Terms | None = None
    waited: frozenset[str] = frozenset()


def found_in(lexemes: Lexemes, item_count: int, waiting: Terms | None, waited: frozenset[str]) -> Found:
    """All rules of a sentence; `waiting` is a sum explained before and not limited yet, in `waited` words."""
    found = Found(waiting=waiting, waited=waited)
    start = position = 0
    last: Relation | None = None
    while position < len(lexemes):
        lexeme = lexemes[position]
        if lexeme.kind == "relation":
            used = _rule_at(found, lexemes, start, position, item_count)
            if used:
                last, start = found.rules[-1].sign, used
            position = used or position + 1
        elif last is not None and lexeme.kind == "number" and (used := _again(found, lexemes, start, position, last)):
            start = position = used
        else:
            position += 1
    found.waiting = _explained(lexemes[start:], item_count) or found.waiting
    found.rest.extend([] if found.waiting else [lexemes[start:]])
    return found


def _explained(lexemes: Lexemes, item_count: int) -> Terms | None:
    """ "a score which is calculated as twice X plus Y": a sum without a limit, for the sentence that follows."""
    spots = [spot for spot, lexeme in enumerate(lexemes) if lexeme.kind == "explains"]
    return parsed(lexemes[spots[-1] + 1 :], item_count) if spots else None


def _rule_at(found: Found, lexemes: Lexemes, start: int, position: int, item_count: int) -> int:
    """Adds the rule of the limit phrase at a place; returns where the rest begins, or 0 where there is none."""
    number = number_behind(lexemes, position)
    if number < 0:
        return _shared(found, lexemes, start, position, item_count) or _compared(
            found, lexemes, start, position, item_count
        )
    end = behind_unit(lexemes, number + 1)
    rule = _blank(lexemes[position], lexemes[number])
    apart = apart_behind(lexemes, number)
    if apart and not names_any(lexemes[start:position]):
        return _added(found, replace(rule, terms=apart[0]), lexemes[start:position], apart[1], lexemes, start)
    than = than_behind(lexemes, number)
    left = _sum_before(found, lexemes[start:position], item_count)
    if than:
        right, end = sum_behind(lexemes, than[0], item_count)
        if left is None or right is None:
            return 0
        terms = less(left[0], right) if than[1] > 0 else less(right, left[0])
        return _added(found, replace(rule, terms=terms), left[1], end, lexemes, start) if terms else 0
    explained = explained_behind(lexemes, end, item_count)
    if explained and (left is None or not left[0]):
        return _added(found, replace(rule, terms=explained[0]), (), explained[1], lexemes, start)
    if left is not None and left[0]:
        return _added(found, replace(rule, terms=left[0]), left[1], end, lexemes, start)
    if end < len(lexemes) and is_each(lexemes[end]) and not names_any(lexemes[start:position]):
        return _each(found, rule, lexemes, start, position, end + 1, item_count)
    weights = weights_in(lexemes[start:position], item_count)
    if weights:
        return _weighed(found, rule, lexemes, start, position, end)
    target = target_behind(lexemes, position, end, item_count)
    if target is not None and not names_any(lexemes[start:position]):
        return _added(found, replace(rule, terms=target[0]), lexemes[start:position], target[1], lexemes, start)
    return _unnamed(found, rule, lexemes, start, position, end, item_count)


def _sum_before(found: Found, region: Lexemes, item_count: int) -> tuple[Terms, Sequence[Lexeme]] | None:
    left = sum_before(region, item_count)
    if left is None and found.rules and len(found.rules[-1].terms) > 1:
        return sum_before(_like_before(region), item_count)
    return left


def _like_before(region: Lexemes) -> Lexemes:
    """ "while that of Y and W": of them together, as in the sum before."""
    spot = next((spot for spot, one in enumerate(region) if one.kind not in ("break", "join", "comma")), len(region))
    points = region[spot : spot + 1] and region[spot].low in ("that", "those")
    return (*region[:spot], replace(region[spot], kind="total"), *region[spot + 1 :]) if points else region


def _shared(found: Found, lexemes: Lexemes, start: int, position: int, item_count: int) -> int:
    """ "X may be at most 30% of the total"."""
    share = share_of_all(lexemes, position, item_count)
    left = sum_before(lexemes[start:position], item_count) if share else None
    if share is None or left is None or not left[0]:
        return 0
    relation = lexemes[position]
    zero = replace(relation.part, kind="number", value=0.0)
    rule = Rule(less(left[0], share[0]), relation.sign, zero, (relation.part.start, share[1]), strict=relation.strict)
    return _added(found, rule, left[1], share[2], lexemes, start)


def _blank(relation: Lexeme, number: Lexeme) -> Rule:
    limit = replace(number.part, value=number.value)
    span = (relation.part.start, number.end)
    money = number.part.shape == "money"
    return Rule({}, relation.sign, limit, span, strict=relation.strict, money=money)


def _added(found: Found, rule: Rule, before: Sequence[Lexeme], end: int, lexemes: Lexemes, start: int) -> int:
    """Add a rule, keep what stands before it, and return where the rest begins."""
    found.rest.append(tuple(before))
    whole = lexemes[start:end]
    first = next((lexeme.part.start for lexeme in whole[len(before) :]), rule.span[0])
    apart = any(lexeme.kind == "difference" for lexeme in whole[len(before) :])
    found.rules.append(replace(rule, span=(min(first, rule.span[0]), max(rule.span[1], whole[-1].end)), apart=apart))
    return end


def _compared(found: Found, lexemes: Lexemes, start: int, position: int, item_count: int) -> int:
    """ "X must be at least twice Y", "X should exceed Y by at least 50"."""
    relation = lexemes[position]
    named = lexemes[position + 1 : position + 12]
    if not names_any(named):
        return 0
    left = sum_before(lexemes[start:position], item_count)
    right, end = sum_behind(lexemes, position + 1, item_count)
    if left is None or not left[0] or right is None:
        return 0
    terms = less(left[0], right)
    if set(left[0]) & set(right) or not any(value for _, value in terms.values()):
        return 0
    zero = replace(relation.part, kind="number", value=0.0)
    rule = Rule(terms, relation.sign, zero, (relation.part.start, relation.end), strict=relation.strict)
    added = constant_behind(lexemes, end)
    if added:
        value, told, end = added
        rule = replace(rule, limit=replace(told.part, value=value))
    elif end < len(lexemes) and lexemes[end].kind == "by":
        amount = amount_behind(lexemes, end)
        if amount is None:
            return 0
        number, sign = amount
        end = behind_unit(lexemes, number + 1)
        part = replace(lexemes[number].part, value=lexemes[number].value)
        rule = replace(_by(rule, relation, sign), limit=part, strict=False)
    elif relation.bare and relation.phrase not in _VERBS:
        return 0
    return _added(found, rule, left[1], end, lexemes, start)


def _by(rule: Rule, relation: Lexeme, sign: Relation | None) -> Rule:
    """ "exceed Y by", "not fall below Y by more than": how far one may be above the other, or below it."""
    words = set(relation.phrase.split())
    if words & _FALLING:
        denied = relation.sign == ">="
        return replace(rule.turned(), sign="<=" if denied else sign or ">=")
    return replace(rule, sign="<=" if relation.sign == "<=" else sign or relation.sign)


def _again(found: Found, lexemes: Lexemes, start: int, position: int, sign: Relation) -> int:
    """ "at most 50 units of X and Y, and 30 units of Z": the limit phrase is said once for both."""
    before = lexemes[start:position]
    if any(lexeme.kind not in ("comma", "join", "word") for lexeme in before) or not before:
        return 0
    target = target_behind(lexemes, position, behind_unit(lexemes, position + 1), 99)
    if target is None or found.rules[-1].words:
        return 0
    number = lexemes[position]
    limit = replace(number.part, value=number.value)
    rule = Rule(target[0], sign, limit, (number.part.start, number.end))
    return _added(found, rule, (), target[1], lexemes, start)


def is_each(lexeme: Lexeme) -> bool:
    """ "each", "every"; the "per" of "20 per month" is none."""
    return lexeme.kind == "each" and lexeme.low != "per"


def _each(found: Found, rule: Rule, lexemes: Lexemes, start: int, position: int, end: int, item_count: int) -> int:
    """ "at most 24 hours each", "each kind at least 3": the same limit on every decision."""
    for item in range(item_count):
        same = replace(rule, terms={item: (rule.limit, 1.0)})
        _added(found, same, lexemes[start:position] if not item else (), end, lexemes, start)
    return end


def _weighed(found: Found, rule: Rule, lexemes: Lexemes, start: int, position: int, end: int) -> int:
    """ "X takes 4 hours and Y 3 hours, and at most 70 hours are there": a quantity by decision, and its limit."""
    region = lexemes[start:position]
    found.rest.append(region)
    about = frozenset(lexeme.part.stem for lexeme in region if lexeme.kind in ("word", "verb", "total"))
    units = frozenset(lexeme.part.stem for lexeme in lexemes[position:end] if lexeme.kind == "word") - {"unit"}
    found.rules.append(replace(rule, words=about & units or about, pending=True))
    return end


def _unnamed(found: Found, rule: Rule, lexemes: Lexemes, start: int, position: int, end: int, item_count: int) -> int:
    """A limit with no decision near: on the sum explained before, on a quantity, or on all of them together."""
    region = lexemes[start:position]
    behind = lexemes[position:end]
    if any(map(is_each, region)) and not names_any(reach(lexemes, end)):
        return _each(found, rule, lexemes, start, position, end, item_count)
    again = region and all(one.kind in ("join", "comma") or one.low in ("a", "an", "the") for one in region)
    if again and found.rules and not names_any(lexemes[end : end + 3]):
        last = found.rules[-1]
        same = replace(rule, terms=last.terms, words=last.words, pending=last.pending)
        return _added(found, same, region, end, lexemes, start)
    behind = (*behind, *reach(lexemes, end))
    said = [lexeme for lexeme in (*region, *behind) if lexeme.kind in ("word", "verb", "all", "total")]
    words = frozenset(stem for lexeme in said for stem in (lexeme.part.stem, *lexeme.phrase.split()))
    if names_any(region) or names_any(reach(lexemes, end)):
        return 0
    if found.waiting and found.waited & words:
        rule = replace(rule, terms=found.waiting)
        found.waiting = None
    else:
        rule = replace(rule, words=words, pending=True)
    return _added(found, rule, region, end, lexemes, start)
