"""Two orders of one model told to be the same: our proof against igraph's BLISS, and networkx's hash (no proof).

BLISS decides on a graph with a node for each row, column and nonzero, coloured by their numbers. Our seconds include
the normal form and the check of the mapping found. A peer that takes more than a minute is ended.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from solvers.arrays import ArrayModel
from solvers.equivalence.compare import equivalence
from solvers.instance import Instance
from tests.bench import generated
from tests.bench.measured import against, least

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 60
SIZES = (10_000, 100_000)


def assignment(size: int, levels: int) -> Instance:
    """Give each of `size` workers one of `size` tasks, at costs from 1 to `levels`."""
    model = ArrayModel("assignment")
    costs = np.random.default_rng(1).integers(1, levels + 1, (size, size))
    pair = model.add_columns("pair", (size, size), cost=costs)
    model.add_rows("worker", size, entries=[(np.arange(size)[:, None], pair, 1.0)], lower=1, upper=1)
    model.add_rows("task", size, entries=[(np.arange(size), pair, 1.0)], lower=1, upper=1)
    return model.instance()


def equal_transport(size: int) -> Instance:
    """Ship between `size` sources and as many sinks that are all alike."""
    model = ArrayModel("transport")
    flow = model.add_columns("flow", (size, size), cost=1.0)
    model.add_rows("supply", size, entries=[(np.arange(size)[:, None], flow, 1.0)], upper=10.0)
    model.add_rows("demand", size, entries=[(np.arange(size), flow, 1.0)], lower=5.0)
    return model.instance()


def bin_packing(size: int) -> Instance:
    """Pack `size` items of ten weights into as many equal bins."""
    model = ArrayModel("bin packing")
    weight = np.random.default_rng(1).integers(1, 11, size).astype(float)
    put = model.add_columns("put", (size, size), upper=1, integer=True)
    used = model.add_columns("used", size, upper=1, cost=1.0, integer=True)
    model.add_rows("item", size, entries=[(np.arange(size)[:, None], put, 1.0)], lower=1, upper=1)
    bins = np.arange(size)
    model.add_rows("bin", size, entries=[(bins, put, weight[:, None]), (bins, used, -30.0)], upper=0)
    return model.instance()


FAMILIES: dict[str, Callable[[int], Instance]] = {
    "transport": lambda n: generated.transport(sources=round((n / 2) ** 0.5), sinks=round((n / 2) ** 0.5)),
    "lot sizing": lambda n: generated.lot_sizing(products=n // 420, periods=60),
    "set cover": lambda n: generated.set_cover(rows=n // 200, columns=n // 20, per_column=20),
    "assignment, equal": lambda n: assignment(round((n / 2) ** 0.5), 1),
    "assignment, 3 levels": lambda n: assignment(round((n / 2) ** 0.5), 3),
    "transport, equal data": lambda n: equal_transport(round((n / 2) ** 0.5)),
    "bin packing": lambda n: bin_packing(round((n / 2) ** 0.5)),
}


def shuffled(instance: Instance, seed: int = 3) -> Instance:
    """Return the model with rows and columns in another order, under other names."""
    random = np.random.default_rng(seed)
    rows, columns = random.permutation(instance.row_count), random.permutation(instance.column_count)
    matrix = instance.matrix[rows][:, columns].tocsr()
    matrix.sort_indices()
    return Instance(
        name="shuffled",
        sense=instance.sense,
        objective_name="objective",
        objective_offset=instance.objective_offset,
        cost=instance.cost[columns],
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=instance.row_lower[rows],
        row_upper=instance.row_upper[rows],
        column_lower=instance.column_lower[columns],
        column_upper=instance.column_upper[columns],
        integrality=instance.integrality[columns],
        row_names=tuple(f"r{i}" for i in range(len(rows))),
        column_names=tuple(f"c{j}" for j in range(len(columns))),
    ).validate()


def by_us(one: Instance, other: Instance) -> str:
    """Return our verdict."""
    return equivalence(one, other, seconds=LIMIT_SECONDS).verdict


def by_bliss(one: Instance, other: Instance) -> str:
    """Return the verdict of BLISS on graphs with a middle node for each nonzero."""
    import igraph

    known: dict[tuple[float, ...], int] = {}
    graphs, colours = [], []
    for instance in (one, other):
        n, m = instance.column_count, instance.row_count
        middle = n + m + np.arange(instance.nonzero_count)
        edges = np.concatenate(
            (np.column_stack((instance.indices, middle)), np.column_stack((n + instance.row_of_entry(), middle)))
        )
        graphs.append(igraph.Graph(n=n + m + len(middle), edges=edges))
        nodes = [(0.0, *numbers) for numbers in _column_numbers(instance)]
        nodes += [(1.0, *pair) for pair in zip(instance.row_lower, instance.row_upper, strict=True)]
        nodes += [(2.0, value) for value in instance.values]
        colours.append([known.setdefault(node, len(known)) for node in nodes])
    same = graphs[0].isomorphic_bliss(graphs[1], color1=colours[0], color2=colours[1])
    return "equivalent" if same else "different"


def by_hash(one: Instance, other: Instance) -> str:
    """Return whether networkx's Weisfeiler-Lehman hashes (3 rounds) agree."""
    import networkx

    hashes = []
    for instance in (one, other):
        graph = networkx.Graph()
        graph.add_nodes_from((("c", j), {"colour": str(k)}) for j, k in enumerate(_column_numbers(instance)))
        sides = zip(instance.row_lower, instance.row_upper, strict=True)
        graph.add_nodes_from((("r", i), {"colour": str(pair)}) for i, pair in enumerate(sides))
        entries = zip(instance.row_of_entry(), instance.indices, instance.values, strict=True)
        graph.add_edges_from((("r", int(i)), ("c", int(j)), {"weight": str(v)}) for i, j, v in entries)
        hashes.append(networkx.weisfeiler_lehman_graph_hash(graph, edge_attr="weight", node_attr="colour"))
    return "equal hashes" if hashes[0] == hashes[1] else "different"


