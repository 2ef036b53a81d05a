"""The order of drafting: what is tried, which repairs are taken, when it is handed over, and where it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from copilot.drafting.base import Draft, DraftingError, DraftOutcome, DraftRequest, Feedback, Formulated
from copilot.drafting.loop import Desk, Kept, Settled, first_draft, settle
from copilot.drafting.repair import Trial
from tests.runs.fakes import FORMULATION, FakeDrafter, draft

REQUEST = DraftRequest(text="Desks and chairs, 240 hours.")
Outcome = DraftOutcome | Exception


def numbered(number: int, **changes: Any) -> Draft:
    """Drafts that differ in one line."""
    return replace(draft(f"# draft\nx = {number}\n"), **changes)


def whole(one: Draft) -> DraftOutcome:
    return DraftOutcome("complete", draft=one)


def broken(message: str) -> Trial:
    return Trial(None, frozenset({"build"}), feedback=Feedback("build", "raised", message))


def failing(*cases: str, unknown: tuple[str, ...] = ()) -> Trial:
    words = ", ".join(cases)
    return Trial("built", frozenset(cases), frozenset(unknown), Feedback("check", "rows", words) if cases else None)


GOOD = failing()


@dataclass
class Notes:
    """A log that remembers."""

    steps: list[tuple[Any, ...]] = field(default_factory=list)

    def formulated(self, formulated: Formulated) -> None:
        self.steps.append(("formulated",))

    def proposed(self, draft: Draft, repair: int) -> None:
        self.steps.append(("proposed", repair))

    def tried(self, trial: Trial, mark: str, not_taken: str) -> None:
        self.steps.append(("tried", not_taken))

    def repairing(self, feedback: Feedback, repair: int) -> None:
        self.steps.append(("repairing", repair))


class Story:
    """A first draft, what each draft comes to, and the repairs in turn."""

    def __init__(self, *repairs: Draft | Exception, trials: list[Trial], most: int = 3) -> None:
        self.drafter = FakeDrafter([whole(one) for one in repairs if isinstance(one, Draft)])
        self.trials = trials
        self.tried: list[Draft] = []
        self.notes = Notes()
        self.desk = Desk(self.drafter, self._try, lambda *_: None, log=self.notes, repairs=most)

    def _try(self, one: Draft) -> Trial:
        self.tried.append(one)
        return self.trials.pop(0)

    def settle(self, first: Draft | None = None, kept: Kept | None = None) -> Settled:
        return settle(self.desk, REQUEST, first or numbered(0), kept)


def test_a_sound_draft_is_tried_once_and_never_repaired() -> None:
    story = Story(trials=[GOOD])
    settled = story.settle()
    assert (settled.handed_over, settled.trial) == ("", GOOD)
    assert story.notes.steps == [("proposed", 0), ("tried", "")]


def test_a_failed_build_then_a_failing_check_then_a_repair_that_is_right() -> None:
    story = Story(numbered(1), numbered(2), trials=[broken("no beans"), failing("rows: a"), GOOD])
    settled = story.settle()
    assert settled.draft == numbered(2)
    assert settled.handed_over == ""
    assert [feedback.stage for feedback in story.drafter.feedback] == ["build", "check"]
    assert story.notes.steps == [
        ("proposed", 0),
        ("tried", ""),
        ("repairing", 1),
        ("proposed", 1),
        ("tried", ""),
        ("repairing", 2),
        ("proposed", 2),
        ("tried", ""),
    ]


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (broken("now it does not build"), "does not build any more"),
        (failing("rows: a", "objective"), "now objective fails as well"),
        (failing("rows: c"), "now rows: c fails as well"),
        (failing("rows: a", unknown=("variables",)), "the check variables can no longer tell"),
        (failing(unknown=("rows",)), "the check rows can no longer tell"),
    ],
)
def test_a_repair_that_makes_something_worse_is_not_taken_and_the_next_prompt_says_so(second: Trial, why: str) -> None:
    story = Story(numbered(1), numbered(2), trials=[failing("rows: a", "rows: b"), second, failing("rows: a")], most=2)
    settled = story.settle()
    assert settled.draft == numbered(2)
    assert settled.trial.failing == {"rows: a"}
    assert why in story.notes.steps[4][1]
    assert [note for note in story.drafter.feedback[1].details["not_taken"] if why in note]  # type: ignore[attr-defined]
    assert "After 2 repairs" in settled.handed_over


def test_a_repair_that_loses_a_rule_is_not_taken_though_every_check_passes() -> None:
    fewer = FORMULATION.model_copy(update={"constraints": FORMULATION.constraints[:1]})
    story = Story(numbered(1, formulation=fewer), trials=[failing("rows: finishing"), GOOD], most=1)
    settled = story.settle()
    assert settled.draft == numbered(0)
    assert "it drops finishing from the formulation" in settled.handed_over


def test_fewer_failing_rows_are_better_and_the_best_is_kept_when_it_is_handed_over() -> None:
    story = Story(
        numbered(1), numbered(2), trials=[failing("rows: a", "rows: b"), failing("rows: a"), failing("rows: c")], most=2
    )
    settled = story.settle()
    assert settled.draft == numbered(1)
    assert settled.trial.failing == {"rows: a"}
    assert settled.handed_over.startswith("After 2 repairs the draft still fails.")
    assert settled.handed_over.endswith("\nrows: a")


def test_the_same_error_after_a_repair_ends_it_with_the_case_and_no_further_call() -> None:
    error = broken("KeyError: 'price' at 0x7f00")
    story = Story(numbered(1), numbered(2), trials=[error, broken("KeyError: 'price' at 0x9a11")])
    settled = story.settle()
    assert settled.handed_over.startswith("The same error came back after a repair.")
    assert "KeyError: 'price'" in settled.handed_over
    assert len(story.drafter.feedback) == 1
    assert settled.draft == numbered(0)


def test_another_error_of_the_build_is_a_step_on_and_an_old_one_is_not() -> None:
    story = Story(*(numbered(n) for n in (1, 2, 3)), trials=[broken("one"), broken("two"), broken("one")])
    settled = story.settle()
    assert settled.draft == numbered(1)
    assert settled.handed_over.startswith("The same error came back")


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (numbered(0), "sent the same draft again"),
        (numbered(0, program="# draft\n\n# now right\nx =  0\n"), "sent the same draft again"),
        (None, "I know no repair"),
    ],
)
def test_a_drafter_that_has_nothing_new_hands_over(outcome: Draft | None, why: str) -> None:
    story = Story(*([outcome] if outcome else []), trials=[broken("one")])
    assert why in story.settle().handed_over
    assert len(story.tried) == 1


def test_a_provider_that_fails_in_a_repair_leaves_the_draft_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> DraftOutcome:
        raise DraftingError("openai:x cannot be reached. Check that it runs.")

    story = Story(trials=[failing("rows: a")])
    monkeypatch.setattr(story.drafter, "repair", away)
    settled = story.settle()
    assert settled.trial.built == "built"
    assert "cannot be reached" in settled.handed_over


class Staged(FakeDrafter):
    """A fake whose work has two stages."""

    formulations: int = 0

    def formulate(self, request: DraftRequest, report: object, should_stop: object) -> Formulated:
        self.formulations += 1
        return Formulated(FORMULATION)

    def program(
        self, request: DraftRequest, formulated: Formulated, report: object, should_stop: object
    ) -> DraftOutcome:
        return whole(numbered(7, formulation=formulated.formulation))


def desk_of(drafter: FakeDrafter, try_out: Callable[[Draft], Trial] = lambda _: GOOD) -> tuple[Desk, Notes]:
    notes = Notes()
    return Desk(drafter, try_out, lambda *_: None, log=notes), notes


def test_the_formulation_is_kept_before_the_program_is_asked_for() -> None:
    desk, notes = desk_of(Staged([]))
    assert first_draft(desk, REQUEST).draft == numbered(7)
    assert notes.steps == [("formulated",)]


def test_work_goes_on_after_the_stage_that_was_kept() -> None:
    edited = FORMULATION.model_copy(update={"title": "Edited by a person"})
    drafter = Staged([])
    desk, notes = desk_of(drafter)
    outcome = first_draft(desk, REQUEST, Kept(formulated=Formulated(edited, changed=("title",))))
    assert outcome.draft is not None
    assert outcome.draft.formulation.title == "Edited by a person"
    assert (drafter.formulations, notes.steps) == (0, [])
    kept = Kept(formulated=Formulated(edited), draft=numbered(3))
    assert first_draft(desk, REQUEST, kept).draft == numbered(3)


def test_a_repair_that_was_paid_for_and_not_tried_is_tried_and_not_asked_for_again() -> None:
    story = Story(trials=[failing("rows: a"), GOOD])
    kept = Kept(draft=numbered(0), candidate=numbered(1), repairs=1)
    settled = story.settle(numbered(0), kept)
    assert settled.draft == numbered(1)
    assert story.drafter.feedback == []
    assert story.notes.steps == [("tried", "")]


def test_repairs_made_by_a_worker_that_was_lost_count() -> None:
    story = Story(numbered(5), trials=[failing("rows: a")], most=2)
    settled = story.settle(numbered(0), Kept(draft=numbered(0), repairs=2))
    assert settled.handed_over.startswith("After 2 repairs")
    assert story.drafter.feedback == []
