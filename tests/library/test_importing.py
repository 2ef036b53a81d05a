"""Import and export through the tables: drafts with a report, all or nothing, and the same file out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.library import exporting, insights, taxonomy
from copilot.library.access import LibraryRefused
from copilot.library.formats import strict_json
from copilot.library.importing import ImportReport, import_file, read_path
from copilot.library.insights import Provenance, Reach, content_of
from copilot.library.models import Episode, Insight, InsightUse, InsightVersion, Lineage, TaxonomyLabel
from tests.library.cast import CONSERVATION, KNAPSACK, draft
from tests.library.test_formats import BENCH, FIRST, SECOND, with_bench

pytestmark = pytest.mark.django_db
OTHER = FIRST | {"insight_id": 8, "explanation": "Another lesson.", "task_id": None}


def imported(*raw: dict[str, Any], name: str = "library.json", **options: Any) -> ImportReport:
    return import_file(name, json.dumps(list(raw)).encode(), actor=None, **options)


def exported() -> Any:
    return json.loads(exporting.write("alphaopt", user=None))


def test_imported_insights_are_drafts_with_their_provenance() -> None:
    report = imported(OTHER, FIRST, licence="MIT")
    assert (report.stored, report.problems) == (2, [])
    version = InsightVersion.objects.get(insight__legacy_id=7)
    assert (version.state, version.origin, version.licence) == ("draft", "imported", "MIT")
    assert version.source["file"] == "library.json"
    assert version.source["tasks"] == ["12"]


def test_the_same_file_comes_out_in_the_same_order() -> None:
    imported(OTHER, SECOND)
    assert json.dumps(exported()) == json.dumps([OTHER, SECOND])


def test_importing_again_changes_nothing() -> None:
    imported(FIRST, OTHER)
    report = imported(FIRST, OTHER)
    assert (report.stored, report.already_there) == (0, 2)
    assert exported() == [FIRST, OTHER]


def test_newer_counters_of_the_same_insight_are_a_new_version() -> None:
    imported(FIRST)
    newer = FIRST | {"occurrence": 5}
    assert imported(newer).new_versions == 1
    assert Insight.objects.count() == 1
    assert Lineage.objects.get().kind == Lineage.Kind.IMPORT
    assert exported() == [newer]


def test_the_same_number_of_another_library_is_another_insight() -> None:
    imported(FIRST)
    assert imported(FIRST | {"explanation": "Unrelated."}).stored == 1


def test_an_edit_shows_in_the_export_and_the_rest_stays() -> None:
    imported(FIRST)
    version = InsightVersion.objects.get()
    edited = content_of(version)
    insights.add_version(
        version.insight, edited.__class__(**{**_fields(edited), "explanation": "New words."}), Provenance()
    )
    assert exported() == [FIRST | {"explanation": "New words."}]


def _fields(content: Any) -> dict[str, Any]:
    return {name: getattr(content, name) for name in content.__dataclass_fields__}


def test_what_a_file_claims_becomes_unverified_evidence() -> None:
    report = imported(FIRST)
    found = set(InsightUse.objects.values_list("episode__task_key", "outcome", "episode__origin"))
    assert found == {("A1", "positive", "import"), ("3", "positive", "import"), ("B2", "invalid", "import")}
    assert report.clashing_evidence == 1


@pytest.mark.parametrize(
    "bad", [FIRST, {"insight_id": 9}, FIRST | {"insight_id": 9, "taxonomy": {"A": {"B" * 200: []}}}]
)
def test_with_one_bad_record_nothing_is_stored(bad: dict[str, Any]) -> None:
    report = imported(FIRST, OTHER, bad)
    assert report.problems
    assert (report.stored, Insight.objects.count(), TaxonomyLabel.objects.count(), Episode.objects.count()) == (
        0,
        0,
        0,
        0,
    )


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from copilot.library import importing

    def broken(*_: object) -> list[object]:
        raise LibraryRefused("the disk is full")

    monkeypatch.setattr(importing.lint, "near_duplicates", broken)
    report = imported(FIRST, OTHER)
    assert (report.stored, report.problems[0].message) == (0, "the disk is full")
    assert not Insight.objects.exists()


def test_labels_that_differ_by_case_are_one_and_the_report_says_so() -> None:
    spelled = OTHER | {"taxonomy": {"general formulation": {"Variable definitions": ["Explicit bound"]}}}
    report = imported(FIRST, spelled)
    assert TaxonomyLabel.objects.filter(level=2).count() == 1
    assert len(report.respelled_labels) == 1
    assert exported() == [FIRST, spelled]


def test_labels_outside_the_taxonomy_are_proposed_and_said_to_be_unreachable() -> None:
    tree = {"General Formulation": {"Variable Definition": {"Explicit Bounds": {"definition": "d", "condition": "c"}}}}
    beside = OTHER | {"taxonomy": {"General Formulation": {"Variable Definition": ["Nowhere"]}}}
    report = imported(FIRST, beside, taxonomy_data=json.dumps(tree).encode())
    assert report.findings["unreachable_label"] == 1
    found = taxonomy.find(("General Formulation", "Variable Definition", "Explicit Bounds"))
    assert found
    assert found.definition == "d"
    assert taxonomy.find(("General Formulation", "Variable Definition", "Nowhere"))


def test_an_import_into_a_workspace_stays_there(alice: User, charlie: User) -> None:
    imported(FIRST, reach=Reach(workspace_of(alice)))
    assert not InsightVersion.objects.visible_to(charlie).exists()
    assert not Episode.objects.visible_to(charlie).exists()
    assert exported() == []
    assert json.loads(exporting.write("alphaopt", user=charlie, workspace=workspace_of(alice))) == []


def test_only_a_curator_imports_for_everyone(alice: User) -> None:
    with pytest.raises(LibraryRefused):
        import_file("library.json", b"[]", actor=alice)


@pytest.mark.parametrize("form", ["jsonl", "csv", "alphaopt"])
def test_our_own_insights_go_out_and_in_again(form: str) -> None:
    for key, content in (("a", CONSERVATION), ("b", KNAPSACK)):
        insights.create(content, Provenance(), key=key)
    text = exporting.write(form, user=None)
    Insight.objects.all().delete()
    report = import_file(f"library.{form.replace('alphaopt', 'json')}", text.encode(), actor=None)
    assert report.stored == 2
    assert {version.insight.key: content_of(version) for version in InsightVersion.objects.all()} == {
        "a": CONSERVATION,
        "b": KNAPSACK,
    }


def test_a_key_names_the_same_insight_again() -> None:
    row = {"key": "bounds", "applies_when": "a", "explanation": "b"}
    for text, expected in (("b", (1, 0)), ("b", (0, 0)), ("c", (0, 1))):
        report = import_file("x.jsonl", json.dumps(row | {"explanation": text}).encode(), actor=None)
        assert (report.stored, report.new_versions) == expected


@pytest.mark.parametrize("name", ["library.xml", "library"])
def test_an_unknown_ending_is_refused(name: str) -> None:
    assert "ends in none" in import_file(name, b"", actor=None).problems[0].message


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(strict_json.MOST_BYTES + (36 << 20))
    with pytest.raises(strict_json.FormatError, match="100 MB"):
        read_path(path)


@with_bench
@pytest.mark.bench
def test_the_published_library_goes_in_with_a_report_and_out_to_the_letter() -> None:
    data = (BENCH / "library.json").read_bytes()
    report = import_file(
        "library.json", data, actor=None, licence="MIT", taxonomy_data=(BENCH / "taxonomy.json").read_bytes()
    )
    assert (report.stored, report.problems) == (139, [])
    assert set(InsightVersion.objects.values_list("state", flat=True)) == {"draft"}
    assert report.findings["unreachable_label"] == 33  # 34 by exact spelling; one differs by letter case alone
    assert report.findings["gurobi_only"] >= 60
    assert report.findings["training_context"] >= 10
    assert len(report.near_duplicates) > 50
    assert report.clashing_evidence == 35
    assert json.dumps(exported()) == json.dumps(json.loads(data))


def test_strangers_are_not_told_of_drafts_in_other_workspaces(alice: User, charlie: User) -> None:
    draft(workspace=workspace_of(alice))
    assert exporting.write("jsonl", user=charlie) == ""
