"""Finds the phrases that make a number a limit, and in which direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.mentions import Part, Parts
from copilot.drafting.builtin.words import lexicon
from copilot.drafting.formulation import Relation

_FILLERS = frozenset(
    {
        "of",
        "a",
        "an",
        "the",
        "total",
        "about",
        "around",
        "approximately",
        "be",
        "only",
        "is",
        "are",
        "another",
        "roughly",
        "just",
    }
)
_NEGATIONS = frozenset(
    {"not", "no", "never", "cannot", "n't", "neither", "nor", "without", "don't", "doesn't", "can't", "won't"}
    | {"refuses", "refuse", "refused", "unwilling"}
)
_FORBIDS = ("restrict", "prevent", "prohibit", "forbid", "stops", "keeps")
_REACH = 18  # words between "limits the number of" and "to 20"
_DEMANDS = frozenset({"must", "should", "needs", "need", "ensure", "requires", "require", "wants", "want", "sure"})
_FLIP: dict[Relation, Relation] = {"<=": ">=", ">=": "<=", "==": "=="}


@dataclass(frozen=True, slots=True)
class Cue:
    """A relation, where its phrase begins in the clause, and whether it excludes equality."""

    sign: Relation
    start: int
    strict: bool = False


def cue_before(clause: Parts, position: int) -> Cue | None:
    """The limit phrase that ends just before the number, allowing for small fillers."""
    low = [part.low for part in clause]
    end = position
    while end >= 0:
        cue = _phrase_ending(low, end)
        if cue:
            return _negated(cue, low)
        if end == 0 or low[end - 1] not in _FILLERS or position - end >= 3:
            break
        end -= 1
    return _far(clause, position)


def cue_after(clause: Parts, position: int) -> Cue | None:
    """ "30 or more", "30 hours at most": the phrase stands behind, before the next number or mark."""
    words = lexicon().cues
    low: list[str] = []
    for part in clause[position + 1 : position + 9]:
        if part.kind == "number" or part.low == ",":
            break
        low.append(part.low)
    for phrases, sign in ((words.after_upper, "<="), (words.after_lower, ">=")):
        for phrase in phrases:
            for start in range(len(low) - len(phrase) + 1):
                tail = position + 1 + start + len(phrase)
                while tail < len(clause) and clause[tail].low in ("of", "a", "an", "the", "total"):
                    tail += 1  # "100 tasks with a maximum of 10 supervisors"
                counted = tail < len(clause) and clause[tail].kind == "number"
                if tuple(low[start : start + len(phrase)]) == phrase and not counted:
                    return Cue(sign, position)  # type: ignore[arg-type]
    return None


def comparison(low: Sequence[str], start: int, end: int) -> tuple[Relation, bool] | None:
    """The relation between what stands left of `start` and right of `end`, as in "must not exceed"."""
    between = list(low[start:end])
    for last in range(len(between), 0, -1):
        cue = _phrase_ending(between, last)
        if cue:
            settled = _negated(cue, between)
            return settled.sign, settled.strict
    return None


def _phrase_ending(low: Sequence[str], end: int) -> Cue | None:
    words = lexicon().cues
    for phrase, sign in words.ending.get(low[end - 1], ()) if end else ():
        length = len(phrase)
        if length <= end and tuple(low[end - length : end]) == phrase:
            return Cue(sign, end - length, strict=phrase in words.strict)
    return None


def _negated(cue: Cue, low: Sequence[str]) -> Cue:
    """ "does not want to spend more than 500" is at most 500."""
    before = low[max(0, cue.start - 7) : cue.start]
    if cue.strict and (_NEGATIONS & set(before) or any(word.startswith(_FORBIDS) for word in before)):
        return Cue(_FLIP[cue.sign], cue.start)
    return cue


def _far(clause: Parts, position: int) -> Cue | None:
    """ "limits the number of A to 30", "the maximum number of A is 30", "restrict .. to 30"."""
    low = [part.low for part in clause[:position]]
    if low[-1:] == ["of"] and (bound := _within(clause, position) or _bound_of(clause, position)):
        return bound
    while low and low[-1] in ("only", "a", "total", "of"):
        low.pop()
    if not low:
        return None
    stems = [part.stem for part in clause[: len(low)]]
    if low[-1] == "to" and {"limit", "restrict", "cap"} & set(stems[-_REACH:]):
        return Cue("<=", len(low) - 1)
    if (
        "enough" in low[-9:]
        and "not" not in low[-9:]
        and not any(part.kind == "number" for part in clause[max(0, position - 9) : position])
    ):
        spot = len(low) - low[::-1].index("enough") - 1
        return Cue(">=" if _DEMANDS & set(low[:spot]) else "<=", spot)  # "must have enough seats for 400"
    numbered = max((spot for spot, part in enumerate(clause[:position]) if part.kind == "number"), default=-1)
    if low[-1] in ("is", "are", "to", "be", "at", "was", ":") or _is_item(clause[len(low) - 1]):
        ahead = low[numbered + 1 :]
        if "maximum" in ahead or ("most" in ahead[-6:] and "at" in ahead):
            return Cue("<=", numbered + 1)
        if "minimum" in ahead:
            return Cue(">=", numbered + 1)
    return None


def _within(clause: Parts, position: int) -> Cue | None:
    """ "within a total travel time of 1100 minutes"."""
    for spot in range(position - 1, max(-1, position - 8), -1):
        if clause[spot].kind in ("number", "mark"):
            return None
        if clause[spot].low == "within":
            return Cue("<=", spot)
    return None


def _bound_of(clause: Parts, position: int) -> Cue | None:
    """ "a maximum daily production of 80", "a minimum order of 30"; not "a maximum profit of $30"."""
    for spot in range(position - 2, max(-1, position - 7), -1):
        part = clause[spot]
        if part.low in ("maximum", "minimum"):
            return Cue("<=" if part.low == "maximum" else ">=", spot)
        earned = part.stem in lexicon().money_in_stems and part.stem not in ("return", "yield")
        if part.kind != "word" or part.verb or earned:
            return None
    return None


def _is_item(part: Part) -> bool:
    return part.kind == "item"
