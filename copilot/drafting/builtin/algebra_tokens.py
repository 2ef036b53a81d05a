"""Cuts algebra lines into tokens that remember where they stood."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["number", "name", "operator", "relation", "comma", "colon", "end", "other"]
_RELATIONS = {
    "<=": "<=",
    "=<": "<=",
    "<": "<=",
    "≤": "<=",
    ">=": ">=",
    "=>": ">=",
    ">": ">=",
    "≥": ">=",
    "=": "==",
    "==": "==",
}
_TOKEN = re.compile(
    r"(?P<number>(?:\d+(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+)"
    r"|(?P<name>s\.t\.?|[^\W\d]\w*)|(?P<relation><=|>=|=<|=>|==|[<>=≤≥])|(?P<operator>[-+*/()^−·×])"
    r"|(?P<comma>,)|(?P<colon>:)|(?P<end>;|\n)|(?P<space>[^\S\n]+)|(?P<other>.)"
)
_TOO_GREAT = "{number} is too great to compute with. Write it in another unit, such as millions."
_SAME = {"−": "-", "·": "*", "×": "*"}


class AlgebraError(Exception):
    """A line of algebra could not be read; `line` and `column` count from 1."""

    def __init__(self, message: str, *, line: int, column: int) -> None:
        super().__init__(f"Line {line}, column {column}: {message}")
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class AlgebraToken:
    """One token; `start` and `end` are offsets into the text, `strict` marks < and >."""

    kind: Kind
    text: str
    start: int
    end: int
    line: int
    column: int
    value: float = 0.0
    strict: bool = False

    def error(self, message: str) -> AlgebraError:
        """An error that points at this token."""
        return AlgebraError(message, line=self.line, column=self.column)


def tokens_of(text: str) -> list[AlgebraToken]:
    """All tokens but spaces and comments (# or // to the end of the line)."""
    found: list[AlgebraToken] = []
    line, line_start = 1, 0
    for match in _TOKEN.finditer(re.sub(r"(#|//)[^\n]*", lambda comment: " " * len(comment.group()), text)):
        kind, raw = str(match.lastgroup), match.group()
        if kind != "space":
            found.append(_token(kind, raw, match.start(), line=line, column=match.start() - line_start + 1))
        if raw == "\n":
            line, line_start = line + 1, match.end()
    return found


def _token(kind: str, raw: str, start: int, *, line: int, column: int) -> AlgebraToken:
    value = float(raw.replace(",", "")) if kind == "number" else 0.0
    text = _RELATIONS[raw] if kind == "relation" else _SAME.get(raw, raw)
    end = start + len(raw)
    if math.isinf(value):
        raise AlgebraError(_TOO_GREAT.format(number=raw if len(raw) < 20 else f"{raw[:12]}…"), line=line, column=column)
    return AlgebraToken(cast("Kind", kind), text, start, end, line, column, value, strict=raw in ("<", ">"))


def shown(text: str) -> str:
    """A token for a message: quoted, or by its number where nothing would be seen of it."""
    if text.isprintable() and text.strip():
        return f'"{text}"' if len(text) <= 40 else f'"{text[:40]}…"'
    return f"the invisible character U+{ord(text[0]):04X}" if text else "the end"
