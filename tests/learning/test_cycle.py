"""A whole cycle on tasks of a public suite, as `python -m tests.bench learning` tells it."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.accounts.models import User
from copilot.drafting.agent import LlmDrafter
from copilot.drafting.base import ReadsInsights
from copilot.learning import work
from copilot.library import past, prepared
from copilot.runs.lease import Lease
from tests.learning import cycle
from tests.learning.stage import solve_each_once
from tests.library.cast import curator

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.bench,
    pytest.mark.skipif(not cycle.SUITE.is_file(), reason="the public suite is not beside the checkout"),
]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    past.forget()
    prepared.forget()
    model = cycle.scripted()
    settings.COPILOT = settings.COPILOT | {"LLM": "scripted:model"}
    monkeypatch.setattr(Lease, "_watch", lambda held: None)
    monkeypatch.setattr(work, "drafter", cycle.Student)
    monkeypatch.setattr(work, "chat_model", lambda: model)
    solve_each_once(monkeypatch)
    return model


def test_what_helps_is_proven_and_the_rest_is_not(model: Any, alice: User) -> None:
    told: list[cycle.Cycle] = []
    lines = list(cycle.traced(told, curator(alice)))
    (found,) = told
    packing, transport = (found.jobs[f"logior:{key}"] for key in cycle.TASKS)
    assert transport.result["outcome"].startswith("Every attempt was right")
    assert packing.result["outcome"] == "1 of 2 candidates proven."
    assert {title: version.state for title, version in found.versions.items()} == {
        cycle.HELPS.title: "verified",
        cycle.IDLE.title: "draft",
    }
    findings = {one["title"]: {f["code"] for f in one["findings"]} for one in packing.result["refused"]}
    assert {"leaked_words", "leaked_list"} <= findings["Boxes"], "it quotes the task"
    assert "same_when_solved" in findings["Order of terms"]
    assert found.gate.result["verdict"] == "unknown"
    assert any("activation refused: The gate could not tell" in line for line in lines)
    assert "4.0" not in str(model.asked), "the answer is in no prompt"
    assert isinstance(cycle.Student(), ReadsInsights)
    assert LlmDrafter.name
