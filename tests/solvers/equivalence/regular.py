"""Pairs of models in which every row and column looks the same from near by: where colours alone say nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
import scipy.sparse

from solvers.instance import Sense
from tests.solvers.equivalence.models import INF, Model, Rng

Edge = tuple[int, int]


def covering(count: int, sets: Iterable[Sequence[int]], *, at_most: bool = False, cost: Sequence[float] = ()) -> Model:
    """One binary column per point and one row per set: at least (or at most) one of its points."""
    rows = list(sets)
    matrix = np.zeros((len(rows), count))
    for i, points in enumerate(rows):
        matrix[i, list(points)] = 1
    ones, endless = np.ones(len(rows)), np.full(len(rows), INF)
    lower, upper = (-endless, ones) if at_most else (ones, endless)
    costs = np.array(cost) if len(cost) else np.ones(count)
    return Model(matrix, lower, upper, np.zeros(count), np.ones(count), costs, np.ones(count, bool), Sense.MINIMIZE)


def cycles(*lengths: int) -> Model:
    edges, start = [], 0
    for length in lengths:
        edges += [(start + k, start + (k + 1) % length) for k in range(length)]
        start += length
    return covering(start, edges)


def rook() -> list[Edge]:
    """The 4 x 4 rook's graph, strongly regular (16, 6, 2, 2)."""
    return [(i, j) for i, j in itertools.combinations(range(16), 2) if (i // 4 == j // 4) != (i % 4 == j % 4)]


def shrikhande() -> list[Edge]:
    """The other strongly regular graph with the rook's parameters."""
    cells = list(itertools.product(range(4), range(4)))
    steps = {(0, 1), (0, 3), (1, 0), (3, 0), (1, 1), (3, 3)}
    return [
        (i, j)
        for i, j in itertools.combinations(range(16), 2)
        if ((cells[i][0] - cells[j][0]) % 4, (cells[i][1] - cells[j][1]) % 4) in steps
    ]


def latin(square: Sequence[Sequence[int]]) -> Model:
    """An exact cover: a column per cell, which lies in its row, its column and its symbol."""
    n = len(square)
    members: list[list[int]] = [[] for _ in range(3 * n)]
    for r, c in itertools.product(range(n), range(n)):
        for group in (r, n + c, 2 * n + square[r][c]):
            members[group].append(r * n + c)
    return covering(n * n, members, at_most=True)


def group_table(elements: Sequence[object], product: dict[tuple[object, object], object]) -> list[list[int]]:
    place = {element: k for k, element in enumerate(elements)}
    return [[place[product[a, b]] for b in elements] for a in elements]


def cyclic(n: int) -> list[list[int]]:
    return [[(a + b) % n for b in range(n)] for a in range(n)]


def klein() -> list[list[int]]:
    return [[a ^ b for b in range(4)] for a in range(4)]


def symmetric_three() -> list[list[int]]:
    elements = list(itertools.permutations(range(3)))
    product = {(a, b): tuple(a[b[k]] for k in range(3)) for a in elements for b in elements}
    return group_table(elements, product)  # type: ignore[arg-type]


def steiner() -> list[tuple[int, ...]]:
    """The cyclic Steiner triple system on 13 points."""
    return [tuple(sorted((a + k) % 13 for a in base)) for base in ((0, 1, 4), (0, 2, 7)) for k in range(13)]


def switched(blocks: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The other system: a Pasch configuration of four blocks traded for its opposite."""
    known = {frozenset(block) for block in blocks}
    for a, b, c, d, e, f in itertools.permutations(range(13), 6):
        old = [{a, b, c}, {a, d, e}, {f, b, d}, {f, c, e}]
        if all(frozenset(block) in known for block in old):
            new = [{f, b, c}, {f, d, e}, {a, b, d}, {a, c, e}]
            kept = known - {frozenset(block) for block in old}
            return [tuple(sorted(block)) for block in (*kept, *map(frozenset, new))]
    raise AssertionError("no Pasch configuration")


def cfi(base: list[Edge], *, twisted: int) -> Model:
    """The graph of Cai, Fürer and Immerman (1992) over a base graph, as an independent set model.

    Two of them over one base are isomorphic when the numbers of twisted edges are both odd or both even.
    """
    ends = {v: [e for e, edge in enumerate(base) if v in edge] for edge in base for v in edge}
    nodes: dict[tuple[object, ...], int] = {}
    edges = []

    def node(*key: object) -> int:
        return nodes.setdefault(key, len(nodes))

    for v, own in ends.items():
        for size in range(0, len(own) + 1, 2):
            for chosen in itertools.combinations(own, size):
                edges += [(node("m", v, chosen), node("a", v, e, int(e in chosen))) for e in own]
    for e, (u, v) in enumerate(base):
        cross = int(e < twisted)
        edges += [(node("a", u, e, i), node("a", v, e, i ^ cross)) for i in (0, 1)]
    return covering(len(nodes), edges, at_most=True)


K4 = list(itertools.combinations(range(4), 2))
K33 = [(i, 3 + j) for i in range(3) for j in range(3)]
PETERSEN = [edge for i in range(5) for edge in ((i, (i + 1) % 5), (i, 5 + i), (5 + i, 5 + (i + 2) % 5))]
HEAWOOD = [(i, (i + 1) % 14) for i in range(14)] + [(i, (i + 5) % 14) for i in range(0, 14, 2)]

DESARGUES = [edge for i in range(10) for edge in ((i, (i + 1) % 10), (i, 10 + i), (10 + i, 10 + (i + 3) % 10))]
CUBE = [(i, i ^ bit) for i in range(8) for bit in (1, 2, 4) if i < i ^ bit]


def coloured_cycles(*lengths: int) -> Model:
    """Cycles whose columns cost 1, 2, 3, 1, 2, 3, … in turn."""
    model = cycles(*lengths)
    model.cost = np.concatenate([1.0 + np.arange(length) % 3 for length in lengths])
    return model


def weighted(*rings: Sequence[float]) -> Model:
    """Each ring of weights as square of rows: every row and column holds all of its weights, one step further."""
    matrix = scipy.sparse.block_diag([np.array([np.roll(ring, k) for k in range(len(ring))], float) for ring in rings])
    count = matrix.shape[0]
    limits = np.full(count, -INF), np.full(count, 20.0)
    return Model(matrix, *limits, np.zeros(count), np.full(count, INF), np.ones(count), np.zeros(count, bool))


def circulation(*cycles_of_signs: Sequence[int]) -> Model:
    """A balance row per node and an arc to the next node of its cycle, or back where the sign is negative."""
    matrix, start = np.zeros((sum(map(len, cycles_of_signs)),) * 2), 0
    for signs in cycles_of_signs:
        for k, sign in enumerate(signs):
            matrix[start + k, start + k] -= sign
            matrix[start + (k + 1) % len(signs), start + k] += sign
        start += len(signs)
    zeros, ones = np.zeros(start), np.ones(start)
    return Model(matrix, zeros, zeros.copy(), zeros.copy(), ones, ones.copy(), np.zeros(start, bool))


def latin_costs(square: Sequence[Sequence[int]]) -> Model:
    """An assignment whose cost is the symbol in the cell."""
    n = len(square)
    matrix = np.vstack((np.kron(np.eye(n), np.ones(n)), np.kron(np.ones(n), np.eye(n))))
    ones = np.ones(2 * n)
    cost = np.array(square, float).ravel() + 1
    return Model(matrix, ones, ones.copy(), np.zeros(n * n), np.ones(n * n), cost, np.ones(n * n, bool))


def random_regular(rng: Rng, count: int, degree: int) -> list[Edge]:
    """A simple graph with the same number of neighbours everywhere, by pairing half-edges until no pair is doubled."""
    while True:
        ends = rng.permutation(np.repeat(np.arange(count), degree)).reshape(-1, 2)
        edges = {(min(a, b), max(a, b)) for a, b in ends.tolist()}
        if len(edges) == count * degree // 2 and all(a != b for a, b in edges):
            return sorted(edges)


def exchanged(edges: list[Edge], rng: Rng) -> list[Edge] | None:
    """Two edges ab and cd made ac and bd, which keeps all degrees; None where that would double an edge."""
    first, second = (edges[k] for k in rng.choice(len(edges), 2, replace=False))
    (a, b), (c, d) = first, second
    new = {(min(a, c), max(a, c)), (min(b, d), max(b, d))}
    if len({a, b, c, d}) < 4 or new & set(edges):
        return None
    return sorted({*edges, *new} - {first, second})


PAIRS = {
    "two triangles and a hexagon": lambda: (cycles(3, 3), cycles(6)),
    "two triangles and a hexagon, coloured": lambda: (coloured_cycles(3, 3), coloured_cycles(6)),
    "equal sums of two weights": lambda: (weighted((1, 3)), weighted((2, 2))),
    "equal sums of three weights": lambda: (weighted((1, 5, 6)), weighted((2, 3, 7))),
    "weights in one ring or two": lambda: (weighted((1, 2, 1, 2)), weighted((1, 1, 2, 2))),
    "circulations on 3+3 and 6": lambda: (circulation([1] * 3, [1] * 3), circulation([1] * 6)),
    "circulations of mixed directions": lambda: (
        circulation([1, 1, -1, -1], [1, 1, -1, -1]),
        circulation([1, 1, -1, -1] * 2),
    ),
    "Latin costs of order 4": lambda: (latin_costs(cyclic(4)), latin_costs(klein())),
    "cycles 4+8 and 6+6": lambda: (cycles(4, 8), cycles(6, 6)),
    "cycles 3+4+5 and 12": lambda: (cycles(3, 4, 5), cycles(12)),
    "rook and Shrikhande": lambda: (covering(16, rook()), covering(16, shrikhande())),
    "Latin squares of order 4": lambda: (latin(cyclic(4)), latin(klein())),
    "Latin squares of order 6": lambda: (latin(cyclic(6)), latin(symmetric_three())),
    "Steiner triple systems of order 13": lambda: (
        covering(13, steiner(), at_most=True),
        covering(13, switched(steiner()), at_most=True),
    ),
    "CFI over K4": lambda: (cfi(K4, twisted=0), cfi(K4, twisted=1)),
    "CFI over K33": lambda: (cfi(K33, twisted=0), cfi(K33, twisted=1)),
    "CFI over Petersen": lambda: (cfi(PETERSEN, twisted=0), cfi(PETERSEN, twisted=1)),
    "CFI over Heawood": lambda: (cfi(HEAWOOD, twisted=0), cfi(HEAWOOD, twisted=1)),
}
