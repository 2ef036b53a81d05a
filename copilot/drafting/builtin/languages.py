"""Tells a text that is not English, so that the drafter says so instead of guessing at its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from copilot.drafting.builtin.words import load

NOT_ENGLISH = (
    "This text reads like {language}, and the built-in drafter reads English alone. Write it in English, or give the "
    "model as algebra lines such as “maximize 3 x + 2 y”. A language model, where one is connected, reads {language}."
)
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_WORDS = 3  # different ones; a name or two prove nothing
_LEAST_LETTERS = 5


def foreign_language(text: str) -> str:
    """The language that a text is written in, as English calls it; empty for English and where it cannot be told."""
    return _by_letters(text) or _by_words(text)


def _by_letters(text: str) -> str:
    if text.isascii():
        return ""
    letters = [sign for sign in text if sign.isalpha()]
    counts = {language: sum(map(bool, map(own.match, letters))) for language, own in _letters().items()}
    if counts["Japanese"]:  # it is written with Chinese letters between its own
        counts["Japanese"] += counts["Chinese"]
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] >= _LEAST_LETTERS and 2 * counts[best] > len(letters) else ""


def _by_words(text: str) -> str:
    words = [word.lower() for word in _WORD.findall(text)]
    counts = {language: sum(word in known for word in words) for language, known in _words().items()}
    kinds = {language: len(set(words) & known) for language, known in _words().items()}
    best = max(counts, key=lambda language: (counts[language], kinds[language]))
    if best == "English" or kinds[best] < _LEAST_WORDS or counts[best] <= 2 * counts["English"]:
        return ""
    return best


@cache
def _words() -> Mapping[str, frozenset[str]]:
    return {language: frozenset(words) for language, words in load("languages")["words"].items()}


@cache
def _letters() -> Mapping[str, re.Pattern[str]]:
    return {language: re.compile(f"[{''.join(ranges)}]") for language, ranges in load("languages")["letters"].items()}
