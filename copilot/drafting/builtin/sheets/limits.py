"""What the numbers of the prose limit: the total of a column, an amount, a count, a share, an average."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.members import ONE, SEVERAL, Marked
from copilot.drafting.builtin.sheets.frame import Frame
from copilot.drafting.builtin.sheets.numbers import is_range
from copilot.drafting.builtin.sheets.problem import Doubt, Problem, phrases
from copilot.drafting.builtin.sheets.sheet import stems_of, units_of
from copilot.drafting.builtin.words import load, stem
from copilot.drafting.formulation import Relation

Kind = Literal["column", "amount", "each", "share", "each share"]
_ONCE = re.compile(
    r"\b(?:at most|only|no more than|not more than|exactly|just) once\b", re.IGNORECASE
)  # is a number too
_CUT = re.compile(r"[;:()]|,(?!\d{3})|\b(?:and|but|while|whereas|with|plus)\b")
_HARD = re.compile(r"[;:()]|\b(?:but|while|whereas)\b")


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit: `members` are the options that it is about (none: all); `average` divides by what is taken."""

    kind: Kind
    relation: Relation
    value: float
    place: tuple[int, int]
    column: str = ""
    members: tuple[str, ...] = ()
    unit: str = ""
    average: bool = False
    said: str = ""  # where no sentence of the text says it


@dataclass(frozen=True, slots=True)
class Window:
    """The words around a number: `left` and `right` up to the next number or clause, `near` those of its own phrase."""

    left: str
    right: str
    near_left: str
    near_right: str
    start: int


def window_of(problem: Problem, marked: Marked, said: Said) -> Window:
    """The words around a number, with marks in place of members."""
    begin, end = said.sentence
    others = [*problem.account.numbers, *problem.account.taken, *problem.account.counts]
    ends = [other.end for other in others if begin <= other.start < said.start]
    start = max([*ends, *(match.end() for match in _ONCE.finditer(marked.text, begin, said.start))], default=begin)
    stop = min([other.start for other in others if said.end <= other.start < end], default=end)
    left, right = marked.text[start : said.start], marked.text[said.end : stop]
    own = _CUT.search(left) if start > begin else None
    left = left[own.start() :] if own else left
    cut = _CUT.search(right)
    near_right = right[: cut.start()] if cut else right
    near_left = left[max([match.end() for match in _CUT.finditer(left)], default=0) :]
    return Window(left, right, near_left, near_right, start)


def relation_of(window: Window) -> Relation | None:
    """The direction that the nearest cue gives: the last before the number, else the first behind it."""
    spots = [
        (match.end(), match.end() - match.start(), relation)
        for key, relation in _BEFORE
        for phrase in phrases("limits", key)
        for match in phrase.finditer(window.left)
        if not key.endswith("near") or len(window.left[match.end() :].split()) <= 1
    ]
    if spots:
        return max(spots)[2]
    spots = [
        (match.start(), match.start() - match.end(), relation)
        for key, relation in _AFTER
        for phrase in phrases("limits", key)
        for match in phrase.finditer(window.near_right)
    ]
    signs = [(m.end(), 0, _SIGNS[m.group()]) for m in _SIGN.finditer(window.left)]
    return max(signs)[2] if signs else min(spots)[2] if spots else None


_BEFORE: tuple[tuple[str, Relation], ...] = (
    ("most", "<="),
    ("most_near", "<="),
    ("least", ">="),
    ("least_near", ">="),
    ("exactly", "=="),
)
_SIGNS: dict[str, Relation] = {"<=": "<=", "≤": "<=", "<": "<=", ">=": ">=", "≥": ">=", ">": ">=", "=": "=="}
_SIGN = re.compile("<=|>=|≤|≥|<|>|=")
_AFTER: tuple[tuple[str, Relation], ...] = (("most_behind", "<="), ("least_behind", ">="))


def implied(problem: Problem, said: Said, window: Window) -> Relation | None:
    """The direction that having and needing imply."""
    before = problem.prose[said.sentence[0] : said.start]
    if any(phrase.search(window.left) for phrase in phrases("limits", "must_have")):
        return ">="
    for text, needs in (
        (window.left, True),
        (window.near_right, False),
        (before, True),
        (problem.sentence(said), False),
    ):
        has = any(phrase.search(text) for phrase in phrases("limits", "have"))
        wants = needs and any(phrase.search(text) for phrase in phrases("limits", "need"))
        if has != wants:
            return "<=" if has else ">="
    return None


def meant_by(intro: str) -> Relation | None:
    """The direction that the sentence before a list of numbers gives: "For the week the workshops have:"."""
    told = [
        keys for keys in (("most", "have"), ("least", "need", "must_have")) if any(map(partial(_says, intro), keys))
    ]
    return None if len(told) != 1 else "<=" if "most" in told[0] else ">="


