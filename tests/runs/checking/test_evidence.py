"""A failing check comes with the items that it is about; a passing one with nothing."""

from __future__ import annotations

from copilot.drafting.formulation import Span
from copilot.runs.checking.check import Check, Evidence
from copilot.runs.checking.evidence import with_evidence
from tests.runs.fakes import FORMULATION

TEXT = "There are 240 hours of carpentry."


def test_phrase_sentence_and_formula_of_the_items_that_a_failure_names() -> None:
    rule = FORMULATION.constraints[0].model_copy(update={"spans": (Span(start=10, end=33),)})
    formulation = FORMULATION.model_copy(update={"constraints": (rule, *FORMULATION.constraints[1:])})
    failed = Check("rows", "Rows", "fail", "They differ.", cases=("carpentry[desk]", "unheard"))
    passed = Check("goal", "Goal", "pass", "Fine.", items=("profit",))
    shown, silent = with_evidence([failed, passed], formulation, TEXT)
    (item,) = shown.evidence
    assert isinstance(item, Evidence)
    assert (item.name, item.phrase) == ("carpentry", "240 hours of carpentry.")
    assert "240" in item.sentence
    assert r"\le 240" in item.latex
    assert not silent.evidence
