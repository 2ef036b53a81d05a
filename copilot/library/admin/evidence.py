"""Evidence and the log, to read: trials, uses, and who did what."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from copilot.library.admin.base import CuratorAdmin
from copilot.library.models import AuditEntry, InsightUse, TrialRecord


@admin.register(AuditEntry)
class AuditEntryAdmin(CuratorAdmin):
    """The log, newest first; it is only ever added to."""

    list_display = ["created_at", "who", "verb", "subject", "subject_id", "reason"]
    list_filter = ["verb", "subject", "created_at"]
    search_fields = ["actor_name", "subject_id", "reason"]
    ordering = ["-id"]
    exclude = ["actor"]

    @admin.display(description="who", ordering="actor_name")
    def who(self, entry: AuditEntry) -> str:
        """The name as it was then."""
        return entry.actor_name or "Wellposed"


@admin.register(TrialRecord)
class TrialRecordAdmin(CuratorAdmin):
    """Attempts with and without an insight."""

    list_display = ["version", "arm", "task_key", "seed", "perturbed", "correct", "model_id", "created_at"]
    list_filter = ["arm", "correct", "perturbed", "model_id"]
    list_select_related = ["version"]
    search_fields = ["task_key", "version__title"]
    ordering = ["-id"]


@admin.register(InsightUse)
class InsightUseAdmin(CuratorAdmin):
    """Where an insight was considered, and what came of it."""

    list_display = ["version", "role", "outcome", "adopted", "rank", "score", "created_at"]
    list_filter = ["role", "outcome", "adopted"]
    list_select_related = ["version"]
    search_fields = ["version__title"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what a row's page names."""
        return super().get_queryset(request).select_related("version", "insight", "release", "episode")
