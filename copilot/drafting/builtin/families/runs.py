"""Records said in one breath: "Plant A has 90; Plant B has 96", "from A to B costs 5, from A to C costs 7"."""

from __future__ import annotations

import re

from copilot.drafting.builtin.families.blocks import Block, Record
from copilot.drafting.builtin.families.cells import Cell

_LABEL = r"(?:[A-Z][\w'’-]*(?: (?:[A-Z][\w'’-]*|\d+))*|[a-z]+ \d+)"
_VERB = (
    r"has|have|holds?|stocks?|supplies|supply|can supply|can ship|offers?|produces?|makes|needs?|requires?|demands?|"
    r"orders?|wants?|must receive|costs?|is|are|takes?|:|="
)
_NUMBER = (
    r"(?P<money>[$€£¥]\s?)?(?P<value>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?!\w)"
    r"(?P<unit>(?: (?!and\b|or\b)[a-z]+){0,2})"
)
_ITEM = re.compile(
    rf"(?:\b[Ff]rom )?(?:\bthe )?(?<![\w'’-])(?P<label>{_LABEL})(?: ?(?:to|→|->) (?:the )?(?P<to>{_LABEL}))?"
    rf"\s*(?P<verb>{_VERB})\s*{_NUMBER}"
)
_JOIN = re.compile(r"\s*(?:[;,]|\.(?=\s)|[;,]?\s*\band\b)\s*(?:and\s+)?")


def runs_of(prose: str) -> tuple[Block, ...]:
    """Blocks of two or more records that follow each other with one verb; none where a name occurs twice."""
    found: list[Block] = []
    matches = list(_ITEM.finditer(prose))
    while matches:
        run = [matches.pop(0)]
        while matches and _continues(prose, run[-1], matches[0]):
            run.append(matches.pop(0))
        records = tuple(_record(match) for match in run)
        if len(records) > 1 and len({record.label for record in records}) == len(records):
            found.append(Block(records, _intro(prose, run[0]), run[0].start(), run[-1].end()))
    return tuple(found)


def _continues(prose: str, one: re.Match[str], other: re.Match[str]) -> bool:
    gap = prose[one.end() : other.start()]
    same = _stem(one["verb"]) == _stem(other["verb"]) and bool(one["to"]) == bool(other["to"])
    return same and _JOIN.fullmatch(gap) is not None


def _stem(verb: str) -> str:
    plain = verb.removesuffix("s") if len(verb) > 3 else verb
    return {"have": "has", "supplies": "supply", "are": "is"}.get(verb, plain)


def _record(match: re.Match[str]) -> Record:
    label = f"{match['label']} → {match['to']}" if match["to"] else match["label"]
    verb = "" if match["verb"] in (":", "=", "is", "are") else match["verb"]
    unit = (match["money"] or match["unit"] or "").strip()
    value = float(match["value"].replace(",", ""))
    cell = Cell(verb, value, unit, match.start("value"), match.end("value"))
    return Record(label, match.start(), match.end(), (cell,))


def _intro(prose: str, match: re.Match[str]) -> str:
    before = prose[: match.start()].rstrip()
    cut = max(before.rfind("\n"), before.rfind(". "), before.rfind("; "))
    return before[cut + 1 :].strip()
