"""How often one user may call, and start work, in a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports this module


class _PerMinute(UserRateThrottle):
    """A limit of the settings; 0 means none."""

    setting = ""

    def get_rate(self) -> str | None:
        """Calls in a minute."""
        most = settings.COPILOT[self.setting]
        return f"{most}/min" if most else None


class Calls(_PerMinute):
    """Every call."""

    scope = "calls"
    setting = "API_CALLS_PER_MINUTE"


class Starts(_PerMinute):
    """Calls that start work or store something."""

    scope = "starts"
    setting = "API_STARTS_PER_MINUTE"

    def allow_request(self, request: Request, view: APIView | Any) -> bool:
        """Only what changes something counts."""
        return request.method in ("GET", "HEAD", "OPTIONS") or super().allow_request(request, view)
