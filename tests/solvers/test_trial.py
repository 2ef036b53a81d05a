"""A first-order engine is believed only when it solves two tiny problems rightly, and says on what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solvers import trial
from solvers.base import Availability, AvailabilityState
from solvers.device import Driver
from solvers.highs import Highs
from solvers.registry import SOLVERS
from solvers.result import Result


class Engine:
    """HiGHS under another name, on a device and with an error of the test's choice."""

    def __init__(self, *, device: str = "", error: float = 0.0, fault: Exception | None = None) -> None:
        self.device, self.error, self.fault = device, error, fault

    def solve(self, instance: Any, **arguments: Any) -> Result:
        if self.fault is not None:
            raise self.fault
        result = Highs().solve(instance, **arguments)
        value = None if result.objective_value is None else result.objective_value + self.error
        return replace(result, device=self.device, objective_value=value)


@pytest.mark.parametrize(
    ("engine", "state", "words"),
    [
        (Engine(device="NVIDIA H100"), AvailabilityState.READY, "on NVIDIA H100"),
        (Engine(device="cpu"), AvailabilityState.CPU_ONLY, "the NVIDIA driver sees NVIDIA T4"),
        (Engine(device="NVIDIA H100", error=1.0), AvailabilityState.BROKEN, "fails on a tiny problem"),
        (Engine(fault=ImportError("libcublas.so.13")), AvailabilityState.BROKEN, "cannot be loaded: libcublas.so.13"),
        (Engine(fault=RuntimeError("no kernel image")), AvailabilityState.BROKEN, "RuntimeError: no kernel image"),
    ],
    ids=["gpu", "cpu", "wrong", "library", "error"],
)
def test_a_trial_ends_in_a_state_with_its_reason(
    engine: Engine, state: AvailabilityState, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOLVERS, "engine", engine)  # type: ignore[arg-type]
    monkeypatch.setattr(trial, "driver", lambda: Driver(version="13.0", devices=("NVIDIA T4",)))
    found, device, reason = trial.tried("engine")
    assert found is state
    assert device == engine.device
    assert words in reason
    assert "GPU not verified" in reason


def test_an_engine_on_the_cpu_is_usable_and_says_so() -> None:
    assert Availability(AvailabilityState.CPU_ONLY)
    found = SOLVERS["mpax"].availability()
    if found.state is AvailabilityState.ABSENT:
        pytest.skip("NOT VERIFIED here: mpax is not installed")
    if found.state is AvailabilityState.READY:
        pytest.skip("NOT VERIFIED here: mpax has a GPU")
    assert found.state is AvailabilityState.CPU_ONLY, found.reason
    assert found.device == "cpu"
    assert "GPU not verified" in found.reason
