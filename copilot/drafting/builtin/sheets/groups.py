"""Options that share a word of a column or of their lines: a sector, a risk class, a region."""

from __future__ import annotations

import re
from collections.abc import Mapping

from copilot.drafting.builtin.sheets.frame import Frame
from copilot.drafting.builtin.sheets.problem import Problem
from copilot.drafting.builtin.sheets.rules import Rule
from copilot.drafting.builtin.sheets.sheet import Column, stems_of
from copilot.drafting.builtin.words import lexicon
from copilot.drafting.formulation import Relation

_SHORTEST = 3


def groups_of(frame: Frame) -> dict[str, tuple[str, ...]]:
    """What a group may be called, and its options."""
    found: dict[str, tuple[str, ...]] = {}
    for column in frame.told:
        for value, members in grouped(frame, column).items():
            if len(value) >= _SHORTEST:
                found[value] = members
            head = column.name
            if head and head != "kind":
                found[f"{head} {value}"] = members
                found[f"{value} {head}"] = members
            if head in ("rating", "grade", "class", "rated"):
                found |= {f"rated {value}": members, f"{value}-rated": members, f"graded {value}": members}
    return found


def grouped(frame: Frame, column: Column) -> Mapping[str, tuple[str, ...]]:
    """Options by their word in a column."""
    found: dict[str, list[str]] = {}
    for label, cell in zip(frame.labels, column.cells, strict=True):
        if not cell.blank:
            found.setdefault(cell.text.strip(), []).append(label)
    return {value: tuple(labels) for value, labels in found.items()}


def group_rules(problem: Problem, frame: Frame) -> list[Rule]:
    """ "at most two per sector", "at least one from each region": a rule for each word of a column."""
    found: list[Rule] = []
    for column in frame.told:
        head = re.escape(column.name)
        many = rf"{re.escape(column.name[:-1])}ies" if column.name.endswith("y") else rf"{head}s?"
        phrase = re.compile(
            r"(?P<way>at most|no more than|not more than|at least|no fewer than|exactly|only)\s+"
            r"(?P<count>one|two|three|four|\d+)\b"
            r"(?P<what>[\w\s-]{0,40}?)\s(?:per|from each|in each|of each|for each|from every|in every|from any one"
            rf"|from any|in any one|from any single|from the same|in the same|of the same)\s(?:{head}|{many})\b",
            re.IGNORECASE,
        )
        for match in phrase.finditer(problem.prose):
            way = match["way"].lower()
            relation: Relation = (
                "<=" if "most" in way or "more" in way or way == "only" else ">=" if way != "exactly" else "=="
            )
            count = lexicon().numbers.get(match["count"].lower()) or float(match["count"])
            _explained(problem, match)
            for value, members in grouped(frame, column).items():
                words = f"{value}: {way} {match['count']}"
                terms = tuple((member, 1.0) for member in members)
                found.append(Rule(words, terms, relation, count, problem.account.sentence_at(match.start())))
    return found


def _explained(problem: Problem, match: re.Match[str]) -> None:
    account = problem.account
    for said in [number for number in account.numbers if match.start() <= number.start < match.end()]:
        account.counts.append(account.take(said))
    account.explain(*match.span())


def is_idle(frame: Frame, column: Column, prose: str) -> bool:
    """Whether the prose speaks neither of a column of words nor of one of its words."""
    words = stems_of(prose)
    if column.name != "kind" and column.stems & words:
        return False
    return not any(
        re.search(rf"(?<!\w){re.escape(value)}(?:e?s)?(?!\w)", prose, re.IGNORECASE) for value in grouped(frame, column)
    )
