"""Proposes lists of names for the decisions: the nouns that the numbers of one sentence stand beside."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.candidates import Item, Items
from copilot.drafting.builtin.nominals import is_nominal, run_ending, run_starting
from copilot.drafting.builtin.tokens import Sentence, Token
from copilot.drafting.builtin.words import lexicon

_FEWEST, _MOST, _LISTS, _WORDS = 2, 6, 6, 3


def proposed(sentences: Sequence[Sentence]) -> list[Items]:
    """ "dishes bring in 26 dollars and goblets 31", "$30 at Abbey Road, $24 at Bridge Street"."""
    found: dict[frozenset[tuple[str, ...]], Items] = {}
    for sentence in sentences:
        for items in _listed(sentence):
            key = frozenset(item.stems for item in items)
            if len(key) == len(items) and _told_again(items, sentence, sentences):
                found.setdefault(key, items)
    for sentence in sentences:
        spots = [spot for spot, token in enumerate(sentence) if token.kind == "number"]
        if not _FEWEST <= len(spots) <= _MOST:
            continue
        for phrases in (_before(sentence, spots), _behind(sentence, spots)):
            items = tuple(_item(phrase) for phrase in phrases if phrase)
            key = frozenset(item.stems for item in items)
            if len(items) == len(spots) == len(key) and _told_again(items, sentence, sentences):
                found.setdefault(key, tuple(items))
    return list(found.values())[:_LISTS]


def _listed(sentence: Sentence) -> list[Items]:
    """ "a shop stocks lamps, clocks and mirrors": names of as many words as the last one has."""
    found: list[Items] = []
    for spot, token in enumerate(sentence):
        last = run_starting(sentence, spot + 1, longest=_WORDS) if token.low in ("and", "or") else ()
        if not last:
            continue
        for length in dict.fromkeys((len(last), 1)):
            phrases = [last]
            end = spot - 1 if spot and sentence[spot - 1].low == "," else spot
            while phrase := run_ending(sentence, end, longest=length):
                phrases.insert(0, phrase)
                end -= len(phrase)
                if not end or sentence[end - 1].low != ",":
                    break
                end -= 1
            if _FEWEST <= len(phrases) <= _MOST:
                found.append(tuple(map(_item, phrases)))
    return found


def _before(sentence: Sentence, spots: Sequence[int]) -> list[tuple[Token, ...]]:
    """The last noun phrase before each number."""
    found = []
    for start, spot in zip([0, *(spot + 1 for spot in spots[:-1])], spots, strict=True):
        end = spot
        while end > start and not _names(sentence, end - 1):
            end -= 1
        begin = end
        while begin > start and end - begin < _WORDS and _names(sentence, begin - 1):
            begin -= 1
        found.append(sentence[begin:end])
    return found


def _behind(sentence: Sentence, spots: Sequence[int]) -> list[tuple[Token, ...]]:
    """The first noun phrase behind each number that is no measure and no span of time."""
    found = []
    for spot, last in zip(spots, [*spots[1:], len(sentence)], strict=True):
        start = spot + 1
        if start < last and not lexicon().is_small(sentence[start].low) and last - start > 1:
            start += 1  # the unit
        while start < last and not _names(sentence, start):
            start += 1
        end = start
        while end < last and end - start < _WORDS and _names(sentence, end):
            end += 1
        found.append(sentence[start:end])
    return found


def _names(sentence: Sentence, spot: int) -> bool:
    """Whether a word may name a decision: no measure, no span of time and no money."""
    words, stem = lexicon(), sentence[spot].stem
    counted = words.measure_stems | words.period_stems | words.empty_stems | words.money_in_stems
    return is_nominal(sentence, spot) and stem not in counted | words.money_out_stems


def _told_again(items: Items, sentence: Sentence, sentences: Sequence[Sentence]) -> bool:
    """Whether other sentences speak of every one of them."""
    others = {token.stem for other in sentences if other is not sentence for token in other}
    every = [set(item.stems) for item in items]
    return all(
        (stems - set().union(*(other for spot, other in enumerate(every) if spot != place)) or stems) & others
        for place, stems in enumerate(every)
    )


def _item(phrase: Sequence[Token]) -> Item:
    label = " ".join(token.text for token in phrase)
    return Item(label, tuple(token.stem for token in phrase), phrase[0].start, phrase[-1].end)
