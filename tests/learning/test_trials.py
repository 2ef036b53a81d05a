"""Proof by paired trials: what is proven, what is not, and why."""

from __future__ import annotations

import pytest

from copilot.learning.cases import Ending, Program, Task, Tried
from copilot.learning.moved_data import moved
from copilot.learning.posterior import Rate, lift
from copilot.learning.trials import Attempts, prove
from tests.learning.stage import TASK, DecidedBench, alternating, helped_by, text_of

SEEDS = range(100, 106)


def test_an_insight_that_makes_the_difference_is_proven_with_a_control_arm() -> None:
    bench = DecidedBench(helped_by("a"))
    (proof,) = prove(TASK, [text_of("a")], Attempts(bench), SEEDS)
    assert proof.is_proven
    assert {record.arm for record in proof.records} == {"with", "without"}
    assert sorted(seed for keys, seed in bench.asked if keys) == sorted(seed for keys, seed in bench.asked if not keys)


def test_a_useless_insight_on_a_task_that_is_solved_half_the_time_is_not_proven() -> None:
    (proof,) = prove(TASK, [text_of("a")], Attempts(DecidedBench(alternating)), SEEDS)
    assert not proof.is_proven
    assert proof.against_none
    assert proof.against_none.probability == pytest.approx(0.5, abs=0.01)


def test_of_two_learnt_together_only_the_one_that_matters_is_proven() -> None:
    bench = DecidedBench(helped_by("a"))
    first, second = prove(TASK, [text_of("a"), text_of("b")], Attempts(bench), SEEDS)
    assert (first.is_proven, second.is_proven) == (True, False)
    assert len(bench.asked) == len(set(bench.asked)), "no attempt is made twice"


def test_of_two_that_say_the_same_one_is_proven() -> None:
    bench = DecidedBench(lambda shown, seed: bool(shown))
    proofs = prove(TASK, [text_of("a"), text_of("b")], Attempts(bench), SEEDS)
    assert [proof.is_proven for proof in proofs] == [True, False]


def test_two_that_only_help_together_are_both_proven() -> None:
    proofs = prove(TASK, [text_of("a"), text_of("b")], Attempts(DecidedBench(helped_by("a", "b"))), SEEDS)
    assert all(proof.is_proven for proof in proofs)
    assert {record.arm for record in proofs[0].records} == {"with", "without", "left_out"}


def test_pairs_that_came_to_no_end_do_not_count() -> None:
    bench = DecidedBench(lambda shown, seed: None if seed > 102 else bool(shown))
    (proof,) = prove(TASK, [text_of("a")], Attempts(bench), SEEDS)
    assert not proof.is_proven
    assert "Only 3" in proof.why


def test_an_attempt_that_wrote_the_answer_down_is_found_out_when_the_numbers_move() -> None:
    task = Task(TASK.problem, Program("reference", {"capacity": 10.0, "load": 6.0}))

    def endings(program: Program) -> Ending:
        return Ending("optimal", program.data["load"] if program.text == "reference" else 6.0)  # type: ignore[arg-type]

    (proof,) = prove(task, [text_of("a")], Attempts(DecidedBench(helped_by("a"), endings)), SEEDS)
    assert not proof.is_proven
    assert any(record.moved_data and record.tried.correct is False for record in proof.records)


def test_numbers_move_alike_under_other_names_and_units() -> None:
    seed = next(seed for seed in range(9) if moved(Program("", {"a": 40}), seed).data["a"] == 80)
    other = moved(Program("", {"b": {("x", "y"): 0.4}, "names": ["x"], "one": 1, "rows": [{"n": 4000.0}]}), seed)
    assert other.data == {"b": {("x", "y"): 0.8}, "names": ["x"], "one": 1, "rows": [{"n": 8000.0}]}


def test_what_was_tried_is_kept_and_not_tried_again() -> None:
    kept: dict[str, object] = {}
    prove(
        TASK,
        [text_of("a")],
        Attempts(DecidedBench(helped_by("a")), kept=lambda name, one: kept.update({name: one.to_json()})),
        SEEDS,
    )
    again = DecidedBench(helped_by("a"))
    known = {name: Tried.from_json(raw) for name, raw in kept.items()}  # type: ignore[arg-type]
    (proof,) = prove(TASK, [text_of("a")], Attempts(again, known), SEEDS)
    assert proof.is_proven
    assert not again.asked


def test_a_lift_is_believed_from_eighty_percent_on() -> None:
    assert lift(Rate(5, 5), Rate(0, 5)).probability > 0.99
    assert lift(Rate(3, 5), Rate(2, 5)).probability < 0.8
    low, high = Rate(8, 10).interval()
    assert low < Rate(8, 10).mean < high
    assert lift(Rate(2, 9), Rate(7, 9)).high < 0.1
