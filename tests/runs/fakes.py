"""Drafters that say what a test wants, so that the line is tested apart from any drafter's skill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from copilot.drafting.base import Draft, DraftOutcome, DraftReport, DraftRequest, Feedback
from copilot.drafting.formulation import Constraint, Formulation, Objective, Term, Variable

PROGRAM = """\
import pyomo.environ as pyo


def build_model(data):
    m = pyo.ConcreteModel()
    m.desks = pyo.Var(domain=pyo.NonNegativeIntegers)
    m.chairs = pyo.Var(domain=pyo.NonNegativeIntegers)
    m.profit = pyo.Objective(expr=70 * m.desks + 40 * m.chairs, sense=pyo.maximize)
    m.carpentry = pyo.Constraint(expr=4 * m.desks + 3 * m.chairs <= data["carpentry"])
    m.finishing = pyo.Constraint(expr=2 * m.desks + m.chairs <= 100)
    return m
"""


def terms(**coefficients: float) -> tuple[Term, ...]:
    """Terms by variable name."""
    return tuple(Term(coefficient=value, variable=name) for name, value in coefficients.items())


FORMULATION = Formulation(
    title="Desks and chairs",
    variables=(
        Variable(name="desks", label="desks", domain="integer"),
        Variable(name="chairs", label="chairs", domain="integer"),
    ),
    objective=Objective(name="profit", label="Profit", sense="maximize", terms=terms(desks=70, chairs=40), unit="$"),
    constraints=(
        Constraint(name="carpentry", label="carpentry hours", terms=terms(desks=4, chairs=3), relation="<=", limit=240),
        Constraint(name="finishing", label="finishing hours", terms=terms(desks=2, chairs=1), relation="<=", limit=100),
    ),
)


def draft(program: str = PROGRAM, formulation: Formulation = FORMULATION, **data: float) -> Draft:
    """A complete draft of the workshop."""
    return Draft(formulation=formulation, program=program, data={"carpentry": 240.0} | data, drafter="fake")


@dataclass
class FakeDrafter:
    """Gives the outcomes in turn; repairs likewise."""

    outcomes: list[DraftOutcome]
    name: str = "fake"
    requests: list[DraftRequest] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def draft(self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]) -> DraftOutcome:
        """The next outcome."""
        self.requests.append(request)
        self.before()
        return self.outcomes.pop(0)

    def repair(
        self,
        request: DraftRequest,
        draft: Draft,
        feedback: Feedback,
        report: DraftReport,
        should_stop: Callable[[], bool],
    ) -> DraftOutcome:
        """The next outcome, remembering why the last was refused."""
        self.requests.append(request)
        self.feedback.append(feedback)
        return self.outcomes.pop(0) if self.outcomes else DraftOutcome("abstained", reasons=("I know no repair.",))


def complete(program: str = PROGRAM, **data: float) -> DraftOutcome:
    """An outcome with a complete draft."""
    return DraftOutcome(status="complete", draft=draft(program, **data))
