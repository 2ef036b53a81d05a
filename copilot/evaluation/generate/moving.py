"""Moving goods: transport, network flow with capacities, flow of several goods, and two kinds of tour."""

from __future__ import annotations

import random

from copilot.evaluation.generate.drawn import Data, ProblemClass, Told, bullets, csv, labels, listed

_CITIES = [
    "Arden",
    "Brook",
    "Calder",
    "Dunmore",
    "Elsby",
    "Forde",
    "Garrow",
    "Hythe",
    "Islay",
    "Jarrow",
    "Kelso",
    "Lund",
]


def _places(count: int, rng: random.Random) -> list[str]:
    names = _CITIES if count <= len(_CITIES) else labels("Town", count)
    return rng.sample(names, count)


def _draw_transport(size: int, rng: random.Random) -> Data:
    plants, shops = labels("Plant", size), labels("Shop", size + 1)
    demand = {s: rng.randint(10, 60) for s in shops}
    weights = [rng.randint(1, 5) for _ in plants]
    supply = {
        p: 1 + sum(demand.values()) * w // sum(weights) + rng.randint(3, 15)
        for p, w in zip(plants, weights, strict=True)
    }
    cost = {(p, s): rng.randint(2, 25) for p in plants for s in shops}
    return {"PLANTS": plants, "SHOPS": shops, "supply": supply, "demand": demand, "cost": cost}


def _tell_transport(data: Data, rng: random.Random) -> Told:
    goods = rng.choice(["pallets", "crates", "drums"])
    have = "; ".join(f"{p} has {data['supply'][p]}" for p in data["PLANTS"])
    need = "; ".join(f"{s} needs {data['demand'][s]}" for s in data["SHOPS"])
    rows = [[p, *(data["cost"][p, s] for s in data["SHOPS"])] for p in data["PLANTS"]]
    head = ["from", *data["SHOPS"]]
    table = "\n".join("| " + " | ".join(str(c) for c in row) + " |" for row in [head, ["---"] * len(head), *rows])
    return Told(
        f"Ship {goods} from plants to shops. {have}. {need}. The cost in dollars of one of the {goods} on each "
        f"connection:\n\n{table}\n\nNo plant can ship more than it has, and every shop gets what it needs. Find the "
        "cheapest shipping plan."
    )


_TRANSPORT = """
import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    m.P = pyo.Set(initialize=data["PLANTS"])
    m.S = pyo.Set(initialize=data["SHOPS"])
    m.ship = pyo.Var(m.P, m.S, bounds=lambda m, p, s: (0, data.get("capacity", {}).get((p, s))))
    m.supply = pyo.Constraint(m.P, rule=lambda m, p: sum(m.ship[p, s] for s in m.S) <= data["supply"][p])
    m.demand = pyo.Constraint(m.S, rule=lambda m, s: sum(m.ship[p, s] for p in m.P) >= data["demand"][s])
    m.cost = pyo.Objective(expr=sum(data["cost"][p, s] * m.ship[p, s] for p in m.P for s in m.S))
    return m
"""


