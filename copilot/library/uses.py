"""Verbs on evidence: open an episode, keep what was retrieved for it, and write down what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from copilot.accounts.models import Workspace
from copilot.library import releases
from copilot.library.models import Episode, InsightUse, InsightVersion
from copilot.library.retrieval import Candidate

Role, Outcome = InsightUse.Role, InsightUse.Outcome


@transaction.atomic
def open_episode(
    *, workspace: Workspace, run_id: UUID, text: str, model_id: str = "", solver: str = ""
) -> tuple[Episode, bool]:
    """The episode of a run, and whether it is new; a new one pins the releases that are active now, for good."""
    episode, made = Episode.objects.get_or_create(
        run_id=run_id,
        defaults={
            "workspace": workspace,
            "origin": Episode.Origin.RUN,
            "text": text,
            "model_id": model_id,
            "solver": solver,
        },
    )
    if made:
        episode.releases.set(releases.pinned_for(workspace))
    return episode, made


def is_held_out(episode: Episode, insight_id: UUID, share: float) -> bool:
    """Whether an insight that would be shown is held out here: by lot, the same lot whenever it is drawn again."""
    lot = hashlib.sha256(f"{episode.id} {insight_id}".encode()).digest()
    return int.from_bytes(lot[:8], "big") < share * 2**64


def record(
    episode: Episode, candidates: Sequence[Candidate], *, shown: Collection[UUID], held_out: Collection[UUID]
) -> list[InsightUse]:
    """Keep every candidate with rank, score and reasons; `shown` and `held_out` are identifiers of versions."""
    roles = dict.fromkeys(shown, Role.SHOWN) | dict.fromkeys(held_out, Role.HELD_OUT)
    return InsightUse.objects.bulk_create(
        InsightUse(
            episode=episode,
            version=candidate.version,
            insight_id=candidate.version.insight_id,
            release_id=candidate.release_id,
            role=roles.get(candidate.version.id, Role.CANDIDATE),
            rank=candidate.rank,
            score=candidate.score,
            reasons=candidate.reasons,
        )
        for candidate in candidates
    )


def adopt(run_id: UUID, version_ids: Iterable[UUID]) -> int:
    """Note which of the shown insights the draft says it used, and that it used no other; returns how many."""
    shown = InsightUse.objects.filter(episode__run_id=run_id, role=Role.SHOWN)
    shown.update(adopted=False)
    return shown.filter(version_id__in=list(version_ids)).update(adopted=True)


@transaction.atomic
def settle(
    run_id: UUID,
    *,
    accepted: bool | None,
    outcomes: Mapping[UUID, InsightUse.Outcome] | None = None,
    text: str | None = None,
) -> bool:
    """Write what became of a run's draft; returns whether there is such an episode.

    `outcomes` are by version; without them an accepted draft credits the insights that it adopted and nothing else is
    said. A later verdict, of a person or a diagnosis, overwrites an earlier one.
    """
    fields = {"accepted": accepted, "settled_at": timezone.now()} | ({} if text is None else {"text": text})
    if not Episode.objects.filter(run_id=run_id).update(**fields):
        return False
    uses = InsightUse.objects.filter(episode__run_id=run_id)
    if outcomes is None:
        adopted = uses.filter(role=Role.SHOWN, adopted=True)
        adopted.update(outcome=Outcome.POSITIVE if accepted else Outcome.UNKNOWN)
        return True
    for version_id, outcome in outcomes.items():
        uses.filter(version_id=version_id).update(outcome=outcome)
    return True


def miss(run_id: UUID, version: InsightVersion) -> None:
    """Note that an insight which was not retrieved would have helped."""
    episode = Episode.objects.get(run_id=run_id)
    role = {"role": Role.MISSED, "insight_id": version.insight_id}
    InsightUse.objects.get_or_create(episode=episode, version=version, defaults=role)
    InsightUse.objects.filter(episode=episode, version=version).update(outcome=Outcome.UNRETRIEVED)
    Episode.objects.filter(id=episode.id).update(settled_at=timezone.now())
