"""Cuts a text into sentences of tokens: words with their stem, numbers with their value and shape, marks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from copilot.drafting.builtin.contractions import opened
from copilot.drafting.builtin.formulas import with_formulas
from copilot.drafting.builtin.halves import halved
from copilot.drafting.builtin.nothing import figured
from copilot.drafting.builtin.scales import shared
from copilot.drafting.builtin.words import lexicon, stem

Shape = Literal["plain", "money", "percent", "fraction", "multiple"]
_TOKEN = re.compile(
    r"(?P<label>\d+-[A-Za-z][A-Za-z-]*|\d[dD]\b)"
    r"|(?P<number>[1-9]\d{0,2}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<word>[a-z]{3,}-\d{1,2}(?![\w.%-])|[^\W\d_]+(?:['’][^\W\d_]+)?\d*)"
    r"|(?P<money>\\?[$€£¥])"
    r"|(?P<percent>\\?%)"
    r"|(?P<mark>[.,;:?!()/\n*|=<>+−\[\]])"
)
_FEW = 6
_SENTENCE_ENDS = frozenset(".?!;")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a mark; `start` and `end` are offsets into the request's text; `glued` tells that a hyphen
    stands before it."""

    kind: Literal["word", "number", "mark"]
    text: str
    low: str
    stem: str
    start: int
    end: int
    value: float = 0.0
    shape: Shape = "plain"
    worded: bool = False
    glued: bool = False


Sentence = tuple[Token, ...]


def sentences_of(text: str) -> list[Sentence]:
    """Sentences in order, each with a word or a number; a blank line ends a sentence as a full stop does."""
    tokens = _labelled(figured(_without_enumeration(shared(_joined(halved(opened(with_formulas(text, _raw))))))))
    sentences: list[list[Token]] = [[]]
    for position, token in enumerate(tokens):
        if token.low == "." and sentences[-1] and _is_abbreviated(sentences[-1], tokens[position + 1 : position + 2]):
            continue
        if (token.kind == "mark" and token.low in _SENTENCE_ENDS) or token.low == "\n":
            sentences.append([])
        else:
            sentences[-1].append(token)
    return [tuple(sentence) for sentence in sentences if any(token.kind != "mark" for token in sentence)]


def _without_enumeration(tokens: Sequence[Token]) -> list[Token]:
    """Without "(1)" and "(2)" before the members of a list; a number that announces a list behind a colon is a word."""
    spots = [
        position
        for position in range(1, len(tokens) - 1)
        if tokens[position].kind == "number" and tokens[position - 1].low == "(" and tokens[position + 1].low == ")"
    ]
    listed = {tokens[position].value for position in spots} >= {1.0, 2.0}
    dropped = {position + step for position in spots for step in (-1, 0, 1)} if listed else set()
    return [
        replace(token, kind="word", stem=token.low) if _announces_list(tokens, position) else token
        for position, token in enumerate(tokens)
        if position not in dropped
    ]


def _announces_list(tokens: Sequence[Token], position: int) -> bool:
    """ "three coats: long, short and mini"."""
    token = tokens[position]
    if token.kind != "number" or not token.worded or token.shape != "plain" or not 2 <= token.value <= _FEW:
        return False
    for follower in tokens[position + 1 : position + 5]:
        if follower.low == ":":
            return True
        if follower.kind != "word" or lexicon().is_small(follower.low):
            return False
    return False


def _is_abbreviated(before: Sequence[Token], following: Sequence[Token]) -> bool:
    """Whether a full stop belongs to the word before it; behind "4 g" a capital letter begins a sentence."""
    if before[-1].low not in lexicon().abbreviations:
        return False
    named = [token for token in before[-3:-1] if token.low not in ("sq", "cu", "square", "cubic")]
    counted = (bool(named) and named[-1].kind == "number") or before[-1].low in ("max", "min", "etc")
    return not (counted and following and following[0].text[0].isupper())


def _raw(text: str) -> list[Token]:
    found = []
    for match in _TOKEN.finditer(text):
        kind, raw = str(match.lastgroup), match.group()
        if raw == "\n" and not re.match(r"\n\s*\n|\n\s*[-*•]", text[match.start() : match.start() + 200]):
            continue
        span = (match.start(), match.end())
        if kind == "number":
            found.append(Token("number", raw, raw, raw, *span, value=float(raw.replace(",", ""))))
        elif kind in ("word", "label"):
            glued = text[: span[0]].rstrip(" ").endswith("-")
            found.append(Token("word", raw, raw.lower(), stem(raw), *span, glued=glued))
        else:
            low = raw.lstrip("\\")
            found.append(Token("mark", raw, low, low, *span))
    return found