def _draw_network(size: int, rng: random.Random) -> Data:
    data = dict(_draw_transport(size, rng))
    plants, shops, demand = data["PLANTS"], data["SHOPS"], data["demand"]
    data["capacity"] = {(p, s): demand[s] // len(plants) + 1 + rng.randint(0, 30) for p in plants for s in shops}
    data["supply"] = {p: sum(demand.values()) // len(plants) + len(shops) + rng.randint(0, 20) for p in plants}
    return data


def _tell_network(data: Data, rng: random.Random) -> Told:
    goods, unit = rng.choice([("water", "megalitres"), ("gas", "units"), ("power", "MW")])
    have = bullets([f"{p}: supply {data['supply'][p]} {unit}" for p in data["PLANTS"]])
    need = bullets([f"{s}: demand {data['demand'][s]} {unit}" for s in data["SHOPS"]])
    links = []
    for p in data["PLANTS"]:
        links.append(f"- From {p}:")
        links += [f"  - to {s}: capacity {data['capacity'][p, s]}, cost {data['cost'][p, s]}" for s in data["SHOPS"]]
    return Told(
        f"A utility sends {goods} from plants to shops.\n\nPlants:\n{have}\n\nShops:\n{need}\n\nEvery link has a "
        f"capacity in {unit} and a cost in dollars for each of the {unit} sent:\n"
        + "\n".join(links)
        + "\n\nEach demand "
        "must be met, no plant sends more than its supply. Minimize the total cost."
    )


def _draw_multicommodity(size: int, rng: random.Random) -> Data:
    nodes, goods = [f"N{i}" for i in range(size)], ["steel", "grain"]
    arcs = [(nodes[i], nodes[(i + 1) % size]) for i in range(size)]
    arcs += [(nodes[(i + 1) % size], nodes[i]) for i in range(size)]
    arcs += [
        pair for i in range(size) if (pair := (nodes[i], nodes[(i + 2) % size])) not in arcs and pair[0] != pair[1]
    ]
    source = {g: rng.randrange(size) for g in goods}
    sink = {g: (source[g] + rng.randint(1, size - 1)) % size for g in goods}
    amount = {g: rng.randint(10, 30) for g in goods}
    net = {(g, n): 0 for g in goods for n in nodes}
    for g in goods:
        net[g, nodes[source[g]]] += amount[g]
        net[g, nodes[sink[g]]] -= amount[g]
    return {
        "NODES": nodes,
        "GOODS": goods,
        "ARCS": [f"{i}>{j}" for i, j in arcs],
        "tail": {f"{i}>{j}": nodes.index(i) for i, j in arcs},
        "head": {f"{i}>{j}": nodes.index(j) for i, j in arcs},
        "capacity": {f"{i}>{j}": sum(amount.values()) - rng.randint(0, 8) for i, j in arcs},
        "cost": {(g, f"{i}>{j}"): rng.randint(1, 12) for g in goods for i, j in arcs},
        "net": net,
    }


def _tell_multicommodity(data: Data, rng: random.Random) -> Told:
    carrier = rng.choice(["A railway", "A barge line", "A haulier"])
    wants = []
    for g in data["GOODS"]:
        start = next(n for n in data["NODES"] if data["net"][g, n] > 0)
        end = next(n for n in data["NODES"] if data["net"][g, n] < 0)
        wants.append(f"{data['net'][g, start]} tons of {g} from {start} to {end}")
    head = ["from", "to", "capacity", *(f"cost of {g}" for g in data["GOODS"])]
    rows = [[*a.split(">"), data["capacity"][a], *(data["cost"][g, a] for g in data["GOODS"])] for a in data["ARCS"]]
    return Told(
        f"{carrier} has to carry {listed(wants)}. The table arcs.csv lists the lines it may "
        "use, each in one direction, with the capacity in tons that all goods share and the cost of a ton "
        "of each good. Cargo may be split. Find the cheapest way to carry everything.",
        {"arcs.csv": csv(head, rows)},
    )


_MULTICOMMODITY = """
import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    m.N = pyo.Set(initialize=data["NODES"])
    m.G = pyo.Set(initialize=data["GOODS"])
    m.A = pyo.Set(initialize=data["ARCS"])
    place = {n: i for i, n in enumerate(data["NODES"])}
    m.flow = pyo.Var(m.G, m.A, domain=pyo.NonNegativeReals)
    m.shared = pyo.Constraint(m.A, rule=lambda m, a: sum(m.flow[g, a] for g in m.G) <= data["capacity"][a])
    m.balance = pyo.Constraint(m.G, m.N, rule=lambda m, g, n: (
        sum(m.flow[g, a] for a in m.A if data["tail"][a] == place[n])
        - sum(m.flow[g, a] for a in m.A if data["head"][a] == place[n]) == data["net"][g, n]))
    m.cost = pyo.Objective(expr=sum(data["cost"][g, a] * m.flow[g, a] for g in m.G for a in m.A))
    return m
"""


def _draw_tour(size: int, rng: random.Random) -> Data:
    towns = _places(size, rng)
    spot = {t: (rng.randint(0, 100), rng.randint(0, 100)) for t in towns}
    distance = {
        (a, b): 1 + round(((spot[a][0] - spot[b][0]) ** 2 + (spot[a][1] - spot[b][1]) ** 2) ** 0.5)
        for a in towns
        for b in towns
        if a != b
    }
    load = {t: rng.randint(1, 6) for t in towns[1:]}
    return {"TOWNS": towns, "distance": distance, "load": load, "capacity": max(6, sum(load.values()) // 2 + 2)}


def _distances(data: Data) -> str:
    towns = data["TOWNS"]
    pairs = [(a, b) for place, a in enumerate(towns) for b in towns[place + 1 :]]
    return bullets([f"{a} to {b}: {data['distance'][a, b]} km" for a, b in pairs])


def _tell_tsp(data: Data, rng: random.Random) -> Told:
    who = rng.choice(["An inspector", "A mobile library", "A vending technician"])
    return Told(
        f"{who} starts in {data['TOWNS'][0]}, visits each of {listed(data['TOWNS'][1:])} exactly once, and returns. "
        f"Distances, the same in both directions:\n{_distances(data)}\n\nFind the shortest round trip."
    )


def _tell_vrp(data: Data, rng: random.Random) -> Told:
    goods = rng.choice(["pallets", "kegs", "cages"])
    loads = bullets([f"{t}: {data['load'][t]} {goods}" for t in data["TOWNS"][1:]])
    return Told(
        f"Lorries start at the depot in {data['TOWNS'][0]} and return there. Each carries at most {data['capacity']} "
        f"{goods}; there are as many lorries as needed. Every town is served by exactly one lorry:\n{loads}\n\n"
        f"Distances, the same in both directions:\n{_distances(data)}\n\nMinimize the total distance driven."
    )


_TSP = """
import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    towns = list(data["TOWNS"])
    home, others, n = towns[0], towns[1:], len(towns)
    m.A = pyo.Set(initialize=[(a, b) for a in towns for b in towns if a != b], dimen=2)
    m.go = pyo.Var(m.A, domain=pyo.Binary)
    m.carried = pyo.Var(m.A, domain=pyo.NonNegativeReals)
    m.leave = pyo.Constraint(towns, rule=lambda m, a: sum(m.go[a, b] for b in towns if b != a) == 1)
    m.enter = pyo.Constraint(towns, rule=lambda m, b: sum(m.go[a, b] for a in towns if a != b) == 1)
    m.link = pyo.Constraint(m.A, rule=lambda m, a, b: m.carried[a, b] <= (n - 1) * m.go[a, b])
    m.drop = pyo.Constraint(others, rule=lambda m, t: (
        sum(m.carried[a, t] for a in towns if a != t) - sum(m.carried[t, b] for b in towns if b != t) == 1))
    m.length = pyo.Objective(expr=sum(data["distance"][a, b] * m.go[a, b] for a, b in m.A))
    return m
"""
_VRP = """
import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    towns = list(data["TOWNS"])
    home, others = towns[0], towns[1:]
    m.A = pyo.Set(initialize=[(a, b) for a in towns for b in towns if a != b], dimen=2)
    m.go = pyo.Var(m.A, domain=pyo.Binary)
    m.carried = pyo.Var(m.A, domain=pyo.NonNegativeReals)
    m.leave = pyo.Constraint(others, rule=lambda m, a: sum(m.go[a, b] for b in towns if b != a) == 1)
    m.enter = pyo.Constraint(others, rule=lambda m, b: sum(m.go[a, b] for a in towns if a != b) == 1)
    m.back = pyo.Constraint(expr=sum(m.go[home, t] for t in others) == sum(m.go[t, home] for t in others))
    m.link = pyo.Constraint(m.A, rule=lambda m, a, b: m.carried[a, b] <= data["capacity"] * m.go[a, b])
    m.drop = pyo.Constraint(others, rule=lambda m, t: (
        sum(m.carried[a, t] for a in towns if a != t)
        - sum(m.carried[t, b] for b in towns if b != t) == data["load"][t]))
    m.length = pyo.Objective(expr=sum(data["distance"][a, b] * m.go[a, b] for a, b in m.A))
    return m
"""

CLASSES = (
    ProblemClass("transportation", "plants", _draw_transport, _tell_transport, _TRANSPORT),
    ProblemClass("network_flow", "plants", _draw_network, _tell_network, _TRANSPORT),
    ProblemClass("multicommodity", "nodes", _draw_multicommodity, _tell_multicommodity, _MULTICOMMODITY, smallest=4),
    ProblemClass("tsp", "towns", _draw_tour, _tell_tsp, _TSP, smallest=4),
    ProblemClass("vrp", "towns", _draw_tour, _tell_vrp, _VRP, smallest=4),
)
