"""Finds lists in a text: lines and sentences of a label and its numbers, "Ana: painting 4 h, wiring 7 h", "A-B: 4"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from copilot.drafting.builtin.nets.amounts import amount_of, is_gap
from copilot.drafting.builtin.nets.data import role_in
from copilot.drafting.builtin.nets.edges import edge_of
from copilot.drafting.builtin.nets.sheets import intro_of
from copilot.drafting.builtin.words import load

_BULLET = re.compile(r"[ \t]*(?:[*•‣▪◦–—-]|\d{1,2}[.)]|\(\d{1,2}\))[ \t]+")
_STOP = re.compile(r"(?<!\bProf)(?<!\bDr)(?<!\bSt)(?<!\bMr)(?<!\bMrs)(?<!\bNo)(?<!\bapprox)[.?!](?=\s|$)")
_NUMBER = re.compile(r"(?<![\w.,])[$€£¥]?\s?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[kK]?(?![\w.]*\d)|(?<![\w.,])\.\d+")
_EDGE_MARK = r"(?:→|->|=>|↔|<->|–|—|-)"
_CUT = re.compile(r"\||(?P<soft>\(|\)|\bwith\b|\bfor\b|\bat\b|/)|;|,(?!\d{3}(?!\d))|\band\b")
_RECORD = re.compile(
    r"(?P<name>(?:[A-Z\d][\w'.-]*)(?: [A-Z\d][\w'.-]*)*)\s*\((?P<told>(?=[^()]*[^\W\d_])[^()]*\d[^()]*)\)"
)
_FAN = re.compile(r"\s*(?P<tail>\w[\w .'-]{0,30}?)\s*(?:→|->|=>|⇒)")
_LAST_LINK = re.compile(
    r"(?:^|\s)(?P<link>[A-Z][\w'.]*\s?(?:/|-|–|→|->|=>|↔| to )\s?[A-Z][\w'.]*)\s*[:=(]?\s*(?=[$€£]?\d[\d.,]*\s*\w*\s*$)"
)
_LONGEST = 48
_WIDEST = 1_500


@dataclass(frozen=True, slots=True)
class Pair:
    """A number of a list with the words before and behind it; `value` is None where there is none."""

    before: str
    value: float | None
    after: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A label and its numbers; `loose` is a piece between them that holds none."""

    label: str
    pairs: tuple[Pair, ...]
    intro: str
    start: int
    end: int
    indent: int = 0
    bulleted: bool = False
    loose: bool = False
    told: int = 0  # where what stands behind the label begins


def entries_of(text: str) -> list[Entry]:
    """The entries of a text in order; lines below a heading "From X:" carry its name."""
    found: list[Entry] = []
    parent, depth, intro = "", -1, ""
    for line in re.finditer(r"[^\n]+", text):
        bullet = _BULLET.match(line.group())
        indent = len(line.group()) - len(line.group().lstrip())
        body = line.start() + (bullet.end() if bullet else indent)
        heading = _heading(text[body : line.end()]) or _parent(text, body, line.end(), indent)
        if heading:
            titled = role_in(heading) in ("fixed", "demand", "supply", "limit")
            nested = (
                (bullet is not None and not titled)
                or heading.lower().startswith("from ")
                or heading.lower().endswith(" to")
            )
            parent, depth, intro = (heading, indent, intro) if nested else ("", -1, heading)
            continue
        if parent and not (bullet and indent >= depth):
            parent, depth = "", -1
        for start, end in [(body, line.end())] if bullet else _sentences(text, body, line.end()):
            records = list(_records(text, start, end, intro)) or list(_fan(text, start, end, intro))
            if records:
                found += records
                continue
            entry = _entry(text, start, end, bulleted=bullet is not None)
            if entry is None:
                intro = "" if text[start:end].strip() else intro
                continue
            label = f"{_origin(parent)} → {_target(entry.label)}" if parent else entry.label
            found.append(replace(entry, label=label, intro=intro or intro_of(text, start), indent=indent))
    return found


def _records(text: str, start: int, end: int, intro: str) -> Iterator[Entry]:
    """ "Bonn (rent 900, capacity 120 t), Essen (rent 1100, capacity 150 t)": names with their numbers in brackets."""
    matches = list(_RECORD.finditer(text, start, min(end, start + _WIDEST)))
    gaps = [text[a.end() : b.start()] for a, b in itertools.pairwise(matches)]
    if len(matches) < 2 or not all(re.fullmatch(r"[\s,;]*(?:and )?", gap) for gap in gaps):
        return
    for match in matches:
        pieces = list(_pieces(text, *match.span("told")))
        pairs = tuple(pair for a, b in pieces if (pair := _pair(text, a, b)) is not None)
        if len(pairs) != len(pieces):
            return
        lead = text[start : matches[0].start()].strip(" :,") or intro
        yield Entry(match["name"].strip(), pairs, lead, match.start(), match.end(), told=match.start())


