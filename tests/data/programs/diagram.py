"""Boxes of a diagram on a grid: no two overlap, related ones stay close, none drifts far from its anchor."""

from itertools import combinations

from pyomo.environ import Binary, ConcreteModel, Constraint, Integers, NonNegativeReals, Objective, Var

AXES = ("row", "col")
WAYS = [(axis, way) for axis in AXES for way in ("i_before_j", "j_before_i")]


def build_model(data):
    boxes = {row["entity_id"]: row for row in data["entities"]}
    pairs = {(row["i_id"], row["j_id"]): row for row in data["pairs"]}
    edges = {row["edge_id"]: row for row in data["edges"]}
    shifts = {(row["edge_id"], row["axis"]): row for row in data["edge_distance_params"]}
    m = ConcreteModel("diagram")
    m.place = Var(
        boxes,
        AXES,
        domain=Integers,
        bounds=lambda m, i, axis: (boxes[i][f"{axis}_min"], boxes[i][f"{axis}_max"]),
    )
    m.chosen = Var(list(pairs), WAYS, domain=Binary)
    m.apart = Var(list(shifts), domain=NonNegativeReals)
    m.drift = Var(boxes, AXES, domain=NonNegativeReals)
    m.cost = Objective(
        expr=data["edge_weight"] * sum(m.apart[k] for k in shifts)
        + data["center_weight"] * sum(m.drift[i, axis] for i in boxes for axis in AXES)
    )
    m.one_way = Constraint(list(pairs), rule=lambda m, i, j: sum(m.chosen[i, j, way] for way in WAYS) == 1)

    def separate(m, i, j, axis, way):
        first, second = (i, j) if way == "i_before_j" else (j, i)
        gap = pairs[i, j][f"{axis}_gap_{way}"]
        slack = gap + boxes[first][f"{axis}_max"] - boxes[second][f"{axis}_min"]
        return m.place[second, axis] - m.place[first, axis] >= gap - slack * (1 - m.chosen[i, j, axis, way])

    m.separate = Constraint([(i, j, *way) for i, j in pairs for way in WAYS], rule=separate)
    triples = list(combinations(sorted(boxes), len(("i", "j", "k"))))

    def before(m, i, j, axis):
        """Whether i comes before j: the pair is stored under one order."""
        return m.chosen[i, j, axis, "i_before_j"] if (i, j) in pairs else m.chosen[j, i, axis, "j_before_i"]

    m.no_circle = Constraint(
        triples, AXES, rule=lambda m, i, j, k, a: before(m, i, j, a) + before(m, j, k, a) + before(m, k, i, a) <= 1 + 1
    )
    m.no_circle_back = Constraint(
        triples, AXES, rule=lambda m, i, j, k, a: before(m, i, k, a) + before(m, k, j, a) + before(m, j, i, a) <= 1 + 1
    )

    def forward(m, e, axis):
        u, v = edges[e]["u_id"], edges[e]["v_id"]
        return m.apart[e, axis] + m.place[v, axis] - m.place[u, axis] >= shifts[e, axis]["rhs_for_v_minus_u"]

    def backward(m, e, axis):
        u, v = edges[e]["u_id"], edges[e]["v_id"]
        return m.apart[e, axis] + m.place[u, axis] - m.place[v, axis] >= shifts[e, axis]["rhs_for_u_minus_v"]

    def chosen_axis(m, e, axis):
        u, v = edges[e]["u_id"], edges[e]["v_id"]
        least = shifts[e, axis]["min_axis_distance_if_axis_chosen"]
        return m.apart[e, axis] >= least * (before(m, u, v, axis) + before(m, v, u, axis))

    m.forward = Constraint(list(shifts), rule=forward)
    m.backward = Constraint(list(shifts), rule=backward)
    m.chosen_axis = Constraint(list(shifts), rule=chosen_axis)
    m.manhattan = Constraint(edges, rule=lambda m, e: sum(m.apart[e, a] for a in AXES) >= edges[e]["manhattan_lb"])
    m.drift_up = Constraint(boxes, AXES, rule=lambda m, i, a: m.drift[i, a] >= m.place[i, a] - boxes[i][f"anchor_{a}"])
    m.drift_down = Constraint(
        boxes, AXES, rule=lambda m, i, a: m.drift[i, a] >= boxes[i][f"anchor_{a}"] - m.place[i, a]
    )
    m.least_drift = Constraint(expr=sum(m.drift[i, a] for i in boxes for a in AXES) >= data["center_sum_lb"])
    return m
