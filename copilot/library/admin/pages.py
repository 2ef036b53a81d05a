"""The page of a version: what it says, the evidence, its sisters, and the moves that are open to the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from copilot.accounts.models import User
from copilot.library.access import may_edit
from copilot.library.admin.base import curator, log_url
from copilot.library.admin.beside import evidence
from copilot.library.admin.promoting import wider_than
from copilot.library.insights import content_of
from copilot.library.models import InsightVersion, Scope
from copilot.library.states import State, may_follow


@dataclass(frozen=True, slots=True)
class Move:
    """A button: the state it leads to, its word and its key."""

    to: State
    word: str
    key: str


_MOVES = (
    (State.ACTIVE, Move(State.SUSPENDED, "Suspend", "x")),
    (State.SUSPENDED, Move(State.ACTIVE, "Bring back into use", "a")),
    (State.DRAFT, Move(State.IN_REVIEW, "Send to review", "v")),
    (State.VERIFIED, Move(State.IN_REVIEW, "Send to review", "v")),
    (State.SUSPENDED, Move(State.IN_REVIEW, "Send to review", "v")),
    (State.RETIRED, Move(State.IN_REVIEW, "Send to review again", "v")),
)
_RETIRE = Move(State.RETIRED, "Retire", "r")


def moves_of(version: InsightVersion, user: User) -> list[Move]:
    """What the user may do with the version where it stands; a version in review is decided on at the desk."""
    if not may_edit(user, version.insight) or version.state == State.IN_REVIEW:
        return []
    own = version.author_id == user.pk and version.insight.scope != Scope.PRIVATE
    found = [move for state, move in _MOVES if state == version.state and not (own and move.to == State.ACTIVE)]
    return [*found, _RETIRE] if may_follow(State(version.state), State.RETIRED) else found


def version_page(request: HttpRequest, version: InsightVersion, against: str = "") -> dict[str, Any]:
    """Context of the page; `against` is the number of the version to compare with."""
    user = curator(request)
    versions = list(version.insight.versions.order_by("-number").prefetch_related("releases"))
    before = next((one for one in versions if str(one.number) == against), None)
    return {
        "version": version,
        "labels": content_of(version).labels,
        "versions": versions,
        "may_edit": may_edit(user, version.insight),
        "may_promote": bool(wider_than(version.insight, user)),
        "moves": moves_of(version, user),
        "log": log_url("insightversion", [one.pk for one in versions]),
        **evidence(version, user, before),
    }
