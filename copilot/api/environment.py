"""What the settings say of the REST door: who may come in, what errors look like, and how often one may knock."""

from __future__ import annotations

from typing import Any


def rest_framework() -> dict[str, Any]:
    """The policies of every view of the door."""
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "copilot.api.authentication.BearerToken",
            "rest_framework.authentication.SessionAuthentication",
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["copilot.api.parsing.BoundedJson"],
        "DEFAULT_THROTTLE_CLASSES": ["copilot.api.throttles.Calls", "copilot.api.throttles.Starts"],
        "EXCEPTION_HANDLER": "copilot.api.errors.answered",
    }


def api_limits(env: Any) -> dict[str, Any]:
    """How often one user may call in a minute, and start work; counted in each web process, 0 means without limit."""
    return {
        "API_CALLS_PER_MINUTE": env.int("COPILOT_API_CALLS_PER_MINUTE", default=600),
        "API_STARTS_PER_MINUTE": env.int("COPILOT_API_STARTS_PER_MINUTE", default=60),
    }
