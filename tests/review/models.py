"""A small lot-sizing model in several revisions, as instances."""

from __future__ import annotations

import numpy as np

from copilot.drafting.formulation import Constraint, Formulation, IndexSet, Objective, Variable
from solvers.instance import Instance, Sense
from tests.solvers.instances import INF

PERIODS = 6


def lots(
    *,
    capacity: float = 130.0,
    setup_time: float = 10.0,
    lost: bool = False,
    final: bool = False,
    holding: float = 1.0,
    make: str = "x",
    factor: float = 1.0,
) -> Instance:
    """Make, stock and set up over six periods; `lost` sales and a `final` stock can be added, `make` renamed.

    `factor` multiplies every capacity row, which changes nothing.
    """
    periods = range(PERIODS)
    columns: list[tuple[str, float, float, int]] = [(f"{make}[{t}]", 2.0, INF, 0) for t in periods]
    columns += [(f"s[{t}]", holding, INF, 0) for t in periods]
    columns += [(f"y[{t}]", 50.0, 1.0, 1) for t in periods]
    columns += [(f"lost[{t}]", 100.0, INF, 0) for t in periods] if lost else []
    rows: list[tuple[str, dict[str, float], float, float]] = []
    for t in periods:
        terms = {f"{make}[{t}]": 1.0, f"s[{t}]": -1.0} | ({f"s[{t - 1}]": 1.0} if t else {})
        terms |= {f"lost[{t}]": 1.0} if lost else {}
        rows.append((f"balance[{t}]", terms, 40.0 + 5 * t, 40.0 + 5 * t))
        used = {f"{make}[{t}]": factor, f"y[{t}]": setup_time * factor}
        rows.append((f"capacity[{t}]", used, -INF, capacity * factor))
        rows.append((f"setup[{t}]", {f"{make}[{t}]": 1.0, f"y[{t}]": -130.0}, -INF, 0.0))
    rows += [("final", {f"s[{PERIODS - 1}]": 1.0}, 5.0, INF)] if final else []
    return _built(columns, rows)


def _built(
    columns: list[tuple[str, float, float, int]], rows: list[tuple[str, dict[str, float], float, float]]
) -> Instance:
    place = {name: j for j, (name, *_) in enumerate(columns)}
    return Instance(
        name="lots",
        sense=Sense.MINIMIZE,
        objective_name="cost",
        objective_offset=0.0,
        cost=np.array([cost for _, cost, _, _ in columns]),
        indptr=np.concatenate(([0], np.cumsum([len(terms) for _, terms, _, _ in rows]))),
        indices=np.array([place[name] for _, terms, _, _ in rows for name in terms]),
        values=np.array([value for _, terms, _, _ in rows for value in terms.values()]),
        row_lower=np.array([low for _, _, low, _ in rows]),
        row_upper=np.array([high for _, _, _, high in rows]),
        column_lower=np.zeros(len(columns)),
        column_upper=np.array([upper for _, _, upper, _ in columns]),
        integrality=np.array([whole for _, _, _, whole in columns], dtype=np.uint8),
        row_names=tuple(name for name, *_ in rows),
        column_names=tuple(name for name, *_ in columns),
    )


def formulated(*, capacity: float = 130.0, setup_time: float = 10.0, make: str = "x", **_: object) -> Formulation:
    """What a drafter would have said of the lots, as far as the pages show it."""
    fits = rf"\text{{{make}}}_t + {setup_time:g}\,\text{{y}}_t \le {capacity:g} \quad \forall t"
    periods = ("T",)
    return Formulation(
        title="Lots",
        sets=(IndexSet(name="T", elements=tuple(str(t) for t in range(PERIODS))),),
        variables=(
            Variable(name=make, label="pieces to make", indices=periods),
            Variable(name="s", label="pieces in stock", indices=periods),
            Variable(name="y", label="set up", indices=periods, domain="binary"),
        ),
        objective=Objective(name="cost", label="cost", sense="minimize"),
        constraints=(
            Constraint(name="capacity", label="hours of the machine", indices=periods, latex=fits, unit="hours"),
        ),
    )


def programmed(*, capacity: float = 130.0, setup_time: float = 10.0, make: str = "x", **_: object) -> str:
    """The part of a program that the pages show."""
    used = f"m.{make}[t] + {setup_time:g} * m.y[t] <= {capacity:g}"
    return (
        "def build_model(data):\n"
        "    m = pyo.ConcreteModel()\n"
        f"    m.{make} = pyo.Var(T, domain=pyo.NonNegativeReals)\n"
        f"    m.capacity = pyo.Constraint(T, rule=lambda m, t: {used})\n"
    )
