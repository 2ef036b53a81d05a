"""Placing and cutting: bin packing, cutting stock, facility location, set covering."""

from __future__ import annotations

import random

from copilot.evaluation.generate.drawn import Data, ProblemClass, Told, bullets, csv, labels


def _draw_packing(size: int, rng: random.Random) -> Data:
    weight = {item: rng.randint(15, 65) for item in labels("Box", size)}
    return {"ITEMS": list(weight), "weight": weight, "capacity": 100, "BINS": labels("bin", size)}


def _tell_packing(data: Data, rng: random.Random) -> Told:
    room, unit = rng.choice([("container", "kg"), ("shelf", "cm"), ("memory card", "MB")])
    lines = [f"{i}: {data['weight'][i]} {unit}" for i in data["ITEMS"]]
    return Told(
        f"These boxes have to be stored, each in one {room}:\n{bullets(lines)}\n\nEvery {room} is the same and holds "
        f"at most {data['capacity']} {unit} in total. Use as few as possible."
    )


_PACKING = """
import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    m.I = pyo.Set(initialize=data["ITEMS"])
    m.B = pyo.Set(initialize=data["BINS"], ordered=True)
    m.put = pyo.Var(m.I, m.B, domain=pyo.Binary)
    m.use = pyo.Var(m.B, domain=pyo.Binary)
    m.once = pyo.Constraint(m.I, rule=lambda m, i: sum(m.put[i, b] for b in m.B) == 1)
    m.room = pyo.Constraint(m.B, rule=lambda m, b: sum(
        data["weight"][i] * m.put[i, b] for i in m.I) <= data["capacity"] * m.use[b])
    bins = list(m.B)
    m.order = pyo.Constraint(range(1, len(bins)), rule=lambda m, k: m.use[bins[k]] <= m.use[bins[k - 1]])
    m.bins = pyo.Objective(expr=sum(m.use[b] for b in m.B))
    return m
"""


def _draw_cutting(size: int, rng: random.Random) -> Data:
    lengths = rng.sample(range(12, 12 + 4 * size + 20), size)
    pieces = labels("Piece", size)
    return {
        "PIECES": pieces,
        "length": dict(zip(pieces, lengths, strict=True)),
        "demand": {p: rng.randint(3, 12) for p in pieces},
        "stock": 100,
    }


def _tell_cutting(data: Data, rng: random.Random) -> Told:
    stuff, unit = rng.choice([("steel bars", "cm"), ("paper rolls", "inches"), ("timber beams", "cm")])
    lines = [f"{p}: {data['length'][p]} {unit} long, {data['demand'][p]} needed" for p in data["PIECES"]]
    return Told(
        f"Pieces are cut from {stuff} that are all {data['stock']} {unit} long:\n{bullets(lines)}\n\nA cut takes no "
        f"length. What is the smallest number of {stuff} that gives all the pieces?"
    )


_CUTTING = """
import pyomo.environ as pyo

def build_model(data):
    pieces = list(data["PIECES"])
    patterns = []

    def grow(place, left, counts):
        if place == len(pieces):
            if left < min(data["length"].values()):
                patterns.append(dict(counts))
            return
        piece = pieces[place]
        for count in range(min(left // data["length"][piece], data["demand"][piece]), -1, -1):
            counts[piece] = count
            grow(place + 1, left - count * data["length"][piece], counts)

    grow(0, data["stock"], {})
    for q in pieces:
        most = min(data["stock"] // data["length"][q], data["demand"][q])
        patterns.append({p: most * (p == q) for p in pieces})
    m = pyo.ConcreteModel()
    m.K = pyo.RangeSet(0, len(patterns) - 1)
    m.cut = pyo.Var(m.K, domain=pyo.NonNegativeIntegers)
    m.demand = pyo.Constraint(pieces, rule=lambda m, p: sum(
        patterns[k][p] * m.cut[k] for k in m.K if patterns[k][p]) >= data["demand"][p])
    m.bars = pyo.Objective(expr=sum(m.cut[k] for k in m.K))
    return m
"""


