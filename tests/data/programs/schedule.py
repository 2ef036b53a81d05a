"""Tasks share one machine's capacity, each within its window; the last one is to end as early as can be."""

from collections import defaultdict

from pyomo.environ import Binary, ConcreteModel, Constraint, NonNegativeReals, Objective, Var


def build_model(data):
    tasks = {row["task_id"]: row for row in data["tasks"]}
    starts = [(j, t) for j, row in tasks.items() for t in range(row["release_time"], row["latest_start"] + 1)]
    windows, running = defaultdict(list), defaultdict(list)
    for j, t in starts:
        windows[j].append(t)
        for tick in range(t, t + tasks[j]["duration"]):
            running[tick].append((j, t))
    m = ConcreteModel("schedule")
    m.begins = Var(starts, domain=Binary)
    m.makespan = Var(domain=NonNegativeReals)
    m.end = Objective(expr=m.makespan)
    m.once = Constraint(tasks, rule=lambda m, j: sum(m.begins[j, t] for t in windows[j]) == 1)
    m.last = Constraint(
        tasks,
        rule=lambda m, j: m.makespan >= sum((t + tasks[j]["duration"] - 1) * m.begins[j, t] for t in windows[j]),
    )
    m.capacity = Constraint(
        list(running),
        rule=lambda m, tick: (
            sum(tasks[j]["resource_demand"] * m.begins[j, t] for j, t in running[tick]) <= data["resource_capacity"]
        ),
    )
    return m
