"""Replies and requests that the tests of the language model's drafter share."""

from __future__ import annotations

import copy
from typing import Any

from copilot.drafting.base import DraftRequest, Table

TEXT = (
    "A workshop makes desks and chairs. A desk brings $70 and takes 4 hours of carpentry; a chair brings $40 and "
    "takes 3. There are 240 hours of carpentry. How many of each?"
)
PROGRAM = """import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    m.product = pyo.Set(initialize=data["product"])
    m.made = pyo.Var(m.product, domain=pyo.NonNegativeIntegers)
    m.profit = pyo.Objective(expr=sum(data["price"][p] * m.made[p] for p in m.product), sense=pyo.maximize)
    m.carpentry = pyo.Constraint(expr=sum(data["hours"][p] * m.made[p] for p in m.product) <= data["carpentry_limit"])
    return m
"""
_WORKSHOP: dict[str, Any] = {
    "title": "Desks and chairs",
    "sets": [{"name": "product", "elements": ["desk", "chair"], "quotes": ["desks and chairs"]}],
    "parameters": [
        {
            "name": "price",
            "unit": "$",
            "indices": ["product"],
            "values": [{"key": ["desk"], "value": 70}, {"key": ["chair"], "value": 40}],
            "quotes": ["A desk brings $70", "a chair brings $40"],
        },
        {
            "name": "hours",
            "indices": ["product"],
            "values": [{"key": ["desk"], "value": 4}, {"key": ["chair"], "value": 3}],
            "quotes": ["takes 4 hours of carpentry"],
        },
        {"name": "carpentry_limit", "value": 240, "unit": "hours", "quotes": ["240 hours of carpentry"]},
    ],
    "variables": [{"name": "made", "indices": ["product"], "domain": "integer", "quotes": ["How many of each?"]}],
    "objective": {
        "name": "profit",
        "sense": "maximize",
        "terms": [{"coefficient": 1, "variable": "made[product]", "parameter": "price[product]"}],
        "quotes": ["brings $70"],
    },
    "constraints": [
        {
            "name": "carpentry",
            "kind": "resource",
            "terms": [{"coefficient": 1, "variable": "made[product]", "parameter": "hours[product]"}],
            "relation": "<=",
            "limit": 240,
            "limit_parameter": "carpentry_limit",
            "quotes": ["There are 240 hours of carpentry"],
        }
    ],
}
REQUEST = DraftRequest(text=TEXT)
DISTANCES = Table(
    name="routes",
    columns={
        "From": ("A", "A", "B", "B", "C", "C", "C"),
        "To": ("x", "y", "x", "y", "x", "y", "z"),
        "Cost per unit": (4, 6, 5, 3.5, 7, 1, 2),
        "note": ("secret of row one", None, "", "", "", "", "row seven is never shown"),
    },
)


def workshop(**changes: Any) -> dict[str, Any]:
    """The good formulation, with fields replaced."""
    return copy.deepcopy(_WORKSHOP) | changes


def written(program: str = PROGRAM, **changes: Any) -> dict[str, Any]:
    """The reply with the program."""
    return {"program": program, "tables_read": [], "remark": ""} | changes


def both(program: str = PROGRAM, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The replies of the two stages."""
    return workshop(**changes), written(program)


def mended(program: str = PROGRAM, **changes: Any) -> dict[str, Any]:
    """The reply with a repaired program."""
    return {"cause": "It was wrong.", "program": program, "tables_read": [], "formulation": None} | changes
