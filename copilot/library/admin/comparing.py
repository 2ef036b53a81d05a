"""What differs between two versions: prose word by word, programs line by line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from copilot.library.content import Content

PROSE = ("title", "applies_when", "not_when", "explanation", "labels", "solver_scope", "language")
PROGRAMS = ("wrong", "right")
WORDS = {"applies_when": "Applies when", "not_when": "Not when", "explanation": "Why", "solver_scope": "Holds for"}
WORDS_MOST = 1_500  # longer texts are compared line by line: the time grows with the square
_WORD = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a comparison: `ins`, `del`, or empty for what both have."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs; the pieces of a program are whole lines."""

    field: str
    pieces: tuple[Piece, ...]
    is_program: bool = False


def changes(before: Content, after: Content) -> list[Change]:
    """The fields that differ, in the order in which they are read."""
    found = []
    for name in (*PROSE[:4], *PROGRAMS, *PROSE[4:]):
        old, new = _said(before, name), _said(after, name)
        if old != new:
            program = name in PROGRAMS
            pieces = tuple(_lines(old, new) if program else _words(old, new))
            found.append(Change(WORDS.get(name, name.capitalize()), pieces, program))
    return found


def _said(content: Content, name: str) -> str:
    if name == "labels":
        return "\n".join(" › ".join(path) for path in content.labels)
    return str(getattr(content, name))


def _lines(old: str, new: str) -> Iterator[Piece]:
    return (
        Piece(piece.mark, line) for piece in _pieces(old.split("\n"), new.split("\n"), "\n") for line in _split(piece)
    )


def _split(piece: Piece) -> list[str]:
    return piece.text.removesuffix("\n").split("\n")


def _words(old: str, new: str) -> Iterator[Piece]:
    first, second = _WORD.findall(old), _WORD.findall(new)
    if max(len(first), len(second)) > WORDS_MOST:
        return _pieces(old.splitlines(keepends=True), new.splitlines(keepends=True))
    return _pieces(first, second)


def _pieces(first: list[str], second: list[str], end: str = "") -> Iterator[Piece]:
    """Stretches of tokens; blanks behind a token do not make it another one."""
    alone, others = ([token.rstrip() for token in tokens] for tokens in (first, second))
    for kind, a, b, c, d in difflib.SequenceMatcher(None, alone, others, autojunk=False).get_opcodes():
        if kind == "equal":
            same = zip(first[a:b], second[c:d], strict=True)
            yield Piece("", "".join(max(pair, key=len) + end for pair in same))
            continue
        if b > a:
            yield Piece("del", "".join(token + end for token in first[a:b]))
        if d > c:
            yield Piece("ins", "".join(token + end for token in second[c:d]))
