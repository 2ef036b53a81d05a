"""What insights do in real runs: shown against held out at random, helped against misled; harm suspends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from copilot.learning.posterior import Lift, Rate, lift
from copilot.library import moves
from copilot.library.models import InsightUse, InsightVersion, TrialRecord
from copilot.library.states import State

HALF_LIFE_DAYS = 180.0  # an old run says half as much
HARM = 0.95  # probability of harm from which on an insight is taken out of use
FEWEST_ARM, FEWEST_VERDICTS = 8.0, 5.0  # weighted runs
Role, Outcome = InsightUse.Role, InsightUse.Outcome
OTHER_MODEL = 0.5  # weight of a run that another language model drafted: it tells less of the one in use
Row = tuple[str, str, bool | None, datetime, str]


@dataclass(frozen=True, slots=True)
class Effect:
    """Rates of accepted drafts where it was shown and where it was held out, and verdicts on its uses, all decayed."""

    shown: Rate
    held_out: Rate
    helped: float
    hurt: float

    @property
    def lift(self) -> Lift:
        """Shown against held out."""
        return lift(self.shown, self.held_out)

    @property
    def verdicts(self) -> Rate:
        """Uses on which it helped, of those where it helped or misled."""
        return Rate(self.helped, self.helped + self.hurt)

    def harm(self) -> str:
        """Why it does harm, in a sentence; empty where that is not known well enough."""
        enough = min(self.shown.many, self.held_out.many) >= FEWEST_ARM
        if enough and lift(self.held_out, self.shown).probability >= HARM:
            return f"Drafts do better without it: {self.held_out.mean:.0%} accepted against {self.shown.mean:.0%}."
        against = lift(Rate(self.hurt, self.helped + self.hurt), self.verdicts).probability
        if self.helped + self.hurt >= FEWEST_VERDICTS and against >= HARM:
            return f"It misled {self.hurt:.0f} times and helped {self.helped:.0f} times."
        return ""

    def to_json(self) -> dict[str, Any]:
        """Plain figures for a page or a script."""
        low, high = self.verdicts.interval()
        return {
            "shown": round(self.shown.many, 1),
            "held_out": round(self.held_out.many, 1),
            "lift": self.lift.to_json(),
            "helped": round(self.helped, 1),
            "hurt": round(self.hurt, 1),
            "helps": {"mean": round(self.verdicts.mean, 4), "low": round(low, 4), "high": round(high, 4)},
        }


def effect_of(version: InsightVersion, *, now: datetime | None = None) -> Effect:
    """The effect of a version so far."""
    rows = InsightUse.objects.filter(version=version, episode__run_id__isnull=False)
    fields = ("role", "outcome", "episode__accepted", "episode__created_at", "episode__model_id")
    return counted(rows.values_list(*fields), now or timezone.now(), model_id=settings.COPILOT["LLM"])


def counted(rows: Iterable[Row], now: datetime, *, model_id: str = "") -> Effect:
    """Count uses, each by its age, and by whether the model in use (`model_id`) drafted that run."""
    arms = {Role.SHOWN.value: [0.0, 0.0], Role.HELD_OUT.value: [0.0, 0.0]}
    helped = hurt = 0.0
    for role, outcome, accepted, when, drafted_by in rows:
        weight = 0.5 ** (max((now - when).total_seconds(), 0.0) / 86_400 / HALF_LIFE_DAYS)
        weight *= OTHER_MODEL if model_id and drafted_by and drafted_by != model_id else 1.0
        if role in arms and accepted is not None:
            arms[role][0] += weight * accepted
            arms[role][1] += weight
        helped += weight * (outcome == Outcome.POSITIVE)
        hurt += weight * (outcome == Outcome.NEGATIVE)
    shown, held_out = (Rate(*arm) for arm in arms.values())
    return Effect(shown, held_out, helped, hurt)


def suspend_harmful(*, episodes: Sequence[UUID] | None = None) -> list[UUID]:
    """Take every active version that does harm out of use, with the reason in the log; a person may bring it back.

    With `episodes`, only versions that were used on one of them are looked at.
    """
    suspended = []
    uses = InsightUse.objects.filter(episode__run_id__isnull=False)
    used = (uses if episodes is None else uses.filter(episode__in=episodes)).values("version")
    for version in InsightVersion.objects.filter(state=State.ACTIVE, id__in=used):
        why = effect_of(version).harm()
        if why and moves.move(version.id, State.ACTIVE, State.SUSPENDED, actor=None, reason=why):
            suspended.append(version.id)
    return suspended


def outdated(model_id: str, solver: str) -> list[InsightVersion]:
    """Active and verified versions whose trials were all made with another language model, or another solver or
    version of it (`solver` as trials name it)."""
    current = TrialRecord.objects.filter(model_id=model_id, solver=solver).values("version")
    tried = TrialRecord.objects.values("version")
    kept = InsightVersion.objects.filter(state__in=(State.ACTIVE, State.VERIFIED), id__in=tried)
    return list(kept.exclude(id__in=current))
