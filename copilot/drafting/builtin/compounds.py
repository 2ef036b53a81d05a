"""Joins names that hold an "and": "oil and gas" in "the oil and gas, mining and retail sectors" is one thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.nominals import is_nominal
from copilot.drafting.builtin.tokens import Sentence, Token

_TWICE = 2


def compounded(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences with each such name as one token.

    Two words are one name where neither is ever said without the other, and a list with commas goes on beside them.
    """
    words = Counter(token.stem for sentence in sentences for token in sentence if token.kind == "word")
    joined: Counter[tuple[str, str]] = Counter()
    listed: set[tuple[str, str]] = set()
    for sentence in sentences:
        for position in range(1, len(sentence) - 1):
            if not _joins(sentence, position):
                continue
            pair = sentence[position - 1].stem, sentence[position + 1].stem
            joined[pair] += 1
            if _beside_comma(sentence, position):
                listed.add(pair)
    names = {pair for pair in listed if joined[pair] >= _TWICE and words[pair[0]] == words[pair[1]] == joined[pair]}
    return [_merged(sentence, names) for sentence in sentences] if names else list(sentences)


def _joins(sentence: Sentence, position: int) -> bool:
    nouns = is_nominal(sentence, position - 1) and is_nominal(sentence, position + 1)
    return sentence[position].low == "and" and nouns


def _beside_comma(sentence: Sentence, position: int) -> bool:
    """Whether a further name of the list follows behind a comma: "oil and gas, mining"."""
    comma = position + 2 < len(sentence) and sentence[position + 2].low == ","
    return comma and position + 3 < len(sentence) and is_nominal(sentence, position + 3)


def _merged(sentence: Sentence, names: set[tuple[str, str]]) -> Sentence:
    found: list[Token] = []
    position = 0
    while position < len(sentence):
        token = sentence[position]
        if position + 2 < len(sentence) and (token.stem, sentence[position + 2].stem) in names:
            last = sentence[position + 2]
            if sentence[position + 1].low == "and":
                text = f"{token.text} and {last.text}"
                stem = f"{token.stem} and {last.stem}"
                token = replace(token, text=text, low=text.lower(), stem=stem, end=last.end)
                position += 2
        found.append(token)
        position += 1
    return tuple(found)
