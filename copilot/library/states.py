"""The life of an insight version: its states and which may follow which. Pure; `copilot.library.moves` writes them."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class State(enum.StrEnum):
    """How far a version may be trusted; only an active one can reach a draft, and only through a release."""

    DRAFT = "draft"
    VERIFIED = "verified"
    IN_REVIEW = "in_review"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    RETIRED = "retired"


WORDS: Mapping[State, str] = {
    State.DRAFT: "Draft",
    State.VERIFIED: "Verified by trials",
    State.IN_REVIEW: "In review",
    State.ACTIVE: "Active",
    State.SUSPENDED: "Suspended",
    State.RETIRED: "Retired",
}
FOLLOWS: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.VERIFIED, State.IN_REVIEW, State.RETIRED}),
    State.VERIFIED: frozenset({State.IN_REVIEW, State.DRAFT, State.RETIRED}),
    State.IN_REVIEW: frozenset({State.ACTIVE, State.DRAFT, State.RETIRED}),
    State.ACTIVE: frozenset({State.SUSPENDED, State.RETIRED}),
    State.SUSPENDED: frozenset({State.IN_REVIEW, State.ACTIVE, State.RETIRED}),
    State.RETIRED: frozenset({State.IN_REVIEW}),
}


def may_follow(old: State, new: State) -> bool:
    """Whether a version in `old` may be moved to `new`."""
    return new in FOLLOWS[old]
