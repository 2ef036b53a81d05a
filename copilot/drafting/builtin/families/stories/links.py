"""Links told in sentences and lines of a story, with the place that stays the same said once, before or behind.

A unit (a sentence or a line) is cut into pieces at commas and joining words. A piece has a place with a number, or two
places with one, or a number of the link before; the words before a place say whether it is where the link starts or
where it leads. A unit with a piece of another kind lists no links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from copilot.drafting.builtin.families.blocks import Leg
from copilot.drafting.builtin.families.cells import NUMBER, Cell
from copilot.drafting.builtin.families.places import Mention, Places
from copilot.drafting.builtin.families.stories.names import spoken
from copilot.drafting.builtin.words import lexicon, load, stem

_PIECE = re.compile(r"[,;:|]|\s[–—]\s|\b(?:and|or|while|whereas|but)\b")
_REMARK = re.compile(r"\([^()]*\)")
_DASH = re.compile(r"\s*(?:[-–—=]+>|→|⇒|–|—|\s-\s)\s*(?:the )?")
_NEAR = 4  # words: farther away, a word such as "to" belongs to something else
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(slots=True)
class _Piece:
    """The places and numbers of one piece, in order."""

    start: int
    end: int
    named: list[tuple[Mention, str]]
    numbers: list[re.Match[str]]


@dataclass(slots=True)
class _State:
    """What a unit has said so far: the ends that stay, the link that waits for its number, and the links."""

    tail: str = ""
    head: str = ""
    waiting: tuple[str, str] = ("", "")
    cells: list[Cell] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    own: list[Cell] = field(default_factory=list)
    away: bool = False
    led: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """The links that a unit lists, and the amounts that it tells of the one place in front."""

    legs: tuple[Leg, ...] = ()
    owner: str = ""
    own: tuple[Cell, ...] = ()


def told_in(text: str, start: int, end: int, places: Places) -> Listed:
    """The links that a unit lists, in order; none where it says anything else."""
    named = spoken(text, start, end, places)
    if not named or not NUMBER.search(text, start, end):
        return Listed()
    state, spots = _State(), []
    for piece in _pieces(text, start, end, named):
        if not _take(state, text, piece):
            return Listed()
        state.led = state.led or any(role for _, role in piece.named)
        spots += [(spot.start, spot.end) for spot, _ in piece.named]
    if state.waiting[0] or state.cells or _counts_wrong(text, start, end, state, spots):
        return Listed()
    if not state.led and not _is_row(text, start, named[0]):
        return Listed()
    return Listed(tuple(state.legs), named[0].name, tuple(state.own))


def _is_row(text: str, start: int, first: Mention) -> bool:
    """Whether the unit is a row with the name of a place in front: "Lower orchard: cannery 24, ..."."""
    before = text[start : first.start].strip(" \t*•‣-–").lower()
    behind = re.match(r"(?: [a-z]+){0,2}\s*(?::|–|—|\||\[)", text[first.end : first.end + 40])
    return before in ("", "from", "for", "from the", "the", "out of") and behind is not None


def _pieces(text: str, start: int, end: int, named: Sequence[Mention]) -> Iterable[_Piece]:
    plain = re.sub(r"(?<=\d),(?=\d{3})", "#", text[start:end])
    plain = re.sub(r"\b[Bb]etween\b[^,\d]*? and ", lambda match: "#" * len(match.group()), plain)
    for spot in named:
        plain = plain[: spot.start - start] + "#" * (spot.end - spot.start) + plain[spot.end - start :]
    inside = [match.span() for match in _REMARK.finditer(plain)]
    begin = 0
    for edge in (*_PIECE.finditer(plain), None):
        if edge and any(a < edge.start() < b and edge.group() not in ",;" for a, b in inside):
            continue
        stop = edge.start() if edge else len(plain)
        yield _piece(text, start + begin, start + stop, named)
        begin = edge.end() if edge else stop


def _piece(text: str, start: int, end: int, named: Sequence[Mention]) -> _Piece:
    spots = [spot for spot in named if start <= spot.start < end]
    numbers = [
        match
        for match in NUMBER.finditer(text, start, end)
        if not any(spot.start <= match.start("value") < spot.end for spot in named)
    ]
    before = start
    roles = []
    for spot in spots:
        roles.append((spot, role_of(text[before : spot.start])))
        before = spot.end
    return _Piece(start, end, roles, numbers)


def role_of(before: str) -> str:
    """ "from" or "to" by the last word near the place that leads to it; "" where there is none."""
    if _DASH.fullmatch(before):
        return "to"
    near = " ".join(before.split()[-_NEAR:])
    found = [(match.start(), role) for role in ("from", "to") for match in _leads(role).finditer(near)]
    return max(found)[1] if found else ""


@cache
def _leads(role: str) -> re.Pattern[str]:
    """The words that lead to a place of a role; arrows do too."""
    words = sorted(load("stories")["links"][role], key=len, reverse=True)
    arrow = "|[-–—=]+>|→|⇒|(?<=\\w)[–—](?=\\w)" if role == "to" else ""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w){arrow}", re.IGNORECASE)


def _take(state: _State, text: str, piece: _Piece) -> bool:
    """One piece; False where it is no part of a list of links."""
    if len(piece.named) > 2 or len(piece.numbers) > 2:
        return False
    cells = [_cell(text, match, piece) for match in piece.numbers]
    if len(piece.named) == 2:
        (first, role), (second, other) = piece.named
        if other == "from" and role in ("", "to") and len(cells) == 1:
            state.away = True
            return _joined(state, first.name, second.name, cells)
        elif (
            (other != "to" and not (role == "" and other == "") and not _between(text, piece))
            or role == "to"
            or first.name == second.name
        ):
            return False
        return _joined(state, first.name, second.name, cells)
    if len(piece.named) == 1:
        return _single(state, *piece.named[0], cells)
    return not cells or _added(state, cells)


def _between(text: str, piece: _Piece) -> bool:
    return re.search(r"\bbetween\b", text[piece.start : piece.named[0][0].start], re.IGNORECASE) is not None


def _joined(state: _State, tail: str, head: str, cells: list[Cell]) -> bool:
    if state.waiting[0]:
        return False
    cells = [*state.cells, *cells]
    state.cells = []
    state.tail, state.head = tail, ""
    if cells:
        state.legs.append(Leg(tail, head, tuple(cells)))
    else:
        state.waiting = (tail, head)
    return True


def _single(state: _State, spot: Mention, role: str, cells: list[Cell]) -> bool:
    """A piece with one place: the start of what follows, or one more link from or to the place that stays."""
    if role == "from" and not cells:
        if state.waiting[0] or state.cells:
            return False
        state.tail, state.head = spot.name, ""
        return True
    if not state.tail and not state.head:
        if cells and role == "from":
            state.tail = spot.name
            state.cells = cells
            return True
        if cells:
            return False
        state.tail, state.head = ("", spot.name) if role == "to" else (spot.name, "")
        return not state.cells
    if state.tail and (role != "from" or (state.away and cells)):
        ends = (state.tail, spot.name)
    elif state.head and role != "to":
        ends = (spot.name, state.head)
    else:
        return False
    if state.waiting[0] or ends[0] == ends[1]:
        return False
    cells = [*state.cells, *cells]
    state.cells = []
    if cells:
        state.legs.append(Leg(*ends, tuple(cells)))
    else:
        state.waiting = ends
    return True


def _added(state: _State, cells: list[Cell]) -> bool:
    """Numbers without a place: of the link that waits, a second one of the last link, or of the next link."""
    if state.waiting[0]:
        state.legs.append(Leg(*state.waiting, tuple(cells)))
        state.waiting = ("", "")
        return True
    if not state.legs and state.tail and not state.cells:
        state.own += cells
        return True
    if not state.legs or state.cells:
        return False
    last = state.legs[-1]
    if any(not cell.name or cell.name in {one.name for one in last.cells} for cell in cells):
        state.cells = cells
        return len(cells) == 1
    state.legs[-1] = replace(last, cells=(*last.cells, *cells))
    return True


def _cell(text: str, match: re.Match[str], piece: _Piece) -> Cell:
    """The number with the nearest word that says what it measures, and its unit."""
    known = {stem(word): word for word in load("families")["legs"]["measures"]}
    spots = [spot for spot, _ in piece.named]
    start = max([piece.start, *(other.end() for other in piece.numbers if other.end() <= match.start())])
    stop = min([piece.end, *(other.start() for other in piece.numbers if other.start() >= match.end())])
    before = [known[stem(word)] for word in _WORD.findall(text[start : match.start()]) if stem(word) in known]
    behind = [known[stem(word)] for word in _WORD.findall(text[match.end() : stop]) if stem(word) in known]
    said = " ".join([text[start : match.start()], text[match.end() : stop]])
    unit = re.compile(r"\s*(?:%|[A-Za-z]+)").match(text, match.end(), piece.end)
    word = unit.group().strip() if unit and not any(unit.end() > spot.start >= match.end() for spot in spots) else ""
    if lexicon().is_small(word.lower()) or word.lower() in load("families")["legs"]["small"]:
        word = ""
    value = float(match["value"].replace(",", ""))
    unit_of = (match["money"] or "").strip() or word
    name = (before[-1:] or behind[:1] or [""])[0]
    return Cell(name, value, unit_of, match.start("value"), match.end(), tuple(_WORD.findall(said.lower())))


def _counts_wrong(text: str, start: int, end: int, state: _State, spots: Sequence[tuple[int, int]]) -> bool:
    """Whether a number in words is not how many links the unit lists."""
    for word in re.finditer(r"[A-Za-z]+", text[start:end]):
        value = lexicon().numbers.get(word.group().lower(), 0)
        at = start + word.start()
        if value > 1 and value != len(state.legs) and not any(a <= at < b for a, b in spots):
            return True
    return False
