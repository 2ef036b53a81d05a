"""Labs, batches, support systems and generators share the capacity of stations; the profit is to be largest."""

from collections import defaultdict

from pyomo.environ import (
    Binary,
    ConcreteModel,
    Constraint,
    NonNegativeIntegers,
    NonNegativeReals,
    Objective,
    Var,
    maximize,
)


def build_model(data):
    stations = {row["id"]: row for row in data["stations"]}
    products = {row["id"]: row for row in data["products"]}
    systems = {row["id"]: row for row in data["global_systems"]}
    loads = defaultdict(list)
    for row in data["production_consumption"]:
        loads[row["station_id"]].append((row["product_id"], row["load"]))
    m = ConcreteModel("edge_nodes")
    m.lab = Var(stations, domain=Binary)
    m.batches = Var(products, domain=NonNegativeIntegers, bounds=lambda m, j: (0, products[j]["max_batches"]))
    m.level = Var(systems, domain=NonNegativeReals, bounds=lambda m, k: (0, systems[k]["max_level"]))
    m.generators = Var(stations, domain=NonNegativeIntegers, bounds=(0, data["max_generators"]))
    m.profit = Objective(
        expr=sum(row["lab_value"] * m.lab[i] for i, row in stations.items())
        + sum(row["unit_value"] * m.batches[j] for j, row in products.items())
        - sum(row["cost"] * m.level[k] for k, row in systems.items())
        - sum(data["generator_cost"] * m.generators[i] for i in stations),
        sense=maximize,
    )
    m.capacity = Constraint(
        stations,
        rule=lambda m, i: (
            stations[i]["lab_load"] * m.lab[i] + sum(load * m.batches[j] for j, load in loads[i])
            <= stations[i]["base_capacity"]
            + sum(m.level[k] for k in systems)
            + data["generator_capacity"] * m.generators[i]
        ),
    )
    return m
