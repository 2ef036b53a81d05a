"""Whole runs as the line would have left them: rows and events written through the line's own code."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from copilot.accounts.models import User, Workspace
from copilot.accounts.services import workspace_of
from copilot.chat.models import Conversation, Message
from copilot.drafting.formulation import (
    Assumption,
    Constraint,
    Formulation,
    LedgerEntry,
    Objective,
    Parameter,
    Span,
    Term,
    Variable,
)
from copilot.runs import events
from copilot.runs.checks import Check
from copilot.runs.events import EventType as E
from copilot.runs.models import Lifecycle, ModelVersion, Run, Verification
from solvers.equivalence.diff import diff
from tests.factories import ConversationFactory, MessageFactory, RunFactory, VersionFactory
from tests.solvers import instances

TEXT = (
    "A workshop makes desks and chairs. A desk brings $70 and takes 4 hours of carpentry and 2 of finishing; "
    "a chair brings $40 and takes 3 and 1. There are 240 hours of carpentry and 100 of finishing. How many of each?"
)
PROGRAM = '''import pyomo.environ as pyo


def build_model(data):
    """Desks and chairs"""
    model = pyo.ConcreteModel()

    # desks to make
    model.desks = pyo.Var(domain=pyo.NonNegativeIntegers)

    # chairs to make
    model.chairs = pyo.Var(domain=pyo.NonNegativeIntegers)

    # make the profit as large as possible
    model.profit = pyo.Objective(
        expr=data["profit_desks"] * model.desks + data["profit_chairs"] * model.chairs,
        sense=pyo.maximize,
    )

    # at most 240 hours of carpentry
    model.carpentry = pyo.Constraint(
        expr=data["carpentry_desks"] * model.desks
        + data["carpentry_chairs"] * model.chairs
        <= data["carpentry_limit"]
    )

    # at most 100 hours of finishing
    model.finishing = pyo.Constraint(
        expr=data["finishing_desks"] * model.desks + model.chairs <= data["finishing_limit"]
    )

    return model
'''
DIFF = diff(instances.workshop(), instances.contradiction()).to_json()


def phrase(words: str, *, occurrence: int = 0) -> tuple[Span, ...]:
    """Where the words stand in TEXT."""
    start = -1
    for _ in range(occurrence + 1):
        start = TEXT.index(words, start + 1)
    return (Span(start=start, end=start + len(words)),)


def _terms(**coefficients: float) -> tuple[Term, ...]:
    return tuple(Term(coefficient=value, variable=name) for name, value in coefficients.items())


def formulation(*, left_over: bool = False) -> Formulation:
    """The workshop, each item linked to its phrase."""
    given = {
        "profit_desks": (70.0, "$", "A desk brings $70"),
        "profit_chairs": (40.0, "$", "a chair brings $40"),
        "carpentry_limit": (240.0, "hours", "240 hours of carpentry"),
        "finishing_limit": (100.0, "hours", "100 of finishing"),
    }
    return Formulation(
        title="Desks and chairs",
        parameters=tuple(
            Parameter(name=name, label=name.replace("_", " "), value=value, unit=unit, spans=phrase(words))
            for name, (value, unit, words) in given.items()
        ),
        variables=(
            Variable(name="desks", label="desks to make", domain="integer", spans=phrase("desks")),
            Variable(name="chairs", label="chairs to make", domain="integer", spans=phrase("chairs")),
        ),
        objective=Objective(
            name="profit",
            label="profit",
            sense="maximize",
            terms=_terms(desks=70, chairs=40),
            unit="$",
            spans=(*phrase("A desk brings $70"), *phrase("a chair brings $40")),
        ),
        constraints=(
            Constraint(
                name="carpentry",
                label="carpentry",
                kind="resource",
                terms=_terms(desks=4, chairs=3),
                relation="<=",
                limit=240,
                unit="hours",
                spans=(*phrase("takes 4 hours of carpentry"), *phrase("240 hours of carpentry")),
            ),
            Constraint(
                name="finishing",
                label="finishing",
                kind="resource",
                terms=_terms(desks=2, chairs=1),
                relation="<=",
                limit=100,
                unit="hours",
                spans=(*phrase("2 of finishing"), *phrase("100 of finishing")),
            ),
        ),
        assumptions=(
            Assumption(text="Desks and chairs are made whole.", about="desks"),
            Assumption(text="The goal is the largest profit, since each piece is said to bring money.", about="profit"),
        ),
        ledger=(LedgerEntry(reason="It is not said for which month.", spans=phrase("How many")),) if left_over else (),
    )


def checks() -> list[dict[str, Any]]:
    """Checks of each status."""
    found = [
        Check("ledger", "Every part of the request is explained", "pass", "Nothing in the request was left over."),
        Check(
            "rows",
            "The built rows say what the formulation says",
            "pass",
            "2 rules compared coefficient by coefficient.",
        ),
        Check("numbers", "Every number of the request is linked to an item", "unknown", "Not linked to any item: 3."),
        Check("residuals", "The solution keeps every rule, recomputed", "pass", "Largest violation of a row 0."),
    ]
    return [asdict(check) for check in found]


def begin(
    actor: User, *, text: str = TEXT, conversation: Conversation | None = None, base: ModelVersion | None = None
) -> Run:
    """A queued run with its message and first event."""
    workspace = workspace_of(actor)
    conversation = conversation or ConversationFactory(workspace=workspace, created_by=actor)
    run: Run = RunFactory(workspace=workspace, created_by=actor, request_text=text, base=base)
    MessageFactory(conversation=conversation, author=actor, text=text, run=run)
    tell(run, E.RUN_QUEUED, solver="auto", drafter="auto")
    return run


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


def look(step: int) -> dict[str, Any]:
    """One look at a branch and bound that closes slowly."""
    incumbent = 3200.0 + 700.0 * (1 - math.exp(-(step // 4) / 3))
    bound = 4100.0 + 600.0 * math.exp(-step / 9)
    return {
        "phase": "branch_and_bound",
        "elapsed_seconds": round(0.4 * step, 2),
        "objective_value": round(incumbent, 1) if step > 1 else None,
        "objective_bound": round(bound, 1),
        "relative_gap": (bound - incumbent) / incumbent if step > 1 else None,
        "iterations": 120 * step,
        "nodes": 37 * step,
        "log": f" {37 * step:>8}  {incumbent:>10.1f}  {bound:>10.1f}  {0.4 * step:>6.1f}s\n",
    }


def progressing(run: Run, steps: Iterable[int]) -> None:
    """Looks at the running solve."""
    for step in steps:
        tell(run, E.SOLVE_PROGRESS, **look(step))


def result(*, condition: str = "optimal", headline: str = "Profit: $3,800, the largest possible.") -> dict[str, Any]:
    """What the line stores of an explained result."""
    has_plan = condition == "optimal"
    cells = [("desks", "desks to make", 30.0), ("chairs", "chairs to make", 40.0)]
    return {
        "headline": headline,
        "cause": None,
        "termination_condition": condition,
        "solution_status": "optimal" if has_plan else "no_solution",
        "certificate": "residuals_checked" if has_plan else "unverified",
        "certificate_words": "Each rule, bound and whole number was recomputed from the original model and holds.",
        "objective_label": "profit",
        "objective_unit": "$",
        "objective_value": 3800.0 if has_plan else None,
        "table": [
            {"name": name, "label": label, "value": value, "text": f"{value:.0f}", "unit": ""}
            for name, label, value in cells
        ]
        if has_plan
        else [],
        "binding": [
            {
                "name": "carpentry",
                "label": "carpentry",
                "side": "upper",
                "activity": 240,
                "dual": None,
                "text": "240 hours",
            },
            {
                "name": "finishing",
                "label": "finishing",
                "side": "upper",
                "activity": 100,
                "dual": None,
                "text": "100 hours",
            },
        ]
        if has_plan
        else [],
        "residuals": {
            "max_row_violation": 0.0,
            "max_bound_violation": 0.0,
            "max_integrality_violation": 2.2e-16,
            "objective_error": 0.0,
            "max_dual_violation": None,
            "worst_row": "",
            "worst_column": "",
        }
        if has_plan
        else None,
        "checks": checks() if has_plan else checks()[:3],
        "verification": "inconclusive",
    }


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


def finished(actor: User, *, conversation: Conversation | None = None, integers: bool = True) -> Run:
    """A solved run with its version."""
    run = started(actor, conversation=conversation)
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
    first = finished(actor)
    assert first.version is not None
    run = started(
        actor,
        conversation=first.message.conversation,
        text=f"{TEXT}\n\nAt least twice as many chairs as desks.",
        base=first.version,
    )
    drafted(run)
    saved(run, number=2, changes=DIFF)
    solving(run, integers=True)
    ended(run, result())
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
        "why": "The plan differs: whole numbers give $3,800, parts might give more.",
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


def workspace_name(workspace: Workspace) -> str:
    """Its name, for assertions."""
    return workspace.name
