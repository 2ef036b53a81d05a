"""What a list holds: rows of a matrix, links with their numbers, or a number or more for each name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.families.plan import label_of
from copilot.drafting.builtin.nets.data import Column, Data, Ends, Links, Matrix, Place, legend_of, role_in, role_of
from copilot.drafting.builtin.nets.edges import Edge, edge_of
from copilot.drafting.builtin.nets.entries import Entry, Pair
from copilot.drafting.builtin.nets.tabled import WITH_AMOUNT
from copilot.drafting.builtin.words import lexicon, load, stem

_LEAD = re.compile(r"^(?:to|for|on|at|in|of|from|by|via|→|->)\s+(?:the\s+)?", re.IGNORECASE)
_TO = re.compile(r"(?:and )?(?:to|→|->)\s+(?:the\s+)?(?P<name>\w[\w .'’&-]*)", re.IGNORECASE)
_MOST = re.compile(r"(?:at (?:the )?most|up to|no more than|not more than|max(?:imum)?\.?)$", re.IGNORECASE)
_FROM = re.compile(
    r"^(?:from|distances? from|(?:driving |travel )?times? from|costs? from)\s+|\s+(?:to|→)\s*$", re.IGNORECASE
)


def take_block(block: Sequence[Entry], data: Data) -> bool:
    """Add what entries that stand together hold to the data; False where they hold something else."""
    if any(entry.loose for entry in block):
        return False
    block = [one for entry in block for one in _parted(entry)]
    return _take_links(block, data) or _take_inner_links(block, data) or _take_rows(block, data)


def _parted(entry: Entry) -> list[Entry]:
    """ "Mine A to Port: 60, to Mill: 85": one entry for each place that the line leads to."""
    edge = edge_of(entry.label)
    names = [_TO.fullmatch(pair.before) for pair in entry.pairs[1:]]
    if edge is None or not names or not all(names) or entry.pairs[0].before:
        return [entry]
    labels = [entry.label, *(f"{edge.tail} → {name['name']}" for name in names if name)]
    return [
        replace(entry, label=label, pairs=(replace(pair, before=""),))
        for label, pair in zip(labels, entry.pairs, strict=True)
    ]


def _take_links(block: Sequence[Entry], data: Data) -> bool:
    """Every label names a link."""
    edges = [(entry, edge_of(entry.label, _halves([one.label for one in block]))) for entry in block]
    if any(edge is None for _, edge in edges):
        return False
    known = {node for links in data.links for node in links.nodes}
    if len(block) < 2 and not {end for _, edge in edges if edge for end in _ends(edge)} <= known:
        return False
    values: dict[Ends, dict[str, float]] = {}
    twice: list[Ends] = []
    for entry, edge in edges:
        assert edge
        numbers = _numbers(entry.pairs, legend_of(data.text))
        if numbers is None:
            return False
        ends = _ends(edge)
        twice += [ends] if ends in values else []
        values[ends] = numbers
    _add(data, block, values, [edge.two_way for _, edge in edges if edge], twice)
    return True


def _take_inner_links(block: Sequence[Entry], data: Data) -> bool:
    """ "Roads: A-B 4, A-C 7": the names of the numbers are links."""
    pairs = [pair for entry in block for pair in entry.pairs]
    names = [_name(pair)[0] for pair in pairs]
    edges = [edge_of(name, _halves(names)) if name else None for name in names]
    if len(pairs) < 2 or any(edge is None for edge in edges) or any(pair.value is None for pair in pairs):
        return False
    values: dict[Ends, dict[str, float]] = {}
    twice: list[Ends] = []
    for pair, edge in zip(pairs, edges, strict=True):
        assert edge
        assert pair.value is not None
        twice += [_ends(edge)] if _ends(edge) in values else []
        values[_ends(edge)] = {"": pair.value}
    _add(data, block, values, [edge.two_way for edge in edges if edge], twice)
    return True


def _add(
    data: Data,
    block: Sequence[Entry],
    values: dict[Ends, dict[str, float]],
    ways: Sequence[bool | None],
    twice: Sequence[Ends],
) -> None:
    two_way = True if all(way is True for way in ways) else False if any(way is False for way in ways) else None
    words = f"{block[0].intro} {block[0].label if len(block) == 1 else ''}".strip()
    data.links.append(Links(values, words, _place(block), two_way, tuple(twice)))


def _take_rows(block: Sequence[Entry], data: Data) -> bool:
    """Labels with named numbers: a matrix where the names are things, columns where they are roles."""
    cells: dict[Ends, float | None] = {}
    columns: dict[str, dict[str, float]] = {}
    units: dict[str, str] = {}
    for entry in block:
        own = role_of(entry.label)
        told = None if own else WITH_AMOUNT.match(entry.label)
        label = "" if own else label_of(_FROM.sub("", told["name"] if told else entry.label))
        if told:  # "Centre Aachen (has 140 bags)"
            columns.setdefault(f"{told['before']} {told['after']}".strip(), {})[label] = float(
                told["value"].replace(",", "")
            )
            units.setdefault(f"{told['before']} {told['after']}".strip(), "")
        for pair in entry.pairs:
            name, unit = _name(pair)
            if not name and len(entry.pairs) > 1 and role_in(pair.before):  # "has 40 and needs 25"
                name = pair.before
            role = role_of(name, within=True)
            if own and name and not role:  # "Supply: Leeds 40, York 30"
                key, thing = entry.label, label_of(name)
            elif not own and (not name or role):  # "Leeds: supply 40"
                key, thing = name, label
            elif not own:
                cells[label, label_of(name)] = pair.value
                units.setdefault("", unit)
                continue
            else:
                return False
            if pair.value is None or thing in columns.setdefault(key, {}):
                return False
            columns[key][thing] = pair.value
            units.setdefault(key, unit)
    return _placed(block, data, cells, columns, units)


def _placed(
    block: Sequence[Entry],
    data: Data,
    cells: dict[Ends, float | None],
    columns: dict[str, dict[str, float]],
    units: dict[str, str],
) -> bool:
    place = _place(block)
    if cells:
        rows = tuple(dict.fromkeys(row for row, _ in cells))
        heads = tuple(dict.fromkeys(head for _, head in cells))
        shared = Counter(head for _, head in cells)
        if len(rows) < 2 or sum(1 for head in heads if shared[head] > 1) * 2 < len(heads):
            return _single_row(block, data, cells, columns)
        values = {ends: value for ends, value in cells.items() if value is not None}
        data.matrices.append(Matrix(rows, heads, values, block[0].intro, place, units.get("", "")))
    for words, values_of in columns.items():
        if len(values_of) > 1 or len(block) > 1 or role_of(words):
            data.columns.append(Column(words, values_of, place, units[words], block[0].intro))
    return bool(cells) or any(len(values) > 1 or role_of(words) for words, values in columns.items())


def _single_row(
    block: Sequence[Entry], data: Data, cells: dict[Ends, float | None], columns: dict[str, dict[str, float]]
) -> bool:
    """ "Sites want: A 130, B 170": a column called by its heading, where that names a role."""
    rows = list(dict.fromkeys(row for row, _ in cells))
    if columns or len(block) > 1 or any(value is None for value in cells.values()):
        return False
    if not all(role_in(row) for row in rows):  # "Customers: Bonn 60, Essen 50" may be their need, if they are customers
        data.waiting += [
            Column(
                row,
                {head: value for (one, head), value in cells.items() if one == row and value is not None},
                _place(block),
            )
            for row in rows
        ]
        return False
    for row in rows:
        values = {head: value for (one, head), value in cells.items() if one == row and value is not None}
        data.columns.append(Column(row, values, _place(block), "", block[0].intro))
    return True


def _numbers(pairs: Sequence[Pair], legend: tuple[str, str] | None) -> dict[str, float] | None:
    """Numbers of a link by name; None where two have one name or no name tells several apart."""
    found: dict[str, float] = {}
    if len(pairs) == 2 and legend and not any(_name(pair)[0] or role_in(pair.after) for pair in pairs):
        return {name: pair.value for name, pair in zip(legend, pairs, strict=True) if pair.value is not None}
    for pair in pairs:
        name, unit = _name(pair)
        name = name if role_in(name) else unit if len(pairs) > 1 and role_in(unit) else "" if len(pairs) == 1 else name
        if name in found or pair.value is None:
            return None
        found[name] = pair.value
    return found if len(found) < 2 or sum(not role_in(name) for name in found) < 2 else None


def _name(pair: Pair) -> tuple[str, str]:
    """(the name of a number, its unit): the words before it, else those behind it."""
    filler = set(load("nets")["data"]["filler"])
    if _MOST.match(pair.before):
        return "most", pair.after
    before = pair.before.split()
    before = before if edge_of(pair.before) else [word for word in before if word not in filler]
    if before:
        return " ".join(before), pair.after
    if _LEAD.match(pair.after):
        return _LEAD.sub("", pair.after), ""
    after = pair.after.split()
    if pair.after in ("$", "€", "£", "¥"):
        return "", pair.after
    if role_in(pair.after):
        return pair.after, ""
    if len(after) > 1 and (stem(after[0].lower()) in lexicon().measure_stems or after[0] in "$€£¥"):
        return _LEAD.sub("", " ".join(after[1:])), after[0]
    return "", pair.after


def _halves(names: Sequence[str]) -> set[str]:
    found = [edge_of(name) for name in names]
    return {end for edge in found if edge for end in (edge.tail, edge.head)}


def _ends(edge: Edge) -> Ends:
    return label_of(edge.tail), label_of(edge.head)


def _place(block: Sequence[Entry]) -> Place:
    return block[0].start, block[-1].end
