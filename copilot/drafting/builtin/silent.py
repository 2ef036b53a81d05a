"""Sentences that state a rule and from which nothing was read: without this a rule without a number is lost unseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from copilot.drafting.builtin.facts import Gap
from copilot.drafting.builtin.families.phrases import compiled
from copilot.drafting.builtin.tokens import Token, sentences_of
from copilot.drafting.builtin.words import load

if TYPE_CHECKING:
    from copilot.drafting.builtin.reading import Reading

_ASKING = frozenset({"?", ":"})
_REASON = (
    "“{sentence}” reads like a rule, and I could not read it. Say it with a number and “at most”, “at least” or "
    "“exactly”, or leave it out if it does not limit the choice."
)


def silent_rules(reading: Reading, text: str) -> Iterator[Gap]:
    """One gap for each sentence with the words of a rule, without a number, that no rule and no aim comes from."""
    spoken = {limit.sentence for limit in reading.limits} | ({reading.goal.sentence} if reading.goal else set())
    spans = [span for limit in reading.limits for span in limit.spans]
    sentences = [sentence for sentence in sentences_of(text) if sentence]
    for index, (start, end) in enumerate(reading.offsets):
        if index in spoken or any(first < end and last > start for first, last in spans):
            continue
        tokens = [token for sentence in sentences for token in sentence if start <= token.start < end]
        if _is_counted(tokens) or text[end : end + 1] in _ASKING or not _states_rule(text[start:end]):
            continue
        said = " ".join(text[start:end].split())
        yield Gap(_REASON.format(sentence=said), ((start, end),), kind="silent")


def _is_counted(tokens: Sequence[Token]) -> bool:
    """Whether a number stands in the sentence: the ledger of numbers answers for it."""
    return any(token.kind == "number" for token in tokens)


def _states_rule(sentence: str) -> bool:
    """Whether words of a rule remain once what is harmless is taken out."""
    words = load("silent")
    for phrase in compiled(tuple(words["harmless"])):
        sentence = phrase.sub(" ", sentence)
    return any(phrase.search(sentence) for phrase in compiled(tuple(words["rules"])))
