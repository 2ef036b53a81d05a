"""Turns the parts of a sentence into lexemes: decisions, factors, numbers, limit phrases and the words that join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from copilot.drafting.builtin.mentions import Part, Parts
from copilot.drafting.builtin.words import lexicon, load
from copilot.drafting.formulation import Relation

Kind = Literal[
    "item", "number", "factor", "relation", "plus", "minus", "join", "comma", "colon", "open", "close", "difference",
    "total", "all", "each", "more", "fewer", "than", "by", "explains", "purpose", "break", "unsafe", "verb", "word",
    "exceed", "deny", "may", "must", "differ", "either", "many", "same", "skipped", "ratio", "harm",
]  # fmt: skip
_JOINS = frozenset({"and", "&", "or"})
_MARKS: Mapping[str, Kind] = {",": "comma", ":": "colon", "(": "open", "[": "open", ")": "close", "]": "close"}
_NEGATIONS = frozenset({"not", "no", "never", "cannot", "n't"})
_FLIP: Mapping[Relation, Relation] = {"<=": ">=", ">=": "<=", "==": "=="}
_STOCKED = frozenset({"available", "obtainable"})
_NEAR = 7
_MULTIPLES = {"double": 2.0, "triple": 3.0, "treble": 3.0, "quadruple": 4.0}
_COUNTED = frozenset({"twice", "thrice", "once", "double", "three times", "four times"})


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One meaningful piece of a sentence; `value` is of numbers and factors, `sign` and `strict` of limit phrases.

    `bare` marks limit phrases that are everyday words too and count only with a number close behind.
    """

    kind: Kind
    part: Part
    end: int
    value: float = 0.0
    sign: Relation = "=="
    strict: bool = False
    bare: bool = False
    phrase: str = ""

    @property
    def item(self) -> int:
        """Index of the decision, or -1."""
        return self.part.item

    @property
    def low(self) -> str:
        """The word in small letters."""
        return self.part.low


Lexemes = tuple[Lexeme, ...]


def lexemes_of(parts: Parts) -> Lexemes:
    """The lexemes of a sentence in order."""
    found: list[Lexeme] = []
    low = [part.low for part in parts]
    position = 0
    while position < len(parts):
        lexeme, used = _at(parts, low, position, found)
        found.append(lexeme)
        position += used
    found = _with_choices(found)
    return _with_factors(_with_stocks(_with_comparisons(_merged(found))))


def _with_choices(found: Sequence[Lexeme]) -> list[Lexeme]:
    """ "at least 10 must be either X or Y": both together; "either X or Y must be at least 10" is no sum."""
    first = next((spot for spot, one in enumerate(found) if one.kind == "number"), len(found))
    return [
        replace(one, kind="total") if one.phrase == "either" and spot > first else one for spot, one in enumerate(found)
    ]


def _with_factors(lexemes: Lexemes) -> Lexemes:
    """ "X twice plus Y once": a factor behind its decision put before it."""
    found = list(lexemes)
    for spot, lexeme in enumerate(lexemes[:-1]):
        factor, behind = found[spot + 1], lexemes[spot + 2 : spot + 3]
        ends = not behind or behind[0].kind in ("plus", "minus", "join", "comma", "close", "relation")
        owned = spot and found[spot - 1].kind == "factor"
        if lexeme.kind == "item" and factor.kind == "factor" and ends and not owned and factor.low in _COUNTED:
            found[spot], found[spot + 1] = factor, lexeme
    return tuple(lexeme for lexeme in found if lexeme.low != "once" or lexeme.kind != "factor")


def _with_comparisons(lexemes: Lexemes) -> Lexemes:
    """ "X cannot have more cleaners than Y": a limit phrase of its own."""
    found: list[Lexeme] = []
    position = 0
    while position < len(lexemes):
        lexeme, used = lexemes[position], 1
        denied = bool(_NEGATIONS & {one.low for one in lexemes[max(0, position - 4) : position]})
        if lexeme.kind in ("more", "fewer") and denied:
            ahead = lexemes[position + 1 : position + 5]
            than = next((spot for spot, one in enumerate(ahead) if one.low == "than"), -1)
            behind = lexemes[position + than + 2 : position + than + 4]
            named = any(one.kind == "item" for one in behind)
            if than >= 0 and named and all(one.kind == "word" for one in ahead[:than]):
                sign: Relation = "<=" if lexeme.kind == "more" else ">="
                lexeme, used = replace(lexeme, kind="relation", sign=sign, phrase="compared"), than + 2
        found.append(lexeme)
        position += used
    return tuple(found)


def _with_stocks(lexemes: Lexemes) -> Lexemes:
    """ "There are 180 kW available": a limit phrase before a number whose unit is said to be available."""
    found: list[Lexeme] = []
    for position, lexeme in enumerate(lexemes):
        ahead = lexemes[position + 1 : position + 5]
        until = next((spot for spot, one in enumerate(ahead) if one.low in _STOCKED), -1)
        unit = until >= 0 and all(one.kind in ("word", "verb") and one.low != "not" for one in ahead[:until])
        related = any(one.kind == "relation" for one in lexemes[max(0, position - 3) : position])
        if lexeme.kind == "number" and unit and not related:
            found.append(replace(lexeme, kind="relation", sign="<=", value=0.0, phrase="available"))
        found.append(lexeme)
    return tuple(found)


