"""Tells noun phrases from verbs, without a tagger: by closed word lists and the words around."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.tokens import Token
from copilot.drafting.builtin.words import lexicon

_TAILS = frozenset({"combined", "together", "respectively", "total", "only", "instead", "alone", "available", "needed"})
_MODALS = frozenset({"can", "could", "must", "should", "will", "would", "may", "might", "cannot"})
_ADVERBS = frozenset(
    {"either", "also", "only", "not", "each", "all", "always", "never", "then", "further", "at", "still"}
)
_ARTICLES = frozenset(
    {"a", "an", "the", "each", "every", "per", "his", "her", "their", "its", "one", "my", "our", "of"}
)


def is_verb(tokens: Sequence[Token], position: int) -> bool:
    """Whether the word at that place is used as a verb."""
    words, token = lexicon(), tokens[position]
    if token.kind != "word" or token.glued or token.low in words.determiners:
        return False
    before = tokens[position - 1] if position else None
    after = tokens[position + 1] if position + 1 < len(tokens) else None
    if _follows_modal(tokens, position):
        return True
    if token.low in words.irregular_verbs and token.low not in words.also_nouns:
        return before is None or before.low not in _ARTICLES
    if _states_number(tokens, position):
        return True
    if token.low not in words.verb_forms or (
        before is not None and (before.low in _ARTICLES or before.kind == "number")
    ):
        return False
    if token.low.endswith("ed") and _is_adjective(before, after):
        return False
    if token.low.endswith("ing"):
        return token.low == "using" or _is_gerund(before, after)
    if token.low in words.also_nouns or token.low.removesuffix("s") in words.also_nouns:
        return _is_finite(token, before, after) or _opens_statement(tokens, position)
    return not (token.stem in words.container_stems and after is not None and after.low == "of")


def _follows_modal(tokens: Sequence[Token], position: int) -> bool:
    """Whatever follows "can", "must" or "will" is a verb, known or not."""
    before = position - 1
    while before >= 0 and tokens[before].low in ("either", "also", "only", "not", "each"):
        before -= 1
    plain = _is_plain(tokens[position]) and tokens[position].low not in _ADVERBS
    return plain and before >= 0 and tokens[before].low in _MODALS and not tokens[position].low.endswith("ly")


def _states_number(tokens: Sequence[Token], position: int) -> bool:
    """ "A dinghy seats 8": behind an article and a noun in the singular, a word in -s before a number is a verb."""
    token, number = tokens[position], tokens[position + 1 : position + 2]
    if not number or number[0].kind != "number" or not token.low.endswith("s") or len(token.low) < 4:
        return False
    if token.low.endswith(("ss", "us", "is")) or token.stem in lexicon().measure_stems or not token.text.islower():
        return False
    start = position - 1
    while start >= 0 and position - start < 6 and (_is_plain(tokens[start]) or tokens[start].low == "of"):
        start -= 1
    if start < 0 or start == position - 1 or tokens[start].low not in ("a", "an", "each", "every", "one"):
        return False
    name = tokens[start + 1 : position]
    head = next((spot for spot, word in enumerate(name) if word.low == "of"), len(name))  # "a bed of leeks yields 18"
    return head > 0 and not name[head - 1].low.endswith("s")


def _is_adjective(before: Token | None, after: Token | None) -> bool:
    """ "fries and canned tuna", "for canned tuna": a word in -ed between a small word and a noun."""
    words = lexicon()
    if after is None or not _is_plain(after) or after.low in words.verb_forms:
        return False
    return before is None or before.low in words.conjunctions | words.prepositions or before.low == ","


def _is_gerund(before: Token | None, after: Token | None) -> bool:
    """An -ing form is part of a name where a noun follows and none stands before: "a stamping machine"."""
    if after is None or not _is_plain(after):
        return True
    return before is not None and (_is_plain(before) or before.low in lexicon().auxiliaries | {"by", "to", "from"})


def _is_finite(token: Token, before: Token | None, after: Token | None) -> bool:
    """A word that is as often a noun is a verb after "to" or a helper, or where its object follows at once."""
    words = lexicon()
    if before is not None and (before.low == "to" or before.low in words.auxiliaries | words.pronouns):
        return True
    if before is not None and before.low in words.conjunctions | {"but", "which", "that", "who", "while"}:
        return after is not None and (after.kind != "word" or after.low in words.determiners)
    if before is None or not _is_plain(before):
        return False
    plural = before.low.endswith("s") and not before.low.endswith(("ss", "us", "is"))
    agrees = token.low.endswith("s") != plural or before.text[0].isupper()
    return agrees and after is not None and (after.kind != "word" or after.low in words.determiners)


def _opens_statement(tokens: Sequence[Token], position: int) -> bool:
    """ "A joiner builds shelves": behind "a" and one noun, a word in -s is no noun."""
    if position != 2 or tokens[0].low not in ("a", "an", "my", "our") or not _is_plain(tokens[1]):
        return False
    last = tokens[position + 1] if position + 1 < len(tokens) else None
    third = tokens[2].low.endswith("s") and not tokens[2].low.endswith("ss") and not tokens[1].low.endswith("s")
    return third and last is not None and _is_plain(last)


def is_nominal(tokens: Sequence[Token], position: int) -> bool:
    """Whether the word may belong to the name of a thing."""
    token = tokens[position]
    if token.kind != "word" or token.low in _TAILS or lexicon().is_small(token.low):
        return False
    return not is_verb(tokens, position)


def run_ending(tokens: Sequence[Token], end: int, *, longest: int = 5) -> tuple[Token, ...]:
    """The noun phrase whose last word stands just before `end`."""
    start = end
    while start > 0 and end - start < longest and is_nominal(tokens, start - 1):
        start -= 1
    if start > 0 and tokens[start - 1].low == "per":
        return ()
    return tuple(tokens[start:end])


def run_starting(tokens: Sequence[Token], start: int, *, longest: int = 5) -> tuple[Token, ...]:
    """The noun phrase that begins at `start`, articles skipped."""
    while start < len(tokens) and tokens[start].low in lexicon().determiners:
        start += 1
    end = start
    while end < len(tokens) and end - start < longest and is_nominal(tokens, end):
        end += 1
    return tuple(tokens[start:end])


def end_of(tokens: Sequence[Token], start: int, phrase: Sequence[Token]) -> int:
    """Behind the noun phrase that was found from `start` on."""
    while start < len(tokens) and tokens[start] is not phrase[0]:
        start += 1
    return start + len(phrase)


def _is_plain(token: Token) -> bool:
    return token.kind == "word" and not lexicon().is_small(token.low)
