"""Entries of a list that stand together, with nothing but bullets and breaks between them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.drafting.builtin.nets.edges import edge_of
from copilot.drafting.builtin.nets.entries import Entry


def blocks(entries: Sequence[Entry], text: str) -> list[list[Entry]]:
    """Entries that stand together: nothing but bullets and breaks between them."""
    found: list[list[Entry]] = []
    for entry in entries:
        gap = text[found[-1][-1].end : entry.start] if found else "none"
        alike = found and _kind(found[-1][-1]) == _kind(entry)
        if alike and re.fullmatch(r"[\s.;,*•‣▪◦–—\-\d)(]*", gap) and "\n\n\n" not in gap:
            found[-1].append(entry)
        else:
            found.append([entry])
    return found


def _kind(entry: Entry) -> tuple[bool, bool]:
    return entry.loose, edge_of(entry.label) is not None
