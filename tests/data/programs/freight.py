"""Freight with a price for opening a route: matrices of factories by customers."""

from pyomo.environ import Binary, ConcreteModel, Constraint, NonNegativeReals, Objective, Var, minimize


def build_model(data):
    opening = {(row["Factory_ID"], int(c)): row[c] for row in data["C1"] for c in row if c != "Factory_ID"}
    shipping = {(row["Factory_ID"], int(c)): row[c] for row in data["C2"] for c in row if c != "Factory_ID"}
    supply = {row["Factory_ID"]: row["Supply"] for row in data["C3"]}
    demand = {row["Customer_ID"]: row["Demand"] for row in data["C4"]}
    m = ConcreteModel("freight")
    m.shipped = Var(supply, demand, domain=NonNegativeReals)
    m.opened = Var(supply, demand, domain=Binary)
    m.cost = Objective(
        expr=sum(shipping[i, j] * m.shipped[i, j] + opening[i, j] * m.opened[i, j] for i in supply for j in demand),
        sense=minimize,
    )
    m.all_shipped = Constraint(supply, rule=lambda m, i: sum(m.shipped[i, j] for j in demand) == supply[i])
    m.all_received = Constraint(demand, rule=lambda m, j: sum(m.shipped[i, j] for i in supply) == demand[j])
    m.only_open = Constraint(
        supply, demand, rule=lambda m, i, j: m.shipped[i, j] <= min(supply[i], demand[j]) * m.opened[i, j]
    )
    return m
