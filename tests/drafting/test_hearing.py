"""What is told of a reply while it arrives: state, not pieces, and not too often."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.drafting import hearing
from copilot.drafting.hearing import Hearing, items_of, partial
from tests.drafting.replies import workshop

WHOLE = json.dumps(workshop())


class Ear:
    """A hearing with the reports that it made."""

    def __init__(self) -> None:
        self.told: list[dict[str, object]] = []
        self.hearing = Hearing("formulate", lambda kind, payload: self.told.append({"kind": kind, **payload}))


def test_items_appear_as_they_are_known_and_each_report_is_the_whole_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "EVERY_SECONDS", 0.0)
    ear = Ear()
    for end in range(1, len(WHOLE) + 1, 7):
        ear.hearing(WHOLE[:end])
    assert {entry["kind"] for entry in ear.told} == {"draft.partial"}
    counts = [len(entry["items"]) for entry in ear.told]  # type: ignore[arg-type]
    assert counts == sorted(counts)
    names = [item["name"] for item in ear.told[-1]["items"]]  # type: ignore[attr-defined]
    assert names == ["product", "price", "hours", "carpentry_limit", "made", "carpentry", "profit"]
    assert len({json.dumps(entry["items"]) for entry in ear.told}) == len(ear.told), "nothing is told twice"


def test_at_most_two_reports_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(hearing.time, "monotonic", lambda: now[0])
    ear = Ear()
    for end in range(1, len(WHOLE) + 1):
        now[0] += 3.0 / len(WHOLE)
        ear.hearing(WHOLE[:end])
    assert 3 <= len(ear.told) <= 6


@given(st.integers(0, len(WHOLE)), st.text(max_size=20))
def test_any_beginning_and_any_junk_can_be_heard(end: int, junk: str) -> None:
    list(items_of(partial(WHOLE[:end] + junk)))
    list(items_of(partial(junk + WHOLE[:end])))


@pytest.mark.parametrize(
    "text", ['{"variables": 3', '{"variables": [1, {"name": 2}', '{"objective": "x"}', "[1, 2", "{" * 3_000]
)
def test_what_is_not_of_the_form_is_passed_over(text: str) -> None:
    assert list(items_of(partial(text))) == []
