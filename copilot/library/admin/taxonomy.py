"""The taxonomy editor: approve, describe, rename, extend and merge labels, by the library's verbs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern

from copilot.accounts.models import User
from copilot.library import taxonomy
from copilot.library.access import LibraryRefused, check_curate, may_curate
from copilot.library.admin.base import CuratorAdmin, ForFilter, change_url, curator, log_url
from copilot.library.insights import label_path
from copilot.library.models import InsightVersion, TaxonomyLabel

LISTED = 50  # versions that a label's page names
TREE = "parent__parent__parent"


class MergedFilter(admin.SimpleListFilter):
    """Labels that stand, and those that another one stands for."""

    title, parameter_name = "whether it was merged", "merged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The two."""
        return [("no", "Stands"), ("yes", "Merged into another")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """One of the two."""
        return queryset.filter(redirect__isnull=self.value() == "no") if self.value() else queryset


@admin.register(TaxonomyLabel)
class TaxonomyLabelAdmin(CuratorAdmin):
    """Labels by address; a label's page has what a curator does with it."""

    place = 5
    list_per_page = 200
    list_display = ["indented", "level", "status", "versions_count", "stands", "whom"]
    list_display_links = ["indented"]
    list_filter = ["status", "level", MergedFilter, ForFilter]
    list_select_related = ["redirect", "workspace"]
    search_fields = ["name", "path", "aliases__path"]
    search_help_text = "A name, or one that it had before"
    ordering = ["path"]
    actions = ["approve"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the number of versions that carry each label."""
        return super().get_queryset(request).annotate(many=Count("version_labels"))

    def get_urls(self) -> list[URLPattern]:
        """Where a label's page posts to."""
        return [self.page("<int:key>/do/", self.do, "label_do"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """The label: where it stands, what it means, what is below it and who carries it."""
        user = curator(request)
        label = self.seen(request, object_id, self.get_queryset(request).select_related(TREE, "redirect", "workspace"))
        mine = TaxonomyLabel.objects.visible_to(user)
        stood_for = Q(labels=label) | Q(labels__redirect=label) | Q(labels__redirect__redirect=label)
        found = InsightVersion.objects.visible_to(user).filter(stood_for).values("pk")
        carried = InsightVersion.objects.filter(pk__in=found).order_by("-created_at")
        shown = {
            "label": label,
            "names": label_path(label),
            "children": mine.filter(parent=label, redirect=None).annotate(many=Count("version_labels")),
            "others": mine.filter(level=label.level, redirect=None).exclude(pk=label.pk).select_related(TREE),
            "merged": mine.filter(redirect=label),
            "versions": carried[:LISTED],
            "many": carried.count(),
            "may_curate": may_curate(user, label.workspace) and not label.redirect_id,
            "log": log_url("taxonomylabel", [label.pk]),
        }
        return self.screen(request, "label_page.html", label.name, **shown)

    def do(self, request: HttpRequest, key: int) -> HttpResponse:
        """One verb on one label."""
        user = curator(request)
        mine = TaxonomyLabel.objects.visible_to(user)
        label = self.seen(request, key, mine.select_related(TREE))
        posted = request.POST
        match posted.get("verb"):
            case "approve":
                self.attempt(request, lambda: taxonomy.approve(label, actor=user), f"Approved: {label}.")
            case "describe":
                said = {name: posted.get(name, "") for name in ("definition", "condition")}
                self.attempt(request, lambda: taxonomy.describe(label, actor=user, **said), "Saved.")
            case "rename":
                name, done = posted.get("name", ""), f"Renamed. Files that say {label.name} still find it."
                self.attempt(request, lambda: taxonomy.rename(label, name, actor=user), done)
            case "add":
                self.attempt(request, lambda: _extend(label, posted.get("name", ""), user), "Added.")
            case "merge" if posted.get("into", "").isdigit():
                into = self.seen(request, posted["into"], mine)
                done = f"Merged: {label} is {into} now."
                if self.attempt(request, lambda: taxonomy.merge(label, into, actor=user), done):
                    return redirect(change_url("taxonomylabel", into.pk))
            case "merge":
                self.message_user(request, "Choose the label that shall stand for it.", messages.WARNING)
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

    @admin.display(description="for", ordering="workspace")
    def whom(self, label: TaxonomyLabel) -> str:
        """A workspace, or everyone."""
        return label.workspace.name if label.workspace else "Everyone"

    @admin.action(description="Approve the selected labels", permissions=["curate"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Agree to many at once, and to those above them."""
        approved, refusals = 0, set[str]()
        proposed = TaxonomyLabel.objects.filter(pk__in=queryset.order_by().values("pk"), status="proposed")
        for label in proposed.select_related(TREE, "workspace"):
            try:
                taxonomy.approve(label, actor=curator(request))
                approved += 1
            except LibraryRefused as refused:
                refusals.add(str(refused))
        self.message_user(request, f"Approved: {approved}.", messages.SUCCESS if approved else messages.WARNING)
        for why in refusals:
            self.message_user(request, why, messages.ERROR)


def _extend(label: TaxonomyLabel, name: str, user: User) -> None:
    """A new label below, approved at once by who made it."""
    check_curate(user, label.workspace)
    if not 0 < len(name.strip()) <= 120:
        raise LibraryRefused("A label's name has 1 to 120 characters.")
    path = (*label_path(label), name)
    if taxonomy.find(path, workspace=label.workspace) is not None:
        raise LibraryRefused(f"There is a label {name.strip()!r} there already.")
    made = taxonomy.find_or_propose(path, workspace=label.workspace, actor=user)
    taxonomy.approve(made, actor=user)
