"""A transport model whose every number comes from data: plants supply cities, at a cost and a fee for handling."""

from __future__ import annotations

from copilot.drafting.base import Datum, Draft
from copilot.drafting.formulation import Constraint, Formulation, IndexSet, Objective, Parameter, Term, Variable

TEXT = "Ship from the plants north and south to Paris and Lyon as cheaply as can be, as the tables say."
PROGRAM = """\
import pyomo.environ as pyo


def build_model(data):
    m = pyo.ConcreteModel()
    m.PLANTS = pyo.Set(initialize=data["PLANTS"])
    m.CITIES = pyo.Set(initialize=data["CITIES"])
    m.ship = pyo.Var(m.PLANTS, m.CITIES, domain=pyo.NonNegativeReals)
    m.total = pyo.Objective(
        expr=sum((data["cost"][p, c] + data["handling"]) * m.ship[p, c] for p in m.PLANTS for c in m.CITIES)
    )
    m.leaving = pyo.Constraint(
        m.PLANTS, rule=lambda m, p: sum(m.ship[p, c] for c in m.CITIES) <= data["supply"][p]
    )
    m.arriving = pyo.Constraint(
        m.CITIES, rule=lambda m, c: sum(m.ship[p, c] for p in m.PLANTS) >= data["demand"][c]
    )
    return m
"""
DATA: dict[str, Datum] = {
    "PLANTS": ["north", "south"],
    "CITIES": ["Paris", "Lyon"],
    "cost": {("north", "Paris"): 4, ("north", "Lyon"): 6, ("south", "Paris"): 5, ("south", "Lyon"): 3},
    "supply": {"north": 30, "south": 40},
    "demand": {"Paris": 25, "Lyon": 35},
    "handling": 0.5,
}
OPTIMUM = 4.5 * 25 + 3.5 * 35


def _numbers(name: str) -> tuple[tuple[tuple[str, ...], float], ...]:
    value = DATA[name]
    assert isinstance(value, dict)
    return tuple((key if isinstance(key, tuple) else (key,), float(number)) for key, number in value.items())


FORMULATION = Formulation(
    title="Shipping",
    sets=(
        IndexSet(name="PLANTS", elements=("north", "south")),
        IndexSet(name="CITIES", elements=("Paris", "Lyon")),
    ),
    parameters=(
        Parameter(
            name="cost", label="shipping cost", indices=("PLANTS", "CITIES"), unit="EUR/t", value=_numbers("cost")
        ),
        Parameter(name="supply", label="supply of a plant", indices=("PLANTS",), unit="t", value=_numbers("supply")),
        Parameter(name="demand", label="demand of a city", indices=("CITIES",), unit="t", value=_numbers("demand")),
        Parameter(name="handling", label="handling fee", unit="EUR/t", value=0.5),
    ),
    variables=(Variable(name="ship", label="tons shipped", indices=("PLANTS", "CITIES"), unit="t"),),
    objective=Objective(
        name="total",
        label="total cost",
        sense="minimize",
        terms=(
            Term(coefficient=1.0, variable="ship[PLANTS,CITIES]", parameter="cost[PLANTS,CITIES]"),
            Term(coefficient=0.5, variable="ship[PLANTS,CITIES]", parameter="handling"),
        ),
        unit="EUR",
    ),
    constraints=(
        Constraint(
            name="leaving",
            label="what leaves a plant",
            indices=("PLANTS",),
            terms=(Term(coefficient=1.0, variable="ship[PLANTS,CITIES]"),),
            relation="<=",
            limit=30.0,
            limit_parameter="supply[PLANTS]",
        ),
        Constraint(
            name="arriving",
            label="what arrives in a city",
            indices=("CITIES",),
            terms=(Term(coefficient=1.0, variable="ship[PLANTS,CITIES]"),),
            relation=">=",
            limit=25.0,
            limit_parameter="demand[CITIES]",
        ),
    ),
)


def shipping() -> Draft:
    """The draft."""
    return Draft(formulation=FORMULATION, program=PROGRAM, data=DATA, drafter="fake")
