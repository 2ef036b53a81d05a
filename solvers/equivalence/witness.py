"""Why two models differ, in one sentence that names a row or column and can be checked by reading both models."""

from __future__ import annotations

import numpy as np

from solvers.equivalence.changes import column_text, row_text
from solvers.equivalence.graph import Graph
from solvers.equivalence.isomorphism import Apart
from solvers.equivalence.normal import Work
from solvers.equivalence.refinement import Imbalance
from solvers.instance import Instance

SEEN = {0: "their own numbers differ", 1: "the rows and columns next to them differ"}


def contradiction_of(instances: tuple[Instance, Instance], works: tuple[Work, Work]) -> str:
    """Return one sentence on the only model that contradicts itself; empty when both do, or none."""
    for k, side in enumerate(("first", "second")):
        if works[k].contradictions and not works[1 - k].contradictions:
            return f"The {side} model contradicts itself ({_contradiction(works[k], instances[k])})."
    return ""


def witness_of(found: Apart, graph: Graph, instances: tuple[Instance, Instance]) -> str:
    """Return one sentence that says where the models differ."""
    if found.imbalance is not None:
        return _of_imbalance(found.imbalance, graph, instances)
    if found.refuted >= 0:
        text = _node_text(found.refuted, graph, instances)
        return f"Every candidate of the second model for {text} was tried and refuted."
    assert found.blocks is not None
    counts = [int(np.count_nonzero(found.blocks.second == which)) for which in (False, True)]
    sizes = np.diff(found.blocks.starts)
    described = [
        f"{count} of {_sizes(sizes[found.blocks.second == which])}"
        for count, which in zip(counts, (False, True), strict=True)
    ]
    return (
        "Every row and column looks the same from near by, but the first model falls into parts "
        f"({described[0]} rows and columns) that the second does not have ({described[1]})."
    )


def _sizes(sizes: np.ndarray[tuple[int], np.dtype[np.int64]]) -> str:
    known = sorted(set(sizes.tolist()))
    return " and ".join(str(size) for size in known[:4]) + (" and more" if len(known) > 4 else "")


def _contradiction(work: Work, instance: Instance) -> str:
    kind, _, number = min(work.contradictions).partition(":")
    if kind == "row":
        return f"constraint {instance.row_names[int(number)]}"
    return f"the bounds of variable {instance.column_names[int(number)]}"


def _of_imbalance(found: Imbalance, graph: Graph, instances: tuple[Instance, Instance]) -> str:
    counts = len(found.first), len(found.second)
    more = 0 if counts[0] >= counts[1] else 1
    nodes = (found.first, found.second)[more]
    text = _node_text(int(nodes.min()), graph, instances)
    names = ("first", "second")
    where = SEEN.get(found.round, f"rows and columns up to {found.round} steps away differ")
    have = f"The {names[more]} model has {counts[more]} like {text}"
    return f"{have}, the {names[1 - more]} has {counts[1 - more] or 'none'}: {where}."


def _node_text(node: int, graph: Graph, instances: tuple[Instance, Instance]) -> str:
    which = int(node >= graph.sides[1].first_node)
    side, instance = graph.sides[which], instances[which]
    place = node - side.first_node
    if place < len(side.columns):
        column = int(side.columns[place])
        return f"variable {instance.column_names[column]} ({column_text(instance, column)})"
    place -= len(side.columns)
    row = int(side.rows[place if place < len(side.rows) else side.twins[place - len(side.rows)]])
    return f"constraint {instance.row_names[row]} ({row_text(instance, row)})"
