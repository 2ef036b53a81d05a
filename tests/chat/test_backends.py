"""What solvers can do here is asked in the background; a page shows what is known and never waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.chat import backends
from solvers.base import Availability, AvailabilityState

REAL_LOOK = backends._look
STATES = {
    "highs": Availability(AvailabilityState.READY),
    "gurobi": Availability(AvailabilityState.LIMITED, "A licence is needed for more than 2000 rows.", max_rows=2000),
    "scip": Availability(AvailabilityState.ABSENT, "SCIP is not installed here."),
}


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, backends_known: None) -> Iterator[threading.Event]:
    """Backends that answer once the gate is open."""
    gate = threading.Event()

    def answers(name: str) -> SimpleNamespace:
        return SimpleNamespace(availability=lambda: gate.wait(20) and STATES[name])

    monkeypatch.setattr(backends, "_look", REAL_LOOK)
    monkeypatch.setattr(backends, "SOLVERS", {name: answers(name) for name in STATES})
    backends.forget()
    yield gate
    gate.set()
    _settled()
    backends.forget()


def _settled() -> None:
    deadline = time.monotonic() + 20
    while backends._looking.is_set():
        assert time.monotonic() < deadline, "it never ended"
        time.sleep(0.01)


def test_until_the_answers_are_there_every_solver_can_be_chosen(
    gate: threading.Event, alice: User, client: Client
) -> None:
    client.force_login(alice)
    text = client.get("/").content.decode()
    assert "SCIP (checking…)" in text
    assert "disabled>SCIP" not in text
    assert backends._looking.is_set()  # the page did not wait for it


def test_afterwards_each_has_its_state_and_the_reason(gate: threading.Event, alice: User, client: Client) -> None:
    client.force_login(alice)
    client.get("/")
    gate.set()
    _settled()
    text = client.get("/").content.decode()
    assert ">HiGHS</option>" in text
    assert ">Gurobi (limited)</option>" in text
    assert "disabled>SCIP (not installed)</option>" in text
    assert "A licence is needed for more than 2000 rows." in text
    assert not backends._looking.is_set()  # a fresh answer is not asked for again


def test_one_that_breaks_the_question_leaves_the_others_known(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.set()
    backends.here()
    _settled()
    broken = SimpleNamespace(availability=lambda: 1 / 0)
    monkeypatch.setattr(backends, "SOLVERS", {"highs": backends.SOLVERS["highs"], "odd": broken})
    backends._asked.clear()
    backends.here()
    _settled()
    assert [(one.name, one.word) for one in backends.here()] == [("auto", ""), ("highs", "ready"), ("odd", "checking…")]
