"""Finds the decisions of a text by letter or by name, and writes each name's letter for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from copilot.drafting.builtin.candidates import Item, Items, candidate_lists, is_statement
from copilot.drafting.builtin.letters.declared import declared_in, is_symbol, stem_of, symbol
from copilot.drafting.builtin.letters.names import lettered
from copilot.drafting.builtin.nominals import is_nominal
from copilot.drafting.builtin.scales import unscaled
from copilot.drafting.builtin.statements.aliases import aliases_of, with_ordinals
from copilot.drafting.builtin.statements.proposing import proposed
from copilot.drafting.builtin.symbols import plain_text
from copilot.drafting.builtin.tokens import Sentence, Token, sentences_of

_LINE = re.compile(r"\n[ \t]*(?:[-*•→>▪—–·]|o(?= )|\d{1,2}[.)]|\([a-z0-9]\))?")
_CENTS = re.compile(r"\bcent(s?)\b")
_CURRENCY = re.compile(r"[$€£¥]|dollar|euro|pound|franc", re.IGNORECASE)
_OWNED = re.compile(r"(?<![\w'’])([B-HJ-Zb-hj-z]_?\d?)(\$?)['’]s\b")
_LETTER = re.compile(r"[A-Za-z]\d?")
_UNITS = frozenset({"g", "l", "m", "h", "t", "s"})
_LISTS, _MORE, _FEWEST, _MOST = 4, 3, 2, 6
Naming = tuple[list[Sentence], Items]


def namings(text: str) -> list[Naming]:
    """The ways to name the decisions: by their letters, or else by the lists of names that fit best."""
    text = unscaled(_without_cents(_lined(text)))
    cut = sentences_of(plain_text(text))
    sentences: list[Sentence] = [tuple(map(_as_number, sentence)) for sentence in cut if sentence]
    by_letter = _lettered(sentences)
    marked = lettered(text) if by_letter or declared_in(text) else None
    if by_letter is not None:
        return [by_letter, *([marked] if marked and len(marked[1]) == len(by_letter[1]) else [])]
    sentences = [told for sentence in sentences if (told := _without_remarks(sentence))]
    bare = [told for sentence in sentences if (told := _without_brackets(sentence))]
    lists = [items for items in candidate_lists(bare) if not any(is_statement(item) for item in items)]
    known = {frozenset(item.stems for item in items) for items in lists[:_LISTS]}
    more = [items for items in proposed(bare) if frozenset(item.stems for item in items) not in known]
    named = [items for items in (*lists[:_LISTS], *more[:_MORE]) if not _holds(items, sentences)]
    return [*([marked] if marked else []), *((sentences, items) for items in named)]


def _holds(items: Items, sentences: Sequence[Sentence]) -> bool:
    """Whether one of the names only measures another out: row and pears, in "a row of pears"."""
    for item in items:
        others = {stem for other in items if other is not item for stem in other.stems}
        for sentence in sentences:
            for first, middle, last in zip(sentence, sentence[1:], sentence[2:], strict=False):
                if item.stems == (first.stem,) and middle.low == "of" and last.stem in others:
                    return True
    return False


def _lined(text: str) -> str:
    """The text with its lines as sentences of their own, as long as before."""
    text = _OWNED.sub(lambda found: f"{found[1]}{found[2]}  ", text)
    return _LINE.sub(lambda found: ";".ljust(len(found[0])), text)


def _as_number(token: Token) -> Token:
    """ "a baby box 22 and a mini box 18": large numbers behind a name are no labels."""
    figure = token.kind == "word" and token.text.isdigit() and len(token.text) > 1
    return replace(token, kind="number", value=float(token.text)) if figure else token


def _without_cents(text: str) -> str:
    """Where all money is told in cents, these are only units."""
    if _CENTS.search(text) and not _CURRENCY.search(text):
        text = _CENTS.sub(lambda found: f"unit{found[1]}", text)
    return text


def _lettered(sentences: Sequence[Sentence]) -> Naming | None:
    names = _letters(sentences)
    if not _FEWEST <= len(names) <= _MOST:
        return None
    marked = [tuple(_marked(sentence, spot, names) for spot in range(len(sentence))) for sentence in sentences]
    names = [name.upper() for name in names]
    aliases = aliases_of(marked, names)
    ordered = "first" in aliases and aliases["first"] == names[0]
    if ordered:
        marked = [with_ordinals(sentence, names) for sentence in marked]
    written = [_merged([_renamed(token, aliases) for token in sentence]) for sentence in marked]
    written = [told for sentence in written if (told := _without_remarks(sentence))]
    return written, tuple(_item(name, written) for name in names)


def _letters(sentences: Sequence[Sentence]) -> list[str]:
    """The single letters that stand for decisions, in the order in which they are first named."""
    counts: Counter[str] = Counter()
    together: Counter[str] = Counter()
    for sentence in sentences:
        found = [token.text for spot, token in enumerate(sentence) if _may_stand(sentence, spot)]
        counts.update(found)
        if len(set(found)) > 1:
            together.update(set(found))
    names = [name for name in counts if together[name] and (counts[name] > 1 or len(together) > 2)]
    if "A" in names and "B" not in names:
        names.remove("A")
    ranked = sorted(names, key=str.upper)
    codes = [ord(name[0].upper()) for name in ranked]
    run = all(name[1:] for name in ranked) or codes == list(range(codes[0], codes[0] + len(codes)) if codes else [])
    return ranked if run else names


def _may_stand(sentence: Sentence, spot: int) -> bool:
    token = sentence[spot]
    if token.kind != "word" or not _LETTER.fullmatch(token.text) or token.text in ("I", "i"):
        return False
    before = sentence[spot - 1] if spot else None
    after = sentence[spot + 1] if spot + 1 < len(sentence) else None
    if (
        before is not None
        and before.kind == "number"
        and not before.worded
        and token.start > before.end
        and token.text in _UNITS
    ):
        return False
    if token.text == "a":
        closed = after is None or after.low in (")", ",", ":", "+", "−", "<", ">", "=")
        return closed or (
            after is not None and after.low == "and" and spot + 2 < len(sentence) and sentence[spot + 2].text == "b"
        )
    if token.text == "A" and spot == 0:
        plural = after is not None and after.low.endswith("s") and not after.low.endswith(("ss", "us"))
        return after is None or not is_nominal(sentence, 1) or after.low in ("and", ",", ":") or plural
    return True


def _marked(sentence: Sentence, spot: int, names: Sequence[str]) -> Token:
    token = sentence[spot]
    return (
        symbol(token.text.upper(), token.start, token.end)
        if token.text in names and _may_stand(sentence, spot)
        else token
    )


def _renamed(token: Token, aliases: Mapping[str, str]) -> Token:
    letter = aliases.get(token.stem) or aliases.get(token.low)
    return symbol(letter, token.start, token.end) if letter and token.kind == "word" else token


def _merged(tokens: Sequence[Token]) -> Sentence:
    """One mention where a letter and its names stand side by side."""
    found: list[Token] = []
    for token in tokens:
        if is_symbol(token) and found and found[-1].text == token.text and is_symbol(found[-1]):
            found[-1] = replace(found[-1], end=token.end)
        else:
            found.append(token)
    return tuple(found)


def _without_remarks(sentence: Sequence[Token]) -> Sentence:
    """Without brackets that hold no figure, and of the letters only one that was just named."""
    found: list[Token] = []
    for token in sentence:
        found.append(token)
        opening = max((spot for spot, before in enumerate(found) if before.low in "(["), default=-1)
        if token.low not in (")", "]") or opening < 0:
            continue
        inside = found[opening + 1 : -1]
        letters = {part.text for part in inside if is_symbol(part)}
        near = {part.text for part in found[max(0, opening - 3) : opening] if is_symbol(part)}
        if not any(part.kind == "number" for part in inside) and letters <= near:
            del found[opening:]
        elif not any(part.kind == "number" for part in inside) and len(letters) == len(inside) == 1:
            found[opening:] = inside
    return tuple(found)


def _without_brackets(sentence: Sequence[Token]) -> Sentence:
    """The sentence without all that stands in brackets; a dash between words is a comma."""
    found: list[Token] = []
    depth = 0
    for token in sentence:
        depth += token.low == "("
        if not depth:
            found.append(replace(token, low=",", text=",", stem=",") if token.low == "−" else token)
        depth -= token.low == ")"
    return tuple(found)


def _item(name: str, sentences: Sequence[Sentence]) -> Item:
    first = next(token for sentence in sentences for token in sentence if token.text == name and is_symbol(token))
    return Item(name, (stem_of(name),), first.start, first.end)
