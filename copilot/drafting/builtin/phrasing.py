"""Phrases of the lexicon as patterns: "~" is up to eight words, "*" any end, "(a|b c)" a choice, "(a)?" an option."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

_PIECE = re.compile(r"\(|\)\??|\||~|[^\s()|~]+")
_GAP = "~"
_ODD = {0x130: "i", 0x131: "i", 0x17F: "s"}  # the letters that a pattern takes for i and s, whatever their case


@dataclass(frozen=True, slots=True)
class Choice:
    """The ways to say one part of a phrase; each is a row of words, gaps and choices."""

    ways: Sequence[Sequence[str | Choice]]
    is_option: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the phrases of one section of the lexicon part a text.

    `breaks`: what stands between two words, as a pattern. `gap`: the words that "~" passes over, each led by its break.
    A break and a word must share no sign, so that there is one way only to part a text.
    """

    breaks: str
    gap: str

    def phrase(self, said: str) -> Phrase:
        """A phrase as a pattern; it begins and ends where words do, whatever their case."""
        whole = Choice(_parsed(iter(_PIECE.findall(said)))[0])
        return Phrase(self, whole, tuple(sorted(_needs(whole), key=_frequency)))

    def written(self, choice: Choice, *, first: bool = True) -> str:
        """The choice as a pattern; each word leads with the break before it, but for the `first` of a phrase.

        An option that comes first takes the break behind it.
        """
        return "|".join(self._way(way, first=first) for way in choice.ways)

    def _way(self, way: Sequence[str | Choice], *, first: bool) -> str:
        out = []
        for node in way:
            if isinstance(node, Choice):
                out.append(self._part(node, first=first))
                first = first and node.is_option
            else:
                out.append(self.gap if node == _GAP else self._word(node, first=first))
                first = False
        return "".join(out)

    def _part(self, choice: Choice, *, first: bool) -> str:
        behind = self.breaks if choice.is_option and first else ""
        return f"(?:(?:{self.written(choice, first=first)}){behind}){'?' if choice.is_option else ''}"

    def _word(self, word: str, *, first: bool) -> str:
        begin = r"(?<!\w)" if first else self.breaks
        return rf"{begin}{re.escape(word).replace(chr(92) + '*', chr(92) + 'w*')}(?!\w)"


@dataclass(frozen=True, eq=False)
class Phrase:
    """A phrase that is searched as a pattern is, where a text has the words for it.

    `needs`: of each row, one word stands in whatever says the phrase. Few texts have them, so most phrases are never
    compiled.
    """

    dialect: Dialect
    whole: Choice
    needs: tuple[tuple[str, ...], ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The phrase, compiled."""
        return re.compile(self.dialect.written(self.whole), re.IGNORECASE)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """The first place of the phrase."""
        return self.pattern.search(text, start, end) if self.may_stand(text, start, end) else None

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """The phrase at the start."""
        return self.pattern.match(text, start, end) if self.may_stand(text, start, end) else None

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """The phrase as the whole text."""
        return self.pattern.fullmatch(text) if self.may_stand(text) else None

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Every place of the phrase."""
        return self.pattern.finditer(text, start, end) if self.may_stand(text, start, end) else iter(())

    def sub(self, other: str | Callable[[re.Match[str]], str], text: str) -> str:
        """The text with the phrase replaced."""
        return self.pattern.sub(other, text) if self.may_stand(text) else text

    def may_stand(self, text: str, start: int = 0, end: int = sys.maxsize) -> bool:
        """Whether a text has the words for it."""
        low = _in_small_letters(text)
        for row in self.needs:
            for word in row:
                if low.find(word, start, end) >= 0:
                    break
            else:
                return False
        return True


def said_in(text: str, phrases: Iterable[Phrase]) -> list[Phrase]:
    """The phrases whose words a text has: those that are worth a search in its parts."""
    return [phrase for phrase in phrases if phrase.may_stand(text)]


@lru_cache(maxsize=64)
def _in_small_letters(text: str) -> str:
    """The text as patterns compare it: every letter at its place, in its small form."""
    return text.lower() if text.isascii() else text.translate(_ODD).lower()


def _parsed(pieces: Iterator[str]) -> tuple[list[list[str | Choice]], str]:
    """(the ways up to a closing sign, that sign)."""
    ways: list[list[str | Choice]] = [[]]
    for piece in pieces:
        if piece == "(":
            inside, closing = _parsed(pieces)
            ways[-1].append(Choice(inside, is_option=closing == ")?"))
        elif piece == "|":
            ways.append([])
        elif piece in (")", ")?"):
            return ways, piece
        elif "?" in piece:
            raise ValueError(f"In the lexicon, “{piece}” is no word: only a choice in brackets may be an option.")
        else:
            ways[-1].append(piece)
    return ways, ""


def _needs(choice: Choice) -> list[tuple[str, ...]]:
    """Rows of words, one of each of which every way has."""
    each = [[row for node in way for row in _needs_of(node)] for way in choice.ways]
    if len(each) == 1:
        return each[0]
    if not all(each):
        return []
    return [tuple(dict.fromkeys(word for rows in each for word in min(rows, key=_frequency)))]


def _needs_of(node: str | Choice) -> Iterable[tuple[str, ...]]:
    if isinstance(node, Choice):
        return () if node.is_option else _needs(node)
    longest = max(node.lower().split("*"), key=len)
    return ((longest,),) if node != _GAP and longest.isascii() and longest else ()


def _frequency(row: tuple[str, ...]) -> tuple[int, int]:
    """Rows that few texts have come first: of few words, and long ones."""
    return len(row), -min(map(len, row))
