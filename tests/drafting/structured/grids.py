"""Writes problems of the known families as a table in the message, as markdown or CSV, with a short sentence or two."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations

from tests.drafting.structured.plan import Plan, Rule

Cells = list[list[str]]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table, what is asked of it in several wordings, and the best value."""

    cells: Cells
    asked: tuple[str, ...]
    best: float


def drawn(rng: random.Random, family: str, shape: str) -> tuple[str, float]:
    """A text of the family with its table as markdown or CSV, and its optimum, which is not 0."""
    while True:
        grid = FAMILIES[family](rng)
        if grid is not None and abs(grid.best) > 1e-6:
            break
    table = markdown(grid.cells) if shape == "markdown" else "\n".join(",".join(row) for row in grid.cells)
    asked = rng.choice(grid.asked)
    return (f"{asked}\n\n{table}" if rng.random() < 0.5 else f"{table}\n\n{asked}"), grid.best


def markdown(cells: Cells) -> str:
    """A table between pipes."""
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([lines[0], "|" + "---|" * len(cells[0]), *lines[1:]])


def _numbers(rng: random.Random, count: int, low: int, high: int) -> list[int]:
    return [rng.randint(low, high) for _ in range(count)]


def _table(head: Sequence[str], names: Sequence[str], *columns: Sequence[float]) -> Cells:
    return [list(head), *([name, *(f"{column[at]:g}" for column in columns)] for at, name in enumerate(names))]


def _matrix(corner: str, heads: Sequence[str], names: Sequence[str], rows: Sequence[Sequence[int]]) -> Cells:
    return [[corner, *heads], *([name, *map(str, row)] for name, row in zip(names, rows, strict=True))]


def _solved(plan: Plan) -> float | None:
    return plan.optimum()


def mix(rng: random.Random) -> Grid | None:
    """Products with profit and two resources."""
    names = rng.sample(["desk", "chair", "shelf", "stool", "bench"], rng.randint(3, 4))
    profit, hours, wood = (_numbers(rng, len(names), low, high) for low, high in ((10, 90), (1, 9), (2, 12)))
    time, stock = rng.randint(100, 400), rng.randint(150, 600)
    rules = [
        Rule(dict(zip(names, hours, strict=True)), "<=", time),
        Rule(dict(zip(names, wood, strict=True)), "<=", stock),
    ]
    best = _solved(Plan("maximize", names, dict(zip(names, profit, strict=True)), rules, set(names)))
    asked = (
        f"Maximize total profit. There are {time} hours and {stock} kg of wood available.",
        f"How many of each product should be made to maximize profit? At most {time} hours and {stock} wood are used.",
        f"Maximize profit with at most {time} hours and at most {stock} wood. Quantities are whole numbers.",
    )
    return best and Grid(_table(("product", "profit", "hours", "wood"), names, profit, hours, wood), asked, best)


def diet(rng: random.Random) -> Grid | None:
    """Foods with cost and two nutrients."""
    names = rng.sample(["rice", "beans", "milk", "bread", "eggs"], rng.randint(3, 4))
    cost, protein, energy = (_numbers(rng, len(names), low, high) for low, high in ((1, 9), (2, 30), (50, 400)))
    need, power = rng.randint(50, 120), rng.randint(1000, 2500)
    rules = [
        Rule(dict(zip(names, protein, strict=True)), ">=", need),
        Rule(dict(zip(names, energy, strict=True)), ">=", power),
    ]
    best = _solved(Plan("minimize", names, dict(zip(names, cost, strict=True)), rules))
    asked = (
        f"Find the cheapest diet with at least {need} g of protein and at least {power} calories. "
        "Fractions of a portion are allowed.",
        f"Minimize total cost. Protein must be at least {need} and calories at least {power}. Fractions are allowed.",
    )
    return best and Grid(_table(("food", "cost", "protein", "calories"), names, cost, protein, energy), asked, best)


