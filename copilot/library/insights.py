"""Verbs on insights: create, write a new version, promote to a wider scope, and read what one says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch

from copilot.accounts.models import User, Workspace
from copilot.accounts.services import may_write
from copilot.library import audit, lint, taxonomy
from copilot.library.access import LibraryRefused, check_curate, check_edit
from copilot.library.content import Content, LabelPath
from copilot.library.models import Episode, Insight, InsightVersion, Lineage, Origin, Scope, TaxonomyLabel, VersionLabel

_TASKS = 200  # newest tasks of a workspace that a text is held against


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a version comes from; `source` and `extras` are plain JSON."""

    origin: Origin = Origin.WRITTEN
    author: User | None = None
    model_id: str = ""
    licence: str = ""
    source: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)
    findings: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """Who an insight is for: everyone without a workspace, else its members, else one of them."""

    workspace: Workspace | None = None
    owner: User | None = None

    @property
    def scope(self) -> Scope:
        """The scope's name."""
        if self.workspace is None:
            return Scope.GLOBAL
        return Scope.PRIVATE if self.owner else Scope.WORKSPACE


@transaction.atomic
def create(
    content: Content,
    provenance: Provenance,
    *,
    reach: Reach = Reach(),
    key: str = "",
    legacy_id: int | None = None,
) -> InsightVersion:
    """A new insight with its first version, a draft. Raises ContentError or LibraryRefused."""
    if provenance.author is not None and reach.workspace is None:
        check_curate(provenance.author, None)
    if provenance.author is not None and reach.workspace and not may_write(provenance.author, reach.workspace):
        raise LibraryRefused("You may read this workspace, but not write in it.")
    insight = Insight.objects.create(
        scope=reach.scope, workspace=reach.workspace, owner=reach.owner, key=key, legacy_id=legacy_id
    )
    return _store(insight, 1, content.cleaned(), provenance)


@transaction.atomic
def add_version(
    insight: Insight,
    content: Content,
    provenance: Provenance,
    *,
    parents: Sequence[InsightVersion] = (),
    kind: Lineage.Kind = Lineage.Kind.REFINE,
) -> InsightVersion:
    """A new version, a draft; those before it stay as they are. `parents` are linked as its ancestors."""
    check_edit(provenance.author, insight)
    Insight.objects.select_for_update().get(id=insight.id)  # two writers get two numbers
    newest = insight.versions.order_by("-number").first()
    if newest and not provenance.extras:  # what a foreign format carries stays with the insight
        provenance = replace(provenance, extras=newest.extras)
    version = _store(insight, newest.number + 1 if newest else 1, content.cleaned(), provenance)
    _link(parents, version, kind)
    return version


@transaction.atomic
def derive(
    content: Content,
    provenance: Provenance,
    *,
    parents: Sequence[InsightVersion],
    kind: Lineage.Kind,
    reach: Reach = Reach(),
) -> InsightVersion:
    """A new insight that came from others, by merge or split; the parents stay as they are until someone retires them.

    Raises LibraryRefused when it would reach further than one of its parents: promote that one first.
    """
    if any(not _reaches(parent.insight, reach) for parent in parents):
        raise LibraryRefused("It would be seen by more people than one of its parents. Promote that parent first.")
    version = create(content, provenance, reach=reach)
    _link(parents, version, kind)
    return version


@transaction.atomic
def promote(
    version: InsightVersion, redacted: Content, *, actor: User, to: Workspace | None, licence: str = ""
) -> InsightVersion:
    """A draft in a wider scope with a text that a person has redacted; run, author and extras stay behind.

    `to` is the insight's own workspace (from one person to the workspace) or None (to everyone). The draft goes through
    review like any other. Raises LibraryRefused when the scope is not wider, and on the way to everyone when the text
    was not touched or repeats numbers or names of the tasks that the insight was learnt from or used on.
    """
    insight = version.insight
    check_edit(actor, insight)
    check_curate(actor, to)
    wider = insight.scope != Scope.GLOBAL and (to is None or (to == insight.workspace and insight.owner is not None))
    if not wider:
        raise LibraryRefused("An insight is promoted to its workspace, or to everyone; this one is there already.")
    if to is None and redacted.cleaned().digest() == version.content_hash:
        raise LibraryRefused("The text is unchanged. Take out what belongs to the workspace before everyone reads it.")
    if to is None and (said := _told_of_tasks(version, redacted)):
        raise LibraryRefused(f"{said} Take that out before everyone reads it.")
    provenance = Provenance(origin=Origin.PROMOTED, author=actor, licence=licence)
    child = create(redacted, provenance, reach=Reach(workspace=to))
    _link([version], child, Lineage.Kind.PROMOTE)
    audit.note("promoted", version, actor=actor, workspace=insight.workspace, into=str(child.id))
    return child


