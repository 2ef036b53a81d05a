"""What the line asks of the library: insights for one run, chosen once, recorded, and the same after a recovery."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import transaction

from copilot.library import retrieval, uses
from copilot.library.content import Content
from copilot.library.insights import content_of, contents_of
from copilot.library.models import Episode, InsightUse, InsightVersion, LibraryRelease
from copilot.library.retrieval import Asker, Candidate
from copilot.library.states import State

log = structlog.get_logger(__name__)
SHOWN = 8
Check = Callable[[str, Sequence["Lesson"]], Sequence[str]]  # the request and the candidates; keys of those that apply


@dataclass(frozen=True, slots=True)
class Lesson:
    """One insight as a drafter reads it; `key` is the identifier of its version."""

    key: str
    title: str
    taxonomy: str
    condition: str
    explanation: str
    example: str


@dataclass(frozen=True, slots=True)
class Served:
    """What a run is given: lessons, the names of the pinned releases, and how many were considered and held out."""

    lessons: tuple[Lesson, ...] = ()
    releases: tuple[str, ...] = ()
    considered: int = 0
    held_out: int = 0


def serve(
    text: str,
    asker: Asker,
    *,
    run_id: UUID,
    model_id: str = "",
    solver: str = "",
    hold_out: float = 0.0,
    check: Check | None = None,
) -> Served:
    """Choose at most SHOWN insights for a run and record every candidate.

    `check` may strike out candidates; when it fails or names none of them, nothing is shown. A run that was served
    before gets what it was given then.
    """
    assert asker.workspace is not None, "a run belongs to a workspace"
    episode, made = uses.open_episode(
        workspace=asker.workspace, run_id=run_id, text=text, model_id=model_id, solver=solver
    )
    pinned = list(episode.releases.all())
    if made or not episode.uses.exists():  # a worker may have been lost in between
        found = retrieval.candidates(text, asker, pinned)
        chosen = _chosen(text, found, check)
        held = [one for one in chosen if uses.is_held_out(episode, one.version.insight_id, hold_out)]
        shown = [one for one in chosen if one not in held]
        with transaction.atomic():
            uses.record(episode, found, shown=_ids(shown), held_out=_ids(held))
    return _served(episode, tuple(release.name for release in pinned))


def served_before(run_id: UUID) -> tuple[Lesson, ...]:
    """What a run was given when it was served, as far as it is still active; nothing is chosen or recorded."""
    episode = Episode.objects.filter(run_id=run_id).first()
    return _served(episode, ()).lessons if episode is not None else ()


def rehearse(
    text: str, asker: Asker, releases: Sequence[LibraryRelease], *, check: Check | None = None
) -> tuple[Lesson, ...]:
    """What `serve` would show of these releases, without a trace: for replays, which are no run of anybody.

    A past task with the same text has no vote.
    """
    found = retrieval.candidates(text, asker, releases, apart_from=text)
    return tuple(_lesson(candidate.version.id, candidate.content) for candidate in _chosen(text, found, check))


def lesson_of(version: InsightVersion) -> Lesson:
    """A version as a drafter reads it."""
    return _lesson(version.id, content_of(version))


def _lesson(version_id: UUID, content: Content) -> Lesson:
    condition = f"{content.applies_when} Not when: {content.not_when}" if content.not_when else content.applies_when
    halves = (("wrong", content.wrong), ("right", content.right))
    example = "\n".join(f"{side}:\n{half}" for side, half in halves if half)
    taxonomy = "; ".join(" → ".join(path) for path in content.labels)
    return Lesson(str(version_id), content.title, taxonomy, condition, content.explanation, example)


def _chosen(text: str, found: Sequence[Candidate], check: Check | None) -> list[Candidate]:
    likely = [candidate for candidate in found if candidate.score >= 0] if check is None else list(found)
    if check is None or not likely:
        return likely[:SHOWN]
    try:
        wanted = set(check(text, [_lesson(candidate.version.id, candidate.content) for candidate in likely]))
    except Exception as error:  # whatever it is, an insight nobody vouched for is not shown
        log.warning("library.check_failed", error=str(error))
        return []
    return [candidate for candidate in likely if str(candidate.version.id) in wanted][:SHOWN]


def _served(episode: Episode, names: tuple[str, ...]) -> Served:
    kept = InsightUse.objects.filter(episode=episode).order_by("rank")
    roles = list(kept.values_list("role", "version_id"))
    ids = [version_id for role, version_id in roles if role == InsightUse.Role.SHOWN]
    contents = contents_of(InsightVersion.objects.in_state(State.ACTIVE).filter(id__in=ids))
    held = sum(role == InsightUse.Role.HELD_OUT for role, _ in roles)
    lessons = tuple(_lesson(key, contents[key]) for key in ids if key in contents)
    return Served(lessons, names, len(roles), held)


def _ids(candidates: Sequence[Candidate]) -> set[UUID]:
    return {candidate.version.id for candidate in candidates}
