"""The comparing and saving stage: an immutable version, its checks, and what changed since the one before, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from copilot.drafting.base import Data, Draft
from copilot.drafting.formulation import Formulation
from copilot.drafting.wire import data_from_json, data_to_json
from copilot.runs import checkpoints, origins, parametric, rebinds, structure
from copilot.runs.builds import Built
from copilot.runs.checks import Check
from copilot.runs.events import EventType, LeaseLost
from copilot.runs.models import ModelVersion, Run
from copilot.runs.stage import Stage
from solvers.equivalence.diff import diff
from solvers.instance import Instance


def compare(stage: Stage, draft: Draft, built: Built) -> dict[str, Any] | None:
    """What changed since the version being revised, in the instance and in the structure; None for a first version.

    Each changed family is told with its lines in both programs and whether the newest message asked for it.
    """
    base = stage.run.base
    if base is None:
        return None
    earlier = instance_of(base)
    found = diff(earlier, built.instance, should_stop=stage.lease.should_stop).to_json()
    stage.check()
    drafted = _Stand(draft.formulation, draft.program, draft.data, stage.run.request_text, built)
    found = _explained(found, _stand_of(base, earlier), drafted, stage.lease.should_stop)
    found = origins.with_hand(found, draft.formulation, checkpoints.edited_by_hand(stage.run))
    if stage.run.kind == Run.Kind.DATA:
        found = rebinds.as_asked(found, stage.run.question.get("names", ()))
    stage.check()
    stage.record(EventType.DIFF_COMPUTED, {"against": base.number, "diff": found})
    return found


def explained(
    found: dict[str, Any], first: ModelVersion, second: ModelVersion, *, should_stop: Callable[[], bool]
) -> dict[str, Any]:
    """The diff of any two stored versions with what `compare` adds: `parametric`, and of each family its origin."""
    stands = [_stand_of(version, instance_of(version)) for version in (first, second)]
    return _explained(found, stands[0], stands[1], should_stop)


@dataclass(frozen=True, slots=True)
class _Stand:
    """What a version is before or after it is stored."""

    formulation: Formulation | None
    program: str
    data: Data
    text: str
    built: Built

    @property
    def side(self) -> origins.Side:
        return origins.Side(self.formulation, self.program, self.text, self.built.instance.objective_name)

    @property
    def programmed(self) -> parametric.Programmed:
        return parametric.programmed(self.program, self.data, self.built.fingerprint, self.text)


def _stand_of(version: ModelVersion, instance: Instance) -> _Stand:
    formulation, data = origins.formulation_of(version), data_from_json(version.data)
    built = Built(instance, version.fingerprint, version.instance_summary)
    return _Stand(formulation, version.program, data, version.request_text, built)


def _explained(found: dict[str, Any], before: _Stand, after: _Stand, should_stop: Callable[[], bool]) -> dict[str, Any]:
    nonzeros = max(stand.built.instance.nonzero_count for stand in (before, after))
    compared = structure.compare_structure(
        before.programmed,
        after.programmed,
        parametric.Known(found["verdict"], found["shift"], nonzeros),
        build=structure.in_sandbox(should_stop),
        should_stop=should_stop,
    )
    return origins.with_origins(found, before.side, after.side) | {"parametric": compared.to_json()}


def save(stage: Stage, draft: Draft, built: Built, checks: list[Check], changes: dict[str, Any] | None) -> ModelVersion:
    """Store the version and hang it on the run, once, in one transaction fenced by the lease."""
    run = stage.run
    number = run.base.number + 1 if run.base else 1
    with transaction.atomic():
        version = ModelVersion.objects.create(
            workspace=run.workspace,
            number=number,
            parent=run.base,
            title=_title(run, changes) or draft.formulation.title,
            request_text=run.request_text,
            formulation=draft.formulation.model_dump(mode="json"),
            program=draft.program,
            data=data_to_json(draft.data),
            drafter=draft.drafter,
            instance=built.instance.to_bytes(),
            instance_summary=built.summary,
            fingerprint=built.fingerprint,
            checks=[asdict(check) for check in checks],
            diff=changes,
        )
        if not Run.objects.filter(id=run.id, owner=stage.lease.owner, version=None).update(version=version):
            raise LeaseLost(str(run.id))
        stage.record(EventType.VERSION_SAVED, {"version": str(version.id), "number": number})
    run.version = version
    return version


def _title(run: Run, changes: dict[str, Any] | None) -> str:
    if run.kind == Run.Kind.DATA:
        return f"New data: {', '.join(run.question.get('names', ()))}"[: origins.TITLE]
    return origins.title_of(changes) if run.revision_start else ""


def instance_of(version: ModelVersion) -> Instance:
    """The stored instance of a version, validated again on reading."""
    return Instance.from_bytes(bytes(version.instance))