def knapsack(rng: random.Random) -> Grid | None:
    """Things with value and weight, each at most once."""
    names = rng.sample(["tent", "stove", "rope", "camera", "lamp", "radio", "book", "axe"], rng.randint(4, 7))
    value, weight = _numbers(rng, len(names), 5, 60), _numbers(rng, len(names), 2, 20)
    limit = sum(weight) // 2
    rules = [Rule({name: 1.0}, "<=", 1.0) for name in names]
    rules.append(Rule(dict(zip(names, weight, strict=True)), "<=", limit))
    best = _solved(Plan("maximize", names, dict(zip(names, value, strict=True)), rules, set(names)))
    asked = (
        f"Choose items of the largest total value. Each item can be taken at most once, "
        f"and the total weight is at most {limit}.",
        f"The knapsack holds a weight of {limit}. Which items give the highest total value? Each is taken or left.",
    )
    return best and Grid(_table(("item", "value", "weight"), names, value, weight), asked, best)


def transport(rng: random.Random) -> Grid | None:
    """Plants with supply, shops with demand, a cost per unit."""
    plants, shops = ["P1", "P2", "P3"][: rng.randint(2, 3)], ["Rome", "Oslo", "Bern", "Lyon"][: rng.randint(2, 4)]
    cost = [_numbers(rng, len(shops), 2, 20) for _ in plants]
    demand = _numbers(rng, len(shops), 20, 60)
    supply = [sum(demand) // len(plants) + rng.randint(5, 30) for _ in plants]
    names = [f"{plant}_{shop}" for plant in plants for shop in shops]
    rules = [Rule({f"{plant}_{shop}": 1.0 for shop in shops}, "<=", supply[at]) for at, plant in enumerate(plants)] + [
        Rule({f"{plant}_{shop}": 1.0 for plant in plants}, ">=", demand[at]) for at, shop in enumerate(shops)
    ]
    best = _solved(Plan("minimize", names, dict(zip(names, (c for row in cost for c in row), strict=True)), rules))
    cells = _matrix("From", [*shops, "Supply"], plants, [[*row, supply[at]] for at, row in enumerate(cost)])
    cells.append(["Demand", *map(str, demand), ""])
    asked = (
        "The table gives the shipping cost per unit. Meet all demand at the lowest total cost.",
        "Minimize the total transport cost from the plants to the shops without exceeding any supply.",
    )
    return best and Grid(cells, asked, best)


def assignment(rng: random.Random) -> Grid | None:
    """Workers, jobs and the time of each pair."""
    size = rng.randint(3, 4)
    workers, jobs = ["Ada", "Ben", "Cleo", "Dan"][:size], [f"Job {number}" for number in range(1, size + 1)]
    time = [_numbers(rng, size, 5, 40) for _ in workers]
    best = min(sum(time[at][job] for at, job in enumerate(order)) for order in permutations(range(size)))
    asked = (
        "Assign each worker to exactly one job so that the total time is smallest.",
        "Each job needs one worker and each worker does one job. Minimize the total time.",
    )
    return Grid(_matrix("Worker", jobs, workers, time), asked, best)


def tour(rng: random.Random) -> Grid | None:
    """Distances between all towns."""
    towns = ["Bern", "Ulm", "Graz", "Linz", "Trier"][: rng.randint(4, 5)]
    size = len(towns)
    far = [[0] * size for _ in towns]
    for one in range(size):
        for other in range(one):
            far[one][other] = far[other][one] = rng.randint(10, 90)
    best = min(
        sum(far[a][b] for a, b in zip((0, *order), (*order, 0), strict=True)) for order in permutations(range(1, size))
    )
    asked = (
        f"A salesman starts in {towns[0]}, visits every city exactly once and returns. "
        "The table gives the distances. Find the shortest tour.",
        "Find the shortest round trip that visits every city once and returns to the start.",
    )
    return Grid(_matrix("city", towns, towns, far), asked, best)


def _arcs(rng: random.Random) -> list[tuple[str, str]]:
    always = [("S", "A"), ("S", "B"), ("A", "C"), ("B", "C"), ("B", "D"), ("C", "T"), ("D", "T")]
    return [*always, *rng.sample([("A", "B"), ("C", "D"), ("A", "D"), ("S", "C")], rng.randint(0, 2))]


def _kept(arcs: Sequence[tuple[str, str]], inside: str) -> list[Rule]:
    def net(node: str) -> dict[str, float]:
        return {f"{a}_{b}": 1.0 if a == node else -1.0 for a, b in arcs if node in (a, b)}

    return [Rule(net(node), "==", 0.0) for node in inside]


def flow(rng: random.Random) -> Grid | None:
    """Arcs with a capacity."""
    arcs = _arcs(rng)
    names, room = [f"{a}_{b}" for a, b in arcs], _numbers(rng, len(arcs), 3, 25)
    rules = [Rule({name: 1.0}, "<=", size) for name, size in zip(names, room, strict=True)] + _kept(arcs, "ABCD")
    best = _solved(Plan("maximize", names, {name: 1.0 for name in names if name.startswith("S_")}, rules))
    cells = [["from", "to", "capacity"], *([a, b, str(size)] for (a, b), size in zip(arcs, room, strict=True))]
    asked = (
        "Find the maximum flow from S to T.",
        "What is the largest amount that can be sent from S to T?",
    )
    return best and Grid(cells, asked, best)


def path(rng: random.Random) -> Grid | None:
    """Arcs with a length."""
    arcs = _arcs(rng)
    names, length = [f"{a}_{b}" for a, b in arcs], _numbers(rng, len(arcs), 3, 40)
    rules = [*_kept(arcs, "ABCD"), Rule({name: 1.0 for name in names if name.startswith("S_")}, "==", 1.0)]
    best = _solved(Plan("minimize", names, dict(zip(names, length, strict=True)), rules))
    cells = [["from", "to", "distance"], *([a, b, str(far)] for (a, b), far in zip(arcs, length, strict=True))]
    asked = ("Find the shortest path from S to T.", "What is the shortest route from S to T? Roads are one-way.")
    return best and Grid(cells, asked, best)


def lots(rng: random.Random) -> Grid | None:
    """Periods with demand, setup, unit and holding cost."""
    count = rng.randint(3, 5)
    demand, setup, unit, hold = (_numbers(rng, count, low, high) for low, high in ((20, 90), (50, 200), (3, 9), (1, 3)))
    most, at = float(sum(demand)), range(count)
    names = [f"{kind}{period}" for kind in ("make", "on", "keep") for period in at]
    rules = [
        Rule({f"make{p}": 1.0, f"keep{p}": -1.0} | ({f"keep{p - 1}": 1.0} if p else {}), "==", float(demand[p]))
        for p in at
    ]
    rules += [Rule({f"make{p}": 1.0, f"on{p}": -most}, "<=", 0.0) for p in at]
    goal = dict(zip(names, (float(cost) for cost in (*unit, *setup, *hold)), strict=True))
    best = _solved(Plan("minimize", names, goal, rules, {f"on{p}" for p in at}))
    head = ("period", "demand", "setup cost", "unit cost", "holding cost")
    cells = _table(head, [str(p + 1) for p in at], demand, setup, unit, hold)
    asked = (
        "Plan the production so that all demand is met on time at the lowest total cost. There is no initial stock.",
        "This is lot sizing: minimize the total cost of setups, production and holding. The initial inventory is 0.",
    )
    return best and Grid(cells, asked, best)


FAMILIES: dict[str, Callable[[random.Random], Grid | None]] = {
    "mix": mix,
    "diet": diet,
    "knapsack": knapsack,
    "transport": transport,
    "assignment": assignment,
    "tour": tour,
    "flow": flow,
    "path": path,
    "lots": lots,
}
