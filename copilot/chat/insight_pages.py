"""The page of one insight."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from copilot.chat.access import signed_in, user_of
from copilot.chat.lessons import insight_page


@require_safe
@signed_in
def insight(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """What one version of an insight says, where it comes from, and the reader's runs that it was considered for."""
    page = insight_page(user_of(request), version_id)
    if page is None:
        raise Http404("There is no such insight.")
    return render(request, "library/insight.html", {"page": page})
