"""The comparing and saving stage: an immutable version, its checks, and what changed since the one before, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction

from copilot.drafting.base import Draft
from copilot.drafting.wire import data_from_json, data_to_json
from copilot.runs import origins, parametric, structure
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
    before = origins.side_of(base, objective=earlier.objective_name)
    text, objective = stage.run.request_text, built.instance.objective_name
    found = origins.with_origins(found, before, origins.Side(draft.formulation, draft.program, text, objective))
    found["parametric"] = _structure(stage, base, draft, built, found)
    stage.check()
    stage.record(EventType.DIFF_COMPUTED, {"against": base.number, "diff": found})
    return found


def _structure(stage: Stage, base: ModelVersion, draft: Draft, built: Built, found: dict[str, Any]) -> dict[str, Any]:
    text = stage.run.request_text
    known = parametric.Known(found["verdict"], found["shift"], built.instance.nonzero_count)
    return structure.compare_structure(
        parametric.programmed(base.program, data_from_json(base.data), base.fingerprint, base.request_text),
        parametric.programmed(draft.program, draft.data, built.fingerprint, text),
        known,
        build=structure.in_sandbox(stage.lease.should_stop),
        should_stop=stage.lease.should_stop,
    ).to_json()


def save(stage: Stage, draft: Draft, built: Built, checks: list[Check], changes: dict[str, Any] | None) -> ModelVersion:
    """Store the version and hang it on the run, once, in one transaction fenced by the lease."""
    run = stage.run
    number = run.base.number + 1 if run.base else 1
    with transaction.atomic():
        version = ModelVersion.objects.create(
            workspace=run.workspace,
            number=number,
            parent=run.base,
            title=(origins.title_of(changes) if run.revision_start else "") or draft.formulation.title,
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


def instance_of(version: ModelVersion) -> Instance:
    """The stored instance of a version, validated again on reading."""
    return Instance.from_bytes(bytes(version.instance))
