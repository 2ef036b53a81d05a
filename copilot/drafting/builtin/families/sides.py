"""Rules beside those of a family, over its members: exactly one of these, not both, only with that, never this link.

Any family that decides on single things can read them: it says what its members are called, and writes the rules over
its own decisions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.members import Marked
from copilot.drafting.builtin.families.phrases import side
from copilot.drafting.builtin.families.plan import Place, Plan
from copilot.drafting.builtin.families.reading import Reading
from copilot.drafting.builtin.phrasing import Phrase
from copilot.drafting.formulation import Relation, Term

_SUMS: dict[str, tuple[Relation, float]] = {
    "exactly": ("==", 1),
    "at_most": ("<=", 1),
    "at_least": (">=", 1),
    "excludes": ("<=", 1),
    "forbidden": ("==", 0),
    "needed": ("==", 1),
}
_WORDS = {
    "exactly": "exactly one of {}",
    "at_most": "at most one of {}",
    "at_least": "at least one of {}",
    "excludes": "not both of {}",
    "forbidden": "never {}",
    "needed": "always {}",
    "implies": "{} in this order",
}
_ORDER = ("exactly", "at_most", "at_least", "implies", "excludes", "forbidden", "needed")
_CONDITIONAL = ("implies", "excludes")
_EXCEPTION = re.compile(r"\b(?:unless|except|otherwise|twice|half)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|when|whenever|provided|should)\s+(?!be\b|include\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Side:
    """One rule over members; for "implies" the first needs the second."""

    kind: str
    members: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that comes with a member ("" for any of them)."""

    member: str
    said: Said


def sides_of(reading: Reading, marked: Marked) -> list[Side]:
    """The rules that the prose states over the marked members; what says them is taken from the account."""
    found: list[Side] = []
    for kind in _ORDER:
        for phrase in side(kind):
            for match in _matches(reading, marked, phrase):
                members = [one for several in marked.within(*match.span()) for one in several]
                if not _is_new(reading, match) or not _is_plain(reading, marked, match, kind, len(members)):
                    continue
                if kind in _CONDITIONAL and len(members) != 2:
                    continue
                _understood(reading, marked, match)
                found.append(Side(kind, tuple(members), reading.account.sentence_at(match.start())))
    return found


def _matches(reading: Reading, marked: Marked, phrase: Phrase) -> Iterator[re.Match[str]]:
    """The places of a phrase in the sentences that name a member."""
    for start, end in sorted({reading.account.sentence_at(at) for at in marked.members}):
        yield from phrase.finditer(marked.text, start, end)


def losses_of(reading: Reading, marked: Marked) -> list[Amount]:
    """ "If C is loaded, the capacity falls by 10": the room that members take away beside their own need."""
    account, found = reading.account, []
    for phrase in side("loss"):
        for match in _matches(reading, marked, phrase):
            members = marked.within(*match.span())
            behind = [n for n in account.numbers if 0 <= n.start - match.end() < 3]
            named = any(room.search(marked.text, *match.span()) for room in side("room", "phrases"))
            if len(members) != 1 or len(members[0]) != 1 or not behind or not named:
                continue
            if _EXCEPTION.search(match.group()):
                continue
            _understood(reading, marked, match)
            account.taken.append(account.take(behind[0]))
            found.append(Amount(members[0][0], behind[0]))
    return found


def bonus_of(reading: Reading) -> Amount | None:
    """ "A bonus of 50 is added once if at least one is chosen"; the words about it elsewhere are explained too."""
    account, prose = reading.account, reading.layout.prose
    for phrase in side("bonus", "amount"):
        for match in phrase.finditer(prose):
            start, end = account.sentence_at(match.start())
            behind = [n for n in account.numbers if 0 <= n.start - match.end() < 3 and n.end <= end]
            when = [m for one in side("bonus", "anything") for m in one.finditer(prose, start, end)]
            if not behind or not when or len([n for n in account.numbers if start <= n.start < end]) != 1:
                continue
            if _EXCEPTION.search(prose, start, end):
                continue
            for one in (match, *when):
                account.explain(*one.span())
            account.taken.append(account.take(behind[0], match.start()))
            _explained_everywhere(reading, ("once", "told"))
            return Amount("", behind[0])
    return None


def _explained_everywhere(reading: Reading, keys: Sequence[str]) -> None:
    for key in keys:
        for phrase in side("bonus", key):
            for match in phrase.finditer(reading.layout.prose):
                reading.account.explain(*match.span())


def written(plan: Plan, sides: Sequence[Side], terms_of: Callable[[str], list[Term]]) -> None:
    """The rules over a family's decisions; `terms_of` gives the terms that are 1 where a member is taken."""
    for one in sides:
        words = _WORDS[one.kind].format(" and ".join(one.members))
        if one.kind == "implies":
            first, second = (terms_of(member) for member in one.members)
            terms = [*first, *(term.model_copy(update={"coefficient": -term.coefficient}) for term in second)]
            plan.rule(words, terms, "<=", 0, one.place, kind="logical")
            continue
        relation, limit = _SUMS[one.kind]
        terms = [term for member in one.members for term in terms_of(member)]
        plan.rule(words, terms, relation, limit, one.place, kind="logical")


def _is_new(reading: Reading, match: re.Match[str]) -> bool:
    """Whether its words are not those of a rule that was found before."""
    return not all(reading.account.explained[match.start() : match.end()])


def _is_plain(reading: Reading, marked: Marked, match: re.Match[str], kind: str, count: int) -> bool:
    """Whether nothing inside makes the rule another: an exception, a condition, a number that is not the count."""
    text = match.group()
    if _EXCEPTION.search(text) or (kind not in _CONDITIONAL and _CONDITION.search(text)):
        return False
    return all(said.value == count for said in _inside(reading, match) if not marked.names(said.start))


def _inside(reading: Reading, match: re.Match[str]) -> list[Said]:
    return [said for said in reading.account.numbers if match.start() <= said.start < match.end()]


def _understood(reading: Reading, marked: Marked, match: re.Match[str]) -> None:
    """The match, what leads up to it in its sentence and the numbers that count its members are explained."""
    account = reading.account
    account.explain(*match.span())
    for said in _inside(reading, match):
        account.take(said)
        if not marked.names(said.start):
            account.counts.append(said)
    start, end = account.sentence_at(match.start())
    _reason(reading, start, match.start())
    _reason(reading, match.end(), end)
    for kind, begin, until in (("why", start, match.start()), ("tail", match.end(), end)):
        for phrase in side(kind):
            for one in phrase.finditer(reading.layout.prose, begin, until):
                account.explain(*one.span())


def _reason(reading: Reading, begin: int, until: int) -> None:
    """A reason up to its comma is explained, unless a number or a condition stands in it."""
    prose, account = reading.layout.prose, reading.account
    for phrase in side("why", "lead"):
        for match in phrase.finditer(prose, begin, until):
            comma = re.compile(r"[,;.]").search(prose, match.end(), until)
            end = comma.start() if comma else until
            inside = prose[match.start() : end]
            if not (_EXCEPTION.search(inside) or _CONDITION.search(inside) or re.search(r"\d", inside)):
                account.explain(match.start(), end)
