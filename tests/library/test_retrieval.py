"""Retrieval through the tables: what may be shown, what is recorded, and nothing when in doubt."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from copilot.accounts.models import User, Workspace
from copilot.accounts.services import workspace_of
from copilot.library import moves, past, prepared, releases, retrieval, serving, uses
from copilot.library.models import Episode, InsightUse, InsightVersion, SearchIndex
from copilot.library.retrieval import Asker
from copilot.library.serving import Lesson, Served, serve
from copilot.library.states import State
from tests.library.cast import KNAPSACK, approved, draft, released

pytestmark = pytest.mark.django_db
FLOWS = "Water flows through a network of pipes; find the largest flow from the source node to the sink node."
PACKING = "Choose which items to pack into a bag with a weight capacity so that their value is largest."


@pytest.fixture(autouse=True)
def no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "FRESH_SECONDS", 0.0)
    past.forget()
    prepared.forget()


@pytest.fixture
def workspace(alice: User) -> Workspace:
    return workspace_of(alice)


def found(text: str, workspace: Workspace, user: User | None = None) -> list[InsightVersion]:
    asker = Asker(workspace, user)
    return [one.version for one in retrieval.candidates(text, asker, releases.pinned_for(workspace))]


def served(text: str, workspace: Workspace, *, run_id: uuid.UUID | None = None, **options: object) -> Served:
    return serve(text, Asker(workspace, None), run_id=run_id or uuid.uuid4(), **options)  # type: ignore[arg-type]


def test_the_insight_that_fits_comes_first(workspace: Workspace) -> None:
    flow, pack = approved(), approved(KNAPSACK)
    released("r1")
    assert found(FLOWS, workspace)[0] == flow
    assert found(PACKING, workspace)[0] == pack


def test_nothing_without_a_release_and_nothing_of_a_text_that_shares_no_word(workspace: Workspace) -> None:
    approved()
    assert found(FLOWS, workspace) == []
    released("r1")
    assert found("Zebra quokka 42", workspace) == []
    assert found("", workspace) == []


def test_what_is_not_in_the_release_or_no_longer_active_is_not_found(workspace: Workspace) -> None:
    flow = approved()
    released("r1")
    approved(applies_when="Water flows through a network of pipes from source to sink.")
    draft(applies_when="Water flows through a network of pipes from source to sink.")
    assert found(FLOWS, workspace) == [flow]
    moves.move(flow.id, State.ACTIVE, State.SUSPENDED, actor=None)
    assert found(FLOWS, workspace) == []


def test_a_workspaces_own_insights_are_for_its_members(workspace: Workspace, charlie: User) -> None:
    mine = approved(workspace=workspace)
    released("ours", mine, workspace=workspace)
    assert found(FLOWS, workspace) == [mine]
    assert found(FLOWS, workspace_of(charlie)) == []
    ours = releases.pinned_for(workspace)
    assert retrieval.candidates(FLOWS, Asker(workspace_of(charlie), charlie), ours) == []


def test_insights_for_another_solver_are_left_out(workspace: Workspace) -> None:
    approved(solver_scope="gurobi")
    released("r1")
    assert found(FLOWS, workspace) == []
    asker = Asker(workspace, None, ("any", "gurobi"))
    assert len(retrieval.candidates(FLOWS, asker, releases.pinned_for(workspace))) == 1


def test_what_helped_on_similar_tasks_is_found_by_vote_alone(workspace: Workspace, charlie: User) -> None:
    flow, helper = approved(), approved(replace(KNAPSACK, applies_when="Zebra.", explanation="Quokka."))
    released("r1")
    run_id = uuid.uuid4()
    episode, _ = uses.open_episode(workspace=workspace, run_id=run_id, text=FLOWS)
    InsightUse.objects.create(episode=episode, version=helper, insight=helper.insight, role="shown", adopted=True)
    assert found(FLOWS, workspace) == [flow]
    uses.settle(run_id, accepted=True)
    assert set(found(FLOWS, workspace)) == {flow, helper}
    assert found(FLOWS, workspace_of(charlie)) == [flow]  # another workspace's runs do not vote
    uses.settle(run_id, accepted=False)
    assert found(FLOWS, workspace) == [flow]


def test_many_tasks_vote_like_few(workspace: Workspace) -> None:
    helper = approved(replace(KNAPSACK, applies_when="Zebra.", explanation="Quokka."))
    released("r1")
    for number in range(past._TAIL + 5):
        run_id = uuid.uuid4()
        episode, _ = uses.open_episode(workspace=workspace, run_id=run_id, text=f"{PACKING} {'truck' * (number % 3)}")
        InsightUse.objects.create(episode=episode, version=helper, insight=helper.insight, role="shown", adopted=True)
        uses.settle(run_id, accepted=True)
        if number in (3, past._TAIL + 3):
            assert found(PACKING, workspace) == [helper]


def test_a_served_run_pins_its_releases_and_keeps_every_candidate(workspace: Workspace) -> None:
    flow = approved()
    approved(replace(KNAPSACK, explanation="Unlike a network flow."))
    first = released("r1")
    run_id = uuid.uuid4()
    given = served(FLOWS, workspace, run_id=run_id)
    assert (given.releases, given.considered) == (("r1",), 2)
    assert given.lessons[0].key == str(flow.id)
    episode = Episode.objects.get(run_id=run_id)
    assert list(episode.releases.all()) == [first]
    best = episode.uses.get(version=flow)
    assert (best.role, best.rank, best.release) == ("shown", 1, first)
    assert {"flows", "network"} <= set(best.reasons["words"])


def test_a_run_that_is_recovered_gets_the_same_whatever_was_released_since(workspace: Workspace) -> None:
    approved()
    released("r1")
    run_id = uuid.uuid4()
    before = served(FLOWS, workspace, run_id=run_id)
    approved(applies_when="Water flows through a network of pipes.")
    released("r2")
    assert served(FLOWS, workspace, run_id=run_id) == before
    assert served(FLOWS, workspace).releases == ("r2",)


def test_an_insight_suspended_in_between_is_not_given_again(workspace: Workspace) -> None:
    flow = approved()
    released("r1")
    run_id = uuid.uuid4()
    assert served(FLOWS, workspace, run_id=run_id).lessons
    moves.move(flow.id, State.ACTIVE, State.SUSPENDED, actor=None)
    assert not served(FLOWS, workspace, run_id=run_id).lessons


def test_at_most_eight_of_at_most_thirty(workspace: Workspace) -> None:
    for number in range(40):
        approved(applies_when=f"Water flows through network number {'x' * number} of pipes.")
    released("r1")
    given = served(FLOWS, workspace, check=lambda _, lessons: [one.key for one in lessons])
    assert (len(given.lessons), given.considered) == (serving.SHOWN, retrieval.CANDIDATES)


@pytest.mark.parametrize("answer", [[], ["invented"], ["__raise__"]])
def test_a_check_that_fails_or_names_nothing_shows_nothing(workspace: Workspace, answer: list[str]) -> None:
    approved()
    released("r1")

    def check(text: str, lessons: Sequence[Lesson]) -> Sequence[str]:
        if answer == ["__raise__"]:
            raise RuntimeError("The server is away.")
        return answer

    given = served(FLOWS, workspace, check=check)
    assert (given.lessons, given.considered) == ((), 1)
    assert InsightUse.objects.get().role == "candidate"


def test_a_check_chooses(workspace: Workspace) -> None:
    approved()
    second = approved(applies_when="Water flows in pipes.", explanation="A network of nodes.")
    released("r1")
    given = served(FLOWS, workspace, check=lambda _, lessons: [one.key for one in lessons if one.key == str(second.id)])
    assert [lesson.key for lesson in given.lessons] == [str(second.id)]


def test_a_share_is_held_out_by_lot_and_recorded(workspace: Workspace) -> None:
    approved()
    released("r1")
    assert served(FLOWS, workspace, hold_out=1.0).held_out == 1
    assert InsightUse.objects.get().role == "held_out"
    lots = [uses.is_held_out(Episode(id=uuid.UUID(int=number)), uuid.UUID(int=7), 0.1) for number in range(2_000)]
    assert 140 < sum(lots) < 260


def test_only_shown_insights_count_as_adopted(workspace: Workspace) -> None:
    flow = approved()
    other = approved(applies_when="Water flows in pipes.", explanation="A network of nodes.")
    released("r1")
    run_id = uuid.uuid4()
    served(FLOWS, workspace, run_id=run_id, check=lambda *_: [str(flow.id)])
    assert uses.adopt(run_id, [flow.id, other.id]) == 1
    assert dict(InsightUse.objects.values_list("version", "adopted")) == {flow.id: True, other.id: None}


def test_a_verdict_by_version_overwrites(workspace: Workspace) -> None:
    flow = approved()
    released("r1")
    run_id = uuid.uuid4()
    served(FLOWS, workspace, run_id=run_id)
    assert uses.settle(run_id, accepted=False, outcomes={flow.id: InsightUse.Outcome.NEGATIVE})
    assert InsightUse.objects.get().outcome == "negative"
    assert not uses.settle(uuid.uuid4(), accepted=True)


def test_an_insight_that_was_missed_votes_next_time(workspace: Workspace) -> None:
    helper = approved(replace(KNAPSACK, applies_when="Zebra.", explanation="Quokka."))
    released("r1")
    run_id = uuid.uuid4()
    served(FLOWS, workspace, run_id=run_id)
    uses.miss(run_id, helper)
    assert found(FLOWS, workspace) == [helper]


def test_the_index_is_built_once_and_read_back(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = approved()
    released("r1")
    assert found(FLOWS, workspace) == [flow]
    prepared.forget()
    monkeypatch.setattr(prepared, "prepare", None)  # a second build would fail
    assert found(FLOWS, workspace) == [flow]


def test_an_index_that_cannot_be_read_is_built_anew(workspace: Workspace) -> None:
    flow = approved()
    released("r1")
    found(FLOWS, workspace)
    SearchIndex.objects.update(data=b"broken")
    prepared.forget()
    assert found(FLOWS, workspace) == [flow]


def test_the_number_of_queries_does_not_grow_with_the_library(workspace: Workspace) -> None:
    counts = []
    for size, name in ((3, "r1"), (30, "r2")):
        for number in range(size):
            approved(applies_when=f"Water flows through network {name} {'y' * number}.")
        released(name)
        found(FLOWS, workspace)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found(FLOWS, workspace)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6
