"""Lights on a grid: each move toggles a plus-shaped neighbourhood, and all must end off with the fewest moves."""

from collections import defaultdict

from pyomo.environ import Binary, ConcreteModel, Constraint, NonNegativeIntegers, Objective, Var


def build_model(data):
    start = {row["cell_id"]: row["initial_state"] for row in data["grid"]}
    moves = [row["move_id"] for row in data["moves"]]
    reaching = defaultdict(list)
    for row in data["move_effects"]:
        reaching[row["cell_id"]].append(row["move_id"])
    m = ConcreteModel("lights")
    m.played = Var(moves, domain=Binary)
    m.half = Var(list(start), domain=NonNegativeIntegers)
    m.count = Objective(expr=sum(m.played[move] for move in moves))
    m.off = Constraint(  # toggled an even number of times, counting the light that was on
        list(start), rule=lambda m, c: start[c] + sum(m.played[k] for k in reaching[c]) == m.half[c] + m.half[c]
    )
    return m
