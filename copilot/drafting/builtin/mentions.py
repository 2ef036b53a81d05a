"""Finds where the items are mentioned, and rewrites a sentence as parts: items, words, numbers, marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from copilot.drafting.builtin.candidates import Items
from copilot.drafting.builtin.nominals import is_verb
from copilot.drafting.builtin.tokens import Sentence, Shape, Token
from copilot.drafting.builtin.words import lexicon


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; `item` is the index of the item mentioned, or -1; `holder` is the stem of "acre" in
    "acre of corn"; `verb` marks verbs."""

    kind: Literal["item", "word", "number", "mark"]
    low: str
    stem: str
    text: str
    start: int
    end: int
    item: int = -1
    value: float = 0.0
    shape: Shape = "plain"
    worded: bool = False
    verb: bool = False
    holder: str = ""


Parts = tuple[Part, ...]
_BEFORE_LABEL = frozenset({"for", "per", "of", "on", "from", "each", "every", "one", "than", "while", "whereas"})
_SIZED = frozenset({"square", "sq", "cubic"})
_COUNTS = frozenset({"number", "amount", "typ", "kind"})


class Mentions:
    """Matches item names in any of their shortened forms ("small wagon": "small wagons", "small", "a small one")."""

    def __init__(
        self, items: Items, hypernyms: frozenset[str] = frozenset(), contents: frozenset[str] = frozenset()
    ) -> None:
        self._forms: dict[tuple[str, ...], int] = {}
        self._contents = contents
        self._full = {item.stems for item in items}
        self._words = [set(item.stems) for item in items]
        shared: set[tuple[str, ...]] = set()
        for index, item in enumerate(items):
            others = {word for other in items if other is not item for word in other.stems}
            for form in _forms(item.stems, others):
                if len(item.stems) > 1 and len(form) == 1 and form[0] == item.stems[-1] and form[0] in hypernyms:
                    continue  # "300 tickets" names no item where "each type of ticket" is asked for
                if self._forms.get(form, index) != index:
                    shared.add(form)
                self._forms[form] = index
        for form in shared - self._full:
            del self._forms[form]
        self._longest = max((len(form) for form in self._forms), default=0)
        self._first = {form[0] for form in self._forms}
        self.heads = {item.stems[-1] for item in items}

    def add_holders(self, sentences: Sequence[Sentence]) -> None:
        """ "A team of reapers", "a jar of jam": where a word is only ever said of one item, it names that item too."""
        held: dict[str, set[int]] = {}
        for sentence in sentences:
            for position in range(len(sentence) - 2):
                token = sentence[position]
                if sentence[position + 1].low != "of" or token.kind != "word" or lexicon().is_small(token.low):
                    continue
                index, length = self._match(sentence, position + 2)
                held.setdefault(token.stem, set()).add(index if length else -1)
        words = lexicon()
        plain = words.measure_stems | words.empty_stems | words.money_in_stems | words.money_out_stems
        plain |= {token.stem for sentence in sentences if _sums_up(sentence) for token in sentence}
        for stem, items in held.items():
            if len(items) == 1 and -1 not in items and stem not in plain | self.heads and (stem,) not in self._forms:
                self._forms[stem,] = items.pop()
                self._first.add(stem)

    def parts(self, sentence: Sentence) -> Parts:
        """The sentence with each mention as one part; "a serving of A" is a mention of A."""
        found: list[Part] = []
        plain = _plain(sentence)
        position = 0
        while position < len(sentence):
            index, length = self._match(sentence, position)
            if length == 1 and _is_label(sentence[position]) and not self._listed(found, sentence[position]):
                index, length = -1, 0
            if not length:
                found.append(plain[position])
                position += 1
                continue
            while position + length < len(sentence) and self._continues(sentence[position + length]):
                length += 1
            tokens = sentence[position : position + length]
            found.append(_mention(tokens, index))
            position += length
        return tuple(_with_containers(found))

    def _is_substance(self, sentence: Sentence, position: int, index: int) -> bool:
        """Whether the words are what a quantity is of ("7 units of milk") and no shortened name."""
        if position < 3 or sentence[position - 1].low != "of" or sentence[position - 3].kind != "number":
            return False
        measure, words = sentence[position - 2].stem, lexicon()
        return measure in words.measure_stems | words.container_stems and measure not in self._words[index]

    def _is_counted(self, sentence: Sentence, position: int, form: tuple[str, ...]) -> bool:
        """Whether a word that only begins a name is counted by itself: "8 mangos" in a "mango lovers package"."""
        counted = position > 0 and sentence[position - 1].kind == "number"
        follower = sentence[position + 1].stem if position + 1 < len(sentence) else ""
        return len(form) == 1 and counted and form[0] in self._contents and follower not in self.heads

    def _listed(self, found: Sequence[Part], token: Token) -> bool:
        """A lone label is a mention where it is the whole name, or follows "feed A and"."""
        if (token.stem,) in self._full:
            return token.text[0].isupper() or token.text.isdigit()
        if token.text.isupper() and found and (found[-1].low in _BEFORE_LABEL or found[-1].verb):
            return True
        return len(found) > 1 and found[-1].low in ("and", "or", ",") and found[-2].kind == "item"

    def _continues(self, token: Token) -> bool:
        return token.stem in self.heads and token.kind == "word"

    def _match(self, sentence: Sentence, position: int) -> tuple[int, int]:
        if sentence[position].stem not in self._first:
            return -1, 0
        for length in range(min(self._longest, len(sentence) - position), 0, -1):
            form = tuple(token.stem for token in sentence[position : position + length])
            index = self._forms.get(form, -1)
            if index < 0 or form in self._full:
                if index >= 0:
                    return index, length
                continue
            if not (self._is_substance(sentence, position, index) or self._is_counted(sentence, position, form)):
                return index, length
        return -1, 0


