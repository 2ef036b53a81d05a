"""Finds the letters that stand for decisions and the names they go by, and writes the letter for every name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from copilot.drafting.builtin.candidates import Item, Items
from copilot.drafting.builtin.letters.brackets import FACTORS, without_remarks
from copilot.drafting.builtin.letters.declared import declared_in, is_symbol, marked, stem_of, symbol
from copilot.drafting.builtin.nominals import is_nominal, run_ending, run_starting
from copilot.drafting.builtin.symbols import plain_text, unbracketed
from copilot.drafting.builtin.tokens import Sentence, Token, sentences_of
from copilot.drafting.builtin.words import lexicon

_FILLERS = frozenset(
    {"represented", "denoted", "by", "as", "called", "for", "variable", "project", "department", "the"}
)
_LIMITS = frozenset({"most", "least", "more", "less", "fewer", "plus", "minus", "over", "under"})
_FEWEST, _MOST = 2, 6
_BE = frozenset({"be", "is", "are", "denote", "denotes", "represent", "represents", "number"})
_WORDS = 3
Names = dict[tuple[str, ...], str]


def lettered(text: str) -> tuple[list[Sentence], Items] | None:
    """The sentences with a letter for each name of a decision, and the letters; None where there are too few."""
    declared = declared_in(text)
    sentences = [marked(sentence, declared) for sentence in _said(text)]
    counts = Counter(token.text for sentence in sentences for token in sentence if is_symbol(token))
    kinds = _kinds(sentences)
    told = _names(sentences, sorted(counts))
    names = {stems: letter for stems, letter in told.items() if letter in counts and not set(stems) <= kinds}
    letters = [letter for letter, count in counts.items() if count > 1 or letter in names.values()]  # as first named
    if not _FEWEST <= len(letters) <= _MOST:
        return None
    written = [kept for sentence in sentences if (kept := _written(sentence, names, kinds))]
    return written, tuple(_item(letter, written) for letter in letters)


def unlettered(text: str) -> list[Sentence]:
    """The sentences of a text whose decisions go by their names, without remarks in brackets."""
    kept = [_without_remarks(sentence) for sentence in _said(text)]
    return [sentence for sentence in kept if sentence]


def _said(text: str) -> list[Sentence]:
    """The sentences without the bare numbers that count the lines of a list: "1.", "2."."""
    sentences = sentences_of(plain_text(text))
    return [sentence for sentence in sentences if len(sentence) > 1 or sentence[0].kind != "number"]


def _names(sentences: Sequence[Sentence], letters: Sequence[str]) -> Names:
    """Names said with their letter, "residential units (X)" or "x1 (skill development)", each of one letter only."""
    found: dict[tuple[str, ...], set[str]] = {}
    for sentence in sentences:
        for position, token in enumerate(sentence):
            if token.low != "(":
                continue
            letter = bracketed(sentence, position)
            phrase: Sequence[Token] = ()
            if letter:
                phrase = run_ending(sentence, position, longest=_WORDS) or _gerund(sentence, position)
            elif position and is_symbol(sentence[position - 1]):
                letter, phrase = sentence[position - 1].text, _inside(sentence, position)
            stems = tuple(word.stem for word in phrase if not is_symbol(word))
            if (
                stems
                and not FACTORS & {word.low for word in phrase}
                and letter in letters
                and len(stems) == len(phrase)
            ):
                found.setdefault(stems, set()).add(letter)
    for letter, stems in _counted(sentences).items():
        if letter in letters and letter not in {owner for owners in found.values() for owner in owners}:
            found.setdefault(stems, set()).add(letter)
    return {stems: next(iter(owners)) for stems, owners in found.items() if len(owners) == 1}


def _counted(sentences: Sequence[Sentence]) -> dict[str, tuple[str, ...]]:
    """ "x goats and y sheep", "x trays of pansies": what each letter counts where it is said first; all or none."""
    found: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    for sentence in sentences:
        for position, token in enumerate(sentence):
            if not is_symbol(token) or token.text in seen:
                continue
            seen.add(token.text)
            start = position + 1
            while start < len(sentence) and sentence[start].low in _BE | lexicon().determiners:
                start += 1
            phrase = run_starting(sentence, start, longest=_WORDS)
            end = start + len(phrase)
            if phrase and sentence[end : end + 1] and sentence[end].low == "of":
                phrase = run_starting(sentence, end + 1, longest=_WORDS)
            if phrase and not any(map(is_symbol, phrase)):
                found[token.text] = tuple(word.stem for word in phrase)
    apart = len(set(found.values())) == len(found) == len(seen) > 1
    return found if apart else {}


def _gerund(sentence: Sentence, position: int) -> Sequence[Token]:
    """ "manufacturing (x1)": a name that looks like a verb."""
    before = sentence[position - 1 : position]
    described = position > 1 and sentence[position - 2].kind == "word" and not _is_small(sentence[position - 2])
    return before if before and before[0].low.endswith("ing") and not described else ()


def _is_small(token: Token) -> bool:
    return lexicon().is_small(token.low) or token.low in ("into", "between", "across", "operations", "activities")


def bracketed(sentence: Sentence, position: int) -> str:
    """The letter in a bracket that opens at that place and holds no other name, or nothing."""
    spot = position + 1
    while spot < len(sentence) and sentence[spot].low in _FILLERS:
        spot += 1
    if spot + 2 < len(sentence) and sentence[spot + 2].low == ")" and is_nominal(sentence, spot):
        spot += 1  # "(group X)"
    closed = spot + 1 < len(sentence) and sentence[spot + 1].low == ")"
    return sentence[spot].text if closed and is_symbol(sentence[spot]) else ""


def _inside(sentence: Sentence, position: int) -> Sequence[Token]:
    """The noun phrase that fills a bracket."""
    phrase = run_starting(sentence, position + 1, longest=5)
    end = position + 1 + len(phrase)
    if end + 1 < len(sentence) and sentence[end].low == "and":
        more = run_starting(sentence, end + 1, longest=5)
        phrase, end = (*phrase, sentence[end], *more), end + 1 + len(more)
    return phrase if phrase and end < len(sentence) and sentence[end].low == ")" else ()


def _kinds(sentences: Sequence[Sentence]) -> set[str]:
    """Nouns that stand right before several letters: product not "subtracting" or "double"."""
    found: dict[str, set[str]] = {}
    for sentence in sentences:
        for position, token in enumerate(sentence[:-1]):
            letter = sentence[position + 1]
            telling = token.low in _LIMITS or token.low in lexicon().multiples or token.low.endswith("ing")
            if is_symbol(letter) and not (telling or is_symbol(token)) and is_nominal(sentence, position):
                found.setdefault(token.stem, set()).add(letter.text)
    return {stem for stem, letters in found.items() if len(letters) > 1}


def _written(sentence: Sentence, names: Mapping[tuple[str, ...], str], kinds: set[str]) -> Sentence:
    found: list[Token] = []
    position = 0
    while position < len(sentence):
        token, used = _renamed(sentence, position, names)
        position += used
        if is_symbol(token) and found and found[-1].stem in kinds:
            token = replace(token, start=found.pop().start)
        found.append(token)
    return _without_remarks(found)


def _renamed(sentence: Sentence, position: int, names: Mapping[tuple[str, ...], str]) -> tuple[Token, int]:
    """The letter for a name that stands here, with the bracket that repeats it, and how many tokens that takes."""
    for stems in sorted(names, key=len, reverse=True):
        end = position + len(stems)
        if end <= len(sentence) and all(map(_alike, sentence[position:end], stems)):
            last, used = sentence[end - 1], len(stems)
            if end < len(sentence) and bracketed(sentence, end) == names[stems]:
                used += next(spot for spot, token in enumerate(sentence[end:], 1) if token.low == ")")
            return symbol(names[stems], sentence[position].start, last.end), used
    token = sentence[position]
    return token, 1


def _alike(token: Token, stem: str) -> bool:
    """ "ad" and "ads": short words keep their plural in the stem."""
    return token.stem in (stem, stem + "s") or token.stem + "s" == stem


def _without_remarks(sentence: Sequence[Token]) -> Sentence:
    return tuple(without_remarks(sentence)) or unbracketed(sentence)


def _item(name: str, sentences: Sequence[Sentence]) -> Item:
    first = next(token for sentence in sentences for token in sentence if token.text == name)
    return Item(name, (stem_of(name),), first.start, first.end)
