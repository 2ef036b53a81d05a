"""Pyomo programs by hand: three small ones, each rewritten harmlessly and broken subtly by replacing a few lines.

A program defines `build_model(data)`; `PROGRAMS` has the data beside it, so that a pair can be built on other data too.
"""

# ruff: noqa: E501  (programs, and edits of their lines)
from __future__ import annotations

from typing import Any

LOTS = """
def build_model(data):
    import pyomo.environ as pyo
    m = pyo.ConcreteModel()
    m.P, m.T = pyo.Set(initialize=data["products"]), pyo.RangeSet(0, data["periods"] - 1)
    m.x = pyo.Var(m.P, m.T, domain=pyo.NonNegativeReals)
    m.s = pyo.Var(m.P, m.T, domain=pyo.NonNegativeReals)
    m.y = pyo.Var(m.P, m.T, domain=pyo.Binary)
    def before(m, p, t):
        return m.s[p, t - 1] if t > 0 else data["stock"][p]
    m.balance = pyo.Constraint(m.P, m.T, rule=lambda m, p, t: before(m, p, t) + m.x[p, t] == data["demand"][p][t] + m.s[p, t])
    m.setup = pyo.Constraint(m.P, m.T, rule=lambda m, p, t: m.x[p, t] <= data["most"] * m.y[p, t])
    m.capacity = pyo.Constraint(m.T, rule=lambda m, t: sum(data["use"][p] * m.x[p, t] + data["change"] * m.y[p, t] for p in m.P) <= data["hours"])
    m.cost = pyo.Objective(expr=sum(data["hold"] * m.s[p, t] + data["fix"][p] * m.y[p, t] for p in m.P for t in m.T), sense=pyo.minimize)
    return m
"""

SHIP = """
def build_model(data):
    import pyomo.environ as pyo
    m = pyo.ConcreteModel()
    plants, shops, cost = list(data["supply"]), list(data["demand"]), data["cost"]
    m.flow = pyo.Var(plants, shops, domain=pyo.NonNegativeReals)
    m.open = pyo.Var(plants, domain=pyo.Binary)
    m.supply = pyo.Constraint(plants, rule=lambda m, i: sum(m.flow[i, j] for j in shops) <= data["supply"][i] * m.open[i])
    m.demand = pyo.Constraint(shops, rule=lambda m, j: sum(m.flow[i, j] for i in plants) >= data["demand"][j])
    m.few = pyo.Constraint(expr=sum(m.open[i] for i in plants) <= data["few"])
    m.total = pyo.Objective(expr=sum(cost[i][j] * m.flow[i, j] for i in plants for j in shops) + sum(data["rent"][i] * m.open[i] for i in plants))
    return m
"""

BLEND = """
def build_model(data):
    import pyomo.environ as pyo
    m = pyo.ConcreteModel()
    m.use = pyo.Var(list(data["price"]), bounds=(0, data["stock"]))
    m.packs = pyo.Var(domain=pyo.NonNegativeIntegers, bounds=(0, 50))
    whole = sum(m.use[k] for k in data["price"])
    m.share = pyo.Constraint(expr=sum(data["fat"][k] * m.use[k] for k in data["price"]) <= data["limit"] * whole)
    m.yields = pyo.Constraint(expr=whole == data["pack"] * m.packs)
    m.protein = pyo.Constraint(expr=(data["low"], sum(data["rich"][k] * m.use[k] for k in data["price"]), data["high"]))
    m.profit = pyo.Objective(expr=data["sale"] * m.packs - sum(data["price"][k] * m.use[k] for k in data["price"]), sense=pyo.maximize)
    return m
"""

