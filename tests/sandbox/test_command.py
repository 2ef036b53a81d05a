"""`manage.py sandbox_doctor` prints the table or one JSON object, and its exit code is the answer for a script."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from copilot.sandbox import doctor
from copilot.sandbox.outcome import Tier


def diagnosis(tier: Tier) -> doctor.Diagnosis:
    row = doctor.Row("read a file", tier is not Tier.NONE, "forbidden, PermissionError")
    return doctor.Diagnosis(tier, (row,), tier is not Tier.NONE, 7, True, 65534, 1.5, "x86_64", reason="because")


def run(monkeypatch: pytest.MonkeyPatch, tier: Tier, *switches: str) -> str:
    monkeypatch.setattr(doctor, "examine", lambda: diagnosis(tier))
    out = io.StringIO()
    try:
        call_command("sandbox_doctor", *switches, stdout=out)
    except SystemExit as end:
        out.write(f"exit {end.code}")
    return out.getvalue()


@pytest.mark.parametrize("tier", [Tier.FULL, Tier.NO_LANDLOCK])
def test_a_standing_wall_exits_with_zero(monkeypatch: pytest.MonkeyPatch, tier: Tier) -> None:
    text = run(monkeypatch, tier)
    assert "read a file  stopped" in text
    assert f"tier: {tier}" in text
    assert "exit" not in text


def test_tier_none_exits_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = run(monkeypatch, Tier.NONE)
    assert "GOT THROUGH" in text
    assert text.endswith("exit 1")


def test_json_is_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = json.loads(run(monkeypatch, Tier.FULL, "--json"))
    assert (answer["tier"], answer["rows"][0]["stopped"], answer["landlock_abi"]) == ("full", True, 7)
