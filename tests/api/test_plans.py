"""`/api/v1/runs/…`: solving again for several plans, and reading them with what is promised; strangers get 404."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from copilot.accounts.models import Membership, User
from copilot.accounts.services import workspace_of
from copilot.runs import pipeline, queue
from copilot.runs.models import Run
from tests.factories import MembershipFactory
from tests.runs.fakes import FORMULATION
from tests.runs.finished import waiting, workshop


@pytest.fixture(autouse=True)
def _no_doorbell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "ring_worker", lambda run_id: True)


@pytest.fixture
def run(alice: User) -> Run:
    return waiting(alice, workshop(whole=True), FORMULATION)


@pytest.fixture
def caller(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def solve(client: Client, run: Run, **body: Any) -> Any:
    return client.post(f"/api/v1/runs/{run.id}/solves", body, content_type="application/json")


@pytest.mark.django_db(transaction=True)
def test_several_plans_are_asked_for_and_read(run: Run, caller: Client) -> None:
    response = solve(caller, run, solver="scip", pool_size=4)
    assert response.status_code == 202
    again = response.json()
    assert (again["status"], again["pool_size"]) == ("queued", 4)
    assert again["run_id"] != str(run.id)
    waited = caller.get(response["Location"])
    assert (waited.status_code, waited["Retry-After"]) == (202, "2")
    pipeline.execute(Run.objects.get(id=again["run_id"]).id)
    answer = caller.get(response["Location"]).json()
    assert answer["status"] == "succeeded"
    found = answer["pool"]
    assert found["promise"] == "found_on_the_way"
    assert found["asked"] == 4
    first, *others = found["solutions"]
    assert first["variables"] == {"desks": 30, "chairs": 40}
    assert 1 <= len(others) <= 3
    assert all(one["verification"] == "passed" and one["distance"] > 0 for one in others)
    assert all(one["changes"]["count"] >= 1 for one in others)


def test_what_is_not_said_stays_as_it_was(run: Run, caller: Client) -> None:
    Run.objects.filter(id=run.id).update(solver="scip", time_limit_seconds=7.0, pool_size=3)
    again = Run.objects.get(id=solve(caller, run).json()["run_id"])
    assert (again.kind, again.solver, again.time_limit_seconds, again.pool_size) == ("solve", "scip", 7.0, 3)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"pool_size": 0}, "Between 1 and 50"),
        ({"pool_size": 51}, "Between 1 and 50"),
        ({"pool_size": "many"}, "integer"),
        ({"solver": "cplex"}, "cplex"),
        ({"time_limit_seconds": -1}, "time limit"),
        ({"relative_gap": 2}, "gap"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_in_words(body: dict[str, Any], said: str, run: Run, caller: Client) -> None:
    before = Run.objects.count()
    response = solve(caller, run, **body)
    assert response.status_code == 400
    assert said in str(response.json())
    assert Run.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_run_for_one_plan_has_no_pool(run: Run, caller: Client) -> None:
    pipeline.execute(run.id)
    assert caller.get(f"/api/v1/runs/{run.id}/pool").json()["pool"] is None


def test_members_read_planners_solve_and_strangers_find_nothing(
    run: Run, alice: User, bob: User, charlie: User, client: Client
) -> None:
    reader = MembershipFactory(workspace=workspace_of(alice), role=Membership.Role.VIEWER).user
    for person, read, write in ((bob, 202, 202), (reader, 202, 400), (charlie, 404, 404)):
        client.force_login(person)
        assert client.get(f"/api/v1/runs/{run.id}/pool").status_code == read
        assert solve(client, run).status_code == write
    assert client.get(f"/api/v1/runs/{uuid4()}/pool").status_code == 404
    client.logout()
    assert client.get(f"/api/v1/runs/{run.id}/pool").status_code == 403
