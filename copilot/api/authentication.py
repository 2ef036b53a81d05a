"""Programs sign in with a token: `Authorization: Bearer wp_…`."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from copilot.accounts import tokens
from copilot.accounts.models import ApiToken, User

SCHEME = "Bearer"
NOT_IN_FORCE = "This token is unknown, revoked or past its last day. Make another on the page /api-tokens/."


class BearerToken(BaseAuthentication):
    """The user of a token in force. No cookie is involved, so no CSRF token is needed."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """User and token; None where no bearer token is sent."""
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != SCHEME.lower().encode():
            return None
        found = tokens.holder_of(secret.strip().decode("latin-1"))
        if found is None:
            raise AuthenticationFailed(NOT_IN_FORCE)
        return found

    def authenticate_header(self, request: Any) -> str:
        """What a visitor is asked for, with status 401."""
        return SCHEME
