"""Text to terms: words without case, marks and simple endings, without those that say nothing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]{2,}")
_STOP = frozenset(
    _WORD.findall(
        """
        a an and any are as at be been but by can could did do does each every few for from had has have he her his
        how if in into is it its may me more most must no nor not of on only or other our out over own per shall she
        should so some such than that the their them then there these they this those to too under up us was we were
        what when where which while who whom why will with would you your also both between during because however
        insight applies apply problem
        """
    )
)
_ENDINGS = (
    "ational",
    "ization",
    "isation",
    "iveness",
    "fulness",
    "ations",
    "ation",
    "ities",
    "ments",
    "ment",
    "ings",
    "ing",
    "edly",
    "ies",
    "ied",
    "ity",
    "ers",
    "ed",
    "es",
    "er",
    "ly",
    "s",
)
LONGEST = 40


def terms(text: str) -> list[str]:
    """The terms of a text in order, repeated as they are."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [_stem(word) for word in _WORD.findall(folded) if word not in _STOP and len(word) <= LONGEST]


def spellings(text: str) -> dict[str, str]:
    """For each term of a text the word that first stood for it, as people read it."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    found: dict[str, str] = {}
    for word in _WORD.findall(folded):
        if word not in _STOP and len(word) <= LONGEST:
            found.setdefault(_stem(word), word)
    return found


def counted(text: str) -> Mapping[str, int]:
    """How often each term occurs in a text, in the order in which they first do."""
    return Counter(terms(text))


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            root = word[: -len(ending)]
            return f"{root}y" if ending in ("ies", "ied") else root.rstrip("e") if len(root) > 3 else root
    return word.rstrip("e") if len(word) > 4 else word
