"""What a version did in runs, in words and bars, and that its pages show it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.learning.effect_panel import effect_panel
from copilot.library.models import Episode, InsightUse, InsightVersion
from tests.library.cast import approved, curator
from tests.library.test_admin import at, staff

pytestmark = pytest.mark.django_db


def met(version: InsightVersion, user: User, role: str, accepted: bool, outcome: str = "", *, days: float = 0) -> None:
    episode = Episode.objects.create(
        workspace=workspace_of(user), origin="run", run_id=uuid.uuid4(), text="t", accepted=accepted
    )
    Episode.objects.filter(id=episode.id).update(created_at=timezone.now() - timedelta(days=days))
    InsightUse.objects.create(
        episode=episode, version=version, insight_id=version.insight_id, role=role, outcome=outcome
    )


def test_nothing_is_claimed_before_a_run(alice: User) -> None:
    version = approved()
    panel = effect_panel(version)
    assert panel.sentences == ("No run with a known result has met it yet.",)
    assert not panel.bars


def test_shown_is_compared_with_held_out_and_a_few_runs_decide_nothing(alice: User) -> None:
    version = approved()
    for _ in range(9):
        met(version, alice, "shown", True, "positive")
    met(version, alice, "held_out", False)
    panel = effect_panel(version)
    shown, held_out, helped = panel.bars
    assert shown.text.startswith("91%")
    assert shown.text.endswith("of 9 runs")
    assert held_out.text.endswith("of 1 run")
    assert 0 < shown.low < shown.mean < shown.high < 1
    assert helped.label == "Helped, where it helped or misled"
    said = " ".join(panel.sentences)
    assert "Shown against held out: +58 points" in said
    assert "decides nothing yet" in said
    assert "helped 9, misled 0" in said


def test_old_runs_count_less_and_harm_is_said(alice: User) -> None:
    version = approved()
    for _ in range(10):
        met(version, alice, "shown", False, "negative")
    met(version, alice, "shown", True, "positive", days=180)
    said = " ".join(effect_panel(version).sentences)
    assert "helped 0.5, misled 10" in said
    assert "At least 95% likely to do harm. It misled 10 times and helped 0 times." in said
    assert "has not been held out yet" in said


def test_the_effect_stands_on_the_pages_of_the_library(alice: User) -> None:
    version = approved()
    met(version, alice, "shown", True, "positive")
    desk = staff(curator(alice))
    page = desk.get(at("insightversion_change", version.id)).content.decode()
    assert "Effect in runs" in page
    assert "Accepted where it was shown: 67%" in page
    assert '<rect class="interval"' in page