def _fan(text: str, start: int, end: int, intro: str) -> Iterator[Entry]:
    """ "s → a (11), b (12)": links from one place to several."""
    match = _FAN.match(text, start, end)
    if match is None:
        return
    pieces = [(a, b) for a, b in _pieces(text, match.end(), end) if re.search(r"\w", text[a:b])]
    pairs = [pair for a, b in pieces if (pair := _pair(text, a, b)) is not None]
    if len(pairs) < 2 or len(pairs) != len(pieces) or not all(pair.before for pair in pairs):
        return
    if any(edge_of(pair.before) for pair in pairs):
        return
    for (a, b), pair in zip(pieces, pairs, strict=True):
        label = f"{match['tail'].strip()} → {pair.before}"
        yield Entry(label, (replace(pair, before=""),), intro, start if a == match.end() else a, b, told=a)


def _heading(body: str) -> str:
    plain = body.strip().strip("*_#").strip()
    heads = plain.endswith(":") or re.fullmatch(r"\*\*[^*\d.?!]+\*\*|#{1,6} [^\d.?!]+", body.strip())
    return plain.removesuffix(":").strip("*_ ") if heads and len(plain) < 90 and ". " not in plain else ""


def _parent(text: str, start: int, end: int, indent: int) -> str:
    """ "From Leeds", alone on its line: it leads a list of bullets further in."""
    plain = text[start:end].strip().strip("*_").strip()
    below = _BULLET.match(text, end + 1)
    deeper = below is not None and len(below.group()) - len(below.group().lstrip()) > indent
    alone = len(plain.split()) < 7 and not re.search(r"[.?!:;]", plain)
    return plain if alone and deeper else ""


def _origin(words: str) -> str:
    return re.sub(r"^(?:from)\s+|\s+(?:to)$", "", words, flags=re.IGNORECASE)


def _target(words: str) -> str:
    return re.sub(r"^(?:to|→|->)\s*", "", words, flags=re.IGNORECASE)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for stop in _STOP.finditer(text, start, end):
        yield begin, stop.start()
        begin = stop.end()
    if begin < end:
        yield begin, end


def _entry(text: str, start: int, end: int, *, bulleted: bool) -> Entry | None:
    """The entry of a line or a sentence; None where it is none."""
    while start < end and text[start].isspace():
        start += 1
    if end - start > _WIDEST or not re.search(r"\d", text[start:end]):
        return None
    label, rest = "", 0
    colon = text.rfind(": ", start, end)
    if colon > 0 and _lists_links(text, colon + 1, end):
        label, rest = text[start:colon], colon + 1 - start
    elif (last := _last_label(text, start, end)) > 0:
        label, rest = text[start:last], last - start
    elif not _lists_links(text, start, end):
        cut = _label_end(text[start:end], bulleted=bulleted)
        if cut is None:
            return None
        label, rest = cut
    pieces = list(_pieces(text, start + rest, end))
    pairs = [pair for a, b in pieces if (pair := _pair(text, a, b)) is not None]
    if not pairs or any(_crowded(text[a:b]) for a, b in pieces):
        return None
    bare = [text[a:b] for a, b in pieces if not any(a <= pair.start < b for pair in pairs)]
    loose = any(re.search(r"\w", piece) for piece in bare)
    return Entry(
        label.strip(" *_`\"'(["), tuple(pairs), "", start, end, bulleted=bulleted, loose=loose, told=start + rest
    )


def _last_label(text: str, start: int, end: int) -> int:
    """Where a sentence begins to list links: "fares are Rome-Bari 30, Rome-Pisa 25, Bari-Pisa 40"; 0 where not."""
    pieces = list(_pieces(text, start, end))
    if len(pieces) < 3 or not all(_tells_link(text, a, b) for a, b in pieces[1:] if re.search(r"\w", text[a:b])):
        return 0
    match = _LAST_LINK.search(text, *pieces[0])
    return match.start("link") if match and match.start("link") > start else 0


def _tells_link(text: str, start: int, end: int) -> bool:
    pair = _pair(text, start, end)
    return pair is not None and edge_of(pair.before) is not None


def _lists_links(text: str, start: int, end: int) -> bool:
    """ "A-B 4; A-C 7; B-C 2": links and their numbers, and no label."""
    pairs = [_pair(text, a, b) for a, b in _pieces(text, start, end)]
    return len(pairs) > 1 and all(pair is not None and edge_of(pair.before) for pair in pairs)


