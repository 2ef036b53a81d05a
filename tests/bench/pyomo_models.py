"""Generated models of known shape for benchmarks: the same Pyomo models and arrays for the same arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo


def transport_model(sources: int, sinks: int, seed: int = 0) -> Any:
    """Return a Pyomo model with sources x sinks flows, one supply row per source and one demand row per sink."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(1, 100, (sources, sinks)).astype(float).tolist()
    m = pyo.ConcreteModel(name="transport")
    m.I, m.J = pyo.RangeSet(0, sources - 1), pyo.RangeSet(0, sinks - 1)
    m.flow = pyo.Var(m.I, m.J, domain=pyo.NonNegativeReals)
    flow = m.flow
    m.supply = pyo.Constraint(m.I, rule=lambda m, i: sum(flow[i, j] for j in range(sinks)) <= 10.0 * sinks)
    m.demand = pyo.Constraint(m.J, rule=lambda m, j: sum(flow[i, j] for i in range(sources)) >= 5.0 * sources)
    m.total = pyo.Objective(expr=sum(cost[i][j] * flow[i, j] for i in range(sources) for j in range(sinks)))
    return m


def lot_sizing_model(items: int, periods: int, seed: int = 0) -> Any:
    """Return a Pyomo MIP with 3 columns (make, stock, set up) and 2 rows (balance, capacity) per item and period."""
    rng = np.random.default_rng(seed)
    demand = rng.integers(0, 20, (items, periods)).astype(float).tolist()
    m = pyo.ConcreteModel(name="lots")
    m.I, m.T = pyo.RangeSet(0, items - 1), pyo.RangeSet(0, periods - 1)
    m.make = pyo.Var(m.I, m.T, domain=pyo.NonNegativeReals)
    m.stock = pyo.Var(m.I, m.T, domain=pyo.NonNegativeReals)
    m.setup = pyo.Var(m.I, m.T, domain=pyo.Binary)
    make, stock, setup = m.make, m.stock, m.setup

    def balance(m: Any, i: int, t: int) -> Any:
        before = stock[i, t - 1] if t else 0.0
        return before + make[i, t] - stock[i, t] == demand[i][t]

    m.balance = pyo.Constraint(m.I, m.T, rule=balance)
    m.capacity = pyo.Constraint(m.I, m.T, rule=lambda m, i, t: make[i, t] <= 60.0 * setup[i, t])
    m.total = pyo.Objective(expr=sum(stock[k] + 40 * setup[k] for k in m.I * m.T))
    return m
