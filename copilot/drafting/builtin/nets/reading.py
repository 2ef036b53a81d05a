"""A text on its way through one model of a network: its data, what its prose says, and what of it is not understood."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from copilot.drafting.builtin.families import asides
from copilot.drafting.builtin.families.account import Account, Said
from copilot.drafting.builtin.families.plan import Plan
from copilot.drafting.builtin.families.reading import NotAllSaid
from copilot.drafting.builtin.nets import listing
from copilot.drafting.builtin.nets.data import Data, Place, merged
from copilot.drafting.builtin.nets.marks import Marks, marks_of
from copilot.drafting.builtin.nets.phrases import foreign, phrases, restated
from copilot.drafting.builtin.nets.told import take_told
from copilot.drafting.builtin.words import load

_LEAD = re.compile(
    r"\b(?:but|however|also|and|additionally|moreover|furthermore|note that|unfortunately|in addition|besides|today)"
    r"\b[\s,]*$",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"\s*\([^()\d]{0,60}\)|,?\s*(?:because|since|as|due to|for lack of|owing to)\b[^.;\d]*", re.IGNORECASE
)
_BREAKS = re.compile(r"\b(?:if|unless|except|otherwise|when|more|less|both)\b", re.IGNORECASE)
_DUTY = re.compile(r"\b(?:keep|must|should|can|may|has to|have to|shall)\b", re.IGNORECASE)
_IFS = re.compile(r"\b(?:if|unless|provided|given|when|without|except|so that|such that)\b", re.IGNORECASE)
_EDGE = re.compile(r"[;:]|,\s|\b(?:but|if|unless|where|provided)\b")
_AT = re.compile(r"\bat (?:most|least)\s+(?:[\d$€£]|(?:one|two|three|four|five|a|an|once|half)\b)", re.IGNORECASE)
_STRICT = frozenset({"path", "tour"})
_WAYS = ("one_way", "both_ways")
_ONLY = re.compile(r"\b(?:can|may|only|must|each)\b", re.IGNORECASE)
_BULLET = re.compile(r"^[ \t.]*\(?(?P<number>\d{1,2})[.)]\s", re.MULTILINE)


@dataclass(slots=True)
class Reading:
    """The data, the account of the prose, and the marks of names in it."""

    data: Data
    account: Account
    marks: Marks
    cues: tuple[Place, ...] = ()
    struck: list[Place] = field(default_factory=list)  # where links are closed: they say no trip

    def fresh(self) -> Reading:
        """A copy for one more model, with nothing explained but what the data explain."""
        account = copy.copy(self.account)
        account.explained = bytearray(account.explained)
        account.numbers, account.taken, account.counts = [*account.numbers], [*account.taken], [*account.counts]
        return Reading(self.data, account, self.marks, self.cues)

    def explain(self, match: re.Match[str]) -> None:
        """What a phrase says is explained; a firm word of a rule in one of its gaps is not."""
        gaps = [span for span in match.regs[1:] if span[0] < span[1]]
        firm = [cue for cue in self.cues if any(a <= cue[0] and cue[1] <= b for a, b in gaps)]
        begin = match.start()
        for start, end in sorted(firm):
            self.account.explain(begin, max(begin, start))
            begin = max(begin, end)
        self.account.explain(begin, match.end())

    def says(self, family: str, key: str) -> re.Match[str] | None:
        """The first place where the prose says one of the phrases."""
        return min(self.places(family, key), key=lambda match: match.start(), default=None)

    def places(self, family: str, key: str) -> Iterator[re.Match[str]]:
        """Every place of the phrases under a key."""
        for one in phrases(family, key):
            for match in one.finditer(self.marks.text):
                if not _AT.match(self.marks.text, max(0, match.start() - 3)):  # "at most" is no goal
                    yield match

    def heard(self, family: str, key: str) -> re.Match[str] | None:
        """As `says`, and what says it is explained wherever it stands."""
        for match in self.places(family, key):
            self.explain(match)
            for duty in _ONLY.finditer(self.marks.text, *self.sentence(match.start())) if key in _WAYS else ():
                self.account.explain(*duty.span())
            for said in self.numbers_in(*match.span()) if key == "both_ways" else ():  # "two-way"
                self.account.counts.append(self.account.take(said))
        return self.says(family, key)

    def numbers_in(self, start: int, end: int) -> list[Said]:
        """Numbers not yet taken in a range."""
        return [said for said in self.account.numbers if start <= said.start < end]

    def take(self, said: Said) -> float:
        """The number is understood."""
        self.account.taken.append(self.account.take(said))
        return said.value

    def understood(self, start: int, end: int) -> None:
        """A rule is explained, with the word that leads to it and the reason behind it, which holds no other rule."""
        text = self.marks.text
        lead = _LEAD.search(text, max(0, start - 40), start)
        self.account.explain(lead.start() if lead else start, end)
        why = _WHY.match(text, end)
        if why and not re.search(r"[ᛗᛚ]", why.group()) and not _BREAKS.search(why.group()):
            self.account.explain(*why.span())

    def sentence(self, at: int) -> Place:
        """Range of the sentence around an offset."""
        return self.account.sentence_at(at)

    def settle(self, family: str, *counts: int) -> None:
        """Absorb what the family knows to be said, and raise NotAllSaid for all that is left."""
        listing.count(self, counts)
        for key in ("any", family):
            for match in self.places(key, "absorb"):
                self.explain(match)
        for phrase in restated(family):
            for match in phrase.finditer(self.marks.text):
                self.explain(match)
        listing.legend(self)
        self._goal_clauses(family)
        listing.enumerate_names(self, strict=family in _STRICT)
        asides.relax(self.account, self.data.labels, family)
        reasons = [*self.data.strange, *asides.reasons(self.account, self._left())]
        if reasons:
            raise NotAllSaid(*dict.fromkeys(reasons))

    def _goal_clauses(self, family: str) -> None:
        """Where the goal is told, and in the first sentence, a word of duty is part of the telling."""
        text = self.marks.text
        first = self.sentence(len(text) - len(text.lstrip()))
        places = [] if re.search(r"[ᛗᛚ]", text[slice(*first)]) or self.numbers_in(*first) else [first]
        for key in load("nets")["any"]["goals"].get(family, []):
            places += [self._clause(match.start()) for match in self.places(family, key)]
        places += [one for one in self._questions() if not _IFS.search(text, *one)]
        for start, end in places:
            for match in _DUTY.finditer(text, start, end):
                self.account.explain(*match.span())

    def _questions(self) -> Iterator[Place]:
        """The sentences that ask: what must be done is asked there, and not ruled."""
        for mark in re.finditer(r"\?", self.marks.prose):
            yield self.sentence(max(0, mark.start() - 1))

    def _clause(self, at: int) -> Place:
        start, end = self.sentence(at)
        for edge in _EDGE.finditer(self.marks.text, start, end):
            if edge.end() <= at:
                start = edge.end()
            elif edge.start() > at:
                return start, edge.start()
        return start, end

    def _left(self) -> Iterator[tuple[str, int]]:
        """(what, where): numbers, cues of rules and names that nothing explains."""
        prose, account = self.marks.prose, self.account
        yield from ((f"the number {prose[said.start : said.end]}", said.start) for said in account.numbers)
        for match in self.places("any", "cues"):
            if not all(account.explained[match.start() : match.end()]):
                yield f"“{match.group().lower()}”", match.start()
        for phrase in foreign():
            yield from ((f"“{match.group().lower()}”", match.start()) for match in phrase.finditer(self.marks.text))
        for one in self.marks.mentions:
            if not all(account.explained[one.start : one.end]):
                yield f"“{one.label}”", one.start


def _cues_in(text: str) -> tuple[Place, ...]:
    """Where the firm words of rules stand."""
    mild = {span.span() for one in phrases("any", "mild") for span in one.finditer(text)}
    found = {match.span() for one in phrases("any", "cues") for match in one.finditer(text)}
    return tuple(sorted(found - mild))


def reading_of(data: Data) -> Reading:
    """The reading of a text's data and prose, before any family; a family gets its own copy."""
    marks = marks_of(data.prose, data.labels, data.aliases)
    account = Account(data.prose)
    bullets = {match.start("number") for match in _BULLET.finditer(data.prose)}
    account.numbers = [one for one in account.numbers if not marks.covers(one.start) and one.start not in bullets]
    take_told(data, marks, account)
    data.columns = merged(data.columns)
    return Reading(data, account, marks, _cues_in(marks.text))


def said_number(plan: Plan, words: str, said: Said) -> str:
    """A number of the prose as a parameter, with itself and its unit as its place."""
    return plan.number(
        words, said.value, (said.start, said.end + (len(said.unit) + 1 if said.unit else 0)), unit=said.unit
    )


def goal_of(reading: Reading, family: str) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    """What says that something is to be large, and what that it is to be small: with what it is, or else alone."""
    most, least = reading.heard(family, "most"), reading.heard(family, "least")
    if most or least:
        return most, least
    return reading.heard(family, "most_bare"), reading.heard(family, "least_bare")


def pair_in(marks: Sequence[tuple[str, ...]]) -> tuple[str, str] | None:
    """The two names of a phrase, apart or joined by "and"."""
    labels = [label for mark in marks for label in mark]
    return (labels[0], labels[1]) if len(labels) == 2 and len(marks) in (1, 2) else None
