"""Versions: a list, a page each with the evidence, and moves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern

from copilot.library.admin.base import CuratorAdmin, change_url
from copilot.library.admin.moving import confirm_retiring, move_all, move_one
from copilot.library.admin.pages import version_page
from copilot.library.models import InsightVersion
from copilot.library.states import State


@admin.register(InsightVersion)
class InsightVersionAdmin(CuratorAdmin):
    """Versions, to read; only their states move."""

    place = 3
    list_display = ["title_or_text", "state", "scope", "solver_scope", "origin", "author", "created"]
    list_filter = ["state", "insight__scope", "origin", "solver_scope", "language"]
    list_select_related = ["insight", "author"]
    search_fields = ["title", "applies_when", "explanation", "labels__name"]
    search_help_text = "Words of the title, the condition, the reason or a label"
    ordering = ["-created_at", "id"]
    actions = ["send_to_review", "retire"]

    def get_urls(self) -> list[URLPattern]:
        """Where a version's page posts to."""
        return [self.page("<uuid:key>/move/", self.move, "version_move"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """What it says, with the evidence and the moves."""
        rows = self.get_queryset(request).select_related("insight__workspace", "author")
        version = self.seen(request, object_id, rows)
        return self.screen(
            request, "version_page.html", str(version), **version_page(request, version, request.GET.get("with", ""))
        )

    def move(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """One step in the life of a version."""
        version = self.seen(request, key)
        if request.method == "POST":
            move_one(self, request, version)
        return redirect(change_url("insightversion", version.pk))

    @admin.display(description="version", ordering="title")
    def title_or_text(self, version: InsightVersion) -> str:
        """Its title, or when it applies, and its number."""
        return str(version)

    @admin.display(description="scope", ordering="insight__scope")
    def scope(self, version: InsightVersion) -> str:
        """Whom the insight is for."""
        return version.insight.get_scope_display()

    @admin.display(description="created", ordering="created_at")
    def created(self, version: InsightVersion) -> str:
        """The day."""
        return f"{version.created_at:%-d %b %Y}"

    @admin.action(description="Send the selected versions to review", permissions=["curate"])
    def send_to_review(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Into the queue of the reviewers."""
        move_all(self, request, queryset, State.IN_REVIEW, "chosen in a list")

    @admin.action(description="Retire the selected versions…", permissions=["curate"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Retire in bulk, after a page that asks."""
        return confirm_retiring(self, request, queryset, "retire")
