"""What a reviewer reads beside the text: uses, trials, likenesses, descent, and what the version changed."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from copilot.accounts.models import User
from copilot.library import panels
from copilot.library.admin.comparing import changes
from copilot.library.insights import CARRIED, content_of
from copilot.library.lint import alike_to
from copilot.library.models import InsightUse, InsightVersion, Lineage, TrialRecord
from copilot.library.states import State

MATES = 100  # label-mates that a version is compared with, newest first
LINKS = 20  # ancestors or descendants that are listed


def evidence(version: InsightVersion, user: User, before: InsightVersion | None = None) -> dict[str, Any]:
    """Everything for the page; figures count the tasks of all workspaces and show no text of any.

    `before` is the version to compare with, by default the one before.
    """
    before = before or version.insight.versions.filter(number__lt=version.number).order_by("-number").first()
    return {
        "roles": _counted(version, "role", InsightUse.Role),
        "outcomes": _counted(version, "outcome", InsightUse.Outcome),
        "arms": _arms(version),
        "panels": panels.told(version),
        "alike": alike(version, user),
        "ancestors": _descent(user, child=version).select_related("parent")[:LINKS],
        "descendants": _descent(user, parent=version).select_related("child")[:LINKS],
        "before": before,
        "changes": changes(content_of(before), content_of(version)) if before else [],
    }


def alike(version: InsightVersion, user: User) -> list[tuple[float, InsightVersion]]:
    """Versions of other insights that say nearly the same, the most alike first."""
    labels = version.version_labels.values("label")
    mates = (
        InsightVersion.objects.visible_to(user)
        .filter(Q(labels__in=labels) | Q(content_hash=version.content_hash))
        .exclude(state=State.RETIRED)
        .exclude(insight=version.insight_id)
    )
    others = list(
        InsightVersion.objects.filter(id__in=mates.values("id"))
        .order_by("-created_at", "id")
        .prefetch_related(CARRIED)[:MATES]
    )
    near = alike_to(content_of(version), [content_of(other) for other in others])
    return [(likeness, others[place]) for place, likeness in near]


def _counted(version: InsightVersion, field: str, words: Any) -> list[tuple[str, int]]:
    rows = version.uses.order_by().values_list(field).annotate(many=Count("id"))
    found = dict(rows)
    return [(word, found[value]) for value, word in words.choices if found.get(value)]


def _arms(version: InsightVersion) -> list[tuple[str, int, int]]:
    """Each arm in words, with how many attempts were right and how many there were."""
    rows = version.trials.order_by().values("arm", "perturbed")
    counted = rows.annotate(right=Count("id", filter=Q(correct=True)), many=Count("id")).order_by("perturbed", "arm")
    return [
        (
            TrialRecord.Arm(row["arm"]).label + (", on changed data" if row["perturbed"] else ""),
            row["right"],
            row["many"],
        )
        for row in counted
    ]


def _descent(user: User, **end: InsightVersion) -> Any:
    return Lineage.objects.visible_to(user).filter(**end)
