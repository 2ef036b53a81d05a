"""Phrases of the lexicon as patterns: "~" is up to eight words, "*" any end, "(a|b c)" a choice, "(a)?" an option."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE = re.compile(r"\(|\)\??|\||~|[^\s()|~]+")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the phrases of one section of the lexicon part a text.

    `breaks`: what stands between two words, as a pattern. `gap`: the words that "~" passes over, each led by its break.
    A break and a word must share no sign, so that there is one way only to part a text.
    """

    breaks: str
    gap: str

    def pattern(self, phrase: str) -> re.Pattern[str]:
        """Compile a phrase; it begins and ends where words do, whatever their case."""
        return re.compile(self._sequence(iter(_PIECE.findall(phrase)), first=True)[0], re.IGNORECASE)

    def _sequence(self, pieces: Iterator[str], *, first: bool) -> tuple[str, str]:
        """(the pattern of pieces up to a closing sign, that sign); each word leads with the break before it.

        `first`: nothing stands before; an option there takes the break behind it.
        """
        choices, out, opens = list[str](), list[str](), first
        for piece in pieces:
            if piece == "(":
                inside, closing = self._sequence(pieces, first=first)
                out.append(self._part(inside, first=first, option=closing == ")?"))
                first = first and closing == ")?"
            elif piece in (")", ")?", "|"):
                choices.append("".join(out))
                out, first = [], opens
                if piece != "|":
                    return "|".join(choices), piece
            elif piece == "~":
                out.append(self.gap)
                first = False
            else:
                out.append(self._word(piece, first=first))
                first = False
        return "|".join([*choices, "".join(out)]), ""

    def _part(self, inside: str, *, first: bool, option: bool) -> str:
        return f"(?:(?:{inside}){self.breaks if option and first else ''}){'?' if option else ''}"

    def _word(self, word: str, *, first: bool) -> str:
        if "?" in word:
            raise ValueError(f"In the lexicon, “{word}” is no word: only a choice in brackets may be an option.")
        begin = r"(?<!\w)" if first else self.breaks
        return rf"{begin}{re.escape(word).replace(chr(92) + '*', chr(92) + 'w*')}(?!\w)"