def _sums_up(sentence: Sentence) -> bool:
    """ "12 sachets in total": what is counted there is no single item's."""
    return any(token.kind == "word" and token.stem in lexicon().total_stems - {"all", "either"} for token in sentence)


def _is_label(token: Token) -> bool:
    return len(token.text) == 1 or token.text.isdigit()


def _forms(stems: tuple[str, ...], others: set[str]) -> set[tuple[str, ...]]:
    """Contiguous parts of a name that hold a word no other name has, and the whole name."""
    forms = {stems}
    for start in range(len(stems)):
        for end in range(start + 1, len(stems) + 1):
            form = stems[start:end]
            telling = [word for word in form if word not in others and word not in lexicon().empty_stems]
            if telling:
                forms.add(form)
    return forms


def _holders() -> frozenset[str]:
    words = lexicon()
    return (words.container_stems | words.measure_stems) - _COUNTS


@lru_cache(maxsize=256)
def _plain(sentence: Sentence) -> Parts:
    """The sentence as if it mentioned nothing; one text is read with many lists of items."""
    return tuple(_part(sentence, position) for position in range(len(sentence)))


def _part(sentence: Sentence, position: int) -> Part:
    token = sentence[position]
    return Part(
        token.kind,
        token.low,
        token.stem,
        token.text,
        token.start,
        token.end,
        value=token.value,
        shape=token.shape,
        worded=token.worded,
        verb=is_verb(sentence, position) or token.low in lexicon().auxiliaries,
    )


def _mention(tokens: Sequence[Token], index: int) -> Part:
    text = " ".join(token.text for token in tokens)
    return Part("item", text.lower(), tokens[-1].stem, text, tokens[0].start, tokens[-1].end, item=index)


def _with_containers(parts: Sequence[Part]) -> list[Part]:
    """Swallow "serving of" before an item, unless a number counts the servings."""
    merged: list[Part] = []
    for part in parts:
        if part.kind == "item" and len(merged) >= 2 and merged[-1].low == "of":
            holder = merged[-2]
            begin = len(merged) - 2
            while begin and merged[begin - 1].low in _SIZED:
                begin -= 1
            counted = begin > 0 and merged[begin - 1].kind == "number"
            if holder.stem in _holders() and not counted and holder.kind == "word":
                holder = replace(holder, start=merged[begin].start)
                del merged[begin:]
                part = replace(part, start=holder.start, holder=holder.stem)
        merged.append(part)
    return merged
