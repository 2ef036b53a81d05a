"""Finds the words that stand for a letter: "x juniors", "glazed tile (X)", "the first station"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from copilot.drafting.builtin.letters.declared import is_symbol, symbol
from copilot.drafting.builtin.nominals import is_nominal
from copilot.drafting.builtin.tokens import Sentence, Token
from copilot.drafting.builtin.words import lexicon

_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_PRONOUNS = frozenset({"-one", "-those", "-ones"})
_STOPS = frozenset({",", ";", ":", "(", ")", ".", "at", "who", "which", "costing", "with", "per", "so", "because"})


def aliases_of(sentences: Sequence[Sentence], names: Sequence[str]) -> dict[str, str]:
    """Words that stand for a letter: those said of it, and of no other letter, where the letters are first named."""
    for sentence in sentences:
        spots = [spot for spot, token in enumerate(sentence) if is_symbol(token)]
        named = [sentence[spot].text for spot in spots]
        if len(set(named)) < 2 or set(named[: len(set(named))]) != set(names):
            continue
        spots = spots[: len(names)]
        for segments in (_bracketed(sentence, spots), _behind(sentence, spots), _listed(sentence, spots)):
            telling = _telling(segments)
            if telling and len(set(telling.values())) == len(names):
                return _without_heads(telling, sentences)
    return _named_behind(sentences, names) or _ordinals(sentences, names)


def _named_behind(sentences: Sequence[Sentence], names: Sequence[str]) -> dict[str, str]:
    """ "Let A, B and C be the harbour, the forest and the moor", "A, B and C. These are rural, coastal and urban"."""
    for index, sentence in enumerate(sentences):
        spots = [spot for spot, token in enumerate(sentence) if is_symbol(token)]
        if [sentence[spot].text for spot in spots] != list(names):
            continue
        if any(sentence[at].low not in (",", "and", "or") for at in range(spots[0], spots[-1]) if at not in spots):
            continue
        following = sentences[index + 1] if index + 1 < len(sentences) else ()
        places = [(sentence, spots[-1] + 1)]
        if following and following[0].low in ("these", "they"):
            places.append((following, 1))
        for told, start in places:
            groups = _groups(told, start, len(names))
            telling = _telling(dict(zip(names, groups, strict=False))) if groups else {}
            if len(set(telling.values())) == len(names):
                return _without_heads(telling, sentences)
    return {}


def _groups(sentence: Sentence, start: int, count: int) -> list[list[str]]:
    """The stems of a list of so many names behind a place; a last word that is all of theirs is left out."""
    groups: list[list[str]] = [[]]
    for spot in range(start, len(sentence)):
        token = sentence[spot]
        if token.low in (",", "and") and (groups[-1] or token.low == "and"):
            groups.extend([[]] if groups[-1] else [])
        elif is_symbol(token) or token.kind != "word":
            return []
        elif is_nominal(sentence, spot) and token.low != "respectively":
            groups[-1].append(token.stem)
        elif token.low not in ("the", "a", "an"):
            if len(groups) == count and groups[-1]:
                break
            groups = [[]]
    if len(groups) != count or not all(groups):
        return []
    lengths = {len(group) for group in groups[:-1]}
    if len(lengths) == 1 and len(groups[-1]) > max(lengths):
        groups[-1] = groups[-1][: max(lengths)]
    return groups


def _telling(segments: Mapping[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    if any(_PRONOUNS & set(stems) for stems in segments.values()):
        segments = {letter: _without_noun(stems) for letter, stems in segments.items()}
    for letter, stems in segments.items():
        others = {stem.lstrip("-") for name, other in segments.items() if name != letter for stem in other}
        told = {stem for stem in stems if not stem.startswith("-")}
        found.update(dict.fromkeys(told - others, letter))
    return found


def _without_noun(stems: list[str]) -> list[str]:
    """ "the northern route" beside "the southern one": the noun is both's, and the word before it tells them apart."""
    told = [stem for stem in stems if not stem.startswith("-")]
    return stems if _PRONOUNS & set(stems) or len(told) < 2 else told[:-1][-1:]


def _without_heads(telling: dict[str, str], sentences: Sequence[Sentence]) -> dict[str, str]:
    """Without words that stand beside another letter's word: sailing in "southern sailing"."""
    heads = {
        after.stem
        for sentence in sentences
        for before, after in pairwise(sentence)
        if before.stem in telling and after.stem in telling and telling[before.stem] != telling[after.stem]
    }
    return {stem: letter for stem, letter in telling.items() if stem not in heads}


