"""What a reviewer reads beside the text: uses, trials, likenesses, descent, and what the version changed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from copilot.accounts.models import User
from copilot.library.insights import CARRIED, content_of
from copilot.library.lint import near_duplicates
from copilot.library.models import InsightUse, InsightVersion, Lineage, TrialRecord
from copilot.library.states import State

MATES = 100  # label-mates that a version is compared with, newest first
FIELDS = ("title", "applies_when", "not_when", "explanation", "wrong", "right", "solver_scope")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison: `ins`, `del`, or empty for a line that both have."""

    mark: str
    text: str


def evidence(version: InsightVersion, user: User) -> dict[str, Any]:
    """Everything for the page; figures count the tasks of all workspaces and show no text of any."""
    before = version.insight.versions.filter(number__lt=version.number).order_by("-number").first()
    return {
        "roles": _counted(version, "role", InsightUse.Role),
        "outcomes": _counted(version, "outcome", InsightUse.Outcome),
        "arms": _arms(version),
        "alike": alike(version, user),
        "ancestors": _descent(user, child=version).select_related("parent"),
        "descendants": _descent(user, parent=version).select_related("child"),
        "before": before,
        "changes": changes(before, version) if before else [],
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
    pairs = near_duplicates([content_of(version), *(content_of(other) for other in others)])
    mine = [(likeness, others[later - 1]) for first, later, likeness in pairs if first == 0]
    return sorted(mine, key=lambda pair: -pair[0])


def changes(before: InsightVersion, after: InsightVersion) -> list[tuple[str, list[Line]]]:
    """The fields that differ, each with its lines."""
    return [
        (name.replace("_", " ").capitalize(), list(_lines(getattr(before, name), getattr(after, name))))
        for name in FIELDS
        if getattr(before, name) != getattr(after, name)
    ]


def _lines(old: str, new: str) -> Iterator[Line]:
    marks = {"+ ": "ins", "- ": "del", "  ": ""}
    for line in difflib.ndiff(old.splitlines(), new.splitlines()):
        if line[:2] in marks:
            yield Line(marks[line[:2]], line[2:])


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
