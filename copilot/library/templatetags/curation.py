"""What the admin's front page shows of the library."""

from __future__ import annotations

from typing import Any

from django import template

from copilot.accounts.models import User
from copilot.library.access import may_curate_any
from copilot.library.admin.overview import overview

register = template.Library()


@register.simple_tag(takes_context=True)
def curation(context: dict[str, Any]) -> dict[str, Any] | None:
    """Figures for a curator; None for anyone else."""
    user = context["request"].user
    return overview(user) if isinstance(user, User) and may_curate_any(user) else None
