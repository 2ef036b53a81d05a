"""The taxonomy: one label per name however it is spelled, and nothing is lost by a rename or a merge."""

from __future__ import annotations

import pytest

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.library import taxonomy
from copilot.library.access import LibraryRefused
from copilot.library.insights import content_of
from copilot.library.models import TaxonomyLabel
from tests.library.cast import CONSERVATION, draft

pytestmark = pytest.mark.django_db
FLOW = ("Domain Modeling", "Network Flow", "Flow Conservation")


def test_a_label_is_found_however_it_is_spelled() -> None:
    label = taxonomy.find_or_propose(FLOW)
    assert taxonomy.find_or_propose(("domain modeling", "NETWORK FLOWS", "flow-conservation")) == label
    assert TaxonomyLabel.objects.count() == 3


def test_a_new_label_is_proposed_and_can_be_reached_at_once() -> None:
    label = taxonomy.find_or_propose(("Domain Modeling", "Scheduling", "Makespan"))
    assert label.status == TaxonomyLabel.Status.PROPOSED
    assert taxonomy.find(("Domain Modeling", "Scheduling", "Makespan")) == label


def test_approving_a_label_approves_those_above_it() -> None:
    taxonomy.approve(taxonomy.find_or_propose(FLOW), actor=None)
    assert set(TaxonomyLabel.objects.values_list("status", flat=True)) == {"approved"}


def test_the_same_name_may_stand_at_two_places() -> None:
    first = taxonomy.find_or_propose(("Domain Modeling", "Routing", "Flow Conservation"))
    assert taxonomy.find_or_propose(FLOW) != first


def test_the_old_name_still_leads_there_after_a_rename() -> None:
    label = taxonomy.find_or_propose(FLOW)
    assert label.parent
    taxonomy.rename(label.parent, "Flows in networks", actor=None)
    assert taxonomy.find(FLOW) == label
    assert taxonomy.find(("Domain Modeling", "Flows in Network", "Flow Conservation")) == label


def test_a_merge_redirects_and_insights_keep_their_label() -> None:
    version = draft()
    into = taxonomy.find_or_propose(("Domain Modeling", "Network Flow", "Node Balance"))
    merged = taxonomy.find_or_propose(FLOW)
    taxonomy.merge(merged, into, actor=None)
    assert taxonomy.find(FLOW) == into
    assert content_of(version).labels == (("Domain Modeling", "Network Flow", "Node Balance"),)
    assert version.labels.get() == merged


def test_a_merge_of_parents_moves_or_merges_the_children() -> None:
    twin = taxonomy.find_or_propose(("Domain Modeling", "Routing", "Flow Conservation"))
    other = taxonomy.find_or_propose(("Domain Modeling", "Routing", "Subtours"))
    stays = taxonomy.find_or_propose(FLOW)
    assert other.parent
    assert stays.parent
    taxonomy.merge(other.parent, stays.parent, actor=None)
    assert taxonomy.find(("Domain Modeling", "Network Flow", "Subtours")) == other
    assert taxonomy.find(("Domain Modeling", "Routing", "Subtours")) == other
    assert taxonomy.standing(TaxonomyLabel.objects.get(id=twin.id)) == stays


def test_no_merge_into_itself_or_another_level() -> None:
    label = taxonomy.find_or_propose(FLOW)
    assert label.parent
    for into in (label, label.parent):
        with pytest.raises(LibraryRefused):
            taxonomy.merge(label, into, actor=None)


def test_no_rename_onto_another_label() -> None:
    label = taxonomy.find_or_propose(FLOW)
    taxonomy.find_or_propose((*FLOW[:2], "Max-Flow Objective"))
    with pytest.raises(LibraryRefused, match="merge"):
        taxonomy.rename(label, "max flow objectives", actor=None)


def test_a_label_of_a_workspace_stays_there(alice: User, charlie: User) -> None:
    workspace = workspace_of(alice)
    draft(workspace=workspace, explanation=CONSERVATION.explanation)
    assert taxonomy.find(FLOW) is None
    assert taxonomy.find(FLOW, workspace=workspace)
    assert not TaxonomyLabel.objects.visible_to(charlie).exists()
