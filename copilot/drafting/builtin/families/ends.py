"""Where a flow starts and where it ends, by what the text calls its places: "Node 1, which is the starting point"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.drafting.builtin.families.phrases import patterns

_SIDE = re.compile(r"[.;:\n]|\b(?:to|and)\b")
_REACH = 60


def ends_called(text: str, nodes: Sequence[str]) -> tuple[str, str] | None:
    """(source, sink), where exactly one place is called each; else None."""
    spots = _mentions(text, nodes)
    found: dict[str, set[str]] = {"source": set(), "sink": set()}
    for before, (node, start, end), after in zip([None, *spots], spots, [*spots[1:], None], strict=False):
        left = text[max(before[2] if before else 0, start - _REACH) : start]
        right = text[end : min(after[1] if after else len(text), end + _REACH)]
        sides = _SIDE.split(left)[-1], _SIDE.split(right)[0]
        for role, called in found.items():
            if any(phrase.search(side) for phrase in patterns("flow", role) for side in sides):
                called.add(node)
    source, sink = found["source"], found["sink"]
    if len(source) != 1 or len(sink) != 1 or source == sink:
        return None
    return next(iter(source)), next(iter(sink))


def _mentions(text: str, nodes: Sequence[str]) -> list[tuple[str, int, int]]:
    names = "|".join(re.escape(node) for node in sorted(nodes, key=len, reverse=True))
    called = {node.lower(): node for node in nodes}
    found = re.finditer(rf"(?<!\w)(?:{names})(?!\w)", text, re.IGNORECASE)
    return [(called[match.group().lower()], *match.span()) for match in found]
