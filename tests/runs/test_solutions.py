"""Points are stored before they are shown, better ones only, fenced by the lease, thinned, and survive a kill."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.drafting.base import DraftOutcome
from copilot.runs import engines, events, lease, pipeline, services, solutions
from copilot.runs.events import EventType, LeaseLost
from copilot.runs.models import Lifecycle, Run, Solution
from copilot.runs.solutions import Keeper, UnreadableVector, packed, unpacked
from copilot.runs.stage import Stage
from solvers.instance import Instance
from solvers.kkt import residuals
from solvers.result import Progress, Result, SolutionStatus, TerminationCondition
from tests.factories import RunFactory
from tests.runs.fakes import FakeDrafter, complete
from tests.runs.test_pipeline import HARD
from tests.solvers import instances

WORKSHOP = instances.workshop()


class WorkerKilled(BaseException):
    """What a kill -9 looks like from inside: nothing more is written."""


@pytest.fixture
def stage(db: None) -> Stage:
    """A run that this worker holds."""
    return _held(RunFactory())


def _held(run: Run) -> Stage:
    held = lease.claim(run.id)
    assert held is not None
    return Stage(Run.objects.get(id=run.id), held)


def found(desks: float, chairs: float, *, seconds: float = 0.0) -> Progress:
    """A report of a branch and bound with its point."""
    point = np.array([desks, chairs])
    return Progress("branch_and_bound", seconds, WORKSHOP.objective_at(point), 3700.0, incumbent=point)


def objectives(run: Run) -> list[float]:
    return list(Solution.objects.filter(run=run).order_by("number").values_list("objective_value", flat=True))


def keep(keeper: Keeper, *points: tuple[float, float]) -> None:
    for desks, chairs in points:
        keeper.offer(found(desks, chairs))
        keeper.write()


def test_a_vector_comes_back_bit_by_bit_or_not_at_all() -> None:
    vector = np.array([0.0, -0.0, 1 / 3, 1e300, np.pi])
    assert unpacked(packed(vector), 5).tobytes() == vector.tobytes()
    for stored, length in ((packed(vector), 4), (packed(vector), 6), (packed(vector)[:-9], 5), (b"no zip", 5)):
        with pytest.raises(UnreadableVector):
            unpacked(stored, length)


def test_only_better_points_are_kept_each_with_an_event(stage: Stage) -> None:
    keep(Keeper(stage, WORKSHOP), (0, 1), (0, 2), (0, 1), (0, 2), (30, 40))
    assert objectives(stage.run) == [40, 80, 3700]
    told = [event.payload for event in events.after(stage.run.id, 0) if event.type == EventType.SOLUTION_FOUND]
    assert [(payload["number"], payload["objective_value"]) for payload in told] == [(1, 40), (2, 80), (3, 3700)]
    stored = Solution.objects.get(run=stage.run, number=3)
    assert unpacked(stored.values, 2).tolist() == [30, 40]


def test_points_that_come_too_fast_are_held_back_and_the_newest_is_not_lost(stage: Stage) -> None:
    keeper = Keeper(stage, WORKSHOP)
    keep(keeper, (0, 1))
    for chairs in (2, 3, 4):
        keeper.offer(found(0, chairs))
    assert not keeper.ready()
    assert objectives(stage.run) == [40]
    keeper.write()  # as the end of the solve does
    assert objectives(stage.run) == [40, 160]


def test_another_owner_ends_the_writing(stage: Stage) -> None:
    keeper = Keeper(stage, WORKSHOP)
    keep(keeper, (0, 1))
    Run.objects.filter(id=stage.run.id).update(owner="another worker")
    keeper.offer(found(0, 2))
    with pytest.raises(LeaseLost):
        keeper.write()
    with pytest.raises(LeaseLost):
        solutions.keep_final(stage, WORKSHOP, _result(30, 40))
    solutions.forget(stage)
    assert objectives(stage.run) == [40]


def test_thinning_keeps_the_first_and_the_newest(stage: Stage) -> None:
    keep(Keeper(stage, WORKSHOP), *((0, chairs) for chairs in range(1, 120)))
    kept = objectives(stage.run)
    assert len(kept) <= solutions.KEPT
    assert (kept[0], kept[-1]) == (40, 119 * 40)
    assert kept == sorted(kept)


def test_large_points_are_kept_in_smaller_number(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solutions, "KEPT_BYTES", 8 * 2 * 6)
    keep(Keeper(stage, WORKSHOP), *((0, chairs) for chairs in range(1, 40)))
    assert len(objectives(stage.run)) <= 6


def test_a_recovered_attempt_goes_on_and_doubles_nothing(stage: Stage) -> None:
    keep(Keeper(stage, WORKSHOP), (0, 1), (0, 2))
    solutions.keep_final(stage, WORKSHOP, _result(0, 2))
    Run.objects.filter(id=stage.run.id).update(lease_until=timezone.now() - timedelta(minutes=1))
    again = _held(stage.run)
    keep(Keeper(again, WORKSHOP), (0, 1), (0, 2), (30, 40))
    solutions.keep_final(again, WORKSHOP, _result(30, 40))
    stored = list(Solution.objects.filter(run=stage.run).order_by("number").values_list("attempt", "kind"))
    assert stored == [(1, "improving"), (1, "improving"), (2, "improving"), (2, "final")]
    assert objectives(stage.run) == [40, 80, 3700, 3700]


def _result(desks: float, chairs: float) -> Result:
    x = np.array([desks, chairs])
    optimal = (TerminationCondition.OPTIMAL, SolutionStatus.OPTIMAL)
    return Result(
        *optimal, solver="highs", objective_value=WORKSHOP.objective_at(x), x=x, row_dual=np.array([1.0, 2.0])
    )


@pytest.fixture
def drafted(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Callable[..., Run]:
    """Start a run of the workshop."""
    owner = User.objects.create_user("ada", password="x")

    def start(outcome: DraftOutcome | None = None, **options: Any) -> Run:
        monkeypatch.setattr(engines, "drafter_for", lambda _: FakeDrafter([outcome or complete()]))
        workspace = workspace_of(owner)
        return services.start_run(workspace=workspace, actor=owner, text="Desks and chairs.", enqueue=False, **options)

    return start


def test_the_line_stores_the_final_point_of_a_solve(drafted: Callable[..., Run]) -> None:
    run = drafted()
    pipeline.execute(run.id)
    final = Solution.objects.get(run=run, kind=Solution.Kind.FINAL)
    assert unpacked(final.values, 2) == pytest.approx([30, 40])
    assert final.objective_value == pytest.approx(3700)


def test_a_worker_killed_in_a_solve_leaves_what_it_has_shown(
    drafted: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = drafted()
    real = pipeline.solving.runner.solve

    def die(instance: Any, *, report: Callable[[Progress], None], **_: Any) -> Result:
        for chairs in range(1, 4):
            report(found(0, chairs))
        raise WorkerKilled

    monkeypatch.setattr(pipeline.solving.runner, "solve", die)
    with pytest.raises(WorkerKilled):
        pipeline.execute(run.id)
    shown = [
        event.payload["objective_value"]
        for event in events.after(run.id, 0)
        if event.type == EventType.SOLVE_PROGRESS and event.payload["objective_value"] is not None
    ]
    assert shown
    assert set(shown) <= set(objectives(run))
    before = objectives(run)
    Run.objects.filter(id=run.id).update(lease_until=timezone.now() - timedelta(minutes=1))
    monkeypatch.setattr(pipeline.solving.runner, "solve", real)
    pipeline.execute(run.id)
    run = Run.objects.get(id=run.id)
    assert run.lifecycle == Lifecycle.SUCCEEDED
    assert objectives(run)[: len(before)] == before
    assert objectives(run)[-1] == pytest.approx(3700)
    improving = [round(value, 6) for value in objectives(run)[:-1]]  # the final point may repeat the last of them
    assert len(set(improving)) == len(improving)


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_a_real_branch_and_bound_shows_no_objective_whose_point_is_not_stored(
    solver: str, drafted: Callable[..., Run]
) -> None:
    run = drafted(complete(HARD), solver=solver, time_limit_seconds=3.0)
    pipeline.execute(run.id)
    stored: list[float] = []
    shown = 0
    for event in events.after(run.id, 0):
        value = event.payload.get("objective_value")
        if event.type == EventType.SOLUTION_FOUND:
            stored.append(value)
        elif event.type == EventType.SOLVE_PROGRESS and value is not None:
            shown += 1
            assert min(stored, default=float("inf")) <= value + 1e-6 * (1 + abs(value))
    assert shown
    kept = Solution.objects.filter(run=run)
    assert kept.filter(kind=Solution.Kind.FINAL).count() == 1
    assert kept.filter(kind=Solution.Kind.IMPROVING).exists()
    instance = Instance.from_bytes(bytes(Run.objects.get(id=run.id).version.instance))  # type: ignore[union-attr]
    for one in kept:
        point = unpacked(one.values, instance.column_count)
        assert instance.objective_at(point) == pytest.approx(one.objective_value)
        assert residuals(instance, point).max_row_violation < 1e-4


def test_a_stop_that_keeps_nothing_leaves_no_point_behind(
    drafted: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = drafted()

    def stopped(_: Any, *, report: Callable[[Progress], None], should_stop: Callable[[], bool], **__: Any) -> Result:
        report(found(0, 1))
        assert objectives(run) == [40]
        Run.objects.filter(id=run.id).update(cancel_requested=Run.Cancel.DISCARD)
        deadline = time.monotonic() + 20
        while not should_stop():
            assert time.monotonic() < deadline, "the wish to stop was never heard"
            time.sleep(0.02)
        return replace(_result(0, 1), termination_condition=TerminationCondition.INTERRUPTED)

    monkeypatch.setattr(pipeline.solving.runner, "solve", stopped)
    pipeline.execute(run.id)
    assert objectives(run) == []
    assert (Run.objects.get(id=run.id).result or {})["objective_value"] is None


def test_members_see_solutions_and_strangers_do_not(alice: User, bob: User, charlie: User) -> None:
    stage = _held(RunFactory(workspace=workspace_of(alice)))
    keep(Keeper(stage, WORKSHOP), (0, 1))
    counts = [Solution.objects.visible_to(person).count() for person in (alice, bob, charlie)]
    assert counts == [1, 1, 0]
