"""The grid: what was read is filled in, what is sent says the same as algebra, faults stand beside their cells."""

from __future__ import annotations

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.chat.editing import Unreadable
from copilot.chat.grid import Grid, grid_of, refilled, text_of
from copilot.drafting.builtin import algebra
from copilot.drafting.formulation import Formulation, IndexSet
from copilot.drafting.grounding import ground_objective, ground_rows
from copilot.runs.models import Lifecycle, Run
from tests.chat import stories
from tests.chat.workshop import formulation

READ = formulation()


def grid() -> Grid:
    found = grid_of(READ)
    assert found is not None
    return found


def rows(read: Formulation) -> dict[str, tuple[dict[str, float], str, float]]:
    ground = [row for rule in read.constraints for row in ground_rows(read, rule)]
    return {row.name: (dict(row.terms), row.relation, row.limit) for row in ground}


def test_a_grid_sent_as_it_came_says_what_was_read() -> None:
    again = algebra.formulate(text_of(grid()))
    assert again.objective.sense == READ.objective.sense
    assert ground_objective(again) == ground_objective(READ)
    assert rows(again) == rows(READ)
    assert [item.domain for item in again.variables] == ["integer", "integer"]


def test_what_was_not_found_is_marked() -> None:
    short = READ.constraints[0].model_copy(update={"terms": READ.constraints[0].terms[:1]})
    found = grid_of(READ.model_copy(update={"constraints": (short, READ.constraints[1])}))
    assert found is not None
    assert [cell.is_doubtful for cell in found.decisions[1].cells[:3]] == [False, True, False]
    assert not any(cell.is_doubtful for cell in found.decisions[2].cells)


def test_a_request_of_which_nothing_was_read_gets_an_empty_grid() -> None:
    empty = grid_of(None)
    assert empty is not None
    assert (len(empty.decisions), len(empty.rules)) == (3, 3)
    with pytest.raises(Unreadable, match="at least one decision"):
        text_of(empty)
    written = {
        "sense": "minimize",
        "d0": "Small wagon (new)",
        "d1": "lorry",
        "c0.0": "3",
        "c0.1": "1,200.5",
        "c1.name": "cargo",
        "c1.0": "2",
        "c1.1": "-1",
        "c1.relation": ">=",
        "c1.limit": "0",
        "w1": "1",
    }
    assert text_of(refilled(empty, written, {})).splitlines() == [
        "minimize 3 small_wagon_new + 1200.5 lorry",
        "subject to",
        "cargo: 2 small_wagon_new - 1 lorry >= 0",
        "lorry are integer",
    ]
    assert algebra.formulate(text_of(refilled(empty, written, {}))).variables[1].domain == "integer"


@pytest.mark.parametrize(
    ("written", "field", "words"),
    [
        ({"c1.0": "four"}, "c1.0", "“four” is no number"),
        ({"c1.limit": ""}, "c1.limit", "“” is no number"),
        ({"d0": ""}, "d0", "Name this decision"),
        ({"c3.limit": "5"}, "c3.name", "counts no decision"),
    ],
)
def test_a_fault_stands_beside_its_cell(written: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        text_of(refilled(grid(), written, {}))
    assert words in caught.value.faults[field]


def test_indexed_formulations_do_not_fit() -> None:
    assert grid_of(READ.model_copy(update={"sets": (IndexSet(name="ITEMS", elements=("a",)),)})) is None


def test_the_page_sends_a_message_and_keeps_what_was_refused(alice: User, client: Client) -> None:
    run = stories.abstained(alice)
    client.force_login(alice)
    conversation = stories.message_of(run).conversation_id
    assert f"/runs/{run.id}/grid/" in client.get(f"/conversations/{conversation}/").content.decode()
    assert client.get(f"/runs/{run.id}/grid/").status_code == 200
    refused = client.post(f"/runs/{run.id}/grid/", {"d0": "desks", "c0.0": "many", "sense": "maximize"})
    assert refused.status_code == 422
    assert 'value="many"' in refused.content.decode()
    good = {"d0": "desks", "c0.0": "70", "sense": "maximize", "c1.0": "4", "c1.limit": "240", "w0": "1"}
    assert client.post(f"/runs/{run.id}/grid/", good).status_code == 303
    count = Run.objects.count()
    assert client.post(f"/runs/{run.id}/grid/", good).status_code == 303
    assert Run.objects.count() == count  # pressed twice is sent once
    sent = Run.objects.exclude(id=run.id).get()
    assert sent.request_text.startswith("maximize 70 desks\nsubject to\nrule_1: 4 desks <= 240")
    assert sent.lifecycle == Lifecycle.QUEUED


def test_a_stranger_and_a_run_with_a_version_get_404(alice: User, charlie: User, client: Client) -> None:
    run = stories.abstained(alice)
    client.force_login(charlie)
    assert client.get(f"/runs/{run.id}/grid/").status_code == 404
    client.force_login(alice)
    assert client.get(f"/runs/{stories.finished(alice).id}/grid/").status_code == 404
