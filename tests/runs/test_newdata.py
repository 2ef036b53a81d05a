"""New data for a version that stands: same program, other numbers, a new version, and no drafter anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.data.binding import ColumnBinding
from copilot.data.models import Dataset
from copilot.data.services import Upload, store_tables
from copilot.drafting.base import DraftOutcome
from copilot.runs import engines, newdata, pipeline, rebinds, services
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, ModelVersion, Run, RunEvent
from copilot.runs.rebinds import Mapped
from copilot.runs.services import RunError
from tests.data.workbooks import workbook
from tests.runs.fakes import FakeDrafter
from tests.runs.shipping import FORMULATION, OPTIMUM, PROGRAM, TEXT, shipping


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("ada", password="x")


@pytest.fixture
def first(owner: User, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A finished run of the transport model; from then on, asking for a drafter fails the test."""
    monkeypatch.setattr(engines, "drafter_for", lambda _: FakeDrafter([DraftOutcome("complete", draft=shipping())]))
    run = services.start_run(workspace=workspace_of(owner), actor=owner, text=TEXT, enqueue=False)
    pipeline.execute(run.id)

    def refused(name: str) -> Any:
        pytest.fail(f"a drafter was asked for: {name}")

    monkeypatch.setattr(engines, "drafter_for", refused)
    found = Run.objects.select_related("version").get(id=run.id)
    assert found.lifecycle == Lifecycle.SUCCEEDED
    assert found.result is not None
    assert found.result["objective_value"] == pytest.approx(OPTIMUM)
    return found


def brought(owner: User, **sheets: list[list[Any]]) -> list[Dataset]:
    upload = Upload("plan.xlsx", workbook(sheets))
    return store_tables(workspace=workspace_of(owner), actor=owner, uploads=[upload])


def demand_of(dataset: Dataset) -> list[Mapped]:
    return [Mapped(ColumnBinding("demand", "Demand", ("City",)), str(dataset.id))]


def test_new_numbers_are_solved_by_the_same_program_without_a_drafter(first: Run, owner: User) -> None:
    datasets = brought(owner, Demand=[["City", "Demand"], ["Paris", 20], ["Lyon", 30]])
    run = newdata.solve_with(run=first, actor=owner, mapped=demand_of(datasets[0]), datasets=datasets, enqueue=False)
    pipeline.execute(run.id)
    done = Run.objects.select_related("version", "version__parent").get(id=run.id)
    assert (done.lifecycle, done.verification) == (Lifecycle.SUCCEEDED, "passed")
    assert done.result is not None
    assert done.result["objective_value"] == pytest.approx(4.5 * 20 + 3.5 * 30)
    version = done.version
    assert version is not None
    assert (version.number, version.parent, version.program) == (2, first.version, PROGRAM)
    assert version.title == "New data: Demand"
    demand = next(item for item in version.formulation["parameters"] if item["name"] == "demand")
    assert demand["value"] == [[["Paris"], 20.0], [["Lyon"], 30.0]]
    assert demand["source"] == "table:Demand.Demand"
    assert version.diff is not None
    assert {family["requested"] for family in version.diff["families"]} == {"yes"}
    types = set(RunEvent.objects.filter(run=done).values_list("type", flat=True))
    assert EventType.DRAFT_PROPOSED in types
    assert not types & {EventType.DRAFT_ATTEMPT, EventType.DRAFT_REPAIR, EventType.INSIGHTS_CHOSEN}


def test_a_plant_may_be_added_with_all_its_numbers(first: Run, owner: User) -> None:
    cost = [["Plant", "City", "cost"], ["north", "Paris", 4], ["north", "Lyon", 6], ["south", "Paris", 5]]
    cost += [["south", "Lyon", 3], ["west", "Paris", 1], ["west", "Lyon", 1]]
    datasets = brought(owner, Cost=cost, Supply=[["Plant", "supply"], ["north", 30], ["south", 40], ["west", 60]])
    by_name = {dataset.name: str(dataset.id) for dataset in datasets}
    mapped = [
        Mapped(ColumnBinding("cost", "cost", ("Plant", "City")), by_name["Cost"]),
        Mapped(ColumnBinding("supply", "supply", ("Plant",)), by_name["Supply"]),
        Mapped(ColumnBinding("PLANTS", "Plant", role="labels"), by_name["Supply"]),
    ]
    run = newdata.solve_with(run=first, actor=owner, mapped=mapped, datasets=datasets, enqueue=False)
    pipeline.execute(run.id)
    done = Run.objects.select_related("version").get(id=run.id)
    assert done.result is not None
    assert done.result["objective_value"] == pytest.approx(1.5 * 60)
    assert done.version is not None
    assert done.version.formulation["sets"][0]["elements"] == ["north", "south", "west"]


