"""Pairs numbers with decisions: "$5 for X and $8 for Y", "5 and 8 for X and Y", "while", "respectively"."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.letters.lexemes import Lexeme, Lexemes

_BREAKS = ("comma", "join", "break", "colon", "open", "close")
Pairs = list[tuple[Lexeme, Lexeme]]


def pairs_in(lexemes: Lexemes, item_count: int, *, told: bool) -> Pairs | None:
    """Each number with its decision; None where they do not go together one to one.

    `told` tells that the sentence says "respectively".
    """
    whole = _together(lexemes, item_count, told=told)
    pieces = _pieces(lexemes)
    if whole is not None or len(pieces) < 2:
        return whole
    pairs: Pairs = []
    for piece in pieces:
        part = _together(piece, item_count, told=told) if any(one.kind == "number" for one in piece) else []
        if part is None:
            return None
        pairs.extend(part)
    return pairs


def _pieces(lexemes: Lexemes) -> list[Lexemes]:
    """The statements that "while" joins."""
    pieces: list[list[Lexeme]] = [[]]
    for lexeme in lexemes:
        if lexeme.low in ("while", "whereas"):
            pieces.append([])
        pieces[-1].append(lexeme)
    return [tuple(piece) for piece in pieces]


def _together(lexemes: Lexemes, item_count: int, *, told: bool) -> Pairs | None:
    numbers = [lexeme for lexeme in lexemes if lexeme.kind == "number"]
    zipped = _zipped(lexemes, numbers, item_count) if told else None
    if zipped:
        return zipped
    chunked = _chunked(lexemes)
    if len(chunked) == len(numbers):
        return chunked
    return _alternating(lexemes, numbers) or _zipped(lexemes, numbers, item_count)


def _chunked(lexemes: Lexemes) -> Pairs:
    """Pairs that stand between two commas or joints."""
    pairs: Pairs = []
    chunk: list[Lexeme] = []
    for lexeme in (*lexemes, None):
        if lexeme is not None and lexeme.kind not in _BREAKS:
            chunk.append(lexeme)
            continue
        numbers = [one for one in chunk if one.kind == "number"]
        items = _named([one for one in chunk if one.kind == "item"])
        if len(numbers) == len(items) == 1:
            pairs.append((items[0], numbers[0]))
        chunk = []
    return pairs


def _named(items: Sequence[Lexeme]) -> list[Lexeme]:
    """Each decision once."""
    return list({lexeme.item: lexeme for lexeme in reversed(items)}.values())[::-1]


def _alternating(lexemes: Lexemes, numbers: Sequence[Lexeme]) -> Pairs | None:
    """ "for X it is 5, and for Y it is 8"; "5 for X ... 8 for Y"."""
    told = [lexeme for lexeme in lexemes if lexeme.kind in ("item", "number")]
    kept = [
        one
        for spot, one in enumerate(told)
        if not spot or (one.kind, one.item) != (told[spot - 1].kind, told[spot - 1].item) or one.kind == "number"
    ]
    if len(kept) != 2 * len(numbers) or len(numbers) < 1:
        return None
    pairs = [(kept[spot], kept[spot + 1]) for spot in range(0, len(kept), 2)]
    if all(one.kind == "item" and other.kind == "number" for one, other in pairs):
        return pairs
    if all(one.kind == "number" and other.kind == "item" for one, other in pairs):
        return [(item, number) for number, item in pairs]
    return None


def _zipped(lexemes: Lexemes, numbers: Sequence[Lexeme], item_count: int) -> Pairs | None:
    """A row of numbers and a row of decisions of the same length."""
    items = [lexeme for lexeme in lexemes if lexeme.kind == "item"]
    first, last = numbers[0].part.start, numbers[-1].part.start
    ahead = _named([lexeme for lexeme in items if lexeme.part.start < first])
    behind = _named([lexeme for lexeme in items if lexeme.part.start > last])
    if len(ahead) + len(behind) < len(_named(items)):
        return None
    for group in (behind, ahead):
        if len(group) == len(numbers) > 1:
            return list(zip(group, numbers, strict=True))
    del item_count
    return None
