"""Programs that call the API: no doorbell leaves a test, and nobody is slowed down unless a test asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from copilot.accounts import tokens
from copilot.accounts.models import User
from copilot.runs import bell, queue


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(queue, "ring_worker", lambda run_id: True)
    monkeypatch.setattr(bell, "ring", lambda run_id: None)


class Program:
    """A client that signs in with a token, and expects CSRF checks where there are any."""

    def __init__(self, user: User) -> None:
        self.secret = tokens.issue(user=user, name="test")[1]
        self._client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {self.secret}"})

    def get(self, address: str, **query: Any) -> Any:
        """A read."""
        return self._client.get(_whole(address), query)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        """A JSON body; bytes go as they are."""
        return self._client.post(
            _whole(address), {} if body is None else body, content_type="application/json", headers=headers
        )

    def send(self, address: str, form: dict[str, Any]) -> Any:
        """Multipart form data."""
        return self._client.post(_whole(address), form)


def _whole(address: str) -> str:
    return address if address.startswith("/") else f"/api/v1/{address}"


@pytest.fixture
def program(alice: User) -> Program:
    return Program(alice)
