"""Planning over time: inventory with a lead time, lot sizing, job shop, staffing, unit commitment."""

from __future__ import annotations

import random

from copilot.evaluation.generate.drawn import Data, ProblemClass, Told, bullets, csv, labels

_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def _draw_inventory(size: int, rng: random.Random) -> Data:
    demand = {str(t): rng.randint(10, 60) for t in range(1, size + 1)}
    return {
        "PERIODS": list(demand),
        "demand": demand,
        "start": rng.randint(10, 60),
        "least": rng.choice([0, 5, 10]),
        "most": rng.randint(30, 50),
        "lead": rng.randint(0, 2),
        "room": rng.randint(40, 90),
        "order_cost": rng.randint(2, 6),
        "hold_cost": rng.randint(1, 3),
        "lost_cost": rng.randint(7, 14),
    }


def _tell_inventory(data: Data, rng: random.Random) -> Told:
    shop, good, period = rng.choice(
        [("A bakery", "sacks", "week"), ("A clinic", "kits", "day"), ("A garage", "tyres", "month")]
    )
    lines = [f"{period.capitalize()} {t}: demand {data['demand'][t]} {good}" for t in data["PERIODS"]]
    late = (
        "arrives at once and can be used in the same " + period
        if not data["lead"]
        else f"arrives {data['lead']} {period}{'s' if data['lead'] > 1 else ''} later and can be used from then on"
    )
    return Told(
        f"{shop} plans its purchases for {len(data['PERIODS'])} {period}s and starts with {data['start']} {good} in "
        f"stock. In each {period} it orders between {data['least']} and {data['most']} {good}, fractions allowed; an "
        f"order {late}.\n{bullets(lines)}\n\nDemand that cannot be met is lost. The stock kept at the end of a "
        f"{period} is at most {data['room']} {good}. Ordering costs ${data['order_cost']} per unit, keeping a unit "
        f"from one {period} to the next ${data['hold_cost']}, and each unit of lost demand ${data['lost_cost']}. "
        "Minimize the total cost."
    )


_INVENTORY = """
import pyomo.environ as pyo

def build_model(data):
    periods = list(data["PERIODS"])
    m = pyo.ConcreteModel()
    m.T = pyo.RangeSet(0, len(periods) - 1)
    m.order = pyo.Var(m.T, bounds=(data["least"], data["most"]))
    m.stock = pyo.Var(m.T, bounds=(0, data["room"]))
    m.lost = pyo.Var(m.T, bounds=lambda m, t: (0, data["demand"][periods[t]]))

    def balance(m, t):
        before = m.stock[t - 1] if t else data["start"]
        arrives = m.order[t - data["lead"]] if t >= data["lead"] else 0
        return before + arrives == data["demand"][periods[t]] - m.lost[t] + m.stock[t]

    m.balance = pyo.Constraint(m.T, rule=balance)
    m.cost = pyo.Objective(expr=sum(
        data["order_cost"] * m.order[t] + data["hold_cost"] * m.stock[t] + data["lost_cost"] * m.lost[t] for t in m.T))
    return m
"""


