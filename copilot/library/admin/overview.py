"""The front page: what waits for the curator, which release runs use, and what came in last."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from copilot.accounts.models import User
from copilot.library import import_reports, releases, reviewing
from copilot.library.models import InsightVersion, TaxonomyLabel
from copilot.library.states import WORDS


def overview(user: User) -> dict[str, Any]:
    """Figures and rows for the page, of what the user may see."""
    waiting = reviewing.queue(user)
    versions = InsightVersion.objects.visible_to(user).order_by()
    counted = dict(versions.values_list("state").annotate(many=Count("pk")))
    active = releases.active()
    return {
        "waiting": waiting.count(),
        "to_decide": reviewing.to_decide(waiting, user).count(),
        "states": [(state.value, word, counted.get(state.value, 0)) for state, word in WORDS.items()],
        "active": active,
        "active_size": active.items.count() if active else 0,
        "back": releases.before_active(),
        "proposed": TaxonomyLabel.objects.visible_to(user).filter(status=TaxonomyLabel.Status.PROPOSED).count(),
        "imports": import_reports.imports(user)[:3],
    }
