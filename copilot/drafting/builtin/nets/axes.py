"""What the two sides of a matrix are called, so that "each worker" and "every job" find theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.drafting.builtin.families.account import Account
from copilot.drafting.builtin.nets.data import Matrix, shared_stems, stems_of
from copilot.drafting.builtin.words import load, stem


@dataclass(frozen=True, slots=True)
class Axes:
    """Stems of the nouns of the rows and of the columns of a matrix."""

    rows: frozenset[str]
    heads: frozenset[str]

    def side(self, words: str) -> str:
        """ "rows" or "heads", by the first noun that only one of them has; "" where none is known."""
        for word in re.findall(r"[^\W\d_]+", words.lower()):
            one, other = stem(word) in self.rows, stem(word) in self.heads
            if one != other:
                return "rows" if one else "heads"
        return ""


def axes_of(matrix: Matrix, account: Account) -> Axes:
    """The nouns by the corner of the table, the names, how many the text counts, and what is common."""
    corner = re.split(r"\s*(?:/|\\|→|\bto\b|\bvs\b)\s*", matrix.words.partition(" ")[0]) if matrix.words else [""]
    rows = shared_stems(matrix.rows) | (stems_of(corner[0]) if len(matrix.words.partition(" ")[0]) > 1 else set())
    heads = shared_stems(matrix.heads) | (stems_of(corner[1]) if len(corner) > 1 else set())
    rows, heads = rows - heads, heads - rows
    if len(matrix.rows) != len(matrix.heads):
        rows |= _counted(account, len(matrix.rows)) - heads
        heads |= _counted(account, len(matrix.heads)) - rows
    words = load("nets")["assignment"]
    agents, tasks = ({stem(word) for word in words[key]} for key in ("agents", "tasks"))
    if heads & agents or rows & tasks:
        agents, tasks = tasks, agents
    return Axes(frozenset(rows | (agents - heads)), frozenset(heads | (tasks - rows)))


def _counted(account: Account, size: int) -> set[str]:
    """ "three professors": what the text counts as many as there are."""
    found: set[str] = set()
    for said in account.numbers:
        if said.value == size and said.unit:
            found |= {stem(word.lower()) for word in re.findall(r"[^\W\d_]+", said.unit)[:2]}
    return found