def _draw_lots(size: int, rng: random.Random) -> Data:
    products, periods = labels("Item", 2 + size // 4), [str(t) for t in range(1, size + 1)]
    demand = {(p, t): rng.choice([0, rng.randint(5, 30)]) for p in products for t in periods}
    mean = sum(demand.values()) / size
    return {
        "PRODUCTS": products,
        "PERIODS": periods,
        "demand": demand,
        "setup_cost": {p: rng.randint(20, 90) for p in products},
        "hold_cost": {p: rng.randint(1, 4) for p in products},
        "capacity": int(2 * mean) + 40,
    }


def _tell_lots(data: Data, rng: random.Random) -> Told:
    plant = rng.choice(["A bottling line", "A printing press", "A paint mixer"])
    rows = [
        [p, data["setup_cost"][p], data["hold_cost"][p], *(data["demand"][p, t] for t in data["PERIODS"])]
        for p in data["PRODUCTS"]
    ]
    head = ["item", "setup cost", "holding cost", *(f"day {t}" for t in data["PERIODS"])]
    return Told(
        f"{plant} makes several items over {len(data['PERIODS'])} days, and all of them together at most "
        f"{data['capacity']} units a day. The table items.csv gives the cost of a setup, which is paid on every day on "
        "which the item is made, the cost of keeping a unit in stock from one day to the next, and the demand of each "
        "day. Stock is empty at the start, demand must be met in time, and a unit made can be used on the same day. "
        "Minimize the cost of setups and stock.",
        {"items.csv": csv(head, rows)},
    )


_LOTS = """
import pyomo.environ as pyo

def build_model(data):
    periods = list(data["PERIODS"])
    m = pyo.ConcreteModel()
    m.P = pyo.Set(initialize=data["PRODUCTS"])
    m.T = pyo.RangeSet(0, len(periods) - 1)
    m.make = pyo.Var(m.P, m.T, domain=pyo.NonNegativeReals)
    m.stock = pyo.Var(m.P, m.T, domain=pyo.NonNegativeReals)
    m.setup = pyo.Var(m.P, m.T, domain=pyo.Binary)
    m.balance = pyo.Constraint(m.P, m.T, rule=lambda m, p, t: (
        (m.stock[p, t - 1] if t else 0) + m.make[p, t] == data["demand"][p, periods[t]] + m.stock[p, t]))
    m.link = pyo.Constraint(m.P, m.T, rule=lambda m, p, t: m.make[p, t] <= min(
        data["capacity"], sum(data["demand"][p, later] for later in periods[t:])) * m.setup[p, t])
    m.room = pyo.Constraint(m.T, rule=lambda m, t: sum(m.make[p, t] for p in m.P) <= data["capacity"])
    m.cost = pyo.Objective(expr=sum(
        data["setup_cost"][p] * m.setup[p, t] + data["hold_cost"][p] * m.stock[p, t] for p in m.P for t in m.T))
    return m
"""


def _draw_shop(size: int, rng: random.Random) -> Data:
    jobs, machines = labels("Job", size), labels("Machine", size)
    route, hours = {}, {}
    for job in jobs:
        for step, machine in enumerate(rng.sample(range(size), size)):
            route[job, str(step)], hours[job, str(step)] = machine, rng.randint(1, 9)
    return {
        "JOBS": jobs,
        "MACHINES": machines,
        "STEPS": [str(s) for s in range(size)],
        "machine": route,
        "hours": hours,
    }


def _tell_shop(data: Data, rng: random.Random) -> Told:
    place, verb = rng.choice(
        [("workshop", "is worked on"), ("repair hall", "is serviced"), ("laboratory", "is tested")]
    )
    lines = []
    for j in data["JOBS"]:
        steps = [f"{data['MACHINES'][data['machine'][j, s]]} ({data['hours'][j, s]} h)" for s in data["STEPS"]]
        lines.append(f"{j}: {', then '.join(steps)}")
    return Told(
        f"In a {place}, each job {verb} by several machines in a fixed order, for the hours given:\n"
        f"{bullets(lines)}\n\n"
        "A machine does one job at a time, and a step that has begun is not interrupted. Schedule the steps so that "
        "the last job ends as early as possible. How many hours does that take?"
    )


_SHOP = """
import pyomo.environ as pyo

def build_model(data):
    steps = list(data["STEPS"])
    big = sum(data["hours"].values())
    m = pyo.ConcreteModel()
    m.O = pyo.Set(initialize=[(j, s) for j in data["JOBS"] for s in steps], dimen=2)
    m.start = pyo.Var(m.O, bounds=(0, big))
    m.end = pyo.Var(bounds=(0, big))
    m.chain = pyo.Constraint(m.O, rule=lambda m, j, s: (
        m.start[j, s] + data["hours"][j, s] <= (m.start[j, steps[int(s) + 1]] if int(s) + 1 < len(steps) else m.end)))
    ops = list(m.O)
    pairs = [(a, b) for i, a in enumerate(ops) for b in ops[i + 1:]
             if a[0] != b[0] and data["machine"][a] == data["machine"][b]]
    m.K = pyo.RangeSet(0, len(pairs) - 1)
    m.first = pyo.Var(m.K, domain=pyo.Binary)
    m.one = pyo.Constraint(m.K, rule=lambda m, k: (
        m.start[pairs[k][0]] + data["hours"][pairs[k][0]] <= m.start[pairs[k][1]] + big * (1 - m.first[k])))
    m.two = pyo.Constraint(m.K, rule=lambda m, k: (
        m.start[pairs[k][1]] + data["hours"][pairs[k][1]] <= m.start[pairs[k][0]] + big * m.first[k]))
    m.length = pyo.Objective(expr=m.end)
    return m
"""


def _draw_staffing(size: int, rng: random.Random) -> Data:
    days = _DAYS[: min(7, max(5, size))]
    return {
        "DAYS": days,
        "need": {d: rng.randint(2, 4 * size) for d in days},
        "wage": {d: rng.randint(400, 700) for d in days},
        "length": 3 if len(days) == 5 else 5,
    }


def _tell_staffing(data: Data, rng: random.Random) -> Told:
    who, place = rng.choice([("nurses", "ward"), ("guards", "museum"), ("cooks", "canteen")])
    lines = [
        f"{d}: at least {data['need'][d]} {who}; a week that starts then is paid ${data['wage'][d]}"
        for d in data["DAYS"]
    ]
    return Told(
        f"A {place} is open {len(data['DAYS'])} days a week, and the week repeats. Each of the {who} works "
        f"{data['length']} days in a row, starting on any open day, and after the last open day the row goes on with "
        f"the first:\n{bullets(lines)}\n\nHow many {who} should start on each day so that the weekly pay is as low as "
        "possible?"
    )


_STAFFING = """
import pyomo.environ as pyo

def build_model(data):
    days = list(data["DAYS"])
    n = len(days)
    m = pyo.ConcreteModel()
    m.D = pyo.RangeSet(0, n - 1)
    m.start = pyo.Var(m.D, domain=pyo.NonNegativeIntegers)
    m.need = pyo.Constraint(m.D, rule=lambda m, d: sum(
        m.start[(d - k) % n] for k in range(data["length"])) >= data["need"][days[d]])
    m.pay = pyo.Objective(expr=sum(data["wage"][days[d]] * m.start[d] for d in m.D))
    return m
"""


def _draw_units(size: int, rng: random.Random) -> Data:
    units, hours = labels("Unit", size), [str(h) for h in range(1, 7)]
    most = {u: rng.randint(40, 120) for u in units}
    return {
        "UNITS": units,
        "HOURS": hours,
        "least": {u: most[u] // 3 for u in units},
        "most": most,
        "fuel": {u: rng.randint(10, 40) for u in units},
        "start": {u: rng.randint(50, 400) for u in units},
        "idle": {u: rng.randint(20, 90) for u in units},
        "load": {h: int(rng.uniform(0.35, 0.85) * sum(most.values())) for h in hours},
    }


def _tell_units(data: Data, rng: random.Random) -> Told:
    who = rng.choice(["An island grid", "A chemical park", "A city utility"])
    lines = [
        f"{u}: {data['least'][u]} to {data['most'][u]} MW when running, ${data['fuel'][u]} per MWh, ${data['idle'][u]} "
        f"for every hour it runs, ${data['start'][u]} for a start"
        for u in data["UNITS"]
    ]
    loads = "; ".join(f"hour {h}: {data['load'][h]} MW" for h in data["HOURS"])
    return Told(
        f"{who} decides for each hour which units run and at what power. All are off before hour 1.\n"
        f"{bullets(lines)}\n\n"
        f"The load must be met exactly: {loads}. Minimize the total cost."
    )


_UNITS = """
import pyomo.environ as pyo

def build_model(data):
    hours = list(data["HOURS"])
    m = pyo.ConcreteModel()
    m.U = pyo.Set(initialize=data["UNITS"])
    m.T = pyo.RangeSet(0, len(hours) - 1)
    m.run = pyo.Var(m.U, m.T, domain=pyo.Binary)
    m.begin = pyo.Var(m.U, m.T, domain=pyo.Binary)
    m.power = pyo.Var(m.U, m.T, domain=pyo.NonNegativeReals)
    m.low = pyo.Constraint(m.U, m.T, rule=lambda m, u, t: m.power[u, t] >= data["least"][u] * m.run[u, t])
    m.high = pyo.Constraint(m.U, m.T, rule=lambda m, u, t: m.power[u, t] <= data["most"][u] * m.run[u, t])
    m.turn = pyo.Constraint(m.U, m.T, rule=lambda m, u, t: (
        m.begin[u, t] >= m.run[u, t] - (m.run[u, t - 1] if t else 0)))
    m.demand = pyo.Constraint(m.T, rule=lambda m, t: sum(m.power[u, t] for u in m.U) == data["load"][hours[t]])
    m.cost = pyo.Objective(expr=sum(
        data["fuel"][u] * m.power[u, t] + data["idle"][u] * m.run[u, t] + data["start"][u] * m.begin[u, t]
        for u in m.U for t in m.T))
    return m
"""

CLASSES = (
    ProblemClass("inventory", "periods", _draw_inventory, _tell_inventory, _INVENTORY),
    ProblemClass("lot_sizing", "days", _draw_lots, _tell_lots, _LOTS),
    ProblemClass("job_shop", "jobs, and as many machines", _draw_shop, _tell_shop, _SHOP),
    ProblemClass("staffing", "a quarter of the largest need", _draw_staffing, _tell_staffing, _STAFFING),
    ProblemClass("unit_commitment", "units", _draw_units, _tell_units, _UNITS),
)
