"""Turns the parts of a sentence into lexemes: decisions, numbers, limit phrases, comparisons and joints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from copilot.drafting.builtin.letters.lexemes import Kind, Lexeme, Lexemes
from copilot.drafting.builtin.mentions import Part, Parts
from copilot.drafting.builtin.statements.shaping import shaped
from copilot.drafting.builtin.statements.turning import settled
from copilot.drafting.builtin.words import lexicon, load
from copilot.drafting.formulation import Relation

JOINTS = ("comma", "join", "break", "colon", "open", "close")
_MARKS: Mapping[str, Kind] = {",": "comma", ":": "colon", "(": "open", "[": "open", ")": "close", "]": "close"}
_JOINS = frozenset({"and", "&", "or"})
_SCALED = {
    **{"doubling": 2.0, "tripling": 3.0, "trebling": 3.0, "halving": 0.5},
    **{"double": 2.0, "treble": 3.0, "triple": 3.0, "quadruple": 4.0, "twice": 2.0, "thrice": 3.0},
}
_GAP = 6
_ORDINALS = frozenset({"st", "nd", "rd", "th"})
_TIES = frozenset({"per", "every", "each", "ratio", "to"})
_DUTIES = frozenset(
    {"must", "have", "has", "should", "need", "needs", "include", "requires", "require", "asks", "wants", "demands"}
)


def lexemes_of(parts: Parts) -> Lexemes:
    """The lexemes of a sentence, limit phrases that stand behind their number put before it."""
    found: list[Lexeme] = []
    low = [_plain(part) for part in parts]
    position = 0
    while position < len(parts):
        length, sign = _behind_at(low, position, parts)
        spot = _limited(found) if length else -1
        if spot >= 0:
            if not spot or found[spot - 1].kind != "relation":
                relation = replace(found[spot], kind="relation", sign=sign, value=0.0, phrase="behind")
                found.insert(_before_sum(found, spot), relation)
            position += length
            continue
        lexeme, used = _at(parts, low, position)
        found.append(lexeme)
        position += used
    return settled(shaped(_with_less(found)))


def _plain(part: Part) -> str:
    return part.low.replace("’", "'")


def _at(parts: Parts, low: Sequence[str], position: int) -> tuple[Lexeme, int]:
    part = parts[position]
    if part.kind == "item":
        return Lexeme("item", part, part.end, value=1.0), 1
    if part.kind == "number":
        return _number(parts, low, position)
    if part.low in ("−", "minus") and parts[position + 1 : position + 2] and not _subtracts(parts, position):
        following = parts[position + 1]
        if following.kind != "number":
            return Lexeme("comma", part, part.end), 1
        return Lexeme("number", replace(following, start=part.start), following.end, value=-following.value), 2
    if part.low in _SCALED:
        return Lexeme("factor", part, part.end, value=_SCALED[part.low]), 1
    if part.low == "one" and _is_number(parts, position):
        return Lexeme("number", replace(part, kind="number", value=1.0, worded=True), part.end, value=1.0), 1
    for length in range(min(_longest(), len(parts) - position), 0, -1):
        phrase = tuple(low[position : position + length])
        known = _table().get(phrase)
        if known is not None:
            kind, sign = known
            end = parts[position + length - 1].end
            return Lexeme(kind, part, end, sign=sign, bare=" ".join(phrase) in _near(), phrase=" ".join(phrase)), length
    if part.low in _JOINS:
        return Lexeme("join", part, part.end), 1
    return Lexeme(_MARKS.get(part.low, "verb" if part.verb else "word"), part, part.end), 1


def _is_number(parts: Parts, position: int) -> bool:
    """ "one per inspection", "a stool takes one and a chair four": a number, and not "a small one"."""
    before, ahead = parts[:position], parts[position + 1 : position + 5]
    low = {one.low for one in parts}
    if ahead and ahead[0].kind == "item" and low & _TIES and low & _DUTIES and not {"cost", "costs"} & low:
        numbers = sum(one.kind == "number" or one.low == "one" for one in parts)
        return numbers > 1 or bool(before and before[-1].low not in ("each", "every", "for", "per", "to", "than"))
    rated = bool(ahead) and ahead[0].low in ("per", "for", "from") and any(one.kind == "item" for one in ahead)
    ends = not ahead or ahead[0].low in (",", "and", "or", ")", "unit", "square")
    counted = any(one.kind == "number" and one.worded for one in parts)
    owned = next((spot for spot in range(len(before) - 1, -1, -1) if before[spot].kind != "item"), -1)
    if before and before[-1].kind == "item" and owned >= 0:
        spots = [before[spot].low for spot in range(max(0, owned - 1), owned + 1)]
        if {"every", "each", "than", "the", "to", "for", "from", "per", "on"} & set(spots):
            return False
    taken = bool(before) and (before[-1].kind == "item" or before[-1].verb or before[-1].low in (",", "and", "at", ":"))
    return (rated and (not before or before[-1].kind != "item")) or (counted and ends and taken)


def _subtracts(parts: Parts, position: int) -> bool:
    """Whether a dash or a "minus" stands between two amounts: not in "at least -10", nor between words."""
    if not position:
        return False
    before = parts[position - 1]
    after = parts[position + 1]
    if parts[position].low == "minus" and (after.kind != "number" or not lexicon().is_small(before.low)):
        return before.low not in ("least", "most", "than")
    return before.kind in ("item", "number") and after.kind in ("item", "number")


def _number(parts: Parts, low: Sequence[str], position: int) -> tuple[Lexeme, int]:
    """A number, or a factor: "twice", "half", "2 *", "two times"."""
    part = parts[position]
    if set(low[position + 1 : position + 2]) & _ORDINALS:
        return Lexeme("unsafe", part, part.end), 1  # "no slots for a 61st episode"
    times = low[position + 1 : position + 2] == ["*"]
    of = low[position + 1 : position + 2] == ["of"]
    owned = of and any(one.kind == "item" for one in parts[position + 2 : position + 4])
    factor = part.shape in ("multiple", "fraction") or times or (part.shape == "percent" and owned)
    end = parts[position + times].end
    return Lexeme("factor" if factor else "number", part, end, value=part.value), 1 + times


def _behind_at(low: Sequence[str], position: int, parts: Parts) -> tuple[int, Relation]:
    """How many words a limit phrase takes that stands behind its number, "or more", and its sign; 0 where none does."""
    for length in range(min(5, len(low) - position), 0, -1):
        sign = _behind().get(" ".join(low[position : position + length]))
        after = parts[position + length : position + length + 1]
        goes_on = bool(after) and (after[0].kind == "number" or after[0].low in ("than", "of"))
        if sign and not (goes_on and (after[0].low != "of" or length == 1)):
            return length, sign
    return 0, "=="


def _limited(kept: Sequence[Lexeme]) -> int:
    """Where the number stands that a limit phrase behind it is of, or -1."""
    last = len(kept) - 1 - bool(kept and kept[-1].kind == "comma")
    for spot in range(last, max(-1, last - 1 - _GAP), -1):
        if kept[spot].kind == "number" or (kept[spot].kind == "factor" and kept[spot].value < 1):
            return spot
        if kept[spot].kind not in ("word", "verb", "item", "total", "each", "must", "exceed", "than", "more", "fewer"):
            return -1
    return -1


def _before_sum(kept: Sequence[Lexeme], spot: int) -> int:
    """Where a limit phrase belongs whose number, "less 10", only ends a sum: before the sum."""
    added = spot > 0 and (kept[spot - 1].kind in ("plus", "minus") or kept[spot - 1].low == "less")
    many = next((at for at, one in enumerate(kept) if one.kind == "many"), -1)
    must = max((at for at, one in enumerate(kept[:spot]) if one.kind == "must"), default=-1)
    if not added or (many < 0 and must < 0):
        return spot
    return many if many >= 0 else must + 1 + (kept[must + 1].kind == "verb")


def _with_less(found: Sequence[Lexeme]) -> list[Lexeme]:
    """ "twice P less Q": a minus between two decisions."""
    kept: list[Lexeme] = []
    for position, lexeme in enumerate(found):
        if (
            lexeme.kind == "fewer"
            and lexeme.low == "less"
            and any(one.kind == "item" for one in found[max(0, position - 2) : position])
        ):
            ahead = [one for one in found[position + 1 : position + 6] if one.kind != "word"]
            if ahead and ahead[0].kind in ("item", "factor", "number"):
                lexeme = replace(lexeme, kind="minus")
        kept.append(lexeme)
    return kept


@cache
def _table() -> Mapping[tuple[str, ...], tuple[Kind, Relation]]:
    data = load("freely")
    table: dict[tuple[str, ...], tuple[Kind, Relation]] = {}
    for kind, phrases in data["phrases"].items():
        name = "break" if kind == "breaks" else kind
        table.update({tuple(phrase.split()): (name, "==") for phrase in phrases})
    for name, sign in (("rise", ">="), ("fall", "<=")):
        table.update({tuple(phrase.split()): ("exceed", sign) for phrase in data["limits"][name]})
    for name, sign in (("upper", "<="), ("lower", ">="), ("exact", "==")):
        table.update({tuple(phrase.split()): ("relation", sign) for phrase in data["limits"][name]})
    return table


@cache
def _longest() -> int:
    return max(len(phrase) for phrase in _table())


@cache
def _near() -> frozenset[str]:
    return frozenset(load("freely")["limits"]["near"])


@cache
def _behind() -> Mapping[str, Relation]:
    data = load("freely")["behind"]
    return {
        **dict.fromkeys(data["exact"], "=="),
        **dict.fromkeys(data["upper"], "<="),
        **dict.fromkeys(data["lower"], ">="),
    }


def stems_of(lexemes: Sequence[Lexeme]) -> frozenset[str]:
    """Stems of the words that tell one thing from another."""
    words = lexicon()
    return frozenset(
        lexeme.part.stem
        for lexeme in lexemes
        if lexeme.kind in ("word", "verb")
        and not words.is_small(lexeme.low)
        and lexeme.part.stem not in words.empty_stems
    )
