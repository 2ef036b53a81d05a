"""Linear programs made by seed: the sizes of practice without anybody's data, any of them larger by one argument."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from solvers.instance import FloatArray, Instance, Sense

INF = float("inf")


def transport(*, sources: int = 300, sinks: int = 400, seed: int = 1) -> Instance:
    """Ship from every source to every sink: one column a pair, two entries a column, all of them 1."""
    random = np.random.default_rng(seed)
    pairs = np.arange(sources * sinks)
    rows = np.concatenate((pairs // sinks, sources + pairs % sinks))
    matrix = sp.csr_array((np.ones(2 * pairs.size), (rows, np.tile(pairs, 2))), shape=(sources + sinks, pairs.size))
    demand = random.integers(10, 100, sinks).astype(float)
    supply = np.full(sources, np.ceil(1.1 * demand.sum() / sources))
    return _instance(
        "transport",
        cost=random.integers(1, 1000, pairs.size).astype(float),
        matrix=matrix,
        row_lower=np.concatenate((np.full(sources, -INF), demand)),
        row_upper=np.concatenate((supply, np.full(sinks, INF))),
    )


def multicommodity(*, nodes: int = 380, arcs: int = 2100, commodities: int = 20, seed: int = 1) -> Instance:
    """Send every commodity through one network whose arcs have a common capacity; a dear arc carries any rest."""
    random = np.random.default_rng(seed)
    tail = np.concatenate((np.arange(nodes), random.integers(0, nodes, arcs - nodes)))
    head = np.where(np.arange(arcs) < nodes, (tail + 1) % nodes, random.integers(0, nodes, arcs))
    head = np.where(head == tail, (head + 1) % nodes, head)
    arc = np.arange(arcs)
    incidence = sp.csr_array((np.repeat([1.0, -1.0], arcs), (np.r_[tail, head], np.r_[arc, arc])), shape=(nodes, arcs))
    balance = sp.block_diag([incidence] * commodities, format="csr")
    capacity = sp.hstack([sp.eye_array(arcs)] * commodities, format="csr")
    supply = np.zeros((commodities, nodes))
    for k in range(commodities):
        origin, goal = random.choice(nodes, 2, replace=False)
        supply[k, origin], supply[k, goal] = (amount := float(random.integers(5, 20))), -amount
    room = random.integers(5, 40, arcs).astype(float)
    room[:nodes] = supply.clip(min=0).sum()  # the ring takes everything, so there is always a way
    cost = random.integers(1, 100, arcs).astype(float)
    cost[:nodes] += 200
    return _instance(
        "multicommodity",
        cost=np.tile(cost, commodities),
        matrix=sp.csr_array(sp.vstack([balance, capacity])),
        row_lower=np.concatenate((supply.ravel(), np.full(arcs, -INF))),
        row_upper=np.concatenate((supply.ravel(), room)),
    )


def lot_sizing(*, products: int = 377, periods: int = 60, seed: int = 1) -> Instance:
    """The relaxation of lot sizing with set-ups: for each product and period what is made, stored and set up."""
    random = np.random.default_rng(seed)
    cells = products * periods
    made, stored, set_up = (np.arange(cells) + k * cells for k in range(3))
    demand = random.integers(0, 100, cells).astype(float)
    later = np.flatnonzero(np.arange(cells) % periods > 0)
    period = np.arange(cells) % periods
    remaining = demand.reshape(products, periods)[:, ::-1].cumsum(axis=1)[:, ::-1].ravel()
    use = random.uniform(5, 30, cells)
    every = np.arange(cells)
    entries = [
        (every, made, np.ones(cells)),
        (every, stored, -np.ones(cells)),
        (later, stored[later - 1], np.ones(later.size)),
        (cells + every, made, np.ones(cells)),
        (cells + every, set_up, -remaining),
        (2 * cells + period, made, np.ones(cells)),
        (2 * cells + period, set_up, use),
    ]
    rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
    capacity = 1.15 * demand.reshape(products, periods).sum(axis=0).mean() + 20 * products * 0.3
    return _instance(
        "lot sizing",
        cost=np.concatenate(
            (random.uniform(1, 3, cells), random.uniform(0.1, 1, cells), random.uniform(50, 500, cells))
        ),
        matrix=sp.csr_array((values, (rows, columns)), shape=(2 * cells + periods, 3 * cells)),
        row_lower=np.concatenate((demand, np.full(cells + periods, -INF))),
        row_upper=np.concatenate((demand, np.zeros(cells), np.full(periods, capacity))),
        column_upper=np.concatenate((np.full(2 * cells, INF), np.ones(cells))),
    )


def set_cover(*, rows: int = 5000, columns: int = 50_000, per_column: int = 20, seed: int = 1) -> Instance:
    """The relaxation of covering every row by the cheapest columns, each of which covers a random few."""
    random = np.random.default_rng(seed)
    covered = random.integers(0, rows, (columns, per_column))
    covered[:rows, 0] = np.arange(rows)  # nothing is left out
    matrix = sp.csr_array((np.ones(covered.size), (covered.ravel(), np.repeat(np.arange(columns), per_column))))
    matrix.data[:] = 1.0  # a row drawn twice counts once
    return _instance(
        "set cover",
        cost=random.integers(50, 100, columns).astype(float),
        matrix=matrix,
        row_lower=np.ones(rows),
        row_upper=np.full(rows, INF),
        column_upper=np.ones(columns),
    )


def _instance(
    name: str,
    *,
    cost: FloatArray,
    matrix: sp.csr_array,
    row_lower: FloatArray,
    row_upper: FloatArray,
    column_upper: FloatArray | None = None,
) -> Instance:
    matrix.sum_duplicates()
    matrix.sort_indices()
    rows, columns = matrix.shape
    return Instance(
        name=name,
        sense=Sense.MINIMIZE,
        objective_name="cost",
        objective_offset=0.0,
        cost=cost,
        indptr=matrix.indptr.astype(np.int64),
        indices=matrix.indices,
        values=matrix.data.astype(float),
        row_lower=row_lower,
        row_upper=row_upper,
        column_lower=np.zeros(columns),
        column_upper=np.full(columns, INF) if column_upper is None else column_upper,
        integrality=np.zeros(columns, dtype=np.uint8),
        row_names=tuple(f"r{i}" for i in range(rows)),
        column_names=tuple(f"x{j}" for j in range(columns)),
    )
