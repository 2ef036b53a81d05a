"""Rules among the options that tell no amount: not both, only with that one, at least one of these, no more than."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.members import ONE, SEVERAL, Marked
from copilot.drafting.builtin.phrasing import Phrase
from copilot.drafting.builtin.sheets.problem import Problem, phrases
from copilot.drafting.formulation import Relation

_ORDER = (
    "same",
    "implies",
    "unless",
    "excludes",
    "exactly",
    "at_most",
    "at_least",
    "multiple_least",
    "multiple_most",
    "not_more",
    "as_many",
    "needed",
    "forbidden",
)
_EXCEPTION = re.compile(r"\b(?:unless|except|otherwise|or more|two|three|unless)\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|never|before|after|than|without|only|least|most|if|unless|with|as)\b", re.IGNORECASE)
_TIMES = {
    "twice": 2.0,
    "double": 2.0,
    "half": 0.5,
    "three times": 3.0,
    "3 times": 3.0,
    "thrice": 3.0,
    "four times": 4.0,
}
_PAIRS = ("implies", "unless", "same", "not_more", "as_many", "multiple_least", "multiple_most")
_SUMS: dict[str, tuple[Relation, float]] = {
    "exactly": ("==", 1),
    "at_most": ("<=", 1),
    "excludes": ("<=", 1),
    "at_least": (">=", 1),
    "needed": (">=", 1),
    "forbidden": ("==", 0),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Sum of coefficient times member, related to a limit."""

    words: str
    terms: tuple[tuple[str, float], ...]
    relation: Relation
    limit: float
    place: tuple[int, int]
    yes_no: bool = True


def rules_of(problem: Problem, marked: Marked) -> list[Rule]:
    """The rules that the prose states over members; what says them is explained."""
    found: list[Rule] = []
    for kind in _ORDER:
        for phrase in phrases("rules", kind):
            for match in _matches(problem, marked, phrase):
                groups = marked.within(*match.span())
                members = [one for group in groups for one in group]
                if _is_used(problem, marked, match) or not _plain(problem, marked, match, kind):
                    continue
                rule = _rule(kind, match.group(), groups, members, problem.account.sentence_at(match.start()))
                if rule is None:
                    continue
                _understood(problem, marked, match)
                found.append(rule)
    _explain_free(problem, marked)
    return [*found, *_alone(problem, marked)]


def _explain_free(problem: Problem, marked: Marked) -> None:
    """What is said of options that have no limit: "desks can be sold in any number"."""
    for phrase in phrases("rules", "free"):
        for match in _matches(problem, marked, phrase):
            problem.account.explain(*match.span())


def _alone(problem: Problem, marked: Marked) -> list[Rule]:
    """A sentence that only says of one member that it must do something: "The camera must fly." """
    found = []
    for at, members in marked.members.items():
        start, end = problem.account.sentence_at(at)
        whole = re.compile(
            rf"(?:the |and |also )?{ONE}+ (?:must|has to|needs to|have to) (?:definitely |always |also |be )*"
            r"[a-z]+(?: [a-z]+){0,2}[.;!]?",
            re.IGNORECASE,
        )
        said = marked.text[start:end].strip()
        if len(members) == 1 and whole.fullmatch(said) and not _DENIED.search(said):
            problem.account.explain(start, end)
            found.append(Rule(f"always {members[0]}", ((members[0], 1.0),), ">=", 1, (start, end)))
    return found


def _is_used(problem: Problem, marked: Marked, match: re.Match[str]) -> bool:
    """Whether another rule was read from the same names."""
    marks = [at for at in range(*match.span()) if marked.names(at)]
    return all(problem.account.explained[at] for at in marks)


def _matches(problem: Problem, marked: Marked, phrase: Phrase) -> Sequence[re.Match[str]]:
    spans = sorted({problem.account.sentence_at(at) for at in marked.members})
    return [match for start, end in spans for match in phrase.finditer(marked.text, start, end)]


def _plain(problem: Problem, marked: Marked, match: re.Match[str], kind: str) -> bool:
    """Whether nothing inside makes it another rule: an exception, or a number that is not a count of the members."""
    text = re.sub(f"[{ONE}{SEVERAL}]+", "", match.group())
    if (
        kind != "unless"
        and _EXCEPTION.search(text)
        and not re.search(r"\b(?:the two|those two|these two|both)\b", text)
    ):
        return False
    if kind not in ("implies", "unless", "excludes") and re.search(r"\b(?:if|when|whenever)\b", text, re.IGNORECASE):
        return False
    members = [one for group in marked.within(*match.span()) for one in group]
    start, end = problem.account.sentence_at(match.start())
    beside = [said for said in problem.account.numbers if start <= said.start < end and said.value != len(members)]
    if kind == "needed" and beside:
        return False
    return all(said.value == len(members) or marked.names(said.start) for said in _inside(problem, match))


def _rule(
    kind: str, said: str, groups: Sequence[Sequence[str]], members: Sequence[str], place: tuple[int, int]
) -> Rule | None:
    if len(set(members)) < len(members) or (kind in _PAIRS and len(members) != 2):
        return None
    named = " and ".join(members)
    if kind in _PAIRS:
        return _pair(kind, said, groups, place)
    if kind in ("exactly", "at_most", "at_least", "excludes") and len(members) < 2:
        return None
    terms = tuple((member, 1.0) for member in members)
    if kind == "needed":
        return Rule(f"always {named}", terms, "==", len(members), place)
    relation, limit = _SUMS[kind]
    words = {"exactly": "exactly one of", "at_least": "at least one of", "forbidden": "never"}
    return Rule(f"{words.get(kind, 'at most one of')} {named}", terms, relation, limit, place)


def _pair(kind: str, said: str, groups: Sequence[Sequence[str]], place: tuple[int, int]) -> Rule | None:
    """A rule between two members."""
    first, second = (one for group in groups for one in group)
    if kind in ("implies", "unless"):
        if len(groups) != 2:
            return None
        return Rule(f"{first} only with {second}", ((first, 1), (second, -1)), "<=", 0, place)
    if kind == "same":
        return Rule(f"{first} and {second}: both or neither", ((first, 1), (second, -1)), "==", 0, place)
    times = next((value for word, value in _TIMES.items() if word in said.lower()), 1.0)
    relation: Relation = ">=" if kind in ("as_many", "multiple_least") else "<="
    words = f"{first} {'at least' if relation == '>=' else 'at most'} {times:g} times {second}"
    return Rule(words, ((first, 1), (second, -times)), relation, 0, place, yes_no=False)


def _inside(problem: Problem, match: re.Match[str]) -> list[Said]:
    return [said for said in problem.account.numbers if match.start() <= said.start < match.end()]


def _understood(problem: Problem, marked: Marked, match: re.Match[str]) -> None:
    """The match, its counts, and the reason given in its sentence are explained."""
    account = problem.account
    account.explain(*match.span())
    for said in _inside(problem, match):
        account.counts.append(account.take(said))
    start, end = account.sentence_at(match.start())
    for key in ("why", "tail"):
        for phrase in phrases("rules", key):
            for one in phrase.finditer(marked.text, start, end):
                if not any(match.start() <= one.start() < match.end() for _ in (0,)):
                    account.explain(*one.span())