def _draw_facility(size: int, rng: random.Random) -> Data:
    sites, clients = labels("Site", size), labels("Client", 2 * size)
    demand = {c: rng.randint(5, 25) for c in clients}
    return {
        "SITES": sites,
        "CLIENTS": clients,
        "demand": demand,
        "fixed": {s: rng.randint(100, 400) for s in sites},
        "capacity": {s: sum(demand.values()) // 2 + rng.randint(0, 30) for s in sites},
        "cost": {(s, c): rng.randint(1, 20) for s in sites for c in clients},
    }


def _tell_facility(data: Data, rng: random.Random) -> Told:
    what = rng.choice(["warehouses", "kitchens", "depots"])
    sites = csv(["site", "fixed cost", "capacity"], [[s, data["fixed"][s], data["capacity"][s]] for s in data["SITES"]])
    rows = [[c, data["demand"][c], *(data["cost"][s, c] for s in data["SITES"])] for c in data["CLIENTS"]]
    return Told(
        f"Choose at which sites to open {what}. The table sites.csv gives the yearly fixed cost in dollars of an open "
        "site and the units it can deliver; clients.csv gives what each client needs and the cost in dollars of "
        "a unit delivered from each site. Deliveries may be split. Meet every need at the least total cost, fixed and "
        "delivery together.",
        {"sites.csv": sites, "clients.csv": csv(["client", "demand", *data["SITES"]], rows)},
    )


_FACILITY = """
import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    m.S = pyo.Set(initialize=data["SITES"])
    m.C = pyo.Set(initialize=data["CLIENTS"])
    m.open = pyo.Var(m.S, domain=pyo.Binary)
    m.send = pyo.Var(m.S, m.C, domain=pyo.NonNegativeReals)
    m.need = pyo.Constraint(m.C, rule=lambda m, c: sum(m.send[s, c] for s in m.S) == data["demand"][c])
    m.room = pyo.Constraint(m.S, rule=lambda m, s: sum(m.send[s, c] for c in m.C) <= data["capacity"][s] * m.open[s])
    m.link = pyo.Constraint(m.S, m.C, rule=lambda m, s, c: m.send[s, c] <= data["demand"][c] * m.open[s])
    m.cost = pyo.Objective(expr=sum(data["fixed"][s] * m.open[s] for s in m.S)
        + sum(data["cost"][s, c] * m.send[s, c] for s in m.S for c in m.C))
    return m
"""


def _draw_covering(size: int, rng: random.Random) -> Data:
    areas, sites = labels("Area", size), labels("Station", size)
    reach = {s: sorted(rng.sample(areas, max(2, size // 3)), key=areas.index) for s in sites}
    for place, area in enumerate(areas):  # every area is reached from somewhere
        own = sites[place]
        reach[own] = sorted({*reach[own], area}, key=areas.index)
    return {
        "AREAS": areas,
        "SITES": sites,
        "reaches": {(s, a): 1 for s in sites for a in reach[s]},
        "cost": {s: rng.randint(10, 60) for s in sites},
    }


def _tell_covering(data: Data, rng: random.Random) -> Told:
    what = rng.choice(["fire stations", "transmitters", "clinics"])
    lines = []
    for s in data["SITES"]:
        reached = ", ".join(a for a in data["AREAS"] if (s, a) in data["reaches"])
        lines.append(f"{s}: costs ${data['cost'][s]} thousand and covers {reached}")
    return Told(
        f"A region chooses where to build {what}:\n{bullets(lines)}\n\nEvery area must be covered by at least one of "
        "them. Find the cheapest choice."
    )


_COVERING = """
import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    m.S = pyo.Set(initialize=data["SITES"])
    m.A = pyo.Set(initialize=data["AREAS"])
    m.build = pyo.Var(m.S, domain=pyo.Binary)
    m.cover = pyo.Constraint(
        m.A, rule=lambda m, a: sum(m.build[s] for s in m.S if (s, a) in data["reaches"]) >= 1)
    m.cost = pyo.Objective(expr=sum(data["cost"][s] * m.build[s] for s in m.S))
    return m
"""

CLASSES = (
    ProblemClass("bin_packing", "boxes", _draw_packing, _tell_packing, _PACKING),
    ProblemClass("cutting_stock", "kinds of piece", _draw_cutting, _tell_cutting, _CUTTING),
    ProblemClass("facility_location", "sites", _draw_facility, _tell_facility, _FACILITY),
    ProblemClass("set_covering", "areas", _draw_covering, _tell_covering, _COVERING, smallest=3),
)
