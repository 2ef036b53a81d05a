"""Writes what was learnt: drafts with their trials, verified where these prove it. Called inside one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from copilot.drafting.base import InsightText
from copilot.learning.bench import solver_used
from copilot.learning.cases import Bench
from copilot.learning.llm_curator import prompts_hash
from copilot.learning.trials import Proof, Record
from copilot.library import insights, moves, taxonomy
from copilot.library.content import Content
from copilot.library.insights import Provenance, Reach, content_of
from copilot.library.models import InsightVersion, Origin, TaxonomyLabel, TrialRecord, VersionLabel
from copilot.library.states import State

_MATES = 200


def as_text(content: Content) -> InsightText:
    """A candidate as a drafter reads it, under the hash of what it says."""
    condition = f"{content.applies_when} Not when: {content.not_when}" if content.not_when else content.applies_when
    labels = "; ".join(" → ".join(path) for path in content.labels)
    example = f"wrong:\n{content.wrong}\nright:\n{content.right}"
    return InsightText(content.digest(), labels, condition, content.explanation, example)


def content_json(content: Content) -> dict[str, Any]:
    """Plain JSON, from which `content_from` makes the same."""
    return asdict(content)


def content_from(raw: Mapping[str, Any]) -> Content:
    """What `content_json` wrote."""
    return Content(**{**raw, "labels": tuple(tuple(path) for path in raw["labels"])})


def label_mates(content: Content, reach: Reach) -> list[tuple[InsightVersion, Content]]:
    """The insights that stand under a label of this one and that its readers may see, newest version each."""
    found = (taxonomy.find(path, workspace=reach.workspace) for path in content.labels)
    labels: list[TaxonomyLabel] = [label for label in found if label is not None]
    carrying = VersionLabel.objects.filter(label__in=labels).values("version__insight")
    versions = InsightVersion.objects.filter(insight__in=carrying, insight__scope="global")
    if reach.workspace is not None:
        own = InsightVersion.objects.filter(insight__in=carrying, insight__workspace=reach.workspace)
        versions = versions | own.filter(insight__owner=reach.owner) | own.filter(insight__owner=None)
    newest: dict[Any, InsightVersion] = {}
    for version in versions.exclude(state=State.RETIRED).order_by("number"):
        newest[version.insight_id] = version
    return [(version, content_of(version)) for version in list(newest.values())[-_MATES:]]


def store(
    candidates: Sequence[Content],
    proofs: Sequence[Proof],
    *,
    reach: Reach,
    bench: Bench,
    model_id: str,
    source: Mapping[str, Any],
) -> list[InsightVersion]:
    """A draft per candidate with its trial records; moved to verified where its proof holds."""
    versions = []
    for content in candidates:
        told = {**source, "prompts": prompts_hash()}
        provenance = Provenance(origin=Origin.LEARNED, model_id=model_id, source=told)
        versions.append(insights.create(content, provenance, reach=reach))
    ids = {content.digest(): str(version.id) for content, version in zip(candidates, versions, strict=True)}
    for version, proof in zip(versions, proofs, strict=True):
        keep_trials(version, proof.records, ids, bench)
        if proof.is_proven:
            moves.move(version.id, State.DRAFT, State.VERIFIED, actor=None, reason=proof.why)
            version.refresh_from_db()
    return versions


def keep_trials(version: InsightVersion, records: Sequence[Record], ids: Mapping[str, str], bench: Bench) -> None:
    """One row per attempt of each arm; `ids` are the versions behind the keys that were shown."""
    trial = uuid.uuid4()
    TrialRecord.objects.bulk_create(
        TrialRecord(
            trial=trial,
            version=version,
            arm=record.arm,
            task_key=record.task_key,
            seed=record.seed,
            perturbed=record.moved_data,
            shown=[ids.get(key, key) for key in record.shown],
            correct=record.tried.correct,
            termination_condition=record.tried.ending.termination_condition[:40],
            objective_value=record.tried.ending.value,
            model_id=bench.model_id,
            solver=solver_used(bench.solver),
            input_tokens=record.tried.tokens,
            seconds=record.tried.seconds,
            details={"how": record.tried.how, "calls": record.tried.calls, "reason": record.tried.reason[:500]},
        )
        for record in records
    )
