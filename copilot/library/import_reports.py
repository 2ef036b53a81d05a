"""What an import brought, read again from the rows: findings, near-duplicates, and labels that it proposed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from copilot.accounts.models import User
from copilot.library import lint
from copilot.library.insights import CARRIED, content_of
from copilot.library.models import AuditEntry, InsightVersion, TaxonomyLabel
from copilot.library.states import State

COMPARED = 1_000  # versions of one file that are compared with each other
WORDS = {
    "no_label": "No label",
    "unreachable_label": "A label that the taxonomy did not have",
    "half_example": "Half an example, or none",
    "wrong_equals_right": "Wrong and right say the same",
    "two_notations": "One half a formula, the other a program",
    "gurobi_only": "Written for Gurobi alone",
    "training_context": "Speaks of how it was learnt",
    "instruction": "Reads like an order to a language model",
    "markup": "Contains markup",
}


@dataclass(frozen=True, slots=True)
class FileReport:
    """The versions of one file with what can be said against them; `findings` are (code, words, severity, how many)."""

    entry: AuditEntry
    versions: list[InsightVersion]
    findings: list[tuple[str, str, str, int]]
    near_duplicates: list[tuple[InsightVersion, InsightVersion, float]]
    proposed: list[TaxonomyLabel]

    @property
    def clean(self) -> list[InsightVersion]:
        """Drafts against which nothing serious was found: those that may go to review as they are."""
        return [one for one in self.versions if one.state == State.DRAFT and not has_error(one)]

    def with_finding(self, code: str) -> list[InsightVersion]:
        """Those with a finding of that kind; all of them for an empty code."""
        return [one for one in self.versions if not code or any(each["code"] == code for each in one.findings)]


def has_error(version: InsightVersion) -> bool:
    """Whether a finding keeps it from review until a person has dealt with it."""
    return any(finding["severity"] == "error" for finding in version.findings)


def imports(user: User) -> QuerySet[AuditEntry]:
    """Imports that the user may know of, the newest first."""
    return AuditEntry.objects.visible_to(user).filter(verb="imported").order_by("-id")


def report(entry: AuditEntry, user: User) -> FileReport:
    """The report on what an import stored, as far as the user may see it."""
    rows = InsightVersion.objects.visible_to(user).filter(
        source__sha256=entry.details.get("sha256", ""), insight__workspace=entry.workspace_id
    )
    versions = list(rows.select_related("insight").prefetch_related(CARRIED).order_by("created_at", "id"))
    compared = versions[:COMPARED]
    pairs = lint.near_duplicates([content_of(version) for version in compared])
    labels = TaxonomyLabel.objects.filter(versions__in=rows.order_by().values("pk")).distinct()
    return FileReport(
        entry=entry,
        versions=versions,
        findings=_counted(versions),
        near_duplicates=[(compared[first], compared[later], likeness) for first, later, likeness in pairs],
        proposed=list(labels.filter(status=TaxonomyLabel.Status.PROPOSED).order_by("path")),
    )


def _counted(versions: list[InsightVersion]) -> list[tuple[str, str, str, int]]:
    found: Counter[tuple[str, str]] = Counter()
    for version in versions:
        kinds: set[Any] = {(finding["code"], finding["severity"]) for finding in version.findings}
        found.update(kinds)
    ranked = sorted(found.items(), key=lambda item: (item[0][1], -item[1]))  # errors before warnings
    return [(code, WORDS.get(code, code.replace("_", " ").capitalize()), kind, many) for (code, kind), many in ranked]
