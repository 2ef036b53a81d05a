"""Makes a pool of the points that a backend kept: each checked on the original instance, each choice only once.

Two solutions are the same when their integer columns are, rounded: what differs in real columns alone has a continuum
of neighbours and tells nobody anything.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solvers.instance import Instance, Sense
from solvers.kkt import residuals
from solvers.pool import Pool, PooledSolution, PoolPromise
from solvers.result import Result, SolveOptions, Vector
from solvers.verdict import keeps_model

CLOSE = 1e-6  # relative: values nearer to each other are one value


def pooled(instance: Instance, result: Result, options: SolveOptions) -> Result:
    """Return a judged `result` with the pool that was asked for in place of its candidates.

    The point of the result is a member. Points that break the model as `solvers.verdict` sees it are dropped.
    """
    raw, plain = result.candidates, replace(result, candidates=None)
    if options.pool_size <= 1:
        return plain
    if not instance.is_mip:
        words = "A pool keeps solutions that differ in whole numbers, and this instance has none."
        return replace(plain, pool=Pool((), PoolPromise.FOUND, words))
    points = _points(instance, raw)
    kept, dropped = _distinct(instance, [*([] if result.x is None else [result.x]), *points])
    kept = kept[: options.pool_size]
    proven = raw is not None and bool(kept) and _are_best(kept, result, instance, options)
    promise = PoolPromise.K_BEST if proven else PoolPromise.FOUND
    sentence = _sentence(result, kept, promise, dropped=dropped, options=options)
    return replace(plain, pool=Pool(tuple(kept), promise, sentence, dropped, result.pool_bound))


def _points(instance: Instance, raw: Vector | None) -> list[Vector]:
    n = instance.column_count
    if raw is None or not n or len(raw) % n:
        return []
    return list(raw.reshape(-1, n))


def _distinct(instance: Instance, points: list[Vector]) -> tuple[list[PooledSolution], int]:
    """Return the best point of every choice of whole numbers, the best first, and how many points break the model."""
    whole = np.flatnonzero(instance.integrality > 0)
    best: dict[bytes, PooledSolution] = {}
    dropped = 0
    for x in points:
        checked = residuals(instance, x) if np.isfinite(x).all() else None
        if checked is None or not np.isfinite(checked.objective_value) or not keeps_model(checked):
            dropped += 1
            continue
        key = (np.round(x[whole]) + 0.0).tobytes()  # + 0.0: minus zero is zero
        broken = (checked.relative_row_violation, checked.relative_bound_violation, checked.max_set_violation)
        one = PooledSolution(x, checked.objective_value, max(*broken, checked.max_integrality_violation))
        if key not in best or _cost(one, instance) < _cost(best[key], instance):
            best[key] = one
    return sorted(best.values(), key=lambda one: _cost(one, instance)), dropped


def _cost(one: PooledSolution, instance: Instance) -> float:
    return -one.objective_value if instance.sense is Sense.MAXIMIZE else one.objective_value


def _are_best(kept: list[PooledSolution], result: Result, instance: Instance, options: SolveOptions) -> bool:
    """Whether the worst of them is no worse than the bound on everything else, but for the gap asked for."""
    if result.pool_bound is None:
        return False
    bound = -result.pool_bound if instance.sense is Sense.MAXIMIZE else result.pool_bound
    worst = _cost(kept[-1], instance)
    return worst - bound <= max(CLOSE * (1.0 + abs(worst)), options.relative_gap * abs(worst))


def _sentence(
    result: Result, kept: list[PooledSolution], promise: PoolPromise, *, dropped: int, options: SolveOptions
) -> str:
    said = []
    if not kept:
        said.append("There is no solution to keep.")
    elif promise is PoolPromise.K_BEST and result.pool_bound is not None and np.isinf(result.pool_bound):
        said.append(f"{_all_of(len(kept))}: there is no other choice of whole numbers.")
    elif promise is PoolPromise.K_BEST:
        said.append(f"{_best_of(len(kept))}: no other is better by more than the gap of {options.relative_gap:g}.")
    elif len(kept) == 1:
        said.append("One found on the way: there may be others.")
    else:
        said.append(f"{len(kept)} found on the way: there may be others, and better ones than some of these.")
    if dropped:
        said.append(f"Left out, because our own check says that they break the model: {dropped}.")
    return " ".join(said)


def _all_of(count: int) -> str:
    return "The only solution" if count == 1 else f"All {count} solutions"


def _best_of(count: int) -> str:
    return "The best solution" if count == 1 else f"The {count} best"
