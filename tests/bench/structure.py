"""Structure seen on random data: `python -m tests.bench.structure` prints one JSON object.

Programs in pairs: rewrites of one model, which must have the same structure, and small errors that agree with it on the
given data or nearly so, which must not. The time is what a comparison adds to a run, beside one build of the model.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import Counter
from typing import Any

from copilot.drafting.base import Data
from copilot.runs.parametric import Known, Parametric, programmed
from copilot.runs.structure import compare_structure
from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import BuildOutcome, Limits
from solvers.equivalence.compare import equivalence
from solvers.fingerprint import fingerprint

HEAD = "import pyomo.environ as pyo\n\ndef build_model(data):\n    m = pyo.ConcreteModel()\n"
TRANSPORT = """\
    m.I, m.J = pyo.Set(initialize=data["plants"]), pyo.Set(initialize=data["shops"])
    m.ship = pyo.Var(m.I, m.J, domain=pyo.NonNegativeReals)
    m.supply = pyo.Constraint(m.I, rule=lambda m, i: sum(m.ship[i, j] for j in m.J) <= data["stock"][i])
    m.demand = pyo.Constraint(m.J, rule=lambda m, j: sum(m.ship[i, j] for i in m.I) >= data["need"][j])
    m.cost = pyo.Objective(expr=sum(data["rate"][i, j] * m.ship[i, j] for i in m.I for j in m.J))
    return m
"""
TRANSPORT_DATA: Data = {
    "plants": ["a", "b"],
    "shops": ["x", "y", "z"],
    "stock": {"a": 60.0, "b": 70.0},
    "need": {"x": 30.0, "y": 40.0, "z": 30.0},
    "rate": {(i, j): float(3 + n) for n, (i, j) in enumerate((i, j) for i in "ab" for j in "xyz")},
}
LOTS = """\
    T = data["weeks"]
    m.T = pyo.Set(initialize=T, ordered=True)
    m.make = pyo.Var(m.T, domain=pyo.NonNegativeReals)
    m.keep = pyo.Var(m.T, domain=pyo.NonNegativeReals)
    m.run = pyo.Var(m.T, domain=pyo.Binary)
    def balance(m, t):
        before = data["start"] if t == m.T.first() else m.keep[m.T.prev(t)]
        return before + m.make[t] - data["demand"][t] == m.keep[t]
    m.balance = pyo.Constraint(m.T, rule=balance)
    m.switch = pyo.Constraint(m.T, rule=lambda m, t: m.make[t] <= data["most"] * m.run[t])
    m.cost = pyo.Objective(expr=sum(data["setup"] * m.run[t] + data["hold"] * m.keep[t] for t in m.T))
    return m
"""
LOTS_DATA: Data = {
    "weeks": ["1", "2", "3", "4"],
    "demand": {"1": 20, "2": 35, "3": 20, "4": 50},
    "start": 10,
    "most": 60,
    "setup": 200,
    "hold": 2,
}
BLEND = """\
    m.I = pyo.Set(initialize=data["foods"])
    m.eat = pyo.Var(m.I, bounds=lambda m, i: (0, data["limit"][i]))
    m.price = pyo.Objective(expr=sum(data["price"][i] * m.eat[i] for i in m.I))
    m.iron = pyo.Constraint(expr=sum(data["iron"][i] * m.eat[i] for i in m.I) >= data["need"])
    m.share = pyo.Constraint(expr=m.eat["oats"] >= data["part"] * sum(m.eat[i] for i in m.I))
    return m