def _told_of_tasks(version: InsightVersion, redacted: Content) -> str:
    """What a text tells of the workspace's own tasks: the one it was learnt from, and those it was used on."""
    tasks = Episode.objects.filter(uses__insight=version.insight).exclude(workspace=None).exclude(text="")
    texts = [
        str(version.source.get("text", "")),
        *tasks.order_by("-created_at").values_list("text", flat=True)[:_TASKS],
    ]
    content = replace(redacted.cleaned(), applies_when=f"{redacted.title}. {redacted.applies_when}")
    found = dict.fromkeys(finding.message for text in dict.fromkeys(texts) for finding in lint.leaked(content, text))
    return " ".join(list(found)[:4])


# What `content_of` reads beyond the row itself, for `prefetch_related` where there are many.
_UP = ("label", "label__parent", "label__parent__parent")
CARRIED = Prefetch(
    "version_labels",
    VersionLabel.objects.select_related("label__parent__parent")
    .only(
        "version",
        "position",
        *_UP,
        *(f"{label}__name" for label in _UP),
        "label__parent__parent__parent",
        "label__redirect",
    )
    .order_by("version_id", "position"),  # the default would sort by the versions' own order, and read them all
)


def content_of(version: InsightVersion) -> Content:
    """What a version says, as plain values; labels by the names that stand for them now."""
    carried = sorted(version.version_labels.all(), key=lambda link: link.position)
    return _content(version, dict.fromkeys(label_path(taxonomy.standing(link.label)) for link in carried))


def contents_of(versions: Iterable[InsightVersion]) -> dict[UUID, Content]:
    """What many versions say, with one query for the names of their labels."""
    rows = {version.pk: version for version in versions}
    up = ("label__parent__parent__name", "label__parent__name", "label__name")
    links = VersionLabel.objects.filter(version_id__in=rows).order_by("position")
    paths: dict[UUID, dict[LabelPath, None]] = {key: {} for key in rows}
    for version_id, label_id, merged, *names in links.values_list("version_id", "label_id", "label__redirect_id", *up):
        path = tuple(name for name in names if name is not None)
        if merged:
            path = label_path(taxonomy.standing(TaxonomyLabel.objects.get(id=label_id)))
        paths[version_id][path] = None
    return {key: _content(version, paths[key]) for key, version in rows.items()}


def _content(version: InsightVersion, paths: Iterable[LabelPath]) -> Content:
    return Content(
        applies_when=version.applies_when,
        not_when=version.not_when,
        explanation=version.explanation,
        wrong=version.wrong,
        right=version.right,
        title=version.title,
        labels=tuple(paths),
        solver_scope=version.solver_scope,
        language=version.language,
    )


def label_path(label: TaxonomyLabel) -> LabelPath:
    """The names from the stage down to a label."""
    return (*(label_path(label.parent) if label.parent else ()), label.name)


def _reaches(parent: Insight, reach: Reach) -> bool:
    """Whether everyone in `reach` may see the parent."""
    if parent.scope == Scope.GLOBAL:
        return True
    same = reach.workspace is not None and parent.workspace_id == reach.workspace.pk
    return same and (parent.owner_id is None or (reach.owner is not None and parent.owner_id == reach.owner.pk))


def _store(insight: Insight, number: int, content: Content, provenance: Provenance) -> InsightVersion:
    fields = {name: value for name, value in asdict(content).items() if name != "labels"}
    version = InsightVersion.objects.create(
        insight=insight,
        number=number,
        content_hash=content.digest(),
        origin=provenance.origin,
        author=provenance.author,
        model_id=provenance.model_id,
        licence=provenance.licence,
        source=dict(provenance.source),
        extras=dict(provenance.extras),
        findings=[dict(finding) for finding in provenance.findings],
        **fields,
    )
    workspace, author = insight.workspace, provenance.author
    labels = [taxonomy.find_or_propose(path, workspace=workspace, actor=author) for path in content.labels]
    distinct = {label.id: label for label in labels}
    VersionLabel.objects.bulk_create(
        VersionLabel(version=version, label=label, position=place) for place, label in enumerate(distinct.values())
    )
    audit.note("created", version, actor=author, workspace=workspace, origin=provenance.origin, number=number)
    return version


def _link(parents: Sequence[InsightVersion], child: InsightVersion, kind: Lineage.Kind) -> None:
    Lineage.objects.bulk_create(Lineage(parent=parent, child=child, kind=kind) for parent in parents)
