"""Finds letters that stand for decisions ("product X and product Y"), and rewrites the text's tokens around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from copilot.drafting.builtin.candidates import Item, Items
from copilot.drafting.builtin.nominals import is_nominal, run_ending
from copilot.drafting.builtin.tokens import Sentence, Token, sentences_of
from copilot.drafting.builtin.words import lexicon

_SYMBOL = re.compile(r"[XYZW]\d?|[xyzw]\d?")
_MATH = re.compile(
    r"\$(?=\\\$)|(?<=\d)\$(?!\d)|\$(?=[A-Za-z])|(?<=[A-Za-z])\$|(?<=[A-Za-z]\d)\$|(?<=[A-Za-z]\d )\$(?![\d\\])"
)
_FORMULA = re.compile(r"\$(?=[^$\n.]{0,80}[+<>=*−][^$\n]{0,80}\$)")
_BREAK = re.compile(r"\\n|(?<=[:.])-(?=\s*[A-Z])|(?<=[.:;?!)])\n")
INDEXED = re.compile(r"(?<![A-Za-z_])([A-Za-z])_\{?(\d)\}?")
_OWNED = re.compile(r"\b([XYZWxyzw]\d?)['’]s\b")
_COMMANDS = (
    (re.compile(r"\\leq?(?![a-z])|≤"), "<"),
    (re.compile(r"\\geq?(?![a-z])|≥"), ">"),
    (re.compile(r"\\(?:times|cdot)(?![a-z])"), "*"),
    (re.compile(r"\\[;,!]|\\q?quad(?![a-z])"), " "),
    (re.compile(r"(?<=[\w)$] )[-–](?= ?[\w($\\])|(?<=\d)[-–](?=\$?\d)|(?<=[\s(\[])[-–](?=\d)"), "−"),
)
_NEGATIVE = re.compile(r"(?<![\w)])\s-\d")
_STANDS_FOR = frozenset({"represented", "denoted", "by", "as", "called", "for", "variable"})
_COUNTED = ("number", "unit", "dollar", "value", "count", "quantit", "piece", "figure", "person", "people")
_FACTORS = frozenset({"doubled", "tripled", "halved", "twice", "double"})
_BRACKETS = frozenset("()[]")
_FEWEST = 2
_MOST = 6


def symbolic(text: str) -> tuple[list[Sentence], Items] | None:
    """The sentences with each letter standing alone, and the letters as items; None where the text uses no letters.

    Offsets stay those of `text`: marks of mathematics are blanked, not removed.
    """
    plain = plain_text(text)
    sentences = sentences_of(plain)
    counts = Counter(token.text.upper() for sentence in sentences for token in sentence if _is_symbol(token))
    named = _aliases(sentences)
    if named is None or not any(_is_symbol(token) for token in _upper(sentences)):
        return None
    names = [name for name, count in counts.items() if count >= _FEWEST or name in named]  # as first named
    if not _FEWEST <= len(names) <= _MOST:
        return None
    aliases = {stems: name for name, stems in named.items()}
    kinds = _kinds(sentences)
    sentences = [_without_remarks(sentence) for sentence in sentences]
    cleaned = [_cleaned(sentence, aliases, kinds) for sentence in sentences]
    return cleaned, tuple(_item(name, cleaned) for name in names)


def plain_text(text: str) -> str:
    """The text with marks of mathematics blanked and signs written as one character; lengths stay."""
    plain = _BREAK.sub(lambda found: "\n\n" if len(found[0]) > 1 else ";", text)
    for pattern, sign in _COMMANDS:
        plain = pattern.sub(partial(_padded, sign), plain)
    plain = INDEXED.sub(lambda found: f"{found[1]}{found[2]}".ljust(len(found[0])), plain)
    plain = _MATH.sub(" ", _FORMULA.sub(" ", plain))
    return _OWNED.sub(lambda found: f"{found[1]}  ", plain)


def _padded(sign: str, found: re.Match[str]) -> str:
    return sign.ljust(len(found[0]))


def says_negative(text: str) -> bool:
    """Whether a text has numbers below zero, which the reader of word problems does not know."""
    return _NEGATIVE.search(_MATH.sub(" ", text)) is not None


def _without_remarks(sentence: Sentence) -> Sentence:
    """The sentence without brackets that hold neither a figure nor a letter."""
    found: list[Token] = []
    for token in sentence:
        found.append(token)
        opening = max((spot for spot, before in enumerate(found) if before.low == "("), default=-1)
        told = any(_is_symbol(part) or part.text[:1].isdigit() or part.low in _FACTORS for part in found[opening + 1 :])
        if token.low == ")" and opening >= 0 and not told:
            del found[opening:]
    return tuple(found) or unbracketed(sentence)


def unbracketed(sentence: Sequence[Token]) -> Sentence:
    """The words of a sentence that stands in brackets as a whole: it says something, and is no remark on a word."""
    return tuple(token for token in sentence if token.low not in _BRACKETS)


def _upper(sentences: Sequence[Sentence]) -> list[Token]:
    return [token for sentence in sentences for token in sentence if token.text[:1].isupper()]


def _is_symbol(token: Token) -> bool:
    return token.kind == "word" and _SYMBOL.fullmatch(token.text) is not None


def _aliases(sentences: Sequence[Sentence]) -> dict[str, tuple[str, ...]] | None:
    """Names said with their letter, as in "residential units (X)"; None where a name could not be read."""
    found: dict[str, tuple[str, ...]] = {}
    for sentence in sentences:
        for position, token in enumerate(sentence):
            name = _bracketed(sentence, position)
            phrase = run_ending(sentence, position, longest=3) if token.low == "(" and name else ()
            if phrase:
                found.setdefault(name, tuple(word.stem for word in phrase))
            elif name and name not in found:
                return None
    return found if len(set(found.values())) == len(found) else None


def _bracketed(sentence: Sentence, position: int) -> str:
    """The letter in a bracket that opens at that place and holds nothing else, or nothing."""
    if sentence[position].low != "(":
        return ""
    spot = position + 1
    while spot < len(sentence) and sentence[spot].low in _STANDS_FOR:
        spot += 1
    if spot + 2 < len(sentence) and sentence[spot + 2].low == ")" and is_nominal(sentence, spot):
        spot += 1  # "(group X)"
    closed = spot + 1 < len(sentence) and sentence[spot + 1].low == ")"
    return sentence[spot].text.upper() if closed and _is_symbol(sentence[spot]) else ""


def _kinds(sentences: Sequence[Sentence]) -> set[str]:
    """Nouns that stand right before letters: product in "product X"."""
    found: set[str] = set()
    for sentence in sentences:
        for position, token in enumerate(sentence[:-1]):
            telling = _is_symbol(token) or token.low in lexicon().multiples or token.low.endswith("ing")
            if not telling and _is_symbol(sentence[position + 1]) and is_nominal(sentence, position):
                found.add(token.stem)
    return found


def _cleaned(sentence: Sentence, aliases: Mapping[tuple[str, ...], str], kinds: set[str]) -> Sentence:
    found: list[Token] = []
    position = 0
    while position < len(sentence):
        token, used = _renamed(sentence, position, aliases)
        position += used
        if _is_symbol(token) and found and found[-1].stem in kinds:
            before = found.pop()
            token = replace(token, start=before.start)
        if _is_symbol(token) and found and found[-1].text == token.text:
            found.pop()
        found.append(replace(token, low=",", text=",", stem=",") if token.low in ("(", ")") else token)
    return tuple(found)


def _renamed(sentence: Sentence, position: int, aliases: Mapping[tuple[str, ...], str]) -> tuple[Token, int]:
    """The letter for a name that stands here, with its bracket, and how many tokens that takes."""
    for stems, name in aliases.items():
        end = position + len(stems)
        if tuple(token.stem for token in sentence[position:end]) == stems:
            last = sentence[end - 1]
            used = len(stems)
            if end < len(sentence) and _bracketed(sentence, end):
                used += next(spot for spot, token in enumerate(sentence[end:], 1) if token.low == ")")
            return _letter(name, sentence[position].start, last.end), used
    token = sentence[position]
    return (_letter(token.text.upper(), token.start, token.end) if _is_symbol(token) else token), 1


def _letter(name: str, start: int, end: int) -> Token:
    return Token("word", name, name.lower(), name.lower(), start, end)


def _item(name: str, sentences: Sequence[Sentence]) -> Item:
    first = next(token for sentence in sentences for token in sentence if token.text == name)
    return Item(name, (name.lower(),), first.start, first.end)


def says_whole(sentences: Sequence[Sentence]) -> bool:
    """Whether the text asks for whole numbers: "X and Y are integers", "whole units"."""
    for sentence in sentences:
        low = [token.low for token in sentence]
        for spot, word in enumerate(low):
            named = word in ("integer", "integers")
            counted = word == "whole" and any(after.startswith(_COUNTED) for after in low[spot + 1 : spot + 3])
            counted = counted or (word == "whole" and "only" in low[max(0, spot - 2) : spot])  # "only in whole hours"
            if (named or counted) and not {"not", "n't", "without"} & set(low[max(0, spot - 4) : spot]):
                return True
    return False