WAYS = {"ours": by_us, "bliss": by_bliss, "networkx hash": by_hash}
TARGETS = {"bliss": 4.0, "networkx hash": 10.0}  # times faster
LIBRARIES = {"ours": "numpy", "bliss": "igraph", "networkx hash": "networkx"}


def timed(way: str, family: str, size: int) -> dict[str, Any]:
    """Compare one family in a process of its own, so that it can be ended."""
    if importlib.util.find_spec(LIBRARIES[way]) is None:
        return {"not_measured": f"{LIBRARIES[way]} is not installed"}
    command = [sys.executable, "-m", "tests.bench.equivalence", "--way", way, "--family", family, "--size", str(size)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        return {"seconds": None, "verdict": f"over {LIMIT_SECONDS} s"}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print one JSON object, or, with --way, the figures of one comparison."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.equivalence", description=__doc__)
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--family", choices=FAMILIES)
    parser.add_argument("--size", type=int, default=SIZES[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="nonzeros of each model")
    options = parser.parse_args()
    if options.way:
        one = FAMILIES[options.family](options.size).validate()
        other, verdicts = shuffled(one), set[str]()
        seconds = least(lambda: verdicts.add(WAYS[options.way](one, other)), rounds=1)
        print(json.dumps({"seconds": round(seconds, 3), "verdict": ", ".join(verdicts)}))
        return
    report: dict[str, Any] = {}
    ratios: dict[str, list[float]] = {way: [] for way in TARGETS}
    for size in options.sizes:
        for family in FAMILIES:
            row = {way: timed(way, family, size) for way in WAYS}
            for way, found in ratios.items():
                ratio = _times(row[way], row["ours"])
                row[f"times faster than {way}"] = ratio
                found += [ratio] if ratio else []
            row["verdict"] = "PASS" if row["ours"]["verdict"] == "equivalent" else "MISS"
            report[f"{family}, {size} nonzeros"] = row
            print(f"{family}, {size}: {json.dumps(row)}", file=sys.stderr, flush=True)
    for way, target in TARGETS.items():
        if ratios[way]:  # one that was ended counts with the seconds it had: at least so much
            mean = statistics.geometric_mean(ratios[way])
            report[f"times faster than {way}, mean"] = against(target=target, found=mean)
    print(json.dumps(report, indent=2))


def _times(peer: dict[str, Any], ours: dict[str, Any]) -> float | None:
    """Return how many times as long the peer took; at least so many where it was ended."""
    if "not_measured" in peer or not ours["seconds"]:
        return None
    return round((peer["seconds"] or LIMIT_SECONDS) / ours["seconds"], 1)


def _column_numbers(instance: Instance) -> list[tuple[float, ...]]:
    numbers = (instance.cost, instance.column_lower, instance.column_upper, instance.integrality)
    return list(zip(*(array.tolist() for array in numbers), strict=True))


if __name__ == "__main__":
    main()
