"""A text as a problem over sheets: its sheets, the prose between them, and the account of what is understood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from copilot.drafting.builtin.families import asides, wordings
from copilot.drafting.builtin.families.account import Account, Said
from copilot.drafting.builtin.families.phrases import compiled, patterns
from copilot.drafting.builtin.phrasing import Phrase
from copilot.drafting.builtin.sheets.bare import bare_sizes
from copilot.drafting.builtin.sheets.cells import cell_of
from copilot.drafting.builtin.sheets.counted import counted_of
from copilot.drafting.builtin.sheets.grids import blanked, grids_of
from copilot.drafting.builtin.sheets.inline import bracketed
from copilot.drafting.builtin.sheets.lists import Items, items_of, sheet_of
from copilot.drafting.builtin.sheets.sheet import Sheet, column_of
from copilot.drafting.builtin.sheets.valued import named_run, valued_runs
from copilot.drafting.builtin.words import load

_NAME = (
    r"(?<![\w.])(?P<label>[A-Z][\w'’-]*(?: (?:[A-Z][\w'’-]*|\d+(?=\s*[:=(–-]|\s+[$€£]?\d))){0,2}"
    r"|[a-z][\w'’-]*(?=\s*[:=]?\s*\d))"
)
_VALUE = (
    r"\s*(?::|=|–|-)?\s*\(?(?P<value>[$€£]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\s?%?)\)?(?P<unit>(?: (?!and\b)[a-z]+)?)"
)
_JOIN = re.compile(r"\s*(?:[,;]|,?\s*\band\b)\s*")
_RULES = frozenset({"minimum", "maximum", "only", "must", "least", "most", "limit", "max", "min", "not", "required"})
_PER = re.compile(r"\b(?:per|for every|for each) $", re.IGNORECASE)
_LEADER = re.compile(r"(?<=[ \t])\.{2,}(?=[ \t])|(?<=\w)\.{4,}(?=[ \t]?\d)")
_FEWEST_IN_A_RUN = 3


class NotRead(Exception):
    """The text is no problem of this kind."""


class Doubt(Exception):
    """The kind of problem is recognised and something is not understood; the arguments are the reasons."""


class Unclear(Doubt):
    """The text itself leaves open what its numbers count, so that no other reader may try."""


@dataclass(slots=True)
class Problem:
    """The text; `prose` has blanks where the sheets stand."""

    text: str
    prose: str
    sheets: tuple[Sheet, ...]
    lists: tuple[Items, ...]
    account: Account = field(init=False)

    def __post_init__(self) -> None:
        labels = [label for sheet in self.sheets for label in sheet.labels]
        heads = [column.head for sheet in self.sheets for column in sheet.columns]
        measures = [part for head in heads for part in re.findall(r"\d[\d.]*\s?[a-z]+|\b[a-zA-Z]+ \d+\b", head)]
        named = [label for label in (*labels, *heads) if re.search(r"[^\W\d_]\W?\d|\d[^\W\d_]", label)]
        numbered = rf"\b(?:{'|'.join(load('sheets')['names']['numbered'])}) \d+\b"
        named += re.findall(numbered, self.prose)
        self.account = Account(self.prose, [*named, *measures])

    def says(self, family: str, key: str) -> re.Match[str] | None:
        """The first place of a phrase of the lexicon."""
        return self.account.says(phrases(family, key))

    def absorb(self, family: str, *keys: str) -> None:
        """Explain the places of phrases."""
        for key in keys:
            self.account.absorb(phrases(family, key))

    def settle(self, family: str, *counts: int) -> None:
        """Absorb what the kind of problem knows to be said; Doubt for all that is left."""
        account = self.account
        account.count(*counts)
        for said in [said for said in account.numbers if _PER.search(self.prose[: said.start])]:
            account.counts.append(account.take(said))
        account.absorb(patterns("any", "absorb"))
        self.absorb("any", "absorb")
        self.absorb(family, "absorb")
        wordings.absorb(account, family)
        sentences = {said.sentence for said in account.taken} | {said.sentence for said in account.counts}
        for phrase in phrases("any", "joins"):
            for match in (m for start, end in sentences for m in phrase.finditer(self.prose, start, end)):
                account.explain(*match.span())
        for name in {*self._names()}:
            account.absorb((re.compile(rf"\b{re.escape(name).replace('-', '-?')}(?:e?s)?\b", re.IGNORECASE),))
        account.relax(phrases(family, "core"))
        account.relax_clauses((*patterns("any", "core"), *phrases("any", "core"), *phrases(family, "core")))
        account.relax_scene(len(self.prose))
        account.relax_weak()
        labels = [
            label for sheet in self.sheets for label in (*sheet.labels, *(column.head for column in sheet.columns))
        ]
        asides.relax(account, labels, family)
        named = [label for sheet in self.sheets for label in sheet.labels]
        reasons = asides.reasons(account, list(self._left()) or asides.denied(self.prose, named), named)
        if reasons:
            raise Doubt(*dict.fromkeys(reasons))

    def _left(self) -> Iterable[tuple[str, int]]:
        """What is not explained: numbers, and words that state a rule."""
        account = self.account
        for said in account.numbers:
            yield f"the number {self.prose[said.start : said.end]}", said.start
        for phrase in phrases("any", "firm"):
            for start, end in account.written:
                for match in phrase.finditer(self.prose, start, end):
                    if not all(account.explained[match.start() : match.end()]):
                        yield f"“{match.group().lower()}”", match.start()

    def _names(self) -> Iterable[str]:
        """Words of the heads: they name data and say no rule."""
        for sheet in self.sheets:
            for name in (sheet.corner, *(column.head or column.name for column in sheet.columns)):
                yield from (word for word in re.findall(r"[^\W\d_][\w-]{2,}", name) if word.lower() not in _RULES)
                if name.lower() == "startup":
                    yield "start-up"

    def sentence(self, said: Said) -> str:
        """The sentence of a number."""
        return self.prose[slice(*said.sentence)]


def phrases(family: str, key: str) -> tuple[Phrase, ...]:
    """The phrases under one key of the lexicon of sheets, as patterns."""
    listed = load("sheets").get(family, {}).get(key, [])
    return compiled(tuple(sorted(listed, key=lambda phrase: -len(phrase))))


def problem_of(text: str) -> Problem | None:
    """The problem, with nothing explained yet; None of a text without a table or a list."""
    parts = _parts(text)
    return Problem(*parts) if parts else None


@lru_cache(maxsize=8)  # every kind of problem begins with the same parts
def _parts(text: str) -> tuple[str, str, tuple[Sheet, ...], tuple[Items, ...]] | None:
    """The text, its prose, its sheets and its lists."""
    text = _LEADER.sub(lambda match: " " * len(match.group()), text)
    grids = grids_of(text)
    prose = blanked(text, grids)
    counted = [sheet] if (sheet := counted_of(prose)) else []
    prose = _without(prose, [sheet.place for sheet in counted])
    lists = items_of(prose)
    told = [sheet for items in lists if (sheet := sheet_of(items)) is not None]
    prose = _without(prose, [(items.start, items.end) for items in lists])
    names = [name for sheet in (*grids, *told) for name in (*sheet.labels, *(column.head for column in sheet.columns))]
    runs = list(_runs(prose, names))
    prose = _without(prose, [(run.start, run.end) for run in runs])
    sheets = sorted([*grids, *counted, *told, *runs], key=lambda sheet: sheet.start)
    if not sheets and not lists:
        inline = bracketed(prose)
        sheets = [inline] if inline else [*valued_runs(prose), *named_run(prose)]
        prose = _without(prose, [sheet.place for sheet in sheets])
    if not sheets and not lists and (bare := bare_sizes(prose)):
        sheets, prose = [bare], _without(prose, [bare.place])
    if not sheets and not lists:
        return None
    return text, prose, tuple(sheets), tuple(lists)


def _without(prose: str, places: Sequence[tuple[int, int]]) -> str:
    rest = list(prose)
    for start, end in places:
        rest[start:end] = ["." if sign == "\n" else " " for sign in prose[start:end]]
        if end < len(rest) and rest[end] == "\n":
            rest[end - 1] = "."
    return "".join(rest)


def _runs(prose: str, names: Sequence[str]) -> Iterable[Sheet]:
    """ "Mon 17, Tue 13, Wed 15" as a sheet of one column; names that are known may be in small letters."""
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if len(name) > 2)
    label = rf"(?P<label>{known})" if known else _NAME
    matches = list(re.finditer(label + _VALUE, prose, re.IGNORECASE if known else 0))
    while matches:
        run = [matches.pop(0)]
        while matches and _JOIN.fullmatch(prose, run[-1].end(), matches[0].start()):
            run.append(matches.pop(0))
        labels = tuple(match["label"] for match in run)
        if run[0]["label"].islower() and not known and len(run) < _FEWEST_IN_A_RUN + 1 and ":" not in run[0].group():
            continue
        if len(run) < _FEWEST_IN_A_RUN or len(set(labels)) < len(labels):
            continue
        cells = [cell_of(f"{match['value']}{match['unit']}") for match in run]
        before = prose[: run[0].start()].rstrip()
        intro = before[max(before.rfind("\n"), before.rfind(". ")) + 1 :].strip()
        name = intro.rstrip(":").split(",")[-1].strip() if intro.endswith(":") else ""
        yield Sheet("", labels, (column_of(name[-40:], cells),), run[0].start(), run[-1].end(), intro, listed=True)
