"""Counterparts by structure: what only one node of each model looks like is paired, and what follows from that.

Colours unique on both sides come first, the most refined first. Each pair lets its neighbours see more, so pairs spread
from neighbour to neighbour. Where nothing is unique, one pair of an ambiguous class is tied, as a symmetric choice.
Last come nodes that share most of their paired neighbours. Work is counted, not timed: the same models are always
paired in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from solvers.equivalence.anchors import Anchors, Ints, Pairs, classes, distinct, unique_pairs
from solvers.equivalence.hashing import Words
from solvers.equivalence.overlap import best_overlaps

STEPS = 4000  # rounds of spreading
VISITS = 40  # of nodes in these rounds, per node of the graph
CLEAR = 0.5  # share of its neighbours that must be paired before a node is paired on fewer grounds
ENOUGH = 0.5  # share of what is open that can have a partner of its own colour
FEW = 4  # neighbours of a tie that look the same, of which one is tied at once
MOST = 400  # classes that are looked at for a tie
Record = Callable[[Ints, Ints, bool, bool], None]


class Search:
    """A search that pairs nodes of `anchors` and tells each batch of pairs to `record`.

    `record` gets the nodes of both models, whether they were a symmetric choice, and whether they merely overlap.
    """

    def __init__(self, anchors: Anchors, record: Record) -> None:
        self._anchors = anchors
        self._record = record
        self._steps = STEPS
        self._visits = VISITS * (len(anchors.partner) + 1000)
        self._part = CLEAR
        self._fresh: list[Ints] = []  # nodes that see what was paired since the last tie

    def certain(self) -> None:
        """Pair what is unique, and what follows from it."""
        anchors = self._anchors
        self._spread(self._seeing())
        for level in range(len(anchors.levels) - 1, -1, -1):
            nodes = anchors.open_nodes()
            pairs = self._unique(nodes, [(anchors.levels[level], anchors.exact)])
            if len(pairs[0]):
                self._spread(self._commit(pairs))

    def complete(self) -> None:
        """Pair the rest: ties among what looks the same, from the most refined colours on, then overlaps."""
        if self._anchors.shared(1) < ENOUGH:
            self._blindly()
        self._part = 0.0  # a tie must be carried on at once, or the next one contradicts it
        for level in range(len(self._anchors.levels) - 1, -1, -1):
            self._ties(level, balanced=True)
            self._ties(level, balanced=False)
        self._overlaps()

    def _blindly(self) -> None:
        """Pair what is unique but for the numbers of rows or of columns; go on where most can have a partner."""
        anchors, last = self._anchors, (True, True)
        best, chosen = anchors.shared(2), (False, False)
        for rows, columns in ((True, False), (False, True), last):
            anchors.overlook(rows=rows, columns=columns)
            self.certain()
            share = anchors.shared(2)
            if share > best:
                best, chosen = share, (rows, columns)
            if best == 1.0:
                last = rows, columns
                break
        if chosen != last:
            anchors.overlook(rows=chosen[0], columns=chosen[1])

    def _seeing(self) -> Ints:
        nodes = self._anchors.open_nodes()
        return nodes[self._anchors.seen[nodes] > 0]

    def _strict(self) -> list[tuple[Words, Words]]:
        anchors = self._anchors
        return [(anchors.levels[level], anchors.exact) for level in (-1, 2, 1, 0)]

    def _lax(self) -> list[tuple[Words, Words]]:
        anchors = self._anchors
        return [(anchors.kinds, anchors.exact), (anchors.levels[0], anchors.loose), (anchors.kinds, anchors.loose)]

    def _spread(self, dirty: Ints) -> None:
        """Pair what is unique among nodes that see something new, from neighbour to neighbour."""
        anchors, waiting = self._anchors, [dirty]
        while self._afford(len(dirty)):
            pairs = self._unique(dirty, self._strict())
            if not len(pairs[0]):
                open_nodes = distinct(np.concatenate(waiting), len(anchors.partner))
                open_nodes = open_nodes[anchors.partner[open_nodes] < 0]
                clear = open_nodes[anchors.seen[open_nodes] >= self._part * anchors.width[open_nodes]]
                if not len(clear) or not self._afford(len(clear)):
                    return
                pairs, waiting = self._unique(clear, self._lax()), [open_nodes]
            if not len(pairs[0]):
                return
            dirty = self._commit(pairs)
            waiting.append(dirty)

    def _unique(self, nodes: Ints, views: Sequence[tuple[Words, Words]]) -> Pairs:
        anchors = self._anchors
        for colour, sums in views:
            pairs = unique_pairs(nodes, anchors.key(nodes, colour, sums), anchors.graph.second)
            if len(pairs[0]):
                return pairs
        return nodes[:0], nodes[:0]

    def _commit(self, pairs: Pairs, *, choice: bool = False, overlap: bool = False) -> Ints:
        self._record(*pairs, choice, overlap)
        dirty = self._anchors.commit(*pairs)
        self._fresh.append(dirty)
        return dirty

    def _afford(self, nodes: int) -> bool:
        self._steps -= 1
        self._visits -= nodes
        return self._steps > 0 and self._visits > 0

    def _ties(self, level: int, *, balanced: bool) -> None:
        """Tie pairs of ambiguous classes, one at a time, as long as there are any."""
        anchors, tied = self._anchors, True
        while tied and self._steps > 0:
            nodes = anchors.open_nodes()
            found = self._classes(nodes, anchors.levels[level], anchors.exact, balanced=balanced)
            tied = False
            for mine, theirs in found[:MOST]:
                tied |= self._tie_within(np.concatenate((mine, theirs)), level, balanced=balanced)

    def _tie_within(self, nodes: Ints, level: int, *, balanced: bool) -> bool:
        """Tie pairs among these nodes while some of them still look the same; whether there was one.

        The smallest class is taken apart completely before the next, so that each tie follows from those before it.
        """
        anchors, tied, stack = self._anchors, False, [nodes]
        while stack and self._steps > 0:
            nodes = stack[-1][anchors.partner[stack[-1]] < 0]
            found = self._classes(nodes, anchors.levels[level], anchors.exact, balanced=balanced)
            if not found:
                stack.pop()
                continue
            mine, theirs = found[0]
            if len(mine) + len(theirs) < len(nodes):
                stack.append(np.concatenate(found[0]))
                continue
            self._tie(mine, theirs)
            stack.append(distinct(np.concatenate(self._fresh), len(anchors.partner)))  # what sees the tie comes first
            tied = True
        return tied

    def _tie(self, mine: Ints, theirs: Ints) -> None:
        """Pair the first nodes of a class, and settle which of their neighbours belong together."""
        anchors, self._fresh = self._anchors, []
        dirty = self._commit((mine[:1], theirs[:1]), choice=len(mine) + len(theirs) > 2)
        self._spread(dirty)
        for colour, sums in self._lax():
            dirty = dirty[anchors.partner[dirty] < 0]
            found = self._classes(dirty, colour, sums, balanced=True)
            if found and len(found[0][0]) <= FEW and self._steps > 0:
                first, second = found[0]
                self._spread(self._commit((first[:1], second[:1]), choice=True))
                return

    def _classes(self, nodes: Ints, colour: Words, sums: Words, *, balanced: bool) -> list[Pairs]:
        found = classes(nodes, self._anchors.key(nodes, colour, sums), self._anchors.graph.second)
        return [pair for pair in found if not balanced or len(pair[0]) == len(pair[1])]

    def _overlaps(self) -> None:
        """Pair open nodes that share most of their paired neighbours, and spread from there."""
        while self._steps > 0:
            pairs = best_overlaps(self._anchors)
            if not len(pairs[0]):
                return
            self._spread(self._commit(pairs, overlap=True))
