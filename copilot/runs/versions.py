"""The comparing and saving stage: an immutable version, its checks, and what changed since the one before."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction

from copilot.drafting.base import Draft
from copilot.drafting.wire import data_to_json
from copilot.runs.builds import Built
from copilot.runs.checks import Check
from copilot.runs.events import EventType, LeaseLost
from copilot.runs.models import ModelVersion, Run
from copilot.runs.stage import Stage
from solvers.equivalence.diff import diff
from solvers.instance import Instance


def compare(stage: Stage, built: Built) -> dict[str, Any] | None:
    """What changed in the instance since the version being revised, under its verdict; None for a first version."""
    base = stage.run.base
    if base is None:
        return None
    found = diff(instance_of(base), built.instance, should_stop=stage.lease.should_stop).to_json()
    stage.record(EventType.DIFF_COMPUTED, {"against": base.number, "diff": found})
    return found


def save(stage: Stage, draft: Draft, built: Built, checks: list[Check], changes: dict[str, Any] | None) -> ModelVersion:
    """Store the version and hang it on the run, once, in one transaction fenced by the lease."""
    run = stage.run
    number = run.base.number + 1 if run.base else 1
    with transaction.atomic():
        version = ModelVersion.objects.create(
            workspace=run.workspace,
            number=number,
            parent=run.base,
            title=draft.formulation.title or (changes or {}).get("summary", "")[:200],
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
