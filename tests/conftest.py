"""The cast (alice owns, bob shares, charlie is refused) and a world without hashed files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from copilot.accounts.models import User

TESTS = Path(__file__).parent
# These take a worker long. Begun last, one of them would still run when the other worker has nothing left to do.
# None uses the test database, whose tests have an order of their own.
FIRST = (
    "up/test_product.py",
    "live/test_recovery.py",
    "drafting/structured/test_structured.py",
    "live/test_product.py",
    "solvers/test_mpax.py",
    "solvers/test_bad_files.py",
    "solvers/test_mps_beyond.py",
    "solvers/test_from_pyomo_beyond.py",
    "solvers/test_bench.py",
    "solvers/test_conformance.py",
)
_COMPILED = {  # every child that solves with JAX would compile the same functions anew
    "JAX_COMPILATION_CACHE_DIR": str(TESTS.parent / ".pytest_cache" / "jax"),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0",
}
for _name, _value in _COMPILED.items():
    os.environ.setdefault(_name, _value)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long modules first, in this order; the others, and the tests within each, in the order that they had."""
    places = {TESTS / name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(autouse=True)
def plain_world(request: pytest.FixtureRequest) -> None:
    """Static files by their own names (nothing was collected), and passwords hashed quickly."""
    if not request.config.pluginmanager.hasplugin("django"):
        return  # the pure rooms are tested without Django too
    settings = request.getfixturevalue("settings")
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where it is missing
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture(scope="session", autouse=True)
def _close_sandbox() -> Iterator[None]:
    """The line's sandbox, where a test has opened it, serves every test after and ends with the last."""
    yield
    engines = sys.modules.get("copilot.runs.engines")
    if engines is not None:
        engines.close()


@pytest.fixture
def alice(db: None) -> User:
    """Owns a workspace."""
    return _member("alice")


@pytest.fixture
def bob(alice: User) -> User:
    """A planner in alice's workspace, and in no other."""
    from copilot.accounts.services import workspace_of
    from tests.factories import MembershipFactory, UserFactory

    user: User = UserFactory(username="bob")
    MembershipFactory(workspace=workspace_of(alice), user=user)
    return user


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger, with a workspace of his own."""
    return _member("charlie")


def _member(name: str) -> User:
    from copilot.accounts.services import workspace_of
    from tests.factories import UserFactory

    user: User = UserFactory(username=name)
    workspace_of(user)
    return user
