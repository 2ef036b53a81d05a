"""Finds which short symbols a text declares for its decisions: "copper ($C$)", "route X", "let N, S and W be"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.drafting.builtin.symbols import INDEXED
from copilot.drafting.builtin.tokens import Sentence, Token

_MARK = "__"  # ends the small letters of a token that is a symbol; no word of a text does
_USUAL = re.compile(r"[XYZW]\d?|[xyzw]\d?")
_IN_MATHS = re.compile(r"\$\s*([A-Za-z])(?:_?\{?(\d)\}?)?\s*\$")
_IN_BRACKETS = re.compile(r"(?<=[\w'’] )\(\s*(?:\w+ by )?\$?([A-Za-z])(?:_?\{?(\d)\}?)?\$?\s*\)")
_LET = re.compile(
    r"\b[Ll]et\s+((?:\$?[A-Za-z]\d?\$?(?:\s*,\s*(?:and\s+)?|\s+and\s+))+\$?[A-Za-z]\d?\$?)\s+(?:be|denote|stand)\b"
)
_FEWEST = 2


def declared_in(text: str) -> frozenset[str]:
    """The symbols that a text declares, in large letters; too few of them are none."""
    found = {
        f"{letter.upper()}{digit}"
        for pattern in (_IN_MATHS, _IN_BRACKETS, INDEXED)
        for letter, digit in pattern.findall(text)
    }
    for listed in _LET.findall(text):
        found.update(symbol.upper() for symbol in re.findall(r"\b[A-Za-z]\d?\b", listed.replace("and", ",")))
    return frozenset(found) if len(found) >= _FEWEST else frozenset()


def marked(sentence: Sentence, declared: frozenset[str]) -> Sentence:
    """The sentence with its symbols marked as such."""
    return tuple(
        symbol(token.text.upper(), token.start, token.end) if _stands(sentence, position, declared) else token
        for position, token in enumerate(sentence)
    )


def _stands(sentence: Sequence[Token], position: int, declared: frozenset[str]) -> bool:
    token = sentence[position]
    if token.kind != "word":
        return False
    if _USUAL.fullmatch(token.text):
        return True
    if token.text.upper() not in declared or token.text == "a":
        return False
    return token.text not in ("A", "I") or _is_no_word(sentence, position)


def _is_no_word(sentence: Sequence[Token], position: int) -> bool:
    """Whether "A" or "I" is a symbol: between brackets, behind a word that names a kind, or before a verb or sign."""
    around = [sentence[spot].low for spot in (position - 1, position + 1) if 0 <= spot < len(sentence)]
    return bool(position) or not around[-1].isalpha() or around[-1] in ("must", "should", "can", "cannot", "may", "is")


def is_symbol(token: Token) -> bool:
    """Whether a token was marked as a symbol that stands for a decision."""
    return token.low.endswith(_MARK)


def symbol(name: str, start: int, end: int) -> Token:
    """A marked token of this name."""
    low = stem_of(name)
    return Token("word", name, low, low, start, end)


def stem_of(name: str) -> str:
    """What a marked token of this name has for its stem."""
    return name.lower() + _MARK
