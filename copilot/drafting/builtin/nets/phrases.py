"""Phrases of the lexicon as patterns: "~" is up to eight words, "*" any end, "(a|b c)" a choice, "?" an option."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from copilot.drafting.builtin.words import load

_BREAKS = r"\s,\-‑–—()'\"“”:=/&+"
_BREAK = rf"[{_BREAKS}]+"
_GAP = rf"((?:{_BREAK}[^.;?!{_BREAKS}]+){{0,8}}?)"  # word and break share no sign: one way only to part a text
_PIECE = re.compile(r"\(|\)\??|\||~|[^\s()|~]+")


@cache
def phrases(family: str, key: str) -> tuple[re.Pattern[str], ...]:
    """The phrases under one key of the lexicon, longest first."""
    listed = load("nets")[family].get(key, [])
    return tuple(pattern(phrase) for phrase in sorted(listed, key=lambda phrase: -len(phrase)))


@cache
def pattern(phrase: str) -> re.Pattern[str]:
    """A phrase as a pattern."""
    pieces = iter(_PIECE.findall(phrase))
    return re.compile(rf"(?<!\w){_sequence(pieces, first=True)[0]}", re.IGNORECASE)


def _sequence(pieces: Iterator[str], *, first: bool) -> tuple[str, str]:
    """(the pattern of pieces up to a closing sign, that sign); each word leads with the break before it.

    `first`: nothing stands before; an option there takes the break behind it.
    """
    choices, out, opens = list[str](), list[str](), first
    for piece in pieces:
        if piece == "(":
            inside, closing = _sequence(pieces, first=first)
            option = closing == ")?"
            out.append(f"(?:(?:{inside}){_BREAK if option and first else ''})" + ("?" if option else ""))
            first = first and option
        elif piece in (")", ")?", "|"):
            choices.append("".join(out))
            out, first = [], opens
            if piece != "|":
                return "|".join(choices), piece
        elif piece == "~":
            out.append(_GAP)
            first = False
        else:
            out.append(rf"{'' if first else _BREAK}{_word(piece)}(?!\w)")
            first = False
    return "|".join([*choices, "".join(out)]), ""


def _word(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*")
