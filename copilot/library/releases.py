"""Verbs on releases: freeze a manifest, let the gate speak, move the label, roll back, compare two."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from copilot.accounts.models import User, Workspace
from copilot.library import audit
from copilot.library.access import LibraryRefused, check_curate
from copilot.library.models import InsightVersion, LibraryRelease, ReleaseItem, ReleaseLabel, ReleaseMove
from copilot.library.states import State

ACTIVE = "active"
_BATCH = 1_000
Status = LibraryRelease.Status


@dataclass(frozen=True, slots=True)
class ReleaseDiff:
    """What the second release has beside the first: versions added and removed, and (before, after) where changed."""

    added: tuple[UUID, ...]
    removed: tuple[UUID, ...]
    changed: tuple[tuple[UUID, UUID], ...]


@transaction.atomic
def make(
    name: str,
    *,
    actor: User | None,
    workspace: Workspace | None = None,
    versions: Iterable[InsightVersion] | None = None,
    note: str = "",
) -> LibraryRelease:
    """Freeze a candidate: the versions given, or the newest active version of every insight of that reach.

    Raises LibraryRefused when the name is taken, or a version is not active, of another reach, or twice there.
    """
    check_curate(actor, workspace)
    if not 0 < len(name) <= 80:
        raise LibraryRefused("A release has a name of 1 to 80 characters.")
    if LibraryRelease.objects.filter(workspace=workspace, name=name).exists():
        raise LibraryRefused(f"There is a release {name!r} already.")
    chosen = _held(newest_active(workspace) if versions is None else _as_stored(versions))
    if versions is None:  # one of them may have been suspended in between
        chosen = [version for version in chosen if version.state == State.ACTIVE]
    _check_versions(chosen, workspace)
    release = LibraryRelease.objects.create(
        name=name, workspace=workspace, manifest_hash=_digest(chosen), note=note, created_by=actor
    )
    items = [ReleaseItem(release=release, version=version, insight_id=version.insight_id) for version in chosen]
    ReleaseItem.objects.bulk_create(items, batch_size=500)
    audit.note("released", release, actor=actor, workspace=workspace, reason=note, size=len(items))
    return release


def newest_active(workspace: Workspace | None) -> list[InsightVersion]:
    """The newest active version of every global insight, or of every insight of the workspace."""
    rows = InsightVersion.objects.in_state(State.ACTIVE).filter(insight__workspace=workspace)
    newest: dict[UUID, InsightVersion] = {}
    for version in rows.select_related("insight").order_by("insight_id", "-number"):
        newest.setdefault(version.insight_id, version)
    return list(newest.values())


@transaction.atomic
def record_gate(
    release: LibraryRelease, *, passed: bool | None, figures: Mapping[str, Any], actor: User | None
) -> None:
    """Store what a replay said: it passed, it failed, or (None) the replay could not tell.

    What failed stays failed, and what passed can only fail later. Raises LibraryRefused where nothing changes.
    """
    check_curate(actor, release.workspace)
    status = {True: Status.PASSED, False: Status.FAILED, None: Status.CANDIDATE}[passed]
    from_ = (Status.CANDIDATE, Status.PASSED) if passed is False else (Status.CANDIDATE,)
    rows = LibraryRelease.objects.filter(id=release.id, status__in=from_)
    if not rows.update(status=status, gate=dict(figures)):
        raise LibraryRefused("This release has been through the gate already, and that verdict stands.")
    release.status, release.gate = status, dict(figures)
    verb = "gate unknown" if passed is None else f"gate {status}"
    audit.note(verb, release, actor=actor, workspace=release.workspace, reason=str(figures.get("outcome", "")))


@transaction.atomic
def activate(release: LibraryRelease, *, actor: User | None, reason: str = "", without_gate: bool = False) -> None:
    """Point the label `active` at the release. Raises LibraryRefused unless it passed the gate, against what is active.

    `without_gate` lets one pass that no gate has judged so, for a reason that is logged; one that failed stays refused.
    """
    check_curate(actor, release.workspace)
    label = ReleaseLabel.objects.select_for_update().filter(workspace=release.workspace, name=ACTIVE).first()
    now = label.release if label else None
    if now == release:
        return
    held = LibraryRelease.objects.select_for_update(no_key=True)  # the gate may be about to fail it
    missing = _missing_gate(held.get(id=release.id), now)
    if missing and not (without_gate and reason):
        raise LibraryRefused(f"{missing} Run the gate, or say why to do without.")
    _point(release, ReleaseMove.Kind.ACTIVATE, actor=actor, reason=reason, without_gate=bool(missing))


def _missing_gate(release: LibraryRelease, now: LibraryRelease | None) -> str:
    """Why no gate speaks for the release beside what is active now, or nothing. Raises for one that failed."""
    if release.status == Status.FAILED:
        raise LibraryRefused("This release failed the gate, so it is not activated.")
    if release.status == Status.CANDIDATE:
        unknown = str(release.gate.get("outcome", ""))
        return f"The gate could not tell. {unknown}" if unknown else "This release has not been through the gate."
    against = release.gate.get("against")
    if against is not None and against != str(now.id if now else ""):
        return "The gate compared it with another release than the one that is active now."
    return ""


@transaction.atomic
def rollback(*, actor: User | None, workspace: Workspace | None = None, reason: str = "") -> LibraryRelease:
    """Point the label `active` back at the release that the current one replaced; returns that one."""
    check_curate(actor, workspace)
    ReleaseLabel.objects.select_for_update().filter(workspace=workspace, name=ACTIVE).first()
    before = before_active(workspace)
    if before is None:
        raise LibraryRefused("There is no release before this one to go back to.")
    _point(before, ReleaseMove.Kind.ROLLBACK, actor=actor, reason=reason)
    return before


def before_active(workspace: Workspace | None = None) -> LibraryRelease | None:
    """Where a rollback would lead: the release that the active one replaced when it was activated last."""
    label = ReleaseLabel.objects.filter(workspace=workspace, name=ACTIVE).first()
    if label is None:
        return None
    moves = ReleaseMove.objects.filter(label=label, kind=ReleaseMove.Kind.ACTIVATE, after=label.release_id)
    last = moves.select_related("before").order_by("-id").first()
    return last.before if last else None


def active(workspace: Workspace | None = None) -> LibraryRelease | None:
    """The release that new runs pin, of that reach."""
    label = ReleaseLabel.objects.filter(workspace=workspace, name=ACTIVE).select_related("release").first()
    return label.release if label else None


def named(name: str, workspace: Workspace | None = None) -> LibraryRelease:
    """The release of that name and reach. Raises LibraryRefused with the names that there are."""
    found = LibraryRelease.objects.filter(workspace=workspace, name=name).first()
    if found is None:
        known = list(LibraryRelease.objects.filter(workspace=workspace).values_list("name", flat=True)[:8])
        raise LibraryRefused(
            f"There is no release {name!r}. {'There are: ' + ', '.join(known) if known else 'None is'}."
        )
    return found


def pinned_for(workspace: Workspace) -> list[LibraryRelease]:
    """What a run that starts now pins: the active global release, and the workspace's own."""
    labels = ReleaseLabel.objects.filter(Q(workspace=None) | Q(workspace=workspace), name=ACTIVE)
    return [label.release for label in labels.select_related("release").order_by("workspace_id", "id")]


