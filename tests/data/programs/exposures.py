"""Choose products whose contributions reach every exposure's threshold at least cost; some hinder, some pay."""

from pyomo.environ import Binary, ConcreteModel, Constraint, Objective, Var


def build_model(data):
    cost = {row["Product ID"]: row["cost"] for row in data["C1"]}
    threshold = {row["Exposure ID"]: row["Threshold"] for row in data["C3"]}
    cover = {row["Product ID"]: row for row in data["C2"]}
    m = ConcreteModel("exposures")
    m.held = Var(cost, domain=Binary)
    m.cost = Objective(expr=sum(cost[p] * m.held[p] for p in cost))
    m.covered = Constraint(
        threshold,
        rule=lambda m, e: (
            sum(cover[p][f"Exposure_{e}"] * m.held[p] for p in cost if cover[p][f"Exposure_{e}"] != 0) >= threshold[e]
        ),
    )
    return m
