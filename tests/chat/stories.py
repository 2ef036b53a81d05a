"""Whole runs as the line would have left them: rows and events written through the line's own code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from copilot.accounts.models import User, Workspace
from copilot.accounts.services import workspace_of
from copilot.chat.models import Conversation, Message
from copilot.drafting.formulation import Formulation
from copilot.runs import events
from copilot.runs.events import EventType as E
from copilot.runs.models import Lifecycle, ModelVersion, Run, Verification
from tests.chat.workshop import DIFF, PROGRAM, TEXT, checks, formulation, look, result
from tests.factories import ConversationFactory, MessageFactory, RunFactory, VersionFactory


def begin(actor: User, *, text: str = TEXT, after: Run | None = None) -> Run:
    """A queued run with its message and first event; `after` is the run that the message revises."""
    workspace = workspace_of(actor)
    base = after.version if after else None
    whole = f"{base.request_text}\n\n{text}" if base else text
    run: Run = RunFactory(
        workspace=workspace,
        created_by=actor,
        request_text=whole,
        revision_start=len(whole) - len(text),
        base=base,
    )
    conversation = after.message.conversation if after else _conversation(workspace, actor)
    MessageFactory(conversation=conversation, author=actor, text=text, run=run)
    tell(run, E.RUN_QUEUED, solver="auto", drafter="auto")
    return run


def _conversation(workspace: Workspace, actor: User) -> Conversation:
    conversation: Conversation = ConversationFactory(workspace=workspace, created_by=actor)
    return conversation


def tell(run: Run, event_type: E, **payload: Any) -> None:
    """Append one event."""
    events.record(run.id, event_type, payload)


def started(actor: User, **options: Any) -> Run:
    """A run that a worker has taken."""
    run = begin(actor, **options)
    move(run, Lifecycle.RUNNING, E.RUN_STARTED, attempt=1)
    tell(run, E.DRAFT_STARTED, drafter="builtin")
    return run


def move(run: Run, new: Lifecycle, event_type: E, **payload: Any) -> None:
    """Advance the lifecycle with its event."""
    events.advance(run.id, tuple(Lifecycle), new, event_type, payload)


def drafted(run: Run, *, proposed: Formulation | None = None) -> None:
    """The draft and its instance."""
    found = (proposed or formulation()).model_dump(mode="json")
    tell(
        run,
        E.DRAFT_PROPOSED,
        drafter="builtin",
        formulation=found,
        program=PROGRAM,
        data={"carpentry_limit": {"plain": 240}},
    )
    tell(run, E.BUILD_STARTED)
    size = {"rows": 2, "columns": 2, "nonzeros": 4, "integers": 2, "sense": "maximize"}
    tell(run, E.INSTANCE_BUILT, **size, fingerprint="3fa9c1d27be04455", tier="full", seconds=0.0312, seed=7, printed="")
    tell(run, E.CHECKS_FINISHED, checks=checks()[:3])


def saved(run: Run, *, number: int = 1, changes: dict[str, Any] | None = None) -> ModelVersion:
    """The version, hung on the run."""
    if changes:
        tell(run, E.DIFF_COMPUTED, against=number - 1, diff=changes)
    version: ModelVersion = VersionFactory(
        workspace=run.workspace,
        number=number,
        parent=run.base,
        request_text=run.request_text,
        formulation=formulation().model_dump(mode="json"),
        program=PROGRAM,
        checks=checks()[:3],
        diff=changes,
    )
    Run.objects.filter(id=run.id).update(version=version)
    tell(run, E.VERSION_SAVED, version=str(version.id), number=number)
    return version


def solving(run: Run, *, integers: bool) -> None:
    """The solver has begun."""
    reason = "HiGHS is the default for linear and mixed-integer problems."
    tell(
        run,
        E.SOLVE_STARTED,
        requested="auto",
        solver="highs",
        reason=reason,
        time_limit_seconds=300.0,
        integers=integers,
    )


def progressing(run: Run, steps: Iterable[int]) -> None:
    """Looks at the running solve."""
    for step in steps:
        tell(run, E.SOLVE_PROGRESS, **look(step))


def ended(run: Run, explained: dict[str, Any], *, integers: bool = False) -> None:
    """The solver's answer, explained, and the run closed."""
    condition = explained["termination_condition"]
    numbers = {"nodes": 1, "iterations": 4} if integers else {"nodes": None, "iterations": 2}
    tell(
        run,
        E.SOLVE_FINISHED,
        termination_condition=condition,
        objective_value=explained["objective_value"],
        objective_bound=explained["objective_value"],
        relative_gap=0.0 if explained["objective_value"] else None,
        solver="highs",
        solver_version="1.11.0",
        seconds=0.021,
        log="Solving MIP model with:\n   2 rows\n   2 cols (0 binary, 2 integer)\n   4 nonzeros\n",
        **numbers,
    )
    Run.objects.filter(id=run.id).update(
        termination_condition=condition,
        verification=Verification.INCONCLUSIVE,
        certificate=explained["certificate"],
        result=explained,
        closing_message=explained["headline"],
    )
    tell(run, E.RESULT_EXPLAINED, **explained)
    finish(run, Lifecycle.SUCCEEDED, explained["headline"])