def test_what_does_not_fit_is_refused_before_anything_is_queued(first: Run, owner: User) -> None:
    datasets = brought(owner, Demand=[["City", "Demand"], ["Paris", -20], ["Lyon", 30]])
    with pytest.raises(RunError, match=r"sheet Demand, cell B2 \(Demand\): -20 is negative"):
        newdata.solve_with(run=first, actor=owner, mapped=demand_of(datasets[0]), datasets=datasets, enqueue=False)
    with pytest.raises(RunError, match="Choose a column for at least one"):
        newdata.solve_with(run=first, actor=owner, mapped=[], datasets=datasets, enqueue=False)
    assert Run.objects.filter(kind=Run.Kind.DATA).count() == 0


def test_a_label_that_the_program_names_cannot_go(first: Run, owner: User) -> None:
    named = PROGRAM.replace("return m", 'm.fixed = pyo.Constraint(expr=m.ship["north", "Lyon"] == 0)\n    return m')
    ModelVersion.objects.filter(id=first.version_id).update(program=named)
    first.refresh_from_db()
    datasets = brought(owner, Demand=[["City", "Demand"], ["Paris", 20]])
    mapped = [*demand_of(datasets[0]), Mapped(ColumnBinding("CITIES", "City", role="labels"), str(datasets[0].id))]
    with pytest.raises(RunError, match="CITIES: Lyon is named by a rule of the model"):
        newdata.solve_with(run=first, actor=owner, mapped=mapped, datasets=datasets, enqueue=False)


def test_asking_twice_while_it_goes_on_starts_one_and_again_asks_the_same(first: Run, owner: User) -> None:
    datasets = brought(owner, Demand=[["City", "Demand"], ["Paris", 20], ["Lyon", 30]])
    ask = {"run": first, "actor": owner, "mapped": demand_of(datasets[0]), "datasets": datasets, "enqueue": False}
    run = newdata.solve_with(**ask)
    assert newdata.solve_with(**ask) == run
    pipeline.execute(run.id)
    again = newdata.again(run=Run.objects.get(id=run.id), actor=owner)
    assert again != run
    assert (again.kind, again.base_id, again.question) == (Run.Kind.DATA, run.base_id, run.question)


def test_a_killed_worker_leaves_a_run_that_another_finishes_once(
    first: Run, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = brought(owner, Demand=[["City", "Demand"], ["Paris", 20], ["Lyon", 30]])
    run = newdata.solve_with(run=first, actor=owner, mapped=demand_of(datasets[0]), datasets=datasets, enqueue=False)

    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rebinds, "rebound", killed)
        with pytest.raises(KeyboardInterrupt):
            pipeline.execute(run.id)
    Run.objects.filter(id=run.id).update(lifecycle=Lifecycle.QUEUED, lease_until=None)
    pipeline.execute(run.id)
    assert Run.objects.get(id=run.id).lifecycle == Lifecycle.SUCCEEDED
    assert ModelVersion.objects.filter(parent=first.version).count() == 1


def test_a_dataset_of_another_workspace_is_refused(first: Run, owner: User) -> None:
    stranger = User.objects.create_user("eve", password="x")
    (theirs,) = brought(stranger, Demand=[["City", "Demand"], ["Paris", 20], ["Lyon", 30]])
    with pytest.raises(RunError, match="another workspace"):
        newdata.solve_with(run=first, actor=owner, mapped=demand_of(theirs), datasets=[theirs], enqueue=False)
    with pytest.raises(RunError, match="only planners and owners"):
        newdata.solve_with(run=first, actor=stranger, mapped=demand_of(theirs), datasets=[theirs], enqueue=False)


def test_the_formulation_follows_the_numbers() -> None:
    other = rebinds.rebound(FORMULATION, {"handling": 0.75, "CITIES": ["Paris"]}, {"handling": "table:Fees.value"})
    assert other.objective.terms[1].coefficient == 0.75
    assert other.sets[1].elements == ("Paris",)
    assert next(item for item in other.parameters if item.name == "handling").source == "table:Fees.value"
