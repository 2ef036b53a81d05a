"""Moves from the pages: one version with a reason, or many after a page that asks whether they are meant."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from copilot.library import moves
from copilot.library.access import LibraryRefused
from copilot.library.admin.base import CuratorAdmin, curator
from copilot.library.models import InsightVersion
from copilot.library.states import WORDS, State, may_follow

LISTED = 50  # of many versions that are named before they are moved


def confirm_retiring(
    model_admin: CuratorAdmin, request: HttpRequest, versions: QuerySet[Any], action: str
) -> HttpResponse | None:
    """Ask first, with a reason; then retire each version, checked and logged by itself."""
    live = versions.exclude(state=State.RETIRED).select_related("insight")
    if request.POST.get("confirm"):
        reason = request.POST.get("reason", "").strip()
        move_all(model_admin, request, live, State.RETIRED, reason or "chosen in a list")
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": "Retire versions",
        "versions": live.order_by("insight__created_at", "-number")[:LISTED],
        "many": live.count(),
        "serving": live.filter(state=State.ACTIVE).count(),
        "action": action,
        "chosen": request.POST.getlist("_selected_action"),
        "select_across": request.POST.get("select_across", "0"),
    }
    return TemplateResponse(request, "admin/library/confirm.html", context)


def move_all(model_admin: CuratorAdmin, request: HttpRequest, versions: QuerySet[Any], to: State, reason: str) -> None:
    """Move each version that may go there, and say how many went, how many stayed, and why."""
    rows = list(versions.order_by("id").values_list("id", "state"))
    moved, refusals = 0, dict[str, int]()
    for key, state in rows:
        why = ""
        if state == to or not may_follow(State(state), to):
            why = f"{WORDS[State(state)]} before."
        else:
            try:
                moved += moves.move(key, State(state), to, actor=curator(request), reason=reason)
            except LibraryRefused as refused:
                why = str(refused)
        if why:
            refusals[why] = refusals.get(why, 0) + 1
    model_admin.message_user(request, f"{WORDS[to]}: {moved}.", messages.SUCCESS if moved else messages.WARNING)
    for why, many in refusals.items():
        model_admin.message_user(request, f"Left as it was: {many}. {why}", messages.WARNING)


def move_one(model_admin: CuratorAdmin, request: HttpRequest, version: InsightVersion) -> None:
    """The move that a page asks for, with its reason."""
    to, reason = request.POST.get("to", ""), request.POST.get("reason", "").strip()
    if to not in set(State):
        return
    said = f"{version}: {WORDS[State(to)].lower()}."

    def go() -> None:
        if not moves.move(version.pk, State(version.state), State(to), actor=curator(request), reason=reason):
            raise LibraryRefused("Someone else has moved it meanwhile. This is where it stands now.")

    model_admin.attempt(request, go, said)
