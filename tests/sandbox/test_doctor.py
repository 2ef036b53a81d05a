"""The doctor names the tier from canaries in a real child, and notices a wall with a hole in it."""

from __future__ import annotations

import json

import pytest

from copilot.sandbox import doctor
from copilot.sandbox.canaries import CANARIES
from copilot.sandbox.outcome import Tier
from tests.sandbox.conftest import LIGHT, NO_SECCOMP, NO_WALL, patch_boot

UNLIMITED = {"take three gigabytes", "print without end", "loop without end"}  # not to be tried without limits


def patched(monkeypatch: pytest.MonkeyPatch, patch: str) -> doctor.Diagnosis:
    patch_boot(monkeypatch, f"{LIGHT}\n{patch}")
    return doctor.examine()


def test_the_tier_is_full_exactly_where_every_canary_is_stopped() -> None:
    diagnosis = doctor.examine()
    if not diagnosis.seccomp:
        assert diagnosis.tier is Tier.NONE
        pytest.skip("This machine has no seccomp; the doctor says so, and the canaries cannot be stopped here.")
    assert [row.canary for row in diagnosis.rows if not row.stopped] == []
    assert diagnosis.tier is (Tier.FULL if diagnosis.landlock_abi else Tier.NO_LANDLOCK)
    assert f"tier: {diagnosis.tier}" in diagnosis.as_table()
    assert json.loads(json.dumps(diagnosis.as_dict()))["tier"] == diagnosis.tier


def test_without_seccomp_the_tier_is_none_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CANARIES", CANARIES[:1])
    diagnosis = patched(monkeypatch, NO_SECCOMP)
    assert diagnosis.tier is Tier.NONE
    assert "no seccomp" in diagnosis.reason


def test_without_a_wall_the_canaries_get_through_and_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = NO_WALL.replace("seccomp=False, landlock=0, rlimits=False", "seccomp=True, landlock=7, rlimits=True")
    quiet = claim + "lockdown.verify = lambda *_: None\n"
    monkeypatch.setattr(doctor, "CANARIES", [one for one in CANARIES if one.name not in UNLIMITED])
    diagnosis = patched(monkeypatch, quiet)
    through = {row.canary for row in diagnosis.rows if not row.stopped}
    assert {"read a file", "write a file", "connect by TCP", "send by UDP", "run a command"} <= through
    assert {"end another process", "start a process", "make memory executable"} <= through
    assert diagnosis.tier is Tier.NONE
    assert "read a file" in diagnosis.reason


def test_a_machine_where_the_template_cannot_start_is_diagnosed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    diagnosis = patched(monkeypatch, "raise SystemExit(3)")
    assert diagnosis.tier is Tier.NONE
    assert "ended while it started" in diagnosis.reason
    assert "tier: none" in diagnosis.as_table()
