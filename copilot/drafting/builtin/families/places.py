"""Names of places, found where something leads to them: "City 1", "node 3", "F" beside "City E", "Oak Hill"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from copilot.drafting.builtin.words import load

_NAMED = r"[A-Z][\w'’-]*(?: (?:[A-Z][\w'’-]*|\d{1,3}))*"
_NUMBERED = r"[A-Za-z][a-z]+ (?:\d{1,3}|[A-Z])(?![\w.]\w|\w)"
_LEADS = re.compile(
    rf"(?:\b(?:[Ff]rom|[Tt]o|[Bb]etween|[Rr]each|[Vv]isit|[Ll]eav(?:e|ing))(?:/to)? (?:the )?|→\s*|->\s*)"
    rf"(?P<place>{_NUMBERED}|{_NAMED})"
)
_BEFORE = re.compile(r"^(?:[Ff]rom(?:/to)?|[Tt]o|[Ss]ource|[Dd]estination)\s+(?:the\s+)?")
_IN_PARENTHESES = re.compile(rf"\((?P<place>{_NUMBERED})\)")


@dataclass(frozen=True, slots=True)
class Mention:
    """One place in a text, with the name that it goes by."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Places:
    """The names of a text: the pattern that finds them, and what each is called in small letters."""

    pattern: re.Pattern[str] | None
    called: dict[str, str]

    def find(self, text: str, start: int = 0, end: int | None = None) -> list[Mention]:
        """Every mention in a range."""
        if self.pattern is None:
            return []
        found = self.pattern.finditer(text, start, len(text) if end is None else end)
        return [Mention(self.called[match.group().lower()], *match.span()) for match in found]


def places_of(text: str, labels: Iterable[str] = ()) -> Places:
    """The places that a text leads to or from, and the labels of its records."""
    found = [match["place"] for match in (*_LEADS.finditer(text), *_IN_PARENTHESES.finditer(text))]
    plain = [_BEFORE.sub("", label).partition(" (")[0] for label in labels]
    found += [label for label in plain if re.fullmatch(rf"{_NUMBERED}|{_NAMED}", label)]
    no_kinds = load("families")["legs"]["verbs"]
    found = [name for name in (_named(name, no_kinds) for name in found) if name.lower() not in no_kinds]
    spoken: dict[str, str] = {}
    for name in found:
        spoken.setdefault(name.lower(), name)
    numbered = {key: name for key, name in spoken.items() if re.fullmatch(_NUMBERED, name)}
    called = dict(spoken)
    for key, name in numbered.items():
        kinds = {one.split()[0] for one in numbered if one.split()[1] == key.split()[1]}
        short = name.split()[1]
        if len(kinds) == 1 and not short.isdigit():
            called[short.lower()] = name
    _join_remarks(text, called)
    names = sorted(called, key=len, reverse=True)
    if not names:
        return Places(None, {})
    return Places(re.compile(_any_case(names)), called)


def _named(name: str, no_kinds: Iterable[str]) -> str:
    """ "reach A" is A, where "City A" is a name."""
    kind, _, rest = name.partition(" ")
    return rest if kind.lower() in no_kinds and rest else name


def _any_case(names: Iterable[str]) -> str:
    """A pattern for the names in any case, but for those of one letter."""
    long = "|".join(re.escape(name) for name in names if len(name) > 1)
    single = "|".join(name.upper() for name in names if len(name) == 1)
    parts = [f"(?i:{long})" if long else "", f"(?:{single})(?!\\.\\w)" if single else ""]
    return rf"(?<![\w'’-])(?:{'|'.join(part for part in parts if part)})(?![\w'’])"


def _join_remarks(text: str, called: dict[str, str]) -> None:
    """ "the Power Plant (Node 0)": both names are of one place."""
    for match in re.finditer(rf"(?P<place>{_NAMED}) \((?P<other>{_NUMBERED}|{_NAMED})\)", text):
        first, second = match["place"].lower(), match["other"].lower()
        if first in called and second in called:
            called[first] = called[second]
