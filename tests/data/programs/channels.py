"""A tight schedule of periods and channels: headline, support host or one promotion in every cell, by window rules."""

from pyomo.environ import Binary, ConcreteModel, Constraint, Objective, Var


def build_model(data):
    periods = [row["period_id"] for row in data["periods"]]
    channels = [row["channel_id"] for row in data["channels"]]
    needed = {
        (row["sender_channel_id"], row["target_channel_id"]): row["required_count"]
        for row in data["promo_requirements"]
    }
    headlines = {row["channel_id"]: row["headline_quota"] for row in data["headline_quota"]}
    supports = {row["period_id"]: row["support_quota"] for row in data["support_quota"]}
    m = ConcreteModel("channels")
    m.headline = Var(periods, channels, domain=Binary)
    m.host = Var(periods, channels, domain=Binary)
    m.promote = Var(periods, list(needed), domain=Binary)
    m.penalty = Objective(
        expr=sum(
            row["penalty_weight"] * m.headline[row["period_id"], row["channel_id"]]
            for row in data["penalized_headline"]
        )
    )

    def sent(t, j):
        return sum(m.promote[t, pair] for pair in needed if pair[0] == j)

    m.one_headline = Constraint(periods, rule=lambda m, t: sum(m.headline[t, j] for j in channels) == 1)
    m.quota = Constraint(channels, rule=lambda m, j: sum(m.headline[t, j] for t in periods) == headlines[j])
    m.hosts = Constraint(periods, rule=lambda m, t: sum(m.host[t, j] for j in channels) == supports[t])
    m.one_action = Constraint(periods, channels, rule=lambda m, t, j: m.headline[t, j] + m.host[t, j] + sent(t, j) == 1)
    m.to_hosts = Constraint(periods, list(needed), rule=lambda m, t, j, u: m.promote[t, j, u] <= m.host[t, u])
    m.promised = Constraint(list(needed), rule=lambda m, j, u: sum(m.promote[t, j, u] for t in periods) == needed[j, u])
    m.one_incoming = Constraint(
        periods, channels, rule=lambda m, t, u: sum(m.promote[t, pair] for pair in needed if pair[1] == u) <= 1
    )
    counted = {
        "B": lambda t, j: m.host[t, j],
        "AB": lambda t, j: m.headline[t, j] + m.host[t, j],
        "Csum": sent,
    }
    rules = {row["rule_id"]: row for row in data["cadence_rules"]}

    def cadence(m, k):
        row = rules[k]
        window = [row["start_period"] + row["step"] * s for s in range(row["length"])]
        total = sum(counted[row["target"]](t, row["channel_id"]) for t in window if t in supports)
        return total <= row["rhs"] if row["sense"] == "LE" else total >= row["rhs"]

    m.cadence = Constraint(list(rules), rule=cadence)
    links = [(row["src_period_id"], row["dst_period_id"]) for row in data.get("time_link_pairs", ())]
    m.follows = Constraint(links, channels, rule=lambda m, s, t, j: m.headline[s, j] <= m.headline[t, j])
    m.answered = Constraint(links, list(needed), rule=lambda m, s, t, j, u: m.promote[s, j, u] <= m.promote[t, u, j])
    _add_quotas(m, data.get("parity_quota", ()), periods)
    return m


def _add_quotas(m, quotas, periods):
    """Headlines or hosts of a channel over every other period, beginning with the second."""
    even = periods[1::2]
    acting = {"headline": m.headline, "host": m.host}
    rows = dict(enumerate(quotas))
    m.parity = Constraint(
        list(rows),
        rule=lambda m, k: (
            sum(acting[rows[k]["action_family"]][t, rows[k]["channel_id"]] for t in even) == rows[k]["required_count"]
        ),
    )