"""
BLEND_DATA: Data = {
    "foods": ["oats", "beans", "kale"],
    "limit": {"oats": 9.0, "beans": 6.0, "kale": 6.0},
    "price": {"oats": 1.0, "beans": 2.5, "kale": 4.0},
    "iron": {"oats": 2.0, "beans": 3.0, "kale": 3.0},
    "need": 12.0,
    "part": 0.25,
}
BASES = {"transport": (TRANSPORT, TRANSPORT_DATA), "lots": (LOTS, LOTS_DATA), "blend": (BLEND, BLEND_DATA)}
# (base, old text, new text, data that are new)
SAME: tuple[tuple[str, str, str, Data], ...] = (
    ("transport", "m.ship", "m.x", {}),
    ("transport", '<= data["stock"][i]', '- data["stock"][i] <= 0', {}),
    ("transport", '>= data["need"][j]', '* -1 <= -data["need"][j]', {}),
    ("transport", "(expr=sum(", "(sense=pyo.maximize, expr=-sum(", {}),
    ("transport", "for i in m.I for j in m.J", "for j in m.J for i in m.I", {}),
    ("transport", '<= data["stock"][i]', '* 2 <= data["stock"][i] + data["stock"][i]', {}),
    ("transport", "    return m", "    m.idle = pyo.Var()\n    return m", {}),
    ("transport", '<= data["stock"][i]', '<= data["supply"][i]', {"supply": TRANSPORT_DATA["stock"]}),
    ("lots", "== m.keep[t]", "- m.keep[t] == 0", {}),
    ("lots", '<= data["most"] * m.run[t]', '- data["most"] * m.run[t] <= 0', {}),
    ("lots", "domain=pyo.Binary", "domain=pyo.Integers, bounds=(0, 1)", {}),
    ("lots", 'data["setup"] * m.run[t] + data["hold"] * m.keep[t]',
     'm.keep[t] * data["hold"] + m.run[t] * data["setup"]', {}),
    ("lots", "    m.cost", "    m.again = pyo.Constraint(m.T, rule=balance)\n    m.cost", {}),
    ("lots", "m.keep", "m.stock", {}),
    ("blend", "bounds=lambda m, i: (0, data", "bounds=lambda m, i: (0.0, 1.0 * data", {}),
    ("blend", "    m.iron",
     '    m.cap = pyo.Constraint(m.I, rule=lambda m, i: m.eat[i] <= data["limit"][i])\n    m.iron', {}),
    ("blend", '>= data["need"]', '>= (data["need"] + data["need"]) / 2', {}),
    ("blend", 'm.eat["oats"] >= data["part"] * sum(m.eat[i] for i in m.I)',
     '(1 - data["part"]) * m.eat["oats"] >= data["part"] * sum(m.eat[i] for i in m.I if i != "oats")', {}),
    ("blend", 'data["part"]', 'data["oat_part"]', {"oat_part": 0.25}),
    ("blend", "Objective(expr=sum(data", "Objective(sense=pyo.minimize, expr=0 + sum(data", {}),
)  # fmt: skip
APART: tuple[tuple[str, str, str, Data], ...] = (
    ("transport", '<= data["stock"][i]', '<= data["stock"]["a"] + (0 if i == "a" else 10)', {}),
    ("transport", '>= data["need"][j]', '>= data["need"][j if j != "z" else "x"]', {}),
    ("transport", '>= data["need"][j]',
     '>= (data["need"][j] if j != "y" else data["stock"]["b"] - data["need"]["x"])', {}),
    ("transport", 'data["rate"][i, j]', '(data["rate"][i, j] if i == "a" else data["rate"]["a", j] + 3)', {}),
    ("transport", '<= data["stock"][i]', '== data["stock"][i]', {}),
    ("transport", 'data["plants"]', '["a", "b"]', {}),
    ("transport", "    return m", '    m.most = pyo.Constraint(expr=m.ship["a", "x"] <= 50)\n    return m', {}),
    ("lots", 'data["demand"][t]', 'data["demand"]["1" if t == "3" else t]', {}),
    ("lots", 'data["most"]', '(data["start"] + data["demand"]["4"])', {}),
    ("lots", 'data["most"]', '(6 * data["start"])', {}),
    ("lots", 'data["setup"] * m', '(data["demand"]["1"] * data["start"]) * m', {}),
    ("lots", "m.T.prev(t)", "m.T.first()", {}),
    ("lots", "domain=pyo.Binary", "bounds=(0, 1)", {}),
    ("lots", 'data["hold"] * m', '(data["demand"]["1"] / data["start"]) * m', {}),
    ("blend", 'data["limit"][i]', '(data["limit"][i] if i == "oats" else data["limit"]["kale"])', {}),
    ("blend", 'data["need"]', '(data["iron"]["beans"] * 4)', {}),
    ("blend", 'data["need"]', '(2 * data["limit"]["beans"])', {}),
    ("blend", 'data["part"]', '(data["price"]["oats"] / data["price"]["kale"])', {}),
    ("blend", 'data["iron"][i]', 'data["iron"]["beans" if i == "kale" else i]', {}),
    ("blend", 'data["part"]', "0.25", {}),
)  # fmt: skip


class Pairs:
    """Compares pairs in one warm sandbox and keeps the seconds."""

    def __init__(self) -> None:
        self.sandbox = Sandbox()
        self.build_seconds: list[float] = []
        self.seconds: list[float] = []

    def build(self, program: str, data: Data, seed: int, seconds: float) -> BuildOutcome:
        """One build, timed."""
        started = time.perf_counter()
        outcome = self.sandbox.build(program, data, seed=seed, limits=Limits(wall_seconds=max(seconds, 5.0)))
        self.build_seconds.append(time.perf_counter() - started)
        return outcome

    def compared(self, base: str, old: str, new: str, extra: Data) -> Parametric:
        """The structure of a base program against the same with one text replaced."""
        body, data = BASES[base]
        assert old in body, (base, old)
        other = {**data, **extra}
        used = {name: value for name, value in other.items() if f'"{name}"' in body.replace(old, new)}
        programs = (HEAD + body, HEAD + body.replace(old, new))
        instances = []
        for program, given in zip(programs, (data, used), strict=True):
            outcome = self.build(program, given, 0, 20.0)
            assert outcome.instance is not None, outcome.failure
            instances.append(outcome.instance)
        known = equivalence(*instances)
        sides = [
            programmed(program, given, fingerprint(instance), "")
            for program, given, instance in zip(programs, (data, used), instances, strict=True)
        ]
        started = time.perf_counter()
        found = compare_structure(sides[0], sides[1], Known(known.verdict, known.shift), build=self.build, seconds=60.0)
        self.seconds.append(time.perf_counter() - started)
        return found


def main() -> None:
    """Print verdicts and times; ends with 1 when a verdict is wrong."""
    pairs = Pairs()
    pairs.sandbox.start()
    table: dict[str, Any] = {}
    wrong = []
    for title, cases, allowed in (
        ("rewrites", SAME, {"same structure", "unknown"}),
        ("errors", APART, {"different structure", "unknown"}),
    ):
        found = [(case, pairs.compared(*case)) for case in cases]
        table[title] = Counter(one.verdict for _, one in found)
        table[f"{title}, agreeing on the given data"] = sum(one.accidental for _, one in found)
        wrong += [f"{title}: {case[:3]}: {one.sentence}" for case, one in found if one.verdict not in allowed]
    pairs.sandbox.close()
    table["median seconds"] = round(statistics.median(pairs.seconds), 3)
    table["median builds"] = round(statistics.median(pairs.seconds) / statistics.median(pairs.build_seconds), 1)
    table["wrong"] = wrong
    print(json.dumps(table, indent=2))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
