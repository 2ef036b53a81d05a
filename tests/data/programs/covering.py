"""Cover every location by few hangars, with a least and a largest number of them."""

from pyomo.environ import Binary, ConcreteModel, Constraint, Objective, Var


def build_model(data):
    places = {
        row["Location_ID"]: [one for column, one in row.items() if column != "Location_ID" and one is not None]
        for row in data["S1"]
    }
    hangars = sorted({one for able in places.values() for one in able})
    m = ConcreteModel("covering")
    m.enabled = Var(hangars, domain=Binary)
    total = sum(m.enabled[h] for h in hangars)
    m.investment = Objective(expr=total)
    m.covered = Constraint(places, rule=lambda m, place: sum(m.enabled[h] for h in places[place]) >= 1)
    m.capacity = Constraint(expr=(data["K1"], total, data["K2"]))
    return m
