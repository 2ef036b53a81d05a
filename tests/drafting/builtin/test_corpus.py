"""Our own corpus: problems with a gold plan in algebra lines, and texts that must not be answered."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from copilot.drafting.builtin import algebra
from tests.bench.drafter import solved
from tests.drafting.builtin.asking import ask

CORPUS = Path(__file__).parent / "corpus"
PROBLEMS: list[dict[str, str]] = json.loads((CORPUS / "problems.json").read_text())
EVERYDAY: list[dict[str, str]] = json.loads((CORPUS / "everyday.json").read_text())
LETTERS: list[dict[str, str]] = json.loads((CORPUS / "letters.json").read_text())
REFUSALS: list[dict[str, str]] = json.loads((CORPUS / "refusals.json").read_text())
NOT_YET = 0.1


def verdict(problem: dict[str, str]) -> str:
    """right, wrong, or refused: the draft's optimum against the gold plan's."""
    outcome = ask(problem["text"])
    if outcome.draft is None:
        return "refused"
    gold = solved(algebra.formulate(problem["gold"]))
    value = solved(outcome.draft.formulation)
    assert gold is not None, problem["id"]
    return "right" if value is not None and math.isclose(value, gold, rel_tol=1e-6) else "wrong"


@pytest.mark.parametrize("problems", [PROBLEMS, EVERYDAY, LETTERS], ids=["problems", "everyday", "letters"])
def test_nine_problems_in_ten_are_right_and_none_is_wrong(problems: list[dict[str, str]]) -> None:
    verdicts = {problem["id"]: verdict(problem) for problem in problems}
    refused = [name for name, said in verdicts.items() if said == "refused"]
    assert [name for name, said in verdicts.items() if said == "wrong"] == []
    assert len(refused) <= NOT_YET * len(problems), refused


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal["id"])
def test_a_text_that_is_not_complete_is_not_answered(refusal: dict[str, str]) -> None:
    outcome = ask(refusal["text"])
    assert outcome.draft is None
    assert outcome.status == refusal.get("status", outcome.status) != "complete"
    said = " ".join([*outcome.reasons, *(question.text for question in outcome.questions)])
    said += " ".join(question.why for question in outcome.questions)
    assert refusal.get("reason", "") in said
    assert len(said) > 40


def test_the_corpus_is_large_and_its_texts_are_all_different() -> None:
    texts = [entry["text"] for entry in (*PROBLEMS, *EVERYDAY, *LETTERS, *REFUSALS)]
    assert len(set(texts)) == len(texts) >= 120
