"""An insight of a workspace or a person reaches further: its text is redacted first, and a draft comes of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from copilot.accounts.models import User, Workspace
from copilot.library import insights
from copilot.library.access import may_curate, may_edit
from copilot.library.admin.base import CuratorAdmin, change_url, curator
from copilot.library.admin.forms import ContentForm, as_form
from copilot.library.insights import content_of
from copilot.library.models import Insight, InsightVersion, Scope


class PromoteForm(ContentForm):
    """The redacted text, and how far it shall reach."""

    to = forms.ChoiceField(label="For")
    licence = forms.CharField(required=False, max_length=60, help_text="Of the text, such as MIT")
    redacted = forms.BooleanField(
        label="I have taken out what belongs to the workspace: names, numbers, texts of its tasks."
    )
    field_order = ["to"]

    def __init__(self, wider: list[Workspace | None], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = [(str(one.pk) if one else "everyone", str(one) if one else "Everyone") for one in wider]


class PromotePages(CuratorAdmin):
    """The page on which a text is redacted."""

    def promote(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """The newest text to redact; a draft in the wider scope comes of it, and the insight itself stays."""
        insight, user = self.seen(request, key), curator(request)
        newest = insight.versions.order_by("-number").first()
        wider = wider_than(insight, user)
        if newest is None or not wider:
            raise Http404("It reaches as far as you may let it reach.")
        form = PromoteForm(wider, request.POST or None, initial=as_form(content_of(newest)))
        made: list[InsightVersion] = []

        def go() -> None:
            to = next(one for one in wider if form.cleaned_data["to"] == (str(one.pk) if one else "everyone"))
            licence = form.cleaned_data["licence"]
            made.append(insights.promote(newest, form.content(), actor=user, to=to, licence=licence))

        if form.is_valid() and self.attempt(request, go, "A draft for more people. Someone else reviews it."):
            return redirect(change_url("insightversion", made[0].pk))
        title = f"Let more people have {newest.title or 'it'}"
        return self.screen(request, "promote.html", title, form=form, insight=insight)


def wider_than(insight: Insight, user: User) -> list[Workspace | None]:
    """The workspace, or everyone as None, that the user may bring the insight to."""
    if insight.scope == Scope.GLOBAL or not may_edit(user, insight):
        return []
    targets = [insight.workspace, None] if insight.scope == Scope.PRIVATE else [None]
    return [target for target in targets if may_curate(user, target)]
