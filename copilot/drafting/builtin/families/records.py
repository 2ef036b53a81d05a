"""Stage one: cuts a text into blocks of records (bullets, labelled lines, table rows) and the prose between them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from copilot.drafting.builtin.families.alignment import aligned
from copilot.drafting.builtin.families.blocks import Block, Record
from copilot.drafting.builtin.families.cells import cells_of, label_and_rest, stops_of
from copilot.drafting.builtin.families.legs import told_legs, with_legs
from copilot.drafting.builtin.families.places import places_of
from copilot.drafting.builtin.families.runs import runs_of

_BULLET = re.compile(r"[ \t]*(?:[*•‣▪–-]|\d{1,3}[.)])[ \t]+")
_GLUED = re.compile(r"(?<=[^\s*]:)(?=[ \t]?[*•‣▪][ \t]+\S)")  # "as follows:* A to B: 5"
_LABELLED = re.compile(r"[ \t]*[^\s:.;|][^:.;|\n]{0,50}:[ \t]*(?=.*\d)")
_LONGEST = 160
_FACT, _MEASURED = re.compile(r"\s*[$€£]?\d"), re.compile(r"[$€£]|\d\s?[^\W\d_]{1,}")
_COUNT = re.compile(r"(?:the )?(?:total )?number of\b", re.IGNORECASE)
_FROM = re.compile(r"\W*(?:from|source|to)\b", re.IGNORECASE)
_RULE = re.compile(r"[\s|:\-–=+]*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text without its end; `start` and `end` are offsets, `indent` counts spaces."""

    text: str
    start: int
    end: int
    bulleted: bool
    indent: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The blocks of a text, and the text with the blocks blanked out (same offsets).

    `counts` are numbers listed as such ("Number of stores: 7"); `sources` are the uploaded tables by their block's
    place: name and columns of numbers.
    """

    text: str
    prose: str
    blocks: tuple[Block, ...]
    counts: tuple[float, ...] = ()
    sources: Mapping[int, tuple[str, Mapping[str, tuple[float, ...]]]] = field(default_factory=dict)

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the places that links join."""
        legs = (leg for block in self.blocks for record in block.records for leg in record.legs)
        return tuple(dict.fromkeys(end for leg in legs for end in (leg.tail, leg.head)))


@dataclass(slots=True)
class _Open:
    records: list[Record] = field(default_factory=list)
    header: str = ""
    intro: str = ""
    start: int = -1
    end: int = 0


def layout_of(text: str) -> Layout:
    """Blocks and prose; a text without two records that stand together has no block."""
    lines = _lines(text)
    chosen = _record_lines(lines)
    blocks: list[Block] = []
    open_block = _Open()
    for line in lines:
        if line.start in chosen:
            if _opens(line) and open_block.records:
                _close(open_block, blocks, text)
                open_block = _Open()
            _take(line, open_block)
        elif line.text.strip():
            _close(open_block, blocks, text)
            open_block = _Open()
    _close(open_block, blocks, text)
    prose = _blanked(text, blocks)
    listed = [block for block in blocks if not all(_COUNT.match(label) for label in block.labels)]
    counts = [cell.value for block in blocks if block not in listed for r in block.records for cell in r.cells]
    places = places_of(text, [label for block in listed for label in block.labels])
    listed = [with_legs(block, text, places) for block in listed]
    told = told_legs(prose, places)
    rest = _blanked(prose, [told]) if told else prose
    said = (*([told] if told else []), *runs_of(rest))
    if said and (listed or told or len(said) > 1):
        listed = sorted([*listed, *said], key=lambda block: block.start)
        prose = _blanked(prose, said)
    return Layout(text, prose, tuple(listed), tuple(counts))


def _blanked(text: str, blocks: Sequence[Block]) -> str:
    prose = list(text)
    ranges = [(block.start, block.end) for block in blocks if not block.scattered]
    ranges += [(record.start, record.end) for block in blocks if block.scattered for record in block.records]
    for start, end in ranges:
        prose[start:end] = ["." if sign == "\n" else " " for sign in text[start:end]]
    return "".join(prose)


def _lines(text: str) -> list[Line]:
    lines, start = [], 0
    for whole in text.split("\n"):
        for raw in _GLUED.split(whole):
            match = _BULLET.match(raw)
            indent = len(raw) - len(raw.lstrip(" \t"))
            lines.append(Line(raw, start, start + len(raw), match is not None, indent))
            start += len(raw)
        start += 1
    return lines


