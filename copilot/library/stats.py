"""Figures about the library: what is there, in which state, and what came of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from copilot.library import releases
from copilot.library.models import (
    Episode,
    Insight,
    InsightUse,
    InsightVersion,
    LibraryRelease,
    TaxonomyLabel,
    TrialRecord,
)
from copilot.library.states import State


def figures() -> dict[str, Any]:
    """Counts over all scopes; no text of anyone."""
    states = _counts(InsightVersion.objects.order_by().values_list("state").annotate(many=Count("id")))
    active = releases.active()
    return {
        "insights": Insight.objects.count(),
        "versions": {state.value: states.get(state.value, 0) for state in State},
        "scopes": _counts(Insight.objects.order_by().values_list("scope").annotate(many=Count("id"))),
        "origins": _counts(InsightVersion.objects.order_by().values_list("origin").annotate(many=Count("id"))),
        "labels": _counts(TaxonomyLabel.objects.order_by().values_list("status").annotate(many=Count("id"))),
        "releases": LibraryRelease.objects.count(),
        "active_release": active.name if active else None,
        "active_release_size": active.items.count() if active else 0,
        "episodes": _counts(Episode.objects.order_by().values_list("origin").annotate(many=Count("id"))),
        "uses": _counts(InsightUse.objects.order_by().values_list("role").annotate(many=Count("id"))),
        "outcomes": _counts(
            InsightUse.objects.exclude(outcome="").order_by().values_list("outcome").annotate(many=Count("id"))
        ),
        "trials": TrialRecord.objects.count(),
    }


def _counts(rows: Any) -> dict[str, int]:
    return {str(name): many for name, many in rows}
