"""Cuts an LP file into sections of tokens, each with its line, for the one reader that goes beyond linear rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from solvers.instance import InstanceError

_SECTIONS = (
    ("minimize", r"minimi[sz]e|minimum|min"),
    ("maximize", r"maximi[sz]e|maximum|max"),
    ("rows", r"subject\s+to|such\s+that|s\.t\.|st\.?"),
    ("bounds", r"bounds?"),
    ("integers", r"generals?|gen|integers?|int"),
    ("binaries", r"binary|binaries|bin"),
    ("semicontinuous", r"semi-continuous|semis?"),
    ("sets", r"sos[12]?"),
    ("end", r"end"),
)
_HEAD = re.compile("|".join(rf"(?P<{name}>(?:{words})(?=\s*$|\s+[^\s:]))" for name, words in _SECTIONS), re.IGNORECASE)
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<name>[A-Za-z!"\#$%&(),;?@_`'{}|~][^\s+\-*/^\[\]:<>=\\]*)
    | (?P<mark>->|::|<=|=<|>=|=>|[-+*/^\[\]:<>=])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A number, a name or a mark, and the line it stands in, counted from 1."""

    kind: str
    text: str
    line: int

    @property
    def is_infinite(self) -> bool:
        """Whether this is the word for infinity."""
        return self.kind == "name" and self.text.lower() in ("inf", "infinity")


def sections(text: str) -> Iterator[tuple[str, list[Token]]]:
    """Yield each section's name and tokens in their order in the file; raises InstanceError naming the line."""
    current, tokens = "", list[Token]()
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.partition("\\")[0].strip()
        head = _HEAD.match(line)
        if head is not None and head.lastgroup is not None:
            if current:
                yield current, tokens
            current, tokens, line = head.lastgroup, [], line[head.end() :]
            if current == "end":
                return
        if line and not current:
            fault(number, "stands before the objective; begin with Minimize or Maximize")
        tokens.extend(_tokens(line, number))
    if current:
        yield current, tokens


def fault(line: int, words: str) -> NoReturn:
    """Raise InstanceError about `line`."""
    raise InstanceError(f"line {line} {words}")


def _tokens(line: str, number: int) -> Iterator[Token]:
    place, end = 0, len(line.rstrip())
    while place < end:
        found = _TOKEN.match(line, place)
        if found is None or found.lastgroup is None:
            fault(number, f"holds {line[place:].strip()[:20]!r}, which is no name, number or sign of the LP format")
        yield Token(found.lastgroup, found.group(found.lastgroup), number)
        place = found.end()