def _content(tokens: Sequence[Token], sentence: Sentence, start: int) -> list[str]:
    words = lexicon()
    kept: list[str] = []
    for spot, token in enumerate(tokens, start=start):
        plain = token.kind == "word" and not is_symbol(token) and not words.is_small(token.low)
        if plain and token.stem not in words.empty_stems and is_nominal(sentence, spot):
            kept.append(token.stem)
        else:
            kept.append(f"-{token.low}")  # said, but by itself no name
    return [stem for stem in kept if stem not in words.measure_stems]


def _behind(sentence: Sentence, spots: Sequence[int]) -> dict[str, list[str]]:
    """ "x juniors, y trainees and z seniors"."""
    found: dict[str, list[str]] = {}
    longest = max(later - spot for spot, later in pairwise(spots))
    for spot, following in zip(spots, [*spots[1:], min(len(sentence), spots[-1] + longest)], strict=True):
        end = spot + 1
        while end < following and sentence[end].low not in _STOPS:
            end += 1
        found[sentence[spot].text] = _content(sentence[spot + 1 : end], sentence, spot + 1)
    return found


def _bracketed(sentence: Sentence, spots: Sequence[int]) -> dict[str, list[str]]:
    """ "glazed tile (X) and plain tile (Y)", "sailing boats, A of them, and motor boats, B of them"."""
    found: dict[str, list[str]] = {}
    for spot in spots:
        opened = spot and (
            sentence[spot - 1].low in ("(", ",") or (sentence[spot - 2 : spot] and sentence[spot - 2].low == "(")
        )
        if not opened:
            return {}
        end = spot - 1 if sentence[spot - 1].low in ("(", ",") else spot - 2
        start = end
        while (
            start > 0
            and sentence[start - 1].low not in (*_STOPS, "and", "or", "from", "among", "between", "into", "of", "for")
            and not is_symbol(sentence[start - 1])
        ):
            start -= 1
        found[sentence[spot].text] = _content(sentence[max(start, end - 3) : end], sentence, max(start, end - 3))
    return found


def _listed(sentence: Sentence, spots: Sequence[int]) -> dict[str, list[str]]:
    """ "matte, gloss and velvet X, Y and Z": names in the order of the letters, right before them."""
    between = [sentence[spot].low for spot in range(spots[0], spots[-1]) if spot not in spots]
    if any(word not in (",", "and", "or") for word in between):
        return {}
    groups: list[list[str]] = [[]]
    for spot in range(spots[0] - 1, -1, -1):
        token = sentence[spot]
        if token.low in (",", "and"):
            groups.append([])
        elif is_nominal(sentence, spot):
            groups[-1].append(token.stem)
        elif len(groups) >= len(spots):
            break
    groups = [group for group in groups if group][: len(spots)][::-1]
    if len(groups) != len(spots):
        return {}
    return {sentence[spot].text: group for spot, group in zip(spots, groups, strict=True)}


def _ordinals(sentences: Sequence[Sentence], names: Sequence[str]) -> dict[str, str]:
    """ "the first station": the first letter, where nothing else is said of the letters."""
    said = {token.low for sentence in sentences for token in sentence} & set(_ORDINALS)
    if "first" not in said or any(_ORDINALS.index(word) >= len(names) for word in said):
        return {}
    return dict(zip(_ORDINALS, names, strict=False))


def with_ordinals(sentence: Sentence, names: Sequence[str]) -> Sentence:
    """ "the first two branches", "station three": several letters, or one, for the words that count them off."""
    found: list[Token] = []
    for spot, token in enumerate(sentence):
        after = sentence[spot + 1] if spot + 1 < len(sentence) else None
        before = found[-1] if found else None
        if token.low == "first" and after is not None and after.kind == "number" and 2 <= after.value <= len(names):
            for name in names[: int(after.value)]:
                found.extend((symbol(name, token.start, token.end), replace(token, text="and", low="and", stem="and")))
            found[-1] = replace(token, text="together", low="together", stem="together")
        elif before is not None and before.low == "together" and token.kind == "number" and token.worded:
            continue
        elif (
            token.worded
            and 1 <= token.value <= len(names)
            and before is not None
            and _is_counted_off(before, sentence, spot)
        ):
            found.append(symbol(names[int(token.value) - 1], token.start, token.end))
        else:
            found.append(token)
    return tuple(found)


def _is_counted_off(before: Token, sentence: Sentence, spot: int) -> bool:
    """Whether a number word names the thing before it, "station three", and counts nothing behind it."""
    verb = spot + 1 >= len(sentence) or not is_nominal(sentence, spot + 1)
    return before.kind == "word" and not lexicon().is_small(before.low) and is_nominal(sentence, spot - 1) and verb