def _joined(tokens: Sequence[Token]) -> list[Token]:
    """Number words, money, percents, fractions and multiples become one number token each."""
    joined: list[Token] = []
    position = 0
    while position < len(tokens):
        token, used = _number_at(tokens, position, joined[-1] if joined else None)
        joined.append(token)
        position += used
    return joined


def _number_at(tokens: Sequence[Token], position: int, before: Token | None) -> tuple[Token, int]:
    token = tokens[position]
    following = tokens[position + 1 : position + 8]
    if token.low in lexicon().money_before and following and following[0].kind == "number":
        amount, used = _number_at(tokens, position + 1, token)
        return replace(amount, shape="money", start=token.start), used + 1
    if token.kind == "mark":
        return token, 1
    if token.kind == "word":
        return _worded(tokens, position, before)
    return _suffixed(token, following)


def _suffixed(token: Token, following: Sequence[Token]) -> tuple[Token, int]:
    """A number with what follows it: million, %, times, dollars, / 3, thirds."""
    words = lexicon()
    ahead = [follower.low for follower in following] + ["", "", ""]
    used = 1
    if ahead[0] in words.scales:
        token = replace(token, value=token.value * words.scales[ahead[0]], end=following[0].end)
        following, ahead, used = following[1:], ahead[1:], 2
    if ahead[0] == "/" and following[1:] and following[1].kind == "number" and following[1].value:
        value = token.value / following[1].value
        return replace(token, value=value, shape="fraction", end=following[1].end), used + 2
    if ahead[0] in ("%", "percent", "percentage"):
        return replace(token, value=token.value / 100, shape="percent", end=following[0].end), used + 1
    if ahead[:2] == ["per", "cent"]:
        return replace(token, value=token.value / 100, shape="percent", end=following[1].end), used + 2
    if ahead[0] == "times" and ahead[1] not in ("a", "per", "each", "every"):
        return replace(token, shape="multiple", end=following[0].end), used + 1
    if ahead[0] in words.fractions and ahead[0] not in ("second",) and token.worded and token.value < 10:
        value = token.value / words.fractions[ahead[0]]
        return replace(token, value=value, shape="fraction", end=following[0].end), used + 1
    if ahead[0] in words.cents:
        return replace(token, value=token.value / 100, shape="money", end=following[0].end), used + 1
    if ahead[0] in words.money_after:
        return replace(token, shape="money", end=following[0].end), used + 1
    return token, used


def _worded(tokens: Sequence[Token], position: int, before: Token | None) -> tuple[Token, int]:
    words, token = lexicon(), tokens[position]
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    doubled = token.low in ("twice", "thrice") or (before is not None and before.low in ("least", "most", "exactly"))
    doubled = doubled or (following is not None and following.low in ("the", "as", "that"))
    if token.low in words.multiples and doubled:
        return _as_number(token, token, words.multiples[token.low], "multiple"), 1
    if token.low == "half":
        return _as_number(token, token, 0.5, "fraction"), 1
    beyond = tokens[position + 2].low if position + 2 < len(tokens) else "of"
    share = token.low == "one" or beyond in ("of", "the", "as", "more", "that", ",", ".")  # not "a third party"
    if token.low in ("a", "one") and share and following and following.low in words.fractions:
        return _as_number(token, following, 1 / words.fractions[following.low], "fraction"), 2
    if token.low not in words.numbers or (token.low == "one" and not _counts_one(before, following)):
        return token, 1
    last, value, used = token, words.numbers[token.low], 1
    while position + used < len(tokens):
        follower = tokens[position + used]
        if follower.low in words.numbers and value % 10 == 0 and value >= 20 and words.numbers[follower.low] < value:
            value += words.numbers[follower.low]
        elif follower.low == "hundred":
            value *= 100
        else:
            break
        last, used = follower, used + 1
    number, more = _suffixed(_as_number(token, last, value, "plain"), tokens[position + used : position + used + 7])
    return number, used + more - 1


def _as_number(first: Token, last: Token, value: float, shape: Shape) -> Token:
    text = first.text if first is last else f"{first.text} {last.text}"
    return Token("number", text, text.lower(), text, first.start, last.end, value=value, shape=shape, worded=True)


