"""Several plans through the API: asked for by a message and a solve again, read with what is promised, and as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from copilot.accounts.models import User
from copilot.runs import pipeline
from copilot.runs.models import Run, Solution
from tests.api.conftest import Program
from tests.runs.fakes import FORMULATION
from tests.runs.finished import waiting, workshop


@pytest.fixture
def run(alice: User) -> Run:
    return waiting(alice, workshop(whole=True), FORMULATION)


def text_of(response: Any) -> str:
    return b"".join(response.streaming_content).decode()


@pytest.mark.django_db(transaction=True)
def test_several_plans_are_asked_for_and_read(run: Run, program: Program) -> None:
    again = program.post(f"runs/{run.id}/solve", {"solver": "scip", "pool_size": 4}).json()
    assert again["pool_size"] == 4
    pipeline.execute(Run.objects.get(id=again["id"]).id)
    answer = program.get(again["result"]).json()
    found = answer["pool"]
    assert (answer["status"], found["promise"], found["asked"]) == ("succeeded", "found_on_the_way", 4)
    first, *others = found["solutions"]
    assert first["variables"] == {"desks": 30, "chairs": 40}
    assert 1 <= len(others) <= 3
    assert all(one["verification"] == "passed" and one["distance"] > 0 for one in others)
    assert all(one["changes"]["count"] >= 1 for one in others)
    rows = list(csv.reader(io.StringIO(text_of(program.get(f"runs/{again['id']}/plans.csv")))))
    assert rows[0] == ["name", "label", "unit", *(f"Plan {place}" for place in range(1, 2 + len(others)))]
    assert [float(value) for value in rows[1][3:]] == [one["objective_value"] for one in found["solutions"]]
    usual = text_of(program.get(f"runs/{again['id']}/solution.csv"))
    desks, chairs = (round(float(row[3])) for row in list(csv.reader(io.StringIO(usual)))[1:])
    assert (desks, chairs) == (30, 40)  # the final one, not the last that is kept
    other = text_of(program.get(f"runs/{again['id']}/solution.csv", solution=str(others[0]["number"])))
    assert other != usual
    Solution.objects.filter(run_id=again["id"]).update(values=b"no vector")
    assert program.get(f"runs/{again['id']}/plans.csv").status_code == 404
    assert program.get(again["result"]).json()["pool"]["solutions"][0]["variables"] is None


def test_a_message_asks_for_as_many_as_it_says(program: Program) -> None:
    sent = {"text": "maximize 3 x\nx <= 4\nx integer", "pool_size": 3}
    assert program.post("conversations", sent).json()["run"]["pool_size"] == 3
    assert program.post("conversations", {"text": "maximize 3 x\nx <= 4"}).json()["run"]["pool_size"] == 1


@pytest.mark.parametrize("size", [0, 51, "many", 2.5])
def test_a_number_that_cannot_be_is_refused_in_words(size: Any, run: Run, program: Program) -> None:
    before = Run.objects.count()
    for address, body in ((f"runs/{run.id}/solve", {}), ("conversations", {"text": "maximize 3 x\nx <= 4"})):
        response = program.post(address, body | {"pool_size": size})
        assert response.status_code == 400
        assert response.json()["pool_size"]
    assert Run.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_run_for_one_plan_has_no_pool(run: Run, program: Program) -> None:
    pipeline.execute(run.id)
    assert program.get(f"runs/{run.id}/result").json()["pool"] is None
    assert program.get(f"runs/{run.id}/plans.csv").status_code == 404


def test_strangers_find_nothing(run: Run, charlie: User) -> None:
    assert Program(charlie).get(f"runs/{run.id}/plans.csv").status_code == 404
