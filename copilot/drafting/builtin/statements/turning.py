"""Settles what words of more and less mean: a limit of a number, a comparison, or only a place or a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from copilot.drafting.builtin.letters.lexemes import Lexeme, Lexemes
from copilot.drafting.formulation import Relation

_FLIP: Mapping[Relation, Relation] = {"<=": ">=", ">=": "<=", "==": "=="}
_DUTIES = frozenset(
    {
        "amount to",
        "come to",
        "reach",
        "reaches",
        "hit",
        "sum to",
        "come out at",
        "give a value of",
        "give a total of",
        "attain",
        "match",
    }
)  # limits only where something must be
_PLACES = frozenset({"over", "under", "above", "below", "behind", "beyond", "past", "top", "tops", "lead", "leads"})
_SIGNS = frozenset({"equal", "equals", "=", "<", ">"})
_REACH, _BACK = 5, 8


def settled(found: Sequence[Lexeme]) -> Lexemes:
    """Words of more and less before a number are limit phrases; words that deny turn what follows."""
    kept: list[Lexeme] = []
    for position, lexeme in enumerate(found):
        ahead = found[position + 1 : position + 1 + _REACH]
        if lexeme.kind == "exceed":
            lexeme = _compares(lexeme, kept, ahead, found[position + 1 : position + 6 + _REACH])
        elif lexeme.kind == "relation":
            if lexeme.sign == "==" and kept and kept[-1].kind == "relation":
                continue  # "at most equal to"
            lexeme = _limits(lexeme, kept, ahead)
        elif lexeme.kind == "must" and any(one.phrase in ("how", "what") or one.low == "which" for one in kept[-6:]):
            lexeme = replace(lexeme, kind="word")
        kept.append(lexeme)
    return tuple(kept)


def _compares(lexeme: Lexeme, kept: Sequence[Lexeme], ahead: Sequence[Lexeme], later: Sequence[Lexeme]) -> Lexeme:
    """A word of more or less: of the number behind it, of decisions, or, as in "under an agreement", of neither."""
    denied, spot = _denied(kept), _amount(ahead, later)
    plain = spot >= 0 and all(one.kind in ("word", "total", "verb", "by") for one in ahead[:spot])
    if lexeme.phrase in ("over", "above") and any(one.kind == "difference" for one in kept[-5:]):
        return replace(lexeme, kind="join")
    if not kept and (lexeme.phrase in _PLACES or not plain):
        return replace(lexeme, kind="word")  # "Over a month"
    if plain and ahead[0].kind != "by":
        return replace(lexeme, kind="relation", sign=_FLIP[lexeme.sign] if denied else lexeme.sign, strict=not denied)
    if lexeme.phrase in _PLACES and not _has_amount(ahead):
        return replace(lexeme, kind="word")
    return replace(lexeme, strict=True) if denied else lexeme  # of a comparison, strict means denied


def _limits(lexeme: Lexeme, kept: Sequence[Lexeme], ahead: Sequence[Lexeme]) -> Lexeme:
    """A limit phrase, or the same words in another sense."""
    spot = next((spot for spot, one in enumerate(ahead) if one.kind == "number"), -1)
    if lexeme.phrase in _DUTIES and not any(one.kind == "must" for one in kept[-6:]):
        return replace(lexeme, kind="word")
    if lexeme.sign == "==" and _opens_sum(ahead):
        return replace(lexeme, kind="comma")
    near = 0 <= spot <= 1 and all(one.kind in ("word", "total", "verb", "by") for one in ahead[:spot])
    return replace(lexeme, kind="word") if lexeme.bare and not near and lexeme.phrase not in _SIGNS else lexeme


def _amount(ahead: Sequence[Lexeme], later: Sequence[Lexeme]) -> int:
    """Where the number or the share behind a word of more or less stands, or -1."""
    number = next((spot for spot, one in enumerate(ahead) if one.kind == "number"), -1)
    if number >= 0:
        return number
    return next((spot for spot, one in enumerate(ahead) if _is_share(one, later, spot)), -1)


def _has_amount(ahead: Sequence[Lexeme]) -> bool:
    return any(one.kind in ("item", "number", "factor", "by", "either", "than") for one in ahead)


def _is_share(lexeme: Lexeme, found: Sequence[Lexeme], spot: int) -> bool:
    """ "half of all trees": a part of everything, and not a multiple of a decision."""
    return (
        lexeme.kind == "factor" and lexeme.value < 1 and all(one.kind != "item" for one in found[spot + 1 : spot + 5])
    )


def _opens_sum(ahead: Sequence[Lexeme]) -> bool:
    """ "equal to 0.3 X + 0.5 Y": what is told is how a score is counted, and no limit."""
    kinds = [one.kind for one in ahead]
    return "item" in kinds and any(kind in ("plus", "minus") for kind in kinds)


def _denied(before: Sequence[Lexeme]) -> bool:
    for lexeme in reversed(before[-_BACK:]):
        if lexeme.kind == "deny":
            return True
        if lexeme.kind in ("number", "relation", "exceed", "comma", "colon"):
            return False
    return False