def _says(words: str, key: str) -> bool:
    return any(phrase.search(words) for phrase in phrases("limits", key))


def columns_named(frame: Frame, words: str) -> list[str]:
    """Columns of amounts that the words name, those that they name in full before others."""
    stems = stems_of(words)
    general = {stem(word) for word in load("sheets")["names"]["columns"]}
    aliases = load("sheets")["names"]["aliases"]
    named = [
        column
        for column in frame.amounts
        if (column.stems - general or column.stems) & stems or stems_of(aliases.get(column.name, "")) & stems
    ]
    full = [column for column in named if column.stems - general <= stems]
    if len(full) > 1:
        longest = max(len(column.stems & stems) for column in full)
        full = [column for column in full if len(column.stems & stems) == longest]
    counted = [column for column in full or named if {one for one in column.stems if one.isdigit()} & stems]
    if len(counted) == 1 and len(full or named) > 1:
        return [counted[0].name]
    return [column.name for column in full or named]


def _as_unit(name: str) -> str:
    return name if len(name.split()) == 1 else ""


def columns_measured(frame: Frame, unit: str) -> list[str]:
    """Columns of amounts in a unit."""
    wanted = units_of(unit)
    return [column.name for column in frame.amounts if wanted & units_of(column.unit or _as_unit(column.name))]


def first_word(window: Window) -> str:
    """The word right behind a number."""
    match = re.match(r"\s*[-‑]?\s*([^\W\d_]+(?:[²³]|[23]\b)?)", window.right)
    return match[1] if match else ""


def members_of(marked: Marked, start: int, end: int) -> tuple[str, ...]:
    """All members named in a range."""
    return tuple(one for several in marked.within(start, end) for one in several)


def has_member(words: str) -> bool:
    """Whether the words hold a mark."""
    return ONE in words or SEVERAL in words


def in_order(problem: Problem) -> list[Said]:
    """The numbers that are still open, in order."""
    return sorted(problem.account.numbers, key=lambda said: said.start)


def _marks_of(marked: Marked, members: Sequence[str]) -> list[int]:
    return [at for at, named in marked.members.items() if members and set(named) == set(members)]


def explain(problem: Problem, marked: Marked, said: Said, window: Window, members: Sequence[str]) -> None:
    """The number and the cues of its sentence are understood."""
    account = problem.account
    account.taken.append(account.take(said))
    for at in marked.members:
        if window.start <= at < said.end + len(window.right) or at in _marks_of(marked, members):
            account.explain(at, at + len(re.match(f"[{ONE}{SEVERAL}]+", marked.text[at:]).group()))  # type: ignore[union-attr]
    words = re.match(r"[\s-]*[^\W\d_]+(?:\s+[^\W\d_]+)?", problem.prose[said.end : said.end + len(window.near_right)])
    if words:
        account.explain(said.end, said.end + words.end())
    explain_cues(problem, said, window)


def explain_cues(problem: Problem, said: Said, window: Window) -> None:
    """The cues around a number are understood; those of other clauses are not."""
    wide = ("most", "most_near", "least", "least_near", "exactly", "have", "need", "must_have")
    for key in (*wide, "most_behind", "least_behind", "total", "each", "average", "adds_up"):
        begin = window.start if key in wide else said.start - len(window.near_left)
        for phrase in phrases("limits", key):
            for match in phrase.finditer(problem.prose, begin, said.end + len(window.near_right)):
                problem.account.explain(*match.span())


def ranged(problem: Problem, numbers: Sequence[Said]) -> dict[Said, Relation]:
    """Numbers that are the ends of a range: from the first up to the last."""
    found: dict[Said, Relation] = {}
    prose = problem.prose
    for one, other in itertools.pairwise(numbers):
        between = re.fullmatch(r"[\s\w%$€£]{0,24}\band\s+[$€£¥]?", prose[one.end : other.start])
        opened = re.search(r"\bbetween\s+[$€£¥]?$", prose[: one.start], re.IGNORECASE)
        if is_range(prose, one, other) or (between and opened):
            found[one], found[other] = ">=", "<="
            problem.account.explain(one.end, other.start)
            if opened:
                problem.account.explain(opened.start(), one.start)
    return found


def merged(limits: Sequence[Limit]) -> list[Limit]:
    """The limits, one said twice only once. Doubt where two of one kind differ."""
    kept: dict[tuple[object, ...], Limit] = {}
    for limit in limits:
        key = (limit.kind, limit.relation, limit.column, limit.members, limit.average)
        if key in kept and kept[key].value != limit.value:
            raise Doubt(f"There are two numbers for the same thing: {kept[key].value:g} and {limit.value:g}.")
        kept.setdefault(key, replace(limit))
    return list(kept.values())
