"""The interface that every drafter shares: a request in, a typed outcome out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from copilot.drafting.formulation import Formulation

Cell = str | float | int | bool | None
# What `build_model(data)` receives: parameter name -> number, {label or tuple of labels: number}, list of labels
# (a set), or list of {column: cell} (a table).
Datum = float | int | str | Mapping[str | tuple[str, ...], float] | Sequence[str] | Sequence[Mapping[str, Cell]]
Data = Mapping[str, Datum]
DraftReport = Callable[[str, dict[str, object]], None]


class DraftingError(Exception):
    """A drafter could not do its work; the message is a sentence for the user with the next step."""


@dataclass(frozen=True, slots=True)
class Table:
    """A typed table the user gave: equal-length columns, by name."""

    name: str
    columns: Mapping[str, Sequence[Cell]]

    @property
    def row_count(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values()), ()))


@dataclass(frozen=True, slots=True)
class Draft:
    """A formulation, the Pyomo program `build_model(data)` that says the same, and the data it reads."""

    formulation: Formulation
    program: str
    data: Data
    drafter: str
    insights_adopted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Formulated:
    """What the first stage settles; `changed` names the items that differ from the draft being revised, where a person
    edited them."""

    formulation: Formulation
    insights_adopted: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InsightText:
    """One piece of experience from the pinned library release, as a drafter reads it."""

    key: str
    taxonomy: str
    condition: str
    explanation: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """`text` is the whole conversation's request; from `revision_start` on it is the newest message, which revises
    `previous` (None and 0 for a first request); `changes` are one line for each revision up to `previous`, in order."""

    text: str
    tables: tuple[Table, ...] = ()
    previous: Draft | None = None
    revision_start: int = 0
    changes: tuple[str, ...] = ()
    insights: tuple[InsightText, ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One question whose answer changes the model; `trigger` names the kind of doubt behind it."""

    text: str
    options: tuple[str, ...] = ()
    default: str = ""
    why: str = ""
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class DraftOutcome:
    """`complete` has a draft, and questions where it rests on a doubtful reading (their default); `question` has
    questions without which there is no draft; `abstained` has reasons with a next step."""

    status: Literal["complete", "question", "abstained"]
    draft: Draft | None = None
    questions: tuple[Question, ...] = ()
    reasons: tuple[str, ...] = ()
    partial: Formulation | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """Why a draft was refused further down the line: `stage` is build, check or solve."""

    stage: str
    kind: str
    message: str
    line: int | None = None
    details: Mapping[str, object] = field(default_factory=dict)


class Drafter(Protocol):
    """Turns a request into a draft, or says why not."""

    name: str

    def draft(self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]) -> DraftOutcome:
        """Write a draft, ask, or abstain; `report(event_type, payload)` tells what happens meanwhile."""

    def repair(
        self,
        request: DraftRequest,
        draft: Draft,
        feedback: Feedback,
        report: DraftReport,
        should_stop: Callable[[], bool],
    ) -> DraftOutcome:
        """Write the draft again, knowing why it was refused."""


@runtime_checkable
class DraftsInStages(Protocol):
    """A drafter whose work can be taken up between the formulation and the program."""

    def formulate(
        self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]
    ) -> Formulated | DraftOutcome:
        """The formulation alone; an outcome where it asks or abstains."""

    def program(
        self, request: DraftRequest, formulated: Formulated, report: DraftReport, should_stop: Callable[[], bool]
    ) -> DraftOutcome:
        """The draft of a settled formulation."""


@runtime_checkable
class ReadsInsights(Protocol):
    """A drafter that reads the experience it is given, and first says which of it applies."""

    def choose_insights(
        self, text: str, insights: Sequence[InsightText], should_stop: Callable[[], bool]
    ) -> tuple[str, ...]:
        """Keys of the insights that apply, the most useful first. Raises when it cannot say: then none is shown."""
