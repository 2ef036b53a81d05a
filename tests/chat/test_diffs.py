"""The Diff tab says both levels of the comparison, warns of an accident, and leads to lines and phrases."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string

from copilot.accounts.models import User
from copilot.chat.cards import card_of
from copilot.chat.diffs import diff_of
from copilot.chat.sheets import sheet_of
from copilot.runs.events import EventType as E
from copilot.runs.models import ModelVersion
from tests.chat import stories
from tests.chat.workshop import DIFF, DRAW, PLAIN_DIFF

SENTENCE = "Agreement by accident: on your data both versions build the same model, on other data they do not."


def stored(**changes: Any) -> dict[str, Any]:
    """The stored diff of the workshop, with some of it replaced."""
    return DIFF | {"parametric": DIFF["parametric"] | changes.pop("parametric", {})} | changes


def words(raw: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(level.title, level.on, level.word) for level in diff_of(raw, against=1).levels]


def test_structure_and_instance_are_told_side_by_side() -> None:
    assert words(stored()) == [
        ("structure", "3 random data sets", "different"),
        ("instance", "your data", "different"),
    ]
    same = stored(parametric={"verdict": "same structure", "how": "program", "draws": []}, verdict="equivalent")
    assert words(same) == [
        ("structure", "same program text", "same"),
        ("instance", "your data", "equivalent"),
        ("checked", "", "mapping verified"),
    ]


def test_data_that_had_to_be_the_real_ones_are_not_counted_as_random() -> None:
    raw = stored(parametric={"verdict": "unknown", "draws": [DRAW | {"real_data": True}]})
    assert words(raw)[0] == ("structure", "0 random data sets", "not compared")


def test_a_diff_of_an_older_release_has_neither() -> None:
    found = diff_of(PLAIN_DIFF, against=1)
    assert (found.levels, found.sentence, found.is_accidental) == ((), "", False)
    assert (found.families[0].before, found.families[0].is_unasked) == (None, False)


@pytest.fixture
def page(alice: User) -> Any:
    def render(raw: dict[str, Any]) -> str:
        run = stories.revised(alice)
        ModelVersion.objects.filter(id=run.version_id).update(diff=raw)
        return render_to_string("chat/sheet/_diff.html", {"sheet": sheet_of(stories.fresh(run))})

    return render


def test_a_change_that_nobody_asked_for_is_marked_with_what_it_is(page: Any) -> None:
    shown = page(stored())
    assert shown.count("not asked for") == 1
    assert "The message neither names nor implies <code>chairs</code>" in shown


def test_lines_lead_into_the_program_and_a_phrase_is_quoted(page: Any, alice: User) -> None:
    first, *others = DIFF["families"]
    shown = page(stored(families=[first | {"requested": "yes", "phrase": "at least 50 of each"}, *others]))
    assert '<a href="#line-9" data-code>line 9</a>, lines 14–16 and 20 of version 1' in shown
    assert "Asked for: “at least 50 of each”" in shown
    assert '<span class="line" id="line-9">' in sheet_of(stories.finished(alice)).program


def test_an_agreement_by_accident_is_a_warning(page: Any) -> None:
    assert 'class="note warn"' not in page(stored())
    shown = page(stored(parametric={"accidental": True, "sentence": SENTENCE}, verdict="equivalent"))
    assert 'class="note warn" role="note"' in shown
    assert SENTENCE in shown


def test_the_card_says_what_to_look_at_in_the_diff(alice: User) -> None:
    run = stories.revised(alice)
    event = run.events.get(type=E.DIFF_COMPUTED)
    event.payload["diff"]["parametric"]["accidental"] = True
    event.save()
    card = card_of(run.id)
    assert card is not None
    (step,) = (step for step in card.steps if step.title == "Compare with the last version")
    assert step.detail.endswith("; 1 not asked for; agrees by accident only, see Diff")
