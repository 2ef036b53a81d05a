"""The data of a network or a matching, whatever they were written as: matrices, columns of numbers, and links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from copilot.drafting.builtin.words import load, stem

Place = tuple[int, int]
Ends = tuple[str, str]
_LEGEND = re.compile(
    r"(?:first (?:number|figure|value|entry)?\s*(?:=|is|:|gives|for)?\s*(?:the )?)?"
    r"(?P<one>[a-z][a-z ]{2,30}?)(?: in [\w$€/]+)?"
    r"\s*(?:[,/;]|and)\s*(?:(?:the )?second (?:number|figure|value|one)?\s*(?:=|is|:|gives|for)?\s*(?:the )?)?"
    r"(?P<two>[a-z][a-z ]{2,40})",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_ABLE = re.compile(
    r"^[\w ]{0,40}\b(?:can|could|is able to) (?:handle|process|ship|send|serve|supply|hold|store|take|dispatch|pack)\b"
)
ROLES = ("fixed", "demand", "lower", "supply", "limit", "measure")


@dataclass(frozen=True, slots=True)
class Matrix:
    """Numbers of pairs; a pair that is missing has none. `words` are what stands above it."""

    rows: tuple[str, ...]
    heads: tuple[str, ...]
    values: Mapping[Ends, float]
    words: str
    place: Place
    unit: str = ""

    @property
    def is_square(self) -> bool:
        """Whether rows and columns are the same places."""
        rows, heads = set(self.rows), set(self.heads)
        return len(rows & heads) >= max(2, min(len(rows), len(heads)) - 1)

    @property
    def is_full(self) -> bool:
        """Whether every pair has a number."""
        return all((row, head) in self.values for row in self.rows for head in self.heads)


@dataclass(frozen=True, slots=True)
class Column:
    """One number for each of some labels; `words` say what it is, `near` is what stands above it."""

    words: str
    values: Mapping[str, float]
    place: Place
    unit: str = ""
    near: str = ""

    @property
    def role(self) -> str:
        """What the numbers are by their own words, or by those above; "" where neither says it."""
        near = role_in(self.near)
        if _ABLE.search(self.near) and role_in(self.words) in ("", "demand"):  # "orders a site can handle"
            return "limit"
        return role_in(self.words) or ("" if near == "measure" else near)


@dataclass(frozen=True, slots=True)
class Links:
    """Links and their numbers by name; `two_way` where the list itself shows that they lead both ways."""

    values: Mapping[Ends, Mapping[str, float]]
    words: str
    place: Place
    two_way: bool | None = None
    twice: tuple[Ends, ...] = ()
    headed: bool = False  # whether headings "from" and "to" say that links lead one way, perhaps

    @property
    def nodes(self) -> list[str]:
        """The places in the order of the list."""
        return list(dict.fromkeys(end for ends in self.values for end in ends))


@dataclass(frozen=True, slots=True)
class Bare:
    """Rows of numbers whose columns have no names; `labels` are those of the rows, where they have any."""

    labels: tuple[str, ...]
    rows: tuple[tuple[float | None, ...], ...]
    words: str
    place: Place


@dataclass(slots=True)
class Data:
    """All data of a text, and the text with blanks where they stood."""

    text: str
    prose: str
    matrices: list[Matrix] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    links: list[Links] = field(default_factory=list)
    waiting: list[Column] = field(default_factory=list)
    bare: list[Bare] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    sources: dict[int, tuple[str, Mapping[str, tuple[float, ...]]]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)  # other names of places: "the well" for "S"

    @property
    def labels(self) -> list[str]:
        """Every name of a row, a column or a place."""
        found = [label for one in self.matrices for label in (*one.rows, *one.heads)]
        found += [label for one in self.columns for label in one.values]
        found += [node for one in self.links for node in one.nodes]
        return list(dict.fromkeys(found))


def stems_of(words: str) -> set[str]:
    """Stems of the words of a phrase."""
    return {stem(word.lower()) for word in _WORD.findall(words)}


def shared_stems(labels: Iterable[str]) -> set[str]:
    """Words that most of some names have: "job" of "Job 1" and "Job 2"."""
    own = [stems_of(label) for label in labels]
    found = set[str]().union(*own)
    return {one for one in found if len(one) > 1 and sum(one in stems for stems in own) * 2 > len(own)}


def role_of(label: str, *, within: bool = False) -> str:
    """The role that a heading names ("tons needed": demand); "" for the name of a thing or a place.

    `within` a line: a word that begins with a capital letter is a name there.
    """
    words = _WORD.findall(re.sub(r"[(\[][^)\]]*[)\]]", " ", label))
    if label.strip() in ("Max", "Min") or not words or re.search(r"\d", re.sub(r"[(\[][^)\]]*[)\]]", " ", label)):
        return ""
    role = role_in(" ".join(words))
    known = {stem(word) for word in _lexicon()["beside"]} | {one for key in ROLES for one in _stems(key)}
    others = [word for word in words if stem(word.lower()) not in known]
    small = all(word[0].islower() for word in (words if within else words[1:]))
    return role if len(others) <= (1 if len(words) > 1 and small else 0) else ""


def role_in(words: str) -> str:
    """The first role that the words name, outside of brackets before inside: "Supply (orders per day)"."""
    outside = _BRACKETS.sub(" ", words)
    if outside != words and (role := role_in(outside)):
        return role
    found = stems_of(words)
    named = next((role for role in ROLES if found & _stems(role)), "")
    if named in ("demand", "supply") and found & {stem(word) for word in _lexicon()["caps"]}:
        return "limit"
    return named or ("measure" if re.search(r"[$€£¥]", words) else "")


def _stems(role: str) -> set[str]:
    return {stem(word) for word in _lexicon()["roles"][role]}


def _lexicon() -> Mapping[str, Mapping[str, list[str]]]:
    return load("nets")["data"]  # type: ignore[no-any-return]


def blanked(text: str, ranges: Iterable[Place]) -> str:
    """The text with blanks in some ranges; line breaks become stops, so that no phrase reaches across."""
    out = list(text)
    for start, end in ranges:
        out[start:end] = ["." if sign == "\n" else " " for sign in text[start:end]]
    return "".join(out)


def merged(columns: Iterable[Column]) -> list[Column]:
    """Columns of one role over different names are one column."""
    found: list[Column] = []
    for one in columns:
        at = next((at for at, other in enumerate(found) if _continues(other, one)), None)
        if at is None:
            found.append(one)
        else:
            values = {**found[at].values, **one.values}
            place = (min(found[at].place[0], one.place[0]), max(found[at].place[1], one.place[1]))
            found[at] = Column(found[at].words, values, place, found[at].unit or one.unit, found[at].near)
    return found


def _continues(one: Column, other: Column) -> bool:
    return bool(one.role) and one.role == other.role and not one.values.keys() & other.values.keys()


def legend_of(text: str) -> tuple[str, str] | None:
    """What two numbers side by side are, "(capacity, cost per unit)": one is a cost, one a limit."""
    for match in _LEGEND.finditer(text):
        names = (" ".join(match["one"].split()), " ".join(match["two"].split()))
        roles = {role_in(name) for name in names}
        if roles == {"measure", "limit"}:
            return names
    return None


def matrix_of(data: Data) -> Matrix | None:
    """The one matrix of the data, also where its pairs are listed as links from some things to others."""
    if len(data.matrices) == 1 and not data.links:
        return data.matrices[0]
    if data.matrices or len(data.links) != 1 or data.links[0].twice:
        return None
    links = data.links[0]
    rows, heads = (tuple(dict.fromkeys(ends[at] for ends in links.values)) for at in (0, 1))
    if set(rows) & set(heads) or any(len(numbers) != 1 for numbers in links.values.values()):
        return None
    values = {ends: next(iter(numbers.values())) for ends, numbers in links.values.items()}
    return Matrix(rows, heads, values, links.words, links.place)