def _at(parts: Parts, low: Sequence[str], position: int, before: Sequence[Lexeme]) -> tuple[Lexeme, int]:
    part = parts[position]
    if part.kind == "item":
        return Lexeme("item", part, part.end, value=1.0), 1
    if part.kind == "number":
        return _number(parts, low, position, negative=False)
    if part.low == "−" and position + 1 < len(parts) and parts[position + 1].kind == "number" and _opens(before):
        lexeme, used = _number(parts, low, position + 1, negative=True)
        return lexeme, used + 1
    if (value := _scale(parts, position, before)) is not None:
        return Lexeme("factor", part, part.end, value=value), 1
    if part.low == "by" and before and before[-1].kind == "verb":
        return Lexeme("word", part, part.end), 1  # "generated by"
    for length in range(min(_longest(), len(parts) - position), 0, -1):
        known = _table().get(tuple(low[position : position + length]))
        if known is not None and not (part.low == "given" and low[position + 1 : position + 2] == ["to"]):
            return _phrase(parts, low, position, length, known), length
    if part.low in _JOINS:
        return Lexeme("join", part, part.end), 1
    if part.low == "to" and position + 1 < len(parts) and parts[position + 1].verb:
        return Lexeme("purpose", part, part.end), 1
    return Lexeme(_MARKS.get(part.low, "verb" if part.verb else "word"), part, part.end), 1


def _scale(parts: Parts, position: int, before: Sequence[Lexeme]) -> float | None:
    """The factor of "double X" and of "X once", or None."""
    low = parts[position].low
    if low == "once" and before and before[-1].kind == "item":
        return 1.0
    ahead = parts[position + 1 : position + 2]
    return _MULTIPLES.get(low) if ahead and ahead[0].kind == "item" else None


def _opens(before: Sequence[Lexeme]) -> bool:
    """Whether a dash is the sign of the number behind it, and does not join two amounts."""
    return not before or before[-1].kind not in ("item", "number", "close")


def _phrase(parts: Parts, low: Sequence[str], position: int, length: int, known: tuple[str, Relation]) -> Lexeme:
    part, end = parts[position], parts[position + length - 1].end
    kind, sign = known
    if kind != "relation":
        return Lexeme(kind, part, end, phrase=" ".join(low[position : position + length]))  # type: ignore[arg-type]
    phrase = tuple(low[position : position + length])
    strict = phrase in lexicon().cues.strict
    if strict and _NEGATIONS & set(low[max(0, position - _NEAR) : position]):
        sign, strict = _FLIP[sign], False
    return Lexeme("relation", part, end, sign=sign, strict=strict, bare=phrase in _bare(), phrase=" ".join(phrase))


def _number(parts: Parts, low: Sequence[str], position: int, *, negative: bool) -> tuple[Lexeme, int]:
    """A number or a factor; "three and a half times" is one factor."""
    part = parts[position]
    value, used = part.value, 1
    half = next((length for length in (2, 3) if _is_half(parts, low, position + length)), 0)
    factor = part.shape in ("multiple", "fraction", "percent") and not _is_amount(parts, position)
    if half:
        behind = position + half + 1
        if factor or low[behind : behind + 1] == ["times"]:
            value, used, factor = value + 0.5, half + 1 + (low[behind : behind + 1] == ["times"]), True
    elif low[position + 1 : position + 2] == ["*"]:
        used, factor = 2, True
    end = parts[position + used - 1].end
    return Lexeme("factor" if factor else "number", part, end, value=-value if negative else value), used


def _is_amount(parts: Parts, position: int) -> bool:
    """ "half an hour": a part of a unit of measure is an amount."""
    ahead = parts[position + 1 : position + 3]
    return len(ahead) > 1 and ahead[0].low in ("a", "an") and ahead[1].stem in lexicon().measure_stems


def _is_half(parts: Parts, low: Sequence[str], position: int) -> bool:
    if position >= len(parts) or parts[position].shape != "fraction" or parts[position].value != 0.5:
        return False
    return low[position - 1] == "and" or low[position - 2 : position] == ["and", "a"]


def _merged(found: Sequence[Lexeme]) -> Lexemes:
    """Of two limit phrases that say the same one behind the other, the last stays: "at least a minimum of"."""
    kept: list[Lexeme] = []
    for position, lexeme in enumerate(found):
        if lexeme.kind == "relation" and _said_again(found, position):
            continue
        kept.append(lexeme)
    return tuple(kept)


def _said_again(found: Sequence[Lexeme], position: int) -> bool:
    for later in found[position + 1 : position + 5]:
        if later.kind == "relation":
            return later.sign == found[position].sign
        if later.kind not in ("word", "verb", "total"):
            return False
    return False


@cache
def _table() -> Mapping[tuple[str, ...], tuple[str, Relation]]:
    data, cues = load("letters"), lexicon().cues
    table: dict[tuple[str, ...], tuple[str, Relation]] = {}
    for kind, phrases in data["phrases"].items():
        name = "break" if kind == "breaks" else kind
        table.update({tuple(phrase.split()): (name, "==") for phrase in phrases})
    for sign, known, own in (("<=", cues.upper, "upper"), (">=", cues.lower, "lower"), ("==", cues.exact, "exact")):
        lines = [*known, *(tuple(phrase.split()) for phrase in data["limits"][own])]
        table.update(dict.fromkeys(lines, ("relation", sign)))
    return table


@cache
def _longest() -> int:
    return max(len(phrase) for phrase in _table())


@cache
def _bare() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(phrase.split()) for phrase in load("letters")["limits"]["bare"])
