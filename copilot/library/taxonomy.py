"""Verbs on the taxonomy: find or propose a label, approve, describe, rename, merge. Labels are never deleted."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Q

from copilot.accounts.models import User, Workspace
from copilot.library import audit, locks
from copilot.library.access import LibraryRefused, check_curate
from copilot.library.content import LabelPath, clean, path_key
from copilot.library.models import LabelAlias, TaxonomyLabel

Status = TaxonomyLabel.Status
LONGEST_NOTE = 4_000  # characters of a definition or condition


def find(path: LabelPath, *, workspace: Workspace | None = None) -> TaxonomyLabel | None:
    """The label at the address, or the one that stands for it now; those of the workspace come after those for all."""
    key = path_key(path)
    scope = Q(workspace=None) | Q(workspace=workspace)
    label = TaxonomyLabel.objects.filter(scope, path=key).order_by(F("workspace_id").asc(nulls_first=True)).first()
    if label is None:
        alias = LabelAlias.objects.filter(path=key, label__in=TaxonomyLabel.objects.filter(scope)).first()
        label = alias.label if alias else None
    return standing(label) if label else None


def standing(label: TaxonomyLabel) -> TaxonomyLabel:
    """The label that stands for this one after all merges."""
    while label.redirect is not None:
        label = label.redirect
    return label


@transaction.atomic
def find_or_propose(
    path: LabelPath,
    *,
    workspace: Workspace | None = None,
    actor: User | None = None,
    definition: str = "",
    condition: str = "",
) -> TaxonomyLabel:
    """The label at the address; where there is none it is proposed, with the labels above it."""
    if (found := find(path, workspace=workspace)) is not None:
        return found
    locks.alone_at("propose labels")  # two that propose the same ones in another order would wait for each other
    parent = find_or_propose(path[:-1], workspace=workspace, actor=actor) if len(path) > 1 else None
    label, made = TaxonomyLabel.objects.get_or_create(
        workspace=workspace,
        path=_address(parent, path[-1]),
        defaults={
            "parent": parent,
            "level": len(path) - 1,
            "name": clean(path[-1]),
            "definition": clean(definition),
            "condition": clean(condition),
            "created_by": actor,
        },
    )
    if made:
        audit.note("proposed", label, actor=actor, workspace=workspace, name=label.name)
    return standing(label)


@transaction.atomic
def approve(label: TaxonomyLabel, *, actor: User | None) -> None:
    """Agree to a label and to those above it."""
    check_curate(actor, label.workspace)
    node: TaxonomyLabel | None = label
    while node is not None:
        if TaxonomyLabel.objects.filter(id=node.id, status=Status.PROPOSED).update(status=Status.APPROVED):
            audit.note("approved", node, actor=actor, workspace=node.workspace)
        node = node.parent


@transaction.atomic
def rename(label: TaxonomyLabel, name: str, *, actor: User | None) -> None:
    """Give a label another name; the old address of it and of all below stays an alias."""
    check_curate(actor, label.workspace)
    old, name = label.name, clean(name)
    if not 0 < len(name) <= 120:
        raise LibraryRefused("A label's name has 1 to 120 characters.")
    label.name = name
    _move_below(label, label.parent)
    audit.note("renamed", label, actor=actor, workspace=label.workspace, before=old, after=name)


@transaction.atomic
def describe(label: TaxonomyLabel, *, definition: str, condition: str, actor: User | None) -> None:
    """Say what a label means and when it applies; both may be empty."""
    check_curate(actor, label.workspace)
    fields = {"definition": clean(definition), "condition": clean(condition)}
    for name, text in fields.items():
        if len(text) > LONGEST_NOTE:
            raise LibraryRefused(f"The {name} has {len(text):,} characters; at most {LONGEST_NOTE:,} are kept.")
    before = {name: getattr(label, name) for name in fields}
    if fields == before:
        return
    TaxonomyLabel.objects.filter(id=label.id).update(**fields)
    label.definition, label.condition = fields["definition"], fields["condition"]
    audit.note("described", label, actor=actor, workspace=label.workspace, before=before, after=fields)


@transaction.atomic
def merge(label: TaxonomyLabel, into: TaxonomyLabel, *, actor: User | None) -> None:
    """Let `into` stand for a label: insights keep theirs and are found under the other; children move along."""
    check_curate(actor, label.workspace)
    into = standing(into)
    if into.id == label.id or into.level != label.level or into.workspace_id not in (None, label.workspace_id):
        raise LibraryRefused("A label is merged into another one of the same level and reach.")
    for child in label.children.filter(redirect=None):
        twin = find((*_names(into), child.name), workspace=label.workspace)
        if twin is not None and twin.id != child.id:
            merge(child, twin, actor=actor)
        else:
            _move_below(child, into)
    TaxonomyLabel.objects.filter(id=label.id).update(redirect=into)
    audit.note("merged", label, actor=actor, workspace=label.workspace, into=str(into.id))


def _move_below(label: TaxonomyLabel, parent: TaxonomyLabel | None) -> None:
    before, label.parent, label.path = label.path, parent, _address(parent, label.name)
    if label.path != before:
        taken = TaxonomyLabel.objects.filter(workspace=label.workspace, path=label.path).exclude(id=label.id)
        if taken.exists():
            raise LibraryRefused(f"There is a label {label.name!r} there already: merge the two instead.")
        LabelAlias.objects.get_or_create(label=label, path=before)
    label.save(update_fields=["name", "parent", "path"])
    for child in label.children.filter(redirect=None):
        _move_below(child, label)


def _address(parent: TaxonomyLabel | None, name: str) -> str:
    own = path_key((name,))
    return f"{parent.path} / {own}" if parent else own


def _names(label: TaxonomyLabel) -> LabelPath:
    return (*(_names(label.parent) if label.parent else ()), label.name)
