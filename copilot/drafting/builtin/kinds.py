"""Finds the words that stand for all items of a text: "types of tickets", "each ticket type", "two types of jacks:"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from copilot.drafting.builtin.nominals import run_starting
from copilot.drafting.builtin.tokens import Sentence
from copilot.drafting.builtin.words import lexicon

if TYPE_CHECKING:
    from copilot.drafting.builtin.candidates import Items

_KINDS = frozenset({"typ", "kind", "sort", "variety", "model", "form", "size"})
_ASKED = frozenset({"many", "much"})


def hypernym_heads(sentences: Sequence[Sentence]) -> frozenset[str]:
    """Stems of nouns that a text uses for all of its items, so that alone they name none of them."""
    return frozenset(stem for sentence in sentences for stem in _heads(sentence))


def announced_names(sentences: Sequence[Sentence]) -> frozenset[tuple[str, ...]]:
    """Names behind "types of" before a comma or a colon: what follows are the items, and the name is none."""
    found = set()
    for sentence in sentences:
        for position in range(1, len(sentence) - 1):
            if sentence[position].low != "of" or sentence[position - 1].stem not in _KINDS:
                continue
            run = run_starting(sentence, position + 1)
            end = sentence.index(run[-1]) + 1 if run else len(sentence)
            if end < len(sentence) and sentence[end].low in (",", ":"):
                found.add(tuple(token.stem for token in run))
    return frozenset(found)


def contents_of(items: Items, sentences: Sequence[Sentence]) -> frozenset[str]:
    """Stems inside a name of what the thing itself holds: mango in "a mango lovers package with 8 mangos"."""
    found = set()
    heads = {item.stems[-1] for item in items if len(item.stems) > 1}
    inner = {stem for item in items for stem in item.stems[:-1]} - heads
    for sentence in sentences:
        named = next((at for at, token in enumerate(sentence) if token.stem in heads), len(sentence))
        for token, follower in pairwise(sentence[named + 1 :]):
            if token.kind == "number" and follower.stem in inner:
                found.add(follower.stem)
    return frozenset(found)


def lengthens(longer: Items, items: Items, sentences: Sequence[Sentence]) -> bool:
    """Whether the other list only gives back a head that the text itself says: "peanut butter [smoothies]"."""
    if len(longer) != len(items) or longer is items:
        return False
    pairs = list(zip(items, longer, strict=True))
    added = [other for item, other in pairs if item.stems != other.stems]
    heads = {item.stems[-1] for item in items}
    if not added or any(other.stems not in (item.stems, (*item.stems, other.stems[-1])) for item, other in pairs):
        return False
    if any(other.stems[-1] not in heads for other in added):
        return False
    stems = [tuple(token.stem for token in sentence) for sentence in sentences]
    return all(any(_within(other.stems, sentence) for sentence in stems) for other in added)


def _within(stems: tuple[str, ...], sentence: tuple[str, ...]) -> bool:
    length = len(stems)
    return any(sentence[at : at + length] == stems for at in range(len(sentence) - length + 1))


def _heads(sentence: Sentence) -> Iterator[str]:
    for position, token in enumerate(sentence):
        before = sentence[position - 1] if position else None
        after = sentence[position + 1].low if position + 1 < len(sentence) else ""
        beyond = sentence[position + 2] if position + 2 < len(sentence) else None
        if token.kind != "word" or lexicon().is_small(token.low):
            continue
        if after == "of" and beyond is not None and beyond.low == "each" and before and before.low in _ASKED:
            yield token.stem  # "how many tickets of each type"
        if before is not None and before.low == "each" and beyond is not None and _kind(sentence, position + 1):
            yield token.stem  # "each ticket type"
        if before is not None and before.low == "of" and position > 1 and sentence[position - 2].stem in _KINDS:
            yield token.stem  # "types of tickets"


def _kind(sentence: Sentence, position: int) -> bool:
    return sentence[position].stem in _KINDS
