"""Texts that were damaged on their way: whatever stands in them, the drafter answers with an outcome."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum
from tests.drafting.corpus.gold import entries

TEXTS_EACH = 16
SHOP = (
    "A shop makes lamps and vases. {aside} A lamp takes 2 hours and brings $30, a vase takes 5 hours and brings $80. "
)
HOURS = "There are 60 hours. Maximize the profit."


def _punctuation_doubled(text: str, chance: random.Random) -> str:
    return "".join(sign * 2 if sign in ".,;:?!()" and chance.random() < 0.3 else sign for sign in text)


def _lines_broken(text: str, chance: random.Random) -> str:
    breaks = ("\n", "\n\n", "\n- ")
    return "".join(chance.choice(breaks) if sign == " " and chance.random() < 0.06 else sign for sign in text)


def _bullets_emptied(text: str, chance: random.Random) -> str:
    listed = text if "\n-" in text else text.replace(". ", ".\n- ")
    return re.sub(r"(\n\s*[-*•])[^\n]*", lambda line: line[1] if chance.random() < 0.3 else line[0], listed)


def _sentences_reordered(text: str, chance: random.Random) -> str:
    sentences = re.split(r"(?<=[.?!])\s+", text)
    chance.shuffle(sentences)
    return " ".join(sentences)


def _cut_short(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text))]


def _numbers_removed(text: str, chance: random.Random) -> str:
    return re.sub(r"\d[\d,.]*", lambda number: "" if chance.random() < 0.4 else number[0], text)


def _dashes_changed(text: str, chance: random.Random) -> str:
    hit = (sign == "-" or (sign in " ," and chance.random() < 0.05) for sign in text)
    return "".join(chance.choice("—–−‑") if changed else sign for sign, changed in zip(text, hit, strict=True))


def _carriage_returns(text: str, chance: random.Random) -> str:
    return text.replace("\n", "\r\n") if "\n" in text else text.replace(". ", ".\r\n")


def _asides_added(text: str, chance: random.Random) -> str:
    asides = (" (as said before). ", " ... ", " —. ", " (). ", "\n\n(a remark)\n\n", " !? ", "\n- \n", " [x]. ")
    return re.sub(r"(?<=[.?!]) ", lambda gap: chance.choice(asides) if chance.random() < 0.4 else gap[0], text)


def _sentences_bracketed(text: str, chance: random.Random) -> str:
    return re.sub(r"[^.?!]+(?=[.?!])", lambda said: f"({said[0]})" if chance.random() < 0.25 else said[0], text)


@pytest.mark.parametrize(
    "damaged",
    [
        _punctuation_doubled,
        _lines_broken,
        _bullets_emptied,
        _sentences_reordered,
        _cut_short,
        _numbers_removed,
        _dashes_changed,
        _carriage_returns,
        _asides_added,
        _sentences_bracketed,
    ],
)
def test_a_damaged_text_has_an_outcome_too(damaged: Callable[[str, random.Random], str]) -> None:
    chance = random.Random(damaged.__name__)
    for entry in chance.sample(entries(), TEXTS_EACH):
        outcome = ask(damaged(entry.text, chance))
        assert outcome.draft or outcome.questions or outcome.reasons, entry.id


@pytest.mark.parametrize("aside", ["...", "— .", "\n\n- \n\n", "()", "[].", "(The shop is old)."])
def test_a_sentence_that_says_nothing_of_the_plan_changes_nothing(aside: str) -> None:
    assert optimum(drafted(SHOP.format(aside=aside) + HOURS)) == 960


def test_a_sentence_in_brackets_is_read_as_the_sentence_it_is() -> None:
    assert optimum(drafted(SHOP.format(aside="(At most 10 vases can be sold).") + HOURS)) == 950


def test_a_bracketed_sentence_does_not_stop_a_text_that_cannot_be_read() -> None:
    outcome = ask(SHOP.format(aside="(It is open daily). Vases are 3 times as popular as they were.") + HOURS)
    assert outcome.status == "abstained"
    assert "popular" in outcome.reasons[0]
