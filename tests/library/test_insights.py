"""Insights and their versions: reach, descent, promotion, and content as plain values."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.library import insights, uses
from copilot.library.access import LibraryRefused
from copilot.library.content import ContentError, clean, name_key, path_key
from copilot.library.insights import Provenance, Reach, content_of
from copilot.library.models import AuditEntry, Insight, InsightUse, InsightVersion, Lineage, Origin
from tests.library.cast import CONSERVATION, KNAPSACK, curator, draft


def test_names_are_compared_without_case_marks_and_plurals() -> None:
    assert name_key("Arc-capacity constraints") == name_key("Arc-Capacity Constraint")
    assert name_key("Set-Partitioning/Assignment") == name_key("Set Partitioning/Assignment")
    assert name_key("Data I/O & Validation") == name_key("data i/o and validation")
    assert path_key(("A", "B")) != path_key(("A B",))


def test_invisible_and_control_characters_do_not_survive() -> None:
    assert clean("a\u202eb\x00c\u200bd\r\n\ud800 ") == "abcd\n?"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"applies_when": " \u200b"}, "applies_when"),
        ({"explanation": "x" * 20_001}, "20,001"),
        ({"solver_scope": "cplex"}, "cplex"),
        ({"labels": ((),)}, "label"),
        ({"labels": (("a", "b", "c", "d"),)}, "label"),
        ({"title": "t" * 161}, "title"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_the_reason(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ContentError, match=said):
        replace(CONSERVATION, **changes).cleaned()  # type: ignore[arg-type]


def test_the_hash_is_of_what_is_said() -> None:
    label = (("DOMAIN modeling", "network flows", "flow conservation"),)
    assert replace(CONSERVATION, title="Another", labels=label).digest() == CONSERVATION.digest()
    assert replace(CONSERVATION, not_when="").digest() != CONSERVATION.digest()


@pytest.mark.django_db
class TestInTables:
    def test_content_comes_back_as_it_was(self) -> None:
        assert content_of(draft()) == CONSERVATION

    def test_everyone_a_workspace_or_one_person_sees_it(self, alice: User, bob: User, charlie: User) -> None:
        workspace = workspace_of(alice)
        everyone, shared, own = draft(), draft(workspace=workspace), draft(workspace=workspace, owner=alice)
        seen = {
            user.username: set(InsightVersion.objects.visible_to(user).values_list("id", flat=True))
            for user in (alice, bob, charlie)
        }
        assert seen["alice"] == {everyone.id, shared.id, own.id}
        assert seen["bob"] == {everyone.id, shared.id}
        assert seen["charlie"] == {everyone.id}
        assert set(Insight.objects.visible_to(charlie)) == {everyone.insight}

    def test_a_new_version_leaves_the_old_one(self) -> None:
        first = draft()
        broader = replace(CONSERVATION, applies_when="Anything that flows.")
        second = insights.add_version(first.insight, broader, Provenance(origin=Origin.REFINED), parents=[first])
        assert (second.number, second.state) == (2, "draft")
        assert content_of(InsightVersion.objects.get(id=first.id)) == CONSERVATION
        assert Lineage.objects.get().kind == Lineage.Kind.REFINE

    def test_a_merge_deletes_nothing(self) -> None:
        parents = [draft(), draft(KNAPSACK)]
        bystander = draft(applies_when="Another one under the same label.")
        child = insights.derive(
            CONSERVATION, Provenance(origin=Origin.MERGED), parents=parents, kind=Lineage.Kind.MERGE
        )
        assert InsightVersion.objects.count() == 4
        assert bystander in InsightVersion.objects.all()
        assert {link.parent_id for link in child.ancestors.all()} == {parent.id for parent in parents}
        assert child.labels.exists()

    def test_a_merge_reaches_no_further_than_its_parents(self, alice: User) -> None:
        parents = [draft(), draft(KNAPSACK, workspace=workspace_of(alice))]
        with pytest.raises(LibraryRefused, match="Promote"):
            insights.derive(CONSERVATION, Provenance(), parents=parents, kind=Lineage.Kind.MERGE)

    def test_a_promotion_wants_a_curator_and_another_text(self, alice: User, bob: User) -> None:
        workspace = workspace_of(alice)
        secret = replace(KNAPSACK, explanation="At Acme Ltd trucks carry 17,350 kg.")
        version = insights.create(secret, Provenance(author=alice, source={"run": "r1"}), reach=Reach(workspace))
        redacted = replace(secret, explanation="Trucks have a capacity.")
        with pytest.raises(LibraryRefused, match="curator"):
            insights.promote(version, redacted, actor=alice, to=None)
        alice = curator(alice)
        with pytest.raises(LibraryRefused, match="unchanged"):
            insights.promote(version, secret, actor=alice, to=None)
        child = insights.promote(version, redacted, actor=alice, to=None)
        assert (child.state, child.source, child.insight.scope) == ("draft", {}, "global")

    def test_a_promotion_repeats_nothing_of_the_tasks_it_comes_from(self, alice: User) -> None:
        workspace, alice = workspace_of(alice), curator(alice)
        learnt_from = "Plan the trucks of Nordfrakt, each with 17,350 kg."
        version = insights.create(KNAPSACK, Provenance(source={"text": learnt_from}), reach=Reach(workspace))
        episode, _ = uses.open_episode(workspace=workspace, run_id=uuid.uuid4(), text="Lorries of Hansen take 912.5 t.")
        InsightUse.objects.create(episode=episode, version=version, insight=version.insight, role="shown")
        for said, told in (("up to 17350 kg", "17350"), ("as Nordfrakt does", "Nordfrakt"), ("912.5 t", "912.5")):
            content = replace(KNAPSACK, explanation=f"Each truck takes what fits, {said}.")
            with pytest.raises(LibraryRefused, match=told):
                insights.promote(version, content, actor=alice, to=None)
        titled = replace(KNAPSACK, title="Trucks of Hansen", explanation="Each truck takes what fits.")
        with pytest.raises(LibraryRefused, match="Hansen"):
            insights.promote(version, titled, actor=alice, to=None)
        clean = replace(KNAPSACK, explanation="Each truck takes what fits.")
        assert insights.promote(version, clean, actor=alice, to=None).source == {}

    def test_strangers_do_not_see_where_a_promoted_insight_came_from(self, alice: User, charlie: User) -> None:
        alice = curator(alice)
        version = draft(workspace=workspace_of(alice))
        insights.promote(version, replace(CONSERVATION, not_when="Redacted."), actor=alice, to=None)
        assert Lineage.objects.visible_to(alice).count() == 1
        assert not Lineage.objects.visible_to(charlie).exists()
        assert not AuditEntry.objects.visible_to(charlie).exists()

    def test_a_viewer_writes_nothing(self, alice: User, charlie: User) -> None:
        with pytest.raises(LibraryRefused):
            insights.create(KNAPSACK, Provenance(author=charlie), reach=Reach(workspace_of(alice)))
        with pytest.raises(LibraryRefused):
            insights.create(KNAPSACK, Provenance(author=charlie))
        assert not Insight.objects.exists()