def _label_end(body: str, *, bulleted: bool) -> tuple[str, int] | None:
    """(the label of an entry, where what it tells begins)."""
    piped = re.match(r"\s*([^|:\d]{1,40}?)\s*\|", body)
    if piped:
        return piped[1], piped.end()
    colon = re.search(r":(?!\d)|:(?=\d+(?:\D|$))|\s?=\s?", body)
    if (
        colon
        and colon.start() <= _LONGEST
        and not re.search(r"[,;]\s|\w{5}\.\s", re.sub(r"\([^()]*\)", "", body[: colon.start()]))
    ):
        return body[: colon.start()], colon.end()
    first = next(iter(_values(body)), None)
    if first is None:
        return None
    opened = re.search(r"[(,\[]", body[: first.start()])
    for at in sorted({first.start(), *([opened.start()] if opened else [])}):
        head = re.sub(r"\s*(?:\b(?:takes?|is|costs?|has|holds?|in|of)\b|[-–—,:(])?\s*$", "", body[:at])
        if edge_of(head) and len(head) <= _LONGEST:
            return head, at
    dash = re.search(r"\s[-–—]\s", body[: first.start()])
    if dash and len(body[: dash.start()].split()) <= 5:
        return body[: dash.start()], dash.end()
    return _spoken(body, first.start()) if bulleted else None


def _spoken(body: str, first: int) -> tuple[str, int] | None:
    """The label of "Plant A has 40 t": the words before the verb, or before the number."""
    verbs = "|".join(load("nets")["data"]["verbs"])
    verb = re.search(rf"\b(?:{verbs})\b", body[:first])
    label = body[: verb.start()] if verb else body[:first]
    if not label.strip() or len(label.split()) > 4 or re.search(r"[,;]", label):
        return None
    return label, verb.start() if verb else first


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Ranges with a number each: cut at commas and "and", and at brackets where a number stands before them."""
    begin = start
    for mark in _CUT.finditer(text, start, end):
        piece = text[begin : mark.start()]
        told = bool(list(_values(piece))) or is_gap(piece)
        if not told and (mark["soft"] or (mark.group() == "and" and re.search(r"\bbetween\b", piece))):
            continue
        if mark["soft"] in ("for", "at", "/") and (
            mark["soft"] != "/" or not re.match(r"\s*\d", text[mark.end() : end])
        ):
            continue
        yield begin, mark.start()
        begin = mark.end()
    yield begin, end


def _values(piece: str) -> Iterator[re.Match[str]]:
    """The numbers of a piece that are no part of a name: "Job 2 takes 7 h" has one."""
    found = list(_NUMBER.finditer(piece))
    small = load("nets")["data"]["small"]
    if len(found) == 2 and re.match(r"\s*\d+\s*[(:=]\s*\d", piece):
        found = found[1:]  # "1 (20 units)" tells of place 1
    for match in found:
        word = re.search(r"([^\W\d]+)\s*$", piece[: match.start()])
        tied = re.search(rf"(?:^|{_EDGE_MARK})\s*$", piece[: match.start()]) and re.match(
            rf"\s*{_EDGE_MARK}", piece[match.end() :]
        )
        behind = re.search(rf"(?:^|{_EDGE_MARK})\s*\d+\s*{_EDGE_MARK}\s*$", piece[: match.start()])
        named = len(found) > 1 and word is not None and word[1].lower() not in small and match.group()[0] not in "$€£¥"
        if not named and not tied and not behind:
            yield match


def _crowded(piece: str) -> bool:
    return len(list(_values(piece))) > 1


def _pair(text: str, start: int, end: int) -> Pair | None:
    piece = text[start:end]
    values = list(_values(piece))
    if not values:
        name, _, gap = piece.rpartition(":") if ":" in piece else piece.rpartition(" ")
        if is_gap(gap):
            return Pair(_plain(name), None, "", start, end)
        words = piece.split()
        for size in (2, 3):
            if len(words) > size and is_gap(" ".join(words[-size:])):
                return Pair(_plain(" ".join(words[:-size])), None, "", start, end)
        return None
    match = values[0]
    amount = amount_of(match.group())
    if amount is None:
        return None
    after = f"{amount.unit} {_plain(piece[match.end() :])}".strip()
    signed = re.search(r"(?<=\s)-$", piece[: match.start()]) if re.search(r"\s\+\d", text) else None
    value = -amount.value if signed else amount.value
    return Pair(_plain(piece[: match.start()]).rstrip("+ "), value, after, start + match.start(), start + match.end())


def _plain(words: str) -> str:
    return " ".join(words.strip(" \t:=()[]-–—→>*_`.").split())