PROGRAMS: dict[str, tuple[str, dict[str, Any]]] = {
    "lots": (
        LOTS,
        {
            "products": ["ale", "stout"], "periods": 3, "stock": {"ale": 7, "stout": 4}, "most": 90, "hours": 130,
            "demand": {"ale": [20, 31, 44], "stout": [15, 9, 27]}, "use": {"ale": 1.5, "stout": 2.25}, "change": 11,
            "hold": 0.75, "fix": {"ale": 37, "stout": 52},
        },
    ),
    "ship": (
        SHIP,
        {
            "supply": {"north": 70, "south": 55, "west": 64}, "demand": {"a": 31, "b": 42, "c": 17}, "few": 2,
            "cost": {"north": {"a": 4, "b": 7, "c": 9}, "south": {"a": 3, "b": 8, "c": 5}, "west": {"a": 6, "b": 2, "c": 10}},
            "rent": {"north": 110, "south": 95, "west": 130},
        },
    ),
    "blend": (
        BLEND,
        {
            "price": {"oat": 3.0, "nut": 11.5, "date": 6.25}, "fat": {"oat": 0.07, "nut": 0.6, "date": 0.01}, "limit": 0.2,
            "rich": {"oat": 0.13, "nut": 0.2, "date": 0.02}, "low": 4, "high": 30, "stock": 80, "pack": 2.5, "sale": 28,
        },
    ),
}  # fmt: skip

Edits = tuple[tuple[str, str], ...]
LINK = 'm.x[p, t] <= data["most"] * m.y[p, t])'
HOURS = 'sum(data["use"][p] * m.x[p, t] + data["change"] * m.y[p, t] for p in m.P) <= data["hours"])'
GOAL = 'sum(data["hold"] * m.s[p, t] + data["fix"][p] * m.y[p, t] for p in m.P for t in m.T), sense=pyo.minimize)'
FLOW = 'before(m, p, t) + m.x[p, t] == data["demand"][p][t] + m.s[p, t])'
SENT = 'sum(m.flow[i, j] for j in shops) <= data["supply"][i] * m.open[i])'
MET = 'sum(m.flow[i, j] for i in plants) >= data["demand"][j])'
FAT = '<= data["limit"] * whole)'
BAND = '(data["low"], sum(data["rich"][k] * m.use[k] for k in data["price"]), data["high"]))'
SUM = 'sum(data["rich"][k] * m.use[k] for k in data["price"])'
PROFIT = 'data["sale"] * m.packs - sum(data["price"][k] * m.use[k] for k in data["price"]), sense=pyo.maximize)'

EQUIVALENT: dict[str, tuple[str, Edits]] = {
    "variables renamed": ("lots", (("m.x", "m.make"), ("m.y", "m.runs"))),
    "a rule turned around": ("lots", ((LINK, 'data["most"] * m.y[p, t] >= m.x[p, t])'),)),
    "everything on one side": ("lots", ((LINK, 'm.x[p, t] - data["most"] * m.y[p, t] <= 0)'),)),
    "a balance multiplied by minus one": ("lots", ((FLOW, '-before(m, p, t) - m.x[p, t] + m.s[p, t] == -data["demand"][p][t])'),)),
    "a rule in other units": ("lots", ((HOURS, HOURS.replace("sum(", "60 * sum(").replace("<= ", "<= 60 * ")),)),
    "largest of the negative": ("lots", ((GOAL, "-" + GOAL.replace("minimize", "maximize")),)),
    "binary as a whole number up to one": ("lots", (("domain=pyo.Binary", "domain=pyo.NonNegativeIntegers, bounds=(0, 1)"),)),
    "terms split in halves": ("lots", ((LINK, '0.5 * m.x[p, t] + 0.5 * m.x[p, t] <= data["most"] * m.y[p, t])'),)),
    "sums in another order": ("lots", (("for p in m.P for t in m.T", "for t in reversed(m.T) for p in m.P"),)),
    "a bound as a rule": ("lots", (("m.s = pyo.Var(m.P, m.T, domain=pyo.NonNegativeReals)", "m.s = pyo.Var(m.P, m.T)\n    m.stock = pyo.Constraint(m.P, m.T, rule=lambda m, p, t: m.s[p, t] >= 0)"),)),
    "an unused variable": ("lots", (("\n    return m\n", "\n    m.spare = pyo.Var(m.P, bounds=(0, 4))\n    return m\n"),)),
    "indices exchanged": ("ship", (("m.flow = pyo.Var(plants, shops", "m.flow = pyo.Var(shops, plants"), ("m.flow[i, j]", "m.flow[j, i]"))),
    "a rule said twice": ("ship", (("    m.few =", f"    m.again = pyo.Constraint(shops, rule=lambda m, j: 2 * {MET.replace('>= ', '>= 2 * ')}\n    m.few ="),)),
    "a weaker rule beside it": ("ship", (("    m.few =", "    m.many = pyo.Constraint(expr=sum(m.open[i] for i in plants) <= 9)\n    m.few ="),)),
    "a slack written out": ("ship", (("    m.supply =", "    m.rest = pyo.Var(plants, domain=pyo.NonNegativeReals)\n    m.supply ="), (SENT, SENT.replace("<= ", "+ m.rest[i] == ")))),
    "a surplus written out": ("ship", (("    m.demand =", "    m.over = pyo.Var(shops, domain=pyo.NonNegativeReals)\n    m.demand ="), (MET, MET.replace(">= ", "- m.over[j] == ")))),
    "a range as two rules": ("blend", ((BAND, f'{SUM} <= data["high"])\n    m.least = pyo.Constraint(expr={SUM} >= data["low"])'),)),
    "an equation as two rules": ("blend", (('whole == data["pack"] * m.packs)', 'whole <= data["pack"] * m.packs)\n    m.back = pyo.Constraint(expr=whole >= data["pack"] * m.packs)'),)),
    "a fractional bound of a whole number": ("blend", (("bounds=(0, 50)", "bounds=(-0.5, 50.8)"),)),
    "a ratio multiplied out": ("blend", ((f'sum(data["fat"][k] * m.use[k] for k in data["price"]) {FAT}', 'sum((data["fat"][k] - data["limit"]) * m.use[k] for k in data["price"]) <= 0)'),)),
}  # fmt: skip

