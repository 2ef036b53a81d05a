"""Which row and column of one model is which of the other: as the user says, by names, then by structure.

In this order: corrections that the user gives; equal names; a checked mapping of the models where it agrees with these;
families whose index sets agree up to an order of their positions; and structure, with everything paired so far.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from solvers.equivalence.anchors import Anchors
from solvers.equivalence.catalogue import Catalogue
from solvers.equivalence.certificate import Mapping
from solvers.equivalence.corrections import Correction, corrected_pairs, groups_of
from solvers.equivalence.families import agreeing, members_of
from solvers.equivalence.graph import Graph, joint_graph
from solvers.equivalence.nodes import Nodes
from solvers.equivalence.normal import Work
from solvers.equivalence.pairs import Basis, Ints, Kept, Pairing, Side
from solvers.equivalence.structure import Search
from solvers.equivalence.trust import doubt_indices, facing, set_misleading_aside
from solvers.instance import Instance

__all__ = ["Basis", "Pairing", "Side", "paired_parts", "pairing"]


def pairing(first: Instance, second: Instance, works: tuple[Work, Work]) -> Pairing:
    """Pair the rows and columns that both normal forms kept, by names and then by structure."""
    columns = Catalogue.of(first.column_names), Catalogue.of(second.column_names)
    rows = Catalogue.of(first.row_names), Catalogue.of(second.row_names)
    return paired_parts((columns, rows), works)


def paired_parts(
    catalogues: tuple[tuple[Catalogue, Catalogue], tuple[Catalogue, Catalogue]],
    works: tuple[Work, Work],
    *,
    known: Mapping | None = None,
    corrections: Sequence[Correction] = (),
    start: Pairing | None = None,
    by_structure: bool = True,
) -> Pairing:
    """Pair the rows and columns that both normal forms kept; `catalogues` are those of columns, then those of rows.

    The pairs of `start`, where there is one, stand for corrections and names. Structure is only looked at where
    something is left open on both sides.
    """
    kept = [tuple(f(work) for work in works) for f in (Work.kept_columns, Work.kept_rows)]
    columns, rows = (
        _blank(names, (two[0], two[1]), [c for c in corrections if c.kind == kind])
        for names, two, kind in zip(catalogues, kept, ("variables", "constraints"), strict=True)
    )
    found = Pairing(columns, rows)
    if start is not None:
        _carry_over(start.columns, columns)
        _carry_over(start.rows, rows)
    else:
        for side, kind in ((columns, "variables"), (rows, "constraints")):
            _by_names(side, [c for c in corrections if c.kind == kind])
        set_misleading_aside(works, found)
    if known is not None and not found.complete() and _agrees(known, found):
        _by_mapping(known.column, columns)
        _by_mapping(known.row, rows)
    if not found.complete():
        _by_graph(joint_graph(*facing(works)), works, found, by_structure=by_structure)
    return found


def _blank(catalogues: tuple[Catalogue, Catalogue], kept: Kept, corrections: Sequence[Correction]) -> Side:
    count = len(catalogues[0].names)
    partner, basis = np.full(count, -1, dtype=np.int64), np.zeros(count, dtype=np.int8)
    return Side(catalogues, partner, basis, kept, groups_of(catalogues, corrections))


def _by_names(side: Side, corrections: Sequence[Correction]) -> None:
    """Pair what corrections and equal names say."""
    catalogues, group = side.catalogues, side.group
    for correction in corrections:
        side.pair(*corrected_pairs(catalogues, side.kept, correction), Basis.CORRECTED)
    mine, theirs = side.left()
    place = dict(zip([catalogues[1].names[j] for j in theirs.tolist()], theirs.tolist(), strict=True))
    names = (catalogues[0].names[i] for i in mine.tolist())
    to = np.fromiter((place.get(name, -1) for name in names), dtype=np.int64, count=len(mine))
    mine, to = mine[to >= 0], to[to >= 0]
    same = group[0][mine] == group[1][to]
    side.pair(mine[same], to[same], Basis.NAME)


def _carry_over(former: Side, side: Side) -> None:
    mine, theirs = side.left()
    free = np.zeros(len(side.catalogues[1].names), dtype=bool)
    free[theirs] = True
    mine = mine[former.partner[mine] >= 0]
    mine = mine[free[former.partner[mine]]]
    side.pair(mine, former.partner[mine], former.basis[mine])


def _agrees(known: Mapping, found: Pairing) -> bool:
    """Whether a mapping says of everything that is paired what the names say."""
    for given, side in ((known.column, found.columns), (known.row, found.rows)):
        mine = np.flatnonzero((side.partner >= 0) & (given >= 0))
        if np.any(given[mine] != side.partner[mine]):
            return False
    return True


def _by_mapping(given: Ints, side: Side) -> None:
    """Take what is still open from a mapping that was found and checked."""
    mine, theirs = side.left()
    free = np.zeros(len(side.catalogues[1].names), dtype=bool)
    free[theirs] = True
    mine = mine[given[mine] >= 0]
    mine = mine[free[given[mine]]]
    mine = mine[side.group[0][mine] == side.group[1][given[mine]]]
    side.pair(mine, given[mine], Basis.STRUCTURE)


def _by_graph(graph: Graph, works: tuple[Work, Work], found: Pairing, *, by_structure: bool) -> None:
    nodes = Nodes(graph, found)
    anchors = Anchors(graph, nodes.groups(), nodes.pairs())
    known: dict[str, int] = {}
    for side, places in ((found.columns, nodes.columns), (found.rows, nodes.rows)):
        members = [members_of(side.catalogues[k], side.left()[k], known) for k in (0, 1)]
        for fit in agreeing(members[0], members[1], anchors, places):
            first, second = fit.pairs
            same = side.group[0][first] == side.group[1][second]
            side.pair(first[same], second[same], Basis.INDEX)
            anchors.commit(places[0][first[same]], places[1][second[same]])
    if doubt_indices(works, found):
        anchors = Anchors(graph, nodes.groups(), nodes.pairs())
    else:
        anchors.refresh()
    if by_structure and not found.complete():
        search = Search(anchors, nodes.record)
        search.certain()
        search.complete()
