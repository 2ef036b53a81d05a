"""Several plans of one solve: each checked, each once, with a promise that is true; a killed worker doubles none."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from copilot.accounts.models import User
from copilot.runs import events, instances, pipeline, plans, pool, services, solving
from copilot.runs.differing import differing
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, Run, Solution, Verification
from copilot.runs.pool import Change, Changes
from copilot.runs.services import RunError, Solving
from copilot.runs.solutions import unpacked
from solvers.gurobi import Gurobi
from solvers.instance import Instance
from solvers.kkt import residuals
from tests.runs.fakes import FORMULATION
from tests.runs.finished import LINEAR, waiting, walk, workshop
from tests.solvers.instances import make

Kind = Solution.Kind
WHOLE = workshop(whole=True)


class WorkerKilled(BaseException):
    """What a kill -9 looks like from inside: nothing more is written."""


@pytest.fixture
def owner(transactional_db: None) -> User:
    user: User = get_user_model().objects.create_user("ada", password="x")
    return user


@pytest.fixture
def gurobi() -> str:
    availability = Gurobi().availability()
    if not availability:
        pytest.skip(f"NOT VERIFIED here: gurobi: {availability.reason}")
    return "gurobi"


def asked(owner: User, instance: Instance = WHOLE, *, size: int = 5, solver: str = "scip", **fields: Any) -> Run:
    """A queued run that is to keep several plans."""
    run = waiting(owner, instance, FORMULATION if instance.is_mip else LINEAR)
    Run.objects.filter(id=run.id).update(pool_size=size, solver=solver, **fields)
    return run


def every_value(instance: Instance) -> list[float]:
    """The objective values of all plans of the whole-number workshop, the best first."""
    found = []
    for choice in itertools.product(range(61), range(81)):
        x = np.array(choice, dtype=float)
        if np.all(instance.row_activity(x) <= instance.row_upper):
            found.append(instance.objective_at(x))
    return sorted(found, reverse=True)


def points(run: Run, kind: str) -> list[list[float]]:
    rows = Solution.objects.filter(run=run, kind=kind).order_by("number")
    return [unpacked(row.values, WHOLE.column_count).round().tolist() for row in rows]


def kept(run: Run) -> list[dict[str, Any]]:
    """The payloads of every `pool.kept`."""
    return [event.payload for event in events.after(run.id, 0) if event.type == EventType.POOL_KEPT]


def test_scip_keeps_what_it_finds_on_its_way_and_promises_nothing(owner: User) -> None:
    run = walk(asked(owner))
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    found = pool.pool_of(run)
    assert found is not None
    assert found.final is not None
    assert found.said["promise"] == "found_on_the_way"
    assert "best" not in found.said["message"]
    assert "found on the way" in found.said["message"].lower()
    assert len(found.others) <= 4
    choices = [tuple(x) for x in points(run, Kind.POOLED) + points(run, Kind.FINAL)]
    assert len(set(choices)) == len(choices)


def test_gurobi_keeps_the_best_ones_and_says_so(owner: User, gurobi: str) -> None:
    run = walk(asked(owner, solver=gurobi, relative_gap=0.0))
    found = pool.pool_of(run)
    assert found is not None
    assert found.final is not None
    assert found.said["message"].startswith("The 5 best")
    best = every_value(WHOLE)[:5]
    assert [found.final.objective_value, *(one.objective_value for one in found.others)] == pytest.approx(best)
    for one in Solution.objects.filter(run=run, kind=Kind.POOLED):
        x = unpacked(one.values, 2)
        assert one.verification == Verification.PASSED
        assert one.violation is not None
        assert one.violation <= 1e-6
        assert residuals(WHOLE, x).objective_value == pytest.approx(one.objective_value)
        assert found.distance(one) == pytest.approx((best[0] - one.objective_value) / best[0])
        told = Changes.from_json(one.changes)
        assert told.count == told.whole == len(told.first) >= 1
        assert {change.name: change.here for change in told.first} == {
            name: x[j].round() for j, name in enumerate(WHOLE.column_names) if x[j].round() != [30, 40][j]
        }


@pytest.mark.parametrize("solver", ["auto", "highs"])
def test_a_backend_that_cannot_keep_several_is_replaced_with_the_reason(solver: str, owner: User) -> None:
    run = walk(asked(owner, solver=solver))
    started = next(event.payload for event in events.after(run.id, 0) if event.type == EventType.SOLVE_STARTED)
    assert started["pool_size"] == 5
    assert started["solver"] in ("gurobi", "scip")
    wanted = "HiGHS keeps only the best solution" if solver == "highs" else "Several solutions are asked for"
    assert wanted in started["reason"]


def test_a_solve_for_one_plan_says_nothing_of_others(owner: User) -> None:
    run = walk(asked(owner, size=1, solver="highs"))
    assert kept(run) == []
    assert pool.pool_of(run) is None
    assert plans.answer_of(run) is None
    assert not Solution.objects.filter(run=run, kind=Kind.POOLED).exists()


def test_a_model_without_whole_numbers_says_why_there_are_none(owner: User) -> None:
    run = walk(asked(owner, workshop(), solver="highs"))
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    assert (run.result or {})["solver"] == "highs"
    answer = plans.answer_of(run)
    assert answer is not None
    assert "has none" in answer["sentence"]
    assert (answer["promise"], answer["solutions"]) == (None, [])


def test_where_there_is_no_plan_there_are_no_others(owner: User) -> None:
    impossible = replace(WHOLE, column_lower=np.array([100.0, 100.0]))
    run = walk(asked(owner, impossible))
    assert run.termination_condition == "infeasible"
    assert pool.pool_of(run) is None


def test_other_plans_never_count_as_points_on_the_way(owner: User) -> None:
    run = walk(asked(owner))
    numbers = Solution.objects.filter(run=run).exclude(kind=Kind.POOLED).values_list("number", flat=True)
    told = [event.payload["number"] for event in events.after(run.id, 0) if event.type == EventType.SOLUTION_FOUND]
    assert set(numbers) <= set(told)
    assert [one["number"] for one in kept(run)[0]["members"]] == list(
        Solution.objects.filter(run=run, kind=Kind.POOLED).order_by("number").values_list("number", flat=True)
    )


@pytest.mark.parametrize("where", ["before they are stored", "after they are stored", "after the solve is told"])
def test_a_killed_worker_doubles_none(where: str, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked(owner)

    def die(*_: Any, **__: Any) -> Any:
        raise WorkerKilled

    places = {
        "before they are stored": (Solution.objects, "bulk_create"),
        "after they are stored": (solving, "_finished"),
        "after the solve is told": (solving.checking, "after_solve"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*places[where], die)
        with pytest.raises(WorkerKilled):
            pipeline.execute(run.id)
    first = points(run, Kind.POOLED)
    assert bool(kept(run)) == bool(first) == (where != "before they are stored")  # both or neither
    Run.objects.filter(id=run.id).update(lease_until=timezone.now() - timedelta(minutes=1))
    run = walk(run)
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    again = points(run, Kind.POOLED)
    assert not first or sorted(again) == sorted(first)
    assert len({tuple(x) for x in again}) == len(again) > 0
    assert Solution.objects.filter(run=run, kind=Kind.FINAL).count() == 1
    assert set(Solution.objects.filter(run=run, kind=Kind.POOLED).values_list("attempt", flat=True)) == {2}
    found = pool.pool_of(run)
    assert found is not None
    assert [one["number"] for one in found.said["members"]] == [one.number for one in found.others]


def test_a_stop_that_keeps_nothing_keeps_no_other_plan(owner: User) -> None:
    run = walk(asked(owner))
    Solution.objects.filter(run=run).delete()
    assert pool.pool_of(run) is None
    assert plans.answer_of(run) is None


def test_a_large_model_keeps_as_many_as_fit_and_says_so(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "BYTES", 3 * 8 * WHOLE.column_count)
    run = walk(asked(owner))
    assert "Of the 5 plans asked for, 3 fit" in kept(run)[0]["message"]
    assert Solution.objects.filter(run=run, kind=Kind.POOLED).count() <= 2
    monkeypatch.setattr(pool, "BYTES", 8)
    run = walk(asked(owner))
    assert kept(run)[0]["message"] == "More plans than one would take over 0 MB: there is the final one alone."
    assert (run.result or {})["objective_value"] == pytest.approx(3700)


def test_the_answer_holds_every_plan_with_its_values(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = walk(asked(owner))
    answer = plans.answer_of(run)
    assert answer is not None
    first, *others = answer["solutions"]
    assert first["variables"] == {"desks": 30, "chairs": 40}
    assert first["distance"] == 0
    assert others
    for one in others:
        assert WHOLE.objective_at(np.array(list(one["variables"].values()))) == one["objective_value"]
    assert {"promise", "sentence", "dropped", "bound", "asked"} < answer.keys()
    monkeypatch.setattr(plans, "MOST_VALUES", 1)
    answer = plans.answer_of(run)
    assert answer is not None
    assert {one["variables"] for one in answer["solutions"]} == {None}
    instances.forget()


@pytest.mark.parametrize("size", [0, -1, 51, 10_000])
def test_a_number_of_plans_that_cannot_be_kept_is_refused_in_words(size: int, owner: User) -> None:
    run = asked(owner)
    with pytest.raises(RunError, match="Between 1 and 50 plans can be kept"):
        services.solve_again(run=run, actor=owner, asked=Solving.of(run, pool_size=size))
    with pytest.raises(RunError, match="Between 1 and 50"):
        services.start_run(workspace=run.workspace, actor=owner, text="maximize x", pool_size=size, enqueue=False)


def test_a_solve_again_asks_for_as_many_as_before(owner: User) -> None:
    run = asked(owner, size=7)
    run.refresh_from_db()
    again = services.solve_again(run=run, actor=owner, asked=Solving.of(run, solver="scip"), enqueue=False)
    assert services.rerun(run=again, actor=owner).pool_size == again.pool_size == 7


def test_whole_numbers_are_named_before_what_follows_from_them() -> None:
    names = tuple(f"x{j}" for j in range(8))
    wide = replace(_wide(), column_names=names)
    final, here = np.zeros(8), np.array([0, 100, 50, -0.0, 2, 1, 1e-12, 3])
    told = pool._changes(wide, final, here)
    assert (told.count, told.whole) == (5, 3)
    assert told.first == (
        Change("x7", 0, 3),
        Change("x4", 0, 2),
        Change("x5", 0, 1),
        Change("x1", 0, 100),
        Change("x2", 0, 50),
    )
    assert Changes.from_json(told.to_json()) == told
    assert Changes.from_json({}) == Changes(0, 0, ())


def _wide() -> Instance:
    return make(cost=[1.0] * 8, rows=[[1] * 8], row_lower=[0], row_upper=[999], integer=[0] * 4 + [1] * 4)


def test_values_differ_by_more_than_rounding() -> None:
    before = np.array([1.0, 1e9, 5.0, np.nan, 0.0])
    after = np.array([1.0 + 1e-12, 1e9 + 0.1, np.nan, 2.0, 3.0])
    assert differing(before, after).tolist() == [2, 4, 3]
