"""An insight, its immutable versions with their labels, and how insights descend from one another."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from copilot.accounts.models import Viewer, Workspace
from copilot.library.models.scopes import Scope, scope_filter
from copilot.library.models.taxonomy import TaxonomyLabel
from copilot.library.states import WORDS, State


class Immutable(Exception):
    """A row that never changes was to be changed."""


class InsightQuerySet(models.QuerySet["Insight"]):
    """Insights, asked for by reader."""

    def visible_to(self, user: Viewer) -> InsightQuerySet:
        """Global insights, those of the user's workspaces, and the user's own."""
        return self.filter(scope_filter(user)) if user.is_authenticated else self.none()


class Insight(models.Model):
    """The identity of a lesson; what it says is in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.GLOBAL)
    workspace = models.ForeignKey(Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="insights")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="insights"
    )
    key = models.CharField(max_length=80, blank=True)  # a name that a person gave it, such as one of the seed library
    legacy_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InsightQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        permissions = [("curate_library", "May review, approve and release insights for everyone")]
        indexes = [models.Index(fields=["legacy_id"], name="library_legacy_id")]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(scope="global") & ~Q(key=""), name="one_insight_per_key"
            ),
            models.CheckConstraint(
                condition=Q(scope="global", workspace=None, owner=None)
                | Q(scope="workspace", workspace__isnull=False, owner=None)
                | Q(scope="private", workspace__isnull=False, owner__isnull=False),
                name="insight_scope_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.key or str(self.id)


class VersionQuerySet(models.QuerySet["InsightVersion"]):
    """Versions, asked for by reader and by state."""

    def visible_to(self, user: Viewer) -> VersionQuerySet:
        """Versions of the insights that the user may see."""
        return self.filter(scope_filter(user, "insight__")) if user.is_authenticated else self.none()

    def in_state(self, *states: State) -> VersionQuerySet:
        """Versions in one of the states."""
        return self.filter(state__in=states)


class SolverScope(models.TextChoices):
    """Where an insight holds."""

    ANY = "any", "Any solver"
    PYOMO = "pyomo", "Pyomo"
    HIGHS = "highs", "HiGHS"
    GUROBI = "gurobi", "Gurobi"
    PDLP = "pdlp", "PDLP"


class Origin(models.TextChoices):
    """Where a version comes from."""

    WRITTEN = "written", "Written by a person"
    SEED = "seed", "Seed library"
    IMPORTED = "imported", "Imported"
    LEARNED = "learned", "Learned from a run"
    REFINED = "refined", "Refined"
    MERGED = "merged", "Merged"
    PROMOTED = "promoted", "Promoted from a narrower scope"


class InsightVersion(models.Model):
    """What an insight says, once and for all; only `state` moves, and only by `copilot.library.moves`.

    `source` holds what it was learnt from (run, suite and task, import file); `extras` what a foreign format carries
    beyond our fields, so that it can be written again as it came; `findings` what the lint said when it was stored.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    insight = models.ForeignKey(Insight, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=160, blank=True)
    applies_when = models.TextField()
    not_when = models.TextField(blank=True)
    explanation = models.TextField()
    wrong = models.TextField(blank=True)
    right = models.TextField(blank=True)
    solver_scope = models.CharField(max_length=8, choices=SolverScope.choices, default=SolverScope.ANY)
    language = models.CharField(max_length=12, default="en")
    content_hash = models.CharField(max_length=64, db_index=True, editable=False)
    labels = models.ManyToManyField(TaxonomyLabel, through="VersionLabel", related_name="versions")
    state = models.CharField(
        max_length=10,
        choices=[(state.value, word) for state, word in WORDS.items()],
        default=State.DRAFT,
        editable=False,
    )
    state_changed_at = models.DateTimeField(default=timezone.now, editable=False)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.WRITTEN)
    source = models.JSONField(default=dict, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="insight_versions"
    )
    model_id = models.CharField(max_length=120, blank=True)
    licence = models.CharField(max_length=60, blank=True)
    extras = models.JSONField(default=dict, blank=True)
    findings = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["insight", "-number"]
        indexes = [models.Index(fields=["state", "state_changed_at"], name="library_state")]
        constraints = [models.UniqueConstraint(fields=["insight", "number"], name="one_insight_version_per_number")]

    def __str__(self) -> str:
        return f"{self.title or self.applies_when[:60]} (version {self.number})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new version. Raises Immutable for one that is stored already."""
        if not self._state.adding:
            raise Immutable("A version of an insight never changes: write a new one.")
        super().save(*args, **kwargs)


class VersionLabel(models.Model):
    """A label that a version carries; the first one comes first."""

    version = models.ForeignKey(InsightVersion, on_delete=models.CASCADE, related_name="version_labels")
    label = models.ForeignKey(TaxonomyLabel, on_delete=models.PROTECT, related_name="version_labels")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["version", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "label"], name="one_label_per_version")]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.label_id}"


class LineageQuerySet(models.QuerySet["Lineage"]):
    """Descent, asked for by reader."""

    def visible_to(self, user: Viewer) -> LineageQuerySet:
        """Links both of whose ends the user may see: a promoted insight does not show where it came from."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(scope_filter(user, "parent__insight__") & scope_filter(user, "child__insight__"))


class Lineage(models.Model):
    """A version that another one came from; never deleted while both exist."""

    class Kind(models.TextChoices):
        """How the child came to be."""

        REFINE = "refine", "Refined"
        MERGE = "merge", "Merged"
        SPLIT = "split", "Split"
        IMPORT = "import", "Imported again"
        PROMOTE = "promote", "Promoted"

    parent = models.ForeignKey(InsightVersion, on_delete=models.CASCADE, related_name="descendants")
    child = models.ForeignKey(InsightVersion, on_delete=models.CASCADE, related_name="ancestors")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LineageQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["parent", "child"], name="one_link_per_pair")]

    def __str__(self) -> str:
        return f"{self.parent_id} {self.kind} {self.child_id}"
