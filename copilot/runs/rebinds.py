"""The stage of a run with new data: the base version's program as it is, reading the mapped columns; nobody drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError

from copilot.data.binding import Bound, ColumnBinding
from copilot.data.errors import DataError
from copilot.data.mapping import Wanted
from copilot.data.models import Dataset
from copilot.data.services import table_of
from copilot.data.table import DataTable
from copilot.data.validating import Validated, validate
from copilot.drafting.base import Datum, Draft, DraftingError
from copilot.drafting.formulation import Formulation
from copilot.drafting.rebinding import merged, rebound
from copilot.drafting.wire import data_from_json, data_to_json
from copilot.runs.events import EventType
from copilot.runs.models import ModelVersion
from copilot.runs.stage import Stage, StageFailed
from copilot.runs.wants import faults_of_labels, wanted_of

DRAFTER = "new data"


@dataclass(frozen=True, slots=True)
class Mapped:
    """A binding and the dataset that it reads."""

    binding: ColumnBinding
    dataset: str

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the run."""
        return {"dataset": self.dataset, **asdict(self.binding)}


def mapped_of(raw: Sequence[Mapping[str, Any]]) -> list[Mapped]:
    """What a run keeps of its mapping."""
    return [
        Mapped(
            ColumnBinding(**{**{k: v for k, v in one.items() if k != "dataset"}, "keys": tuple(one["keys"])}),
            str(one["dataset"]),
        )
        for one in raw
    ]


def draft(stage: Stage) -> Draft:
    """The base version's draft with the new data in it. Raises StageFailed with the first thing that does not fit."""
    run = stage.run
    if run.base is None:
        raise StageFailed("The version that this data was for is gone. Choose another run and map the data again.")
    mapped = mapped_of(run.question.get("bindings", ()))
    datasets = {str(dataset.id): dataset for dataset in run.datasets.order_by("name")}
    try:
        tables = {key: table_of(dataset) for key, dataset in datasets.items()}
        found = read(run.base, mapped, tables)
        draft_ = _drafted(run.base, found, mapped, datasets)
    except (DataError, DraftingError) as error:
        raise StageFailed(str(error)) from error
    told = [
        {"name": table.name, "rows": table.row_count, "columns": list(table.columns), "warnings": list(table.warnings)}
        for table in tables.values()
    ]
    stage.record(EventType.DRAFT_STARTED, {"drafter": DRAFTER, "tables": told})
    stage.record(
        EventType.DRAFT_PROPOSED,
        {
            "drafter": draft_.drafter,
            "formulation": draft_.formulation.model_dump(mode="json"),
            "program": draft_.program,
            "data": data_to_json(draft_.data),
        },
    )
    return draft_


def read(version: ModelVersion, mapped: Sequence[Mapped], tables: Mapping[str, DataTable]) -> Validated:
    """What the mapped columns give for a version's program, or everything that does not fit.

    `tables` are by the id of their dataset. Raises DataError for a dataset or a name that is not there.
    """
    formulation = formulation_of(version)
    wanted = wanted_of(formulation, data_from_json(version.data))
    chosen, own = _chosen(wanted, mapped, tables)
    found = validate(wanted, chosen, own)
    faults = found.faults or tuple(faults_of_labels(formulation, version.program, found.values))
    return Validated({} if faults else found.values, faults, found.doubts)


def formulation_of(version: ModelVersion) -> Formulation:
    """The formulation of a version. Raises DataError where an older release wrote it."""
    try:
        return Formulation.model_validate(version.formulation)
    except ValidationError as error:
        raise DataError(
            "This version was written by an older release, so data cannot be mapped to it. Send its text again first."
        ) from error


def as_asked(found: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The diff with every change asked for: whoever brings new data wants new numbers."""
    phrase = f"new data: {', '.join(names)}"
    told = [family | {"requested": "yes", "phrase": phrase, "unrequested": []} for family in found.get("families", ())]
    return found | {"families": told}


def _chosen(
    wanted: Sequence[Wanted], mapped: Sequence[Mapped], tables: Mapping[str, DataTable]
) -> tuple[dict[str, ColumnBinding], dict[str, DataTable]]:
    known = {one.name for one in wanted}
    chosen: dict[str, ColumnBinding] = {}
    own: dict[str, DataTable] = {}
    for one in mapped:
        if one.binding.name not in known:
            raise DataError(f"The program reads nothing named {one.binding.name}. Map the data again.")
        if one.dataset not in tables:
            raise DataError(f"The dataset for {one.binding.name} is gone. Upload it again.")
        chosen[one.binding.name], own[one.binding.name] = one.binding, tables[one.dataset]
    return chosen, own


def _drafted(base: ModelVersion, found: Validated, mapped: Sequence[Mapped], datasets: Mapping[str, Dataset]) -> Draft:
    if found.faults:
        raise DataError(" ".join(found.faults[:3]))
    before = data_from_json(base.data)
    changes = {name: value for name, value in found.values.items() if name in before}
    data = merged(before, changes)
    sources = {one.binding.name: f"table:{datasets[one.dataset].name}.{one.binding.column or '*'}" for one in mapped}
    formulation = rebound(formulation_of(base), {**data, **_sets(found)}, sources)
    return Draft(formulation, base.program, data, base.drafter)


def _sets(found: Validated) -> dict[str, Datum]:
    """Labels of sets, which the formulation tells even where the program does not read them."""
    return {name: value for name, value in found.values.items() if _is_labels(value)}


def _is_labels(value: Bound) -> bool:
    return isinstance(value, list) and all(isinstance(label, str) for label in value)
