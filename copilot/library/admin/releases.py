"""Releases: freeze a candidate, activate it, go back with one click, and read what changed between two."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern

from copilot.library import prepared, releases
from copilot.library.admin.base import CuratorAdmin, change_url, curator
from copilot.library.models import InsightVersion, LibraryRelease, ReleaseLabel

LIST = "admin:library_libraryrelease_changelist"


class ReleaseForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A name and what is new."""

    class Meta:
        model = LibraryRelease
        fields = ["name", "note"]


@admin.register(LibraryRelease)
class LibraryReleaseAdmin(CuratorAdmin):
    """Manifests, which of them is active, and the way back."""

    change_list_template = "admin/library/release_list.html"
    change_form_template = "admin/library/release_page.html"
    list_display = ["name", "is_active", "status", "size", "workspace", "created_by", "created_at"]
    list_filter = ["status"]
    list_select_related = ["workspace", "created_by"]
    search_fields = ["name", "note"]
    ordering = ["-created_at"]
    readonly_fields = ["manifest_hash"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the number of versions and whether new runs pin it."""
        pointed = ReleaseLabel.objects.filter(release=OuterRef("pk"), name=releases.ACTIVE)
        return super().get_queryset(request).annotate(many=Count("items"), pinned=Exists(pointed))

    def get_urls(self) -> list[URLPattern]:
        """Making, moving and comparing, beside the admin's own addresses."""
        own = [
            self.page("make/", self.make, "release_make"),
            self.page("rollback/", self.roll_back, "release_rollback"),
            self.page("<uuid:key>/activate/", self.activate, "release_activate"),
            self.page("<uuid:key>/diff/", self.diff, "release_diff"),
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """The release's page, with those it can be compared with."""
        others = LibraryRelease.objects.visible_to(curator(request)).exclude(pk=object_id)
        return super().change_view(request, object_id, form_url, {"others": others} | (extra_context or {}))

    def make(self, request: HttpRequest) -> HttpResponse:
        """Freeze the newest active version of every insight for everyone."""
        user, form = curator(request), ReleaseForm(request.POST or None)

        def frozen() -> None:
            name, note = form.cleaned_data["name"], form.cleaned_data["note"]
            prepared.prepare(releases.make(name, actor=user, note=note))

        if form.is_valid() and self.attempt(request, frozen, "Made. It is a candidate until it is activated."):
            return redirect(LIST)
        return self.screen(request, "release_make.html", "Make a release", form=form)

    def activate(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Let new runs pin the release; one that skipped the gate needs a reason."""
        user = curator(request)
        release = get_object_or_404(LibraryRelease.objects.visible_to(user), id=key)
        reason = request.POST.get("reason", "").strip()
        if request.method == "POST":
            self.attempt(
                request,
                lambda: releases.activate(release, actor=user, reason=reason, without_gate=bool(reason)),
                f"New runs use {release}.",
            )
        return redirect(change_url("libraryrelease", release.pk))

    def roll_back(self, request: HttpRequest) -> HttpResponse:
        """Go back to the release before the active one."""
        user = curator(request)
        if request.method == "POST":
            reason = request.POST.get("reason", "").strip()
            self.attempt(request, lambda: releases.rollback(actor=user, reason=reason), "Rolled back.")
        return redirect(LIST)

    def diff(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """What changed from another release to this one."""
        mine = LibraryRelease.objects.visible_to(curator(request))
        after = get_object_or_404(mine, id=key)
        before = get_object_or_404(mine, id=_uuid(request.GET.get("from", "")))
        found = releases.diff(before, after)
        wanted = [*found.added, *found.removed, *(key for pair in found.changed for key in pair)]
        rows = InsightVersion.objects.visible_to(request.user).in_bulk(wanted)
        shown = {
            "added": [rows[key] for key in found.added if key in rows],
            "removed": [rows[key] for key in found.removed if key in rows],
            "changed": [(rows[old], rows[new]) for old, new in found.changed if old in rows and new in rows],
        }
        title = f"From {before} to {after}"
        return self.screen(request, "release_diff.html", title, before=before, after=after, **shown)

    @admin.display(description="active", boolean=True, ordering="pinned")
    def is_active(self, release: Any) -> bool:
        """Whether new runs pin it."""
        return bool(release.pinned)

    @admin.display(description="versions", ordering="many")
    def size(self, release: Any) -> int:
        """How many versions it holds."""
        return int(release.many)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
