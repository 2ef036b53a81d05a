"""Verbs on the tokens by which programs sign in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from copilot.accounts.models import ApiToken, User

PREFIX = "wp_"
MOST_TOKENS = 50
MOST_DAYS = 3_650
NOTED_EVERY = timedelta(minutes=1)


class TokenRefused(Exception):
    """A token cannot be made; the message is a sentence for the user."""


def issue(*, user: User, name: str, days: int | None = None) -> tuple[ApiToken, str]:
    """A new token and its secret, which nobody can read again. `days` None: it lasts until it is revoked."""
    name = " ".join(name.split())
    if not name or len(name) > 60 or not name.isprintable():
        raise TokenRefused("Give the token a name of 1 to 60 characters, such as the program that will use it.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise TokenRefused(f"A token lasts from 1 to {MOST_DAYS:,} days. Leave the field empty for one without an end.")
    if ApiToken.objects.visible_to(user).in_force().count() >= MOST_TOKENS:
        raise TokenRefused(f"You have {MOST_TOKENS} tokens in force. Revoke one that is no longer used.")
    secret = PREFIX + secrets.token_urlsafe(32)
    ends = None if days is None else timezone.now() + timedelta(days=days)
    token = ApiToken.objects.create(user=user, name=name, digest=_digest(secret), start=secret[:8], expires_at=ends)
    return token, secret


def holder_of(secret: str) -> tuple[User, ApiToken] | None:
    """Who a secret belongs to, while its token is in force; notes that it was used, at most once a minute."""
    found = ApiToken.objects.in_force().filter(digest=_digest(secret)).select_related("user").first()
    if found is None:
        return None
    now = timezone.now()
    if found.used_at is None or now - found.used_at > NOTED_EVERY:
        ApiToken.objects.filter(pk=found.pk).update(used_at=now)
    return found.user, found


def revoke(*, user: User, token_id: int) -> bool:
    """End a token of the user's; revoking twice changes nothing. Returns whether it is there."""
    mine = ApiToken.objects.visible_to(user).filter(pk=token_id)
    mine.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())
    return mine.exists()


def _digest(secret: str) -> str:
    """The secret is long and random, so a plain hash cannot be searched back."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