def _counts_one(before: Token | None, following: Token | None) -> bool:
    """ "one" is a number after a limit phrase, before a million, and between a verb and a unit of measure."""
    words = lexicon()
    if before is None or following is None:
        return False
    if (
        following.low in words.scales
        or following.low == "hundred"
        or before.low in ("least", "most", "exactly", "than")
    ):
        return True
    measured = following.stem in words.measure_stems or following.stem == "unit"
    return measured and (before.low in words.verb_forms or before.low in words.irregular_verbs or before.low == "and")


def _labelled(tokens: Sequence[Token]) -> list[Token]:
    """Numbers that only tell things apart ("machine 1", "machine 2") become words."""
    labels: dict[str, list[float]] = {}
    for position in range(len(tokens)):
        if _may_be_label(tokens, position):
            labels.setdefault(tokens[position - 1].stem, []).append(tokens[position].value)
    named = {token.stem for token in tokens if token.kind == "word" and token.text[0].isupper()}
    nouns = {noun for noun, seen in labels.items() if len(set(seen)) > 1 or (noun in named and len(seen) > 1)}
    proper = _proper(tokens)
    found: list[Token] = []
    for position, token in enumerate(tokens):
        alone = _may_be_label(tokens, position) and tokens[position - 1].stem in nouns
        alone = alone or _repeats_label(tokens, position, labels) or _pair(tokens, position) in proper
        listed = (
            token.kind == "number"
            and len(found) > 1
            and found[-1].low in ("and", "or")
            and found[-2].low.isdigit()
            and found[-2].kind == "word"
            and token.value in set().union(*labels.values())
            and _ends_phrase(tokens, position + 1)
        )
        if token.text == "A" and position and tokens[position - 1].kind == "word":
            token = replace(token, low="a_", stem="a_")  # a label, not the article
        found.append(replace(token, kind="word", stem=token.low) if alone or listed else token)
    return found


def _pair(tokens: Sequence[Token], position: int) -> tuple[str, str]:
    """The word before a plain number, and the number; empty where there is none."""
    token = tokens[position]
    if token.kind != "number" or token.shape != "plain" or not position or not token.low.isdigit():
        return "", ""
    return tokens[position - 1].text, token.low


def _proper(tokens: Sequence[Token]) -> set[tuple[str, str]]:
    """Names that end in a number, said more than once with a capital and not where a sentence begins: "Aleph 3"."""
    counts: Counter[tuple[str, str]] = Counter()
    for position in range(2, len(tokens)):
        name, number = _pair(tokens, position)
        if name[:1].isupper() and tokens[position - 1].kind == "word" and tokens[position - 2].low not in ".?!;\n":
            counts[name, number] += 1
    return {pair for pair, count in counts.items() if count > 1}


def _repeats_label(tokens: Sequence[Token], position: int, labels: Mapping[str, Sequence[float]]) -> bool:
    """ "machine 2 60 hours": a label that was seen before stands before another number."""
    if not position or position + 1 >= len(tokens) or tokens[position].shape != "plain":
        return False
    seen = labels.get(tokens[position - 1].stem, ())
    return len(set(seen)) > 1 and tokens[position].value in seen and tokens[position + 1].kind == "number"


def _may_be_label(tokens: Sequence[Token], position: int) -> bool:
    token, words = tokens[position], lexicon()
    plain = token.kind == "number" and token.shape == "plain" and token.low.isdigit()
    if not plain or token.value > 9999 or not position:
        return False
    before = tokens[position - 1]
    if before.kind != "word" or words.is_small(before.low) or before.stem in words.verb_stems - words.container_stems:
        return False
    listed = before.low.endswith("s") and not before.low.endswith("ss") and token.low.isdigit()
    joint, number = [*tokens[position + 1 : position + 3], token, token][:2]
    if listed and not (joint.low in ("and", "or", ",", "to") and number.kind == "number"):
        return False  # "machines 1 and 2" are labels, "handles 8" and "seats 50 and costs $9" are none
    return (
        before.stem not in words.empty_stems
        and (before.low not in words.verb_forms or before.low in words.also_nouns)
        and _ends_phrase(tokens, position + 1)
    )


def _ends_phrase(tokens: Sequence[Token], position: int) -> bool:
    """Whether no noun follows: the text, or its phrase, ends here or goes on with a verb."""
    if position >= len(tokens):
        return True
    token, words = tokens[position], lexicon()
    joins = words.is_small(token.low) and token.low not in ("of", "per")
    return token.kind == "mark" or joins or token.low in words.verb_forms
