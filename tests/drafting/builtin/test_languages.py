"""A text in another language is told by its name; an English one never is."""

from __future__ import annotations

import pytest

from copilot.drafting.base import DraftOutcome, DraftRequest
from copilot.drafting.builtin import BuiltinDrafter
from copilot.drafting.builtin.languages import foreign_language
from tests.drafting.builtin.test_corpus import EVERYDAY, LETTERS, PROBLEMS

FOREIGN = {
    "German": "Eine Tischlerei baut Tische und Stühle. Ein Tisch bringt 70 Euro und braucht 4 Stunden. Es stehen 240 "
    "zur Verfügung. Maximieren Sie den Gewinn.",
    "French": "Un atelier fabrique des bureaux et des chaises. Un bureau rapporte 70 euros et demande 4 heures. "
    "Maximiser le profit avec 240 heures.",
    "Spanish": "Una carpintería fabrica mesas y sillas. Cada mesa da 70 euros y requiere 4 horas. Hay 240 horas. "
    "Maximice la ganancia.",
    "Dutch": "Een werkplaats maakt bureaus en stoelen. Een bureau brengt 70 euro op. Er zijn 240 uur. "
    "Maximaliseer de winst.",
    "Chinese": "一家工厂生产桌子和椅子。每张桌子利润70元，需要4小时。共有240小时。请最大化利润。",
    "Japanese": "工場で机と椅子を作ります。机は70円、椅子は40円の利益です。",
    "Korean": "공장에서 책상과 의자를 만듭니다. 이익을 최대화하세요.",
    "Russian": "Мастерская делает столы и стулья. Стол приносит 70, стул 40. Доступно 240 часов.",
    "Arabic": "ورشة تصنع طاولات وكراسي. الطاولة تربح 70 والكرسي 40.",
}


def outcome(text: str) -> DraftOutcome:
    return BuiltinDrafter().draft(DraftRequest(text=text), lambda *_: None, lambda: False)


@pytest.mark.parametrize("language", FOREIGN)
def test_a_foreign_text_is_named_and_not_guessed_at(language: str) -> None:
    assert foreign_language(FOREIGN[language]) == language
    found = outcome(FOREIGN[language])
    assert found.status == "abstained"
    assert f"reads like {language}" in found.reasons[0]


def test_no_english_text_is_foreign() -> None:
    assert not [one["id"] for one in (*PROBLEMS, *EVERYDAY, *LETTERS) if foreign_language(one["text"])]


@pytest.mark.parametrize(
    "text",
    [
        "Tische",
        "maximize 3 x + 2 y",
        "café naïve 5",
        "",
        "λ ≤ 3",
        "A shop in München sells Äpfel and Birnen for each of us.",
    ],
)
def test_a_few_foreign_words_prove_nothing(text: str) -> None:
    assert foreign_language(text) == ""


def test_algebra_is_read_in_any_language() -> None:
    assert outcome("maximize 70 Tische + 40 Stühle\nsubject to\n4 Tische + 3 Stühle <= 240").status == "complete"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("maximize x\nsubject to\nx <= 1e400", "too great to compute with"),
        (r"maximize \frac{1}{0} x" + "\nsubject to\nx <= 4", "divides by zero"),
        ("maximize x\nsubject to\nx <= " + "9" * 5_000, "too great to compute with"),
        ("maximize 3\u200b x\nsubject to\nx <= 4", "invisible character U+200B"),
        (
            "A workshop makes desks and chairs. Each desk yields $70 profit and each chair $40. A desk needs 4 hours, "
            "a chair 3 hours. A desk needs 6 hours. There are 240 hours available. Maximize profit.",
            "more than once for the same thing",
        ),
    ],
)
def test_odd_input_is_told_in_words(text: str, words: str) -> None:
    found = outcome(text)
    assert found.status == "abstained"
    assert words in " ".join(found.reasons)
