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
    "⩽": "<=",
    ">=": ">=",
    "=>": ">=",
    ">": ">=",
    "≥": ">=",
    "⩾": ">=",
    "=": "==",
    "==": "==",
}
_DOMAIN = (
    r"(?:∈|\\in\b)\s*(?:\\mathbb\s*\{?\s*(?P<board>[ZNR])\s*\}?|(?P<letter>[ℤℕℝZNR])(?!\w{2})"
    r"|\\?\{\s*0\s*,\s*1\s*\\?\})(?:[_^](?:\{[^{}\n]*\}|[+\w])|\+)?"
)
_COMMAND = r"\\frac\{\d+\}\{\d+\}|\\(?:begin|end)\{[^{}\n]*\}|\\(?:[A-Za-z]+|[,;:! ])|[$&{}]"
_TOKEN = re.compile(
    rf"(?P<domain>{_DOMAIN})|(?P<end>;|\n|\\\\)|(?P<command>{_COMMAND})"
    r"|(?P<number>(?:\d+(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+)"
    r"|(?P<name>s\.t\.?|[^\W\d]\w*(?:\{\w+\})?)|(?P<relation><=|>=|=<|=>|==|[<>=≤≥⩽⩾])|(?P<operator>[-+*/()^−·×⋅])"
    r"|(?P<comma>,)|(?P<colon>:)|(?P<space>[^\S\n]+)|(?P<other>.)"
)
_COMMANDS: dict[str, tuple[Kind, str]] = {
    **dict.fromkeys(("le", "leq", "leqslant"), ("relation", "<=")),
    **dict.fromkeys(("ge", "geq", "geqslant"), ("relation", ">=")),
    **dict.fromkeys(("cdot", "times"), ("operator", "*")),
    **{word: ("name", word) for word in ("max", "min")},
}
_TOO_GREAT = "{number} is too great to compute with. Write it in another unit, such as millions."
_SILENT = frozenset({"text", "mathrm", "operatorname", "quad", "qquad", "left", "right", "displaystyle"})
_SAME = {"−": "-", "·": "*", "×": "*", "⋅": "*"}


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
    """All tokens but spaces, LaTeX that says nothing and comments (# or // to the end of the line)."""
    found: list[AlgebraToken] = []
    line, line_start = 1, 0
    for match in _TOKEN.finditer(re.sub(r"(#|//)[^\n]*", lambda comment: " " * len(comment.group()), text)):
        kind, said = _meant(match)
        if kind != "space":
            place = (line, match.start() - line_start + 1)
            found.append(_token(cast("Kind", kind), said, match, place))
        if match.group() == "\n":
            line, line_start = line + 1, match.end()
    return found


def shown(text: str) -> str:
    """A token for a message: quoted, or by its number where nothing would be seen of it."""
    if text.isprintable() and text.strip():
        return f'"{text}"' if len(text) <= 40 else f'"{text[:40]}…"'
    return f"the invisible character U+{ord(text[0]):04X}" if text else "the end"


def _meant(match: re.Match[str]) -> tuple[str, str]:
    """Kind and plain text of a match; LaTeX is taken for the sign that it prints."""
    kind, raw = str(match.lastgroup), match.group()
    if kind == "domain":
        letter = match["board"] or match["letter"]
        return "name", "binary" if letter is None else "continuous" if letter in "Rℝ" else "integer"
    if kind == "name":
        return kind, raw.replace("{", "").replace("}", "")
    if kind != "command":
        return kind, raw
    word = raw[1:]
    if raw.startswith("\\frac"):
        return "number", raw
    if word in _COMMANDS:
        return _COMMANDS[word]
    return ("space" if word in _SILENT or not word.isalpha() else "other"), raw


def _token(kind: Kind, said: str, match: re.Match[str], place: tuple[int, int]) -> AlgebraToken:
    value = _value(said) if kind == "number" else 0.0
    text = _RELATIONS[said] if kind == "relation" else _SAME.get(said, said)
    if math.isnan(value):
        raise AlgebraError("this divides by zero.", line=place[0], column=place[1])
    if math.isinf(value):
        number = said if len(said) < 20 else f"{said[:12]}…"
        raise AlgebraError(_TOO_GREAT.format(number=number), line=place[0], column=place[1])
    return AlgebraToken(kind, text, match.start(), match.end(), *place, value, strict=said in ("<", ">"))


def _value(said: str) -> float:
    if said.startswith("\\"):
        above, below = re.findall(r"\d+", said)
        top, bottom = float(above), float(below)
        return top / bottom if bottom and math.isfinite(top) else math.nan if not bottom else math.inf
    return float(said.replace(",", ""))