def finish(run: Run, lifecycle: Lifecycle, message: str) -> None:
    """Close the run."""
    Run.objects.filter(id=run.id).update(closing_message=message)
    move(run, lifecycle, E.RUN_FINISHED, lifecycle=lifecycle, message=message)


def finished(actor: User, *, after: Run | None = None, integers: bool = True) -> Run:
    """A solved run with its version."""
    run = started(actor, after=after)
    drafted(run)
    saved(run)
    solving(run, integers=integers)
    progressing(run, range(3))
    ended(run, result(), integers=integers)
    return fresh(run)


def running(actor: User, *, steps: int = 20) -> Run:
    """A branch and bound in the middle."""
    run = started(actor)
    drafted(run)
    saved(run)
    solving(run, integers=True)
    progressing(run, range(steps))
    return fresh(run)


def revised(actor: User) -> Run:
    """A second version in the conversation of a first, with a diff."""
    run = started(actor, text="At least twice as many chairs as desks.", after=finished(actor))
    drafted(run)
    saved(run, number=2, changes=DIFF)
    solving(run, integers=True)
    ended(run, result())
    return fresh(run)


PARTIAL = [
    {"element": "variable", "name": "desks", "words": "how many desks to make"},
    {"element": "constraint", "name": "carpentry", "words": "at most 240 hours of carp"},
    {"element": "objective", "name": "profit", "words": "the largest profit"},
]


def arriving(actor: User) -> Run:
    """A language model is writing the formulation."""
    run = started(actor)
    tell(run, E.DRAFT_STARTED, drafter="llm", tables=[])
    tell(run, E.DRAFT_PARTIAL, stage="formulate", title="Desks", items=PARTIAL)
    return fresh(run)


def handed_over(actor: User) -> Run:
    """A draft whose repairs came to nothing."""
    run = arriving(actor)
    drafted(run)
    tell(run, E.DRAFT_REPAIR, because="carpentry differs", repair=1, step="check")
    message = "The drafter sent the same draft again. It is yours now.\nstep: check"
    tell(run, E.DRAFT_HANDED_OVER, message=message, failing=["rows: carpentry"], builds=True)
    return fresh(run)


def failed(actor: User) -> Run:
    """The sandbox refused the program."""
    run = started(actor)
    tell(
        run,
        E.DRAFT_PROPOSED,
        drafter="builtin",
        formulation=formulation().model_dump(mode="json"),
        program=PROGRAM,
        data={},
    )
    tell(run, E.BUILD_STARTED)
    message = "The program raised NameError: name 'desk' is not defined."
    tell(run, E.BUILD_FAILED, kind="raised", message=message, line=9, printed="", tier="full", seconds=0.02, seed=7)
    finish(run, Lifecycle.FAILED, message)
    return fresh(run)


def abstained(actor: User) -> Run:
    """Nothing was understood."""
    run = started(actor, text="Please plan my week.")
    reason = "This text does not say what to choose between, what limits it, or what to maximize or minimize."
    tell(run, E.DRAFT_ABSTAINED, reasons=[reason], formulation=None)
    finish(run, Lifecycle.AWAITING_INPUT, reason)
    return fresh(run)


def asked(actor: User) -> Run:
    """One question with options."""
    run = started(actor)
    question = {
        "text": "Can parts of a desk be made?",
        "options": ["Only whole desks", "Parts are fine"],
        "default": "Only whole desks",
        "why": "The plan differs: whole numbers give $3,700, parts might give more.",
    }
    partial = formulation(left_over=True).model_dump(mode="json")
    tell(run, E.DRAFT_QUESTION, questions=[question], reasons=[], formulation=partial)
    finish(run, Lifecycle.AWAITING_INPUT, question["text"])
    return fresh(run)


def infeasible(actor: User) -> Run:
    """Solved, and there is no plan."""
    run = started(actor)
    drafted(run)
    saved(run)
    solving(run, integers=False)
    ended(
        run,
        result(condition="infeasible", headline="No plan exists: “carpentry” and “demand” cannot all hold at once."),
    )
    return fresh(run)


def cancelled(actor: User) -> Run:
    """Stopped while it waited."""
    run = begin(actor)
    tell(run, E.RUN_WAITING, message="The job queue cannot be reached just now.")
    finish(run, Lifecycle.CANCELLED, "Cancelled.")
    return fresh(run)


def fresh(run: Run) -> Run:
    """The run as it is stored now."""
    return Run.objects.select_related("version", "base", "message__conversation").get(id=run.id)


def message_of(run: Run) -> Message:
    """The message that started it."""
    return Message.objects.get(run=run)