def diff(before: LibraryRelease, after: LibraryRelease) -> ReleaseDiff:
    """What changed from one release to another, by insight."""
    return compare(manifest(before), manifest(after))


def compare(old: Mapping[UUID, UUID], new: Mapping[UUID, UUID]) -> ReleaseDiff:
    """The same for two manifests, from insight to version; one of them may not be frozen yet."""
    return ReleaseDiff(
        added=tuple(new[key] for key in new if key not in old),
        removed=tuple(old[key] for key in old if key not in new),
        changed=tuple((old[key], new[key]) for key in new if key in old and old[key] != new[key]),
    )


def manifest(release: LibraryRelease) -> dict[UUID, UUID]:
    """The version of each insight in a release."""
    return dict(ReleaseItem.objects.filter(release=release).order_by("id").values_list("insight_id", "version_id"))


def _point(
    release: LibraryRelease, kind: ReleaseMove.Kind, *, actor: User | None, reason: str, without_gate: bool = False
) -> None:
    workspace = release.workspace
    label, made = ReleaseLabel.objects.get_or_create(workspace=workspace, name=ACTIVE, defaults={"release": release})
    label = ReleaseLabel.objects.select_for_update().get(id=label.id)  # alone: a join would miss a row that moved
    before = None if made else label.release
    if before == release:
        return
    ReleaseLabel.objects.filter(id=label.id).update(release=release, moved_at=timezone.now())
    ReleaseMove.objects.create(label=label, kind=kind, before=before, after=release, actor=actor, reason=reason)
    verb = "activated" if kind == ReleaseMove.Kind.ACTIVATE else "rolled back to"
    told: dict[str, Any] = {"before": str(before.id) if before else ""}
    told |= {"without_gate": True} if without_gate else {}
    audit.note(verb, release, actor=actor, workspace=workspace, reason=reason, **told)


def _held(versions: list[InsightVersion]) -> list[InsightVersion]:
    """The same as they are now, and as they stay until this transaction ends: who suspends one of them waits."""
    states: dict[UUID, str] = {}
    ids = sorted(version.id for version in versions)
    for start in range(0, len(ids), _BATCH):
        rows = InsightVersion.objects.select_for_update(no_key=True).filter(id__in=ids[start : start + _BATCH])
        states |= dict(rows.order_by("id").values_list("id", "state"))
    for version in versions:
        version.state = states[version.id]
    return versions


def _as_stored(versions: Iterable[InsightVersion]) -> list[InsightVersion]:
    """The rows as they are now: what the caller holds may have been suspended since."""
    rows = InsightVersion.objects.select_related("insight").in_bulk([version.id for version in versions])
    return list(rows.values())


def _check_versions(versions: list[InsightVersion], workspace: Workspace | None) -> None:
    if not versions:
        raise LibraryRefused("There is no active insight to release.")
    if len({version.insight_id for version in versions}) < len(versions):
        raise LibraryRefused("An insight is in it twice, with two versions.")
    for version in versions:
        if version.state != State.ACTIVE:
            raise LibraryRefused(f"{version} is not active: only approved versions are released.")
        if version.insight.workspace_id != (workspace.pk if workspace else None):
            raise LibraryRefused(f"{version} belongs to another library.")


def _digest(versions: Iterable[InsightVersion]) -> str:
    lines = sorted(f"{version.insight_id} {version.content_hash}" for version in versions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
