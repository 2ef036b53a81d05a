"""Generated linear instances of any size, made by seed: transport, multicommodity flow, set covering relaxations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from solvers.instance import Instance, Sense

INF = np.inf


def transport(nonzeros: int, seed: int = 1) -> Instance:
    """Sources to sinks at random costs, with supply to spare: two entries a column, network-like."""
    random = np.random.default_rng(seed)
    side = max(int((nonzeros / 2) ** 0.5), 2)
    n = side * side
    source, sink = np.divmod(np.arange(n), side)
    demand = random.integers(1, 20, side).astype(float)
    supply = np.full(side, np.ceil(1.2 * demand.sum() / side))
    order = np.argsort(sink, kind="stable")
    indices = np.concatenate((np.arange(n), order))
    rows = np.concatenate((source, sink[order] + side))
    return _instance(
        "transport",
        random.integers(1, 100, n).astype(float),
        (rows, indices, np.ones(2 * n)),
        np.concatenate((np.full(side, -INF), demand)),
        np.concatenate((supply, np.full(side, INF))),
        np.full(n, INF),
    )


def multicommodity(nonzeros: int, seed: int = 1) -> Instance:
    """Several goods over one ring with random chords, sharing the arcs' capacities; lack of a path is paid for."""
    random = np.random.default_rng(seed)
    goods = 8
    nodes = max(nonzeros // (3 * goods * 4), 4)
    tail = np.concatenate((np.arange(nodes), random.integers(0, nodes, 3 * nodes)))
    head = np.concatenate((np.roll(np.arange(nodes), -1), random.integers(0, nodes, 3 * nodes)))
    arcs = len(tail)
    good = np.repeat(np.arange(goods), arcs)
    arc = np.tile(np.arange(arcs), goods)
    flow = np.arange(goods * arcs)
    ends = random.integers(0, nodes, (goods, 2))
    ends[:, 1] = (ends[:, 0] + 1 + ends[:, 1] % (nodes - 1)) % nodes
    unmet = goods * arcs + np.arange(goods)
    leaving = (good * nodes + tail[arc], flow, np.ones(len(flow)))
    arriving = (good * nodes + head[arc], flow, -np.ones(len(flow)))
    shared = (goods * nodes + arc, flow, np.ones(len(flow)))
    missing = (np.arange(goods) * nodes + ends[:, 0], unmet, np.ones(goods))
    missed = (np.arange(goods) * nodes + ends[:, 1], unmet, -np.ones(goods))
    parts = [np.concatenate(part) for part in zip(leaving, arriving, shared, missing, missed, strict=True)]
    balance = np.zeros(goods * nodes)
    amount = random.integers(5, 20, goods).astype(float)
    np.add.at(balance, np.arange(goods) * nodes + ends[:, 0], amount)
    np.add.at(balance, np.arange(goods) * nodes + ends[:, 1], -amount)
    capacity = random.integers(5, 25, arcs).astype(float)
    return _instance(
        "multicommodity",
        np.concatenate((random.integers(1, 50, goods * arcs), np.full(goods, 50.0 * nodes))).astype(float),
        (parts[0], parts[1], parts[2]),
        np.concatenate((balance, np.full(arcs, -INF))),
        np.concatenate((balance, capacity)),
        np.full(goods * arcs + goods, INF),
    )


def covering(nonzeros: int, seed: int = 1) -> Instance:
    """A relaxed set covering problem with twenty entries a column, ten columns a row."""
    random = np.random.default_rng(seed)
    n = max(nonzeros // 20, 20)
    m = max(n // 10, 2)
    columns = np.repeat(np.arange(n), min(20, m))
    first = random.integers(0, m, n)
    step = random.integers(1, max(m // 20, 2), n)
    rows = (np.repeat(first, min(20, m)) + np.repeat(step, min(20, m)) * np.tile(np.arange(min(20, m)), n)) % m
    cost = random.integers(50, 100, n).astype(float)
    return _instance("covering", cost, (rows, columns, np.ones(len(rows))), np.ones(m), np.full(m, INF), np.ones(n))


KINDS: dict[str, Callable[[int], Instance]] = {
    "transport": transport,
    "multicommodity": multicommodity,
    "covering": covering,
}


def _instance(name: str, cost: Any, entries: tuple[Any, Any, Any], lower: Any, upper: Any, bound: Any) -> Instance:
    import scipy.sparse

    rows, columns, values = entries
    matrix = scipy.sparse.csr_array(
        scipy.sparse.coo_array((values, (rows, columns)), shape=(len(lower), len(cost)))
    )  # adds up what lies twice at one place
    matrix.sum_duplicates()
    return Instance(
        name=name,
        sense=Sense.MINIMIZE,
        objective_name="cost",
        objective_offset=0.0,
        cost=cost,
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=lower,
        row_upper=upper,
        column_lower=np.zeros(len(cost)),
        column_upper=bound,
        integrality=np.zeros(len(cost), dtype=np.uint8),
        row_names=[f"r{i}" for i in range(len(lower))],
        column_names=[f"x{j}" for j in range(len(cost))],
    )
