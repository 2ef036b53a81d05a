"""A library is tried in a process of its own: whatever it does there, the asker gets a state with a reason."""

from __future__ import annotations

import time

import pytest

from solvers import probe
from solvers.base import AvailabilityState


@pytest.fixture(autouse=True)
def _fresh() -> None:
    probe.forget()


@pytest.mark.parametrize(
    ("program", "state", "reason"),
    [
        ("print('ready')", AvailabilityState.READY, ""),
        ("print('noise'); print('limited up to 3 rows')", AvailabilityState.LIMITED, "up to 3 rows"),
        ("import no_such_library", AvailabilityState.BROKEN, "No module named 'no_such_library'"),
        ("import os; os.abort()", AvailabilityState.BROKEN, "ended with code -6"),
        ("print('splendid')", AvailabilityState.BROKEN, "Acme does not work here"),
    ],
    ids=["ready", "limited", "import", "crash", "no answer"],
)
def test_every_end_of_a_trial_is_a_state(program: str, state: AvailabilityState, reason: str) -> None:
    found = probe.probed("Acme", program)
    assert found.state is state
    assert reason in found.reason


def test_a_trial_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "TIMEOUT_SECONDS", 0.3)
    began = time.monotonic()
    found = probe.probed("Acme", "import time; time.sleep(60)")
    assert time.monotonic() - began < 3
    assert found.state is AvailabilityState.BROKEN
    assert "did not answer within 0.3 seconds" in found.reason


def test_an_answer_is_kept_until_the_licence_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import os; print('limited', os.environ.get('GRB_LICENSE_FILE', 'none'), os.getpid())"
    first = probe.probed("Acme", program)
    assert probe.probed("Acme", program) is first
    monkeypatch.setenv("GRB_LICENSE_FILE", "elsewhere")
    second = probe.probed("Acme", program)
    assert second.reason.startswith("elsewhere")


def test_a_bad_answer_is_not_believed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = "raise SystemExit(3)"
    first = probe.probed("Acme", bad)
    assert probe.probed("Acme", bad) is first
    now = time.monotonic() + probe.BROKEN_SECONDS + 1
    monkeypatch.setattr("solvers.probe.time.monotonic", lambda: now)
    assert probe.probed("Acme", bad) is not first
