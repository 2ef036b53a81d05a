"""Sandboxes for the tests: the ordinary one, the wall without its linter, and walls with layers taken out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from copilot.sandbox import process
from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import Tier
from tests.sandbox.scene import Scene

NO_LANDLOCK = "from copilot.sandbox import landlock; landlock.abi = lambda libc: 0"
NO_SECCOMP = "from copilot.sandbox import seccomp; seccomp.ARCHITECTURES.clear()"
# Enough for most tests, and started in half the time: programs of the tests in question import Pyomo and numpy only.
LIGHT = "from copilot.sandbox import template; template.PRELOAD = ('pyomo.environ',)"
NO_WALL = """
import os
from copilot.sandbox import lockdown, wire
lockdown.apply = lambda libc, **limits: wire.Layers(seccomp=False, landlock=0, rlimits=False)
lockdown.drop_privileges = os.geteuid
lockdown.hide = lambda libc: None
"""


def patch_boot(monkeypatch: pytest.MonkeyPatch, patch: str) -> None:
    """Have every template that starts from now on run `patch` first."""
    marker = "from copilot.sandbox.template import main"
    monkeypatch.setattr(process, "_BOOT", process._BOOT.replace(marker, f"{patch}\n{marker}"))


@contextmanager
def sandbox_without(patch: str, *, unsafe: bool = False) -> Iterator[Sandbox]:
    """A sandbox without the linter whose template runs `patch` first: how tests take layers of the wall out."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        patch_boot(monkeypatch, patch)
        sandbox = Sandbox(gate=False, unsafe=unsafe)
        sandbox.start()
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """What a hostile program would be after; made before any template, whose environment must not show the secret."""
    if sys.platform != "linux":
        pytest.skip("The wall is made of Linux system calls; elsewhere the sandbox refuses to build.")
    with Scene(tmp_path_factory.mktemp("scene")) as scene:
        yield scene


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """As the application uses it."""
    sandbox = Sandbox()
    yield standing(sandbox)
    sandbox.close()


@pytest.fixture(scope="session")
def wall(scene: Scene) -> Iterator[Sandbox]:
    """The wall alone, as it stands on this machine."""
    with sandbox_without("") as sandbox:
        yield standing(sandbox)


@pytest.fixture(scope="session")
def wall_without_landlock(scene: Scene) -> Iterator[Sandbox]:
    """The wall as it would stand on a kernel that has seccomp and no Landlock."""
    with sandbox_without(f"{LIGHT}\n{NO_LANDLOCK}") as sandbox:
        assert sandbox.tier is not Tier.FULL
        yield standing(sandbox)


@pytest.fixture(scope="session")
def landlock_alone(scene: Scene) -> Iterator[Sandbox]:
    """Landlock and rlimits without seccomp, which the sandbox only runs when told that it is unsafe."""
    with sandbox_without(f"{LIGHT}\n{NO_SECCOMP}", unsafe=True) as sandbox:
        if not sandbox.start().layers.landlock:
            pytest.skip("This kernel has no Landlock.")
        yield sandbox


@pytest.fixture(scope="session")
def no_wall(scene: Scene) -> Iterator[Sandbox]:
    """No layer at all: the control that shows an attack would work."""
    with sandbox_without(f"{LIGHT}\n{NO_WALL}", unsafe=True) as sandbox:
        yield sandbox


def standing(sandbox: Sandbox) -> Sandbox:
    """The sandbox, or a skip that says why there is nothing to test."""
    if sandbox.tier is Tier.NONE:
        pytest.skip("This machine has no seccomp, so there is no wall to attack: the sandbox refuses to build.")
    return sandbox
