"""The cast (alice owns, bob shares, charlie is refused) and a world without broker, worker or hashed files."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.accounts.models import Membership, User
from copilot.accounts.services import workspace_of
from tests.factories import MembershipFactory, UserFactory


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Static files by their own names: nothing was collected."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where it is missing
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def alice(db: None) -> User:
    """Owns a workspace."""
    user: User = UserFactory(username="alice")
    workspace_of(user)
    return user


@pytest.fixture
def bob(alice: User) -> User:
    """A planner in alice's workspace."""
    user: User = UserFactory(username="bob")
    MembershipFactory(workspace=workspace_of(alice), user=user, role=Membership.Role.PLANNER)
    return user


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger, with a workspace of his own."""
    user: User = UserFactory(username="charlie")
    workspace_of(user)
    return user
