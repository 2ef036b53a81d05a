"""Export: the newest version of each insight that the reader may see, in a format of files."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.db.models import OuterRef, Prefetch, Subquery

from copilot.accounts.models import User, Workspace
from copilot.library.formats import alphaopt, rows
from copilot.library.formats.records import Record
from copilot.library.insights import CARRIED, content_of, label_path
from copilot.library.models import InsightUse, InsightVersion, TaxonomyLabel

FORMATS = ("alphaopt", "jsonl", "csv")


def write(form: str, *, user: User | None, workspace: Workspace | None = None) -> str:
    """The text of the file: global insights, or those of one workspace; without a user the product itself reads."""
    records = list(records_of(user=user, workspace=workspace))
    if form == "jsonl":
        return rows.write_jsonl(records)
    if form == "csv":
        return rows.write_csv(records)
    return json.dumps([alphaopt.write(record) for record in records], indent=2, ensure_ascii=False) + "\n"


def write_taxonomy(*, workspace: Workspace | None = None) -> str:
    """The labels with their definitions, as AlphaOPT's taxonomy file."""
    tree: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    labels = TaxonomyLabel.objects.filter(workspace=workspace, redirect=None).select_related("parent__parent")
    for label in labels.order_by("level", "id"):
        path = label_path(label)
        below = tree.setdefault(path[0], {})
        if len(path) > 1:
            below.setdefault(path[1], {})
        if len(path) > 2:
            below[path[1]][path[2]] = {"definition": label.definition, "condition": label.condition}
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n"


def records_of(*, user: User | None, workspace: Workspace | None = None) -> Iterator[Record]:
    """One record per insight, in the order in which they came."""
    seen = InsightVersion.objects.all() if user is None else InsightVersion.objects.visible_to(user)
    newest = InsightVersion.objects.filter(insight=OuterRef("insight")).order_by("-number")
    versions = seen.filter(insight__workspace=workspace, id=Subquery(newest.values("id")[:1]))
    met = InsightUse.objects.all() if user is None else InsightUse.objects.visible_to(user)
    uses = met.exclude(outcome="").select_related("episode").order_by("id")
    loaded = versions.select_related("insight").prefetch_related(CARRIED, Prefetch("uses", uses))
    for version in sorted(loaded, key=_arrival):
        yield _record(version)


def _arrival(version: InsightVersion) -> tuple[object, ...]:
    return version.insight.created_at, version.source.get("position", 0), str(version.insight_id)


def _record(version: InsightVersion) -> Record:
    return Record(
        place=str(version.id),
        content=content_of(version),
        legacy_id=version.insight.legacy_id,
        key=version.insight.key,
        licence=version.licence,
        tasks=tuple(str(task) for task in version.source.get("tasks", ())),
        evidence=tuple((use.episode.task_key or str(use.episode_id), use.outcome) for use in version.uses.all()),
        raw=version.extras.get(alphaopt.FORMAT, {}),
    )
