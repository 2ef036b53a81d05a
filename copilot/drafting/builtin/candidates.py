"""Proposes lists of things to choose between: coordinated noun phrases, and subjects of "each A takes"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from copilot.drafting.builtin.kinds import announced_names, lengthens
from copilot.drafting.builtin.nominals import end_of, is_nominal, run_ending, run_starting
from copilot.drafting.builtin.subjects import subject_lists
from copilot.drafting.builtin.tokens import Sentence, Token
from copilot.drafting.builtin.words import lexicon

_MOST_LISTS = 14
_FEWEST_LISTS = 3
_MOST_WORDS = 3_000  # words read over all lists: keeps a long text under a tenth of a second
_MOST_ITEMS = 6
_EACH = frozenset({"a", "an", "each", "every", "one", "per", "the"})
_JOINTS = frozenset({"and", "or", "while", "whereas"})
_SHORT = 2  # words of a name
_RELATIVE = 9  # words of a relative clause
_AFTER_JOINT = frozenset({"/", "or", "then", "by", "using", "the", "rest", "in", "how", "many", "much"})


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to choose: its name as written, its stems, and where the name first stands."""

    label: str
    stems: tuple[str, ...]
    start: int
    end: int


Items = tuple[Item, ...]


def candidate_lists(sentences: Sequence[Sentence]) -> list[Items]:
    """At most 14 lists of two to six items, the most often mentioned first."""
    found: dict[frozenset[tuple[str, ...]], Items] = {}
    order: list[Items] = []
    announced = announced_names(sentences)
    pairs = {pair for sentence in sentences for pair in pairwise(token.stem for token in sentence)}
    for items in _all_lists(sentences):
        key = frozenset(item.stems for item in items)
        if _is_head_of_another(items) or any(_is_no_thing(item) or item.stems in announced for item in items):
            continue
        if len(key) == len(items) and 2 <= len(items) <= _MOST_ITEMS and key not in found:
            found[key] = items
            order.append(items)
    numbered = [sentence for sentence in sentences if any(token.kind == "number" for token in sentence)]
    order = [items for items in order if not any(lengthens(other, items, sentences) for other in order)]
    ranked = sorted(order, key=lambda items: _mentions(items, numbered, pairs), reverse=True)
    apart = [items for items in ranked if _is_spoken_of(items, numbered) and not _overlap(items, pairs)]
    words = sum(len(sentence) for sentence in sentences)
    return apart[: max(_FEWEST_LISTS, min(_MOST_LISTS, _MOST_WORDS // max(words, 1)))]


def _is_spoken_of(items: Items, numbered: Sequence[Sentence]) -> bool:
    """Whether each item has a word of its own in some sentence with numbers."""
    said = {token.stem for sentence in numbered for token in sentence}
    own = [set(item.stems) for item in items]
    others = [set().union(*(other for other in own if other is not stems)) for stems in own]
    return all((stems - rest or stems) & said for stems, rest in zip(own, others, strict=True))


def _overlap(items: Items, pairs: set[tuple[str, str]]) -> bool:
    """Whether one item's name stands right behind a word of another, as "boxes" does in "large boxes"."""
    return any(
        (word, item.stems[0]) in pairs
        for item in items
        for other in items
        if item is not other and len(item.stems) == 1 and item.stems[0] not in other.stems
        for word in other.stems
    )


def is_statement(item: Item) -> bool:
    """ "dog school runs puppy lessons" is a statement: inside a name hardly any word but the last ends in -s."""
    inner = item.label.lower().split()[:-1]
    return any(len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) for word in inner)


def _is_no_thing(item: Item) -> bool:
    """Times, measures and money are counted, not chosen."""
    words = lexicon()
    money = words.money_in_stems | words.money_out_stems
    plain = words.period_stems | words.measure_stems | words.empty_stems | money
    return all(stem in plain for stem in item.stems)


def _is_head_of_another(items: Items) -> bool:
    """ "license" beside "commercial license" is the word for both and no item of its own."""
    return any(
        len(item.stems) == 1 and other.stems[-1] == item.stems[0] and len(other.stems) > 1
        for item in items
        for other in items
    )


def _all_lists(sentences: Sequence[Sentence]) -> Iterator[Items]:
    for sentence in sentences:
        for position, token in enumerate(sentence):
            if token.low in lexicon().conjunctions:
                phrases = _coordinated(sentence, position)
                for first in range(len(phrases) - 1):
                    yield from _variants(phrases[first:])
    for named in subject_lists(sentences):
        yield tuple(_item(phrase) for phrase in named)


def _coordinated(sentence: Sentence, joint: int) -> list[tuple[Token, ...]]:
    """The noun phrases that an "and" or "or" joins, in order."""
    right = run_starting(sentence, _after_joint(sentence, joint))
    if not right:
        return []
    phrases = [_held(sentence, joint, right)]
    end = joint
    while end > 0 and len(phrases) < _MOST_ITEMS:
        if sentence[end - 1].low == ",":
            end -= 1
        if end > 1 and sentence[end - 1].low in ("one", "ones"):
            end -= 1
        end = _before_relative(sentence, end)
        phrase = run_ending(sentence, end)
        if not phrase:
            break
        phrases.insert(0, phrase)
        start = end - len(phrase)
        while start > 0 and sentence[start - 1].low in _EACH | {"either", "both", "some"}:
            start -= 1
        if start == 0 or sentence[start - 1].low not in (",", "and", "or"):
            break
        end = start - 1 if sentence[start - 1].low != "," else start
    return phrases


def _before_relative(sentence: Sentence, end: int) -> int:
    """Where the name ends before "that earns 2%": "a savings account that earns 2% and shares that earn 7%"."""
    for spot in range(end - 1, max(0, end - _RELATIVE), -1):
        token = sentence[spot]
        if token.low in _JOINTS:
            break
        told = token.low in ("that", "which") and any(word.kind == "number" for word in sentence[spot:end])
        if told:
            return spot - 1 if sentence[spot - 1].low == "," else spot
    return end


def _held(sentence: Sentence, joint: int, right: tuple[Token, ...]) -> tuple[Token, ...]:
    """ "jars of jam and bottles of sauce": where the name before stands behind "of", so does this one."""
    before = run_ending(sentence, joint)
    start = joint - len(before) - 1
    of = end_of(sentence, _after_joint(sentence, joint), right)
    both = bool(before) and start >= 0 and sentence[start].low == "of" and sentence[of : of + 1]
    return (run_starting(sentence, of + 1) or right) if both and sentence[of].low == "of" else right


def _after_joint(sentence: Sentence, joint: int) -> int:
    position = joint + 1
    while position + 1 < len(sentence):
        low = sentence[position].low
        gerund = low.endswith("ing") and low in lexicon().verb_forms and is_nominal(sentence, position + 1)
        if low not in _AFTER_JOINT and not gerund:
            break
        position += 1
    return position


def _variants(phrases: Sequence[tuple[Token, ...]]) -> Iterator[Items]:
    if len(phrases) < 2:
        return
    plain = [_item(phrase) for phrase in phrases]
    last = phrases[-1]
    label = last[0].text if len(last) == 1 else ""
    if label and (len(label) == 1 or label.isdigit()) and len(phrases[0]) > 1:
        head = phrases[0][:-1]
        yield tuple(_item(phrase if len(phrase) > 1 else (*head, *phrase)) for phrase in phrases)
        return
    shared = _shared_head(phrases)
    if shared:
        yield tuple(_item((*phrase, *shared)) if phrase is not last else _item(phrase) for phrase in phrases)
    yield tuple(plain)


def _shared_head(phrases: Sequence[tuple[Token, ...]]) -> tuple[Token, ...]:
    """The last word of the last phrase, where the phrases before it lack one: "small and large wagons"."""
    last = phrases[-1]
    if len(last) < 2 or any(phrase[-1].stem == last[-1].stem for phrase in phrases[:-1]):
        return ()
    if len(last[-1].text) == 1 or last[-1].text.isdigit() or last[0].stem == phrases[0][0].stem:
        return ()
    if last[-1].stem != last[-1].low and any(_is_plural(phrase[-1]) for phrase in phrases[:-1]):
        return ()
    longest = max(len(phrase) for phrase in phrases[:-1])
    return last[longest:] if longest < len(last) else last[-1:]


def _is_plural(token: Token) -> bool:
    return token.low.endswith("s") and not token.low.endswith(("ss", "us", "is"))


def _item(phrase: Sequence[Token]) -> Item:
    label = " ".join(token.text for token in phrase)
    return Item(label, tuple(token.stem for token in phrase), phrase[0].start, phrase[-1].end)


def _mentions(items: Items, numbered: Sequence[Sentence], pairs: set[tuple[str, str]]) -> tuple[int, int, bool, int]:
    """(fewest mentions of an item, mentions of all, whether every long name is said, words of all names).

    Mentions are counted in sentences with numbers; no text with an energy drink and grape juice says "drink juice".
    """
    stems = [set(item.stems) for item in items]
    counts = []
    for position, own in enumerate(stems):
        others = set().union(*(other for spot, other in enumerate(stems) if spot != position))
        telling = (own - others) or own
        counts.append(sum(telling <= {token.stem for token in sentence} for sentence in numbered))
    said = all(set(pairwise(item.stems)) <= pairs for item in items if len(item.stems) > _SHORT)
    return min(counts), sum(counts), said, sum(len(own) for own in stems)