def _record_lines(lines: Sequence[Line]) -> frozenset[int]:
    """Starts of the lines that are records: bullets with a number, a header above such, labelled lines, table rows."""
    starts: set[int] = set()
    shown = [line for line in lines if line.text.strip()]
    for position, line in enumerate(shown):
        body = line.text[_BULLET.match(line.text).end() :] if line.bulleted else line.text  # type: ignore[union-attr]
        following = shown[position + 1] if position + 1 < len(shown) else None
        before = shown[position - 1] if position else None
        row = line.text.count("|") >= 2 and not line.bulleted
        headed = _is_header(body) and following is not None and following.bulleted
        headed = headed and (line.bulleted or (following.indent > line.indent if following else False))
        beside = [other for other in (before, following) if other is not None and other.bulleted == line.bulleted]
        labelled = any(_LABELLED.match(other.text) for other in beside)
        labelled = labelled and _LABELLED.match(line.text) is not None and len(body) < _LONGEST
        if row or headed or labelled or (line.bulleted and re.search(r"\d", body)):
            starts.add(line.start)
    return frozenset(starts)


def _is_header(body: str) -> bool:
    return body.rstrip().endswith(":") and len(body) < 60 and not re.search(r"[.;]", body)


def _opens(line: Line) -> bool:
    """Whether the line heads a list of its own: not bulleted, and no place that the links below it start from."""
    return not line.bulleted and _is_header(line.text.replace("**", "")) and not _FROM.match(line.text)


def _take(line: Line, block: _Open) -> None:
    """Add one line to the open block: a header, or a record."""
    match = _BULLET.match(line.text)
    body, offset = (line.text[match.end() :], line.start + match.end()) if match else (line.text, line.start)
    if block.start < 0:
        block.start = line.start
    block.end = line.end
    plain = body.replace("**", "  ").replace("`", " ")
    if _is_header(plain):
        heading = plain.strip().rstrip(":").strip()
        if _opens(line) and not block.records:
            block.intro = heading
        else:
            block.header = heading
        return
    if line.text.count("|") >= 2 and not line.bulleted:
        _take_row(line, block)
        return
    label, rest, at = label_and_rest(plain)
    stops = stops_of(rest, offset + at)
    if stops:
        block.records.append(Record(label, line.start, line.end, stops=stops, parent=block.header))
        return
    cells, loose = cells_of(rest, offset + at)
    block.records.append(Record(label, line.start, line.end, cells, parent=block.header, loose=loose, said=rest))


def _take_row(line: Line, block: _Open) -> None:
    """A row of a markdown table; the header row is kept in `header` until the next block."""
    if _RULE.fullmatch(line.text):
        return
    spots = [match.start() for match in re.finditer(r"\|", line.text)]
    edges = [-1, *spots, len(line.text)] if not line.text.lstrip().startswith("|") else [*spots]
    parts = [(line.text[a + 1 : b], line.start + a + 1) for a, b in itertools.pairwise(edges)]
    facts = [part for part, _ in parts[1:] if part.strip()]
    if not block.header and all(_FACT.match(part) for part in facts) and any(map(_MEASURED.search, facts)):
        found, left = cells_of(line.text[parts[1][1] - line.start :], parts[1][1])  # no head: each cell says what it is
        block.records.append(Record(parts[0][0].strip(" *"), line.start, line.end, found, loose=left))
        return
    if not block.header:
        block.header = "|".join(part.strip() for part, _ in parts)
        return
    names = block.header.split("|")
    label, cells, loose = parts[0][0].strip(" *"), [], ""
    for name, (part, at) in zip(names[1:], parts[1:], strict=False):
        found, left = cells_of(part, at)
        if len(found) != 1 or left:
            loose = loose or part.strip()
            continue
        named, _, unit = name.replace(")", "").partition("(")
        cells.append(replace(found[0], name=named.strip().lower(), unit=found[0].unit or unit.strip()))
    block.records.append(Record(label, line.start, line.end, tuple(cells), loose=loose))


def _close(block: _Open, blocks: list[Block], text: str) -> None:
    if len(block.records) < 2:
        return
    before = text[: block.start].rstrip()
    cut = max(before.rfind("\n"), before.rfind(". "), before.rfind(".\n"))
    intro = block.intro or before[cut + 1 :].strip()
    blocks.append(Block(tuple(aligned(block.records)), intro, block.start, block.end))
