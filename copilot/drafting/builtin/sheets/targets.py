"""What each number of the prose is about: members, a column, each option, all together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.members import Marked
from copilot.drafting.builtin.sheets.basis import in_scale
from copilot.drafting.builtin.sheets.frame import Frame
from copilot.drafting.builtin.sheets.limits import (
    Limit,
    Window,
    columns_measured,
    columns_named,
    explain,
    first_word,
    has_member,
    implied,
    in_order,
    members_of,
    ranged,
    relation_of,
    window_of,
)
from copilot.drafting.builtin.sheets.measures import factor
from copilot.drafting.builtin.sheets.problem import Doubt, Problem, phrases
from copilot.drafting.builtin.sheets.sheet import stems_of
from copilot.drafting.builtin.sheets.totals import adds_up, is_of_other, limit_on_all
from copilot.drafting.builtin.words import lexicon, load, stem
from copilot.drafting.formulation import Relation

_NEAR = 16
_MONEY = frozenset("$€£¥")


@dataclass(slots=True)
class Seeker:
    """Reads the numbers of a problem over a frame; `goal` is the column that is made largest or smallest."""

    problem: Problem
    frame: Frame
    marked: Marked
    goal: tuple[str, ...]
    nouns: frozenset[str]
    sense: str
    limited: list[str]
    found: list[Limit] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)

    def limits(self) -> list[Limit]:
        """All limits; numbers that say none stay open."""
        self._drop_counts()
        numbers = in_order(self.problem)
        ends = ranged(self.problem, numbers)
        carried: tuple[Relation, int, Limit] | None = None
        for said in numbers:
            window = window_of(self.problem, self.marked, said)
            relation = ends.get(said) or relation_of(window)
            before = carried if carried and carried[1] == said.sentence[0] and _goes_on(window.left) else None
            limit = None
            if adds_up(window):
                relation = "=="
            if self.found and carried and carried[1] == said.sentence[0]:
                if ends.get(said) == "<=":
                    limit = replace(self.found[-1], relation="<=", value=said.value)
                elif relation and self._turns(said, window):
                    limit = replace(self.found[-1], relation=relation, value=said.value)
            follows = [other for other in numbers if other in ends and other.start > said.start]
            later = follows[0] if limit is None and said in ends and ends[said] == ">=" and follows else None
            if later:
                limit = self._wide(said, window, later, ">=")
            limit = limit or self._limit(said, window, relation or (before[0] if before else None))
            if limit is None and relation and later is None and (later := self._turned(said, numbers)):
                limit = self._wide(said, window, later, relation)
            if limit is None:
                continue
            explain(self.problem, self.marked, said, window, limit.members)
            self.found.append(limit)
            carried = (limit.relation, said.sentence[0], limit)
        return self.found

    def _turns(self, said: Said, window: Window) -> bool:
        """Whether a number only bounds what the one before it bounds: "at least 5 and at most 40 kg"."""
        before = max((one for one in self.problem.account.taken if one.end <= said.start), key=lambda one: one.end)
        gap = self.problem.prose[before.end : said.start]
        plain = all(phrase.search(gap) is None for phrase in phrases("limits", "total"))
        if not plain or not any(phrase.fullmatch(gap.strip(" ,")) for phrase in phrases("limits", "turns")):
            return False
        other = has_member(window.near_right) or columns_named(self.frame, window.near_right)
        return not other and (said.unit == "%") == (before.unit == "%")

    def _turned(self, said: Said, numbers: Sequence[Said]) -> Said | None:
        """The number that bounds the same thing from the other side and says of what: "at least 5 and at most 9 kg"."""
        following = [one for one in numbers if one.start > said.start and one.sentence == said.sentence]
        gap = self.problem.prose[said.end : following[0].start].strip(" ,") if following else ""
        turns = any(phrase.fullmatch(gap) for phrase in phrases("limits", "turns"))
        return following[0] if turns and (said.unit == "%") == (following[0].unit == "%") else None

    def _of_column(self, said: Said, window: Window, relation: Relation | None, column: str) -> Limit | None:
        relation = relation or implied(self.problem, said, window) or self._loose(said, column)
        if relation is None:
            return None
        average = said.unit == "%" or self._is_average(said)
        value = in_scale(said.value, self.frame.sheet.column(column).unit)
        return Limit("column", relation, value, said.sentence, column, unit=said.unit, average=average)

    def _drop_counts(self) -> None:
        """ "the two rated C": a number that only counts the members behind it. Doubt for a group and those beyond."""
        account = self.problem.account
        for at, members in self.marked.members.items():
            end = at
            while end < len(self.marked.text) and self.marked.names(end):
                end += 1
            if any(phrase.match(self.marked.text, end + 1) for phrase in phrases("rules", "beyond")):
                raise Doubt(
                    f"I cannot tell which options “{self.problem.prose[at : end + 12].strip()}” means; name them."
                )
            for said in [n for n in account.numbers if n.value == len(members) and 0 < at - n.end <= _NEAR]:
                if len(members) > 1 and re.fullmatch(r"[\s\w-]*", self.problem.prose[said.end : at]):
                    account.counts.append(account.take(said))

    def _wide(self, said: Said, window: Window, later: Said, relation: Relation) -> Limit | None:
        """The limit of a number whose thing is named behind a later one: "between 3 and 5 tons"."""
        there = window_of(self.problem, self.marked, later)
        wide = Window(window.left, there.right, window.near_left, there.near_right, window.start)
        return self._limit(said, wide, relation)

    def _limit(self, said: Said, window: Window, relation: Relation | None) -> Limit | None:
        if said.value == len(self.frame.labels) and self._counts(said, window, relation):
            return None
        apart = any(phrase.search(window.left) for key in ("limits", "rules") for phrase in phrases(key, "apart"))
        if apart or is_of_other(self, window):
            return None
        members = self._members(said, window)
        members = () if len(members) == len(self.frame.labels) and said.unit != "%" else members
        percent = said.unit == "%"
        each = self._is_each(f"{window.left}|{window.near_right}")
        column = self._column(said, window)
        if column is None and not members and not percent:
            column, said = self._converted(said, window)
        if each and column and column not in columns_measured(self.frame, first_word(window)) and not percent:
            column = None
        near = f"{window.near_left} {window.near_right}"
        named = column and (self._is_average(said) or (not members and columns_named(self.frame, near)))
        if percent and not named:
            return _share(said, relation, members, each=each)
        if members:
            return self._of_members(said, window, relation, members, column)
        times = re.match(r"\s*times\b(?!\s+(?:as|more|the))", window.right) is not None
        if (each or times) and column is None and relation:
            return Limit("each", relation, said.value, said.sentence, unit=said.unit)
        if column:
            return None if each else self._of_column(said, window, relation, column)
        return limit_on_all(self, said, window, relation)

    def _counts(self, said: Said, window: Window, relation: Relation | None) -> bool:
        """Whether a number only says how many options there are: "over five funds", "makes three breads"."""
        among = any(phrase.search(window.left.rstrip()[-12:]) for phrase in phrases("limits", "among"))
        if relation and not among:
            return False
        worded = not self.problem.prose[said.start].isdigit()
        counted = self.nouns | stems_of(" ".join(load("sheets")["names"]["kinds"]))
        return worded or bool({stem(first_word(window))} & counted)

    def _slice(self, at: int) -> str:
        """The words that a mark stands for."""
        end = at
        while end < len(self.marked.text) and self.marked.names(end):
            end += 1
        return self.problem.prose[at:end]

    def _is_average(self, said: Said) -> bool:
        return any(phrase.search(self.problem.sentence(said)) for phrase in phrases("limits", "average"))

    def _is_each(self, words: str) -> bool:
        """Whether words tell of each single option; "each week" is a span of time, "how many of each" a question."""
        for phrase in phrases("options", "many"):
            words = phrase.sub(" ", words)
        spots = [match for phrase in phrases("limits", "each") for match in phrase.finditer(words)]
        behind = [re.match(r"\s*([^\W\d_]+)", words[match.end() :]) for match in spots]
        return any(word is None or stem(word[1]) not in lexicon().period_stems for word in behind)

    def _loose(self, said: Said, column: str) -> Relation | None:
        """A number without a direction in the measure of one column limits it, where more is always better."""
        others = [limit.column for limit in self.found]
        if self.sense != "maximize" or column in (*self.goal, *self.limited, *others):
            return None
        self.assumed.append(f"{said.value:g} is the most that there is of {column}.")
        return "<="

    def _of_members(
        self, said: Said, window: Window, relation: Relation | None, members: Sequence[str], column: str | None
    ) -> Limit | None:
        if relation is None:
            return None
        words = self.problem.sentence(said)
        together = any(phrase.search(words) for phrase in phrases("limits", "total"))
        near = self.marked.text[said.sentence[0] : said.sentence[1]]
        group = any(
            set(named) == set(members) and not re.search(r"[,&/]|\band\b|\bor\b", self._slice(at))
            for at, named in self.marked.members.items()
            if said.sentence[0] <= at < said.sentence[0] + len(near)
        )
        together = together or group
        of = re.search(r"\b(?:of|from|among|out of)\b", f"{window.near_right} {window.left}") is not None
        if len(members) > 1 and not together and not of:
            return None
        if column in self.goal and column and self._counts_options(said):
            column = None
        kind = "column" if column else "amount"
        return Limit(kind, relation, said.value, said.sentence, column or "", tuple(members), said.unit)  # type: ignore[arg-type]

    def _converted(self, said: Said, window: Window) -> tuple[str | None, Said]:
        """The column that the number measures in another unit, and the number in the column's: hours for minutes."""
        words = re.findall(r"[^\W\d_]+[²³]?", window.near_right)[:2]
        for word in words:
            found = [
                (column.name, scale)
                for column in self.frame.amounts
                if column.unit and (scale := factor(word, column.unit)) not in (None, 1.0)
            ]
            if len(found) == 1 and found[0][1]:
                return found[0][0], replace(said, value=said.value * found[0][1])
        return None, said

    def _members(self, said: Said, window: Window) -> tuple[str, ...]:
        """Members named in the number's own phrase, else in what leads up to it."""
        near = said.start - len(window.near_left), said.end + len(window.near_right)
        found = members_of(self.marked, *near)
        if found or not has_member(window.left + window.right):
            return found
        return members_of(self.marked, said.start - len(window.left), said.start)

    def _column(self, said: Said, window: Window) -> str | None:
        """The column that the words next to the number name, or that its unit measures."""
        unit = said.unit if set(said.unit) & _MONEY else first_word(window)
        behind = re.split(r"\bto\b|\bfor\b|\bso\b", window.near_right)[0]
        for words in (behind, window.near_left, window.left):
            named = [name for name in columns_named(self.frame, words) if self._fits(name, said, unit)]
            if len(named) == 1:
                return named[0]
            if len(named) > 1:
                measured = [name for name in named if name in columns_measured(self.frame, unit)]
                if len(measured) == 1:
                    return measured[0]
                break
        if said.unit == "%":
            unit = ""
        measured = columns_measured(self.frame, unit)
        if not measured and not has_member(window.left + window.near_right):
            near = f"{window.near_left} {first_word(window)}"
            measured = [name for name in self._alike(near) if self._fits(name, said, unit)]
        other = [name for name in measured if name not in self.goal] or measured
        return other[0] if len(other) == 1 else None

    def _alike(self, words: str) -> list[str]:
        """Columns that other words for the same thing name: "budget" a cost, "earning" a yield."""
        found = []
        for name, said in (
            ("cost", "budget spend spending money fund funds cash capital"),
            ("income", "earning earn return yield"),
        ):
            group = stems_of(" ".join(load("sheets")["synonyms"][name]))
            if stems_of(words) & stems_of(said):
                found += [c.name for c in self.frame.amounts if c.stems & group and c.name not in self.goal]
        return list(dict.fromkeys(found))

    def _fits(self, name: str, said: Said, unit: str) -> bool:
        """Whether a number may be in the unit of a column."""
        own = self.frame.sheet.column(name).unit
        if (said.unit in _MONEY) and own and not set(own) & _MONEY:
            return False
        return not ((set(own) & _MONEY) and said.unit not in _MONEY and stem(unit) in lexicon().measure_stems)

    def _counts_options(self, said: Said) -> bool:
        return said.unit in _MONEY


def _share(said: Said, relation: Relation | None, members: tuple[str, ...], *, each: bool) -> Limit | None:
    if relation is None or not (each or members):
        return None
    kind: Literal["share", "each share"] = "share" if members else "each share"
    return Limit(kind, relation, said.value, said.sentence, "", members, "%")


def nouns_of(frame: Frame) -> frozenset[str]:
    """Stems of what the options are called: the corner, words that their labels share, and general words."""
    general = stems_of(" ".join(load("sheets")["names"]["options"]))
    heads = [stems_of(label) for label in frame.labels]
    shared = frozenset.intersection(*heads) if heads else frozenset()
    return stems_of(frame.sheet.corner) | shared | general


def _goes_on(left: str) -> bool:
    """Whether the words between two numbers only join them: "70 g protein and 2000 kcal"."""
    return re.search(r"[,&]|\band\b|\bplus\b|\bor\b", left) is not None and len(left.split()) <= 7
