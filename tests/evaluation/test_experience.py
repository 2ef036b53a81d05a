"""Drafts with the insights of a pinned release: found as a run finds them, recorded, compared with drafts without."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from copilot.accounts.services import workspace_of
from copilot.drafting.base import DraftingError, DraftOutcome, DraftReport, DraftRequest, InsightText
from copilot.drafting.builtin import BuiltinDrafter
from copilot.evaluation.experience import Experience
from copilot.evaluation.session import read_record
from copilot.library import past, prepared, releases, retrieval, serving
from copilot.library.access import LibraryRefused
from copilot.library.models import Episode, InsightUse
from copilot.library.retrieval import Asker
from copilot.runs import engines
from tests.evaluation.test_evaluate import DESKS, NONSENSE
from tests.factories import UserFactory
from tests.library.cast import CONSERVATION, KNAPSACK, approved, released

MIX = replace(
    CONSERVATION,
    title="A limit per resource",
    applies_when="Desks, chairs or other products share carpentry hours or another resource.",
    explanation="One row per resource, with what each product takes of it.",
)


class Taught(BuiltinDrafter):
    """Drafts only what it was given an insight for."""

    name = "taught"
    wants: Callable[[Sequence[InsightText]], Sequence[str]] = staticmethod(lambda lessons: [one.key for one in lessons])

    def choose_insights(
        self, text: str, insights: Sequence[InsightText], should_stop: Callable[[], bool]
    ) -> tuple[str, ...]:
        return tuple(self.wants(insights))

    def draft(self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]) -> DraftOutcome:
        if not request.insights:
            return DraftOutcome("abstained", reasons=("No experience.",))
        return super().draft(request, report, should_stop)


@pytest.fixture(autouse=True)
def _no_memory() -> None:
    past.forget()
    prepared.forget()


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "desks.jsonl"
    rows = [{"id": "a", "question": DESKS, "answer": 4100}, {"id": "b", "question": NONSENSE, "answer": 1}]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.mark.django_db
def test_what_a_run_would_be_shown_is_shown_and_leaves_no_trace() -> None:
    version = approved(MIX)
    approved(KNAPSACK)
    release = released("r1", version)
    shown = Experience((release,), Taught()).insights(DESKS)
    assert [one.key for one in shown] == [str(version.id)]
    assert Experience((), Taught()).insights(DESKS) == ()
    refusing = Taught()
    refusing.wants = lambda lessons: []
    assert Experience((release,), refusing).insights(DESKS) == (), "nobody vouches, so nothing is shown"
    assert not Episode.objects.exists()
    assert not InsightUse.objects.exists()


@pytest.mark.django_db
def test_a_replay_is_shown_what_the_run_itself_is_shown() -> None:
    version = approved(MIX)
    release = released("r1", version)
    workspace = workspace_of(UserFactory())
    run = serving.serve(DESKS, Asker(workspace, None), run_id=uuid.uuid4(), check=all_of)
    assert [one.key for one in run.lessons] == [one.key for one in Experience((release,), Taught()).insights(DESKS)]


@pytest.mark.django_db
def test_the_task_itself_has_no_vote_in_its_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    version, other = approved(MIX), approved(KNAPSACK)
    release = released("r1", version, other)
    episode = Episode.objects.create(origin="suite", task_key="s:1", text=DESKS, settled_at="2026-01-01T00:00Z")
    InsightUse.objects.create(
        episode=episode, version=other, insight_id=other.insight_id, role="shown", outcome="positive"
    )
    asker = Asker(None, None)
    votes = [
        {one.version.id: one.reasons["vote"] for one in retrieval.candidates(DESKS, asker, [release], **given)}
        for given in ({}, {"apart_from": DESKS})
    ]
    assert votes[0][other.id] > votes[1][other.id], "what is left is how often it helped anywhere"
    asked: list[str] = []
    monkeypatch.setattr(serving.retrieval, "candidates", lambda *given, apart_from="": asked.append(apart_from) or [])
    Experience((release,), Taught()).insights(DESKS)
    assert asked == [DESKS]


@pytest.mark.django_db
def test_what_cannot_be_is_said() -> None:
    approved(MIX)
    release = released("r1")
    with pytest.raises(LibraryRefused, match="There are: r1"):
        releases.named("r2")
    with pytest.raises(DraftingError, match="reads no insights"):
        Experience((release,), BuiltinDrafter())


@pytest.mark.django_db(transaction=True)
def test_the_command_compares_drafts_with_and_without(
    suite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released("r1", approved(MIX))
    with pytest.raises(CommandError, match="reads no insights"):
        call_command("evaluate", str(suite), "--library", "r1")
    monkeypatch.setattr(engines, "drafter_for", lambda name: Taught())
    without, with_it = tmp_path / "without.jsonl", tmp_path / "with.jsonl"
    call_command("evaluate", str(suite), "--library", "none", "--out", str(without))
    told = json.loads(said(str(suite), "--library", "r1", "--out", str(with_it), "--against", str(without)))
    assert told["settings"]["library"] == "r1"
    assert len(told["settings"]["library_hash"]) == 16
    assert (told["right"], told["with_insights"], told["insights_shown"]) == (1, 1, 1)
    assert told["calls"] == 1, "to ask which insights apply, where some come into question"
    assert (told["against"]["only_second_right"], told["against"]["only_first_right"]) == (1, 0)
    assert {one.id: len(one.insights) for one in read_record(with_it)[1]} == {"a": 1, "b": 0}
    with pytest.raises(CommandError, match="There is no release 'r2'"):
        call_command("evaluate", str(suite), "--library", "r2")
    with pytest.raises(CommandError, match="library"):
        call_command("evaluate", str(suite), "--out", str(with_it))


def said(*words: str) -> str:
    out = StringIO()
    with contextlib.redirect_stdout(out):
        call_command("evaluate", *words, "--json")
    return out.getvalue().strip().splitlines()[-1]


def all_of(text: str, lessons: Sequence[object]) -> list[str]:
    return [one.key for one in lessons]  # type: ignore[attr-defined]
