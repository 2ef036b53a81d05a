"""Choosing and mixing: knapsack, production, blending, pollution control, two kinds of portfolio."""

from __future__ import annotations

import random

from copilot.evaluation.generate.drawn import Data, ProblemClass, Told, bullets, labels, short


def _draw_knapsack(size: int, rng: random.Random) -> Data:
    weight = {item: rng.randint(3, 60) for item in labels("Parcel", size)}
    worth = {item: rng.randint(20, 300) for item in weight}
    return {"ITEMS": list(weight), "weight": weight, "worth": worth, "capacity": max(60, sum(weight.values()) // 2)}


def _tell_knapsack(data: Data, rng: random.Random) -> Told:
    place, unit, gain = rng.choice(
        [("cargo bike", "kg", "fee"), ("research balloon", "g", "score"), ("touring van", "kg", "income")]
    )
    money = "$" if gain != "score" else ""
    lines = [f"{i}: weight {data['weight'][i]} {unit}, {gain} {money}{data['worth'][i]}" for i in data["ITEMS"]]
    return Told(
        f"We may put some of these parcels on a {place}:\n{bullets(lines)}\n\n"
        f"The {place} carries at most {data['capacity']} {unit}. Each parcel is either taken whole or left behind. "
        f"Which parcels should be taken so that the total {gain} is as large as possible?"
    )


_KNAPSACK = """
import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    m.I = pyo.Set(initialize=data["ITEMS"])
    m.take = pyo.Var(m.I, domain=pyo.Binary)
    m.room = pyo.Constraint(expr=sum(data["weight"][i] * m.take[i] for i in m.I) <= data["capacity"])
    m.worth = pyo.Objective(expr=sum(data["worth"][i] * m.take[i] for i in m.I), sense=pyo.maximize)
    return m
"""


def _draw_production(size: int, rng: random.Random) -> Data:
    products, resources = labels("Product", size), ["cutting", "assembly", "packing"][: 2 + (size > 3)]
    hours = {(r, p): rng.randint(1, 9) for r in resources for p in products}
    return {
        "PRODUCTS": products,
        "RESOURCES": resources,
        "hours": hours,
        "available": {r: rng.randint(8, 20) * sum(hours[r, p] for p in products) for r in resources},
        "profit": {p: rng.randint(10, 90) for p in products},
        "demand": {p: rng.randint(10, 40) for p in products},
    }


def _tell_production(data: Data, rng: random.Random) -> Told:
    maker = rng.choice(["A furniture maker", "A toy factory", "A bicycle plant"])
    lines = []
    for p in data["PRODUCTS"]:
        needs = ", ".join(f"{data['hours'][r, p]} hours of {r}" for r in data["RESOURCES"])
        lines.append(f"{p}: profit ${data['profit'][p]} each, needs {needs}, at most {data['demand'][p]} can be sold")
    stock = "; ".join(f"{data['available'][r]} hours of {r}" for r in data["RESOURCES"])
    return Told(
        f"{maker} makes the following products, in any amount, fractions included:\n{bullets(lines)}\n\n"
        f"Each week there are {stock}. Find the weekly production plan with the largest total profit."
    )


_PRODUCTION = """
import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    m.P = pyo.Set(initialize=data["PRODUCTS"])
    m.R = pyo.Set(initialize=data["RESOURCES"])
    m.make = pyo.Var(m.P, bounds=lambda m, p: (0, data["demand"][p]))
    m.stock = pyo.Constraint(
        m.R, rule=lambda m, r: sum(data["hours"][r, p] * m.make[p] for p in m.P) <= data["available"][r])
    m.profit = pyo.Objective(expr=sum(data["profit"][p] * m.make[p] for p in m.P), sense=pyo.maximize)
    return m
"""


def _draw_blending(size: int, rng: random.Random) -> Data:
    inputs, parts = labels("Feed", size), ["protein", "fat", "fibre"]
    share = {(q, i): rng.randint(2, 40) for q in parts for i in inputs}
    middle = {q: sum(share[q, i] for i in inputs) / size for q in parts}
    return {
        "INPUTS": inputs,
        "PARTS": parts,
        "share": share,
        "cost": {i: rng.randint(20, 95) for i in inputs},
        "stock": {i: rng.randint(40, 90) for i in inputs},
        "least": {q: int(0.8 * middle[q]) for q in parts},
        "amount": 30 * size,
    }


def _tell_blending(data: Data, rng: random.Random) -> Told:
    animal = rng.choice(["cattle", "poultry", "pigs"])
    lines = []
    for i in data["INPUTS"]:
        holds = ", ".join(f"{data['share'][q, i]}% {q}" for q in data["PARTS"])
        lines.append(f"{i}: ${data['cost'][i]} per ton, {data['stock'][i]} tons in stock, {holds}")
    least = ", ".join(f"{data['least'][q]}% {q}" for q in data["PARTS"])
    return Told(
        f"A mill blends {data['amount']} tons of feed for {animal} from these inputs:\n{bullets(lines)}\n\n"
        f"The blend must hold at least {least}, each by weight. How many tons of each input should be used so that "
        "the blend is as cheap as possible?"
    )


_BLENDING = """
import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    m.I = pyo.Set(initialize=data["INPUTS"])
    m.Q = pyo.Set(initialize=data["PARTS"])
    m.use = pyo.Var(m.I, bounds=lambda m, i: (0, data["stock"][i]))
    m.amount = pyo.Constraint(expr=sum(m.use[i] for i in m.I) == data["amount"])
    m.least = pyo.Constraint(m.Q, rule=lambda m, q: sum(
        data["share"][q, i] * m.use[i] for i in m.I) >= data["least"][q] * data["amount"])
    m.cost = pyo.Objective(expr=sum(data["cost"][i] * m.use[i] for i in m.I))
    return m
"""


def _draw_pollution(size: int, rng: random.Random) -> Data:
    measures, gases = labels("Measure", size), ["sulphur", "dust", "nitrogen"]
    cut = {(g, i): rng.randint(2, 30) for g in gases for i in measures}
    return {
        "MEASURES": measures,
        "GASES": gases,
        "cut": cut,
        "cost": {i: rng.randint(5, 60) for i in measures},
        "target": {g: sum(cut[g, i] for i in measures) // 2 for g in gases},
    }


def _tell_pollution(data: Data, rng: random.Random) -> Told:
    who = rng.choice(["A steel works", "A cement plant", "A port authority"])
    lines = []
    for i in data["MEASURES"]:
        cuts = ", ".join(f"{g} by {data['cut'][g, i]} tons" for g in data["GASES"])
        lines.append(f"{i}: in full it costs ${data['cost'][i]} thousand a year and cuts {cuts}")
    targets = ", ".join(f"{g} by at least {data['target'][g]} tons" for g in data["GASES"])
    return Told(
        f"{who} can take these measures, each in full, in part, or not at all; cost and effect go with the part "
        f"taken:\n{bullets(lines)}\n\nYearly emissions must fall: {targets}. Find the cheapest mix of measures."
    )


_POLLUTION = """
import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    m.I = pyo.Set(initialize=data["MEASURES"])
    m.G = pyo.Set(initialize=data["GASES"])
    m.part = pyo.Var(m.I, bounds=(0, 1))
    m.target = pyo.Constraint(
        m.G, rule=lambda m, g: sum(data["cut"][g, i] * m.part[i] for i in m.I) >= data["target"][g])
    m.cost = pyo.Objective(expr=sum(data["cost"][i] * m.part[i] for i in m.I))
    return m
"""


def _draw_portfolio(size: int, rng: random.Random) -> Data:
    assets = labels("Fund", size)
    return {
        "ASSETS": assets,
        "gain": {a: rng.randint(20, 140) / 10 for a in assets},
        "risk": {a: rng.randint(1, 9) for a in assets},
        "most": {a: rng.choice([25, 30, 40, 50]) for a in assets},
        "budget": 1000 * rng.randint(50, 400),
        "risk_limit": 5,
        "count": max(4, size // 3),
        "least": 5,
    }


def _portfolio_lines(data: Data) -> str:
    return bullets(
        [
            f"{a}: expected return {short(data['gain'][a])}%, risk score {data['risk'][a]}, at most {data['most'][a]}% "
            "of the money"
            for a in data["ASSETS"]
        ]
    )


def _tell_portfolio(data: Data, rng: random.Random) -> Told:
    who = rng.choice(["A pension fund", "A family office", "A foundation"])
    return Told(
        f"{who} invests all of ${data['budget']:,} in these funds:\n{_portfolio_lines(data)}\n\n"
        f"The average risk score, weighted by money, may be at most {data['risk_limit']}. How should the money be "
        "split to make the expected return in dollars as large as possible?"
    )


def _tell_cardinality(data: Data, rng: random.Random) -> Told:
    who = rng.choice(["An endowment", "An insurer", "A savings club"])
    return Told(
        f"{who} invests all of ${data['budget']:,} in some of these funds:\n{_portfolio_lines(data)}\n\n"
        f"The average risk score, weighted by money, may be at most {data['risk_limit']}. Money may go to at most "
        f"{data['count']} funds, and a fund that gets any gets at least {data['least']}% of the money. Make the "
        "expected return in dollars as large as possible."
    )


_PORTFOLIO = """
import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    m.A = pyo.Set(initialize=data["ASSETS"])
    m.put = pyo.Var(m.A, bounds=lambda m, a: (0, data["most"][a] / 100 * data["budget"]))
    m.all = pyo.Constraint(expr=sum(m.put[a] for a in m.A) == data["budget"])
    m.risk = pyo.Constraint(
        expr=sum(data["risk"][a] * m.put[a] for a in m.A) <= data["risk_limit"] * data["budget"])
    m.gain = pyo.Objective(expr=sum(data["gain"][a] / 100 * m.put[a] for a in m.A), sense=pyo.maximize)
    return m
"""
_CARDINALITY = _PORTFOLIO.replace(
    "    m.all =",
    """    m.hold = pyo.Var(m.A, domain=pyo.Binary)
    m.most = pyo.Constraint(m.A, rule=lambda m, a: m.put[a] <= data["most"][a] / 100 * data["budget"] * m.hold[a])
    m.least = pyo.Constraint(m.A, rule=lambda m, a: m.put[a] >= data["least"] / 100 * data["budget"] * m.hold[a])
    m.count = pyo.Constraint(expr=sum(m.hold[a] for a in m.A) <= data["count"])
    m.all =""",
)

CLASSES = (
    ProblemClass("knapsack", "parcels", _draw_knapsack, _tell_knapsack, _KNAPSACK),
    ProblemClass("production", "products", _draw_production, _tell_production, _PRODUCTION),
    ProblemClass("blending", "inputs", _draw_blending, _tell_blending, _BLENDING, smallest=3),
    ProblemClass("pollution", "measures", _draw_pollution, _tell_pollution, _POLLUTION),
    ProblemClass("portfolio", "funds", _draw_portfolio, _tell_portfolio, _PORTFOLIO, smallest=5),
    ProblemClass("portfolio_cardinality", "funds", _draw_portfolio, _tell_cardinality, _CARDINALITY, smallest=5),
)
