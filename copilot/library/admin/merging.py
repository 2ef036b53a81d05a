"""Two insights become one: both texts, a form that starts from them, a preview, and then a draft."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from copilot.accounts.models import User
from copilot.library import insights, moves
from copilot.library.admin.base import CuratorAdmin, change_url, curator
from copilot.library.admin.forms import ContentForm, as_form
from copilot.library.content import Content
from copilot.library.insights import Provenance, Reach, content_of
from copilot.library.lint import lint
from copilot.library.models import Insight, InsightVersion, Lineage, Origin, Scope
from copilot.library.states import State, may_follow

_WIDEST_LAST = (Scope.PRIVATE, Scope.WORKSPACE, Scope.GLOBAL)


class MergePages(CuratorAdmin):
    """The page that merges two insights."""

    def merge(self, request: HttpRequest, first: UUID, second: UUID) -> HttpResponse:
        """Preview with the button `preview`; with `save`, store the merged draft."""
        user = curator(request)
        parents = [_newest(user, first), _newest(user, second)]
        if first == second:
            raise Http404("An insight is merged with another one.")
        form = ContentForm(request.POST or None, initial=as_form(united(*parents)))
        if form.is_valid() and request.POST.get("verb") == "save":
            made: list[InsightVersion] = []
            retire = bool(request.POST.get("retire"))
            if self.attempt(request, lambda: made.append(_store(form.content(), parents, user, retire)), "Merged."):
                return redirect(change_url("insight", made[0].insight_id))
        preview = form.content() if form.is_valid() else None
        shown: dict[str, Any] = {"parents": parents, "form": form, "preview": preview}
        shown["findings"] = lint(preview) if preview else ()
        return self.screen(request, "merge.html", "Merge two insights", **shown)


def united(first: InsightVersion, second: InsightVersion) -> Content:
    """Where a merge starts: the first one's text and title, with the conditions and labels of both."""
    mine, other = content_of(first), content_of(second)
    return replace(
        mine,
        applies_when=_both(mine.applies_when, other.applies_when),
        not_when=_both(mine.not_when, other.not_when),
        explanation=_both(mine.explanation, other.explanation),
        labels=tuple(dict.fromkeys([*mine.labels, *other.labels])),
    )


def _both(mine: str, other: str) -> str:
    return mine if other in mine else f"{mine}\n{other}".strip()


def _newest(user: User, insight_id: UUID) -> InsightVersion:
    rows = InsightVersion.objects.visible_to(user).filter(insight_id=insight_id)
    version = rows.select_related("insight__workspace", "insight__owner").order_by("-number").first()
    if version is None:
        raise Http404
    return version


@transaction.atomic
def _store(content: Content, parents: list[InsightVersion], user: User, retire: bool) -> InsightVersion:
    """The merged draft reaches as far as the narrower parent; both parents retire with it where that is wished."""
    narrow: Insight = min((parent.insight for parent in parents), key=lambda row: _WIDEST_LAST.index(Scope(row.scope)))
    findings = [finding.to_json() for finding in lint(content)]
    version = insights.derive(
        content,
        Provenance(origin=Origin.MERGED, author=user, findings=findings),
        parents=parents,
        kind=Lineage.Kind.MERGE,
        reach=Reach(narrow.workspace, narrow.owner),
    )
    for parent in parents if retire else ():
        if may_follow(State(parent.state), State.RETIRED):
            moves.move(parent.pk, State(parent.state), State.RETIRED, actor=user, reason=f"merged into {version.pk}")
    return version