DIFFERENT: dict[str, tuple[str, Edits]] = {
    "a period too late": ("lots", (('data["demand"][p][t] +', 'data["demand"][p][t - 1] +'),)),
    "the first stock forgotten": ("lots", (('else data["stock"][p]', "else 0"),)),
    "stock that is lost": ("lots", (("m.s[p, t - 1] if", "0.99 * m.s[p, t - 1] if"),)),
    "at least for equal": ("lots", ((FLOW, FLOW.replace("==", ">=")),)),
    "the first period without a rule": ("lots", (("lambda m, p, t: m.x[p, t] <=", "lambda m, p, t: pyo.Constraint.Skip if t == 0 else m.x[p, t] <="),)),
    "one product's hours for all": ("lots", (('data["use"][p] * m.x', 'data["use"]["ale"] * m.x'),)),
    "set-up paid per piece": ("lots", (('data["change"] * m.y', 'data["change"] * m.x'),)),
    "holding what is made": ("lots", (('data["hold"] * m.s', 'data["hold"] * m.x'),)),
    "set-ups in parts": ("lots", (("domain=pyo.Binary", "bounds=(0, 1)"),)),
    "set-ups more than once": ("lots", (("domain=pyo.Binary", "domain=pyo.NonNegativeIntegers"),)),
    "the dearest plan": ("lots", (("pyo.minimize", "pyo.maximize"),)),
    "supply without opening": ("ship", ((' * m.open[i])\n    m.demand', ")\n    m.demand"),)),
    "rows and columns of the costs confused": ("ship", (("cost[i][j]", "cost[plants[shops.index(j)]][shops[plants.index(i)]]"),)),
    "demand at most": ("ship", ((MET, MET.replace(">=", "<=")),)),
    "all demand in one rule": ("ship", ((f"pyo.Constraint(shops, rule=lambda m, j: {MET}", 'pyo.Constraint(expr=sum(m.flow[i, j] for i in plants for j in shops) >= sum(data["demand"].values()))'),)),
    "exactly for at most": ("ship", (('for i in plants) <= data["few"]', 'for i in plants) == data["few"]'),)),
    "rent forgotten": ("ship", ((' + sum(data["rent"][i] * m.open[i] for i in plants)', ""),)),
    "per cent for a share": ("blend", (('data["limit"] * whole', '100 * data["limit"] * whole'),)),
    "a share of the packs": ("blend", (('data["limit"] * whole', 'data["limit"] * m.packs'),)),
    "one side of a range": ("blend", ((BAND, f'{SUM} >= data["low"])'),)),
}  # fmt: skip


def program_of(name: str, edits: Edits = ()) -> str:
    """Return the text of a program after its edits, each of which must apply."""
    text = PROGRAMS[name][0]
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text
