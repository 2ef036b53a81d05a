"""Cuts a line into cells: at pipes, tabs, commas or semicolons, behind a label with a colon, or at wide spaces."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from copilot.drafting.builtin.nets.amounts import amount_of, is_gap

LONGEST = 40
_WIDE = re.compile(r"\S+(?: \S+)*")
_TOKEN = re.compile(r"\S+")
_NUMBERED = re.compile(r"[^\W\d]+ (?:\d+|[A-Z])(?!\w)")
_BARE = re.compile(r"^\s*(?P<label>[^\W\d]\D*?|\w+)(?:\s+(?:[$€£]?\d[\d,]*(?:\.\d+)?|-|–|—|x|inf|n/a))+\s*$")
_THOUSANDS = re.compile(r"[^,]*(?::\s*[$€£¥]?|[$€£¥])\d{1,3}(?:,\d{3})+(?!\d)[^,]*$")  # "Plant 2: $6,150"
_BULLET = re.compile(r"^\s*(?:[*•‣▪◦–—-]|\d{1,2}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """One cell: its words and where they begin and end in the line."""

    text: str
    start: int
    end: int


def by_pipes(line: str) -> list[Piece]:
    if "|" not in line:
        return []
    inside = line.strip().removeprefix("|").removesuffix("|")
    return [Piece(cell.strip().strip("*`").strip(), -1, -1) for cell in inside.split("|")]


def _by(mark: str) -> Callable[[str], list[Piece]]:
    def cut(line: str) -> list[Piece]:
        if mark not in line or (mark == "," and _THOUSANDS.match(line)):
            return []
        return [Piece(cell.strip().strip('"'), -1, -1) for cell in _BULLET.sub("", line.strip(" ")).split(mark)]

    return cut


def by_space(line: str) -> list[Piece]:
    """Cells that two spaces part, or single ones where a line is a label and bare numbers, or heads of one word."""
    line = line.replace("|", " ")
    pieces = [one for match in _WIDE.finditer(line) for one in _numbers_apart(match)]
    if len(pieces) > 2 or (len(pieces) == 2 and amount_of(pieces[1].text)):
        return pieces
    bare = _BARE.match(line)
    if bare:
        label = Piece(bare["label"], *bare.span("label"))
        rest = list(_TOKEN.finditer(line, bare.end("label")))
        return [label, *(Piece(match.group(), *match.span()) for match in rest)]
    numbered = _NUMBERED.finditer(line) if _NUMBERED.match(line) else _TOKEN.finditer(line)
    heads = [Piece(match.group(), *match.span()) for match in numbered]
    short = len(heads) > 1 and all(len(head.text) < 16 and not head.text.endswith((",", ";")) for head in heads)
    return heads if short else pieces


def _numbers_apart(match: re.Match[str]) -> list[Piece]:
    """ "2.0 3.1 4.2" are three cells."""
    tokens = [
        Piece(one.group(), match.start() + one.start(), match.start() + one.end())
        for one in _TOKEN.finditer(match.group())
    ]
    bare = len(tokens) > 1 and all(amount_of(token.text) is not None for token in tokens)
    return tokens if bare else [Piece(match.group(), *match.span())]


def _by_colons(line: str) -> list[Piece]:
    """ "Hafen: 150k: 1200": cells that single colons part."""
    return [Piece(cell.strip(), -1, -1) for cell in line.split(":")] if line.count(":") > 1 else []


def by_ends(line: str) -> list[Piece]:
    """ "dock hall 5": two places and a number or two."""
    tokens = line.split()
    if not 3 <= len(tokens) <= 4 or any(len(token) > 16 or token[-1] in ",;:." for token in tokens):
        return []
    return [Piece(token, -1, -1) for token in tokens]


def by_colon(line: str) -> list[Piece]:
    """ "Ana: 6 / 9 / 4": a label and what follows it, in one kind of mark."""
    label, colon, rest = line.partition(":")
    if not colon or len(label.strip()) > LONGEST or not rest.strip() or _THOUSANDS.match(line):
        return []
    mark = next((mark for mark in ("/", ";", ",", "|") if mark in rest), None)
    cells = rest.rstrip(" .").split(mark) if mark else rest.rstrip(" .").split()
    told = [amount_of(cell) is not None or is_gap(cell) or not cell.strip() for cell in cells]
    if any(told) and not all(told):
        return []
    return [Piece(cell.strip(), -1, -1) for cell in (_BULLET.sub("", label).strip(), *cells)]


def by_brackets(line: str) -> list[Piece]:
    """ "[ 12 20 15 ]": bare numbers, with or without brackets, and no label."""
    bare = line.strip().strip("[](),;{}").strip()
    cells = [cell for cell in re.split(r"[\s,;]+", bare) if cell]
    numbers = all(amount_of(cell) is not None or is_gap(cell) for cell in cells)
    return [Piece(cell, -1, -1) for cell in ("", *cells)] if cells and numbers else []


CUTS: tuple[Callable[[str], list[Piece]], ...] = (
    by_pipes,
    _by("\t"),
    by_brackets,
    by_colon,
    _by_colons,
    _by(" ... "),
    _by(";"),
    _by(","),
    by_ends,
    by_space,
)
