"""Releases: freeze a candidate, activate it, go back with one click, and read what changed between two."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern

from copilot.accounts.models import User, Workspace
from copilot.library import prepared, releases
from copilot.library.access import LibraryRefused, may_curate, owned_workspaces
from copilot.library.admin.base import CuratorAdmin, ForFilter, change_url, curator, log_url
from copilot.library.admin.comparing import changes
from copilot.library.admin.forms import ReachForm
from copilot.library.insights import CARRIED, content_of
from copilot.library.models import InsightVersion, LibraryRelease, ReleaseLabel, ReleaseMove

LIST = "admin:library_libraryrelease_changelist"
PAGE, LISTED, CHANGED, MOVES = 100, 500, 100, 20  # rows of a page; versions named in a comparison; shown in full; moves


class ReleaseForm(ReachForm):
    """For whom, a name, and what is new."""

    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autofocus": True}))
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False, label="What is new")


@admin.register(LibraryRelease)
class LibraryReleaseAdmin(CuratorAdmin):
    """Manifests, which of them is active, and the way back."""

    change_list_template = "admin/library/release_list.html"
    place = 4
    list_display = ["name", "is_active", "status", "size", "whom", "created_by", "created"]
    list_filter = ["status", ForFilter]
    list_select_related = ["workspace", "created_by"]
    search_fields = ["name", "note"]
    ordering = ["-created_at"]

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

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, with what a rollback would lead to."""
        rows = [(workspace, releases.before_active(workspace)) for workspace in _libraries(curator(request))]
        backs = [(workspace, before) for workspace, before in rows if before]
        return super().changelist_view(request, {"backs": backs} | (extra_context or {}))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """The release: its gate, its manifest, and what changed since the active one or another."""
        user = curator(request)
        release = self.seen(request, object_id)
        mine = self.get_queryset(request).filter(workspace=release.workspace_id)
        page = Paginator(_listed(user, release), PAGE).get_page(request.GET.get("page"))
        shown = {
            "release": release,
            "page": page,
            "others": mine.exclude(pk=release.pk),
            "suggested": _suggested(release),
            "may_curate": may_curate(user, release.workspace),
            "moves": _moves(release),
            "log": log_url("libraryrelease", [release.pk]),
        }
        return self.screen(request, "release_page.html", str(release), **shown)

    def make(self, request: HttpRequest) -> HttpResponse:
        """Freeze the newest active version of every insight for everyone, or of a workspace."""
        user = curator(request)
        form = ReleaseForm(user, request.POST or None)
        made: list[LibraryRelease] = []

        def frozen() -> None:
            workspace, name = form.cleaned_data["workspace"], form.cleaned_data["name"]
            made.append(releases.make(name, actor=user, workspace=workspace, note=form.cleaned_data["note"]))
            prepared.prepare(made[0])

        if form.is_valid() and self.attempt(request, frozen, "Made. It is a candidate until it is activated."):
            return redirect(change_url("libraryrelease", made[0].pk))
        would = [(workspace, *_would(workspace)) for workspace in _libraries(user)]
        return self.screen(request, "release_make.html", "Make a release", form=form, would=would)

    def activate(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Let new runs pin the release; one that skipped the gate needs a reason."""
        user = curator(request)
        release = self.seen(request, key)
        reason = request.POST.get("reason", "").strip()
        if request.method == "POST":
            self.attempt(
                request,
                lambda: releases.activate(release, actor=user, reason=reason, without_gate=bool(reason)),
                f"New runs use {release}. Runs that have started keep the release that they pinned.",
            )
        return redirect(change_url("libraryrelease", release.pk))

    def roll_back(self, request: HttpRequest) -> HttpResponse:
        """Go back to the release before the active one, after a page that says what that changes."""
        user = curator(request)
        asked = request.POST.get("workspace") or request.GET.get("workspace") or ""
        workspace = next((one for one in _libraries(user) if one and str(one.pk) == asked), None)
        before, active = releases.before_active(workspace), releases.active(workspace)
        if request.method == "POST":
            reason, met = request.POST.get("reason", "").strip(), request.POST.get("met", "")

            def back() -> None:
                if met and active and met != str(active.pk):  # a second click, or another curator was faster
                    raise LibraryRefused(f"Meanwhile {active} has become the active release. Nothing was changed.")
                releases.rollback(actor=user, workspace=workspace, reason=reason)

            self.attempt(request, back, f"New runs use {before} again. Runs that have started keep what they pinned.")
            return redirect(LIST)
        if before is None or active is None:
            self.message_user(request, "There is no release before this one to go back to.", messages.WARNING)
            return redirect(LIST)
        shown = {"workspace": workspace, "before": before, "active": active, **_compared(user, active, before)}
        return self.screen(request, "rollback.html", f"Roll back to {before}", **shown)

    def diff(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """What changed from another release to this one."""
        user = curator(request)
        after = self.seen(request, key)
        before = self.seen(request, request.GET.get("from", ""))
        shown = {"before": before, "after": after, **_compared(user, before, after)}
        return self.screen(request, "release_diff.html", f"From {before} to {after}", **shown)

    @admin.display(description="in use", ordering="pinned")
    def is_active(self, release: Any) -> str:
        """Whether new runs pin it."""
        return "Active" if release.pinned else ""

    @admin.display(description="versions", ordering="many")
    def size(self, release: Any) -> int:
        """How many versions it holds."""
        return int(release.many)

    @admin.display(description="for", ordering="workspace")
    def whom(self, release: LibraryRelease) -> str:
        """A workspace, or everyone."""
        return release.workspace.name if release.workspace else "Everyone"

    @admin.display(description="made", ordering="created_at")
    def created(self, release: LibraryRelease) -> str:
        """The day."""
        return f"{release.created_at:%-d %b %Y}"


def _libraries(user: User) -> list[Workspace | None]:
    """Those that the user curates: everyone's first, as None."""
    everyone: list[Workspace | None] = [None] if may_curate(user, None) else []
    return [*everyone, *owned_workspaces(user)]


def _suggested(release: LibraryRelease) -> LibraryRelease | None:
    """What a release is compared with first: the active one, and the active one with the one before it."""
    active = releases.active(release.workspace)
    return releases.before_active(release.workspace) if active == release else active


def _listed(user: User, release: LibraryRelease) -> Any:
    rows = InsightVersion.objects.visible_to(user).filter(release_items__release=release)
    return rows.select_related("insight", "author").order_by("title", "id")


def _moves(release: LibraryRelease) -> list[ReleaseMove]:
    rows = ReleaseMove.objects.filter(after=release).select_related("actor", "before").order_by("-id")
    return list(rows[:MOVES])


def _would(workspace: Workspace | None) -> tuple[LibraryRelease | None, int, releases.ReleaseDiff]:
    """The active release, how many versions a new one would hold, and how it would differ."""
    active = releases.active(workspace)
    new = {version.insight_id: version.pk for version in releases.newest_active(workspace)}
    return active, len(new), releases.compare(releases.manifest(active) if active else {}, new)


def _compared(user: User, before: LibraryRelease, after: LibraryRelease) -> dict[str, Any]:
    """Versions added and removed, and what changed in those that were replaced; the first LISTED of each."""
    found = releases.diff(before, after)
    wanted = [*found.added[:LISTED], *found.removed[:LISTED]]
    wanted += [key for pair in found.changed[:CHANGED] for key in pair]
    rows = InsightVersion.objects.visible_to(user).prefetch_related(CARRIED).in_bulk(wanted)
    pairs = [(rows[old], rows[new]) for old, new in found.changed[:CHANGED] if old in rows and new in rows]
    return {
        "added": [rows[key] for key in found.added if key in rows],
        "removed": [rows[key] for key in found.removed if key in rows],
        "changed": [(old, new, changes(content_of(old), content_of(new))) for old, new in pairs],
        "many": {"added": len(found.added), "removed": len(found.removed), "changed": len(found.changed)},
    }
