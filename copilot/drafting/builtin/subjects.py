"""Finds names of things as subjects of "each A takes 5", as objects of "$2 for a B", and before numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from copilot.drafting.builtin.nominals import end_of, is_nominal, is_verb, run_ending, run_starting
from copilot.drafting.builtin.tokens import Sentence, Token
from copilot.drafting.builtin.words import lexicon

_MOST_ITEMS = 6
_EACH = frozenset({"a", "an", "each", "every", "one", "per", "the"})
_BEGINS = frozenset({",", "and", "while", "whereas", "but", "has", "have"})
_PRICED = frozenset({"worth", "earning", "costing", "paying", "yielding", "weighing", "selling"})
_ONE = frozenset({"a", "an", "each", "every", "one"})
_MAKING = frozenset({"mak", "build", "produc", "weav", "bak", "assembl", "sew", "plant", "buy", "hir", "brew", "print"})
_BESIDE = frozenset({"with", "without", "on", "by", "drawn", "from"})
_RUNNING = frozenset({"running", "operating", "throwing", "opening"})
_VAGUE = frozenset({"company", "store", "shop", "factory", "firm", "owner", "manager", "farmer", "he", "she"})

Phrase = tuple[Token, ...]


def subject_lists(sentences: Sequence[Sentence]) -> Iterator[tuple[Phrase, ...]]:
    """Subjects of "each A takes 5", objects of "per A", and sentence openings before a verb."""
    named: dict[tuple[str, ...], tuple[Token, ...]] = {}
    opened: dict[tuple[str, ...], tuple[Token, ...]] = {}
    definite: dict[tuple[str, ...], tuple[Token, ...]] = {}
    seen: list[tuple[str, ...]] = []
    for sentence in sentences:
        if not any(token.kind == "number" for token in sentence):
            continue
        for position, token in enumerate(sentence):
            if phrase := _priced(sentence, position):
                named.setdefault(tuple(word.stem for word in phrase), phrase)
            if token.low == "the" and (phrase := _told(sentence, position + 1)):
                definite.setdefault(tuple(word.stem for word in phrase), phrase)
            begins = position == 0 or sentence[position - 1].low in _BEGINS or is_verb(sentence, position - 1)
            if token.low == "each" and (phrase := _timed(sentence, position + 1)):
                named.setdefault(tuple(word.stem for word in phrase), phrase)
            if token.low in _EACH - {"the"} and (phrase := _subject(sentence, position + 1, per=token.low == "per")):
                seen.append(tuple(word.stem for word in phrase))
                named.setdefault(seen[-1], phrase)
            elif begins and token.low != "the" and (phrase := _subject(sentence, position, per=False)):
                seen.append(tuple(word.stem for word in phrase))
                opened.setdefault(seen[-1], phrase)
    counts = Counter(seen)
    for group in (named, opened, {**named, **opened}, definite):
        yield from _combined(group, counts)


def _is_made(sentence: Sentence, position: int) -> bool:
    """ "9 hours to build", "observing": the thing behind is what is made or done."""
    if position < 0 or sentence[position].stem not in _MAKING:
        return False
    return sentence[position].low.endswith("ing") or (position > 0 and sentence[position - 1].low == "to")


def _combined(
    group: Mapping[tuple[str, ...], tuple[Token, ...]], counts: Counter[tuple[str, ...]]
) -> Iterator[tuple[Phrase, ...]]:
    """Lists of two, three and all of the phrases that are named most often."""
    bases = {stems for stems in group if sum(set(stems) < set(other) for other in group) > 1}  # "gummy": "blue gummy"
    told = {stems: phrase for stems, phrase in group.items() if stems not in bases}
    phrases = [phrase for phrase in told.values() if phrase[-1].stem not in _VAGUE and not _extends(phrase, told)]
    phrases = sorted(phrases, key=lambda phrase: -counts[tuple(word.stem for word in phrase)])[:_MOST_ITEMS]
    phrases.sort(key=lambda phrase: phrase[0].start)
    for size in dict.fromkeys((2, 3, len(phrases))):
        yield from combinations(phrases, size)


def _priced(sentence: Sentence, position: int) -> tuple[Token, ...]:
    """A name before "worth 5 points" or "earning $200", or behind "running ... for an hour"."""
    follower = sentence[position + 1] if position + 1 < len(sentence) else None
    if sentence[position].low in _PRICED and follower is not None and follower.kind == "number":
        return run_ending(sentence, position)
    before = sentence[position - 1].low if position else ""
    made = sentence[position].low in _ONE and _is_made(sentence, position - 1)
    if made or (sentence[position].low in _ONE and before in ("on", "for", "from")):
        return run_starting(sentence, position + 1)
    if sentence[position].low not in _RUNNING:
        return ()
    phrase = run_starting(sentence, position + 1)
    end = end_of(sentence, position + 1, phrase) if phrase else len(sentence)
    return phrase if end < len(sentence) and sentence[end].low in ("for", "costs") else ()


def _timed(sentence: Sentence, start: int) -> tuple[Token, ...]:
    """ "each hour at lake 1", "each dollar invested in roads": what the hours or the money are spent on."""
    end = start + 1
    if start >= len(sentence) or sentence[start].stem not in lexicon().measure_stems:
        return ()
    if end < len(sentence) and sentence[end].low in ("invested", "spent"):
        end += 1
    return run_starting(sentence, end + 1) if end < len(sentence) and sentence[end].low in ("in", "at", "on") else ()


def _told(sentence: Sentence, start: int) -> tuple[Token, ...]:
    """The subject of a verb with a number close behind: "the Alpha brand costs $5"."""
    phrase = _subject(sentence, start, per=False)
    end = end_of(sentence, start, phrase) if phrase else 0
    return phrase if any(token.kind == "number" for token in sentence[end : end + 4]) else ()


def _extends(phrase: Sequence[Token], group: Mapping[tuple[str, ...], object]) -> bool:
    """Whether the phrase only adds words to another one: "van trip" to "van"."""
    stems = tuple(token.stem for token in phrase)
    return any(other != stems and set(other) < set(stems) for other in group)


def _subject(sentence: Sentence, start: int, *, per: bool) -> tuple[Token, ...]:
    phrase = run_starting(sentence, start)
    if not phrase:
        return ()
    end = end_of(sentence, start, phrase)
    while end + 1 < len(sentence) and sentence[end].low == "of" and is_nominal(sentence, end + 1):
        phrase = run_starting(sentence, end + 1)
        end = end_of(sentence, end + 1, phrase)
    if per:
        return phrase if phrase[0].stem not in lexicon().period_stems | lexicon().container_stems else ()
    return phrase if _states(sentence, end) else ()


def _states(sentence: Sentence, end: int) -> bool:
    """Whether a statement follows: a verb, perhaps behind "with a trailer", or the number of an elided verb."""
    if end >= len(sentence):
        return False
    if sentence[end].low in _BESIDE:
        ahead = range(end + 2, min(end + 5, len(sentence)))
        return any(is_verb(sentence, spot) for spot in ahead if sentence[spot].kind == "word")
    numbered = sentence[end].kind == "number"
    return numbered or is_verb(sentence, end) or sentence[end].low in lexicon().auxiliaries | {"which", "that"}
