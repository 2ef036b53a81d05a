"""A small transport problem with its plans, as the line would have stored them: families, units, prices, labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from copilot.accounts.models import User
from copilot.runs import instances as kept
from copilot.runs.models import ModelVersion, Run, Solution
from copilot.runs.solutions import packed
from solvers.instance import Instance, Sense
from tests.chat import stories
from tests.factories import SolutionFactory

INF = float("inf")
FORMULATION: dict[str, Any] = {
    "variables": [
        {"name": "ship", "label": "tonnes shipped", "unit": "t", "indices": ["PLANTS", "TOWNS"]},
        {"name": "rent", "label": "rented trucks"},
    ],
    "constraints": [{"name": "supply", "label": "what a plant has", "unit": "t"}, {"name": "demand", "label": ""}],
}


def instance(plants: int = 3, towns: int = 50) -> Instance:
    """Ship from plants to towns. A town needs one tonne, a plant has enough for all; rent costs, spare is fixed."""
    count = plants * towns
    place = np.arange(count)
    rows = np.concatenate([place // towns, plants + place % towns])
    order = np.argsort(rows, kind="stable")
    return Instance(
        name="transport",
        sense=Sense.MINIMIZE,
        objective_name="cost",
        objective_offset=0.0,
        cost=np.append(1.0 + place % 7, 5.0),
        indptr=np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=plants + towns)))),
        indices=np.concatenate([place, place])[order],
        values=np.ones(2 * count),
        row_lower=np.concatenate([np.full(plants, -INF), np.ones(towns)]),
        row_upper=np.concatenate([np.full(plants, float(towns + 1)), np.full(towns, INF)]),
        column_lower=np.zeros(count + 1),
        column_upper=np.full(count + 1, INF),
        integrality=np.zeros(count + 1, np.uint8),
        row_names=(*(f"supply[p{i}]" for i in range(plants)), *(f"demand[t{j}]" for j in range(towns))),
        column_names=(*(f"ship[p{k // towns},t{k % towns}]" for k in range(count)), "rent"),
        fixed=(("spare", 0.5),),
    )


def plan(*, from_plant: int = 0, plants: int = 3, towns: int = 50) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Everything comes from one plant; town 7 gets two tonnes."""
    x = np.zeros(plants * towns + 1)
    x[from_plant * towns : (from_plant + 1) * towns] = 1.0
    x[from_plant * towns + 7 % towns] = 2.0
    return x


def solved(actor: User, *, after: Run | None = None, found: int = 0, from_plant: int = 0, **size: int) -> Run:
    """A finished run of this problem with its final solution, and `found` improving ones before it."""
    run = stories.finished(actor, after=after, integers=False)
    built = instance(**size)
    stored = {"instance": built.to_bytes(), "formulation": run.version.formulation | FORMULATION}  # type: ignore[union-attr]
    ModelVersion.objects.filter(id=run.version_id).update(**stored)
    kept.forget()
    x = plan(from_plant=from_plant, **size)
    for number in range(1, found + 1):
        worse = x + number
        SolutionFactory(
            run=run,
            number=number,
            kind=Solution.Kind.IMPROVING,
            objective_value=built.objective_at(worse),
            values=packed(worse),
            elapsed_seconds=0.5 * number,
        )
    dual = np.concatenate([np.zeros(size.get("plants", 3)), np.arange(size.get("towns", 50), dtype=float)])
    SolutionFactory(
        run=run,
        number=found + 1,
        objective_value=built.objective_at(x),
        objective_bound=built.objective_at(x),
        relative_gap=0.0,
        values=packed(x),
        row_dual=packed(dual),
        reduced_cost=packed(built.cost - built.transposed_product(dual)),
    )
    return stories.fresh(run)
