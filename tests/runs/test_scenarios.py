"""Questions to a finished run: each is a run of its own on the built instance, and alters nothing it asks about."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import close_old_connections

from copilot.accounts.models import User
from copilot.runs import aside, events, findings, pipeline, scenarios, services
from copilot.runs.events import EventType
from copilot.runs.findings import Reach
from copilot.runs.models import Lifecycle, Run, Verification
from copilot.runs.services import RunError
from solvers import runner
from solvers.beyond import Beyond
from solvers.instance import Instance
from solvers.result import Result, SolutionStatus, SolveOptions, TerminationCondition
from tests.factories import RunFactory
from tests.runs.fakes import FORMULATION
from tests.runs.finished import ORDERED, finished, overbooked, unlimited, waiting, walk, workshop
from tests.solvers.at_home import solved_at_home

__all__ = ["solved_at_home"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("solved_at_home")]


def result_of(run: Run) -> dict[str, Any]:
    assert run.result is not None
    return dict(run.result)


def types_of(run: Run) -> list[str]:
    return [event.type for event in events.after(run.id, 0)]


def test_an_infeasible_run_names_the_conflict_and_ranks_repairs_in_the_users_words(alice: User) -> None:
    run = finished(alice, overbooked(), ORDERED)
    conflict, repairs = result_of(run)["conflict"], result_of(run)["repairs"]
    assert conflict["proven_minimal"] is True
    assert conflict["evidence"] == "shown in exact arithmetic"
    assert {"carpentry hours", "orders"} <= {item["label"] for item in conflict["items"]}
    assert "at most 240" in {item["text"] for item in conflict["items"]}
    assert "at least 90 pieces" in {item["text"] for item in conflict["items"]}
    aims = {aim for repair in repairs["found"] for aim in repair["aims"]}
    assert aims == {
        "least total relative change",
        "least total change",
        "least largest relative change",
        "fewest limits changed",
    }
    first = repairs["found"][0]["changes"][0]
    assert (first["label"], first["old"], first["value"]) == ("orders", 90, 80)
    assert first["words"] == "lower “orders” from 90 pieces to 80 pieces"
    assert "lower “orders” from 90 pieces to 80 pieces" in run.closing_message
    assert types_of(run)[-4:] == ["explain.started", "explain.progress", "result.explained", "run.finished"]


def test_a_linear_plan_comes_with_prices_and_their_ranges(alice: User) -> None:
    found = result_of(finished(alice, workshop()))["sensitivity"]
    assert found["state"] == "prices and ranges"
    rows = {row["name"]: row for row in found["rows"]}
    assert rows["carpentry"]["shadow_price"] == pytest.approx(5)
    assert rows["carpentry"]["price_text"] == "+$5"
    assert rows["carpentry"]["range_text"] == "200 to 300"
    columns = {column["name"]: column for column in found["columns"]}
    assert columns["desks"]["range_text"] == "$53.3333 to $80"


def test_a_model_of_whole_numbers_says_to_sweep_instead(alice: User) -> None:
    run = finished(alice, workshop(whole=True), FORMULATION)
    found = result_of(run)["sensitivity"]
    assert found["state"] == "no duals"
    assert "sweep" in found["reason"]
    assert EventType.EXPLAIN_STARTED not in types_of(run)


def test_an_endless_run_names_the_direction(alice: User) -> None:
    run = finished(alice, unlimited())
    ray = result_of(run)["ray"]
    assert ray["state"] == "unbounded"
    assert ray["exact"] is True
    assert [step["label"] for step in ray["steps"]] == ["chairs"]
    assert "Nothing limits chairs" in run.closing_message


def test_a_model_beyond_linear_rows_gets_no_reasons_that_would_be_wrong() -> None:
    squares = Beyond(quadratic_row=[0], quadratic_first=[0], quadratic_second=[0], quadratic_value=[1.0])  # type: ignore[arg-type]
    told: list[str] = []
    found = findings.look(
        replace(overbooked(), beyond=squares),
        Result(TerminationCondition.INFEASIBLE, SolutionStatus.NO_SOLUTION, solver="scip"),
        reach=Reach(),
        options=SolveOptions(),
        should_stop=lambda: False,
        say=told.append,
    )
    assert (found.repairs, found.ray, told) == (None, None, [])
    assert found.conflict is not None
    assert found.conflict.items == ()
    assert "this one has quadratic constraints" in found.conflict.reason


def test_what_is_too_large_to_look_into_unasked_is_looked_into_when_asked(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reach.__init__, "__defaults__", (30.0, 160, 3, frozenset()))
    run = finished(alice, overbooked(), ORDERED)
    assert "conflict" not in result_of(run)
    assert "only up to 3 are looked into" in result_of(run)["unfinished"]
    more = walk(scenarios.explain_more(run=run, actor=alice))
    assert result_of(more)["conflict"]["proven_minimal"] is True
    assert more.request_text.startswith("Explain more, for up to")


def test_a_repair_is_tried_as_a_scenario_and_the_version_stays(alice: User) -> None:
    run = finished(alice, overbooked(), ORDERED)
    assert run.version is not None
    before = bytes(run.version.instance)
    tried = walk(scenarios.try_repair(run=run, actor=alice, number=0))
    assert tried.lifecycle == Lifecycle.SUCCEEDED, tried.closing_message
    assert tried.termination_condition == "optimal"
    assert (tried.base, tried.base_run, tried.version) == (run.version, run, None)
    assert tried.request_text == "Scenario: lower “orders” from 90 pieces to 80 pieces."
    told = result_of(tried)["scenario"]
    assert (told["before_text"], told["after"]) == ("no plan", pytest.approx(3200))
    run.version.refresh_from_db()
    assert bytes(run.version.instance) == before
    assert types_of(tried).index("scenario.applied") < types_of(tried).index("solve.started")


def test_a_changed_limit_is_compared_with_the_run_it_asks_about(alice: User) -> None:
    run = finished(alice, workshop())
    tried = walk(scenarios.change_number(run=run, actor=alice, target="Carpentry hours", value="260"))
    assert tried.request_text == "Scenario: raise “carpentry hours” from 240 to 260."
    told = result_of(tried)["scenario"]
    assert (told["before"], told["after"]) == (pytest.approx(3700), pytest.approx(3800))
    assert told["difference_text"] == "$100 more"
    assert "$100 more than before ($3,700)." in tried.closing_message
    further = walk(scenarios.change_number(run=tried, actor=alice, target="finishing", value="110"))
    assert [change["name"] for change in further.changes] == ["carpentry", "finishing"]
    assert result_of(further)["scenario"]["before"] == pytest.approx(3800)


def test_a_changed_cost_is_not_held_against_the_request(alice: User) -> None:
    run = finished(alice, workshop())
    tried = walk(scenarios.change_number(run=run, actor=alice, target="desks · counts in the objective", value="$90"))
    assert result_of(tried)["objective_value"] == pytest.approx(4500)  # fifty desks and no chair
    assert "value" not in {check["name"] for check in result_of(tried)["checks"]}
    assert tried.request_text == "Scenario: raise what “desks” counts in Profit from $70 to $90."


def test_a_forced_choice_reports_its_cost(alice: User) -> None:
    run = finished(alice, workshop(whole=True), FORMULATION)
    tried = walk(scenarios.force_choice(run=run, actor=alice, target="desks", value="45"))
    assert result_of(tried)["variables"] == {"desks": 45, "chairs": 10}
    assert "$150 less than before ($3,700)." in tried.closing_message
    assert tried.changes[0]["old"] == 30


def test_a_forbidden_choice_reports_the_conflict_and_no_repair_undoes_the_question(alice: User) -> None:
    run = finished(alice, workshop())
    tried = walk(scenarios.force_choice(run=run, actor=alice, target="desks", value="70"))
    assert tried.termination_condition == "infeasible"
    items = {item["label"]: item["text"] for item in result_of(tried)["conflict"]["items"]}
    assert items["desks"] == "fixed at 70 by this scenario"
    assert "together with the value that is forced here" in tried.closing_message
    changed = {change["name"] for repair in result_of(tried)["repairs"]["found"] for change in repair["changes"]}
    assert changed == {"carpentry", "finishing"}


def test_a_value_outside_the_bounds_names_the_bound(alice: User) -> None:
    run = finished(alice, workshop())
    tried = walk(scenarios.force_choice(run=run, actor=alice, target="desks", value="-5"))
    assert tried.termination_condition == "infeasible"
    assert {item["name"] for item in result_of(tried)["conflict"]["items"]} == {"desks"}


def test_repairs_leave_alone_what_is_locked(alice: User) -> None:
    run = finished(alice, overbooked(), ORDERED)
    again = walk(scenarios.explain_more(run=run, actor=alice, locked=["orders"]))
    repairs = result_of(again)["repairs"]
    assert repairs["locked"] == ["orders"]
    changed = {change["name"] for repair in repairs["found"] for change in repair["changes"]}
    assert changed
    assert "orders" not in changed
    with pytest.raises(RunError, match="“orders” is locked here"):
        scenarios.change_number(run=again, actor=alice, target="orders", value="80")
    everything = ["orders", "carpentry", "finishing", "desks", "chairs"]
    stuck = walk(scenarios.explain_more(run=run, actor=alice, locked=everything))
    assert "unlock one of them" in result_of(stuck)["repairs"]["reason"]


REFUSED = {
    "unknown": ("carpentri hours", "260", "There is no rule or quantity called “carpentri hours”. Did you mean “carp"),
    "nothing": ("  ", "260", "Pick a rule or a quantity from the list"),
    "several": ("desks", "3", "Say which number of “desks” to change"),
    "no such side": ("carpentry hours · at least", "3", "“carpentry hours” has no number called “at least”"),
    "no number": ("carpentry hours", "many", "“many” is not a number"),
    "no value": ("carpentry hours", " ", "The new value is missing"),
    "not finite": ("carpentry hours", "1e999", "is not a number that can be used here"),
    "undefined": ("carpentry hours", "nan", "is not a number that can be used here"),
    "the same": ("carpentry hours", "240", "“carpentry hours” is 240 already"),
    "crossed": ("desks · largest allowed", "-3", "“desks” must be at least 0, so it cannot be at most -3."),
    "not whole": ("desks · forced to be", "2.5", "“desks” must be a whole number: 2.5 is none."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_gets_a_sentence_and_starts_nothing(case: str, alice: User) -> None:
    run = waiting(alice, workshop(whole=True), FORMULATION)
    Run.objects.filter(id=run.id).update(lifecycle=Lifecycle.SUCCEEDED, result={})
    run.refresh_from_db()
    target, value, sentence = REFUSED[case]
    with pytest.raises(RunError) as refused:
        scenarios.change_number(run=run, actor=alice, target=target, value=value)
    assert sentence in str(refused.value)
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"start": "1", "end": "1", "points": "5"}, "From and to are the same number"),
        ({"start": "1", "end": "2", "points": "99"}, "The number of points must be a whole number from 2 to 41."),
        ({"start": "1", "end": "2", "points": "9" * 5000}, "The number of points must be"),
        ({"start": "a", "end": "2", "points": "5"}, "“a” is not a number"),
    ],
)
def test_a_sweep_that_makes_no_sense_gets_a_sentence(asked: dict[str, str], sentence: str, alice: User) -> None:
    run = waiting(alice, workshop())
    Run.objects.filter(id=run.id).update(lifecycle=Lifecycle.SUCCEEDED, result={})
    run.refresh_from_db()
    with pytest.raises(RunError) as refused:
        scenarios.start_sweep(run=run, actor=alice, target="carpentry hours", **asked)
    assert sentence in str(refused.value)
    with pytest.raises(RunError, match="cannot be swept"):
        scenarios.start_sweep(run=run, actor=alice, target="desks · forced to be", start="1", end="2", points="3")


def test_only_a_finished_run_with_a_model_can_be_asked_and_only_by_members(alice: User, charlie: User) -> None:
    run = waiting(alice, workshop())
    with pytest.raises(RunError, match="still going on"):
        scenarios.change_number(run=run, actor=alice, target="carpentry hours", value="260")
    without = RunFactory(workspace=run.workspace, created_by=alice, lifecycle=Lifecycle.FAILED)
    with pytest.raises(RunError, match="made no model"):
        scenarios.explain_more(run=without, actor=alice)
    Run.objects.filter(id=run.id).update(lifecycle=Lifecycle.SUCCEEDED)
    run.refresh_from_db()
    with pytest.raises(RunError, match="only planners and owners"):
        scenarios.change_number(run=run, actor=charlie, target="carpentry hours", value="260")
    with pytest.raises(RunError, match="no such repair"):
        scenarios.try_repair(run=run, actor=alice, number=0)
    with pytest.raises(RunError, match="“moon” to lock"):
        scenarios.explain_more(run=run, actor=alice, locked=["moon"])


def test_the_same_question_twice_is_asked_once(alice: User) -> None:
    run = finished(alice, workshop())
    first = scenarios.change_number(run=run, actor=alice, target="carpentry hours", value="260")
    assert scenarios.change_number(run=run, actor=alice, target="carpentry hours", value="260") == first
    assert scenarios.change_number(run=run, actor=alice, target="carpentry hours", value="270") != first


def sweep(run: Run, actor: User, *, points: int = 5) -> Run:
    return scenarios.start_sweep(
        run=run, actor=actor, target="carpentry hours · at most", start="-60", end="240", points=str(points)
    )


def test_a_sweep_has_a_point_for_every_value_plan_or_none(alice: User) -> None:
    run = walk(sweep(finished(alice, workshop()), alice, points=6))
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    points = result_of(run)["sweep"]["points"]
    assert [point["value"] for point in points] == [-60, 0, 60, 120, 180, 240]
    assert [point["termination_condition"] for point in points] == ["infeasible"] + ["optimal"] * 5
    assert [point["objective_value"] for point in points] == pytest.approx([None, 0, 1050, 2100, 3150, 3700])
    assert run.verification == Verification.INCONCLUSIVE  # one point is only the solver's word
    assert "1 of 6 values gave no plan" in run.closing_message
    assert types_of(run).count("explain.progress") == 6


def test_stop_in_the_middle_of_a_sweep_keeps_the_points_so_far(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = sweep(finished(alice, workshop()), alice, points=41)
    real: Callable[..., Any] = aside.sweep_over

    def third_is_cancelled(*args: Any, **options: Any) -> Any:
        if types_of(run).count("explain.progress") == 3:
            services.cancel_run(run=Run.objects.get(id=run.id), actor=alice)
            while not options["budget"].should_stop():
                threading.Event().wait(0.02)
        return real(*args, **options)

    monkeypatch.setattr(aside, "sweep_over", third_is_cancelled)
    run = walk(run)
    assert run.lifecycle == Lifecycle.CANCELLED
    assert len(result_of(run)["sweep"]["points"]) == 3
    assert result_of(run)["sweep"]["missing"] == 38
    assert run.closing_message.startswith("Cancelled. 3 of 41 points are kept.")


class WorkerKilled(BaseException):
    """What a kill -9 looks like from inside: nothing more is written."""


def killed(run: Run, monkeypatch: pytest.MonkeyPatch, where: object, name: str, *, after: int = 0) -> None:
    """Walk until `where.name` has been called `after` times, then die; the lease runs out."""
    calls, real = [0], getattr(where, name)

    def die(*args: Any, **options: Any) -> Any:
        calls[0] += 1
        if calls[0] > after:
            raise WorkerKilled
        return real(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(where, name, die)
        with pytest.raises(WorkerKilled):
            pipeline.execute(run.id)
    close_old_connections()
    Run.objects.filter(id=run.id).update(lease_until="2020-01-01T00:00:00Z")


def test_a_scenario_whose_worker_was_killed_is_taken_up_again(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = finished(alice, workshop())
    tried = scenarios.change_number(run=run, actor=alice, target="carpentry hours", value="260")
    killed(tried, monkeypatch, pipeline.solving, "solve")
    tried = walk(tried)
    assert tried.lifecycle == Lifecycle.SUCCEEDED
    assert result_of(tried)["scenario"]["after"] == pytest.approx(3800)
    assert "run.recovered" in types_of(tried)


def test_a_sweep_whose_worker_was_killed_goes_on_after_its_last_point(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sweep(finished(alice, workshop()), alice)
    killed(run, monkeypatch, aside, "sweep_over", after=2)
    run = walk(run)
    assert run.lifecycle == Lifecycle.SUCCEEDED
    assert len(result_of(run)["sweep"]["points"]) == 5
    assert types_of(run).count("explain.progress") == 5


def test_stop_during_the_search_for_reasons_keeps_the_answer(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = waiting(alice, overbooked(), ORDERED)
    real: Callable[..., Any] = findings.find_conflict

    def cancelled(*args: Any, **options: Any) -> Any:
        services.cancel_run(run=Run.objects.get(id=run.id), actor=alice)
        while not options["budget"].should_stop():
            threading.Event().wait(0.02)
        return real(*args, **options)

    monkeypatch.setattr(findings, "find_conflict", cancelled)
    run = walk(run)
    assert run.termination_condition == "infeasible"
    assert result_of(run)["conflict"]["state"] == "undecided"
    assert "stopped on request" in result_of(run)["unfinished"]
    assert result_of(run)["repairs"]["found"]


def test_retrying_asks_the_same_question(alice: User) -> None:
    run = finished(alice, workshop())
    asked = walk(sweep(run, alice))
    again = scenarios.again(run=asked, actor=alice)
    assert (again.kind, again.question, again.base_run) == (asked.kind, asked.question, run)
    further = scenarios.change_number(run=asked, actor=alice, target="carpentry hours", value="250")
    assert further.base_run == run  # a sweep stands for the run that it was asked of


def test_a_convex_quadratic_objective_has_prices_and_a_contradiction_of_its_rows() -> None:
    squares = Beyond(quadratic_row=[-1], quadratic_first=[0], quadratic_second=[0], quadratic_value=[-1.0])  # type: ignore[arg-type]

    def looked(instance: Instance) -> findings.Findings:
        bent = replace(instance, beyond=squares).validate()
        result = runner.solve(bent)
        options = SolveOptions()
        return findings.look(
            bent, result, reach=Reach(), options=options, should_stop=lambda: False, say=lambda _: None
        )

    clash = looked(overbooked())
    assert clash.conflict is not None
    assert {item.name for item in clash.conflict.items} >= {"carpentry", "orders"}
    assert clash.repairs is not None
    assert clash.repairs.found
    priced = looked(workshop()).sensitivity
    assert priced is not None
    assert priced.state == "prices without ranges"
    assert any(row.price > 0 for row in priced.rows)
