"""Which insights a run was given and used, as its card lists them, and the page of one insight."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from copilot.accounts.models import User
from copilot.chat.models import Message
from copilot.chat.steps import Happening
from copilot.chat.words import plural
from copilot.library.insights import CARRIED, content_of
from copilot.library.models import InsightUse, InsightVersion, Origin
from copilot.library.states import WORDS, State
from copilot.runs.events import EventType as E

USES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Lesson:
    """One insight that was shown to the drafter, and whether the draft says it used it."""

    version: str
    title: str
    taxonomy: str
    word: str


@dataclass(frozen=True, slots=True)
class Experience:
    """What the library gave to a run; `note` says how much was considered and where it comes from."""

    lessons: tuple[Lesson, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Use:
    """One run of the reader's workspaces at which the insight was looked at."""

    conversation_id: UUID | None
    run_id: UUID | None
    when: Any
    word: str
    why: str


@dataclass(frozen=True, slots=True)
class InsightPage:
    """An insight as people read it."""

    version: InsightVersion
    taxonomy: tuple[str, ...]
    state: str
    origin: str
    wrong: SafeString
    right: SafeString
    uses: tuple[Use, ...]


def experience_of(happened: Iterable[Happening]) -> Experience | None:
    """What the events of a run tell; None where the library was not asked or had nothing."""
    chosen = used = None
    for happening in happened:
        if happening.type == E.INSIGHTS_CHOSEN:
            chosen = happening.payload
        if happening.type == E.INSIGHTS_ADOPTED:
            used = set(happening.payload.get("versions", ()))
    if chosen is None:
        return None
    lessons = tuple(
        Lesson(one["version"], one["title"], one["taxonomy"], _used(one["version"], used))
        for one in chosen.get("insights", ())
    )
    return Experience(lessons, str(chosen.get("message") or _note(chosen)))


def insight_page(user: User, version_id: UUID) -> InsightPage | None:
    """The page, when the user may see the insight."""
    version = InsightVersion.objects.visible_to(user).select_related("insight").prefetch_related(CARRIED)
    found = version.filter(id=version_id).first()
    if found is None:
        return None
    return InsightPage(
        version=found,
        taxonomy=tuple(" → ".join(path) for path in content_of(found).labels),
        state=WORDS[State(found.state)],
        origin=Origin(found.origin).label,
        wrong=_coloured(found.wrong),
        right=_coloured(found.right),
        uses=tuple(_uses(user, found)),
    )


def _used(version: str, used: set[str] | None) -> str:
    if used is None:
        return "shown"
    return "used" if version in used else "not used"


def _note(chosen: Any) -> str:
    names = " and ".join(chosen.get("releases", ())) or "no release"
    held = chosen.get("held_out", 0)
    tail = f", {plural(held, 'insight')} held out by lot" if held else ""
    return f"{plural(chosen.get('considered', 0), 'insight')} of {names} considered{tail}."


def _uses(user: User, version: InsightVersion) -> Iterable[Use]:
    rows = InsightUse.objects.visible_to(user).filter(version=version, episode__run_id__isnull=False)
    newest = list(rows.select_related("episode").order_by("-created_at")[:USES_SHOWN])
    runs = [use.episode.run_id for use in newest if use.episode.run_id]
    talks = dict(Message.objects.filter(run_id__in=runs).values_list("run_id", "conversation_id"))
    for use in newest:
        words = ", ".join(use.reasons.get("words", ()))
        share = f"helped on {use.reasons.get('vote', 0):.0%} of similar tasks" if use.reasons.get("vote") else ""
        why = "; ".join(part for part in (f"shares the words {words}" if words else "", share) if part)
        word = use.get_outcome_display() if use.outcome else use.get_role_display()
        run_id = use.episode.run_id
        yield Use(talks.get(run_id) if run_id else None, run_id, use.created_at, word, why)


def _coloured(program: str) -> SafeString:
    """The program with its words marked; Pygments escapes the text itself."""
    coloured = highlight(program.strip("\n"), PythonLexer(), HtmlFormatter(nowrap=True)) if program else ""
    return mark_safe(coloured)  # noqa: S308
