"""Reads the two places of a link from its name: "A → B", "Port-Yard1", "from Depot to Clinic", "between X and Y"."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from copilot.drafting.builtin.words import load

_ONE_WAY = re.compile(r"\s*(?:→|-{1,2}>|=>|⇒|➝|➔|—>|–>|>)\s*")
_TWO_WAY = re.compile(r"\s*(?:↔|<-{1,2}>|<=>|⟷|⇄|⇔)\s*")
_DASH = re.compile(r"\s+(?:-|–|—|~|/|to)\s+|–|—|~")
_BETWEEN = re.compile(r"^between\s+(?P<a>.+?)\s+and\s+(?P<b>.+)$", re.IGNORECASE)
_PAIR = re.compile(r"^\(\s*(?P<a>[^(),]+?)\s*,\s*(?P<b>[^(),]+?)\s*\)$")
_PLACE = re.compile(r"^[\w][\w .'’&]*$")
# Words that make a sentence of what else would be two places: "everything has to be a multiple".
_SAID = re.compile(
    r"\b(?:has|have|had|be|is|are|was|must|can|may|should|needs|incurs?|takes|each|every|everything|all|any|no|not|if)\b",
    re.IGNORECASE,
)
_THE = re.compile(r"^the\s+(?=\w)", re.IGNORECASE)
_LONGEST = 32


@dataclass(frozen=True, slots=True)
class Edge:
    """Two places; `two_way` is None where the name does not say whether the link leads back."""

    tail: str
    head: str
    two_way: bool | None


def edge_of(label: str, known: Collection[str] = ()) -> Edge | None:
    """The link that a label names; `known` are the names of places, for labels with several dashes."""
    plain = _bare(label)
    between, pair = _BETWEEN.match(plain), _PAIR.match(plain)
    if between or pair:
        found = between or pair
        return _edge(found["a"], found["b"], True if between else None) if found else None
    for mark, two_way in ((_TWO_WAY, True), (_ONE_WAY, False)):
        ends = mark.split(plain)
        if len(ends) == 2:
            return _edge(ends[0], ends[1], two_way)
        if len(ends) > 2:
            return None
    ends = [end for end in _DASH.split(re.sub(r"^from\s+", "", plain, flags=re.IGNORECASE)) if end]
    if len(ends) == 2:
        return _edge(ends[0], ends[1], None)
    slashed = plain.split("/")
    if len(ends) == 1 and len(slashed) == 2 and all(re.fullmatch(r"[^\W\d_]\w+", end) for end in slashed):
        return _edge(slashed[0], slashed[1], None)
    if len(ends) == 1 and "-" in plain:
        return _hyphened(plain, known)
    return None


def _hyphened(plain: str, known: Collection[str]) -> Edge | None:
    parts = plain.split("-")
    cuts = [("-".join(parts[:at]), "-".join(parts[at:])) for at in range(1, len(parts))]
    if len(cuts) > 1:
        cuts = [(a, b) for a, b in cuts if a.strip() in known and b.strip() in known]
    return _edge(*cuts[0], None) if len(cuts) == 1 else None


def _edge(tail: str, head: str, two_way: bool | None) -> Edge | None:
    a, b = (_THE.sub("", end.strip(" .:,")) for end in (tail, head))
    good = all(_PLACE.match(end) and len(end) <= _LONGEST and not _SAID.search(end) for end in (a, b))
    return Edge(a, b, two_way) if good else None


def _bare(label: str) -> str:
    """The label without a word for what it is: "Route A-B" is "A-B"."""
    plain = label.strip().strip("*`_").strip()
    first, _, rest = plain.partition(" ")
    return rest.strip() if first.lower().rstrip(":") in load("nets")["data"]["links"] and rest else plain
