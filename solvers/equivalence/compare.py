"""Whether two instances are the same model: identical, equivalent with a checked mapping, different with a witness."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from solvers.equivalence.budget import Budget, BudgetSpent, memory_free
from solvers.equivalence.certificate import Mapping, MappingFault, audit, checked
from solvers.equivalence.graph import Graph, joint_graph
from solvers.equivalence.isomorphism import Apart, Matched, matching
from solvers.equivalence.ladder import after_elimination, climbed
from solvers.equivalence.normal import KEPT, Work, normal_form
from solvers.equivalence.outcome import SECONDS, Equivalence, Level, Verdict, reaches
from solvers.equivalence.rewrites import notes_of
from solvers.equivalence.witness import contradiction_of, witness_of
from solvers.instance import Instance, InstanceError

__all__ = ["SECONDS", "Equivalence", "Level", "Verdict", "equivalence"]
MAX_NONZEROS = 5_000_000  # of one model; beyond, the comparison would take gigabytes
MEMORY = 4e9  # bytes that a comparison may take
ENTRY_BYTES, PLACE_BYTES = 200, 150  # measured, with room: per nonzero, and per row and column, of both models
SHIFT = 1e-12
Works = tuple[Work | None, Work | None]


def equivalence(
    first: Instance,
    second: Instance,
    *,
    seconds: float = SECONDS,
    should_stop: Callable[[], bool] = lambda: False,
    max_level: Level = "L2",
    eliminate: bool = False,
    works: Works = (None, None),
    report: Callable[[str, float], None] | None = None,
    memory: float = MEMORY,
) -> Equivalence:
    """Compare two instances; never raises for an instance that can be compared, or for one that cannot.

    `different` means: not the same by anything up to `max_level`. With `eliminate`, variables that are fixed, or that
    one equation defines in terms of the others and only one model has, are replaced when nothing else helps (L4).
    `works` are normal forms known already (`solvers.equivalence.kept`), `report` hears of each stage and the share of
    the work before it, `memory` is how many bytes the comparison may take.
    """
    started = time.monotonic()
    budget = Budget(seconds, should_stop, report)
    try:
        found = _refused(first, second) or _too_large(first, second, memory)
        found = found or _up_to(max_level, first, second, budget, works)
        if eliminate and found.verdict == "different":
            parts = partial(_up_to, max_level, budget=budget)
            found = after_elimination(first, second, found, budget, compare=parts)
    except BudgetSpent as spent:
        found = Equivalence("undecided", reason=f"{spent}: neither a mapping nor a difference was found.")
    except MemoryError:
        found = Equivalence("undecided", reason="The comparison needed more memory than there is.")
    return replace(found, seconds=time.monotonic() - started)


def _up_to(level: Level, first: Instance, second: Instance, budget: Budget, works: Works = (None, None)) -> Equivalence:
    found = _identical(first, second) or _compared(first, second, budget, works)
    if found.verdict != "different" or not reaches(level, "L3"):
        return found
    parts = partial(_up_to, "L3", budget=budget)
    return climbed(first, second, found, budget, max_level=level, compare=parts)


def _refused(first: Instance, second: Instance) -> Equivalence | None:
    for place, instance in (("first", first), ("second", second)):
        try:
            instance.validate()
        except InstanceError as error:
            return Equivalence("invalid", reason=f"The {place} model is not well-formed: {error}")
    parts = dict.fromkeys((*first.beyond.parts, *second.beyond.parts))
    if parts and first != second:
        return Equivalence("undecided", reason=f"Unsupported: {' and '.join(parts)} cannot be compared yet.")
    if max(first.nonzero_count, second.nonzero_count) > MAX_NONZEROS:
        return Equivalence("undecided", reason=f"A model has more than {MAX_NONZEROS:,} nonzeros.")
    return None


def _too_large(first: Instance, second: Instance, memory: float) -> Equivalence | None:
    """Refuse what would not fit, before any of it is done."""
    places = sum(instance.row_count + instance.column_count for instance in (first, second))
    needed = ENTRY_BYTES * (first.nonzero_count + second.nonzero_count) + PLACE_BYTES * places
    room = min(memory, memory_free())
    if needed <= room:
        return None
    sizes = f"about {needed / 1e9:.1f} GB of memory, and {max(room, 0) / 1e9:.1f} GB may be taken"
    return Equivalence("undecided", reason=f"The comparison would need {sizes}.")


def _identical(first: Instance, second: Instance) -> Equivalence | None:
    renamed = replace(second, name=first.name, objective_name=first.objective_name)
    if first != renamed:
        return None
    everything = Mapping(np.arange(first.column_count), np.arange(first.row_count), np.ones(first.row_count))
    return Equivalence("identical", path="arrays", mapping=everything, level="L0")


def _forms(first: Instance, second: Instance, known: Works, budget: Budget) -> tuple[Work, Work]:
    budget.enter("normal form of the first model", 0.0)
    one = known[0] or normal_form(first)
    budget.enter("normal form of the second model", 0.1)
    return one, known[1] or normal_form(second)


def _compared(first: Instance, second: Instance, budget: Budget, known: Works) -> Equivalence:
    works = _forms(first, second, known, budget)
    contradiction = contradiction_of((first, second), works)
    if contradiction:
        return Equivalence("different", witness=contradiction)
    budget.enter("graph", 0.2)
    graph = joint_graph(*works, budget)
    budget.enter("matching", 0.4)
    found = matching(graph, budget)
    if isinstance(found, Apart):
        if works[0].contradictions and works[1].contradictions:
            return Equivalence("invalid", reason="Both models contradict themselves, so any two plans are the same.")
        return Equivalence("different", witness=witness_of(found, graph, (first, second)))
    budget.enter("check", 0.8)
    try:
        mapping = checked(*works, mapping_of(found, graph, works))
        audit(first, second, mapping)
    except MappingFault as fault:
        return Equivalence("undecided", reason=f"A mapping was found but did not stand up to its check: {fault}")
    shift = works[1].offset - works[0].offset
    scale = 1.0 + abs(works[0].offset) + abs(works[1].offset)
    shift = 0.0 if abs(shift) <= SHIFT * scale else shift
    how = "renamed" if _only_renamed(first, second, works, mapping) else "rewritten"
    level: Level = "L1" if how == "renamed" and not shift else "L2"
    how = "shifted" if shift else how
    notes = notes_of(first, second, works, mapping)
    return Equivalence("equivalent", how, shift, path=found.path, mapping=mapping, notes=notes, level=level)


def mapping_of(found: Matched, graph: Graph, works: tuple[Work, Work]) -> Mapping:
    """Return the matching of nodes as a mapping of columns and rows."""
    one, two = graph.sides
    n, m = len(one.columns), len(one.rows)
    image = found.partner - two.first_node
    column = np.full(works[0].column_count, -1, dtype=np.int64)
    column[one.columns] = two.columns[image[:n]]
    places = image[n : n + m] - len(two.columns)
    turned = places >= len(two.rows)
    places[turned] = two.twins[places[turned] - len(two.rows)]
    row = np.full(works[0].row_count, -1, dtype=np.int64)
    row[one.rows] = two.rows[places]
    factor = np.ones(works[0].row_count)
    factor[one.rows] = np.where(turned, -1.0, 1.0) * two.factor[places] / one.factor
    return Mapping(column, row, factor)


def _only_renamed(first: Instance, second: Instance, works: tuple[Work, Work], mapping: Mapping) -> bool:
    """Whether rows and columns were only renamed and reordered: all are mapped, and every number is as it was."""
    whole = all((work.row_fate == KEPT).all() and not work.column_fate.any() for work in works)
    return bool(whole and first.sense is second.sense and np.all(mapping.factor == 1.0) and not mapping.deviation)
