"""A worker killed in the middle of a solve loses nothing and doubles nothing, whatever the broker and the database."""

from __future__ import annotations

import contextlib
import os
import socket
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from kombu import Connection

from tests.live.deployment import Deployment, hard_text

POSTGRES = "postgres://postgres@127.0.0.1:5432"
REDIS = "redis://127.0.0.1:6379"
RABBITMQ = "amqp://guest:guest@127.0.0.1:5672//"
WORKSHOP = "maximize 70 desks + 40 chairs\nsubject to\ncarpentry: 4 desks + 3 chairs <= 240\ninteger desks, chairs"
DEPLOYMENTS = {
    "redis, sqlite": {"REDIS_URL": f"{REDIS}/9"},
    "redis, postgresql": {"REDIS_URL": f"{REDIS}/10", "DATABASE_URL": POSTGRES},
    "rabbitmq, sqlite": {"REDIS_URL": f"{REDIS}/11", "CELERY_BROKER_URL": RABBITMQ},
}
pytestmark = [pytest.mark.services, pytest.mark.timeout(180)]


def require(port: int, what: str) -> None:
    """Skip, saying so, where the service does not answer."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        pytest.skip(f"{what} does not answer on 127.0.0.1:{port}")


@contextlib.contextmanager
def own_database(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """A PostgreSQL database for one test, dropped afterwards."""
    if "DATABASE_URL" not in environment:
        yield environment
        return
    require(5432, "PostgreSQL")
    name = f"line_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        try:
            yield environment | {"DATABASE_URL": f"{POSTGRES}/{name}"}
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in sorted(DEPLOYMENTS)]
)
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """One deployment for the tests of each kind: its database, its driver, and a worker that they start and kill."""
    environment = DEPLOYMENTS[request.param]
    require(6379, "Redis")
    if "CELERY_BROKER_URL" in environment:
        require(5672, "RabbitMQ")
    # a queue of its own: other tests use the same broker at the same time
    environment = environment | {"COPILOT_QUEUE": f"test-{os.getpid()}-{uuid.uuid4().hex[:6]}"}
    with own_database(environment) as settings:
        deployment = Deployment(tmp_path_factory.mktemp("deployment"), **settings)
        try:
            yield deployment
        finally:
            deployment.close()
            if "CELERY_BROKER_URL" in environment:
                with Connection(RABBITMQ) as broker:
                    broker.channel().queue_delete(environment["COPILOT_QUEUE"])


def solving(state: dict[str, Any]) -> bool:
    return any(kind == "solve.progress" for _, kind in state["events"])


def finished(state: dict[str, Any]) -> bool:
    return state["lifecycle"] not in ("queued", "running", "cancelling")


def test_a_worker_killed_mid_solve_is_recovered_and_nothing_is_doubled(deployment: Deployment) -> None:
    deployment.need_worker()
    quick = deployment.do("start", text=WORKSHOP)["run"]
    slow = deployment.do("start", text=hard_text(), time_limit_seconds=4.0)["run"]
    deployment.wait(quick, finished)
    before = deployment.wait(slow, solving)
    deployment.kill_worker()
    deployment.need_worker()
    after = deployment.wait(slow, finished)
    types = [kind for _, kind in after["events"]]
    assert after["lifecycle"] == "succeeded", after["message"]
    assert after["attempt"] == 2
    assert after["events"][: len(before["events"])] == before["events"]
    assert [sequence for sequence, _ in after["events"]] == list(range(1, len(after["events"]) + 1))
    for once in ("draft.proposed", "instance.built", "version.saved", "run.finished", "run.recovered"):
        assert types.count(once) == 1, once
    assert after["versions"] == 1
    assert after["result"]["objective_value"] > 0


def test_a_run_posted_while_no_worker_lives_starts_when_one_comes(deployment: Deployment) -> None:
    deployment.kill_worker()
    run = deployment.do("start", text=WORKSHOP)["run"]
    assert deployment.do("state", run=run)["lifecycle"] == "queued"
    deployment.need_worker()
    assert deployment.wait(run, finished)["lifecycle"] == "succeeded"


def test_stop_reaches_a_worker_in_another_process(deployment: Deployment) -> None:
    deployment.need_worker()
    run = deployment.do("start", text=hard_text(), time_limit_seconds=60.0)["run"]
    deployment.wait(run, solving)
    deployment.do("cancel", run=run)
    state = deployment.wait(run, finished, seconds=10)
    assert state["lifecycle"] == "cancelled"
    assert state["result"]["objective_value"] > 0
