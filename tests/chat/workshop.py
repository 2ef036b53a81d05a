"""The workshop of the stories: its request, formulation, program, checks, progress and result."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

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
from copilot.runs.checks import Check
from solvers.equivalence.diff import diff
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
PLAIN_DIFF = diff(instances.workshop(), instances.contradiction()).to_json()  # as an older release stored it
ORIGIN = {
    "lines": {"before": [14, 15, 16, 20], "after": [9]},
    "phrase": "",
    "requested": "no",
    "unrequested": ["chairs"],
}
DRAW = {"seed": 1, "verdict": "different", "how": "", "resized": False, "real_data": False}
DIFF = PLAIN_DIFF | {
    "families": [PLAIN_DIFF["families"][0] | ORIGIN, *PLAIN_DIFF["families"][1:]],
    "parametric": {
        "verdict": "different structure",
        "sentence": "Different structure: on 3 of 3 random data sets the two programs build different models.",
        "draws": [DRAW] * 3,
        "accidental": False,
        "sets_resized": 0,
        "how": "draws",
    },
}


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


def result(*, condition: str = "optimal", headline: str = "Profit: $3,700, the largest possible.") -> dict[str, Any]:
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
        "proof": {"state": "optimal", "exact": "3700", "proven": True} if has_plan else None,
        "objective_label": "profit",
        "objective_unit": "$",
        "objective_value": 3700.0 if has_plan else None,
        "table": [
            {"name": name, "label": label, "value": value, "text": f"{value:.0f}", "unit": ""}
            for name, label, value in cells
        ]
        if has_plan
        else [],
        "binding": [_binding("carpentry", 240), _binding("finishing", 100)] if has_plan else [],
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


def _binding(name: str, hours: int) -> dict[str, Any]:
    return {"name": name, "label": name, "side": "upper", "activity": hours, "dual": None, "text": f"{hours} hours"}
