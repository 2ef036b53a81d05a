"""The taxonomy editor: approve, rename and merge labels, by the library's verbs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern

from copilot.library import taxonomy
from copilot.library.access import LibraryRefused
from copilot.library.admin.base import CuratorAdmin, change_url, curator
from copilot.library.models import TaxonomyLabel


@admin.register(TaxonomyLabel)
class TaxonomyLabelAdmin(CuratorAdmin):
    """Labels by address; a label's page has the three things that a curator does with it."""

    change_form_template = "admin/library/label_page.html"
    list_display = ["indented", "level", "status", "versions_count", "stands", "workspace"]
    list_display_links = ["indented"]
    list_filter = ["status", "level", ("redirect", admin.EmptyFieldListFilter)]
    list_select_related = ["redirect", "workspace"]
    search_fields = ["name", "path", "aliases__path"]
    ordering = ["path"]
    readonly_fields = ["path"]
    actions = ["approve"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the number of versions that carry each label."""
        return super().get_queryset(request).annotate(many=Count("version_labels"))

    def get_urls(self) -> list[URLPattern]:
        """Where a label's page posts to."""
        return [self.page("<int:key>/do/", self.do, "label_do"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """The label's page, with the labels that it could be merged into."""
        mine = TaxonomyLabel.objects.visible_to(curator(request))
        label = mine.filter(pk=object_id).first() if object_id.isdigit() else None
        others = mine.filter(level=label.level, redirect=None).exclude(pk=label.pk) if label else mine.none()
        return super().change_view(request, object_id, form_url, {"others": others} | (extra_context or {}))

    def do(self, request: HttpRequest, key: int) -> HttpResponse:
        """Approve, rename or merge one label."""
        user = curator(request)
        mine = TaxonomyLabel.objects.visible_to(user)
        label = get_object_or_404(mine, id=key)
        match request.POST.get("verb"):
            case "approve":
                self.attempt(request, lambda: taxonomy.approve(label, actor=user), "Approved.")
            case "rename":
                name = request.POST.get("name", "")
                self.attempt(request, lambda: taxonomy.rename(label, name, actor=user), "Renamed.")
            case "merge" if request.POST.get("into", "").isdigit():
                into = get_object_or_404(mine, id=request.POST["into"])
                self.attempt(request, lambda: taxonomy.merge(label, into, actor=user), "Merged.")
        return redirect(change_url("taxonomylabel", label.pk))

    @admin.display(description="label", ordering="path")
    def indented(self, label: TaxonomyLabel) -> str:
        """The name, set in by its depth."""
        return f"{'— ' * label.level}{label.name}"

    @admin.display(description="versions", ordering="many")
    def versions_count(self, label: Any) -> int:
        """How many carry it."""
        return int(label.many)

    @admin.display(description="merged into")
    def stands(self, label: TaxonomyLabel) -> str:
        """The label that stands for it, where it was merged."""
        return label.redirect.name if label.redirect else ""

    @admin.action(description="Approve the selected labels", permissions=["curate"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Agree to many at once, and to those above them."""
        try:
            for label in queryset.select_related("parent__parent"):
                taxonomy.approve(label, actor=curator(request))
        except LibraryRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
