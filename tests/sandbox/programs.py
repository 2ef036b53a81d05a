"""Programs that the tests build."""

from __future__ import annotations

WORKSHOP = """
from pyomo.environ import *

def build_model(data):
    m = ConcreteModel(name="workshop")
    m.PRODUCTS = Set(initialize=data["products"])
    m.profit = Param(m.PRODUCTS, initialize=data["profit"])
    m.make = Var(m.PRODUCTS, domain=NonNegativeIntegers)
    m.carpentry = Constraint(expr=sum(data["hours"][p, "carpentry"] * m.make[p] for p in m.PRODUCTS) <= 240)
    m.finishing = Constraint(expr=sum(data["hours"][p, "finishing"] * m.make[p] for p in m.PRODUCTS) <= 100)
    m.total = Objective(expr=sum(m.profit[p] * m.make[p] for p in m.PRODUCTS), sense=maximize)
    return m
"""
WORKSHOP_DATA = {
    "products": ["desk", "chair"],
    "profit": {"desk": 70.0, "chair": 40.0},
    "hours": {
        ("desk", "carpentry"): 4.0,
        ("desk", "finishing"): 2.0,
        ("chair", "carpentry"): 3.0,
        ("chair", "finishing"): 1.0,
    },
}


def around(*lines: str) -> str:
    """A program whose build_model runs these lines (line 1 of them is line 4) and then returns a one-variable model."""
    body = "\n".join(f"    {line}" for line in "\n".join(lines).splitlines())
    return f"""from pyomo.environ import *

def build_model(data):
{body}
    m = ConcreteModel()
    m.x = Var(bounds=(0, 1))
    m.c = Constraint(expr=m.x <= 0.5)
    m.o = Objective(expr=m.x)
    return m
"""
