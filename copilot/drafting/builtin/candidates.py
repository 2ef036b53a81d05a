"""Proposes lists of things to choose between: coordinated noun phrases, and subjects of "each A takes"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from copilot.drafting.builtin.kinds import announced_names, lengthens
from copilot.drafting.builtin.nominals import is_nominal, is_verb, run_ending, run_starting
from copilot.drafting.builtin.tokens import Sentence, Token
from copilot.drafting.builtin.words import lexicon

_MOST_LISTS = 14
_FEWEST_LISTS = 3
_MOST_WORDS = 3_000  # words read over all lists: keeps a long text under a tenth of a second
_MOST_ITEMS = 6
_EACH = frozenset({"a", "an", "each", "every", "one", "per", "the"})
_AFTER_JOINT = frozenset({"/", "or", "then", "by", "using", "the", "rest", "in"})
_BEGINS = frozenset({",", "and", "while", "whereas", "but", "has", "have"})
_PRICED = frozenset({"worth", "earning", "costing", "paying", "yielding", "weighing", "selling"})
_RUNNING = frozenset({"running", "operating", "throwing", "opening"})
_VAGUE = frozenset({"company", "store", "shop", "factory", "firm", "owner", "manager", "farmer", "he", "she"})


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
    for items in _all_lists(sentences):
        key = frozenset(item.stems for item in items)
        if _is_head_of_another(items) or any(_is_no_thing(item) or item.stems in announced for item in items):
            continue
        if len(key) == len(items) and 2 <= len(items) <= _MOST_ITEMS and key not in found:
            found[key] = items
            order.append(items)
    numbered = [sentence for sentence in sentences if any(token.kind == "number" for token in sentence)]
    order = [items for items in order if not any(lengthens(other, items, sentences) for other in order)]
    ranked = sorted(order, key=lambda items: _mentions(items, numbered), reverse=True)
    stems = [[token.stem for token in sentence] for sentence in sentences]
    pairs = {pair for sentence in stems for pair in pairwise(sentence)}
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
    yield from _subjects(sentences)


def _coordinated(sentence: Sentence, joint: int) -> list[tuple[Token, ...]]:
    """The noun phrases that an "and" or "or" joins, in order."""
    right = run_starting(sentence, _after_joint(sentence, joint))
    if not right:
        return []
    phrases = [right]
    end = joint
    while end > 0 and len(phrases) < _MOST_ITEMS:
        if sentence[end - 1].low == ",":
            end -= 1
        if end > 1 and sentence[end - 1].low in ("one", "ones"):
            end -= 1
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


def _subjects(sentences: Sequence[Sentence]) -> Iterator[Items]:
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


def _combined(group: Mapping[tuple[str, ...], tuple[Token, ...]], counts: Counter[tuple[str, ...]]) -> Iterator[Items]:
    """Lists of two, three and all of the phrases that are named most often."""
    bases = {stems for stems in group if sum(set(stems) < set(other) for other in group) > 1}  # "gummy": "blue gummy"
    told = {stems: phrase for stems, phrase in group.items() if stems not in bases}
    phrases = [phrase for phrase in told.values() if phrase[-1].stem not in _VAGUE and not _extends(phrase, told)]
    phrases = sorted(phrases, key=lambda phrase: -counts[tuple(word.stem for word in phrase)])[:_MOST_ITEMS]
    phrases.sort(key=lambda phrase: phrase[0].start)
    for size in dict.fromkeys((2, 3, len(phrases))):
        for chosen in combinations(phrases, size):
            yield tuple(_item(phrase) for phrase in chosen)


def _priced(sentence: Sentence, position: int) -> tuple[Token, ...]:
    """A name before "worth 5 points" or "earning $200", or behind "running ... for an hour"."""
    follower = sentence[position + 1] if position + 1 < len(sentence) else None
    if sentence[position].low in _PRICED and follower is not None and follower.kind == "number":
        return run_ending(sentence, position)
    before = sentence[position - 1].low if position else ""
    if sentence[position].low in ("each", "every") and before in ("on", "for", "from"):
        return run_starting(sentence, position + 1)
    if sentence[position].low not in _RUNNING:
        return ()
    phrase = run_starting(sentence, position + 1)
    end = sentence.index(phrase[-1]) + 1 if phrase else len(sentence)
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
    end = sentence.index(phrase[-1]) + 1 if phrase else 0
    return phrase if any(token.kind == "number" for token in sentence[end : end + 4]) else ()


def _extends(phrase: Sequence[Token], group: Mapping[tuple[str, ...], object]) -> bool:
    """Whether the phrase only adds words to another one: "van trip" to "van"."""
    stems = tuple(token.stem for token in phrase)
    return any(other != stems and set(other) < set(stems) for other in group)


def _subject(sentence: Sentence, start: int, *, per: bool) -> tuple[Token, ...]:
    phrase = run_starting(sentence, start)
    if not phrase:
        return ()
    end = sentence.index(phrase[-1]) + 1
    while end + 1 < len(sentence) and sentence[end].low == "of" and is_nominal(sentence, end + 1):
        phrase = run_starting(sentence, end + 1)
        end = sentence.index(phrase[-1]) + 1
    if per:
        return phrase if phrase[0].stem not in lexicon().period_stems | lexicon().container_stems else ()
    follows = end < len(sentence) and (
        is_verb(sentence, end) or sentence[end].low in lexicon().auxiliaries | {"which", "that"}
    )
    return phrase if follows else ()


def _item(phrase: Sequence[Token]) -> Item:
    label = " ".join(token.text for token in phrase)
    return Item(label, tuple(token.stem for token in phrase), phrase[0].start, phrase[-1].end)


def _mentions(items: Items, numbered: Sequence[Sentence]) -> tuple[int, int, int]:
    """(fewest mentions of an item, mentions of all, words of all names), counting sentences with numbers."""
    stems = [set(item.stems) for item in items]
    counts = []
    for position, own in enumerate(stems):
        others = set().union(*(other for spot, other in enumerate(stems) if spot != position))
        telling = (own - others) or own
        counts.append(sum(telling <= {token.stem for token in sentence} for sentence in numbered))
    return min(counts), sum(counts), sum(len(own) for own in stems)
